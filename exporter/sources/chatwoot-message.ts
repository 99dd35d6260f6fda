/** Chatwoot messages: who wrote them, how they were delivered, and the ratings that arrive inside them. */
import type { Author, Content, Envelope, Payload, Receipt } from '../core/event.ts';
import { placeOf } from './chatwoot-conversation.ts';
import type { Line, Place } from './chatwoot-conversation.ts';
import { digestOf } from './digest.ts';
import { nameOf } from './findings.ts';
import { emailOf, idOf, isRecord, labelOf, list, phoneOf, record, textOf, timeOf, wordOf } from './json.ts';
import type { Json } from './json.ts';

type Direction = 'incoming' | 'outgoing' | 'template' | 'activity';

/** Words in webhooks, numbers in nested messages. */
const DIRECTION: ReadonlyMap<unknown, Direction> = new Map<unknown, Direction>([
  ['incoming', 'incoming'], ['outgoing', 'outgoing'], ['template', 'template'], ['activity', 'activity'],
  [0, 'incoming'], [1, 'outgoing'], [2, 'activity'], [3, 'template'],
]);

const CONTENT: ReadonlyMap<unknown, Content> = new Map<unknown, Content>([
  ['text', 'text'], ['incoming_email', 'text'], ['sticker', 'sticker'], ['input_select', 'list'], ['cards', 'list'], ['form', 'form'], ['input_text', 'form'],
  ['input_textarea', 'form'], ['input_email', 'form'], ['input_csat', 'survey'],
]);

const ATTACHMENT: ReadonlyMap<unknown, Content> = new Map<unknown, Content>([
  ['image', 'image'], ['video', 'video'], ['ig_reel', 'video'], ['audio', 'audio'], ['file', 'document'], ['location', 'location'], ['contact', 'contacts'],
]);

const RECEIPT: ReadonlyMap<unknown, Receipt> = new Map<unknown, Receipt>([
  ['sent', 'sent'], ['delivered', 'delivered'], ['read', 'read'], ['failed', 'failed'],
]);

interface Message {
  readonly id: string;
  readonly body: Json;
  readonly attributes: Json;
  readonly direction: Direction;
  /** The same message as it stands in `conversation.messages`: there it has a delivery status and `updated_at`. */
  readonly nested: Json;
  readonly envelope: Omit<Envelope, 'id' | 't'> & Place;
}

/** `message_created` and `message_updated`. */
export function readMessage(line: Line, body: Json, event: 'message_created' | 'message_updated'): void {
  const message = messageOf(line, body);
  if (typeof message === 'string') return void line.found.malformed.push(message);
  if (message === undefined) return void line.found.unknown.push(`message_type.${nameOf(body['message_type'])}`);
  if (message.direction === 'activity') return void line.found.ignored.push('activity');
  if (event === 'message_updated') return readUpdate(line, message);

  const t = timeOf(body['created_at']);
  if (t === undefined) return void line.found.malformed.push('message.created_at');
  const base = { ...message.envelope, id: `message:${message.id}`, t };
  if (body['private'] === true) return void line.found.events.push({ ...base, kind: 'note.created' });
  if (message.direction === 'incoming') {
    const sender = record(body['sender']);
    const [text, phone, email] = [textOf(body['content']), phoneOf(sender['phone_number']), emailOf(sender['email'])];
    return void line.found.events.push({
      ...base, kind: 'message.inbound', message: message.id, content: contentOf(message),
      ...(text !== undefined && { text }), ...(phone !== undefined && { phone }), ...(email !== undefined && { email }),
    });
  }
  const written = textOf(body['content']);
  line.found.events.push({ ...base, ...outboundOf(message), ...(written !== undefined && { text: written }) });
  if (isSurvey(message)) {
    line.found.events.push({ ...base, id: `survey:${message.id}`, kind: 'survey.sent', survey: surveyOf(message), type: 'csat', message: message.id });
  }
}

/** Undefined: a message type we do not know. */
function messageOf(line: Line, body: Json): Message | string | undefined {
  const conversation = record(body['conversation']);
  const place = placeOf(conversation, record(body['inbox'])['id']);
  const id = wordOf(body['id']);
  const direction = DIRECTION.get(body['message_type']);
  if (id === undefined) return 'message.id';
  if (typeof place === 'string') return place;
  if (direction === undefined) return undefined;
  const contact = direction === 'incoming' ? idOf(record(body['sender'])['id']) ?? place.contact : place.contact;
  const seq = Number(id);
  return {
    id, body, direction, attributes: record(body['content_attributes']),
    nested: record(list(conversation['messages']).find((item) => isRecord(item) && wordOf(item['id']) === id)),
    envelope: {
      ...place, source: line.source, receivedAt: line.receivedAt,
      ...(contact !== undefined && { contact }), ...(Number.isSafeInteger(seq) && { seq }),
    },
  };
}

