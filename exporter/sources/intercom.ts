/**
 * Intercom. A notification holds the conversation with its latest part, and one part may be told under several topics (a reply that
 * also assigns), so events are read from parts and have their ids; the topic only says where else to look.
 * https://developers.intercom.com/docs/references/webhooks/webhook-models
 */
import type { Channel, Envelope } from '../core/event.ts';
import { nameOf, noFindings } from './findings.ts';
import type { Findings } from './findings.ts';
import { readParts, readSource } from './intercom-part.ts';
import type { Notice } from './intercom-part.ts';
import { idOf, isRecord, labelOf, list, parseObject, record, textOf, timeOf, wordOf } from './json.ts';
import type { Json } from './json.ts';
import { verifySignature } from './signature.ts';
import type { SignatureScheme } from './signature.ts';
import type { Parsed, SourceAdapter, SourceContext, WebhookRequest } from './source.ts';

/** SHA-1 and no time: a replay is caught by its ids only. */
export const INTERCOM_SIGNATURE: SignatureScheme = {
  algorithm: 'sha1', encoding: 'hex', header: 'x-hub-signature', prefix: 'sha1=', signed: ['body'], key: 'text',
};

const CHANNEL: ReadonlyMap<unknown, Channel> = new Map<unknown, Channel>([
  ['conversation', 'webchat'], ['push', 'webchat'], ['email', 'email'], ['whatsapp', 'whatsapp'], ['facebook', 'messenger'], ['instagram', 'instagram'],
  ['sms', 'sms'], ['telegram', 'telegram'],
]);

/** Left out on purpose: what is not about a conversation, or repeats it. */
const IGNORED = /^(ping|article|call|company|contact|content_stat|conversation\.(contact|deleted|priority)|conversation_part\.redacted|data_connector|event|help_center|job|lead|macro|messenger|ticket|user|visitor|admin\.(added|removed|activity))\b|\.translated$/;

export const intercom: SourceAdapter = {
  id: 'intercom',
  title: 'Intercom',
  secrets: [{ name: 'client_secret', required: true, help: 'Client secret of the app (Developer Hub > your app > Basic information): signs every webhook' }],
  retries: true,
  hasResolution: true,
  feeds: { messages: 'yes', replies: 'yes', agents: 'yes', receipts: 'partly', assignment: 'yes', resolution: 'yes', ratings: 'yes', topics: 'yes' },
  verify: (request, secrets) => verifySignature(INTERCOM_SIGNATURE, request, secrets['client_secret'] ?? []),
  // Before it saves the address Intercom asks whether anybody is there.
  handshake: (request) => (request.method === 'HEAD' ? 'here' : undefined),
  parse,
};

function parse(request: WebhookRequest, context: SourceContext): Parsed {
  const body = parseObject(request.body);
  const found = noFindings();
  const topic = textOf(body['topic']) ?? '';
  const item = record(record(body['data'])['item']);
  if (IGNORED.test(topic)) return { ...found, ignored: [nameOf(topic)] };
  const isPresence = /^admin\.(away_mode_updated|logged_in|logged_out)$/.test(topic);
  if (!isPresence && !/^conversation(_part)?\./.test(topic)) return { ...found, unknown: [nameOf(topic)] };

  const t = timeOf(body['created_at']);
  if (t === undefined) return { ...found, malformed: ['created_at'] };
  const envelope = { source: context.source, receivedAt: request.receivedAt, inbox: wordOf(body['app_id']) ?? 'intercom' };
  if (isPresence) readPresence(found, { ...envelope, t, channel: 'other', id: idOf(body['id']) ?? `${topic}:${t}` }, topic, item);
  else {
    // A tagged part may come with its conversation around it, or inside it.
    const conversation = item['type'] === 'conversation_part' && isRecord(item['conversation']) ? item['conversation'] : item;
    const id = idOf(conversation['id']);
    if (id === undefined) found.malformed.push('item.id');
    else readConversation({ found, topic, t, item: conversation, place: { ...envelope, channel: channelOf(conversation), conversation: id, ...contactOf(conversation) } });
  }
  return found;
}

