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
import { createDatabase, startEmbeddedPostgres } from '../exporter/store/embedded.ts';
import { migrate } from '../exporter/store/migrate.ts';
import { transactions } from '../exporter/store/transaction.ts';
import { EPISODES_PER_DAY, EVENTS_PER_EPISODE, openedAt, writeEpisodes } from './facts.ts';
import { median } from './servers.ts';

/** Millions of events. */
const SIZES = [1, 5, 10];
const NEW_EVENTS = 10_000;
const ROUNDS = 5;
/** All that read what grows; every other rollup reads their tables. */
const MEASURED: readonly Rollup[] = [HOURLY, PEAK_HOURS, FORECAST, STAFFING];
const SETTINGS = rollupSettings({ ...DEFAULT_SETTINGS, tz: 'Europe/Madrid' }, DURATION_BUCKETS);

interface Side { readonly size: number; readonly pool: pg.Pool; episodes: number }

/** Prints each round and at last `ratio <median>`: a run on the largest history as a multiple of the same run on the smallest. */
export async function run(): Promise<void> {
  console.log(`hourly, daily, peak hours, forecast and staffing after ${NEW_EVENTS} new events of two hours, behind ${SIZES.join(', ')} million events; ${ROUNDS} paired rounds`);
  await withSides(async (sides) => {
    const ratios: number[] = [];
    for (let round = 0; round <= ROUNDS; round++) { // the first one fills caches and is not counted
      const seconds: number[] = [];
      for (const side of sides) seconds.push(await oneRun(side));
      if (round === 0) continue;
      ratios.push(seconds.at(-1)! / seconds[0]!);
      console.log(`round ${round}  ${sides.map(({ size }, i) => `${size}M ${seconds[i]!.toFixed(2)} s`).join('  ')}  ratio ${ratios.at(-1)!.toFixed(2)}`);
    }
    for (const { size, pool } of sides) console.log(`${size} million events: ${await rowsOf(pool)}`);
    console.log(`ratio ${median(ratios).toFixed(2)}`);
  });
}

async function oneRun(side: Side): Promise<number> {
  const next = side.episodes + NEW_EVENTS / EVENTS_PER_EPISODE;
  await writeEpisodes(side.pool, side.episodes, next, 'now()');
  side.episodes = next;
  const from = performance.now();
  await rollUp(side.pool, openedAt(next));
  return (performance.now() - from) / 1000;
}

async function withSides(work: (sides: readonly Side[]) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'replywatch-bench-'));
  chmodSync(directory, 0o711); // Postgres runs as another user when we are root
  const postgres = await startEmbeddedPostgres({ dataDir: directory, log: createLogger('warn') });
  const sides: Side[] = [];
  try {
    const history = await createDatabase(postgres.url, 'history');
    await withPool(history, async (pool) => {
      await migrate(pool);
      await rollUp(pool, openedAt(0)); // nothing yet, but it says what figures are computed with
    });
    for (const size of SIZES) {
      const episodes = (size * 1e6) / EVENTS_PER_EPISODE;
      const began = performance.now();
      await withPool(history, async (pool) => {
        await writeEpisodes(pool, ((SIZES[SIZES.indexOf(size) - 1] ?? 0) * 1e6) / EVENTS_PER_EPISODE, episodes);
        await pool.query('vacuum analyze');
      });
      const side: Side = { size, pool: new pg.Pool({ connectionString: await createDatabase(postgres.url, `rollup_${size}`, 'history'), max: 2 }), episodes };
      sides.push(side);
      await fillFigures(side);
      console.log(`${size} million events written in ${((performance.now() - began) / 1000).toFixed(0)} s`);
    }
    await work(sides);
  } finally {
    for (const { pool } of sides) await pool.end();
    await postgres.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function withPool(connectionString: string, work: (pool: pg.Pool) => Promise<void>): Promise<void> {
  const pool = new pg.Pool({ connectionString, max: 2 });
  try {
    await work(pool);
  } finally {
    await pool.end();
  }
}

/** Computes the last day and a half; the days before hold copies of that, so that the tables are as full as after a first run. */
async function fillFigures({ pool, episodes }: Side): Promise<void> {
  const end = new Date(openedAt(episodes));
  await pool.query(`insert into replywatch.rollup_dirty_hour (hour) select date_trunc('hour', at) from generate_series($1::timestamptz - interval '36 hours', $1, interval '1 hour') as at`, [end]);
  await rollUp(pool, end.getTime());
  const days = Math.floor(episodes / EPISODES_PER_DAY) - 3;
  await copyDays(pool, 'hourly_figure', ['hour', 'local_day'], `figure.dimension = 'all' or day.n < 35`, days);
  await copyDays(pool, 'daily_figure', ['local_day'], 'true', days);
  await pool.query('vacuum analyze');
}

/** Copies the newest whole local day of a table of figures to the days before. */
async function copyDays(pool: pg.Pool, table: string, times: readonly string[], where: string, days: number): Promise<void> {
  const { rows } = await pool.query<{ name: string }>(
    `select attribute.attname as name from pg_catalog.pg_attribute as attribute where attribute.attrelid = $1::regclass and attribute.attnum > 0 order by attribute.attnum`, [`replywatch.${table}`]);
  const columns = rows.map(({ name }) => name);
  const moved = columns.map((name) => (times.includes(name) ? `figure.${name} - ${name === 'hour' ? "make_interval(hours => (1 + day.n) * 24)" : '(1 + day.n)'}` : `figure.${name}`));
  await pool.query(
    `insert into replywatch.${table} (${columns.join(', ')}) select ${moved.join(', ')}
     from replywatch.${table} as figure cross join generate_series(1, $1::int) as day (n)
     where figure.local_day = (select max(newest.local_day) - 1 from replywatch.${table} as newest) and (${where}) on conflict do nothing`, [days]);
}

async function rollUp(pool: pg.Pool, now: number): Promise<void> {
  const transaction = transactions(pool);
  const { signal } = new AbortController();
  for (const rollup of MEASURED) await rollup.run({ transaction: (work) => transaction(work, 600_000), settings: SETTINGS, now, signal });
  // A run looks at what was stored in the ten minutes before the last one again. Here hours of traffic arrive within a second.
  await pool.query('update replywatch.rollup_state set horizon = now()');
}

async function rowsOf(pool: pg.Pool): Promise<string> {
  const { rows: [row] } = await pool.query<{ hours: number; days: number; size: string }>(
    `select (select count(*) from replywatch.hourly_figure)::int as hours, (select count(*) from replywatch.daily_figure)::int as days, pg_size_pretty(pg_database_size(current_database())) as size`);
  return `${row!.hours} hourly and ${row!.days} daily figures, database ${row!.size}`;
}

if (import.meta.main) await run();
