/** The queue of finished episodes whose trace is due, in Postgres: leased row by row, so that any replica may send. */
import type { Pool } from 'pg';
import { compareEvents } from '../core/event.ts';
import type { TraceJob, TraceKey, TraceOutbox } from '../core/trace-job.ts';
import { EVENT_COLUMNS, OBSERVATION_COLUMNS, rowToEpisode, rowToEvent, rowToObservation } from './rows.ts';
import type { EventRow, ObservationRow } from './rows.ts';

/** A trace to send once `dueAt` has come. Times: epoch milliseconds UTC. */
export interface TraceEntry extends TraceKey {
  readonly traceId: string;
  /** Name of the rule that keeps it, or `ratio`; null: decided when it is due. */
  readonly keepReason: string | null;
  /** Half a minute or more after the end, so that receipts are in; not much more than two, or searches will not find the trace. */
  readonly dueAt: number;
}

/** All that is needed of a pool or a client inside a transaction. */
export type Queryable = Pick<Pool, 'query'>;

/**
 * Puts closed episodes into the queue; meant for the transaction that closes them. Entries that are waiting keep their place, and a
 * trace that was sent stays as it was sent; one that was not kept comes back when a rule now keeps it.
 * @returns how many episodes had been sent already: they changed too late for their trace
 */
export async function enqueueTraces(client: Queryable, entries: readonly TraceEntry[], now: number): Promise<{ readonly late: number }> {
  if (entries.length === 0) return { late: 0 };
  const { rows: [row] } = await client.query<{ late: number }>(ENQUEUE, [
    entries.map((each) => each.conversation), entries.map((each) => each.number), entries.map((each) => each.traceId),
    entries.map((each) => each.keepReason), entries.map((each) => new Date(each.dueAt)), new Date(now),
  ]);
  return { late: row?.late ?? 0 };
}

/** @param options.now epoch milliseconds; the same clock as `dueAt`. `leaseSeconds`: longer than one round of the pump takes, default 60 */
export function createTraceOutbox(pool: Queryable, { now = Date.now, leaseSeconds = 60 }: { now?: () => number; leaseSeconds?: number } = {}): TraceOutbox {
  const write = async (sql: string, keys: readonly TraceKey[], ...more: readonly unknown[]): Promise<void> => {
    if (keys.length > 0) await pool.query(sql, [keys.map((key) => key.conversation), keys.map((key) => key.number), ...more]);
  };
  return {
    async claim(max) {
      const { rows } = await pool.query<ClaimRow>(CLAIM, [new Date(now()), new Date(now() + leaseSeconds * 1000), max]);
      if (rows.length === 0) return [];
      const { jobs, gone } = await load(pool, rows);
      await write(FORGET, gone);
      return jobs;
    },
    done: (jobs) => write(DONE, jobs, jobs.map((job) => job.keepReason), new Date(now())),
    skip: (keys) => write(SKIP, keys),
    retry: (keys, dueAt) => write(RETRY, keys, new Date(dueAt)),
    release: (keys) => write(RELEASE, keys),
    drop: (keys, reason) => write(DROP, keys, reason),
    async backlog() {
      const { rows: [row] } = await pool.query<{ pending: number; oldest: number | null }>(BACKLOG, [new Date(now())]);
      return { pending: row?.pending ?? 0, oldestAgeSeconds: Math.max(0, row?.oldest ?? 0) };
    },
  };
}

interface ClaimRow extends TraceKey { readonly keep_reason: string | null; readonly enqueued_at: Date; readonly previous_trace_id: string | null }
type OfEpisode<T> = T & { readonly episode_number: number };

async function load(pool: Queryable, claimed: readonly ClaimRow[]): Promise<{ jobs: readonly TraceJob[]; gone: readonly TraceKey[] }> {
  const keys = [claimed.map((row) => row.conversation), claimed.map((row) => row.number)];
  const [episodes, observations, events] = await Promise.all([
    pool.query<Record<string, unknown>>(EPISODES, keys), pool.query<ObservationRow>(OBSERVATIONS, keys), pool.query<OfEpisode<EventRow>>(EVENTS, keys),
  ]);
  const episodeOf = new Map(episodes.rows.map(rowToEpisode).map((episode) => [keyOf(episode), episode]));
  const observationsOf = Map.groupBy(observations.rows.map(rowToObservation), keyOf);
  const eventsOf = Map.groupBy(events.rows, (row) => keyOf({ conversation: row.conversation ?? '', number: row.episode_number }));
  const jobs = claimed.flatMap((row): readonly TraceJob[] => {
    const episode = episodeOf.get(keyOf(row));
    if (!episode) return [];
    return [{
      conversation: row.conversation, number: row.number, keepReason: row.keep_reason, enqueuedAt: row.enqueued_at.getTime(), episode,
      observations: observationsOf.get(keyOf(row)) ?? [], events: (eventsOf.get(keyOf(row)) ?? []).map(rowToEvent).sort(compareEvents),
      ...(row.previous_trace_id === null ? {} : { previousTraceId: row.previous_trace_id }),
    }];
  });
  return { jobs, gone: claimed.filter((row) => !episodeOf.has(keyOf(row))) };
}

const keyOf = (key: TraceKey): string => `${key.conversation} ${key.number}`;

