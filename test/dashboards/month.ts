/** The month all dashboards are asked about: one database, and one Prometheus with what the exporter on it told. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Pool, type QueryResult } from 'pg';
import { freshDatabase } from '../support/postgres.ts';
import { startAlertmanager, startPrometheus } from '../support/prometheus.ts';
import { until } from '../support/until.ts';
import { NOW, START, livePast, type Past } from './past.ts';
import { seriesIn, writeScrapes, type Scraped } from './samples.ts';
import { startTsdb, type Tsdb } from './tsdb.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
/**
 * Which part of the five weeks is exported at which step: dense where panels look, and in the same hours of the weeks before, with which they compare. All of it
 * every five minutes would be millions of samples.
 */
const PARTS: readonly (readonly [name: string, from: number, to: number, step: string])[] = [
  ['early', START, NOW - WEEK - 8 * HOUR, '6h'], ['week', NOW - WEEK - 8 * HOUR, NOW - DAY, '30m'], ['late', NOW - DAY + HOUR / 12, NOW, '5m'],
  ...[2, 3, 4].map((weeks) => [`weeks-${weeks}`, NOW - weeks * WEEK - 8 * HOUR, NOW - weeks * WEEK + HOUR, '30m'] as const),
];
const SCRAPED_HOURS = 6;

export interface Month extends Tsdb {
  /** As Grafana asks: the reader, with a time limit. */
  sql(text: string): Promise<QueryResult<Record<string, unknown>>>;
}

export async function startMonth(): Promise<Month> {
  const directory = await mkdtemp(path.join(tmpdir(), 'month-'));
  await chmod(directory, 0o700);
  const database = await freshDatabase('dashboards');
  const past = await livePast(database.url, directory);
  const tsdb = await remember(past, directory);
  const pool = new Pool({ connectionString: database.url, max: 2, options: "-c role=replywatch_reader -c default_transaction_read_only=on -c statement_timeout=15s" });
  return {
    ...tsdb,
    sql: (text) => pool.query<Record<string, unknown>>(text),
    stop: async () => {
      await pool.end();
      await Promise.all([tsdb.stop(), past.stop()]);
      await database.drop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function remember(past: Past, directory: string): Promise<Tsdb> {
  const file = (name: string): string => path.join(directory, `${name}.om`);
  const began = performance.now();
  for (const [name, from, to, step] of PARTS) await past.exportMetrics(file(name), from, to, step);
  const known = await seriesIn(file('late'));
  const exporter: Scraped = { job: 'replywatch', instance: 'replywatch:9877', first: past.before, last: past.after, seconds: past.seconds };
  await writeScrapes(file('scrapes'), [exporter, ...await surroundings(directory)], { times: times(), turn: NOW / 1000 - 1200, known, more: [...alerts(), ...recorded()] });
  const written = performance.now();
  const tsdb = await startTsdb([...PARTS.map(([name]) => name), 'scrapes'].map(file));
  console.info(`export: ${((written - began) / 1000).toFixed(1)} s; blocks: ${((performance.now() - written) / 1000).toFixed(1)} s`);
  return tsdb;
}

/** Every five minutes of the last hours, epoch seconds: what only scrapes tell has no longer past, and series at zero are many. */
const times = (): number[] => Array.from({ length: SCRAPED_HOURS * 12 + 1 }, (_, i) => NOW / 1000 - SCRAPED_HOURS * 3600 + i * 300);

/** The servers beside the exporter, as they describe themselves. */
async function surroundings(directory: string): Promise<readonly Scraped[]> {
  const quiet = path.join(directory, 'alertmanager.yml');
  await writeFile(quiet, 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n');
  const alertmanager = await startAlertmanager(quiet);
  const prometheus = await startPrometheus({
    config: { alerting: { alertmanagers: [{ static_configs: [{ targets: [new URL(alertmanager.url).host] }] }] } },
    rules: { 'all.yml': 'groups: [{ name: all, rules: [{ record: "one:one:one", expr: "vector(1)" }] }]' },
  });
  try {
    const self = async (url: string): Promise<string> => (await fetch(`${url}/metrics`)).text();
    // Counters of notifications exist as soon as Prometheus has found its Alertmanager.
    const text = await until('Prometheus knows its Alertmanager', async () => {
      const now = await self(prometheus.url);
      return now.includes('prometheus_notifications_errors_total{') ? now : undefined;
    }, 60_000);
    const other = await self(alertmanager.url);
    return [
      { job: 'prometheus', instance: 'prometheus:9090', first: text, last: text, seconds: 0.01 },
      { job: 'alertmanager', instance: 'alertmanager:9093', first: other, last: other, seconds: 0.01 },
    ];
  } finally {
    await Promise.all([prometheus.stop(), alertmanager.stop()]);
  }
}

/** Rules are not evaluated for the past: one alert that has been firing for an hour. */
const alerts = (): string[] => {
  const labels = 'alertname="CustomersWaiting",severity="critical",inbox="3"';
  const recent = times().filter((at) => at >= NOW / 1000 - 3600);
  return [
    `# TYPE ALERTS gauge\n${recent.map((at) => `ALERTS{${labels},alertstate="firing"} 1 ${at}\n`).join('')}`,
    `# TYPE ALERTS_FOR_STATE gauge\n${recent.map((at) => `ALERTS_FOR_STATE{${labels}} ${NOW / 1000 - 3600} ${at}\n`).join('')}`,
  ];
};

/** Nor do they record: goals, ratings and first responses of an inbox, as they stand in the last hours. */
const RECORDED: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'inbox:chat_csat_responses:increase7d': { '': 40 }, 'inbox:chat_csat_satisfied_per_responses:ratio_increase7d': { '': 0.9 },
  'inbox:chat_csat_goal:ratio': { '': 0.85 }, 'inbox:chat_message_failure_limit:ratio': { '': 0.05 }, 'cluster:chat_utilisation_limit:ratio': { '': 0.9 },
  'inbox_sla_result:chat_sla_results:rate5m': { ',sla="first_response",result="met"': 0.004, ',sla="first_response",result="missed"': 0.001 },
};
const recorded = (): string[] => Object.entries(RECORDED).map(([name, series]) => `# TYPE ${name} gauge\n${
  Object.entries(series).flatMap(([labels, value]) => times().map((at) => `${name}{inbox="3"${labels}} ${value} ${at}\n`)).join('')}`);
