import type { Agent, Business, Desk } from './business.ts';
import type { Visitor } from './people.ts';

/**
 * Bodies as a current Chatwoot posts them to an account webhook: the whole conversation, never just the change.
 * https://www.chatwoot.com/docs/product/others/webhook-events
 */

export type ThreadStatus = 'open' | 'pending' | 'snoozed' | 'resolved';

/** A message in a thread, of either side. */
export interface Note {
  readonly id: number;
  readonly direction: 'incoming' | 'outgoing' | 'template';
  readonly author: { readonly kind: 'contact' | 'bot' | 'none' } | { readonly kind: 'agent'; readonly agent: Agent };
  readonly content: string;
  readonly contentType: 'text' | 'input_csat';
  readonly attributes: object;
  readonly isPrivate: boolean;
  /** Epoch ms: written, last changed. */
  readonly at: number;
  readonly changedAt: number;
}

/** A conversation as Chatwoot keeps it. Times are epoch ms, 0 is never. */
export interface Thread {
  readonly id: number;
  readonly desk: Desk;
  readonly visitor: Visitor;
  readonly createdAt: number;
  status: ThreadStatus;
  assignee: Agent | null;
  team: { readonly id: number; readonly name: string } | null;
  labels: readonly string[];
  waitingSince: number;
  firstReplyAt: number;
  snoozedUntil: number;
  unread: number;
  seenByAgentAt: number;
  activeAt: number;
  updatedAt: number;
  notes: number;
  last: Note | null;
}

/** Fields that changed, as Chatwoot lists them. */
export type Change = Readonly<Record<string, { readonly previous_value: unknown; readonly current_value: unknown }>>;

/** The webhook of a change of a thread. */
export function threadBody(
  business: Business,
  event: 'conversation_created' | 'conversation_updated' | 'conversation_status_changed',
  thread: Thread,
  changes: readonly Change[] | null,
): string {
  const extra = event === 'conversation_created' ? { event } : { event, changed_attributes: changes };
  return JSON.stringify({ ...threadData(business, thread), ...extra });
}

/** The webhook of a message. */
export function noteBody(business: Business, event: 'message_created' | 'message_updated', thread: Thread, note: Note): string {
  return JSON.stringify({
    account: business.account,
    additional_attributes: {},
    content_attributes: note.attributes,
    content_type: note.contentType,
    content: note.content,
    conversation: threadData(business, thread),
    created_at: iso(note.at),
    id: note.id,
    inbox: { id: thread.desk.id, name: thread.desk.name },
    message_type: note.direction,
    private: note.isPrivate,
    sender: webhookSender(business, thread, note),
    source_id: null,
    event,
  });
}

/** Posted when somebody opens the chat widget; says nothing about a conversation. */
export function widgetBody(business: Business, desk: Desk, visitor: Visitor): string {
  return JSON.stringify({
    id: visitor.id,
    contact: { id: visitor.id, name: visitor.name, avatar: '', type: 'contact' },
    inbox: { id: desk.id, name: desk.name },
    account: business.account,
    current_conversation: null,
    source_id: visitor.uuid,
    event: 'webwidget_triggered',
    event_info: { widget_language: visitor.language, browser_language: visitor.language, browser: BROWSER },
  });
}

const BROWSER = { browser_name: 'Firefox', browser_version: '142.0', device_name: 'Unknown', platform_name: 'Linux', platform_version: '0' };

