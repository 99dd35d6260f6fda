/**
 * Zendesk messaging (Sunshine Conversations), webhooks of version 2. Bots and agents both speak as "business"; recent messages say
 * which, for others the integration that is in control of the conversation does.
 * https://developer.zendesk.com/api-reference/conversations/
 */
import type { Author, Channel, Content, Envelope, Payload, Receipt } from '../core/event.ts';
import { nameOf, noFindings } from './findings.ts';
import type { Findings } from './findings.ts';
import { idOf, isRecord, list, parseObject, record, textOf, timeOf, wordOf } from './json.ts';
import type { Json } from './json.ts';
import { verifyToken } from './signature.ts';
import type { Parsed, SourceAdapter, SourceContext, WebhookRequest } from './source.ts';

const CHANNEL: ReadonlyMap<unknown, Channel> = new Map<unknown, Channel>([
  ['web', 'webchat'], ['ios', 'webchat'], ['android', 'webchat'], ['unity', 'webchat'], ['whatsapp', 'whatsapp'], ['messenger', 'messenger'],
  ['instagram', 'instagram'], ['telegram', 'telegram'], ['twilio', 'sms'], ['messagebird', 'sms'], ['mailgun', 'email'],
]);

const CONTENT: ReadonlyMap<unknown, Content> = new Map<unknown, Content>([
  ['text', 'text'], ['image', 'image'], ['file', 'document'], ['location', 'location'], ['carousel', 'list'], ['list', 'list'], ['form', 'form'],
  ['formResponse', 'form'], ['template', 'template'],
]);

const RECEIPT: ReadonlyMap<unknown, Receipt> = new Map<unknown, Receipt>([['channel', 'sent'], ['user', 'delivered'], ['failure', 'failed']]);

const IGNORED: ReadonlySet<string> = new Set([
  'client:add', 'client:remove', 'client:update', 'conversation:create', 'conversation:join', 'conversation:leave', 'conversation:referral', 'conversation:remove',
  'conversation:typing', 'passthrough:messaging', 'switchboard:acceptControl:failure', 'switchboard:offerControl', 'switchboard:offerControl:failure',
  'switchboard:passControl:failure', 'user:update',
]);

/** The integration behind which people sit. All others that a conversation can be passed to are bots. */
const AGENTS = 'zd:agentWorkspace';

export const zendeskMessaging: SourceAdapter = {
  id: 'zendesk-messaging',
  title: 'Zendesk messaging',
  secrets: [{ name: 'key', required: true, help: 'Shared secret of the Conversations integration\'s webhook, sent with every request as X-API-Key' }],
  retries: true,
  hasResolution: false,
  feeds: { messages: 'yes', replies: 'yes', receipts: 'yes', assignment: 'partly', resolution: 'partly' },
  verify: (request, secrets) => verifyToken(request.headers['x-api-key'], secrets['key'] ?? []),
  parse,
};

interface Item {
  readonly found: Findings;
  readonly id: string;
  readonly t: number;
  readonly payload: Json;
  readonly envelope: Omit<Envelope, 'channel'>;
}

const READERS: ReadonlyMap<string, (item: Item) => void> = new Map<string, (item: Item) => void>([
  ['conversation:message', readMessage],
  ['conversation:postback', readPostback],
  ['conversation:read', readSeen],
  ['conversation:message:delivery:channel', (item) => readReceipt(item, 'channel')],
  ['conversation:message:delivery:user', (item) => readReceipt(item, 'user')],
  ['conversation:message:delivery:failure', (item) => readReceipt(item, 'failure')],
  ['switchboard:passControl', readControl], ['switchboard:acceptControl', readControl], ['switchboard:releaseControl', readControl],
  ['user:merge', readMerge],
  ['user:remove', ({ found, payload, envelope }) => {
    const contact = idOf(record(payload['user'])['id']);
    if (contact === undefined) found.malformed.push('user.id');
    else found.events.push({ ...envelope, channel: 'other', contact, kind: 'contact.deleted' });
  }],
]);

function parse(request: WebhookRequest, context: SourceContext): Parsed {
  const body = parseObject(request.body);
  const found = noFindings();
  // Version 1 has a trigger instead of events.
  if (!Array.isArray(body['events'])) found.unknown.push(body['trigger'] === undefined ? 'no_events' : 'version_one');
  const inbox = wordOf(record(body['app'])['id']) ?? 'app';
  for (const event of list(body['events'])) {
    if (!isRecord(event)) { found.malformed.push('events'); continue; }
    const type = textOf(event['type']) ?? '';
    const read = READERS.get(type);
    const [id, t] = [idOf(event['id']), timeOf(event['createdAt'])];
    if (IGNORED.has(type)) found.ignored.push(type.replaceAll(':', '.'));
    else if (read === undefined) found.unknown.push(nameOf(type.replaceAll(':', '.')));
    else if (id === undefined) found.malformed.push('events.id');
    else if (t === undefined) found.malformed.push('events.createdAt');
    else read({ found, id, t, payload: record(event['payload']), envelope: { id, source: context.source, t, receivedAt: request.receivedAt, inbox } });
  }
  return found;
}

