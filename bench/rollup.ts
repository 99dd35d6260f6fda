/** What a run of the rollups costs for the same number of new events, with 1, 5 and 10 million events behind them. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { DEFAULT_SETTINGS } from '../exporter/core/settings.ts';
import { createLogger } from '../exporter/log.ts';
import { DURATION_BUCKETS } from '../exporter/metrics/labels.ts';
import { FORECAST } from '../exporter/rollups/forecast.ts';
import { HOURLY } from '../exporter/rollups/hourly.ts';
import { PEAK_HOURS } from '../exporter/rollups/peak-hours.ts';
import { rollupSettings, type Rollup } from '../exporter/rollups/rollup.ts';
import { STAFFING } from '../exporter/rollups/staffing.ts';
import { startEmbeddedPostgres } from '../exporter/store/embedded.ts';
import { migrate } from '../exporter/store/migrate.ts';
import { transactions } from '../exporter/store/transaction.ts';
import { EVENTS_PER_EPISODE, openedAt, writeEpisodes } from './facts.ts';
import { median } from './servers.ts';

/** Millions of events. */
const SIZES = [1, 5, 10];
const NEW_EVENTS = 10_000;
const ROUNDS = 7;
/** All that read what grows; every other rollup reads their tables. */
const MEASURED: readonly Rollup[] = [HOURLY, PEAK_HOURS, FORECAST, STAFFING];
const SETTINGS = rollupSettings({ ...DEFAULT_SETTINGS, tz: 'Europe/Madrid' }, DURATION_BUCKETS);

/** Prints each size and at last `ratio <n>`: a run at the largest size as a multiple of one at the smallest. */
export async function run(): Promise<void> {
  console.log(`hourly, daily, peak hours, forecast and staffing after ${NEW_EVENTS} new events of two hours; ${ROUNDS} rounds at each size, the median counts; bundled Postgres`);
  const directory = mkdtempSync(join(tmpdir(), 'replywatch-bench-'));
  chmodSync(directory, 0o711); // Postgres runs as another user when we are root
  const postgres = await startEmbeddedPostgres({ dataDir: directory, log: createLogger('warn') });
  const pool = new pg.Pool({ connectionString: postgres.url, max: 2 });
  try {
    await migrate(pool);
    const results: number[] = [];
    let written = 0;
    for (const size of SIZES) {
      const episodes = (size * 1e6) / EVENTS_PER_EPISODE;
      const building = await timed(() => writeEpisodes(pool, written, episodes));
      await pool.query('vacuum analyze');
      const catchingUp = await timed(() => rollUp(pool, openedAt(episodes)));
      await pool.query('vacuum analyze');
      written = episodes;
      const rounds: number[] = [];
      for (let round = 0; round <= ROUNDS; round++) { // the first one fills caches and is not counted
        await writeEpisodes(pool, written, written + NEW_EVENTS / EVENTS_PER_EPISODE, 'now()');
        written += NEW_EVENTS / EVENTS_PER_EPISODE;
        const seconds = await timed(() => rollUp(pool, openedAt(written)));
        if (round > 0) rounds.push(seconds);
      }
      results.push(median(rounds));
      console.log(`${size} million events  run ${median(rounds).toFixed(2)} s  (from ${Math.min(...rounds).toFixed(2)} to ${Math.max(...rounds).toFixed(2)}; ${await rowsOf(pool)}; `
        + `history written in ${building.toFixed(0)} s, rolled up in ${catchingUp.toFixed(0)} s)`);
    }
    console.log(`ratio ${(results.at(-1)! / results[0]!).toFixed(2)}`);
  } finally {
    await pool.end();
    await postgres.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function rollUp(pool: pg.Pool, now: number): Promise<void> {
  const transaction = transactions(pool);
  const { signal } = new AbortController();
  for (const rollup of MEASURED) await rollup.run({ transaction: (work) => transaction(work, 600_000), settings: SETTINGS, now, signal });
  // A run looks at what was stored in the ten minutes before the last one again. Here hours of traffic arrive within a second.
  await pool.query('update replywatch.rollup_state set horizon = now()');
}

async function timed(work: () => Promise<void>): Promise<number> {
  const from = performance.now();
  await work();
  return (performance.now() - from) / 1000;
}

async function rowsOf(pool: pg.Pool): Promise<string> {
  const { rows: [row] } = await pool.query<{ hours: number; days: number; size: string }>(
    `select (select count(*) from replywatch.hourly_figure)::int as hours, (select count(*) from replywatch.daily_figure)::int as days, pg_size_pretty(pg_database_size(current_database())) as size`);
  return `${row!.hours} hourly and ${row!.days} daily figures, database ${row!.size}`;
}

if (import.meta.main) await run();
