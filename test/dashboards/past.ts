/** A real exporter whose past is five weeks of the simulated retailer, imported through its own adapters, and whose last minutes came over HTTP. */
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { Pool } from 'pg';
import { startApp } from '../../exporter/app.ts';
import { rulesOf } from '../../exporter/basis.ts';
import { loadConfig } from '../../exporter/config.ts';
import type { ParsedEvent } from '../../exporter/core/event.ts';
import { eventsOf, writeDemoConfig } from '../../exporter/demo.ts';
import { loadKeys } from '../../exporter/keys.ts';
import { createLogger } from '../../exporter/log.ts';
import { DURATION_BUCKETS } from '../../exporter/metrics/labels.ts';
import { runAll } from '../../exporter/rollups/all.ts';
import { ROLLUPS } from '../../exporter/rollups/index.ts';
import { rollupSettings } from '../../exporter/rollups/rollup.ts';
import { LUMEN_HOME, type Business } from '../../exporter/simulator/business.ts';
import { post } from '../../exporter/simulator/poster.ts';
import { script } from '../../exporter/simulator/script.ts';
import { signedHeaders } from '../../exporter/simulator/sign.ts';
import { timeline } from '../../exporter/simulator/timeline.ts';
import { SOURCES } from '../../exporter/sources/index.ts';
import { deriveDue } from '../../exporter/store/derive/due.ts';
import { transactions } from '../../exporter/store/transaction.ts';
import { startOtlpReceiver } from '../support/otlp.ts';
import { until } from '../support/until.ts';

const MINUTE = 60_000;
/** For each thing that is waited for; ten times what it takes on a machine with other work. */
const PATIENCE_MS = 300_000;
const DAY = 86_400_000;

/** A Friday, 19:00 in Madrid: the shop is busy, and a campaign was sent two hours ago. No clock changes in the five weeks before, and long ago by any clock. */
export const NOW = Date.UTC(2025, 1, 28, 18);
export const START = NOW - 35 * DAY;
/** What is later came over HTTP. Longer than half an hour: only then is the time of an agent final in whose conversation somebody waits. */
const LIVE_FROM = NOW - 60 * MINUTE;
/** From then on most agents are gone and customers pour in. */
const INCIDENT_FROM = NOW - 30 * MINUTE;

/** An eighth of the requests of the demo, in two of its inboxes: enough for every panel, and little enough for a test. */
const BUSINESS: Business = { ...LUMEN_HOME, requestsPerDay: 32, noticesPerDay: 6, inboxes: [LUMEN_HOME.inboxes[0]!, LUMEN_HOME.inboxes[2]!],
  campaigns: LUMEN_HOME.campaigns.map((campaign) => ({ ...campaign, size: 110 })) };
/** A customer nobody answered, whose window for free messages is about to close. */
const FORGOTTEN: ParsedEvent = {
  kind: 'message.inbound', id: 'forgotten', message: 'forgotten', content: 'text', source: 'whatsapp', channel: 'whatsapp', inbox: '402118730055101', conversation: '402118730055101:34600009999',
  contact: '34600009999', t: LIVE_FROM - (23 * 60 + 20) * MINUTE, receivedAt: LIVE_FROM - (23 * 60 + 20) * MINUTE,
};
const SECRETS = { whatsapp: 'an app secret', chatwoot: 'a webhook secret', events: 'a-token-of-the-shop' };

/** Counts from history on already, so that it has to move. */
const AGENT_TIME = 'chat_agent_busy_seconds_total';
/** Series that the last minutes must have moved, and a label of theirs. */
const COUNTED: readonly (readonly [name: string, label: string])[] = [
  ['chat_messages_total', ''], ['chat_conversations_waiting', ''], ['chat_blind_seconds_total', ''], ['chat_trace_exports_total', 'reason="ok"'], ['chat_trace_decisions_total', ''],
  [AGENT_TIME, ''], ['chat_agents_needed', ''],
];

export interface Past {
  /** The exposition before and after the last minutes were posted. */
  readonly before: string;
  readonly after: string;
  /** How long the exporter took for the last scrape. */
  readonly seconds: number;
  /** `replywatch export-metrics`, written to a file. Times are epoch ms. */
  exportMetrics(file: string, from: number, to: number, step: string): Promise<void>;
  stop(): Promise<void>;
}

