/**
 * Tickets of a Zendesk account export: JSON, one ticket per line, with its comments and metrics. They are put into the words of ticket
 * events and read by the live adapter, so that both give every comment and rating the same identity.
 * https://support.zendesk.com/hc/en-us/articles/4408886165402
 */
import type { ParsedEvent } from '../core/event.ts';
import { idOf, isRecord, list, record, textOf, timeOf, type Json } from '../sources/json.ts';
import { zendesk } from '../sources/zendesk.ts';
import type { Reading } from './import.ts';

/** Comments that software wrote. */
const RULES: ReadonlySet<unknown> = new Set(['rule', 'trigger', 'automation']);

/** One line. What the export does not tell: who was in charge before the last one, and closings before the last reopening. */
export function readZendeskTicket(value: unknown): Reading {
  const ticket = record(value);
  const { comments: written, ...bare } = ticket; // a body per comment need not hold all of them
  const id = idOf(ticket['id']);
  const createdAt = textOf(ticket['created_at']);
  if (id === undefined || ticket['created_at'] === undefined) return { events: [], refused: [isRecord(value) ? 'is no ticket' : 'is not an object'] };
  if (timeOf(createdAt) === undefined) return { events: [], refused: ['created_at: is no time'] };
  const events: ParsedEvent[] = [];
  const refused: string[] = [];
  const requester = personOf(ticket, 'requester');
  const detail = { ...bare, id, requester_id: requester, submitter_id: personOf(ticket, 'submitter'), assignee_id: null, group_id: null, created_at: createdAt };
  const tell = (name: string, time: unknown, event: object, more: object = {}): void => {
    const body = { type: `zen:event-type:ticket.${name}`, id: `history:${id}:${name}:${String(time)}`, time, detail: { ...detail, ...more }, event };
    const found = zendesk.parse({ method: 'POST', url: '', headers: {}, body: Buffer.from(JSON.stringify(body)), receivedAt: 0 }, { source: zendesk.id });
    events.push(...found.events.map((each) => ({ ...each, receivedAt: each.t })));
    refused.push(...found.malformed, ...found.unknown.map((word) => `${word} is not known`));
  };
  const [first, ...comments] = list(written).filter(isRecord);
  tell('created', createdAt, {}, { is_public: first?.['public'] ?? ticket['is_public'] ?? true, description: textOf(first?.['plain_body']) ?? textOf(first?.['body']) ?? ticket['description'],
    ...(first && { submitter_id: personOf(first, 'author') ?? detail.submitter_id }) });
  for (const comment of comments) {
    const isRule = RULES.has(record(comment['via'])['channel']);
    tell('comment_added', comment['created_at'], { comment: {
      id: comment['id'], is_public: comment['public'] !== false, body: textOf(comment['plain_body']) ?? comment['body'],
      author: { id: isRule ? '-1' : personOf(comment, 'author'), ...(isRule && { is_staff: true }) },
    } });
  }
  tellState(ticket, tell);
  return { events, refused };
}

function tellState(ticket: Json, tell: (name: string, time: unknown, event: object, more?: object) => void): void {
  const metrics = record(ticket['metric_set'] ?? ticket['metrics']);
  const [agent, group] = [personOf(ticket, 'assignee'), personOf(ticket, 'group')];
  if (group !== undefined) tell('group_assignment_changed', metrics['initially_assigned_at'] ?? ticket['created_at'], { current: group });
  if (agent !== undefined) tell('agent_assignment_changed', metrics['assigned_at'] ?? metrics['initially_assigned_at'] ?? ticket['created_at'], { current: agent });
  const status = textOf(ticket['status'])?.toLowerCase();
  const changedAt = metrics['status_updated_at'] ?? ticket['updated_at'];
  const isDone = status === 'solved' || status === 'closed';
  const solvedAt = metrics['solved_at'] ?? changedAt;
  if (isDone) tell('status_changed', solvedAt, { previous: 'OPEN', current: 'SOLVED' }, agent === undefined ? { actor_id: '-1' } : { actor_id: agent });
  if (status === 'hold') tell('status_changed', changedAt, { previous: 'OPEN', current: 'HOLD' });
  const score = record(ticket['satisfaction_rating'])['score'];
  if (typeof score !== 'string' || score === 'unoffered') return;
  tell('csat_requested', isDone ? solvedAt : ticket['updated_at'], {});
  if (score !== 'offered') tell('csat_received', ticket['updated_at'], { score });
}

/** As a number beside the ticket, or as a person inside it. */
const personOf = (holder: Json, role: string): string | undefined => idOf(holder[`${role}_id`]) ?? idOf(record(holder[role])['id']);