/** Deletion, rating, delivery: an update does not say which of them it is about, so each that is there is reported, once per value. */
function readUpdate(line: Line, message: Message): void {
  const base = { ...message.envelope, t: updatedAt(message) ?? line.receivedAt };
  const before = line.found.events.length;
  if (message.attributes['deleted'] === true) {
    line.found.events.push({ ...base, id: `message:${message.id}:deleted`, kind: 'message.deleted', message: message.id });
  }
  const score = isSurvey(message) ? ratingOf(message) : undefined;
  if (score !== undefined) {
    const version = digestOf(score, updatedAt(message));
    line.found.events.push({
      ...base, id: `survey:${message.id}:answered:${score}:${version}`, kind: 'survey.answered', survey: surveyOf(message), type: 'csat', score, message: message.id,
    });
  }
  const status = RECEIPT.get(message.body['status'] ?? message.nested['status']);
  if (status !== undefined && message.direction !== 'incoming' && message.body['private'] !== true) {
    const errorCode = status === 'failed' ? errorCodeOf(message) : undefined;
    line.found.events.push({
      ...base, id: `message:${message.id}:${status}`, kind: 'message.status', message: message.id, status, ...(errorCode !== undefined && { errorCode }),
    });
  }
  if (line.found.events.length === before) line.found.ignored.push('message_updated');
}

/** When the message last changed; failing that, its conversation, which every message touches. */
function updatedAt(message: Message): number | undefined {
  return timeOf(message.body['updated_at']) ?? timeOf(message.nested['updated_at']) ?? timeOf(record(message.body['conversation'])['updated_at']);
}

function outboundOf(message: Message): Payload {
  const [author, authorId] = authorOf(message);
  const extra = record(message.body['additional_attributes']);
  const [campaign, template] = [wordOf(extra['campaign_id']), record(extra['template_params'])];
  const [name, category] = [labelOf(template['name']), labelOf(template['category'])?.toLowerCase()];
  return {
    kind: 'message.outbound', message: message.id, content: name === undefined ? contentOf(message) : 'template', author,
    ...(authorId !== undefined && { authorId }), ...(campaign !== undefined && { campaign }),
    ...(name !== undefined && { template: { name, ...(category !== undefined && { category }) } }),
  };
}

/** Campaigns and rules may write in an agent's name, so they are asked about first. Nothing without a person behind it answers a customer. */
function authorOf(message: Message): readonly [Author, string?] {
  const sender = record(message.body['sender']);
  const id = wordOf(sender['id']);
  if (message.direction === 'template' || isSurvey(message)) return ['automation'];
  if (wordOf(record(message.body['additional_attributes'])['campaign_id']) !== undefined) return ['campaign'];
  if (wordOf(message.attributes['automation_rule_id']) !== undefined) return ['automation'];
  // Written in the page's or the phone's own app.
  if (message.attributes['external_echo'] === true) return ['agent'];
  if (sender['type'] === 'user') return id === undefined ? ['agent'] : ['agent', id];
  // Bots count from 1 like users do.
  if (sender['type'] === 'agent_bot' || sender['type'] === 'captain_assistant') return id === undefined ? ['bot'] : ['bot', `bot:${id}`];
  return ['automation'];
}

function contentOf(message: Message): Content {
  if (message.attributes['is_unsupported'] === true) return 'unsupported';
  const attachment = list(message.body['attachments']).find(isRecord);
  const type = message.body['content_type'];
  if (attachment && (type === 'text' || !CONTENT.has(type))) return ATTACHMENT.get(attachment['file_type']) ?? 'other';
  return type === null || type === undefined ? 'text' : CONTENT.get(type) ?? 'other';
}

const isSurvey = (message: Message): boolean => message.body['content_type'] === 'input_csat';

const surveyOf = (message: Message): string => `csat:${message.id}`;

/** The visitor may change the rating for 14 days; each change is one more answer to the same survey. */
function ratingOf(message: Message): number | undefined {
  const rating = Number(record(record(message.attributes['submitted_values'])['csat_survey_response'])['rating']);
  return Number.isInteger(rating) && rating >= 1 && rating <= 5 ? rating : undefined;
}

/** `131049: This message …`: the channel's own code, without its words. */
function errorCodeOf(message: Message): string | undefined {
  return /^\s*(\d{1,9})\b/.exec(textOf(message.attributes['external_error']) ?? '')?.[1];
}
