/**
 * SendPulse chatbots: global webhooks, several events per body, and webhooks that a flow sends under a name its builder chose.
 * https://sendpulse.com/integrations/api/chatbot/webhooks
 */
import type { Channel, Content, Payload } from '../core/event.ts';
import { eventsOfMark, markOf } from './bot-mark.ts';
import { peopleOf, saysOneOf } from './bot-turn.ts';
import type { TurnPlace } from './bot-turn.ts';
import { digestOf } from './digest.ts';
import { nameOf, noFindings } from './findings.ts';
import type { Findings } from './findings.ts';
import { idOf, isRecord, labelOf, parseItems, phoneOf, record, textOf, timeOf, wordOf } from './json.ts';
import type { Json } from './json.ts';
import { shownKeyOf } from './request.ts';
import { verifyToken } from './signature.ts';
import type { Parsed, SourceAdapter, SourceContext, WebhookRequest } from './source.ts';

const CHANNEL: ReadonlyMap<unknown, Channel> = new Map<unknown, Channel>([
  ['messenger', 'messenger'], ['facebook', 'messenger'], ['instagram', 'instagram'], ['telegram', 'telegram'], ['whatsapp', 'whatsapp'], ['livechat', 'webchat'], ['live_chat', 'webchat'],
]);

/** In order: the channel's own message names its type by what it holds. */
const CONTENT: readonly (readonly [string, Content])[] = [
  ['interactive', 'button'], ['button', 'button'], ['callback_query', 'button'], ['postback', 'button'], ['photo', 'image'], ['image', 'image'], ['video', 'video'], ['voice', 'audio'], ['audio', 'audio'],
  ['sticker', 'sticker'], ['document', 'document'], ['location', 'location'], ['contacts', 'contacts'], ['contact', 'contacts'], ['template', 'template'], ['text', 'text'],
];

export const sendpulse: SourceAdapter = {
  id: 'sendpulse',
  title: 'SendPulse',
  secrets: [{ name: 'key', required: true, help: 'Text of your choice, at the end of the webhook URL as ?key=' }],
  retries: false,
  hasResolution: false,
  pasted: { query: 'key=…' },
  feeds: { messages: 'yes', replies: 'yes', agents: 'partly', assignment: 'partly', resolution: 'partly', topics: 'partly' },
  verify: (request, secrets) => verifyToken(shownKeyOf(request), secrets['key'] ?? []),
  parse,
};

interface Item {
  readonly found: Findings;
  readonly request: WebhookRequest;
  readonly body: Json;
  /** The channel's own message. */
  readonly said: Json;
  readonly id: string;
  readonly t: number | undefined;
  readonly place: TurnPlace;
}

const READERS: ReadonlyMap<unknown, (item: Item) => void> = new Map<unknown, (item: Item) => void>([
  ['incoming_message', readIncoming], ['outgoing_message', readOutgoing], ['outbound_message', readOutgoing], ['open_chat', readHandoff], ['opened_live_chat', readHandoff],
  ['new_subscriber', (item) => push(item, { kind: 'contact.created', origin: 'inbound' })], ['link_click', readClick],
  ...['bot_block', 'bot_blocked', 'unsubscribe', 'bot_unsubscribe'].map((title) => [title, (item: Item) => push(item, { kind: 'consent.revoked', purpose: 'marketing' })] as const),
  // Where the flow ends is not told: every one of them would seem to be left on the way.
  ['run_custom_flow', ({ found }) => found.ignored.push('run_custom_flow')],
]);

function parse(request: WebhookRequest, { source }: SourceContext): Parsed {
  const found = noFindings();
  for (const event of parseItems(request.body)) {
    if (isRecord(event)) readEvent(found, request, source, event);
    else found.malformed.push('event');
  }
  return found;
}