function readMessage(item: Item): void {
  const { found, payload, envelope } = item;
  const message = record(payload['message']);
  const id = idOf(message['id']);
  if (id === undefined) return void found.malformed.push('message.id');
  const author = record(message['author']);
  const source = record(message['source']);
  const base = { ...envelope, ...placeOf(item, source, idOf(author['userId']) ?? idOf(record(author['user'])['id'])), t: timeOf(message['received']) ?? item.t };
  if (message['deleted'] === true) return void found.events.push({ ...base, id: `${id}:deleted`, kind: 'message.deleted', message: id });
  const text = textOf(record(message['content'])['text']);
  const content = CONTENT.get(record(message['content'])['type']) ?? 'other';
  const said = { message: id, content, ...(text !== undefined && content !== 'form' && { text }) };
  if (author['type'] === 'user') found.events.push({ ...base, kind: 'message.inbound', ...said });
  else if (author['type'] === 'business') found.events.push({ ...base, kind: 'message.outbound', author: authorOf(author, source, controllerOf(payload)), ...said });
  else found.unknown.push(`author.${nameOf(author['type'])}`);
}

/** Who speaks for the business: as the message says, else by where it comes from, else by who is in control. */
function authorOf(author: Json, source: Json, controller: Json | undefined): Author {
  const said = list(author['subtypes']);
  if (said.includes('agent')) return 'agent';
  if (said.includes('AI') || said.includes('bot')) return 'bot';
  if (said.includes('activity')) return 'automation';
  if (source['type'] === 'notification' || isRecord(source['campaign'])) return 'campaign';
  if (source['type'] === AGENTS) return 'agent';
  if (source['type'] === 'zd:answerBot') return 'bot';
  return controller !== undefined && controller['integrationType'] !== AGENTS ? 'bot' : 'agent';
}

/** A tap on a button that sends nothing into the chat. The customer did act, so it is a message. */
function readPostback(item: Item): void {
  item.found.events.push({
    ...item.envelope, ...placeOf(item, record(item.payload['source']), undefined), kind: 'message.inbound', message: `postback:${item.id}`, content: 'button',
  });
}

/** The customer's side saw everything until then; the business's own reading is nothing. */
function readSeen(item: Item): void {
  const activity = record(item.payload['activity']);
  const author = record(activity['author']);
  if (author['type'] === 'business') return void item.found.ignored.push('conversation.read');
  item.found.events.push({
    ...item.envelope, ...placeOf(item, record(activity['source']), idOf(author['userId'])), kind: 'message.watermark', status: 'read', upTo: item.t,
  });
}

function readReceipt(item: Item, step: 'channel' | 'user' | 'failure'): void {
  const message = idOf(record(item.payload['message'])['id']);
  if (message === undefined) return void item.found.malformed.push('message.id');
  const status = RECEIPT.get(step)!;
  const errorCode = status === 'failed' ? wordOf(record(item.payload['error'])['code']) : undefined;
  item.found.events.push({
    ...item.envelope, ...placeOf(item, record(item.payload['destination']), undefined), kind: 'message.status', message, status, ...(errorCode !== undefined && { errorCode }),
  });
}

/** Control passes between bots and people. When a ticket is closed, control goes back, and that is all Zendesk says of the end. */
function readControl(item: Item): void {
  const place = placeOf(item, {}, undefined);
  const controller = controllerOf(item.payload);
  const happened = changeOf(item.payload['reason'], controller);
  if (happened === undefined) item.found.ignored.push('switchboard');
  else item.found.events.push({ ...item.envelope, ...place, ...happened });
}

function changeOf(reason: unknown, controller: Json | undefined): Payload | undefined {
  if (reason === 'ticketClosed') return { kind: 'conversation.resolved', by: 'agent' };
  if (controller?.['integrationType'] === AGENTS) return { kind: 'conversation.handoff', by: 'bot' };
  const bot = wordOf(controller?.['id']);
  return bot === undefined ? undefined : { kind: 'conversation.assigned', toType: 'bot', toId: bot };
}

function readMerge({ found, payload, envelope }: Item): void {
  const merged = record(payload['mergedUsers']);
  const [from, into] = [idOf(record(merged['discarded'])['id']), idOf(record(merged['surviving'])['id'])];
  if (from === undefined || into === undefined) return void found.malformed.push('mergedUsers');
  found.events.push({ ...envelope, channel: 'other', contact: into, kind: 'contact.merged', from, into });
}

function controllerOf(payload: Json): Json | undefined {
  const controller = record(payload['conversation'])['activeSwitchboardIntegration'];
  return isRecord(controller) ? controller : undefined;
}

function placeOf({ payload }: Item, source: Json, author: string | undefined): { readonly channel: Channel; readonly conversation?: string; readonly contact?: string } {
  const [conversation, contact] = [idOf(record(payload['conversation'])['id']), author ?? idOf(record(payload['user'])['id'])];
  return {
    channel: CHANNEL.get(source['type']) ?? 'other', ...(conversation !== undefined && { conversation }), ...(contact !== undefined && { contact }),
  };
}