function threadData(business: Business, thread: Thread): object {
  const { desk, visitor } = thread;
  return {
    additional_attributes: desk.channel === 'Channel::WebWidget' ? { browser: BROWSER, referer: 'https://lumen-home.example/lamps' } : {},
    can_reply: true,
    channel: desk.channel,
    contact_inbox: {
      id: visitor.id + 40_000, contact_id: visitor.id, inbox_id: desk.id, source_id: visitor.uuid,
      created_at: iso(thread.createdAt), updated_at: iso(thread.createdAt), hmac_verified: false, pubsub_token: visitor.uuid.replaceAll('-', ''),
    },
    id: thread.id,
    inbox_id: desk.id,
    messages: thread.last === null ? [] : [embedded(business, thread, thread.last)],
    labels: thread.labels,
    meta: { sender: contactData(visitor), assignee: thread.assignee === null ? null : userData(thread.assignee), team: thread.team, hmac_verified: false },
    status: thread.status,
    custom_attributes: {},
    snoozed_until: thread.snoozedUntil === 0 ? null : iso(thread.snoozedUntil),
    unread_count: thread.unread,
    first_reply_created_at: thread.firstReplyAt === 0 ? null : iso(thread.firstReplyAt),
    priority: null,
    waiting_since: seconds(thread.waitingSince),
    agent_last_seen_at: seconds(thread.seenByAgentAt),
    contact_last_seen_at: seconds(thread.activeAt),
    last_activity_at: seconds(thread.activeAt),
    timestamp: seconds(thread.activeAt),
    created_at: seconds(thread.createdAt),
    updated_at: microseconds(thread),
  };
}

const MESSAGE_TYPES = { incoming: 0, outgoing: 1, template: 3 } as const;
const SENDER_TYPES = { contact: 'Contact', agent: 'User', bot: 'AgentBot', none: null } as const;

function embedded(business: Business, thread: Thread, note: Note): object {
  const { author } = note;
  const sender = author.kind === 'contact' ? contactData(thread.visitor) : author.kind === 'agent' ? userData(author.agent)
    : author.kind === 'bot' ? { ...business.bot, avatar_url: '', type: 'agent_bot' } : undefined;
  return {
    id: note.id,
    content: note.content,
    account_id: business.account.id,
    inbox_id: thread.desk.id,
    conversation_id: thread.id,
    message_type: MESSAGE_TYPES[note.direction],
    created_at: seconds(note.at),
    updated_at: iso(note.changedAt),
    private: note.isPrivate,
    status: 'sent',
    source_id: null,
    content_type: note.contentType,
    content_attributes: note.attributes,
    sender_type: SENDER_TYPES[author.kind],
    sender_id: author.kind === 'contact' ? thread.visitor.id : author.kind === 'agent' ? author.agent.id : author.kind === 'bot' ? business.bot.id : null,
    external_source_ids: {},
    additional_attributes: {},
    processed_message_content: note.content,
    sentiment: {},
    conversation: {
      assignee_id: thread.assignee?.id ?? null, unread_count: thread.unread, last_activity_at: seconds(thread.activeAt),
      contact_inbox: { source_id: thread.visitor.uuid },
    },
    ...(sender === undefined ? {} : { sender }),
  };
}

function webhookSender(business: Business, { visitor }: Thread, { author }: Note): object | null {
  if (author.kind === 'agent') return { id: author.agent.id, name: author.agent.name, email: `agent${String(author.agent.id)}@lumen-home.example`, type: 'user' };
  if (author.kind === 'bot') return { ...business.bot, type: 'agent_bot' };
  if (author.kind === 'none') return null;
  const { type: _type, ...rest } = contactData(visitor);
  return { account: business.account, avatar: '', ...rest };
}

const contactData = (visitor: Visitor): { readonly type: 'contact' } => ({
  ...contactFields(visitor),
  type: 'contact',
});

const contactFields = (visitor: Visitor): object => ({
  additional_attributes: {}, custom_attributes: {}, email: visitor.email, id: visitor.id, identifier: null, name: visitor.name,
  phone_number: null, thumbnail: '', blocked: false,
});

const userData = ({ id, name }: Agent): object =>
  ({ id, name, available_name: name, avatar_url: '', type: 'user', availability_status: null, thumbnail: '' });

const seconds = (at: number): number => Math.floor(at / 1000);
/** Rails keeps microseconds: a time with nothing below the second is as good as impossible. */
const microseconds = ({ id, updatedAt }: Thread): number => (Math.floor(updatedAt) * 1000 + 1 + ((id * 389) % 998)) / 1_000_000;
const iso = (at: number): string => new Date(at).toISOString();
