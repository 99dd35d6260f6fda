/**
 * Front, both products: application webhooks (the event inside `payload`) and the older rule webhooks (the event is the body).
 * https://dev.frontapp.com/docs/application-webhooks · https://dev.frontapp.com/docs/rule-webhooks
 */
import type { Channel, Envelope, Payload, Resolver } from '../core/event.ts';
import { nameOf, noFindings } from './findings.ts';
import type { Findings } from './findings.ts';
import { wordsOfHtml } from './html.ts';
import { emailOf, idOf, isRecord, labelOf, list, parseObject, phoneOf, record, textOf, timeOf, wordOf } from './json.ts';
import type { Json } from './json.ts';
import { verifySignature } from './signature.ts';
import type { SignatureScheme } from './signature.ts';
import type { Parsed, Secrets, SourceAdapter, SourceContext, Verdict, WebhookRequest } from './source.ts';

/** Milliseconds in the header; the documentation of a sister product says seconds, so both are read. */
export const FRONT_SIGNATURE: SignatureScheme = {
  algorithm: 'sha256', encoding: 'base64', header: 'x-front-signature', prefix: '', signed: ['timestamp', ':', 'body'],
  timestamp: { header: 'x-front-request-timestamp', toleranceSeconds: 300, unit: 'milliseconds' }, key: 'text',
};
const IN_SECONDS: SignatureScheme = { ...FRONT_SIGNATURE, timestamp: { header: 'x-front-request-timestamp', toleranceSeconds: 300 } };
/** Rule webhooks: SHA-1 over the body, no time. */
export const FRONT_RULE_SIGNATURE: SignatureScheme = { algorithm: 'sha1', encoding: 'base64', header: 'x-front-signature', prefix: '', signed: ['body'], key: 'text' };

const CHANNEL: ReadonlyMap<unknown, Channel> = new Map<unknown, Channel>([
  ['email', 'email'], ['sms', 'sms'], ['whatsapp', 'whatsapp'], ['front_chat', 'webchat'], ['facebook', 'messenger'], ['instagram', 'instagram'], ['telegram', 'telegram'],
]);

/** What an application webhook calls the kinds, where the event inside does not say. */
const KINDS: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  ['inbound_received', 'inbound'], ['outbound_sent', 'outbound'], ['conversation_archived', 'archive'], ['conversation_reopened', 'reopen'],
  ['conversation_deleted', 'trash'], ['conversation_restored', 'restore'], ['conversation_snoozed', 'reminder'], ['conversation_snooze_expired', 'reminder_expired'],
  ['assignee_changed', 'assign'], ['tag_added', 'tag'], ['tag_removed', 'untag'], ['new_comment_added', 'comment'], ['conversation_moved', 'move'],
  ['message_delivery_failed', 'sending_error'],
]);

const IGNORED: ReadonlySet<string> = new Set([
  'sync', 'move', 'forward', 'untag', 'conversations_merged', 'custom_field_updated', 'conversation_custom_fields_changed', 'link_added', 'link_removed',
]);

export const front: SourceAdapter = {
  id: 'front',
  title: 'Front',
  secrets: [
    { name: 'signing_key', required: false, help: 'Signing key of your Front app (Settings > Developers > your app > Basic information), for application webhooks' },
    { name: 'api_secret', required: false, help: 'API secret (Settings > Developers > API tokens), for rule webhooks' },
  ],
  needs: [['signing_key'], ['api_secret']],
  // Application webhooks three times, rule webhooks never.
  retries: false,
  hasResolution: true,
  feeds: { messages: 'yes', replies: 'yes', agents: 'yes', receipts: 'partly', assignment: 'yes', resolution: 'yes', topics: 'yes' },
  verify,
  parse,
  // Asked once, when the address is saved, and signed like everything else.
  reply: ({ headers: { 'x-front-challenge': challenge } }) => ({ type: 'application/json', body: JSON.stringify(challenge === undefined ? {} : { challenge }) }),
};

