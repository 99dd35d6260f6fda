import { createHash, createHmac } from 'node:crypto';
import type { WebhookRequest } from '../sources/source.ts';
import type { Delivery } from './world.ts';

/** The secret each source signs with: Meta's app secret, the secret of Chatwoot's webhook, the token of canonical events if there is one. */
export interface DemoSecrets { readonly whatsapp: string; readonly chatwoot: string; readonly events?: string | undefined }

/**
 * The headers a provider sends with a body, lower case, signature included.
 * @param sentAt epoch ms; Chatwoot signs it, in seconds
 */
export function signedHeaders({ source, body }: Pick<Delivery, 'source' | 'body'>, secrets: DemoSecrets, sentAt: number): Readonly<Record<string, string>> {
  switch (source) {
    case 'whatsapp':
      return { 'content-type': 'application/json', 'user-agent': 'facebookexternalua', 'x-hub-signature-256': `sha256=${hmac(secrets.whatsapp, body)}` };
    case 'chatwoot': {
      const timestamp = String(Math.floor(sentAt / 1000));
      return {
        'content-type': 'application/json',
        'x-chatwoot-delivery': deliveryId(body),
        'x-chatwoot-timestamp': timestamp,
        'x-chatwoot-signature': `sha256=${hmac(secrets.chatwoot, `${timestamp}.${body}`)}`,
      };
    }
    case 'events': return { 'content-type': 'application/json', authorization: `Bearer ${secrets.events ?? ''}` };
  }
}

/** The delivery as the request it would have been, received when it was posted: the past enters through the same adapters. */
export function requestOf(delivery: Delivery, secrets: DemoSecrets): WebhookRequest {
  return {
    method: 'POST',
    url: pathOf(delivery.source),
    headers: signedHeaders(delivery, secrets, delivery.at),
    body: Buffer.from(delivery.body),
    receivedAt: delivery.at,
  };
}

/** Path of the webhook of a source, and of canonical events. */
export const pathOf = (source: Delivery['source']): string => (source === 'events' ? '/v1/events' : `/webhooks/${source}`);

const hmac = (secret: string, text: string): string => createHmac('sha256', secret).update(text).digest('hex');

/** Shaped like a UUID and a function of the body, so that the script stays reproducible on the wire. */
function deliveryId(body: string): string {
  const digest = createHash('sha256').update(body).digest('hex');
  return [digest.slice(0, 8), digest.slice(8, 12), `4${digest.slice(13, 16)}`, `a${digest.slice(17, 20)}`, digest.slice(20, 32)].join('-');
}
