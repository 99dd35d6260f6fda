/**
 * Crisp, hooks of a website (unsigned) or of a plugin (signed). Events are named from the visitor's side: `message:send` is what a
 * visitor wrote, `message:received` what the team did; `from` says it plainly.
 * https://docs.crisp.chat/references/web-hooks/v1/ · https://docs.crisp.chat/references/rtm-api/v1/
 */
import type { Author, Channel, Content, Envelope, Payload } from '../core/event.ts';
import { nameOf, noFindings } from './findings.ts';
import type { Findings } from './findings.ts';
import { idOf, labelOf, list, parseObject, record, textOf, timeOf, wordOf } from './json.ts';
import type { Json } from './json.ts';
import { shownKeyOf } from './request.ts';
import { verifySignature, verifyToken } from './signature.ts';
import type { SignatureScheme } from './signature.ts';
import type { Parsed, Secrets, SourceAdapter, SourceContext, Verdict, WebhookRequest } from './source.ts';

/** The time is signed and not judged: Crisp names no limit, and a hook that is tried again may keep the time of its first try. */
export const CRISP_SIGNATURE: SignatureScheme = {
  algorithm: 'sha256', encoding: 'hex', header: 'x-crisp-signature', prefix: '', signed: ['[', 'id', ';', 'body', ']'], idHeader: 'x-crisp-request-timestamp', key: 'text',
};

/** By where a message came from: `chat`, `email`, or the plugin behind another channel. */
const CHANNELS: readonly (readonly [RegExp, Channel])[] = [
  [/^chat$/, 'webchat'], [/email/, 'email'], [/whatsapp/, 'whatsapp'], [/messenger/, 'messenger'], [/instagram/, 'instagram'], [/telegram/, 'telegram'], [/sms|twilio/, 'sms'],
];

const CONTENT: ReadonlyMap<unknown, Content> = new Map<unknown, Content>([
  ['text', 'text'], ['animation', 'image'], ['audio', 'audio'], ['picker', 'button'], ['field', 'form'], ['carousel', 'list'],
]);

/** New is pending, answered is unresolved; either is open, whoever wrote last. */
const STATUS: ReadonlyMap<unknown, 'open' | 'resolved'> = new Map([['pending', 'open'], ['unresolved', 'open'], ['resolved', 'resolved']]);

const IGNORED = new RegExp(`^(${[
  'session:(update_\\w+|request:initiated|sync:\\w+|error|removed|set_(email|phone|address|subject|avatar|nickname|origin|data|block|opened|closed|participants|mentions|inbox))',
  'session:updated', 'message:(compose|notify):.*', 'message:acknowledge:(read:received|unread:send|ignored)', 'website:(update_visitors_count|users:available)',
  '(people|campaign|browsing|call|identity|widget|status|bucket|media|email|plugin|plan|spam):.*',
].join('|')})$`);

export const crisp: SourceAdapter = {
  id: 'crisp',
  title: 'Crisp',
  secrets: [
    { name: 'signing_secret', required: false, help: 'Signing secret of your plugin (Crisp Marketplace > your plugin > Web hooks), for plugin hooks' },
    { name: 'key', required: false, help: 'For website hooks, which are not signed: text of your choice, put at the end of the URL as ?key=' },
  ],
  needs: [['signing_secret'], ['key']],
  retries: true,
  hasResolution: true,
  pasted: { query: 'key=…', unless: 'signing_secret' },
  feeds: { messages: 'yes', replies: 'yes', agents: 'yes', receipts: 'yes', assignment: 'yes', resolution: 'yes', ratings: 'yes', topics: 'partly' },
  verify,
  parse,
};

function verify(request: WebhookRequest, secrets: Secrets): Verdict {
  const { signing_secret: secret = [], key = [] } = secrets;
  if (secret.length > 0 && (request.headers[CRISP_SIGNATURE.header] !== undefined || key.length === 0)) return verifySignature(CRISP_SIGNATURE, request, secret);
  return verifyToken(shownKeyOf(request), key);
}

interface Item {
  readonly found: Findings;
  readonly event: string;
  readonly data: Json;
  readonly place: Omit<Envelope, 'id'> & { readonly conversation: string };
}

const READERS: ReadonlyMap<string, (item: Item) => void> = new Map<string, (item: Item) => void>([
  ['message:send', readMessage], ['message:received', readMessage],
  ['message:updated', (item) => readChange(item, 'message.edited')], ['message:removed', (item) => readChange(item, 'message.deleted')],
  ['message:acknowledge:delivered', (item) => readReceipts(item, 'delivered')], ['message:acknowledge:read:send', (item) => readReceipts(item, 'read')],
  ['session:set_state', readState], ['session:set_routing', readRouting], ['session:set_segments', readSegments], ['session:sync:rating', readRating],
]);

function parse(request: WebhookRequest, context: SourceContext): Parsed {
  const body = parseObject(request.body);
  const found = noFindings();
  const event = textOf(body['event']) ?? '';
  const name = nameOf(event.replaceAll(':', '.'));
  const isPresence = event === 'website:update_operators_availability';
  const read = READERS.get(event);
  if (read === undefined && !isPresence) return IGNORED.test(event) ? { ...found, ignored: [name] } : { ...found, unknown: [name] };

  const data = record(body['data']);
  const t = timeOf(body['timestamp']);
  if (t === undefined) return { ...found, malformed: ['timestamp'] };
  const envelope = { source: context.source, receivedAt: request.receivedAt, t, channel: 'other' as const, inbox: wordOf(data['website_id']) ?? wordOf(body['website_id']) ?? 'crisp' };
  const conversation = idOf(data['session_id']);
  if (isPresence) readPresence(found, data, envelope);
  else if (conversation === undefined) found.malformed.push('data.session_id');
  else read?.({ found, event, data, place: { ...envelope, conversation } });
  return found;
}

