/**
 * Rasa: the events of its tracker, from an event broker (one per body, or a list), and from the calls of custom actions, which carry the
 * conversation so far. The same event has the same identity either way. https://rasa.com/docs/reference/primitives/events
 */
import type { Author, Channel, Content, Payload } from '../core/event.ts';
import { channelIn, namesIn, peopleOf } from './bot-turn.ts';
import type { TurnPlace } from './bot-turn.ts';
import { digestOf } from './digest.ts';
import { nameOf, noFindings } from './findings.ts';
import type { Findings } from './findings.ts';
import { idOf, isRecord, labelOf, list, parseObject, record, textOf, timeOf, wordOf } from './json.ts';
import type { Json } from './json.ts';
import { queryOf, shownKeyOf } from './request.ts';
import { verifyToken } from './signature.ts';
import type { Parsed, Reply, SourceAdapter, SourceContext, WebhookRequest } from './source.ts';

const CHANNEL: ReadonlyMap<unknown, Channel> = new Map<unknown, Channel>([
  ['facebook', 'messenger'], ['telegram', 'telegram'], ['twilio', 'sms'], ['socketio', 'webchat'], ['rest', 'webchat'], ['chatroom', 'webchat'], ['whatsapp', 'whatsapp'], ['instagram', 'instagram'],
]);

/** An action server that did nothing. Rasa reads both fields. */
const NOTHING: Reply = { type: 'application/json', body: '{"events":[],"responses":[]}' };

/** Rasa's own responses for what was not understood, up to 2026; the address may name the assistant's. */
const FALLBACKS: ReadonlySet<unknown> = new Set(['utter_default', 'utter_ask_rephrase', 'utter_cannot_handle', 'utter_no_relevant_answer_found']);

/** Moves in a dialogue, as Rasa's own examples call them: nobody comes for those. */
const MOVES = /^(nlu_fallback|out_of_scope|session_start|restart|back|greet|goodbye|bye|affirm|deny|inform|stop|thank\w*|mood_\w+|bot_challenge|chitchat|faq|None|EXTERNAL\w*)$/;

/** Actions and flows of Rasa that mean a person. */
const HANDOFFS: ReadonlySet<unknown> = new Set(['action_human_handoff', 'pattern_human_handoff']);

const IGNORED: ReadonlySet<unknown> = new Set([
  'slot', 'reset_slots', 'active_loop', 'form', 'loop_interrupted', 'form_validation', 'action_execution_rejected', 'session_started', 'restart', 'rewind', 'undo', 'followup', 'export', 'reminder',
  'cancel_reminder', 'entities', 'user_featurization', 'stack', 'flow_interrupted', 'flow_resumed', 'flow_cancelled', 'routing_session_ended',
]);

/** Events of one call at most: the newest. The rest was told by calls before. */
const MOST_EVENTS = 500;

export const rasa: SourceAdapter = {
  id: 'rasa',
  title: 'Rasa',
  secrets: [{ name: 'key', required: true, help: 'Text of your choice: bearer token of your event broker, or ?key= at the end of the URL' }],
  retries: false,
  customerWaits: true,
  hasResolution: false,
  pasted: { query: 'key=…' },
  feeds: { messages: 'yes', replies: 'yes', agents: 'partly', assignment: 'partly', resolution: 'partly', topics: 'yes' },
  verify: (request, secrets) => verifyToken(shownKeyOf(request), secrets['key'] ?? []),
  parse,
  reply: () => NOTHING,
};

function parse(request: WebhookRequest, { source }: SourceContext): Parsed {
  const found = noFindings();
  const body = eventsIn(request.body);
  if (body.events === undefined) return { ...found, unknown: [body.unknown] };
  for (const event of body.events) {
    if (!isRecord(event)) { found.malformed.push('event'); continue; }
    readEvent(found, request, source, event, idOf(event['sender_id']) ?? body.sender, body.channel);
  }
  return found;
}

interface Body { readonly events: readonly unknown[]; readonly sender: string | undefined; readonly channel: unknown }

/** @throws SyntaxError when it is neither an object nor a list with something in it */
function eventsIn(bytes: Uint8Array): Body | { readonly events: undefined; readonly unknown: string } {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  if (text.trimStart().startsWith('[')) {
    const events: unknown = JSON.parse(text);
    if (!Array.isArray(events) || events.length === 0) throw new SyntaxError('the body holds no events');
    return { events, sender: undefined, channel: undefined };
  }
  const body = parseObject(bytes);
  const tracker = isRecord(body['tracker']) ? body['tracker'] : body;
  const sender = idOf(body['sender_id']) ?? idOf(tracker['sender_id']);
  if (Array.isArray(tracker['events'])) return { events: sessionOf(tracker['events']), sender, channel: tracker['latest_input_channel'] };
  return body['event'] === undefined ? { events: undefined, unknown: nameOf(Object.keys(body)[0]) } : { events: [body], sender, channel: undefined };
}

/** Of a whole conversation the session that runs; what was before was told in its time. */
function sessionOf(events: readonly unknown[]): readonly unknown[] {
  const from = events.findLastIndex((event) => record(event)['event'] === 'session_started');
  return events.slice(Math.max(0, from)).slice(-MOST_EVENTS);
}

