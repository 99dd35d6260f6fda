/**
 * How long each SQL query of the dashboards takes with a month of a million messages: the simulated retailer, fifteen times as busy, imported through its own adapters.
 * Building the month takes many minutes; a directory named in DASHBOARDS_DIR keeps it for the next time.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { rulesOf } from '../exporter/basis.ts';
import { startApp } from '../exporter/app.ts';
import { loadConfig } from '../exporter/config.ts';
import { eventsOf, writeDemoConfig } from '../exporter/demo.ts';
import { loadKeys } from '../exporter/keys.ts';
import { createLogger } from '../exporter/log.ts';
import { DURATION_BUCKETS } from '../exporter/metrics/labels.ts';
import { runAll } from '../exporter/rollups/all.ts';
import { rollupSettings } from '../exporter/rollups/rollup.ts';
import { LUMEN_HOME, type Business } from '../exporter/simulator/business.ts';
import { script } from '../exporter/simulator/script.ts';
import { timeline } from '../exporter/simulator/timeline.ts';
import { SOURCES } from '../exporter/sources/index.ts';
import { deriveDue } from '../exporter/store/derive/due.ts';
import { startEmbeddedPostgres } from '../exporter/store/embedded.ts';
import { transactions } from '../exporter/store/transaction.ts';
import { chosenIn, spanOf, sqlOf } from '../test/dashboards/ask.ts';
import { loadDashboards, panelsOf, targetsOf, variableList } from '../test/dashboards/dashboards.ts';

const DAYS = Number(process.env['DASHBOARDS_DAYS'] ?? 30);
const DAY = 86_400_000;
/** A Friday evening in Madrid, without a change of clocks in the month before. */
const NOW = Date.UTC(2025, 1, 28, 18);
const TIMES = Number(process.env['DASHBOARDS_TIMES'] ?? 15);
const BUSINESS: Business = {
  ...LUMEN_HOME, requestsPerDay: LUMEN_HOME.requestsPerDay * TIMES, noticesPerDay: LUMEN_HOME.noticesPerDay * TIMES,
  agents: Array.from({ length: TIMES }, (_, n) => LUMEN_HOME.agents.map((agent) => ({ ...agent, id: agent.id + 100 * n }))).flat(),
  campaigns: LUMEN_HOME.campaigns.map((campaign) => ({ ...campaign, size: campaign.size * TIMES })),
  // As many as the ranges of invented numbers hold.
  countries: LUMEN_HOME.countries.map((country) => ({ ...country, size: country.prefixes.length * 10 ** country.digits })),
};
const SECRETS = { whatsapp: 'an app secret', chatwoot: 'a webhook secret', events: 'a-token-of-the-shop' };
const BATCH = 1_000;
/** Grafana asks again and again; the fastest answer counts, because other work on the machine only adds. */
const ROUNDS = 3;
const LIMIT_MS = 15_000;
const SHOWN = 25;

export async function run(): Promise<void> {
  const kept = process.env['DASHBOARDS_DIR'];
  const directory = kept ?? mkdtempSync(join(tmpdir(), 'replywatch-bench-'));
  mkdirSync(directory, { recursive: true });
  chmodSync(directory, 0o711); // Postgres runs as another user when we are root
  const postgres = await startEmbeddedPostgres({ dataDir: directory, log: createLogger('warn') });
  const pool = new pg.Pool({ connectionString: postgres.url, max: 2 });
  try {
    if (!(await isFilled(pool))) await fill(pool, postgres.url, directory);
    await measure(postgres.url);
  } finally {
    await pool.end();
    await postgres.stop();
    if (kept === undefined) rmSync(directory, { recursive: true, force: true });
  }
}

const isFilled = async (pool: pg.Pool): Promise<boolean> => (await pool.query("select from pg_catalog.pg_tables where schemaname = 'public' and tablename = 'filled'")).rowCount === 1;

