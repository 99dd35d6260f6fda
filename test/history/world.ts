/** Random histories on a real database, and everything that was concluded from them. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { Pool } from 'pg';
import type { CanonicalEvent, ParsedEvent } from '../../exporter/core/event.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../exporter/core/settings.ts';
import { createEnricher } from '../../exporter/ingest/enrich.ts';
import { DURATION_BUCKETS } from '../../exporter/metrics/labels.ts';
import { forgetAll, runAll } from '../../exporter/rollups/all.ts';
import { rollupSettings } from '../../exporter/rollups/rollup.ts';
import { deriveDue } from '../../exporter/store/derive/due.ts';
import { rowsOf } from '../../exporter/store/difference.ts';
import { figureTables } from '../../exporter/store/rebuilds.ts';
import { settle } from '../../exporter/store/settle.ts';
import { transactions } from '../../exporter/store/transaction.ts';
import { countingOf } from '../../exporter/workplace.ts';
import { histories, LONG_AFTER } from '../core/histories.ts';

export const settings: Settings = { ...DEFAULT_SETTINGS, tz: 'Europe/Madrid', settleSeconds: 0 };
const enricher = createEnricher({ key: 'k', settingsFor: () => settings });

/** Events of up to four conversations of three customers, in one order of arrival. */
export const traffic: fc.Arbitrary<readonly CanonicalEvent[]> = fc.tuple(fc.array(histories, { minLength: 1, maxLength: 4 }), fc.infiniteStream(fc.nat(9_999))).map(([stories, places]) =>
  stories.flatMap((events, c) => events.map((event) => stored(event, c)))
    .map((event) => [places.next().value, event] as const).sort(([a], [b]) => a - b).map(([, event]) => event));

/** As the enricher would have made it of a provider's event: a message is its own identity. */
function stored(event: CanonicalEvent, c: number): CanonicalEvent {
  const message = 'message' in event && event.message !== undefined ? { message: `${c} ${event.message}` } : {};
  return enricher.enrich({ ...event, ...message, id: `${c} ${event.id}`, conversation: `c${c}`, contact: `u${c % 3}` } as ParsedEvent)!;
}

const BASE = ['migration', 'cluster'];

export async function wipe(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ name: string }>(`select tablename as name from pg_catalog.pg_tables where schemaname = 'replywatch' and tablename <> all ($1)`, [BASE]);
  await pool.query(rows.map(({ name }) => `delete from replywatch.${name}`).join('; '));
}

/** Lets time pass until nothing is open to time any more, settles, and computes every figure. */
export async function conclude(pool: Pool, store: { due(now: number, limit: number): Promise<readonly never[] | readonly unknown[]>; applyTicks(ticks: never): Promise<void> }): Promise<void> {
  for (let due = await store.due(LONG_AFTER, 500); due.length > 0; due = await store.due(LONG_AFTER, 500)) await store.applyTicks(due as never);
  while (await settle({ pool, counting: countingOf() }, LONG_AFTER * 2) > 0) { /* the next slice */ }
  await figures(pool);
}

export async function figures(pool: Pool): Promise<void> {
  const transaction = transactions(pool);
  await transaction((sql) => forgetAll(sql), 10_000);
  await deriveDue({ pool, rules: { settingsFor: () => settings, prices: [] } }, LONG_AFTER * 2);
  await runAll({ transaction, settings: rollupSettings(settings, DURATION_BUCKETS), now: LONG_AFTER });
}

/** All facts and figures, row by row, as digests: what two ways to the same history must agree on. */
export async function everything(pool: Pool): Promise<Readonly<Record<string, readonly string[]>>> {
  const { rows } = await pool.query<{ name: string }>(
    `select distinct columns.table_name as name from information_schema.columns
     where columns.table_schema = 'replywatch' and columns.column_name in ('conversation', 'contact') and columns.table_name not in ('event', 'trace_outbox', 'contact_due', 'contact_size')`);
  const client = await pool.connect();
  try {
    const found = await rowsOf(client, [...rows.map((row) => row.name), ...await figureTables(pool)].sort());
    return Object.fromEntries([...found].map(([table, each]) => [table, [...each].map(([key, row]) => `${key} ${row}`).sort()]));
  } finally {
    client.release();
  }
}

/** Counters as they stand, without live gauges and without what counts arrivals. */
export async function counters(pool: Pool): Promise<Readonly<Record<string, number>>> {
  const { rows } = await pool.query<{ key: string; value: number }>(
    `select total.key, total.value from replywatch.metric_total as total where total.key !~ '^(@live|chat_events_total|chat_ingest|chat_fact_corrections|chat_rollup)' and total.value <> 0 order by 1`);
  return Object.fromEntries(rows.map(({ key, value }) => [key, value]));
}

export const digest = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 12);
