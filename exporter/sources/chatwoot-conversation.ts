/** Chatwoot conversations: what they are, where they belong, and the whole-state snapshots of every change. */
import type { Channel, ParsedEvent } from '../core/event.ts';
import { digestOf } from './digest.ts';
import { nameOf } from './findings.ts';
import type { Findings } from './findings.ts';
import { idOf, isRecord, labelOf, list, record, textOf, timeOf, wordOf } from './json.ts';
import type { Json } from './json.ts';

/** What everything in one body shares. */
export interface Line { readonly source: string; readonly receivedAt: number; readonly found: Findings }

const CHANNEL: ReadonlyMap<unknown, Channel> = new Map<unknown, Channel>([
  ['Channel::WebWidget', 'webchat'], ['Channel::Whatsapp', 'whatsapp'], ['Channel::FacebookPage', 'messenger'], ['Channel::Instagram', 'instagram'],
  ['Channel::Sms', 'sms'], ['Channel::TwilioSms', 'sms'], ['Channel::Telegram', 'telegram'], ['Channel::Email', 'email'],
]);

const STATUS: ReadonlyMap<unknown, 'open' | 'pending' | 'snoozed' | 'resolved'> = new Map([
  ['open', 'open'], ['pending', 'pending'], ['snoozed', 'snoozed'], ['resolved', 'resolved'],
]);

/**
 * Where a conversation's events belong. Its `id` is the number agents see, unique inside an account only, and conversation
 * events name no account; inbox ids are unique in the installation, so inbox and number together are.
 */
export interface Place { readonly inbox: string; readonly channel: Channel; readonly conversation: string; readonly contact?: string }

/** Reads the place from a conversation object; a text names the field that is missing. */
export function placeOf(conversation: Json, inboxId?: unknown): Place | string {
  const inbox = wordOf(conversation['inbox_id']) ?? wordOf(inboxId);
  const id = idOf(conversation['id']);
  if (id === undefined) return 'conversation.id';
  if (inbox === undefined) return 'conversation.inbox_id';
  const contact = idOf(record(record(conversation['meta'])['sender'])['id']) ?? idOf(record(conversation['contact_inbox'])['contact_id']);
  return { inbox, channel: channelOf(conversation), conversation: `${inbox}:${id}`, ...(contact !== undefined && { contact }) };
}

/** The state of a conversation after any change of it. */
export function readConversation(line: Line, conversation: Json): void {
  const place = placeOf(conversation);
  if (typeof place === 'string') return void line.found.malformed.push(place);
  const meta = record(conversation['meta']);
  const [agent, team] = [holderOf(meta, 'assignee'), holderOf(meta, 'team')];
  const labels = Array.isArray(conversation['labels']) ? conversation['labels'] : undefined;
  const status = STATUS.get(conversation['status']);
  if (status === undefined && conversation['status'] !== undefined) line.found.unknown.push(`status.${nameOf(conversation['status'])}`);

  const event: ParsedEvent = {
    ...place, id: snapshotId(place, conversation, agent, team, labels), source: line.source, t: snapshotTime(conversation, line.receivedAt),
    receivedAt: line.receivedAt, kind: 'conversation.snapshot',
    ...(status !== undefined && { status }), ...(agent !== undefined && { agent }), ...(team !== undefined && { team }),
    ...(labels !== undefined && { topic: labelOf(labels[0]) ?? null }),
  };
  line.found.events.push(event);
}

/**
 * The same for all deliveries of one change: they differ in `event` only, so it is not part of the id, and the state is.
 * Repeating a state later is another change, told apart by the time Chatwoot gives it.
 */
function snapshotId(place: Place, conversation: Json, agent: string | null | undefined, team: string | null | undefined,
  labels: readonly unknown[] | undefined): string {
  const changed = [conversation['updated_at'], conversation['last_activity_at'], conversation['timestamp']].map(timeTextOf).find((time) => time !== undefined);
  const state = [textOf(conversation['status']), agent, team, list(labels).map((label) => textOf(label) ?? null).join('\n')];
  return `conv:${place.conversation}:${changed ?? '0'}:${digestOf(...state)}`;
}

const timeTextOf = (value: unknown): string | undefined => {
  const t = timeOf(value);
  return t === undefined ? undefined : String(t);
};

/**
 * When the change happened. `updated_at` has fractions of a second since 2024. Before that a conversation has only `timestamp`,
 * the time of its last message, which may lie hours before the change; hooks leave within moments and never again, so our own
 * clock is the better one. A whole second stands for its end: a change follows the messages of its second.
 */
function snapshotTime(conversation: Json, receivedAt: number): number {
  const t = timeOf(conversation['updated_at']);
  if (t === undefined) return receivedAt;
  const given = conversation['updated_at'];
  const isWholeSecond = typeof given === 'number' ? Number.isInteger(given) : t % 1000 === 0; // 1700000380.0001 is not
  return isWholeSecond ? t + 999 : t;
}

/** The id of the person or team in charge; null when nobody is, undefined when the payload does not say. */
function holderOf(meta: Json, key: 'assignee' | 'team'): string | null | undefined {
  if (!Object.hasOwn(meta, key)) return undefined;
  const holder = meta[key];
  if (holder === null) return null;
  if (!isRecord(holder)) return undefined;
  // A bot that holds a conversation is no agent: nobody is in charge yet.
  const isBot = holder['type'] === 'agent_bot' || (key === 'assignee' && meta['assignee_type'] === 'AgentBot');
  return isBot ? null : wordOf(holder['id']);
}

function channelOf(conversation: Json): Channel {
  const channel = CHANNEL.get(conversation['channel']) ?? 'other';
  // Two inboxes carry a second channel: Twilio's may be WhatsApp, a Facebook page's may be its Instagram account.
  if (conversation['channel'] === 'Channel::TwilioSms') {
    return textOf(record(conversation['contact_inbox'])['source_id'])?.startsWith('whatsapp:') ? 'whatsapp' : channel;
  }
  return channel === 'messenger' && record(conversation['additional_attributes'])['type'] === 'instagram_direct_message' ? 'instagram' : channel;
}