const ENQUEUE = `
  with input as (
    select input.conversation, input.number, input.trace_id, input.keep_reason, input.due_at
      from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::timestamptz[]) as input (conversation, number, trace_id, keep_reason, due_at)
  ), written as (
    insert into replywatch.trace_outbox as job (conversation, number, trace_id, state, keep_reason, due_at, enqueued_at)
    select input.conversation, input.number, input.trace_id, 'due', input.keep_reason, input.due_at, $6 from input order by input.conversation, input.number
    on conflict (conversation, number) do update
      set state = 'due', keep_reason = excluded.keep_reason, due_at = excluded.due_at, enqueued_at = excluded.enqueued_at, attempts = 0, lease_until = null
      where job.state = 'sampled_out' and excluded.keep_reason <> 'ratio'
  )
  select count(*)::int as late from replywatch.trace_outbox as job
    join input on job.conversation = input.conversation and job.number = input.number
   where job.state = 'exported'`;

const CLAIM = `
  with claimed as (
    update replywatch.trace_outbox as job set lease_until = $2
      from (select due.conversation, due.number from replywatch.trace_outbox as due
             where due.state = 'due' and due.due_at <= $1 and (due.lease_until is null or due.lease_until <= $1)
             order by due.due_at for update skip locked limit $3) as picked
     where job.conversation = picked.conversation and job.number = picked.number
    returning job.conversation, job.number, job.keep_reason, job.due_at, job.enqueued_at
  )
  select claimed.conversation, claimed.number, claimed.keep_reason, claimed.enqueued_at, previous.trace_id as previous_trace_id
    from claimed left join replywatch.trace_outbox as previous
      on previous.conversation = claimed.conversation and previous.number = claimed.number - 1 and previous.state in ('due', 'exported')
   order by claimed.due_at`;

const PICKED = 'unnest($1::uuid[], $2::int[]) as picked (conversation, number)';

const EPISODES = `
  select episode.* from ${PICKED}
    join replywatch.episode_facts as episode on episode.conversation = picked.conversation and episode.number = picked.number`;

const OBSERVATIONS = `
  select ${OBSERVATION_COLUMNS} from ${PICKED}
    join replywatch.observation as observation on observation.conversation = picked.conversation and observation.number = picked.number
   order by observation.at, observation.type, observation.nth`;

// Inside the episode everything; after it receipts, and surveys until the next one opens; before it who held the conversation.
// Receipts of messages sent before the episode are left out: to the trace they would look like messages of it.
const EVENTS = `
  select picked.number as episode_number, ${EVENT_COLUMNS} from ${PICKED}
    join replywatch.episode_facts as episode on episode.conversation = picked.conversation and episode.number = picked.number
    left join replywatch.episode_facts as following on following.conversation = picked.conversation and following.number = picked.number + 1
    join replywatch.event as event on event.conversation = picked.conversation and event.t >= episode.opened_at
     and (event.t <= episode.closed_at or event.kind = 'message.status'
          or (event.kind in ('survey.sent', 'survey.answered') and (following.opened_at is null or event.t < following.opened_at)))
   where event.kind <> 'message.status' or event.message not in (
     select earlier.message from replywatch.event as earlier
      where earlier.conversation = picked.conversation and earlier.t < episode.opened_at and earlier.message is not null)
  union all
  select picked.number, ${EVENT_COLUMNS} from ${PICKED}
    join replywatch.episode_facts as episode on episode.conversation = picked.conversation and episode.number = picked.number
    cross join lateral (
      select holder.id from replywatch.event as holder
       where holder.conversation = picked.conversation and holder.t < episode.opened_at
         and holder.kind in ('conversation.assigned', 'conversation.unassigned', 'conversation.snapshot')
       order by holder.t desc limit 20) as latest
    join replywatch.event as event on event.id = latest.id`;

const ROWS = `from ${PICKED} where job.conversation = picked.conversation and job.number = picked.number and job.state = 'due'`;
const RETRY = `update replywatch.trace_outbox as job set due_at = $3, lease_until = null, attempts = job.attempts + 1 ${ROWS}`;
const RELEASE = `update replywatch.trace_outbox as job set lease_until = null ${ROWS}`;
const SKIP = `update replywatch.trace_outbox as job set state = 'sampled_out', lease_until = null ${ROWS}`;
const DROP = `update replywatch.trace_outbox as job set state = 'dropped', keep_reason = $3, lease_until = null ${ROWS}`;
const FORGET = `delete from replywatch.trace_outbox as job using ${PICKED}
  where job.conversation = picked.conversation and job.number = picked.number and job.state = 'due'
    and not exists (select from replywatch.episode_facts as episode where episode.conversation = job.conversation and episode.number = job.number)`;
const DONE = `
  update replywatch.trace_outbox as job set state = 'exported', keep_reason = picked.keep_reason, exported_at = $4, lease_until = null, attempts = job.attempts + 1
    from unnest($1::uuid[], $2::int[], $3::text[]) as picked (conversation, number, keep_reason)
   where job.conversation = picked.conversation and job.number = picked.number and job.state = 'due'`;

const BACKLOG = `
  select count(*)::int as pending, extract(epoch from $1 - min(job.due_at) filter (where job.due_at <= $1))::float8 as oldest
    from replywatch.trace_outbox as job where job.state = 'due'`;
