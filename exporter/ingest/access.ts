import { queryOf } from '../sources/request.ts';
import { verifyStandardWebhook, verifyToken } from '../sources/signature.ts';
import type { Verdict, WebhookRequest } from '../sources/source.ts';

/** `off`: nothing is configured that could let anybody in. */
export type EventsVerdict = Verdict | 'off';

/**
 * Who may use `POST /v1/events`: holders of a token (`authorization: Bearer …`, or `?access_token=` as CloudEvents allows), or senders that
 * sign as Standard Webhooks with a `whsec_` secret, or with the private half of a `whpk_` key.
 */
export function createEventsAccess({ tokens, secrets = [] }: { readonly tokens: readonly string[]; readonly secrets?: readonly string[] }) {
  return (request: Pick<WebhookRequest, 'url' | 'headers' | 'body' | 'receivedAt'>): EventsVerdict => {
    if (tokens.length + secrets.length === 0) return 'off';
    const bearer = /^Bearer +(\S+) *$/i.exec(request.headers['authorization'] ?? '')?.[1] ?? queryOf(request).get('access_token');
    if (bearer !== null) return verifyToken(bearer, tokens);
    return secrets.length === 0 ? 'missing' : verifyStandardWebhook(request, secrets);
  };
}