const BY_ADMINS = /^conversation\.admin\.(replied|assigned|open\.assigned|opened|closed|snoozed|unsnoozed|noted)$/;

const READERS: ReadonlyMap<string, (notice: Notice) => void> = new Map<string, (notice: Notice) => void>([
  ['conversation.user.created', (notice) => { readSource(notice); readParts(notice); }],
  ['conversation.admin.single.created', (notice) => { readSource(notice); readParts(notice); }],
  ['conversation.user.replied', readParts], ['conversation.operator.replied', readParts],
  ['conversation.rating.added', readRating], ['conversation.read', readSeen], ['conversation_part.tag.created', readTag],
]);

function readConversation(notice: Notice): void {
  const { found, topic } = notice;
  const before = found.events.length + found.unknown.length + found.malformed.length;
  const read = READERS.get(topic) ?? (BY_ADMINS.test(topic) ? readParts : undefined);
  if (read === undefined) return void found.unknown.push(nameOf(topic));
  read(notice);
  if (found.events.length + found.unknown.length + found.malformed.length === before) found.ignored.push(nameOf(topic));
}

/** The rating was asked for at `created_at` and given, or given again, at `updated_at`. */
function readRating({ found, t, item, place }: Notice): void {
  // Where nobody rated the team, somebody rated the AI agent, on the same scale.
  const rating = isRecord(item['conversation_rating']) ? item['conversation_rating'] : { rating: record(item['ai_agent'])['rating'] };
  const [survey, score]: readonly [string, unknown] = [`rating:${place.conversation}`, rating['rating']];
  const [askedAt, givenAt] = [timeOf(rating['created_at']), timeOf(rating['updated_at']) ?? t];
  if (askedAt !== undefined) found.events.push({ ...place, id: `${survey}:asked:${askedAt}`, t: askedAt, kind: 'survey.sent', survey, type: 'csat' });
  if (typeof score === 'number' && Number.isInteger(score) && score >= 1 && score <= 5) {
    found.events.push({ ...place, id: `${survey}:${score}:${givenAt}`, t: givenAt, kind: 'survey.answered', survey, type: 'csat', score });
  } else if (askedAt === undefined) found.malformed.push('conversation_rating.rating');
}

/** The customer opened the conversation: everything sent until then is read. */
function readSeen({ found, t, place }: Notice): void {
  found.events.push({ ...place, id: `read:${place.conversation}:${t}`, t, kind: 'message.watermark', status: 'read', upTo: t });
}

function readTag({ found, t, item, place }: Notice): void {
  const tags = [record(item['tags_added'])['tags'], record(item['tags'])['tags']].map(list).find((each) => each.length > 0) ?? [];
  const topic = labelOf(record(tags.at(-1))['name']);
  if (topic !== undefined) found.events.push({ ...place, id: `tag:${place.conversation}:${t}:${topic}`, t, kind: 'conversation.classified', topic });
}

function readPresence(found: Findings, envelope: Envelope, topic: string, item: Json): void {
  const agent = wordOf(item['id']) ?? wordOf(record(item['admin'])['id']);
  if (agent === undefined) return void found.malformed.push('item.id');
  const status = topic.endsWith('logged_out') ? 'offline' : item['away_mode_enabled'] === true ? 'away' : 'online';
  found.events.push({ ...envelope, kind: 'agent.status', agent, status });
}

const channelOf = (item: Json): Channel => CHANNEL.get(record(item['source'])['type']) ?? 'other';

/** Today a list of contacts, whose first is the one who began; before 2020 a user. */
function contactOf(item: Json): { readonly contact?: string } {
  const first = record(list(record(item['contacts'])['contacts'])[0]);
  const contact = idOf(first['id']) ?? idOf(record(item['user'])['id']) ?? idOf(record(item['customer'])['id']);
  return contact === undefined ? {} : { contact };
}