async function fill(pool: pg.Pool, databaseUrl: string, directory: string): Promise<void> {
  const config = loadConfig({ sources: SOURCES, env: {
    REPLYWATCH_CONFIG: writeDemoConfig(directory), REPLYWATCH_DATA_DIR: directory, DATABASE_URL: databaseUrl, WEBHOOK_HOST: '127.0.0.1', WEBHOOK_PORT: '0', TELEMETRY_PORT: '0',
    WHATSAPP_APP_SECRET: SECRETS.whatsapp, WHATSAPP_VERIFY_TOKEN: 'verify', CHATWOOT_SECRET: SECRETS.chatwoot, EVENTS_TOKEN: SECRETS.events,
  } });
  const story = timeline(script({ seed: 'a busy month', from: NOW - DAYS * DAY, to: NOW, business: BUSINESS }));
  const began = performance.now();
  const said = (what: string): void => console.log(`${what}: ${((performance.now() - began) / 1000).toFixed(0)} s`);
  const app = await startApp({
    config, databaseUrl, keys: loadKeys(directory, config), log: createLogger('warn'), version: '0.0.0', now: () => NOW,
    prepare: async ({ store, enricher }) => {
      let batch: NonNullable<ReturnType<typeof enricher.enrich>>[] = [];
      let events = 0;
      for (const delivery of story.past(NOW)) {
        batch.push(...eventsOf(delivery, SECRETS).map((event) => enricher.enrich(event)).filter((event) => event !== undefined));
        if (batch.length < BATCH) continue;
        await store.applyHistory(batch);
        events += batch.length;
        batch = [];
        if (events % 100_000 < BATCH) said(`${events} events, ${new Date(delivery.at).toISOString()}`);
      }
      await store.applyHistory(batch);
      await store.closeHistory(NOW);
      said('import');
      await deriveDue({ pool, rules: rulesOf(config) }, NOW);
      said('facts of customers');
      await runAll({ transaction: transactions(pool), settings: rollupSettings(config.settings, DURATION_BUCKETS), now: NOW, patience: 100 });
      said('rollups');
      await pool.query('vacuum analyze');
      await pool.query('create table public.filled as select now() as at');
    },
  });
  await app.stop();
}

interface Asked { readonly where: string; readonly sql: string }

async function queries(): Promise<readonly Asked[]> {
  return (await loadDashboards()).flatMap((dashboard) => [
    ...panelsOf(dashboard).flatMap((panel) => targetsOf(panel).flatMap(({ rawSql, refId }) => (rawSql === undefined ? [] : [{
      where: `${dashboard.uid ?? ''}: ${panel.title ?? ''} ${refId ?? ''}`, sql: sqlOf(rawSql, chosenIn(dashboard), spanOf(dashboard, NOW / 1000, panel)) }]))),
    ...variableList(dashboard).flatMap(({ name, definition, datasource }) => (datasource?.uid !== 'postgres' ? [] : [{
      where: `${dashboard.uid ?? ''}: $${name}`, sql: sqlOf(definition ?? '', chosenIn(dashboard), spanOf(dashboard, NOW / 1000)) }])),
  ]);
}

/** Of a query that takes longer than the reader may, the limit. */
async function fastest(reader: pg.Pool, sql: string): Promise<{ readonly ms: number; readonly rows: number }> {
  let [ms, rows] = [Infinity, 0];
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    rows = (await reader.query(sql).catch(unlessTooLong)).rowCount ?? 0;
    ms = Math.min(ms, performance.now() - began);
    if (ms > LIMIT_MS) break;
  }
  return { ms, rows };
}

function unlessTooLong(error: unknown): { readonly rowCount: number } {
  if ((error as { readonly code?: string }).code === '57014') return { rowCount: 0 };
  throw error;
}

async function measure(databaseUrl: string): Promise<void> {
  const reader = new pg.Pool({ connectionString: databaseUrl, max: 1, options: `-c role=replywatch_reader -c default_transaction_read_only=on -c statement_timeout=${LIMIT_MS}` });
  try {
    const { rows: [size] } = await reader.query<{ messages: number; episodes: number }>(
      'select (select count(*)::int from reporting.messages) as messages, (select count(*)::int from reporting.episodes) as episodes');
    const only = process.argv[3];
    const asked = (await queries()).filter(({ where }) => only === undefined || where.includes(only));
    const took: { readonly where: string; readonly ms: number; readonly rows: number }[] = [];
    for (const { where, sql } of asked) {
      took.push({ where, ...await fastest(reader, sql) });
    }
    console.log(`${size?.messages} messages, ${size?.episodes} episodes; ${took.length} queries, load ${loadavg()[0]?.toFixed(1)}; the slowest`);
    for (const { where, ms, rows } of took.toSorted((a, b) => b.ms - a.ms).slice(0, SHOWN)) console.log(`${String(Math.round(ms)).padStart(6)} ms  ${where}  (${rows} rows)`);
  } finally {
    await reader.end();
  }
}
