/** The queue of episodes whose trace is due, in Postgres: leased row by row, so that any replica may send. */
import type { QueryConfig } from 'pg';
import type { TraceKey, TraceOutbox, TraceTicket } from '../core/trace-job.ts';
import { keyOf, loadJobs, type JobRow, type Queryable } from './trace-jobs.ts';
import type { Between } from './two-steps.ts';

/** A trace to send once `dueAt` has come. Times: epoch milliseconds UTC. */
export interface TraceEntry extends TraceKey {
  readonly traceId: string;
  /** Name of the rule that keeps it, or `ratio`; null: decided when it is due. */
  readonly keepReason: string | null;
  /** Half a minute or more after the end, so that receipts are in; not much more than two, or searches will not find the trace. */
  readonly dueAt: number;
}

/**
 * Puts closed episodes into the queue; meant for the transaction that closes them. Entries that are waiting keep their place, and a
 * trace that was sent stays as it was sent; one that was not kept comes back when a rule now keeps it. What a checkpoint was kept for
 * stays the reason: it is part of the spans.
 * @returns how many episodes had been sent already: they changed too late for their trace
 */
export async function enqueueTraces(client: Between, entries: readonly TraceEntry[], now: number): Promise<{ readonly late: number }> {
  if (entries.length === 0) return { late: 0 };
  const { rows: [row] } = await client.query<{ late: number }>(ENQUEUE, [...columns(entries), new Date(now)]);
  return { late: row?.late ?? 0 };
}

/** Asks for a checkpoint of episodes that may be open, so that their traces can be found: for what names them, or when a rule keeps them. */
export async function enqueueCheckpoints(client: Between, entries: readonly TraceEntry[], now: number): Promise<void> {
  if (entries.length > 0) await client.query(CHECKPOINT, [...columns(entries), new Date(now)]);
}

/** The latest traced episodes of these conversations are looked at again: a survey was answered, or a message read anew. */
export async function reviewTraces(client: Between, conversations: readonly string[], now: number): Promise<void> {
  if (conversations.length > 0) await client.query(REVIEW, [conversations, new Date(now)]);
}

/** Trace ids of the episodes among these that a rule, not the ratio, keeps. */
export async function keptByRule(client: Queryable, keys: readonly TraceKey[]): Promise<ReadonlyMap<string, string>> {
  if (keys.length === 0) return new Map();
  const { rows } = await client.query<TraceKey & { trace_id: string }>(KEPT, [keys.map((key) => key.conversation), keys.map((key) => key.number)]);
  return new Map(rows.map((row) => [keyOf(row), row.trace_id]));
}

/** @param options.now epoch milliseconds; the same clock as `dueAt`. `leaseSeconds`: longer than the pump holds what it claimed and one request takes, default 60 */
export function createTraceOutbox(pool: Queryable, { now = Date.now, leaseSeconds = 60 }: { now?: () => number; leaseSeconds?: number } = {}): TraceOutbox {
  const write = async (sql: string | QueryConfig, keys: readonly TraceTicket[], ...more: readonly unknown[]): Promise<void> => {
    if (keys.length > 0) await pool.query(sql, [keys.map((key) => key.conversation), keys.map((key) => key.number), keys.map((key) => key.revision), ...more]);
  };
  return {
    async claim(max) {
      const { rows } = await pool.query<JobRow>(CLAIM, [new Date(now()), new Date(now() + leaseSeconds * 1000), max]);
      if (rows.length === 0) return [];
      const jobs = await loadJobs(pool, rows);
      const found = new Set(jobs.map(keyOf));
      await write(FORGET, rows.filter((row) => !found.has(keyOf(row))));
      return jobs;
    },
    done: (jobs) => write(DONE, jobs, jobs.map((job) => job.keepReason), jobs.map((job) => job.whole), jobs.map((job) => job.sent && JSON.stringify(job.sent)), new Date(now())),
    skip: (keys) => write(SKIP, keys),
    retry: (keys, dueAt) => write(RETRY, keys, new Date(dueAt)),
    release: (keys) => write(RELEASE, keys),
    drop: (keys, reason) => write(DROP, keys, reason),
    async backlog() {
      const { rows: [row] } = await pool.query<{ pending: number; oldest: number | null; last: Date | null }>(BACKLOG, [new Date(now())]);
      return { pending: row?.pending ?? 0, oldestAgeSeconds: Math.max(0, row?.oldest ?? 0), lastSuccessAt: row?.last?.getTime() ?? null };
    },
  };
}

const columns = (entries: readonly TraceEntry[]): readonly unknown[] => [
  entries.map((each) => each.conversation), entries.map((each) => each.number), entries.map((each) => each.traceId), entries.map((each) => each.keepReason),
  entries.map((each) => new Date(each.dueAt)),
];

const INPUT = `input as (
    select input.conversation, input.number, input.trace_id, input.keep_reason, input.due_at
      from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::timestamptz[]) as input (conversation, number, trace_id, keep_reason, due_at)
  )`;

const ENQUEUE = `
  with ${INPUT}, written as (
    insert into replywatch.trace_outbox as job (conversation, number, trace_id, state, keep_reason, due_at, enqueued_at)
    select input.conversation, input.number, input.trace_id, 'due', input.keep_reason, input.due_at, $6 from input order by input.conversation, input.number
    on conflict (conversation, number) do update
      set state = 'due', whole = true, due_at = excluded.due_at, enqueued_at = excluded.enqueued_at, attempts = 0, lease_until = null, revision = job.revision + 1,
          keep_reason = case when job.state = 'dropped' then excluded.keep_reason when job.checkpoint_at is null then coalesce(excluded.keep_reason, job.keep_reason)
                             else coalesce(job.keep_reason, excluded.keep_reason) end
      where not job.whole or (job.state = 'sampled_out' and excluded.keep_reason <> 'ratio')
  )
  select count(*)::int as late from replywatch.trace_outbox as job
    join input on job.conversation = input.conversation and job.number = input.number
   where job.exported_at is not null`;

