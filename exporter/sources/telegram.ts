/**
 * Telegram bots. One update per request, times in seconds, no receipts at all; a bot's own messages are not shown to it, except through a
 * connected business account. https://core.telegram.org/bots/api#update
 */
import type { Author, Content, Envelope } from '../core/event.ts';
import { nameOf, noFindings } from './findings.ts';
import type { Findings } from './findings.ts';
import { idOf, isRecord, list, parseExactObject, record, textOf, timeOf, wordOf } from './json.ts';
import type { Json } from './json.ts';
import { queryOf } from './request.ts';
import { everyOne } from './secret-values.ts';
import { verifyToken } from './signature.ts';
import type { Parsed, Reply, SourceAdapter, SourceContext, WebhookRequest } from './source.ts';

export const TELEGRAM_TOKEN = 'x-telegram-bot-api-secret-token';

const NOTHING: Reply = { type: 'text/plain; charset=utf-8', body: '' };

export const telegram: SourceAdapter = {
  id: 'telegram',
  title: 'Telegram',
  secrets: [{
    name: 'secret_token', required: true, help: 'Text of your choice (A-Z, a-z, 0-9, _ and -), given to setWebhook as secret_token',
    form: everyOne(/^[A-Za-z0-9_-]{1,256}$/, 'must consist of A-Z, a-z, 0-9, _ and -, at most 256 of them: setWebhook takes nothing else; several separated by commas'),
  }],
  retries: true,
  hasResolution: false,
  feeds: { messages: 'yes', replies: 'partly', agents: 'partly' },
  verify: (request, secrets) => verifyToken(request.headers[TELEGRAM_TOKEN], secrets['secret_token'] ?? []),
  parse,
  // A JSON answer would be taken for a call of the Bot API.
  reply: () => NOTHING,
};

/** What all of one request shares. An update does not name its bot; the address may (`?bot=`). */
interface Line { readonly source: string; readonly receivedAt: number; readonly inbox: string; readonly author: Author; readonly update: string | undefined; readonly found: Findings }

const READERS: ReadonlyMap<string, (line: Line, item: Json) => void> = new Map<string, (line: Line, item: Json) => void>([
  ['message', readMessage], ['business_message', readMessage],
  // What `sendMessage` answered, handed on by the bot: the only way to know its messages.
  ['result', readMessage],
  ['edited_message', readEdit], ['edited_business_message', readEdit], ['deleted_business_messages', readDeleted], ['callback_query', readCallback],
  ['message_reaction', readReaction], ['my_chat_member', readMembership],
]);

const IGNORED: ReadonlySet<string> = new Set([
  'channel_post', 'edited_channel_post', 'business_connection', 'inline_query', 'chosen_inline_result', 'shipping_query', 'pre_checkout_query', 'poll', 'poll_answer', 'chat_member',
  'chat_join_request', 'message_reaction_count', 'chat_boost', 'removed_chat_boost', 'purchased_paid_media',
]);

/** In order: a venue has a location too, an animation a document. */
const CONTENT: readonly (readonly [string, Content])[] = [
  ['text', 'text'], ['photo', 'image'], ['animation', 'video'], ['video', 'video'], ['video_note', 'video'], ['voice', 'audio'], ['audio', 'audio'], ['sticker', 'sticker'],
  ['document', 'document'], ['venue', 'location'], ['location', 'location'], ['contact', 'contacts'], ['web_app_data', 'form'], ['poll', 'other'], ['dice', 'other'], ['story', 'other'],
  ['paid_media', 'image'], ['checklist', 'list'], ['game', 'other'], ['invoice', 'other'],
];

/** Lines of the platform about a chat, not written by anybody. */
const SERVICE = /^(new_chat_|left_chat_|delete_chat_|group_chat_|supergroup_chat_|channel_chat_|message_auto_delete|migrate_|pinned_message|forum_|general_forum|video_chat_|chat_|proximity_|boost_added|giveaway|users_shared|write_access|successful_payment|refunded_payment|connected_website|passport_data)/;

function parse(request: WebhookRequest, { source }: SourceContext): Parsed {
  const body = parseExactObject(request.body);
  const found = noFindings();
  const query = queryOf(request);
  const author = AUTHORED.find((word) => word === query.get('author')) ?? 'bot';
  const line: Line = { source, receivedAt: request.receivedAt, inbox: wordOf(query.get('bot')) ?? 'bot', author, update: idOf(body['update_id']), found };
  const key = Object.keys(body).find((name) => name !== 'update_id' && name !== 'ok');
  const read = READERS.get(key ?? '');
  if (key === undefined) return found;
  if (read && isRecord(body[key])) read(line, body[key]);
  else if (read) found.malformed.push(key);
  else if (IGNORED.has(key)) found.ignored.push(key);
  else found.unknown.push(nameOf(key));
  return found;
}

const AUTHORED = ['agent', 'bot', 'automation', 'campaign'] as const;

