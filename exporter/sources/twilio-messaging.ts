/** Programmable Messaging: messages that come in, and the state of those that went out. No webhook says when. */
import type { Content, Envelope, Receipt } from '../core/event.ts';
import type { Findings } from './findings.ts';
import { nameOf } from './findings.ts';
import type { Fields } from './form.ts';
import { timeOf } from './json.ts';
import { addressOf, inboxOf } from './twilio-fields.ts';
import type { Address } from './twilio-fields.ts';

/** What all items of one body share. */
export interface Line { readonly source: string; readonly receivedAt: number; readonly found: Findings }

/** https://www.twilio.com/docs/messaging/api/message-resource#message-status-values */
const RECEIPT: ReadonlyMap<string, Receipt> = new Map<string, Receipt>([
  ['sent', 'sent'], ['delivered', 'delivered'], ['partially_delivered', 'delivered'], ['read', 'read'], ['undelivered', 'failed'], ['failed', 'failed'],
]);

/** Not on its way yet, or never; and words for messages that come in. */
const NO_RECEIPT: ReadonlySet<string> = new Set(['accepted', 'scheduled', 'queued', 'sending', 'canceled', 'receiving', 'received']);

const TYPE: ReadonlyMap<string, Content> = new Map<string, Content>([
  ['text', 'text'], ['image', 'image'], ['video', 'video'], ['audio', 'audio'], ['voice', 'audio'], ['document', 'document'], ['sticker', 'sticker'], ['location', 'location'],
  ['contacts', 'contacts'], ['button', 'button'], ['interactive', 'list'], ['order', 'order'], ['unsupported', 'unsupported'],
]);

/** A body with a status is a receipt, also where it comes to the address of incoming messages. */
export function readMessaging(line: Line, fields: Fields): void {
  const status = (fields.get('MessageStatus') ?? fields.get('SmsStatus'))?.toLowerCase();
  if (fields.has('MessageStatus') || (status !== undefined && status !== 'received')) readStatus(line, fields, status ?? '');
  // Every message of a customer has one of these. What has neither is no message, and its `To` may be the customer, not our line.
  else if (fields.has('Body') || fields.has('NumMedia')) readInbound(line, fields);
  else line.found.malformed.push('MessageStatus');
}

function readInbound(line: Line, fields: Fields): void {
  const message = sidOf(fields);
  const person = addressOf(fields.get('From'));
  if (message === undefined) return void line.found.malformed.push('MessageSid');
  if (person === undefined) return void line.found.malformed.push('From');
  const place = placeOf(line, fields, person, addressOf(fields.get('To')));
  const known = /^\d{1,20}$/.exec(fields.get('WaId') ?? '')?.[0];
  const who = person.phone === undefined && known !== undefined ? { ...person, phone: known } : person;
  if (fields.get('MessageType') === 'reaction') return void line.found.events.push({ ...place, id: message, kind: 'reaction.added', by: 'contact' });

  const [text, referral, optOut] = [fields.get('Body'), fields.get('ReferralSourceType'), fields.get('OptOutType')];
  line.found.events.push({
    ...place, id: message, ...(who.phone !== undefined && { phone: who.phone }), kind: 'message.inbound', message, content: contentOf(fields),
    ...(referral !== undefined && { referral: referral === 'ad' || referral === 'post' ? referral : 'other' }),
    ...(optOut === 'STOP' && { optOut: true }), ...(person.country !== undefined && { country: person.country }), ...(text !== undefined && { text }),
  });
  if (optOut === 'START') line.found.events.push({ ...place, id: `${message}:start`, kind: 'consent.granted', purpose: 'marketing' });
}

/** Some status callbacks name neither end: such a receipt belongs to its message and to no conversation. */
function readStatus(line: Line, fields: Fields, word: string): void {
  const message = sidOf(fields);
  const status = RECEIPT.get(word);
  if (NO_RECEIPT.has(word)) return void line.found.ignored.push(`status.${word}`);
  if (status === undefined) return void line.found.unknown.push(`status.${nameOf(word)}`);
  if (message === undefined) return void line.found.malformed.push('MessageSid');
  const code = /^\d{1,9}$/.exec(fields.get('ErrorCode') ?? '')?.[0];
  line.found.events.push({
    ...placeOf(line, fields, addressOf(fields.get('To')), addressOf(fields.get('From'))), id: `${message}:${word}`, kind: 'message.status', message, status,
    ...(status === 'failed' && code !== undefined && code !== '0' && { errorCode: code }),
  });
}

const sidOf = (fields: Fields): string | undefined => {
  const sid = fields.get('MessageSid') ?? fields.get('SmsMessageSid') ?? fields.get('SmsSid');
  return sid !== undefined && sid.length <= 512 ? sid : undefined;
};

function placeOf(line: Line, fields: Fields, person: Address | undefined, ours: Address | undefined):
Omit<Envelope, 'id'> & { readonly conversation?: string; readonly contact?: string; readonly phone?: string } {
  const inbox = inboxOf(fields, ours);
  const channel = person?.channel ?? ours?.channel ?? 'sms';
  return {
    source: line.source, t: timeOf(fields.get('Timestamp')) ?? line.receivedAt, receivedAt: line.receivedAt, channel, inbox,
    ...(person && { conversation: `${channel}:${inbox}:${person.id}`, contact: `${channel}:${person.id}`, ...(person.phone !== undefined && { phone: person.phone }) }),
  };
}

/** WhatsApp names the type; elsewhere it shows in what is there. */
function contentOf(fields: Fields): Content {
  const type = fields.get('MessageType');
  if (fields.has('FlowData')) return 'form';
  if (fields.has('ButtonPayload') || fields.has('ButtonText')) return 'button';
  if (type !== undefined) return TYPE.get(type) ?? 'other';
  if (fields.has('Latitude')) return 'location';
  if (!(Number(fields.get('NumMedia')) > 0)) return 'text';
  const media = fields.get('MediaContentType0') ?? '';
  if (/^text\/(x-)?vcard/.test(media)) return 'contacts';
  const [, family] = /^(image|video|audio|application|text)\//.exec(media) ?? [];
  return family === undefined ? 'other' : family === 'application' || family === 'text' ? 'document' : family as Content; // image, video, audio
}
