/** Which rebuild is under way and how far it got: one row per run, so that one that was broken off goes on. */
import type { Pool, PoolClient } from 'pg';
import type { Differences } from './difference.ts';

/** Why history is computed anew. */
export type Reason = 'asked' | 'definitions' | 'settings';

/** How far a rebuild is. */
export interface Rebuild {
  readonly id: string;
  /** Conversations: how many there are, how many are done, and the last of them. */
  readonly total: number;
  readonly done: number;
  readonly reached: string | undefined;
  readonly differences: Differences;
}

/** Any constant will do, as long as every version of the product uses the same one. */
const LOCK = 7_207_105_512;

/** Holds the right to rebuild while `work` runs. @returns undefined when another process is rebuilding */
export async function exclusively<T>(pool: Pool, work: () => Promise<T>): Promise<T | undefined> {
  const client = await pool.connect();
  try {
    const { rows: [row] } = await client.query<{ mine: boolean }>('select pg_try_advisory_lock($1) as mine', [LOCK]);
    if (!row!.mine) return undefined;
    try {
      return await work();
    } finally {
      await client.query('select pg_advisory_unlock($1)', [LOCK]).catch(() => undefined); // a broken connection released it already
    }
  } finally {
    client.release();
  }
}

/** Takes up the last rebuild with this basis that did not come to its end, or begins one. */
export async function beginRebuild(pool: Pool, reason: Reason, basis: string, now: number): Promise<Rebuild> {
  await pool.query('delete from replywatch.rebuild where rebuild.finished_at is null and rebuild.basis <> $1', [basis]);
  const { rows: [open] } = await pool.query<{ id: string; total: string; done: string; reached: string | null; differences: Differences }>(
    `with found as (select rebuild.id from replywatch.rebuild where rebuild.finished_at is null), made as (
       insert into replywatch.rebuild (reason, basis, started_at, total)
       select $1, $2, to_timestamp($3::float8 / 1000), (select count(*) from replywatch.conversation) where not exists (select from found)
       returning rebuild.id, rebuild.total, rebuild.done, rebuild.reached, rebuild.differences
     )
     select made.id, made.total, made.done, made.reached, made.differences from made
     union all
     select rebuild.id, rebuild.total, rebuild.done, rebuild.reached, rebuild.differences from replywatch.rebuild where rebuild.finished_at is null`, [reason, basis, now]);
  return { id: open!.id, total: Number(open!.total), done: Number(open!.done), reached: open!.reached ?? undefined, differences: open!.differences };
}

/** Notes how far it got, in the transaction that did the work. */
export async function noteRebuild(client: Pick<PoolClient, 'query'>, { id, done, reached, differences }: Rebuild): Promise<void> {
  await client.query('update replywatch.rebuild set done = $2, reached = $3, differences = $4 where rebuild.id = $1', [id, done, reached ?? null, JSON.stringify(differences)]);
}

/** Notes that it is over. @param now epoch milliseconds */
export async function finishRebuild(pool: Pool, id: string, differences: Differences, now: number): Promise<void> {
  await pool.query('update replywatch.rebuild set finished_at = to_timestamp($2::float8 / 1000), differences = $3 where rebuild.id = $1', [id, now, JSON.stringify(differences)]);
}

/** Tables that hold figures, not facts of one conversation or contact: what rollups wrote. */
export async function figureTables(pool: Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `select tables.tablename as name from pg_catalog.pg_tables as tables
     where tables.schemaname = 'replywatch' and tables.tablename not in
       ('blind_interval', 'cluster', 'computation', 'event', 'forwarded_event', 'import', 'label_slot', 'metric_exemplar', 'metric_total', 'migration', 'provider_cost', 'provider_template',
        'rebuild', 'source_seen', 'trace_outbox')
       and tables.tablename not like '%\\_state' and tables.tablename not like '%dirty%'
       and not exists (
         select from information_schema.columns where columns.table_schema = 'replywatch' and columns.table_name = tables.tablename
           and columns.column_name in ('conversation', 'contact')) and tables.tablename <> 'conversation'
     order by tables.tablename`);
  return rows.map((row) => row.name);
}