function verify(request: WebhookRequest, secrets: Secrets): Verdict {
  const { signing_key: key = [], api_secret: secret = [] } = secrets;
  const timestamp = request.headers['x-front-request-timestamp'];
  if (secret.length > 0 && (timestamp === undefined || key.length === 0)) return verifySignature(FRONT_RULE_SIGNATURE, request, secret);
  return verifySignature(/^\d{1,11}$/.test(timestamp ?? '') ? IN_SECONDS : FRONT_SIGNATURE, request, key);
}

interface Item {
  readonly found: Findings;
  readonly kind: string;
  readonly id: string;
  readonly t: number;
  readonly event: Json;
  readonly conversation: Json;
  readonly place: Omit<Envelope, 'id'> & { readonly conversation: string; readonly contact?: string; readonly phone?: string; readonly email?: string };
}

function parse(request: WebhookRequest, context: SourceContext): Parsed {
  const body = parseObject(request.body);
  const found = noFindings();
  const event = isRecord(body['payload']) ? body['payload'] : body;
  const kind = textOf(event['type']) === undefined || event === body ? KINDS.get(body['type']) ?? textOf(body['type']) ?? '' : textOf(event['type'])!;
  if (IGNORED.has(kind) || /call/.test(kind)) return { ...found, ignored: [nameOf(kind)] };
  const read = READERS.get(kind);
  if (read === undefined) return { ...found, unknown: [nameOf(kind)] };

  const conversation = record(event['conversation']);
  const [id, t, thread] = [idOf(event['id']), timeOf(event['emitted_at']), idOf(conversation['id'])];
  if (id === undefined) found.malformed.push('id');
  else if (t === undefined) found.malformed.push('emitted_at');
  else if (thread === undefined) found.malformed.push('conversation.id');
  else {
    const place = {
      source: context.source, receivedAt: request.receivedAt, t, channel: channelOf(event, conversation), inbox: inboxOf(event), conversation: thread, ...customerOf(conversation),
    };
    read({ found, kind, id, t, event, conversation, place });
  }
  return found;
}

const READERS: ReadonlyMap<string, (item: Item) => void> = new Map<string, (item: Item) => void>([
  ['inbound', readMessage], ['outbound', readMessage], ['out_reply', readMessage], ['outbound_reply', readMessage],
  // A mention is a comment too, told twice.
  ['comment', readNote], ['mention', readNote],
  ['assign', (item) => push(item, assignedTo(item))],
  ['unassign', (item) => push(item, { kind: 'conversation.unassigned' })],
  ['archive', (item) => push(item, resolvedBy(item))], ['trash', (item) => push(item, resolvedBy(item))],
  ['reopen', readReopened], ['restore', readReopened],
  ['ticket_status_update', readTicketStatus],
  ['reminder', (item) => push(item, { kind: 'conversation.snoozed' })],
  ['reminder_expired', (item) => push(item, { kind: 'conversation.unsnoozed' })],
  ['tag', readTopic], ['topic_identified', readTopic],
  ['sending_error', readFailure], ['message_bounce_error', readFailure],
]);

function readMessage(item: Item): void {
  const message = messageOf(item);
  // The short form of a rule's body leaves the message out; that somebody wrote is known all the same.
  const id = idOf(message['id']) ?? `event:${item.id}`;
  const text = textOf(message['text']) ?? wordsOfHtml(message['body']);
  const said = { message: id, content: text === undefined && list(message['attachments']).length > 0 ? 'document' : 'text', ...(text !== undefined && { text }) } as const;
  const t = timeOf(message['created_at']) ?? item.t;
  const isInbound = typeof message['is_inbound'] === 'boolean' ? message['is_inbound'] : item.kind === 'inbound';
  if (isInbound) return void item.found.events.push({ ...item.place, id: item.id, t, kind: 'message.inbound', ...said });
  // A teammate or nobody: rules and the API write without an author.
  const author = wordOf(record(message['author'])['id']);
  item.found.events.push({ ...item.place, id: item.id, t, kind: 'message.outbound', author: author === undefined ? 'automation' : 'agent', ...(author !== undefined && { authorId: author }), ...said });
}

