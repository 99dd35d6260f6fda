import type { Pool } from 'pg';

/**
 * Identity of this database's figures. It follows from what is stored and from where that lies, so a dump that is restored elsewhere, or
 * over the old tables, gets a new one: its counters are new series and not a reset. A copy of the files keeps it.
 */
export async function clusterId(pool: Pool, fresh: () => string): Promise<string> {
  await pool.query('insert into replywatch.cluster (one, id) values (true, $1) on conflict (one) do nothing', [fresh()]);
  const { rows } = await pool.query<{ id: string }>(
    `select md5(concat_ws(' ', cluster.id, control.system_identifier, database.oid, 'replywatch.cluster'::regclass::oid))::uuid as id
       from replywatch.cluster cross join pg_control_system() as control
       join pg_catalog.pg_database as database on database.datname = current_database()`);
  return rows[0]!.id;
}

/** A gap in the heartbeat longer than this was time in which nobody listened. */
const BLIND_MS = 60_000;

/**
 * Says "somebody listens" and records the time in which nobody did. Called by the leader, every ten seconds or so.
 * @returns seconds of blindness that just ended; 0 when there was none
 */
export async function heartbeat(pool: Pool, now: number): Promise<number> {
  const { rows } = await pool.query<{ before: Date | null }>(
    `with old as materialized (select cluster.heartbeat_at from replywatch.cluster for update)
     update replywatch.cluster set heartbeat_at = to_timestamp($1::float8 / 1000) from old returning old.heartbeat_at as before`, [now]);
  const before = rows[0]?.before?.getTime();
  if (before === undefined || now - before <= BLIND_MS) return 0;
  await pool.query('insert into replywatch.blind_interval (started_at, ended_at, reason) values (to_timestamp($1::float8 / 1000), to_timestamp($2::float8 / 1000), $3)',
    [before, now, 'exporter']);
  return (now - before) / 1000;
}
