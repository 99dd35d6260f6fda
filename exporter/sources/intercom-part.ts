/** Parts of an Intercom conversation: one part may be a message and a change of state at once. */
import type { Author, Content, Envelope, Payload, Resolver } from '../core/event.ts';
import type { Findings } from './findings.ts';
import { wordsOfHtml } from './html.ts';
import { idOf, isRecord, list, record, timeOf, wordOf } from './json.ts';
import type { Json } from './json.ts';

/** One notification about one conversation. */
export interface Notice {
  readonly found: Findings;
  readonly topic: string;
  /** Epoch milliseconds of the notification. */
  readonly t: number;
  readonly item: Json;
  readonly place: Omit<Envelope, 'id' | 't'> & { readonly conversation: string; readonly contact?: string };
}

const CUSTOMERS: ReadonlySet<unknown> = new Set(['user', 'lead', 'contact', 'visitor']);

/** Messages a bot means as such. Its other texts are notices of the messenger, which answer nobody. */
const SPOKEN: ReadonlySet<string> = new Set(['comment', 'quick_reply', 'assignment', 'close', 'open']);

/** The message a conversation began with. It is not among the parts. */
export function readSource(notice: Notice): void {
  const source = isRecord(notice.item['source']) ? notice.item['source'] : record(notice.item['conversation_message']);
  const id = idOf(source['id']);
  const t = timeOf(notice.item['created_at']);
  if (id === undefined) return void notice.found.malformed.push('source.id');
  if (t === undefined) return void notice.found.malformed.push('created_at');
  // Messages nobody typed for this customer: sent to many, or by a rule.
  const bulk = source['delivered_as'] === 'campaigns_initiated' ? 'campaign' : source['delivered_as'] === 'automated' ? 'automation' : undefined;
  push(notice, { id, t }, messageOf(source, id, 'comment', bulk));
}

/** Every part of the notification, normally the latest alone. */
export function readParts(notice: Notice): void {
  for (const part of list(record(notice.item['conversation_parts'])['conversation_parts'])) {
    if (isRecord(part)) readPart(notice, part);
    else notice.found.malformed.push('conversation_parts');
  }
}

function readPart(notice: Notice, part: Json): void {
  // What just happened, where the part does not say when.
  const [id, t] = [idOf(part['id']), timeOf(part['created_at'] ?? notice.t)];
  if (id === undefined) return void notice.found.malformed.push('part.id');
  if (t === undefined) return void notice.found.malformed.push('part.created_at');
  const type = typeof part['part_type'] === 'string' ? part['part_type'] : '';
  const isNote = type.startsWith('note');
  const hasContent = wordsOfHtml(part['body']) !== undefined || list(part['attachments']).length > 0;
  if (isNote) push(notice, { id, t }, { kind: 'note.created' });
  else if (type === 'comment' || type === 'quick_reply' || hasContent) push(notice, { id, t }, messageOf(part, id, type));
  for (const change of changesOf(notice, part, type)) push(notice, { id: `${id}:${change.kind}`, t }, change);
}

type Message = Extract<Payload, { kind: 'message.inbound' | 'message.outbound' }> & { readonly text?: string };

function messageOf(part: Json, id: string, type: string, bulk?: Author): Message {
  const text = wordsOfHtml(part['body']);
  const message = { message: `part:${id}`, content: contentOf(part, text), ...(text !== undefined && { text }) };
  const author = record(part['author']);
  if (CUSTOMERS.has(author['type'])) return { kind: 'message.inbound', ...message };
  const authorId = wordOf(author['id']);
  if (bulk !== undefined) return { kind: 'message.outbound', author: bulk, ...message };
  if (author['type'] === 'bot') {
    const speaks = SPOKEN.has(type) || isAi(author);
    return { kind: 'message.outbound', author: speaks ? 'bot' : 'automation', ...(speaks && authorId !== undefined && { authorId: `bot:${authorId}` }), ...message };
  }
  // Fin may speak in the name of an admin.
  if (isAi(author)) return { kind: 'message.outbound', author: 'bot', ...message };
  return { kind: 'message.outbound', author: author['type'] === 'admin' ? 'agent' : 'automation', ...(author['type'] === 'admin' && authorId !== undefined && { authorId }), ...message };
}

const isAi = (author: Json): boolean => author['from_ai_agent'] === true || author['is_ai_answer'] === true;

function contentOf(part: Json, text: string | undefined): Content {
  const type = record(list(part['attachments'])[0])['content_type'];
  if (typeof type === 'string' && text === undefined) {
    const family = type.split('/')[0];
    return family === 'image' || family === 'video' || family === 'audio' ? family : 'document';
  }
  return text === undefined && /<img/.test(String(part['body'])) ? 'image' : 'text';
}

/** What the part did to the conversation: `assign_and_reopen` and its like do two things. */
function changesOf({ item }: Notice, part: Json, type: string): readonly Payload[] {
  const author = record(part['author']);
  const by = resolverOf(author);
  const changes: Payload[] = [];
  if (/assign/.test(type)) {
    const assigned = assignedTo(part['assigned_to']);
    // The AI agent gives the conversation to people: rules that sort new conversations do not count as that.
    if (assigned?.kind === 'conversation.assigned' && assigned.toType !== 'bot' && author['type'] === 'bot' && item['ai_agent_participated'] === true) {
      changes.push({ kind: 'conversation.handoff', by: 'bot' });
    }
    if (assigned) changes.push(assigned);
  }
  // A customer who writes again opens the conversation with the message itself.
  if (/^open$|reopen/.test(type) && by !== 'contact') changes.push({ kind: 'conversation.reopened', by });
  if (/unsnooze/.test(type)) changes.push({ kind: 'conversation.unsnoozed' });
  else if (/snooze/.test(type)) changes.push({ kind: 'conversation.snoozed' });
  if (/close/.test(type)) {
    const byId = by === 'agent' ? wordOf(author['id']) : undefined;
    changes.push({ kind: 'conversation.resolved', by, ...(byId !== undefined && { byId }) });
  }
  return changes;
}

function resolverOf(author: Json): Resolver {
  if (CUSTOMERS.has(author['type'])) return 'contact';
  if (isAi(author)) return 'bot';
  return author['type'] === 'admin' ? 'agent' : 'automation';
}

function assignedTo(value: unknown): Extract<Payload, { kind: 'conversation.assigned' | 'conversation.unassigned' }> | undefined {
  if (!isRecord(value)) return undefined;
  const id = wordOf(value['id']);
  const type = value['type'];
  if (type === 'nobody_admin' || id === undefined || id === '0') return { kind: 'conversation.unassigned' };
  return { kind: 'conversation.assigned', toType: type === 'team' ? 'team' : type === 'bot' ? 'bot' : 'agent', toId: id };
}

/** Part numbers rise with time, which is in whole seconds. */
function push({ found, place }: Notice, { id, t }: { readonly id: string; readonly t: number }, payload: Payload & { readonly text?: string }): void {
  const seq = Number(id.split(':')[0]);
  found.events.push({ ...place, id: `part:${id}`, t, ...(Number.isSafeInteger(seq) && { seq }), ...payload });
}