function readNote(item: Item): void {
  const comment = idOf(record(record(item.event['target'])['data'])['id']);
  item.found.events.push({ ...item.place, id: comment === undefined ? item.id : `comment:${comment}`, kind: 'note.created' });
}

function assignedTo({ event, conversation }: Item): Payload {
  const target = record(event['target']);
  const teammate = target['_meta'] === undefined || metaOf(target) === 'teammate' ? wordOf(record(target['data'])['id']) : undefined;
  const toId = teammate ?? wordOf(record(conversation['assignee'])['id']);
  return toId === undefined ? { kind: 'conversation.unassigned' } : { kind: 'conversation.assigned', toType: 'agent', toId };
}

/** A customer's message reopens by itself; only what a teammate did is an event of its own. */
function readReopened(item: Item): void {
  if (actorOf(item) === 'agent') push(item, { kind: 'conversation.reopened', by: 'agent' });
  else item.found.ignored.push(nameOf(item.kind));
}

/** Workspaces with tickets resolve instead of archiving, or both. */
function readTicketStatus(item: Item): void {
  const category = item.conversation['status_category'];
  if (category === 'resolved') push(item, resolvedBy(item));
  else if (category === 'open') readReopened(item);
  else item.found.ignored.push('ticket_status_update');
}

function readTopic(item: Item): void {
  const topic = labelOf(record(record(item.event['target'])['data'])['name']) ?? labelOf(record(list(item.conversation['tags']).at(-1))['name']);
  if (topic === undefined) item.found.ignored.push(nameOf(item.kind));
  else push(item, { kind: 'conversation.classified', topic });
}

function readFailure(item: Item): void {
  const message = idOf(messageOf(item)['id']);
  if (message === undefined) item.found.ignored.push(nameOf(item.kind));
  else push(item, { kind: 'message.status', message, status: 'failed' });
}

function resolvedBy(item: Item): Payload {
  const by = actorOf(item);
  const byId = by === 'agent' ? wordOf(record(record(item.event['source'])['data'])['id']) : undefined;
  return { kind: 'conversation.resolved', by, ...(byId !== undefined && { byId }) };
}

/** Rules, the API and Front itself are software. */
const actorOf = ({ event }: Item): Resolver => (metaOf(record(event['source'])) === 'teammate' ? 'agent' : 'automation');

const metaOf = (end: Json): unknown => record(end['_meta'])['type'];

/** The message an event is about; failing that, the last one of the conversation, where the event is a message. */
function messageOf({ event, conversation }: Pick<Item, 'event' | 'conversation'>): Json {
  const target = record(event['target']);
  return metaOf(target) === 'message' || isRecord(target['data']) && 'is_inbound' in target['data'] ? record(target['data']) : record(conversation['last_message']);
}

const channelOf = (event: Json, conversation: Json): Channel => CHANNEL.get(messageOf({ event, conversation })['type']) ?? 'other';

/** The first of the inboxes; only messages name them. */
function inboxOf(event: Json): string {
  const source = record(event['source']);
  const inbox = record(Array.isArray(source['data']) ? source['data'][0] : source['data']);
  return (String(metaOf(source)).startsWith('inbox') ? wordOf(inbox['id']) : undefined) ?? 'front';
}

/** The other end of the conversation in either direction: Front's contact when there is one, else the address. */
function customerOf(conversation: Json): { readonly contact?: string; readonly phone?: string; readonly email?: string } {
  const recipient = record(conversation['recipient']);
  const link = textOf(record(record(recipient['_links'])['related'])['contact']);
  const contact = (link === undefined ? undefined : /\/(crd_\w{1,64})$/.exec(link)?.[1]) ?? idOf(recipient['handle']);
  const [phone, email] = [phoneOf(recipient['handle']), emailOf(recipient['handle'])];
  return { ...(contact !== undefined && { contact }), ...(phone !== undefined && { phone }), ...(email !== undefined && { email }) };
}

function push({ found, id, place }: Item, payload: Payload): void {
  found.events.push({ ...place, id, ...payload });
}
