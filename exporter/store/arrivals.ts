import type { Pool } from 'pg';

/** What arrived of one source. */
export interface Arrivals {
  readonly source: string;
  /** Newest event time: epoch milliseconds UTC. */
  readonly lastEventAt: number;
  /** Events of the last hour; absent when counting them took too long. */
  readonly lastHour?: number;
}

/** Time limit of the count, which reads an hour of the log. */
const PATIENCE_MS = 1_000;

/** For people who look; nothing that is asked every second. @throws what pg throws */
export async function arrivals(pool: Pool, now: number): Promise<readonly Arrivals[]> {
  const { rows } = await pool.query<{ source: string; last: string }>(
    'select seen.source, (extract(epoch from seen.last_event_at) * 1000)::bigint as last from replywatch.source_seen as seen order by seen.source');
  const counts = await countOf(pool, now);
  return rows.map(({ source, last }) => ({ source, lastEventAt: Number(last), ...(counts && { lastHour: counts.get(source) ?? 0 }) }));
}

async function countOf(pool: Pool, now: number): Promise<ReadonlyMap<string, number> | undefined> {
  const client = await pool.connect();
  try {
    await client.query('begin read only');
    await client.query(`set local statement_timeout = ${PATIENCE_MS}`);
    const { rows } = await client.query<{ source: string; events: number }>(
      'select event.source, count(*)::int as events from replywatch.event where event.t > $1 and event.t <= $2 group by event.source', [new Date(now - 3_600_000), new Date(now)]);
    return new Map(rows.map((row) => [row.source, row.events]));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === '57014') return undefined; // query_canceled: too long
    throw error;
  } finally {
    await client.query('rollback').catch(() => undefined);
    client.release();
  }
}
