/** Episodes put into a real database, as the commit of a batch would leave them. */
import type { Pool } from 'pg';
import type { CanonicalEvent } from '../../exporter/core/event.ts';
import type { EpisodeFact } from '../../exporter/core/fact.ts';
import { DEFAULT_SETTINGS } from '../../exporter/core/settings.ts';
import { enqueueTraces } from '../../exporter/store/outbox.ts';
import { episodeToRow, eventData, observationToRow } from '../../exporter/store/rows.ts';
import { traceIdFor } from '../../exporter/traces/ids.ts';
import { createRenderer } from '../../exporter/traces/render.ts';
import { ask, episodesOf, eventsOf, KEY, receipt, resolve, say } from './histories.ts';
import type { Line } from './histories.ts';

export const conversationId = (index: number): string => `00000000-0000-4000-9000-${String(index).padStart(12, '0')}`;

/** Ends at 300 s after ten: seven spans. */
export const plain: readonly Line[] = [
  [0, ask('q')], [50, say('agent', 'a')], [52, receipt('a', 'delivered')], [100, ask('q2')], [130, say('agent', 'b')], [300, resolve()],
];
export const SPANS_OF_PLAIN = 8;

/** Stores events and closed episodes; ids and messages are made unique per conversation. */
export async function storeHistory(pool: Pool, lines: readonly Line[], indexes: readonly number[]): Promise<readonly EpisodeFact[]> {
  const all: { event: CanonicalEvent; line: number; index: number }[] = [];
  const told = indexes.flatMap((index) => {
    const events = eventsOf(lines, conversationId(index)).map((event, line) => {
      const own = { ...event, id: uuid(index, line), ...('message' in event && event.message !== undefined ? { message: uuid(index, 1000 + hash(event.message)) } : {}) } as CanonicalEvent;
      all.push({ event: own, line, index });
      return own;
    });
    return episodesOf(events).filter(({ episode }) => episode.closedAt !== null);
  });
  await pool.query(`insert into replywatch.event (id, conversation, message, source, kind, channel, inbox, t, received_at, data)
    select row.id, row.conversation, row.message, row.source, row.kind, row.channel, row.inbox, row.t, row.received_at, row.data from json_populate_recordset(null::replywatch.event, $1) as row`,
    [JSON.stringify(all.map(({ event }) => ({
      id: event.id, conversation: event.conversation, message: 'message' in event ? event.message : null, source: event.source, kind: event.kind, channel: event.channel,
      inbox: event.inbox, t: new Date(event.t).toISOString(), received_at: new Date(event.receivedAt).toISOString(), data: JSON.parse(eventData(event) ?? 'null') as unknown,
    })))]);
  await pool.query('insert into replywatch.episode_facts select * from json_populate_recordset(null::replywatch.episode_facts, $1)', [JSON.stringify(told.map(({ episode }) => episodeToRow(episode)))]);
  await pool.query('insert into replywatch.observation select * from json_populate_recordset(null::replywatch.observation, $1)',
    [JSON.stringify(told.flatMap(({ observations }) => observations.map((fact) => ({ ...observationToRow(fact, fact.at, true), at: iso(fact.at), settle_at: iso(fact.at) }))))]);
  await pool.query('insert into replywatch.survey_facts (source, survey, conversation, channel, inbox, type, sent_at, answered_at, first_score, score) select row.source, row.survey, row.conversation, row.channel, row.inbox, row.type, row.sent_at, row.answered_at, row.score, row.score from json_populate_recordset(null::replywatch.survey_facts, $1) as row on conflict do nothing',
    [JSON.stringify(told.flatMap(({ episode, surveys }) => surveys.map(({ survey, sentAt, answeredAt, score }) => ({
      source: episode.source, survey: `${survey} ${episode.conversation}`, conversation: episode.conversation, channel: episode.channel, inbox: episode.inbox, type: 'csat', sent_at: iso(sentAt), answered_at: iso(answeredAt), score })))) ]);
  return told.map(({ episode }) => episode);
}

/** Stores plain conversations and puts their traces into the queue, due now. */
export async function enqueuePlain(pool: Pool, indexes: readonly number[], { keepReason = 'ratio', enqueuedAt = Date.now() }: { keepReason?: string | null; enqueuedAt?: number } = {}): Promise<void> {
  const episodes = await storeHistory(pool, plain, indexes);
  await enqueueTraces(pool, episodes.map((episode) => entryOf(episode, keepReason)), enqueuedAt);
}

export const entryOf = ({ conversation, number }: EpisodeFact, keepReason: string | null, dueAt = 0) =>
  ({ conversation, number, traceId: traceIdFor(KEY, conversation, number), keepReason, dueAt });

export const render = createRenderer({ key: KEY, ratio: 1, settingsFor: () => DEFAULT_SETTINGS });

export interface OutboxRow { readonly conversation: string; readonly number: number; readonly state: string; readonly keep_reason: string | null; readonly attempts: number; readonly leased: boolean }

export async function outboxRows(pool: Pool): Promise<readonly OutboxRow[]> {
  const { rows } = await pool.query<OutboxRow>(`select job.conversation, job.number, job.state, job.keep_reason, job.attempts, job.lease_until is not null as leased
    from replywatch.trace_outbox as job order by job.conversation, job.number`);
  return rows;
}

const iso = (at: number): string => new Date(at).toISOString();
const uuid = (index: number, line: number): string => `${String(line).padStart(8, '0')}-0000-4000-8000-${String(index).padStart(12, '0')}`;
const hash = (text: string): number => [...text].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 1_000_000, 7);
