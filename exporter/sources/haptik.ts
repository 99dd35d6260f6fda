/**
 * Haptik: what its bot and its agents send, who takes a chat over, and how it ends. What the customer writes is not in it.
 * https://docs.haptik.ai/bot-as-an-api/which-information-is-sent-as-webhook-payload
 */
import type { Channel, Content, Payload, Resolver } from '../core/event.ts';
import type { TurnPlace } from './bot-turn.ts';
import { saysOneOf } from './bot-turn.ts';
import { nameOf, noFindings } from './findings.ts';
import type { Findings } from './findings.ts';
import { idOf, labelOf, parseObject, record, textOf, timeOf, wordOf } from './json.ts';
import type { Json } from './json.ts';
import { verifySignature } from './signature.ts';
import type { SignatureScheme } from './signature.ts';
import type { Parsed, SourceAdapter, SourceContext, WebhookRequest } from './source.ts';

/** The body, with SHA-1, and no time in it. */
export const HAPTIK_SIGNATURE: SignatureScheme = { algorithm: 'sha1', encoding: 'hex', header: 'x-hub-signature', prefix: 'sha1=', signed: ['body'], key: 'text' };

const CHANNEL: ReadonlyMap<unknown, Channel> = new Map<unknown, Channel>([
  ['WEB', 'webchat'], ['MOBILE_WEB', 'webchat'], ['ANDROID', 'webchat'], ['IOS', 'webchat'], ['WHATSAPP', 'whatsapp'], ['FACEBOOK', 'messenger'], ['INSTAGRAM', 'instagram'],
  ['TELEGRAM', 'telegram'],
]);

/** Haptik's elements (HSL). */
const CONTENT: ReadonlyMap<unknown, Content> = new Map<unknown, Content>([
  ['TEXT', 'text'], ['BUTTON', 'button'], ['QUICK_REPLY', 'button'], ['CAROUSEL', 'list'], ['LIST', 'list'], ['FORM', 'form'], ['IMAGE', 'image'], ['VIDEO', 'video'], ['AUDIO', 'audio'], ['FILE', 'document'],
]);

/** Who ended it; the agent named beside it may be the bot all the same. */
const RESOLVER: ReadonlyMap<unknown, Resolver> = new Map<unknown, Resolver>([['gogo', 'bot'], ['agent', 'agent'], ['autocomplete', 'automation']]);

export const haptik: SourceAdapter = {
  id: 'haptik',
  title: 'Haptik',
  secrets: [{ name: 'secret_key', required: true, help: 'Secret key agreed with Haptik for the webhook: signs every request' }],
  // After 5, 25, 125, 625 and twice 1,410 seconds; then the webhook is switched off.
  retries: true,
  hasResolution: true,
  feeds: { messages: 'partly', replies: 'yes', agents: 'yes', assignment: 'yes', resolution: 'yes', topics: 'yes' },
  verify: (request, secrets) => verifySignature(HAPTIK_SIGNATURE, request, secrets['secret_key'] ?? []),
  parse,
};

interface Item {
  readonly found: Findings;
  readonly request: WebhookRequest;
  readonly body: Json;
  readonly at: TurnPlace & { readonly t: number };
}

const READERS: ReadonlyMap<unknown, (item: Item) => void> = new Map<unknown, (item: Item) => void>([
  ['message', readMessage], ['chat_pinned', readPinned], ['webhook_conversation_complete', readComplete],
  // The older word for the same; what ends twice ends once.
  ['chat_complete', readComplete],
]);

function parse(request: WebhookRequest, { source }: SourceContext): Parsed {
  const body = parseObject(request.body);
  const found = noFindings();
  const read = READERS.get(body['event_name']);
  if (read === undefined) return { ...found, unknown: [nameOf(body['event_name'])] };
  const user = record(body['user']);
  const [contact, t, business] = [idOf(user['auth_id']), timeOf(body['timestamp']), wordOf(body['business_id'])];
  if (contact === undefined) return { ...found, malformed: ['user.auth_id'] };
  if (t === undefined) return { ...found, malformed: ['timestamp'] };
  const platform = textOf(user['device_platform']) ?? textOf(user['device_platform_name']);
  read({
    found, request, body,
    at: {
      source, receivedAt: request.receivedAt, t, channel: CHANNEL.get(platform?.toUpperCase()) ?? 'other', inbox: business ?? 'haptik', conversation: `${business ?? ''}:${contact}`, contact,
    },
  });
  return found;
}

function readMessage({ found, request, body, at }: Item): void {
  const message = record(body['message']);
  const said = record(message['body']);
  const id = idOf(message['id']);
  if (id === undefined) return void found.malformed.push('message.id');
  if (said['type'] === 'SYSTEM') return void found.ignored.push('system_message');
  const [agent, text] = [record(body['agent']), textOf(said['text'])];
  const authorId = agent['is_automated'] === false ? wordOf(agent['id']) : undefined;
  found.events.push({
    ...at, id, kind: 'message.outbound', message: id, content: CONTENT.get(said['type']) ?? 'other', author: agent['is_automated'] === false ? 'agent' : 'bot',
    ...(authorId !== undefined && { authorId }), ...(text !== undefined && { text }), ...(agent['is_automated'] !== false && saysOneOf(request, 'fallback', text) && { fallback: true }),
  });
}

/** An agent has the chat; until now the bot had. Passing it on to a colleague is told in the same words, and a second hand-off is none. */
function readPinned({ found, body, at }: Item): void {
  const message = record(body['message']);
  const id = idOf(message['id']);
  if (id === undefined) return void found.malformed.push('message.id');
  const team = labelOf(record(record(record(message['body'])['data'])['payload'])['team_name'] ?? body['team_name']);
  const agent = wordOf(record(body['agent'])['id']);
  const changes: readonly Payload[] = [
    { kind: 'conversation.handoff', by: 'bot' },
    ...(team === undefined ? [] : [{ kind: 'conversation.assigned', toType: 'team', toId: team } as const]),
    ...(agent === undefined ? [] : [{ kind: 'conversation.assigned', toType: 'agent', toId: agent } as const]),
  ];
  for (const change of changes) found.events.push({ ...at, id: `${id}:${'toType' in change ? change.toType : 'handoff'}`, ...change });
}

function readComplete({ found, body, at }: Item): void {
  const data = record(body['data']);
  const id = idOf(data['conversation_identifier']) ?? idOf(data['conversation_no']) ?? idOf(record(body['message'])['id']);
  if (id === undefined) return void found.malformed.push('data.conversation_no');
  // The older event comes of agents only.
  const by = RESOLVER.get(data['completion_type'] ?? 'agent') ?? 'system';
  const agent = record(body['agent']);
  const byId = by === 'agent' && agent['is_automated'] === false ? wordOf(agent['id']) : undefined;
  const topic = labelOf(record(data['closing_categories'])['reason']);
  if (topic !== undefined) found.events.push({ ...at, id: `${id}:topic`, kind: 'conversation.classified', topic });
  found.events.push({
    ...at, id: `${id}:complete`, kind: 'conversation.resolved', by, ...(byId !== undefined && { byId }), ...(by === 'automation' && { reason: 'inactivity' }),
  });
}
