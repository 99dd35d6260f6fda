/**
 * LINE Messaging API. Several events per request, none in the console's *Verify*; times are milliseconds. Neither our own messages nor
 * receipts are told. https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects
 */
import type { Content, Envelope } from '../core/event.ts';
import { digestOf } from './digest.ts';
import { nameOf, noFindings } from './findings.ts';
import type { Findings } from './findings.ts';
import { idOf, isRecord, list, parseExactObject, record, textOf, timeOf, wordOf } from './json.ts';
import type { Json } from './json.ts';
import { verifySignature } from './signature.ts';
import type { SignatureScheme } from './signature.ts';
import type { Parsed, SourceAdapter, SourceContext, WebhookRequest } from './source.ts';

export const LINE_SIGNATURE: SignatureScheme = { algorithm: 'sha256', encoding: 'base64', header: 'x-line-signature', prefix: '', signed: ['body'], key: 'text' };

const CONTENT: ReadonlyMap<unknown, Content> = new Map<unknown, Content>([
  ['text', 'text'], ['image', 'image'], ['video', 'video'], ['audio', 'audio'], ['file', 'document'], ['location', 'location'], ['sticker', 'sticker'],
]);

const IGNORED: ReadonlySet<unknown> = new Set([
  'join', 'leave', 'memberJoined', 'memberLeft', 'videoPlayComplete', 'beacon', 'accountLink', 'things', 'membership', 'delivery', 'module', 'activated', 'deactivated', 'botSuspended',
  'botResumed',
]);

export const line: SourceAdapter = {
  id: 'line',
  title: 'LINE',
  secrets: [{ name: 'channel_secret', required: true, help: 'Channel secret (LINE Developers console > your channel > Basic settings): signs every webhook' }],
  // Only where redelivery is switched on.
  retries: false,
  hasResolution: false,
  feeds: { messages: 'yes' },
  verify: (request, secrets) => verifySignature(LINE_SIGNATURE, request, secrets['channel_secret'] ?? []),
  parse,
};

function parse(request: WebhookRequest, { source }: SourceContext): Parsed {
  const body = parseExactObject(request.body);
  const found = noFindings();
  const inbox = wordOf(body['destination']) ?? 'channel';
  for (const event of list(body['events'])) {
    if (isRecord(event)) readEvent({ source, receivedAt: request.receivedAt, channel: 'other', inbox }, event, found);
    else found.malformed.push('events');
  }
  return found;
}

type Place = Omit<Envelope, 'id'> & { readonly conversation: string; readonly contact?: string };

function readEvent(shared: Omit<Envelope, 'id' | 't'>, event: Json, found: Findings): void {
  const { type } = event;
  if (IGNORED.has(type)) return void found.ignored.push(String(type));
  if (type === 'message' && !isRecord(event['message'])) return void found.unknown.push('message');
  const place = placeOf(shared, event);
  if (typeof place === 'string') return void found.malformed.push(place);
  const id = idOf(event['webhookEventId']) ?? `${nameOf(type)}:${digestOf(place.conversation, place.contact, place.t)}`;
  const message = idOf(record(event['message'])['id']) ?? idOf(record(event['unsend'])['messageId']);
  switch (type) {
    case 'message': case 'messageEdited': case 'unsend':
      if (message === undefined) return void found.malformed.push('message.id');
      if (type === 'message') return readMessage(place, record(event['message']), message, found);
      return void found.events.push({ ...place, id, kind: type === 'unsend' ? 'message.deleted' : 'message.edited', message });
    case 'postback': return void found.events.push({ ...place, id, kind: 'message.inbound', message: id, content: 'button' });
    // Friends may be written to; who blocks the account is none any more.
    case 'follow': return void found.events.push({ ...place, id, kind: 'consent.granted', purpose: 'marketing' });
    case 'unfollow': return void found.events.push({ ...place, id, kind: 'consent.revoked', purpose: 'marketing' });
    default: return void found.unknown.push(nameOf(type));
  }
}

/** The message's own id, so that an older delivery without `webhookEventId` is the same. */
function readMessage(place: Place, given: Json, message: string, found: Findings): void {
  const text = textOf(given['text']);
  found.events.push({ ...place, id: message, kind: 'message.inbound', message, content: CONTENT.get(given['type']) ?? 'other', ...(text !== undefined && { text }) });
}

/** A group or room is one conversation. A text names what is missing. */
function placeOf(shared: Omit<Envelope, 'id' | 't'>, event: Json): Place | string {
  const from = record(event['source']);
  const contact = idOf(from['userId']);
  const thread = idOf(from['groupId']) ?? idOf(from['roomId']) ?? contact;
  const t = timeOf(event['timestamp']);
  if (thread === undefined) return 'source.userId';
  if (t === undefined) return 'timestamp';
  return { ...shared, t, conversation: `${shared.inbox}:${thread}`, ...(contact !== undefined && { contact }) };
}