function readMessage(line: Line, message: Json): void {
  const at = placeOf(line, message, timeOf(message['date']));
  const id = messageId(line, message);
  if (typeof at === 'string') return void line.found.malformed.push(at);
  if (id === undefined) return void line.found.malformed.push('message.message_id');
  const content = CONTENT.find(([name]) => Object.hasOwn(message, name))?.[1];
  if (content === undefined && Object.keys(message).some((name) => SERVICE.test(name))) return void line.found.ignored.push('service_message');
  const text = textOf(message['text']) ?? textOf(message['caption']);
  const author = authorOf(line, message);
  const start = author === undefined ? /^\/start(?:@\w+)?(\s+\S)?/.exec(text ?? '') : null;
  line.found.events.push({
    ...at, id,
    ...(author !== undefined ? { kind: 'message.outbound', message: id, content: content ?? 'other', author }
      // The button under an empty chat; what follows it came with the link that led there.
      : { kind: 'message.inbound', message: id, content: start ? 'button' : content ?? 'other', ...(start?.[1] !== undefined && { referral: 'link' }) }),
    ...(text !== undefined && !start && { text }),
  });
}

/** In a business account the owner writes as a person, unless a connected bot did. Elsewhere what a bot wrote was handed on. */
function authorOf(line: Line, message: Json): Author | undefined {
  if (isRecord(message['sender_business_bot'])) return 'bot';
  const [from, chat] = [record(message['from']), record(message['chat'])];
  if (message['business_connection_id'] !== undefined) return chat['type'] === 'private' && idOf(from['id']) !== idOf(chat['id']) ? 'agent' : undefined;
  return from['is_bot'] === true ? line.author : undefined;
}

function readEdit(line: Line, message: Json): void {
  const edited = timeOf(message['edit_date']) ?? timeOf(message['date']);
  const at = placeOf(line, message, edited);
  const id = messageId(line, message);
  if (typeof at === 'string') return void line.found.malformed.push(at);
  if (id === undefined) return void line.found.malformed.push('message.message_id');
  line.found.events.push({ ...at, id: `${id}:edited:${edited}`, kind: 'message.edited', message: id });
}

function readDeleted(line: Line, deleted: Json): void {
  const at = placeOf(line, deleted, line.receivedAt);
  if (typeof at === 'string') return void line.found.malformed.push(at);
  for (const number of list(deleted['message_ids'])) {
    const id = messageId(line, { ...deleted, message_id: number });
    if (id === undefined) line.found.malformed.push('message_ids');
    else line.found.events.push({ ...at, id: `${id}:deleted`, kind: 'message.deleted', message: id });
  }
}

/** A tapped button. It has no time of its own: that of its message is the bot's. */
function readCallback(line: Line, query: Json): void {
  const message = record(query['message']);
  const at = placeOf(line, { from: query['from'], chat: isRecord(message['chat']) ? message['chat'] : query['from'] }, line.receivedAt);
  const id = idOf(query['id']);
  if (typeof at === 'string') return void line.found.malformed.push(at);
  if (id === undefined) return void line.found.malformed.push('callback_query.id');
  line.found.events.push({ ...at, id: `callback:${id}`, kind: 'message.inbound', message: `callback:${id}`, content: 'button' });
}

function readReaction(line: Line, reaction: Json): void {
  const at = placeOf(line, { from: reaction['user'], chat: reaction['chat'] }, timeOf(reaction['date']));
  if (list(reaction['new_reaction']).length === 0) return void line.found.ignored.push('reaction_removed');
  if (typeof at === 'string') return void line.found.malformed.push(at);
  line.found.events.push({ ...at, id: `reaction:${line.inbox}:${line.update ?? at.t}`, kind: 'reaction.added', by: 'contact' });
}

/** Who blocks the bot wants nothing of it any more. */
function readMembership(line: Line, change: Json): void {
  const isBlock = record(change['chat'])['type'] === 'private' && record(change['new_chat_member'])['status'] === 'kicked';
  if (!isBlock) return void line.found.ignored.push('my_chat_member');
  const at = placeOf(line, change, timeOf(change['date']));
  if (typeof at === 'string') return void line.found.malformed.push(at);
  line.found.events.push({ ...at, id: `blocked:${line.inbox}:${line.update ?? at.t}`, kind: 'consent.revoked', purpose: 'marketing' });
}

/** Message numbers count per chat. */
function messageId(line: Line, message: Json): string | undefined {
  const [chat, number] = [idOf(record(message['chat'])['id']), idOf(message['message_id'])];
  return chat === undefined || number === undefined ? undefined : `${line.inbox}:${chat}:${number}`.slice(0, 512);
}

/** The private chat of a customer has the customer's id. A text names what is missing. */
function placeOf(line: Line, item: Json, t: number | undefined): (Omit<Envelope, 'id'> & { readonly conversation: string; readonly contact?: string }) | string {
  const chat = idOf(record(item['chat'])['id']);
  const from = record(item['from']);
  const contact = record(item['chat'])['type'] === 'private' ? chat : from['is_bot'] === true ? undefined : idOf(from['id']);
  if (chat === undefined) return 'chat.id';
  if (t === undefined) return 'date';
  return {
    source: line.source, t, receivedAt: line.receivedAt, channel: 'telegram', inbox: line.inbox, conversation: `${line.inbox}:${chat}`, ...(contact !== undefined && { contact }),
  };
}
