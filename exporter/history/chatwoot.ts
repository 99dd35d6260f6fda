/**
 * Last year's conversations, straight from a Chatwoot database. Rows are put into the words of Chatwoot's webhooks and read by the live
 * adapter, so that both give every message, rating and customer the same identity.
 */
import type { ParsedEvent } from '../core/event.ts';
import { chatwoot } from '../sources/chatwoot.ts';
import { conversationsAfter, messagesOf, momentsOf, type Ask, type ConversationRow, type MessageRow, type MomentRow } from './chatwoot-rows.ts';
import type { Reading } from './import.ts';
import type { Step } from './steps.ts';

/** Conversations per step, and messages that are held at once. */
const CONVERSATIONS = 100;
const MESSAGES = 2_000;

/** Enumerations of the models, by the numbers that the columns hold. */
const STATUS = ['open', 'resolved', 'pending', 'snoozed'];
const RECEIPT = ['sent', 'delivered', 'read', 'failed'];
const CONTENT = ['text', 'input_text', 'input_textarea', 'input_email', 'input_select', 'cards', 'form', 'article', 'incoming_email', 'input_csat', 'integrations', 'sticker', 'voice_call'];
const ATTACHMENT = ['image', 'audio', 'video', 'file', 'location', 'fallback', 'share', 'story_mention', 'contact', 'ig_reel'];
const SENDER: ReadonlyMap<string, string> = new Map([['User', 'user'], ['Contact', 'contact'], ['AgentBot', 'agent_bot'], ['Captain::Assistant', 'captain_assistant']]);

/** The status that a noted moment led to. */
const LED_TO: ReadonlyMap<string, string> = new Map([['conversation_resolved', 'resolved'], ['conversation_opened', 'open'], ['conversation_bot_handoff', 'open']]);

/** All conversations behind the cursor (the id of the last one), oldest first. @param perStep conversations after which there is a new cursor */
export async function* chatwootHistory(ask: Ask, account: number | undefined, cursor: string | undefined, perStep = CONVERSATIONS): AsyncIterable<Step> {
  let after = Number(cursor ?? 0);
  for (;;) {
    const conversations = await conversationsAfter(ask, account, after, perStep);
    const last = conversations.at(-1);
    if (!last) return;
    const byId = new Map(conversations.map((row) => [row.id, row]));
    const ids = [...byId.keys()];
    let place: readonly [number, number] = [0, 0];
    for (;;) {
      const messages = await messagesOf(ask, ids, place, MESSAGES);
      yield { readings: messages.map((row) => readMessage(row, byId.get(row.conversation_id)!)), done: 0 };
      const end = messages.at(-1);
      if (!end || messages.length < MESSAGES) break;
      place = [end.conversation_id, end.id];
    }
    const moments = Map.groupBy(await momentsOf(ask, ids), (row) => row.conversation_id);
    after = last.id;
    yield { readings: conversations.map((row) => readConversation(row, moments.get(row.id) ?? [])), cursor: String(after), done: conversations.length };
  }
}

type Told = Reading & { readonly of: string };

/** What the adapter makes of these bodies. Nothing of the past arrived later than it happened. */
function told(of: string, bodies: readonly { readonly at: number; readonly body: object }[]): Told {
  const events: ParsedEvent[] = [];
  const refused: string[] = [];
  for (const { at, body } of bodies) {
    const found = chatwoot.parse({ method: 'POST', url: '', headers: {}, body: Buffer.from(JSON.stringify(body)), receivedAt: Math.trunc(at * 1000) }, { source: chatwoot.id });
    events.push(...found.events.map((event) => ({ ...event, receivedAt: event.t })));
    refused.push(...found.malformed, ...found.unknown.map((name) => `${name} is not known`));
  }
  return { of, events, refused };
}

