import type { Pool } from 'pg';
import type { Observation } from '../core/fact.ts';
import type { TraceKey } from '../core/trace-job.ts';
import { enqueueCheckpoints, keptByRule, type TraceEntry } from './outbox.ts';
import { OBSERVATION_COLUMNS, rowToObservation, type ObservationRow } from './rows.ts';
import { claimSlots } from './slots.ts';
import { plainArray, textArray } from './statements.ts';
import type { Counting } from './store.ts';
import { inTransaction } from './transaction.ts';
import { keyOf } from './trace-jobs.ts';

/** What settling counts with. */
export interface SettleOptions {
  readonly pool: Pool;
  readonly counting: Counting;
  /** The trace of an episode that will certainly be kept; undefined: a rule has to keep it before an exemplar may point at it. Absent: no traces are sent. */
  readonly traceIdOf?: (conversation: string, number: number) => Pick<TraceEntry, 'traceId' | 'keepReason'> | undefined;
}

/**
 * Counts observations whose rest is over, each once in the whole cluster. Only the leader calls it.
 * @returns how many were counted; `limit` means there may be more
 */
export async function settle({ pool, counting, traceIdOf }: SettleOptions, now: number, limit = 2000): Promise<number> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<ObservationRow>(
      `update replywatch.observation as observation set settled = true from (
         select due.conversation, due.number, due.type, due.nth from replywatch.observation as due
          where not due.settled and due.settle_at <= to_timestamp($1::float8 / 1000) order by due.settle_at limit $2 for update skip locked) as due
        where observation.conversation = due.conversation and observation.number = due.number and observation.type = due.type and observation.nth = due.nth
       returning ${OBSERVATION_COLUMNS}`, [now, limit]);
    const facts = rows.map(rowToObservation);
    const totals = new Map<string, number>();
    const exemplars = new Map<string, Exemplar>();
    const traceOf = await tracesOf(client, facts, traceIdOf);
    const count = (fact: Observation): void => counting.add(fact, totals, (key, value) => {
      const trace = traceOf(fact);
      if (trace) exemplars.set(key, { ...trace, value, at: fact.at, isFirstResponse: fact.type === 'response' && fact.first });
    });
    facts.forEach(count);
    const missing = counting.missing(); // another replica may have met this inbox before us
    if (missing.length > 0) {
      await claimSlots(pool, counting, missing);
      totals.clear();
      facts.forEach(count);
    }
    await addTotals(client, totals);
    await saveExemplars(client, exemplars, now);
    return rows.length;
  });
}

/** `at`: epoch milliseconds UTC. */
interface Exemplar extends TraceEntry { readonly value: number; readonly at: number; readonly isFirstResponse: boolean }

/** Which trace each fact may point at, if any. */
async function tracesOf(client: Pick<Pool, 'query'>, facts: readonly Observation[], sure: SettleOptions['traceIdOf']): Promise<(fact: Observation) => TraceEntry | undefined> {
  if (!sure) return () => undefined;
  const entry = ({ conversation, number }: Observation, trace: Pick<TraceEntry, 'traceId' | 'keepReason'>): TraceEntry => ({ conversation, number, ...trace, dueAt: 0 });
  const unsure = facts.filter((fact) => sure(fact.conversation, fact.number) === undefined);
  const byRule = await keptByRule(client, [...new Map(unsure.map((fact) => [keyOf(fact), fact])).values()]);
  return (fact) => {
    const trace = sure(fact.conversation, fact.number);
    const traceId = byRule.get(keyOf(fact));
    return trace ? entry(fact, trace) : traceId === undefined ? undefined : entry(fact, { traceId, keepReason: null });
  };
}

/**
 * Stores them, and asks for a checkpoint of what they point at: the link has to lead somewhere while the episode is open. Once it does, only
 * the first response is worth another one; a checkpoint for every answer would send a long episode over and over.
 */
async function saveExemplars(client: Pick<Pool, 'query'>, exemplars: ReadonlyMap<string, Exemplar>, now: number): Promise<void> {
  if (exemplars.size === 0) return;
  const sorted = [...exemplars].sort(([a], [b]) => (a < b ? -1 : 1));
  await client.query(
    `insert into replywatch.metric_exemplar (key, trace_id, value, at)
     select u.key, u.trace_id, u.value, to_timestamp(u.at / 1000) from unnest($1::text[], $2::text[], $3::float8[], $4::float8[]) as u(key, trace_id, value, at)
     on conflict (key) do update set trace_id = excluded.trace_id, value = excluded.value, at = excluded.at, xid = pg_current_xact_id()`,
    [textArray(sorted.map(([key]) => key)), textArray(sorted.map(([, { traceId }]) => traceId)), plainArray(sorted.map(([, { value }]) => value)), plainArray(sorted.map(([, { at }]) => at))]);
  const pointedAt = [...Map.groupBy(exemplars.values(), keyOf).values()].map((all) => all.find(({ isFirstResponse }) => isFirstResponse) ?? all[0]!); // a group has one
  const known = await onTheirWay(client, pointedAt.filter(({ isFirstResponse }) => !isFirstResponse));
  await enqueueCheckpoints(client, pointedAt.filter((exemplar) => !known.has(keyOf(exemplar))).map((exemplar) => ({ ...exemplar, dueAt: now })), now);
}

/** Those of these whose traces, or checkpoints of them, were sent or will be. */
async function onTheirWay(client: Pick<Pool, 'query'>, keys: readonly TraceKey[]): Promise<ReadonlySet<string>> {
  if (keys.length === 0) return new Set();
  const { rows } = await client.query<TraceKey>(
    `select job.conversation, job.number from unnest($1::uuid[], $2::int[]) as picked (conversation, number)
       join replywatch.trace_outbox as job on job.conversation = picked.conversation and job.number = picked.number
      where job.state = 'due' or coalesce(job.exported_at, job.checkpoint_at) is not null`, [keys.map(({ conversation }) => conversation), keys.map(({ number }) => number)]);
  return new Set(rows.map(keyOf));
}

/** Raises totals, in one order for all writers. */
export async function addTotals(client: Pick<Pool, 'query'>, totals: ReadonlyMap<string, number>): Promise<void> {
  if (totals.size === 0) return;
  const keys = [...totals.keys()].sort();
  await client.query(
    `insert into replywatch.metric_total as total (key, value) select u.key, u.value from unnest($1::text[], $2::float8[]) as u(key, value)
     on conflict (key) do update set value = total.value + excluded.value, xid = pg_current_xact_id()`,
    [textArray(keys), plainArray(keys.map((key) => totals.get(key)!))]);
}
