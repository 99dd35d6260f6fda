/** Episodes for people who look for one: those somebody should see, a page at a time, from facts; and the one a trace id stands for. */
import type { Pool } from 'pg';
import { episodeOf } from '../core/episode.ts';
import type { EpisodeFact } from '../core/fact.ts';
import { waitStart, type ConversationState } from '../core/state.ts';
import type { TraceJob, TraceKey } from '../core/trace-job.ts';
import { rowToEpisode } from './rows.ts';
import { loadJobs, type JobRow } from './trace-jobs.ts';

export const SHOWN = ['waiting', 'slow', 'unhappy', 'abandoned', 'all'] as const;
/** `waiting`: open, the customer waits now. `slow`: the first response came late or never. `all`: every finished one. */
export type Shown = (typeof SHOWN)[number];
export const SORTS = ['wait', 'newest', 'length', 'score'] as const;
export type Sort = (typeof SORTS)[number];

export interface EpisodeQuery {
  readonly show: Shown;
  readonly sort: Sort;
  readonly channel?: string | undefined;
  readonly inbox?: string | undefined;
  /** Finished episodes that closed after this; epoch milliseconds UTC. */
  readonly since: number;
  readonly offset: number;
  readonly limit: number;
}

/** `score`: the last answer to a satisfaction survey. */
export interface ListedEpisode { readonly episode: EpisodeFact; readonly score: number | null; readonly negative: boolean }

/** @throws what pg throws; after five seconds it gives up */
export async function listEpisodes(pool: Pool, query: EpisodeQuery): Promise<readonly ListedEpisode[]> {
  return inTime(pool, async (client) => {
    const values = [query.channel ?? null, query.inbox ?? null, query.offset, query.limit];
    if (query.show === 'waiting') {
      const { rows } = await client.query<{ id: string; state: string }>(waiting(query.sort), values);
      return rows.flatMap(({ id, state }) => {
        const parsed = JSON.parse(state) as ConversationState; // written by a save
        return parsed.open ? [{ episode: episodeOf(id, parsed, parsed.open), score: null, negative: false }] : [];
      });
    }
    const { rows } = await client.query<Record<string, unknown> & { score: number | null; negative: boolean }>(finished(query.show, query.sort), [...values, new Date(query.since)]);
    return rows.map((row) => ({ episode: rowToEpisode(row), score: row.score, negative: row.negative }));
  });
}

/** Everything about one episode, its place in the outbox included; undefined: there is no such episode. */
export async function readEpisode(pool: Pool, key: TraceKey, now: number): Promise<(TraceJob & { readonly wasSent: boolean }) | undefined> {
  const { rows: [row] } = await pool.query<JobRow & { was_sent: boolean }>(OUTBOX_ROW, [key.conversation, key.number]);
  const [job] = await loadJobs(pool, [row ?? { ...key, revision: 0, keep_reason: null, enqueued_at: new Date(now), exported: false, sent: null, previous_trace_id: null }]);
  return job && { ...job, wasSent: row?.was_sent ?? false };
}

/** The open episode of a conversation, and since when its customer waits (epoch milliseconds UTC). */
export async function openEpisode(pool: Pool, conversation: string): Promise<{ readonly number: number; readonly waitingSince: number | null } | undefined> {
  const { rows: [row] } = await pool.query<{ state: string }>('select conversation.state from replywatch.conversation where conversation.id = $1', [conversation]);
  const open = row && (JSON.parse(row.state) as ConversationState).open; // written by a save
  return open && { number: open.number, waitingSince: waitStart(open) ?? null };
}

/** The episodes of a conversation by number, the open one included. */
export async function episodeNumbers(pool: Pool, conversation: string): Promise<readonly number[]> {
  const { rows } = await pool.query<{ number: number }>(NUMBERS, [conversation]);
  return rows.map(({ number }) => number);
}

/** Inboxes that conversations came to, 200 at most: many sources put theirs before the ids of conversations. */
export async function knownInboxes(pool: Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ inbox: string }>('select distinct conversation.inbox from replywatch.conversation as conversation order by conversation.inbox limit 200');
  return rows.map(({ inbox }) => inbox);
}

/**
 * The episode a trace id stands for. Ids are keyed hashes and cannot be turned back: those in the outbox are looked up, the newest of
 * the others are tried. @param traceIdFor the hash
 */
