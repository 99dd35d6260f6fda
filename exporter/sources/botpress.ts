/**
 * Botpress, which has no webhook for all of a bot's channels. Three ways say the same: signals of the Chat integration, answers of the
 * Messaging API integration with copies of what it was sent, and hooks of the Studio with a few lines of code.
 * https://botpress.com/docs/api-reference/chat-api/introduction · https://botpress.com/docs/studio/concepts/hooks
 */
import type { Channel, Content, Payload } from '../core/event.ts';
import { eventsOfMark, markOf } from './bot-mark.ts';
import { peopleOf, saysOneOf } from './bot-turn.ts';
import type { TurnPlace } from './bot-turn.ts';
import { digestOf } from './digest.ts';
import { nameOf, noFindings } from './findings.ts';
import type { Findings } from './findings.ts';
import { idOf, isRecord, parseObject, record, textOf, timeOf, wordOf } from './json.ts';
import type { Json } from './json.ts';
import { queryOf, shownKeyOf } from './request.ts';
import { verifyToken } from './signature.ts';
import type { Parsed, SourceAdapter, SourceContext, WebhookRequest } from './source.ts';

/** Where the Chat integration shows its webhook secret. */
const SECRET_HEADER = 'x-secret-key';

const CHANNEL: ReadonlyMap<unknown, Channel> = new Map<unknown, Channel>([
  ['webchat', 'webchat'], ['chat', 'webchat'], ['whatsapp', 'whatsapp'], ['messenger', 'messenger'], ['instagram', 'instagram'], ['telegram', 'telegram'], ['twilio', 'sms'], ['gmail', 'email'], ['email', 'email'],
]);

const CONTENT: ReadonlyMap<unknown, Content> = new Map<unknown, Content>([
  ['text', 'text'], ['markdown', 'text'], ['image', 'image'], ['audio', 'audio'], ['voice', 'audio'], ['video', 'video'], ['file', 'document'], ['location', 'location'], ['choice', 'button'], ['dropdown', 'list'],
  ['card', 'button'], ['carousel', 'list'],
]);

const IGNORED: ReadonlySet<unknown> = new Set(['participant_added', 'participant_removed', 'message_stream_delta', 'message_stream_complete', 'message_stream_abort', 'initialized', 'ping']);

export const botpress: SourceAdapter = {
  id: 'botpress',
  title: 'Botpress',
  secrets: [{ name: 'key', required: true, help: 'Text of your choice: webhook secret of the Chat integration; in hooks a bearer token or ?key= at the end of the URL' }],
  retries: false,
  customerWaits: true,
  hasResolution: false,
  pasted: { query: 'key=…' },
  feeds: { messages: 'yes', replies: 'yes', agents: 'partly', assignment: 'partly', resolution: 'partly', topics: 'partly' },
  verify: (request, secrets) => verifyToken(request.headers[SECRET_HEADER] ?? shownKeyOf(request), secrets['key'] ?? []),
  parse,
};

interface Item {
  readonly found: Findings;
  readonly request: WebhookRequest;
  readonly source: string;
}

function parse(request: WebhookRequest, { source }: SourceContext): Parsed {
  const body = parseObject(request.body);
  const item: Item = { found: noFindings(), request, source };
  if (isRecord(body['data'])) readSignal(item, body['type'], body['data']);
  else if (body['hook'] !== undefined) readHook(item, body['hook'], record(body['event']), record(body['outgoing']));
  else if (idOf(body['botpressMessageId']) !== undefined) readMessage(item, { ...body, id: body['botpressMessageId'], isBot: true, userId: undefined });
  else if (idOf(body['messageId']) !== undefined) readMessage(item, { ...body, id: body['messageId'], isBot: false });
  else item.found.unknown.push(nameOf(body['type']));
  return item.found;
}

function readSignal(item: Item, type: unknown, data: Json): void {
  if (type === 'message_created') readMessage(item, { integration: 'chat', ...data });
  else if (type === 'message_deleted') {
    const at = placeOf(item, { integration: 'chat', ...data });
    const id = idOf(data['id']);
    if (at === undefined || id === undefined) item.found.malformed.push('data.id');
    else push(item, at, `${id}:deleted`, { kind: 'message.deleted', message: id });
  } else if (type === 'event_created') readMark(item, record(data['payload'])['mark'], { integration: 'chat', ...data }, 'event_created');
  else (IGNORED.has(type) ? item.found.ignored : item.found.unknown).push(nameOf(type));
}

/** What the lines of code on the page send: the hook's name, and the event it was given. */
function readHook(item: Item, hook: unknown, event: Json, outgoing: Json): void {
  if (hook === 'incoming') readMessage(item, { ...event, id: event['messageId'] ?? event['id'], isBot: false });
  else if (hook === 'outgoing') {
    // The answer has no time: hooks run at once.
    const id = idOf(outgoing['id']) ?? `${idOf(event['id']) ?? ''}:${digestOf(JSON.stringify(outgoing))}`;
    readMessage(item, { ...outgoing, id, isBot: true, conversationId: event['conversationId'], integration: event['integration'], botId: event['botId'] });
  } else readMark(item, hook === 'ended' ? 'resolved' : hook, event, 'hook');
}

function readMark(item: Item, value: unknown, data: Json, otherwise: string): void {
  const mark = markOf(value);
  if (mark === undefined) return void (otherwise === 'hook' ? item.found.unknown : item.found.ignored).push(otherwise === 'hook' ? nameOf(value) : otherwise);
  const at = placeOf(item, data);
  if (at === undefined) return void item.found.malformed.push('conversationId');
  const id = idOf(data['id']) ?? digestOf(at.conversation, JSON.stringify(data));
  item.found.events.push(...eventsOfMark(mark, { id: `${id}:${digestOf(String(value))}`, place: at, people: peopleOf(item.request) }));
}

function readMessage(item: Item, message: Json): void {
  const { found, request } = item;
  const [id, at] = [idOf(message['id']), placeOf(item, message)];
  if (id === undefined) return void found.malformed.push('id');
  if (at === undefined) return void found.malformed.push('conversationId');
  const payload = record(message['payload']);
  const text = textOf(payload['text']) ?? textOf(payload['markdown']) ?? textOf(message['text']) ?? textOf(message['preview']);
  const content = CONTENT.get(payload['type'] ?? message['type']) ?? 'other';
  const said = { message: id, content };
  if (message['isBot'] !== true) return push(item, at, id, { kind: 'message.inbound', ...said }, text);
  push(item, at, id, { kind: 'message.outbound', author: 'bot', ...said, ...(saysOneOf(request, 'fallback', text) && { fallback: true }) }, text);
}

function placeOf({ request, source }: Item, item: Json): (TurnPlace & { readonly t: number }) | undefined {
  const conversation = idOf(item['conversationId']);
  if (conversation === undefined) return undefined;
  const contact = item['isBot'] === true ? undefined : idOf(item['userId']);
  return {
    source, receivedAt: request.receivedAt, t: timeOf(item['createdAt']) ?? timeOf(item['createdOn']) ?? request.receivedAt, channel: CHANNEL.get(item['integration']) ?? 'other',
    inbox: wordOf(queryOf(request).get('bot')) ?? wordOf(item['botId']) ?? 'botpress', conversation, ...(contact !== undefined && { contact }),
  };
}

function push({ found }: Item, at: TurnPlace & { readonly t: number }, id: string, payload: Payload, text?: string): void {
  found.events.push({ ...at, id, ...payload, ...(text !== undefined && { text }) });
}
