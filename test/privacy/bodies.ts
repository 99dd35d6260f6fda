/** Requests of providers with invented people in them. */
import { KITS } from '../sources/kits.ts';
import { SECRETS } from './exporter.ts';

const seconds = (at: number): string => String(Math.floor(at / 1000));

export interface Person { readonly number: string; readonly name: string; readonly email: string }

/** A WhatsApp text or echo. */
export const whatsapp = (person: Person, id: string, at: number, text: string, field: 'messages' | 'message_echoes' = 'messages') => ({
  object: 'whatsapp_business_account', entry: [{ id: '9', changes: [{ field: field === 'messages' ? 'messages' : 'smb_message_echoes', value: {
    messaging_product: 'whatsapp', metadata: { display_phone_number: '15550001111', phone_number_id: '1055' },
    contacts: [{ wa_id: person.number, profile: { name: person.name } }],
    [field]: [{ ...(field === 'messages' ? { from: person.number } : { from: '15550001111', to: person.number }), id, timestamp: seconds(at), type: 'text', text: { body: text } }],
  } }] }],
});

/** A Chatwoot message of a contact or of agent 31. */
export const chatwoot = (person: Person, id: number, at: number, text: string, direction: 'incoming' | 'outgoing' = 'incoming') => {
  const contact = { id: 512, name: person.name, email: person.email, phone_number: `+${person.number}`, type: 'contact', identifier: person.email, custom_attributes: { note: text } };
  return {
    event: 'message_created', id, content: text, content_type: 'text', message_type: direction, private: false, created_at: new Date(at).toISOString(), content_attributes: {},
    account: { id: 2, name: 'Teapot Trading' }, inbox: { id: 4, name: 'Shop chat' }, sender: direction === 'incoming' ? contact : { id: 31, name: person.name, email: person.email, type: 'user' },
    conversation: { id: 88, inbox_id: 4, channel: 'Channel::WebWidget', status: 'open', meta: { sender: contact }, messages: [], contact_inbox: { contact_id: 512, inbox_id: 4, source_id: 'b6c1' } },
  };
};

/** Posts a body as the provider would, signed; `raw` replaces the body after signing nothing. */
export async function send(webhooks: string, source: 'whatsapp' | 'chatwoot', body: unknown): Promise<number> {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const { headers } = KITS[source]!.signed(bytes, Date.now(), SECRETS[source]);
  return (await fetch(`${webhooks}/webhooks/${source}`, { method: 'POST', body: bytes, headers: headers as Record<string, string> })).status;
}

/** Posts canonical events. */
export async function sendEvents(webhooks: string, body: unknown, token: string = SECRETS.events): Promise<{ status: number; text: string }> {
  const response = await fetch(`${webhooks}/v1/events`, {
    method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
}