export async function episodeOfTrace(pool: Pool, traceId: string, traceIdFor: (conversation: string, number: number) => string): Promise<TraceKey | undefined> {
  const { rows: [row] } = await pool.query<TraceKey>('select job.conversation, job.number from replywatch.trace_outbox as job where job.trace_id = $1', [traceId]);
  if (row) return row;
  const { rows } = await pool.query<TraceKey>(NEWEST, [TRIED]);
  return rows.find(({ conversation, number }) => traceIdFor(conversation, number) === traceId);
}

/** Hashing as many takes some 50 ms. */
const TRIED = 10_000;
const PATIENCE_MS = 5_000;

async function inTime<T>(pool: Pool, work: (client: Pick<Pool, 'query'>) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('begin read only');
    await client.query(`set local statement_timeout = ${PATIENCE_MS}`);
    return await work(client);
  } finally {
    await client.query('rollback').catch(() => undefined); // nothing was written
    client.release();
  }
}

const waiting = (sort: Sort): string => `
  select conversation.id, conversation.state from replywatch.conversation
   where conversation.waiting_since is not null and ($1::text is null or conversation.channel = $1) and ($2::text is null or conversation.inbox = $2)
   order by conversation.waiting_since ${sort === 'newest' ? 'desc' : 'asc'}, conversation.id offset $3 limit $4`;

const WHICH: Readonly<Record<Exclude<Shown, 'waiting'>, string>> = {
  slow: "facts.sla_first_response = 'missed'",
  unhappy: '(survey.score <= 2 or negative.number is not null)',
  abandoned: "facts.outcome in ('abandoned', 'missed', 'dropped', 'bot_abandoned')",
  all: 'true',
};
// A wait that nobody ended counts until the close.
const ORDER: Readonly<Record<Sort, string>> = {
  wait: 'coalesce(facts.frt_seconds, extract(epoch from facts.closed_at - facts.waiting_since)::float8) desc nulls last',
  newest: 'facts.closed_at desc', length: 'facts.ended_at - facts.opened_at desc', score: 'survey.score asc nulls last',
};

const finished = (show: Exclude<Shown, 'waiting'>, sort: Sort): string => `
  select facts.*, survey.score, negative.number is not null as negative
    from replywatch.episode_facts as facts
    left join lateral (
      select survey.score from replywatch.survey_facts as survey
       where survey.conversation = facts.conversation and survey.type = 'csat' and survey.score is not null
         and coalesce(survey.sent_at, survey.answered_at) >= facts.opened_at
         and not exists (select from replywatch.episode_facts as following
                          where following.conversation = facts.conversation and following.number = facts.number + 1
                            and following.opened_at <= coalesce(survey.sent_at, survey.answered_at))
       order by survey.answered_at desc limit 1) as survey on true
    left join replywatch.negative_facts as negative on negative.conversation = facts.conversation and negative.number = facts.number
   where facts.closed_at >= $5 and ($1::text is null or facts.channel = $1) and ($2::text is null or facts.inbox = $2) and ${WHICH[show]}
   order by ${ORDER[sort]}, facts.closed_at desc, facts.conversation, facts.number offset $3 limit $4`;

const OUTBOX_ROW = `
  select job.conversation, job.number, job.revision, job.keep_reason, job.enqueued_at, job.exported_at is not null as exported, job.sent, previous.trace_id as previous_trace_id,
         coalesce(job.exported_at, job.checkpoint_at) is not null as was_sent
    from replywatch.trace_outbox as job
    left join replywatch.trace_outbox as previous
      on previous.conversation = job.conversation and previous.number = job.number - 1 and previous.state in ('due', 'exported')
   where job.conversation = $1 and job.number = $2`;

const NUMBERS = `
  select facts.number from replywatch.episode_facts as facts where facts.conversation = $1
  union
  select (conversation.state::json -> 'open' ->> 'number')::int from replywatch.conversation
   where conversation.id = $1 and position('"open":{' in conversation.state) > 0
   order by 1`;

const NEWEST = `
  (select conversation.id as conversation, (conversation.state::json -> 'open' ->> 'number')::int as number from replywatch.conversation
    where conversation.waiting_since is not null order by conversation.waiting_since desc limit $1)
  union all
  (select facts.conversation, facts.number from replywatch.episode_facts as facts order by facts.closed_at desc limit $1)`;