function readMessage({ found, event, data, place }: Item): void {
  const fingerprint = idOf(data['fingerprint']);
  if (fingerprint === undefined) return void found.malformed.push('data.fingerprint');
  const id = messageId(place.conversation, fingerprint);
  const origin = textOf(data['origin']) ?? '';
  const at = { ...place, id, t: timeOf(data['timestamp']) ?? place.t, channel: CHANNELS.find(([form]) => form.test(origin))?.[1] ?? 'other' as const };
  if (data['type'] === 'note') return void found.events.push({ ...at, kind: 'note.created' });
  if (data['type'] === 'event') return void found.ignored.push('message.event');
  const text = data['type'] === 'text' ? textOf(data['content']) : undefined;
  const said = { message: id, content: contentOf(data), ...(text !== undefined && { text }) };
  const user = record(data['user']);
  const userId = idOf(user['user_id']);
  if ((data['from'] ?? (event === 'message:send' ? 'user' : 'operator')) === 'user') {
    return void found.events.push({ ...at, ...(userId !== undefined && { contact: userId }), kind: 'message.inbound', ...said });
  }
  const author = authorOf(data, origin, user);
  found.events.push({ ...at, kind: 'message.outbound', author, ...(author === 'agent' && userId !== undefined && { authorId: userId }), ...said });
}

/** Bots and triggers write in the name of an operator or of the website; what the website says by itself was not typed either. */
function authorOf(data: Json, origin: string, user: Json): Author {
  if (/campaign/.test(origin)) return 'campaign';
  if (/trigger/.test(origin)) return 'automation';
  if (/:bot:/.test(origin) || data['automated'] === true) return 'bot';
  return user['type'] === 'website' || idOf(user['user_id']) === undefined ? 'automation' : 'agent';
}

function contentOf(data: Json): Content {
  if (data['type'] !== 'file') return CONTENT.get(data['type']) ?? 'other';
  const family = textOf(record(data['content'])['type'])?.split('/')[0];
  return family === 'image' || family === 'video' || family === 'audio' ? family : 'document';
}

function readChange({ found, data, place }: Item, kind: 'message.edited' | 'message.deleted'): void {
  const fingerprint = idOf(data['fingerprint']);
  if (fingerprint === undefined) return void found.malformed.push('data.fingerprint');
  const message = messageId(place.conversation, fingerprint);
  found.events.push({ ...place, id: `${message}:${kind}:${place.t}`, kind, message });
}

/** What the team sent and the visitor got, or saw. */
function readReceipts({ found, data, place }: Item, status: 'delivered' | 'read'): void {
  for (const value of list(data['fingerprints'])) {
    const fingerprint = idOf(value);
    if (fingerprint === undefined) { found.malformed.push('data.fingerprints'); continue; }
    const message = messageId(place.conversation, fingerprint);
    found.events.push({ ...place, id: `${message}:${status}`, kind: 'message.status', message, status });
  }
}

/** A state, told again with every message; who set it is not told. */
function readState(item: Item): void {
  const status = STATUS.get(item.data['state']);
  if (status === undefined) item.found.unknown.push(`state.${nameOf(item.data['state'])}`);
  else push(item, `state:${status}`, { kind: 'conversation.snapshot', status });
}

function readRouting(item: Item): void {
  const toId = idOf(item.data['routing_id']);
  push(item, 'routing', toId === undefined ? { kind: 'conversation.unassigned' } : { kind: 'conversation.assigned', toType: 'agent', toId });
}

/** All of them, the newest last. */
function readSegments(item: Item): void {
  const topic = labelOf(list(item.data['segments']).at(-1));
  if (topic === undefined) item.found.ignored.push('session.set_segments');
  else push(item, 'segments', { kind: 'conversation.classified', topic });
}

function readRating(item: Item): void {
  const score = record(item.data['rating'])['stars'];
  if (typeof score !== 'number' || !Number.isInteger(score) || score < 1 || score > 5) return void item.found.malformed.push('rating.stars');
  push(item, `rating:${score}`, { kind: 'survey.answered', survey: `rating:${item.place.conversation}`, type: 'csat', score });
}

function readPresence(found: Findings, data: Json, envelope: Omit<Envelope, 'id'>): void {
  const agent = idOf(data['user_id']);
  if (agent === undefined) return void found.malformed.push('data.user_id');
  const type = record(data['availability'])['type'];
  found.events.push({ ...envelope, id: `presence:${agent}:${envelope.t}`, kind: 'agent.status', agent, status: type === 'online' ? 'online' : type === 'offline' ? 'offline' : 'away' });
}

/** Fingerprints are unique in their conversation. */
const messageId = (conversation: string, fingerprint: string): string => `${conversation}:${fingerprint}`;

function push({ found, place }: Item, what: string, payload: Payload): void {
  found.events.push({ ...place, id: `${place.conversation}:${what}:${place.t}`, ...payload });
}
