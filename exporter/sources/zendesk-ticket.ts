/** What happens to a Zendesk ticket, event by event. */
import type { Channel, Envelope, Payload, Resolver } from '../core/event.ts';
import { nameOf } from './findings.ts';
import type { Findings } from './findings.ts';
import { idOf, labelOf, list, record, textOf, timeOf, wordOf } from './json.ts';
import type { Json } from './json.ts';

export interface TicketEvent {
  readonly source: string;
  readonly receivedAt: number;
  readonly found: Findings;
  /** Of the event, equal on every delivery. */
  readonly id: string;
  readonly t: number;
  readonly ticketId: string;
  /** The ticket after the event. */
  readonly ticket: Json;
  /** What the event is about: `previous` and `current`, or a comment, tags, a rating. */
  readonly change: Json;
}

const CHANNEL: ReadonlyMap<unknown, Channel> = new Map<unknown, Channel>([
  ['email', 'email'], ['whatsapp', 'whatsapp'], ['facebook', 'messenger'], ['facebook_message', 'messenger'], ['messenger', 'messenger'],
  ['instagram', 'instagram'], ['instagram_dm', 'instagram'], ['native_messaging', 'webchat'], ['messaging', 'webchat'], ['chat', 'webchat'],
  ['web_widget', 'webchat'], ['web_messenger', 'webchat'], ['sms', 'sms'], ['telegram', 'telegram'],
]);

/** Comments of nobody: triggers and automations. */
const SYSTEM = '-1';

/** A comment this soon after the ticket is the one it was created with: the creation and the comment are told as two events. */
const FIRST_COMMENT_MS = 2_000;

/** By name without `ticket.`. */
export const TICKET_EVENTS: ReadonlyMap<string, (event: TicketEvent) => void> = new Map<string, (event: TicketEvent) => void>([
  ['created', readCreated],
  ['comment_added', readComment],
  ['status_changed', readStatus],
  ['agent_assignment_changed', (event) => push(event, event.id, assigned('agent', event.change['current']))],
  ['group_assignment_changed', (event) => push(event, event.id, assigned('team', event.change['current']))],
  ['tags_changed', (event) => readTags(event, event.change['tags_added'])],
  ['csat_requested', (event) => push(event, event.id, { kind: 'survey.sent', survey: surveyOf(event), type: 'csat', scale: 'thumbs' })],
  ['csat_received', readRating],
  ['merged', (event) => push(event, event.id, resolvedBy(event, 'agent'))],
  ['marked_as_spam', (event) => push(event, event.id, resolvedBy(event, 'agent'))],
  ['soft_deleted', (event) => push(event, event.id, resolvedBy(event, 'agent'))],
  ['undeleted', (event) => push(event, event.id, { kind: 'conversation.reopened', by: 'agent' })],
]);

/** The ticket's description is its first comment, by whoever submitted it: the customer, or an agent on the customer's behalf. */
function readCreated(event: TicketEvent): void {
  const { ticket } = event;
  const [requester, submitter] = [idOf(ticket['requester_id']), idOf(ticket['submitter_id'])];
  const written = { id: event.id, t: timeOf(ticket['created_at']) ?? event.t, message: firstMessage(event), text: textOf(ticket['description']) };
  if (ticket['is_public'] === false) push(event, firstMessage(event), { kind: 'note.created' }, written.t);
  else if (submitter === undefined || submitter === requester) inbound(event, written, requester);
  else outbound(event, written, submitter);
  for (const [type, key] of [['team', 'group_id'], ['agent', 'assignee_id']] as const) {
    const payload = assigned(type, ticket[key]);
    if (payload.kind === 'conversation.assigned') push(event, `${event.id}:${type}`, payload);
  }
  const topic = labelOf(list(ticket['tags'])[0]);
  if (topic !== undefined) push(event, `${event.id}:topic`, { kind: 'conversation.classified', topic });
}

function readComment(event: TicketEvent): void {
  const comment = record(event.change['comment']);
  const id = idOf(comment['id']);
  if (id === undefined) return void event.found.malformed.push('event.comment.id');
  const author = record(comment['author']);
  const [authorId, requester] = [idOf(author['id'] ?? comment['author_id']), idOf(event.ticket['requester_id'])];
  const createdAt = timeOf(event.ticket['created_at']);
  const isFirst = createdAt !== undefined && Math.abs(event.t - createdAt) <= FIRST_COMMENT_MS;
  const written = {
    id: `comment:${id}`, t: isFirst ? createdAt : event.t, message: isFirst ? firstMessage(event) : `comment:${id}`, text: textOf(comment['body'] ?? comment['text']),
  };
  if (comment['is_public'] === false) return push(event, isFirst ? firstMessage(event) : written.id, { kind: 'note.created' }, written.t);
  // Zendesk says who is staff; failing that, everybody but the requester is.
  const isStaff = typeof author['is_staff'] === 'boolean' ? author['is_staff'] : authorId !== undefined && authorId !== requester;
  if (isStaff) outbound(event, written, authorId);
  else inbound(event, written, requester ?? authorId);
}

interface Written { readonly id: string; readonly t: number; readonly message: string; readonly text: string | undefined }

function inbound(event: TicketEvent, { id, t, message, text }: Written, contact: string | undefined): void {
  event.found.events.push({
    ...placeOf(event), ...(contact !== undefined && { contact }), id, t, kind: 'message.inbound', message, content: 'text', ...(text !== undefined && { text }),
  });
}