// One that is due and not yet taken will hold everything anyway; one under way is asked for once more. What is over is sent whole.
const CHECKPOINT = `
  with ${INPUT}
  insert into replywatch.trace_outbox as job (conversation, number, trace_id, state, whole, keep_reason, due_at, enqueued_at)
  select input.conversation, input.number, input.trace_id, 'due',
         exists (select from replywatch.episode_facts as episode where episode.conversation = input.conversation and episode.number = input.number),
         input.keep_reason, input.due_at, $6
    from input order by input.conversation, input.number
  on conflict (conversation, number) do update
    set state = 'due', keep_reason = coalesce(job.keep_reason, excluded.keep_reason), due_at = excluded.due_at, enqueued_at = excluded.enqueued_at, attempts = 0,
        lease_until = null, revision = job.revision + 1
    where not job.whole and (job.state <> 'due' or job.lease_until is not null)`;

// What was sent has its survey sent after it; what was not kept is decided again.
const REVIEW = `
  update replywatch.trace_outbox as job set state = 'due', due_at = $2, enqueued_at = $2, attempts = 0, lease_until = null, revision = job.revision + 1
   where job.conversation = any ($1::uuid[]) and job.whole and job.state in ('exported', 'sampled_out')
     and job.number = (select max(latest.number) from replywatch.trace_outbox as latest where latest.conversation = job.conversation)`;

const KEPT = `
  select job.conversation, job.number, job.trace_id from unnest($1::uuid[], $2::int[]) as picked (conversation, number)
    join replywatch.trace_outbox as job on job.conversation = picked.conversation and job.number = picked.number
   where job.keep_reason <> 'ratio' and job.state in ('due', 'open', 'exported')`;

// Rows are found again by where they lie, and the one before by its key: joins would read the whole queue. One that changes meanwhile waits for the next claim.
const CLAIM = `
  with claimed as (
    update replywatch.trace_outbox as job set lease_until = $2
     where job.ctid = any (array(
       select due.ctid from replywatch.trace_outbox as due
        where due.state = 'due' and due.due_at <= $1 and (due.lease_until is null or due.lease_until <= $1)
        order by due.due_at for update skip locked limit $3))
    returning job.conversation, job.number, job.revision, job.keep_reason, job.due_at, job.enqueued_at, job.exported_at is not null as exported, job.sent
  )
  select claimed.conversation, claimed.number, claimed.revision, claimed.keep_reason, claimed.enqueued_at, claimed.exported, claimed.sent,
         (select previous.trace_id from replywatch.trace_outbox as previous
           where previous.conversation = claimed.conversation and previous.number = claimed.number - 1 and previous.state in ('due', 'exported')) as previous_trace_id
    from claimed order by claimed.due_at`;

const PICKED = 'unnest($1::uuid[], $2::int[], $3::int[]) as picked (conversation, number, revision)';
const SAME = "job.conversation = picked.conversation and job.number = picked.number and job.revision = picked.revision and job.state = 'due'";
const ROWS = `from ${PICKED} where ${SAME}`;
const RETRY = `update replywatch.trace_outbox as job set due_at = $4, lease_until = null, attempts = job.attempts + 1 ${ROWS}`;
const RELEASE = `update replywatch.trace_outbox as job set lease_until = null ${ROWS}`;
const SKIP = `update replywatch.trace_outbox as job set state = case when job.whole then 'sampled_out' else 'open' end, lease_until = null ${ROWS}`;
const DROP = `update replywatch.trace_outbox as job set state = case when job.exported_at is null then 'dropped' else 'exported' end,
    keep_reason = case when job.exported_at is null then $4 else job.keep_reason end, lease_until = null ${ROWS}`;
const FORGET = `delete from replywatch.trace_outbox as job using ${PICKED}
  where ${SAME} and not exists (select from replywatch.episode_facts as episode where episode.conversation = job.conversation and episode.number = job.number)`;
// Prepared: there is one per request, and planning it takes half as long as doing it.
const DONE = { name: 'trace_done', text: `
  update replywatch.trace_outbox as job set state = case when picked.whole then 'exported' else 'open' end, keep_reason = picked.keep_reason,
         exported_at = case when picked.whole then coalesce(job.exported_at, $7) else job.exported_at end,
         checkpoint_at = case when picked.whole then job.checkpoint_at else $7 end,
         sent = coalesce(picked.sent::json, job.sent), whole = job.whole or picked.whole, lease_until = null, attempts = job.attempts + 1
    from unnest($1::uuid[], $2::int[], $3::int[], $4::text[], $5::boolean[], $6::text[]) as picked (conversation, number, revision, keep_reason, whole, sent)
   where ${SAME}` };

const BACKLOG = `
  select count(*)::int as pending, extract(epoch from $1 - min(job.due_at) filter (where job.due_at <= $1))::float8 as oldest,
         (select max(sent.exported_at) from replywatch.trace_outbox as sent where sent.exported_at is not null) as last
    from replywatch.trace_outbox as job where job.state = 'due'`;
