/**
 * Zendesk Support, for accounts whose triggers and event subscriptions do not tell everything: ratings, agents' presence, and tickets that were
 * solved. https://developer.zendesk.com/api-reference/
 */
import type { AgentStatus, Channel, ParsedEvent } from '../core/event.ts';
import { idOf, isRecord, list, record, textOf, timeOf, wordOf, type Json } from '../sources/json.ts';
import { zendesk } from '../sources/zendesk.ts';
import { presenceOf, type Standing } from './presence.ts';
import { PullFailure, type Pull, type PullContext } from './pull.ts';

const PER_PAGE = 100;
/** The incremental export may be asked ten times a minute. */
const EXPORT_PACE_MS = 6_500;
/** It refuses anything younger. */
const EXPORT_DELAY_MS = 300_000;
const MOST_PAGES = 10_000;

const WORDS: ReadonlyMap<unknown, AgentStatus> = new Map<unknown, AgentStatus>([['online', 'online'], ['away', 'away'], ['transfers_only', 'busy'], ['offline', 'offline']]);
const SCORES: ReadonlyMap<unknown, number> = new Map<unknown, number>([['good', 5], ['bad', 1]]);

/** Where the events of a ticket belong whose brand is not told. */
const placeOf = (ticket: string, receivedAt: number): { source: string; receivedAt: number; channel: Channel; inbox: string; conversation: string } =>
  ({ source: zendesk.id, receivedAt, channel: 'other', inbox: 'support', conversation: ticket });

/** Follows `links.next` of cursor pagination. */
async function* pages(get: PullContext['get'], path: string, query: Readonly<Record<string, string | number>>): AsyncIterable<Json> {
  let answer = record(await get(path, { ...query, 'page[size]': PER_PAGE }));
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    yield answer;
    const next = textOf(record(answer['links'])['next']);
    if (record(answer['meta'])['has_more'] === false || next === undefined) return;
    answer = record(await get(next));
  }
  throw new PullFailure('unreadable', 'its pages do not end');
}

/** Good and bad of the classic survey are the ends of our scale, as in webhooks. */
const ratings: Pull = {
  name: 'zendesk_ratings', source: 'zendesk', schedule: '6-59/15 * * * *',
  async run({ get, cursor, save, now, since }) {
    let newest = timeOf(cursor?.['createdAt']) ?? since;
    for await (const answer of pages(get, '/api/v2/satisfaction_ratings.json', { score: 'received', start_time: Math.floor(newest / 1000) })) {
      const rows = list(answer['satisfaction_ratings']).filter(isRecord);
      const events = rows.flatMap((row): readonly ParsedEvent[] => {
        const [id, ticket, contact, score, t] = [idOf(row['id']), idOf(row['ticket_id']), idOf(row['requester_id']), SCORES.get(row['score']), timeOf(row['updated_at']) ?? timeOf(row['created_at'])];
        if (id === undefined || ticket === undefined || score === undefined || t === undefined) return [];
        newest = Math.max(newest, timeOf(row['created_at']) ?? 0);
        return [{ ...placeOf(ticket, now), ...(contact !== undefined && { contact }), id: `rating:${id}:${score}:${t}`, t, kind: 'survey.answered', survey: `csat:${ticket}`, type: 'csat', score }];
      });
      await save({ events, malformed: rows.length > events.length ? ['satisfaction_rating'] : [] }, { createdAt: newest });
    }
  },
};

/** The unified status of each agent, with the time of its last change; custom statuses have no meaning that we know, and are left out. */
const presence: Pull = {
  name: 'zendesk_presence', source: 'zendesk', schedule: '1-59/2 * * * *',
  async run({ get, cursor, save, now }) {
    const agents: Standing[] = [];
    for await (const answer of pages(get, '/api/v2/agent_availabilities', {})) {
      for (const row of list(answer['data'])) {
        const attributes = record(record(row)['attributes']);
        const state = record(attributes['agent_status']);
        const [agent, since] = [wordOf(attributes['agent_id']), timeOf(state['updated_at'])];
        const status = WORDS.get(textOf(state['name'])?.toLowerCase().replaceAll(' ', '_'));
        if (agent !== undefined && since !== undefined && status !== undefined) agents.push({ agent, status, since });
      }
    }
    const { events, seen } = presenceOf(cursor?.['agents'], agents, { source: zendesk.id, inbox: 'all' }, now);
    await save({ events }, { agents: seen });
  },
};

/** States of changed tickets with the time they were solved. A state that webhooks told already changes nothing. */
const tickets: Pull = {
  name: 'zendesk_tickets', source: 'zendesk', schedule: '2-59/10 * * * *', paceMs: EXPORT_PACE_MS,
  async run({ get, cursor, save, now, since }) {
    let after = textOf(cursor?.['after']);
    for (let page = 1; page <= MOST_PAGES; page += 1) {
      const start = Math.floor(Math.min(since, now - EXPORT_DELAY_MS) / 1000);
      const answer = record(await get('/api/v2/incremental/tickets/cursor.json', { include: 'metric_sets', ...(after === undefined ? { start_time: start } : { cursor: after }) }));
      const metrics = new Map(list(answer['metric_sets']).filter(isRecord).map((row) => [idOf(row['ticket_id']), row]));
      const rows = list(answer['tickets']).filter(isRecord);
      const events = rows.flatMap((row) => stateOf(row, metrics.get(idOf(row['id'])) ?? {}, now));
      const next = textOf(answer['after_cursor']) ?? after;
      if (next !== undefined) await save({ events }, { after: next });
      if (answer['end_of_stream'] !== false || next === undefined || next === after) return;
      after = next;
    }
  },
};

/** A whole second stands for its end: what webhooks tell of the same second came before. */
const END_OF_SECOND_MS = 999;

function stateOf(ticket: Json, metrics: Json, now: number): readonly ParsedEvent[] {
  const id = idOf(ticket['id']);
  const status = textOf(ticket['status'])?.toLowerCase();
  const isDone = status === 'solved' || status === 'closed';
  const t = (isDone ? timeOf(metrics['solved_at']) : timeOf(metrics['status_updated_at'])) ?? timeOf(ticket['updated_at']);
  // Deleted tickets, and those that were never touched by webhooks either, say nothing.
  if (id === undefined || t === undefined || !(isDone || status === 'hold')) return [];
  const [agent, team, contact, brand] = [wordOf(ticket['assignee_id']), wordOf(ticket['group_id']), idOf(ticket['requester_id']), wordOf(ticket['brand_id'])];
  return [{
    ...placeOf(id, now), ...(brand !== undefined && { inbox: brand }), ...(contact !== undefined && { contact }), id: `state:${id}:${status}:${t}`, t: t + END_OF_SECOND_MS,
    kind: 'conversation.snapshot', status: isDone ? 'resolved' : 'snoozed', ...(agent !== undefined && { agent }), ...(team !== undefined && { team }),
  }];
}

/** All of Zendesk. */
export const ZENDESK_PULLS: readonly Pull[] = [ratings, presence, tickets];