function readEvent(found: Findings, request: WebhookRequest, source: string, body: Json): void {
  const title = body['title'];
  const mark = markOf(title);
  const read = READERS.get(title);
  if (read === undefined && mark === undefined) return void found.unknown.push(nameOf(title));
  const [contact, bot] = [record(body['contact']), record(body['bot'])];
  const who = idOf(contact['id']) ?? idOf(contact['phone']);
  if (who === undefined) return void found.malformed.push('contact.id');
  const [phone, botId] = [phoneOf(contact['phone']), wordOf(bot['id']) ?? wordOf(body['bot_id']) ?? wordOf(bot['external_id']) ?? 'sendpulse'];
  const said = record(record(record(record(body['info'])['message'])['channel_data'])['message']);
  const t = timeOf(body['date']);
  const place: TurnPlace = {
    source, receivedAt: request.receivedAt, channel: CHANNEL.get(body['service']) ?? 'other', inbox: botId, conversation: `${botId}:${who}`, contact: who, ...(phone !== undefined && { phone }),
  };
  // Without id and time the same event of the same day is the same event.
  const id = digestOf(botId, who, typeof title === 'string' ? title : '', t ?? Math.floor(request.receivedAt / 86_400_000), textIn(said) ?? textOf(contact['last_message']));
  const item: Item = { found, request, body, said, id, t, place };
  if (read) read(item);
  else if (mark) found.events.push(...eventsOfMark(mark, { id, place, people: peopleOf(request), said: { t, content: 'text', text: textOf(contact['last_message']) } }));
}

function readIncoming({ found, body, said, id, t, place }: Item): void {
  // Public comments under posts come under the same title.
  if (said['item'] === 'comment' || said['comment_id'] !== undefined) return void found.ignored.push('comment');
  const text = textIn(said) ?? textOf(record(body['contact'])['last_message']);
  const message = messageId(body, said) ?? id;
  found.events.push({
    ...place, id: message, t: t ?? place.receivedAt, kind: 'message.inbound', message, content: contentOf(said), ...(text !== undefined && { text }),
  });
}

/** `last_message` is what the customer said last, here too. Who answered is told by nothing but that the chat is open to people. */
function readOutgoing({ found, request, body, said, id, t, place }: Item): void {
  const text = textIn(said) ?? textOf(record(body['message'])['text']);
  const message = messageId(body, said) ?? id;
  const author = record(body['contact'])['is_chat_opened'] === true ? 'agent' : 'bot';
  found.events.push({
    ...place, id: message, t: t ?? place.receivedAt, kind: 'message.outbound', message, author,
    content: record(body['message'])['type'] === 'template' ? 'template' : contentOf(said), ...(text !== undefined && { text }),
    ...(author === 'bot' && saysOneOf(request, 'fallback', text) && { fallback: true }),
  });
}

/** The flow came to "open chat": from here on a person is needed. Of people elsewhere nothing more is heard, as after any bot's hand-off. */
function readHandoff(item: Item): void {
  push(item, { kind: 'conversation.handoff', by: 'bot' });
  if (peopleOf(item.request) === 'elsewhere') push(item, { kind: 'conversation.resolved', by: 'automation', reason: 'done' }, ':ended');
}

function readClick(item: Item): void {
  const info = record(item.body['info']);
  const address = [info['url'], info['link'], record(info['button'])['url'], record(info['message'])['url']].map(textOf).find((each) => each !== undefined);
  // Without what follows the path: that may say who clicked.
  push(item, { kind: 'link.clicked', link: labelOf(address?.replace(/[?#].*$/s, '').replace(/^https?:\/\//, '')) ?? 'button' });
}

function push({ found, id, t, place }: Item, payload: Payload, suffix = ''): void {
  found.events.push({ ...place, id: `${id}${suffix}`, t: t ?? place.receivedAt, ...payload });
}

/** WhatsApp has `text.body`, the others a plain text; buttons have the words on them. */
function textIn(said: Json): string | undefined {
  const interactive = record(said['interactive']);
  return textOf(said['text']) ?? textOf(record(said['text'])['body']) ?? textOf(said['body']) ?? textOf(record(interactive['button_reply'])['title']) ?? textOf(record(interactive['list_reply'])['title'])
    ?? textOf(record(said['button'])['text']) ?? textOf(said['caption']);
}

const contentOf = (said: Json): Content => CONTENT.find(([name]) => Object.hasOwn(said, name))?.[1] ?? 'text';

function messageId(body: Json, said: Json): string | undefined {
  const message = record(record(body['info'])['message']);
  return idOf(record(message['channel_data'])['message_id']) ?? idOf(message['id']) ?? idOf(said['id']) ?? idOf(said['mid']) ?? idOf(record(body['message'])['id']);
}
