/** What both editions of Dialogflow pass on of the channel's own webhook: who wrote, when, and where. */
import type { Channel } from '../core/event.ts';
import { idOf, phoneOf, record, timeOf } from './json.ts';
import type { Json } from './json.ts';

const CHANNEL: ReadonlyMap<unknown, Channel> = new Map<unknown, Channel>([
  ['facebook', 'messenger'], ['instagram', 'instagram'], ['whatsapp', 'whatsapp'], ['telegram', 'telegram'], ['twilio', 'sms'], ['dialogflow_messenger', 'webchat'], ['web', 'webchat'],
]);

/** The customer's end; `t` is the channel's clock, epoch ms. */
export interface Origin {
  readonly t?: number | undefined;
  readonly place: { readonly channel: Channel; readonly contact?: string; readonly phone?: string };
}

/** `platform` is Dialogflow's word for the channel. */
export function originOf(platform: unknown, payload: Json): Origin {
  return { t: timeIn(payload), place: { channel: CHANNEL.get(typeof platform === 'string' ? platform.toLowerCase() : '') ?? 'other', ...personIn(payload) } };
}

/** Where the channels' own bodies name the customer; a number only where it is one. */
const PEOPLE: readonly { readonly path: readonly string[]; readonly phone?: true }[] = [
  { path: ['data', 'sender', 'id'] }, { path: ['data', 'from', 'id'] }, { path: ['data', 'message', 'from', 'id'] }, { path: ['data', 'callback_query', 'from', 'id'] },
  { path: ['data', 'event', 'user'] }, { path: ['data', 'source', 'userId'] }, { path: ['data', 'direct_message', 'sender_id_str'] }, { path: ['user', 'userId'] },
  { path: ['data', 'From'], phone: true }, { path: ['telephony', 'caller_id'], phone: true },
];

function personIn(payload: Json): { readonly contact?: string; readonly phone?: string } {
  for (const { path, phone } of PEOPLE) {
    const contact = idOf(at(payload, path));
    const number = phone && phoneOf(contact);
    if (contact !== undefined) return { contact, ...(number !== undefined && { phone: number }) };
  }
  return {};
}

/** Facebook tells milliseconds, Telegram and Slack seconds. */
const timeIn = (payload: Json): number | undefined =>
  [['data', 'timestamp'], ['data', 'date'], ['data', 'message', 'date'], ['data', 'event', 'ts']].map((path) => timeOf(at(payload, path))).find((t) => t !== undefined);

const at = (value: unknown, path: readonly string[]): unknown => path.reduce((inner, name) => record(inner)[name], value);