function outbound(event: TicketEvent, { id, t, message, text }: Written, author: string | undefined): void {
  const [authorId, contact] = [wordOf(author), idOf(event.ticket['requester_id'])];
  event.found.events.push({
    ...placeOf(event), ...(contact !== undefined && { contact }), id, t, kind: 'message.outbound', message, content: 'text', author: author === SYSTEM ? 'automation' : 'agent',
    ...(author !== SYSTEM && authorId !== undefined && { authorId }), ...(text !== undefined && { text }),
  });
}

/** Pending waits for the customer and moves nothing; hold waits for somebody else, which is a snooze. */
function readStatus(event: TicketEvent): void {
  const [before, after] = [statusOf(event.change['previous']), statusOf(event.change['current'] ?? event.ticket['status'])];
  if (after === undefined) return void event.found.unknown.push(`status.${nameOf(event.change['current'])}`);
  const pushed = event.found.events.length;
  if (before === 'hold') push(event, `${event.id}:unsnoozed`, { kind: 'conversation.unsnoozed' });
  if (after === 'hold') push(event, event.id, { kind: 'conversation.snoozed' });
  if (isDone(after) && !isDone(before)) push(event, event.id, resolvedBy(event, 'automation'));
  // A customer who writes again reopens the ticket with the message itself.
  if (!isDone(after) && isDone(before) && !isByRequester(event)) push(event, event.id, { kind: 'conversation.reopened', by: actorOf(event, 'automation') });
  if (event.found.events.length === pushed) event.found.ignored.push('ticket.status_changed');
}

const STATUSES: ReadonlySet<string> = new Set(['new', 'open', 'pending', 'hold', 'solved', 'closed']);

/** Capitals in webhooks, small letters elsewhere. */
function statusOf(value: unknown): string | undefined {
  const status = typeof value === 'string' ? value.toLowerCase().replace('on-hold', 'hold') : '';
  return STATUSES.has(status) ? status : undefined;
}

const isDone = (status: string | undefined): boolean => status === 'solved' || status === 'closed';

const isByRequester = ({ ticket }: TicketEvent): boolean => idOf(ticket['actor_id']) !== undefined && idOf(ticket['actor_id']) === idOf(ticket['requester_id']);

/** Who did it. `system` is what actor -1 stands for here; without an actor it was a person. */
function actorOf(event: TicketEvent, system: Resolver): Resolver {
  if (isByRequester(event)) return 'contact';
  return idOf(event.ticket['actor_id']) === SYSTEM ? system : 'agent';
}

function resolvedBy(event: TicketEvent, system: Resolver): Payload {
  const by = actorOf(event, system);
  const byId = wordOf(event.ticket['actor_id']);
  return { kind: 'conversation.resolved', by, ...(by === 'agent' && byId !== undefined && byId !== SYSTEM && { byId }) };
}

function assigned(toType: 'agent' | 'team', value: unknown): Payload {
  const toId = wordOf(value);
  return toId === undefined || toId === '0' ? { kind: 'conversation.unassigned' } : { kind: 'conversation.assigned', toType, toId };
}

/** The latest tag that was put on is what the ticket is about; tags taken away say nothing. */
function readTags(event: TicketEvent, added: unknown): void {
  const topic = labelOf(list(added)[0]);
  if (topic === undefined) event.found.ignored.push('ticket.tags_changed');
  else push(event, event.id, { kind: 'conversation.classified', topic });
}

/** Good and bad of the classic survey are the ends of our scale; newer surveys have numbers. Offered is no answer. */
function readRating(event: TicketEvent): void {
  const rating = record(event.change['satisfaction_score'] ?? event.change['satisfaction_rating'] ?? event.change['current']);
  const word = rating['score'] ?? event.change['score'] ?? event.change['current'];
  const score = scoreOf(word);
  if (score === undefined) return void event.found.unknown.push(`score.${nameOf(word)}`);
  push(event, event.id, { kind: 'survey.answered', survey: surveyOf(event), type: 'csat', score });
}

function scoreOf(value: unknown): number | undefined {
  const word = typeof value === 'string' ? value.toLowerCase() : value;
  if (typeof word === 'string' && /^(good|bad)(_with_comment)?$/.test(word)) return word.startsWith('good') ? 5 : 1;
  const number = Number(word);
  return word !== '' && Number.isInteger(number) && number >= 1 && number <= 5 ? number : undefined;
}

const surveyOf = ({ ticketId }: TicketEvent): string => `csat:${ticketId}`;

const firstMessage = ({ ticketId }: TicketEvent): string => `ticket:${ticketId}:first`;

function placeOf(event: TicketEvent): Omit<Envelope, 'id'> & { readonly conversation: string } {
  const { source, receivedAt, t, ticket, ticketId } = event;
  const channel = CHANNEL.get(record(ticket['via'])['channel']) ?? 'other';
  return { source, t, receivedAt, channel, inbox: wordOf(ticket['brand_id']) ?? 'support', conversation: ticketId };
}

function push(event: TicketEvent, id: string, payload: Payload, t = event.t): void {
  const contact = idOf(event.ticket['requester_id']);
  event.found.events.push({ ...placeOf(event), ...(contact !== undefined && { contact }), id, t, ...payload });
}