interface Item {
  readonly found: Findings;
  readonly request: WebhookRequest;
  readonly event: Json;
  readonly id: string;
  readonly at: TurnPlace & { readonly t: number };
}

const READERS: ReadonlyMap<unknown, (item: Item) => void> = new Map<unknown, (item: Item) => void>([
  ['user', readUser], ['bot', (item) => readAnswer(item, 'bot')], ['agent', (item) => readAnswer(item, 'agent')], ['action', readAction], ['pause', (item) => handOver(item)],
  ['resume', (item) => push(item, { kind: 'conversation.assigned', toType: 'bot', toId: 'rasa' })],
  ['session_ended', (item) => push(item, { kind: 'conversation.resolved', by: 'system' })],
  ['flow_started', readFlow], ['flow_completed', readFlow],
]);

function readEvent(found: Findings, request: WebhookRequest, source: string, event: Json, sender: string | undefined, channel: unknown): void {
  const kind = event['event'];
  const read = READERS.get(kind);
  if (read === undefined) return void (IGNORED.has(kind) ? found.ignored : found.unknown).push(nameOf(kind));
  const t = timeOf(event['timestamp']);
  if (sender === undefined) return void found.malformed.push('sender_id');
  if (t === undefined) return void found.malformed.push('timestamp');
  const spoken = CHANNEL.get(event['input_channel'] ?? channel) ?? channelIn(request) ?? 'other';
  const inbox = wordOf(queryOf(request).get('bot')) ?? wordOf(record(event['metadata'])['assistant_id']) ?? 'rasa';
  const id = digestOf(sender, nameOf(kind), String(event['timestamp']), idOf(event['name']) ?? idOf(event['flow_id']) ?? textOf(event['text']));
  read({ found, request, event, id, at: { source, receivedAt: request.receivedAt, t, channel: spoken, inbox, conversation: sender, contact: sender } });
}

/** `/order{"size": 2}` is a button, or a program; `EXTERNAL: …` always a program. */
function readUser(item: Item): void {
  const { found, event, id, at } = item;
  const text = textOf(event['text']);
  const parsed = record(event['parse_data']);
  if (record(event['metadata'])['is_external'] === true || /^(EXTERNAL: |\/session_|\/restart)/.test(text ?? '')) return void found.ignored.push('user.external');
  const isButton = text?.startsWith('/') === true;
  found.events.push({ ...at, id, kind: 'message.inbound', message: id, content: isButton ? 'button' : text === undefined ? 'other' : 'text', ...(text !== undefined && !isButton && { text }) });
  const intent = labelOf(record(parsed['intent'])['name']);
  if (intent !== undefined && !MOVES.test(intent)) push(item, { kind: 'conversation.classified', topic: intent }, ':topic');
}

function readAnswer({ found, request, event, id, at }: Item, author: Author): void {
  const text = textOf(event['text']);
  const name = record(event['metadata'])['utter_action'];
  const fallback = author === 'bot' && (FALLBACKS.has(name) || namesIn(request, 'fallback').has(name));
  found.events.push({
    ...at, id, kind: 'message.outbound', message: id, content: contentOf(event), author, ...(text !== undefined && { text }), ...(fallback && { fallback }),
  });
}

function contentOf(event: Json): Content {
  const data = record(event['data']);
  return list(data['buttons']).length > 0 || list(data['quick_replies']).length > 0 ? 'button' : textOf(data['image']) !== undefined ? 'image' : textOf(event['text']) === undefined ? 'other' : 'text';
}

function readAction(item: Item): void {
  const name = item.event['name'];
  if (HANDOFFS.has(name) || namesIn(item.request, 'handoff').has(name)) return handOver(item);
  if (namesIn(item.request, 'resolved').has(name)) return push(item, { kind: 'conversation.resolved', by: 'bot', reason: 'done' });
  item.found.ignored.push('action');
}

/** What Rasa does by itself are patterns; the others are what customers came for. */
function readFlow(item: Item): void {
  const { event, found, request } = item;
  const flow = labelOf(event['flow_id']);
  if (flow === undefined) return void found.malformed.push('flow_id');
  const starts = event['event'] === 'flow_started';
  if (starts && (HANDOFFS.has(flow) || namesIn(request, 'handoff').has(flow))) return handOver(item);
  if (flow.startsWith('pattern_')) return void found.ignored.push('pattern');
  if (!starts) return push(item, { kind: 'flow.completed', flow });
  push(item, { kind: 'flow.step', flow, step: 'start' });
  push(item, { kind: 'conversation.classified', topic: flow }, ':topic');
}

function handOver(item: Item): void {
  push(item, { kind: 'conversation.handoff', by: 'bot' });
  if (peopleOf(item.request) === 'elsewhere') push(item, { kind: 'conversation.resolved', by: 'automation', reason: 'done' }, ':ended');
}

function push({ found, id, at }: Item, payload: Payload, suffix = ''): void {
  found.events.push({ ...at, id: `${id}${suffix}`, ...payload });
}
