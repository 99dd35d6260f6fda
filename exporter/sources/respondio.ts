/**
 * respond.io. A contact has one conversation that is opened and closed again and again, and messages name only the contact, so the
 * contact is the conversation.
 * https://developers.respond.io/docs/webhooks
 */
import type { Author, Channel, Content, Envelope, Receipt, Resolver } from '../core/event.ts';
import { nameOf, noFindings } from './findings.ts';
import type { Findings } from './findings.ts';
import { emailOf, idOf, isRecord, labelOf, list, parseObject, phoneOf, record, textOf, timeOf, wordOf } from './json.ts';
import type { Json } from './json.ts';
import { verifySignature } from './signature.ts';
import type { SignatureScheme } from './signature.ts';
import type { Parsed, SourceAdapter, SourceContext, WebhookRequest } from './source.ts';

/** Each webhook has a key of its own. */
export const RESPONDIO_SIGNATURE: SignatureScheme = {
  algorithm: 'sha256', encoding: 'base64', header: 'x-webhook-signature', prefix: '', signed: ['body'], key: 'text',
};

/** By how respond.io calls the sort of connection; several sorts lead to WhatsApp. The first that fits. */
const CHANNELS: readonly (readonly [RegExp, Channel])[] = [
  [/whatsapp/, 'whatsapp'], [/facebook|messenger/, 'messenger'], [/instagram/, 'instagram'], [/telegram/, 'telegram'], [/mail|smtp/, 'email'],
  [/sms|twilio|bird|vonage|nexmo/, 'sms'], [/^(web|chat|live)/, 'webchat'],
];

const CONTENT: ReadonlyMap<unknown, Content> = new Map<unknown, Content>([
  ['text', 'text'], ['email', 'text'], ['image', 'image'], ['video', 'video'], ['audio', 'audio'], ['file', 'document'], ['document', 'document'], ['location', 'location'],
  ['quick_reply', 'button'], ['whatsapp_template', 'template'], ['product_message', 'order'], ['unsupported', 'unsupported'],
]);

/** Who sent it. What an integration sends over the API is software's, and an echo was typed in the channel's own app. */
const AUTHOR: ReadonlyMap<unknown, Author> = new Map<unknown, Author>([
  ['user', 'agent'], ['echo', 'agent'], ['ai_agent', 'bot'], ['bot', 'bot'], ['workflow', 'automation'], ['api', 'automation'], ['broadcast', 'campaign'],
]);

const RESOLVER: ReadonlyMap<unknown, Resolver> = new Map<unknown, Resolver>([
  ['user', 'agent'], ['contact', 'contact'], ['ai_agent', 'bot'], ['bot', 'bot'], ['workflow', 'automation'], ['api', 'automation'],
]);

const RECEIPT: ReadonlyMap<unknown, Receipt> = new Map<unknown, Receipt>([['sent', 'sent'], ['delivered', 'delivered'], ['read', 'read'], ['failed', 'failed']]);

const IGNORED: ReadonlySet<unknown> = new Set(['contact.updated', 'contact.lifecycle.updated', 'call.ended']);

export const respondio: SourceAdapter = {
  id: 'respondio',
  title: 'respond.io',
  secrets: [{ name: 'signing_key', required: true, help: 'Signing key of the webhook (Settings > Integrations > Webhooks); one for each webhook that sends here' }],
  retries: false,
  hasResolution: true,
  feeds: { messages: 'yes', replies: 'yes', agents: 'yes', receipts: 'partly', assignment: 'yes', resolution: 'yes', topics: 'yes' },
  verify: (request, secrets) => verifySignature(RESPONDIO_SIGNATURE, request, secrets['signing_key'] ?? []),
  parse,
};

interface Item {
  readonly found: Findings;
  readonly body: Json;
  /** Of the delivery; the vendor's test button repeats one, so only what has nothing better is called by it. */
  readonly eventId: string;
  readonly place: Omit<Envelope, 'id'> & { readonly conversation: string; readonly contact: string; readonly phone?: string; readonly email?: string };
}

const READERS: ReadonlyMap<unknown, (item: Item) => void> = new Map<unknown, (item: Item) => void>([
  ['message.received', readMessage], ['message.sent', readMessage], ['conversation.opened', readOpened], ['conversation.closed', readClosed],
  ['contact.assignee.updated', readAssignee], ['contact.tag.updated', readTag],
  ['contact.created', (item) => item.found.events.push({
    ...item.place, id: `contact:${item.place.contact}:created`, t: timeOf(record(item.body['contact'])['created_at']) ?? item.place.t, kind: 'contact.created', origin: 'inbound',
  })],
  ['comment.created', (item) => item.found.events.push({ ...item.place, id: item.eventId, t: timeOf(record(item.body['comment'])['timestamp']) ?? item.place.t, kind: 'note.created' })],
]);