/** Fills the database and leaves an exporter running on it, whose clock stands at `NOW`. */
export async function livePast(databaseUrl: string, directory: string): Promise<Past> {
  const traces = await startOtlpReceiver();
  const env = {
    REPLYWATCH_CONFIG: writeDemoConfig(directory), REPLYWATCH_DATA_DIR: directory, DATABASE_URL: databaseUrl, WEBHOOK_HOST: '127.0.0.1', WEBHOOK_PORT: '0', TELEMETRY_PORT: '0',
    WHATSAPP_APP_SECRET: SECRETS.whatsapp, WHATSAPP_VERIFY_TOKEN: 'verify', CHATWOOT_SECRET: SECRETS.chatwoot, EVENTS_TOKEN: SECRETS.events, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: traces.url,
  };
  const config = loadConfig({ env, sources: SOURCES });
  let clock = LIVE_FROM;
  let events = 0;
  let since = performance.now();
  const took = (what: string): void => {
    console.info(`${what}: ${((performance.now() - since) / 1000).toFixed(1)} s, ${events} events`);
    since = performance.now();
  };
  const story = timeline(script({ seed: 'a month', from: START, to: NOW, business: BUSINESS, incident: { from: INCIDENT_FROM } }));
  const app = await startApp({
    config, databaseUrl, keys: loadKeys(directory, config), log: createLogger('warn'), version: '0.0.0', now: () => clock,
    prepare: async ({ store, enricher }) => {
      let batch: ReturnType<typeof enricher.enrich>[] = [];
      const flush = async (): Promise<void> => {
        events += batch.length;
        await store.applyHistory(batch.filter((event) => event !== undefined));
        batch = [];
      };
      for (const delivery of story.past(LIVE_FROM)) {
        batch.push(...eventsOf(delivery, SECRETS).map((event) => enricher.enrich(event)));
        if (batch.length >= 1_000) await flush();
      }
      batch.push(enricher.enrich(FORGOTTEN));
      await flush();
      await store.closeHistory(LIVE_FROM);
      took('import');
      await figures(databaseUrl, config);
      took('figures');
    },
  });
  const scrape = async (): Promise<string> => (await fetch(`http://127.0.0.1:${app.telemetryPort}/metrics`, { headers: { accept: 'application/openmetrics-text' } })).text();
  await allRollups(scrape);
  took('first rollups');
  const before = await scrape();
  clock = NOW;
  await strangers(app.webhookPort);
  const { accepted, refused } = await post({
    deliveries: story.rest(), baseUrl: `http://127.0.0.1:${app.webhookPort}`, secrets: SECRETS, now: () => NOW, signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const isWhole = Object.values(refused).every((count) => count === 0) && Object.values(accepted).every((count) => count > 0);
  if (!isWhole) throw new Error(`not everything was posted: ${JSON.stringify({ accepted, refused })}`);
  // What the last minutes leave in the exposition, some of it only when a duty of the exporter has had its turn.
  for (const [name, labels] of COUNTED) {
    await until(`${name} counts`, async () => {
      clock += 1_000; // what has to settle, settles
      const lines = (await scrape()).match(new RegExp(`^${name}\\{[^}]*${labels}[^}]*\\} [1-9].*$`, 'gm')) ?? [];
      return name === AGENT_TIME ? lines.some((line) => !before.includes(`${line}\n`)) : lines.length > 0;
    }, PATIENCE_MS);
  }
  took('posts');
  const asked = performance.now();
  const after = await scrape();
  const seconds = (performance.now() - asked) / 1000;
  return { before, after, seconds, exportMetrics: (file, from, to, step) => exportMetrics(env, file, from, to, step), stop: async () => {
    await app.stop();
    await traces.close();
  } };
}

/** What else comes in over a month: a wrong signature, things nobody knows or can read, news about the account. */
async function strangers(port: number): Promise<void> {
  const post = async (value: object, field: string, secret: string): Promise<void> => {
    const body = JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: '1', changes: [{ field, value }] }] });
    await (await fetch(`http://127.0.0.1:${port}/webhooks/whatsapp`, { method: 'POST', headers: signedHeaders({ source: 'whatsapp', body }, { ...SECRETS, whatsapp: secret }, NOW), body })).text();
  };
  const line = { messaging_product: 'whatsapp', metadata: { display_phone_number: '34600009101', phone_number_id: '402118730055101' } };
  await post({ ...line, messages: [] }, 'messages', 'another secret');
  await post(line, 'carrier_pigeons', SECRETS.whatsapp);
  await post({ ...line, messages: [{ type: 'text' }] }, 'messages', SECRETS.whatsapp);
  await post({ event: 'PAUSED' }, 'message_template_status_update', SECRETS.whatsapp);
}

/** What `import` computes in the end, as of this test's hour. */
async function figures(url: string, config: ReturnType<typeof loadConfig>): Promise<void> {
  const pool = new Pool({ connectionString: url });
  try {
    await deriveDue({ pool, rules: rulesOf(config) }, LIVE_FROM);
    await runAll({ transaction: transactions(pool), settings: rollupSettings(config.settings, DURATION_BUCKETS), now: LIVE_FROM, patience: 10 });
  } finally {
    await pool.end();
  }
}

/** The exporter leads and has run them all by itself. */
const allRollups = (scrape: () => Promise<string>): Promise<unknown> => until('every rollup has run', async () => {
  const text = await scrape();
  return ROLLUPS.every(({ name }) => new RegExp(`^chat_rollup_last_success_timestamp_seconds\\{[^}]*rollup="${name}"[^}]*\\} [1-9]`, 'm').test(text));
}, PATIENCE_MS);

const CLI = path.resolve(import.meta.dirname, '../../exporter/cli.ts');

async function exportMetrics(env: Readonly<Record<string, string>>, file: string, from: number, to: number, step: string): Promise<void> {
  const out = createWriteStream(file);
  const child = spawn(process.execPath, [CLI, 'export-metrics', '--from', new Date(from).toISOString(), '--to', new Date(to).toISOString(), '--step', step], {
    env: { PATH: process.env['PATH'], ...env }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (text: Buffer) => { said += text.toString(); });
  child.stdout.pipe(out);
  const code = await new Promise<number>((resolve, reject) => child.once('error', reject).once('exit', (exit) => resolve(exit ?? 1)));
  await finished(out);
  if (code !== 0) throw new Error(`export-metrics ended with ${code}: ${said}`);
}
