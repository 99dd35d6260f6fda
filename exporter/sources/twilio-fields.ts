import type { Channel } from '../core/event.ts';
import type { Fields } from './form.ts';
import { isRecord, wordOf } from './json.ts';
import { subscriberOf } from './whatsapp-number.ts';

/** One end of a message: `+14155550100`, `whatsapp:+14155550100`, `whatsapp:US.1349…`, `messenger:1234`. */
export interface Address { readonly channel: Channel; readonly id: string; readonly phone?: string; readonly country?: string }

/** The data of an event stream: `messageSid` there is `MessageSid` in forms. */
export function dataFields(data: unknown): Fields {
  if (!isRecord(data)) return new Map();
  return new Map(Object.entries(data).flatMap(([name, value]) =>
    (value !== '' && (typeof value === 'string' || typeof value === 'number') ? [[name.slice(0, 1).toUpperCase() + name.slice(1), String(value)] as const] : [])));
}

const CHANNELS: ReadonlyMap<string, Channel> = new Map<string, Channel>([
  ['whatsapp', 'whatsapp'], ['messenger', 'messenger'], ['instagram', 'instagram'], ['rcs', 'sms'], ['sms', 'sms'],
]);

/** Undefined without an address. */
export function addressOf(text: string | undefined): Address | undefined {
  const [, prefix, rest] = /^(?:([a-z]+):)?(.{1,256})$/is.exec(text ?? '') ?? [];
  if (rest === undefined) return undefined;
  const channel = prefix === undefined ? 'sms' : CHANNELS.get(prefix.toLowerCase()) ?? 'other';
  const phone = /^\+?(\d{1,20})$/.exec(rest.trim())?.[1];
  const country = channel === 'whatsapp' ? /^([A-Z]{2})\./.exec(rest)?.[1] : undefined;
  if (phone === undefined) return { channel, id: rest, ...(country !== undefined && { country }) };
  return { channel, id: channel === 'whatsapp' ? subscriberOf(phone) : phone, ...(channel !== 'messenger' && { phone }) };
}

/** The business's end as a label; a sender that is no word is its messaging service, or its account. */
export const inboxOf = (fields: Fields, ours: Address | undefined): string =>
  wordOf(ours?.id) ?? wordOf(fields.get('MessagingServiceSid')) ?? wordOf(fields.get('ChatServiceSid')) ?? wordOf(fields.get('AccountSid')) ?? 'unknown';