function parse(request: WebhookRequest, context: SourceContext): Parsed {
  const body = parseObject(request.body);
  const found = noFindings();
  const kind = body['event_type'];
  const read = READERS.get(kind);
  if (IGNORED.has(kind)) return { ...found, ignored: [nameOf(kind)] };
  if (read === undefined) return { ...found, unknown: [nameOf(kind)] };
  const contact = idOf(record(body['contact'])['id']);
  const eventId = idOf(body['event_id']);
  if (contact === undefined) return { ...found, malformed: ['contact.id'] };
  if (eventId === undefined) return { ...found, malformed: ['event_id'] };
  const [phone, email] = [phoneOf(record(body['contact'])['phone']), emailOf(record(body['contact'])['email'])];
  read({
    found, body, eventId,
    place: {
      // Changes of the contact have no time; hooks leave at once.
      source: context.source, receivedAt: request.receivedAt, t: request.receivedAt, channel: channelOf(body), inbox: wordOf(record(body['channel'])['id']) ?? 'respondio',
      conversation: contact, contact, ...(phone !== undefined && { phone }), ...(email !== undefined && { email }),
    },
  });
  return found;
}

function readMessage({ found, body, place }: Item): void {
  const message = record(body['message']);
  const [id, t] = [idOf(message['messageId']), timeOf(message['timestamp'])];
  if (id === undefined) return void found.malformed.push('message.messageId');
  if (t === undefined) return void found.malformed.push('message.timestamp');
  const said = record(message['message']);
  const text = textOf(said['text']);
  const type = said['type'] === 'attachment' ? record(said['attachment'])['type'] : said['type'];
  const base = { ...place, id, t, message: id, content: CONTENT.get(type) ?? 'other' as const, ...(text !== undefined && { text }) };
  if ((message['traffic'] ?? (body['event_type'] === 'message.received' ? 'incoming' : 'outgoing')) === 'incoming') {
    return void found.events.push({ ...base, kind: 'message.inbound' });
  }
  const sender = record(body['sender']);
  // Older webhooks do not name the sender; then it is taken for a person.
  const author = sender['source'] === undefined ? 'agent' : AUTHOR.get(sender['source']) ?? 'automation';
  const authorId = author === 'agent' ? wordOf(sender['userId']) ?? wordOf(record(body['user'])['id']) : undefined;
  found.events.push({ ...base, kind: 'message.outbound', author, ...(authorId !== undefined && { authorId }) });
  for (const step of list(message['status']).filter(isRecord)) {
    const status = RECEIPT.get(step['value']);
    if (status !== undefined) found.events.push({ ...place, id: `${id}:${status}`, t: timeOf(step['timestamp']) ?? t, kind: 'message.status', message: id, status });
  }
}

/** A conversation that a customer opened is opened by the message; a user may open one without. */
function readOpened({ found, body, eventId, place }: Item): void {
  const conversation = record(body['conversation']);
  if (conversation['source'] !== 'user') return void found.ignored.push('conversation.opened');
  found.events.push({ ...place, id: eventId, t: timeOf(conversation['conversationOpenedAt'] ?? conversation['openedTime']) ?? place.t, kind: 'conversation.reopened', by: 'agent' });
}

function readClosed({ found, body, eventId, place }: Item): void {
  const conversation = record(body['conversation']);
  // Closed just now, when it does not say when.
  const isTimeless = conversation['closedTime'] === null || conversation['closedTime'] === undefined;
  const closedAt = isTimeless ? place.t : timeOf(conversation['closedTime']);
  if (closedAt === undefined) return void found.malformed.push('conversation.closedTime');
  const by = RESOLVER.get(conversation['closedBySource']) ?? 'system';
  const byId = by === 'agent' ? wordOf(record(conversation['closedBy'])['id']) : undefined;
  const topic = labelOf(conversation['category']);
  const id = `closed:${place.contact}:${isTimeless ? eventId : closedAt}`;
  if (topic !== undefined) found.events.push({ ...place, id: `${id}:topic`, t: closedAt, kind: 'conversation.classified', topic });
  found.events.push({ ...place, id, t: closedAt, kind: 'conversation.resolved', by, ...(byId !== undefined && { byId }) });
}

function readAssignee({ found, body, eventId, place }: Item): void {
  const toId = wordOf(record(record(body['contact'])['assignee'])['id']);
  found.events.push({ ...place, id: eventId, ...(toId === undefined ? { kind: 'conversation.unassigned' } : { kind: 'conversation.assigned', toType: 'agent', toId }) });
}

function readTag({ found, body, eventId, place }: Item): void {
  const topic = labelOf(isRecord(body['tag']) ? body['tag']['name'] : body['tag']);
  if (body['action'] !== 'add' || topic === undefined) return void found.ignored.push('contact.tag.updated');
  found.events.push({ ...place, id: eventId, kind: 'conversation.classified', topic });
}

function channelOf(body: Json): Channel {
  const source = record(body['channel'])['source'];
  return typeof source === 'string' ? CHANNELS.find(([form]) => form.test(source.toLowerCase()))?.[1] ?? 'other' : 'other';
}
