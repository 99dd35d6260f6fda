/** The APIs of platforms that are configured: where they are, how they are told who asks, and a question that costs them little. */
import type { Platforms } from './config/platforms.ts';
import type { Api } from './pull/client.ts';
import type { Pull } from './pull/pull.ts';

/** An API, and for `check` its name and a path that only the right token may read. */
export interface PlatformApi extends Api { readonly title: string; readonly trial: string }

/** By the source that its events belong to. */
export function apisOf({ chatwoot, zendesk, whatsapp, hubspot }: Platforms): Readonly<Partial<Record<Pull['source'], PlatformApi>>> {
  return {
    ...(chatwoot && { chatwoot: { title: 'Chatwoot', url: `${chatwoot.url}/api/v1/accounts/${chatwoot.account}`, headers: { api_access_token: chatwoot.token }, trial: '/agents' } }),
    ...(zendesk && { zendesk: { title: 'Zendesk', url: zendesk.url, headers: { authorization: `Basic ${Buffer.from(`${zendesk.user}/token:${zendesk.token}`).toString('base64')}` }, trial: '/api/v2/satisfaction_ratings/count.json' } }),
    ...(whatsapp && { whatsapp: { title: 'WhatsApp', url: `${whatsapp.url}/${whatsapp.account}`, headers: { authorization: `Bearer ${whatsapp.token}` }, trial: '?fields=currency' } }),
    ...(hubspot && { hubspot: { title: 'HubSpot', url: hubspot.url, headers: { authorization: `Bearer ${hubspot.token}` }, trial: '/conversations/v3/conversations/inboxes' } }),
  };
}