/** Written, and what became of it since: delivered, rated, deleted. */
function readMessage(row: MessageRow, conversation: ConversationRow): Told {
  const attributes = objectOf(row.content_attributes);
  const rated = row.rating === null ? {} : { submitted_values: { csat_survey_response: { rating: row.rating } } };
  const message = {
    id: row.id, content: row.content, message_type: row.message_type, content_type: CONTENT[row.content_type] ?? 'integrations', private: row.private, status: RECEIPT[row.status ?? -1],
    content_attributes: { ...attributes, ...rated }, additional_attributes: objectOf(row.additional_attributes), created_at: row.created_at,
    sender: row.sender_id === null ? null : { id: Number(row.sender_id), type: SENDER.get(row.sender_type ?? ''), ...(row.sender_type === 'Contact' && { phone_number: conversation.phone_number }) },
    attachments: (row.file_types ?? []).map((type) => ({ file_type: ATTACHMENT[type] })), conversation: bodyOf(conversation, {}), inbox: { id: conversation.inbox_id },
  };
  const isWritten = ![2].includes(row.message_type); // activities are told by the moments
  const changedAt = row.rated_at ?? row.updated_at;
  const isChanged = isWritten && (row.rating !== null || attributes['deleted'] === true || (row.message_type !== 0 && !row.private && row.status !== null));
  return told(`message ${row.id}`, !isWritten ? [] : [
    { at: row.created_at, body: { ...message, event: 'message_created' } },
    ...(isChanged ? [{ at: changedAt, body: { ...message, event: 'message_updated', updated_at: changedAt } }] : []),
  ]);
}

/** The customer, the states in between as far as they were noted, and the state it is in now. */
function readConversation(row: ConversationRow, moments: readonly MomentRow[]): Told {
  const hadBot = moments.some((moment) => moment.name === 'conversation_bot_handoff');
  const labels = (row.cached_label_list ?? '').split(',').map((label) => label.trim()).filter((label) => label !== '');
  const states = moments.flatMap(({ name, at, user_id }) => {
    const status = LED_TO.get(name);
    if (status === undefined || at === row.updated_at) return []; // the state of now says it
    // Labels have no history; the ones of now are what it was about when it ended.
    return [{ at, body: { event: 'conversation_updated', ...bodyOf(row, { assignee: personOf(user_id) }), status, ...(status === 'resolved' && { labels }), updated_at: at } }];
  });
  return told(`conversation ${row.id}`, [
    ...(row.is_first && row.contact_id !== null && row.contact_created_at !== null
      ? [{ at: row.contact_created_at, body: { event: 'contact_created', id: Number(row.contact_id), account: { id: row.account_id }, phone_number: row.phone_number } }] : []),
    ...(hadBot ? [{ at: row.created_at, body: { event: 'conversation_updated', ...bodyOf(row, {}), status: 'pending', updated_at: row.created_at } }] : []),
    ...states,
    { at: row.updated_at, body: {
      event: 'conversation_updated', ...bodyOf(row, { assignee: personOf(row.assignee_id), team: row.team_id === null ? null : { id: Number(row.team_id) } }), labels, status: STATUS[row.status], updated_at: row.updated_at,
    } },
  ]);
}

const personOf = (id: number | null): object | null => (id === null ? null : { id });

/** A conversation as webhooks have it. */
const bodyOf = (row: ConversationRow, meta: object): object => ({
  id: row.display_id, inbox_id: row.inbox_id, channel: row.channel_type, additional_attributes: objectOf(row.additional_attributes), contact_inbox: { source_id: row.source_id, contact_id: numberOf(row.contact_id) },
  meta: { sender: { id: numberOf(row.contact_id) }, ...meta },
});

const numberOf = (id: string | null): number | null => (id === null ? null : Number(id));

/** Rails keeps some of these objects as a text inside the column. */
function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'string') {
    try {
      return objectOf(JSON.parse(value));
    } catch {
      return {}; // a text that is none of Chatwoot's objects
    }
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Readonly<Record<string, unknown>> : {}; // JSON objects have text keys
}
