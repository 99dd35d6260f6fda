/** The whole exporter in this process, on real Postgres and a real trace receiver: what only the wiring can get wrong. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type App } from '../exporter/app.ts';
import { loadConfig } from '../exporter/config.ts';
import { loadKeys } from '../exporter/keys.ts';
import { createLogger } from '../exporter/log.ts';
import { signedHeaders } from '../exporter/simulator/sign.ts';
import { SOURCES } from '../exporter/sources/index.ts';
import { startOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from './support/otlp.ts';
import { freshDatabase, type FreshDatabase } from './support/postgres.ts';
import { until } from './support/until.ts';

const SECRETS = { whatsapp: 'app-secret-for-tests', chatwoot: 'unused' };
const TOKEN = 'events-token-for-tests';

let database: FreshDatabase;
let receiver: OtlpReceiver;
let app: App;
let directory: string;
let stopped = false;
/** Added to the clock: traces are due half a minute after their episode. */
let ahead = 0;

beforeAll(async () => {
  database = await freshDatabase('app');
  receiver = await startOtlpReceiver();
  directory = mkdtempSync(join(tmpdir(), 'replywatch-app-'));
  chmodSync(directory, 0o700);
  const config = loadConfig({
    sources: SOURCES, cwd: directory,
    env: {
      DATABASE_URL: database.url, REPLYWATCH_DATA_DIR: directory, WHATSAPP_APP_SECRET: SECRETS.whatsapp, WHATSAPP_VERIFY_TOKEN: 'verify-token', EVENTS_TOKEN: TOKEN,
      WEBHOOK_HOST: '127.0.0.1', WEBHOOK_PORT: '0', TELEMETRY_PORT: '0', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: receiver.url, TRACE_SELF_RATIO: '1',
    },
  });
  app = await startApp({ config, databaseUrl: database.url, keys: loadKeys(directory, config), log: createLogger('warn'), version: '1.2.3', now: () => Date.now() + ahead });
});
afterAll(async () => {
  if (!stopped) await app.stop();
  await receiver.close();
  await database.drop();
  rmSync(directory, { recursive: true });
});

/** Posts a whole episode that ended some minutes ago. */
async function tell(conversation: string): Promise<unknown> {
  const at = (seconds: number): string => new Date(Date.now() - 600_000 + seconds * 1000).toISOString();
  const shared = { source: 'shop', channel: 'webchat', inbox: 'site', conversation };
  const events = [
    { ...shared, id: `${conversation} a`, t: at(0), kind: 'message.inbound', message: `${conversation} m1`, content: 'text', text: 'planted words' },
    { ...shared, id: `${conversation} b`, t: at(30), kind: 'message.outbound', message: `${conversation} m2`, content: 'text', author: 'agent' },
    { ...shared, id: `${conversation} c`, t: at(60), kind: 'conversation.resolved', by: 'agent' },
  ];
  return post(events);
}

async function post(events: readonly object[]): Promise<unknown> {
  const answer = await fetch(`http://127.0.0.1:${app.webhookPort}/v1/events`, { method: 'POST', headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }, body: JSON.stringify(events) });
  return answer.json();
}

const own = (name: string): ReceivedSpan | undefined => receiver.spans().find((span) => span.name === name && span.resource['service.name'] === 'replywatch');

test('the start page says what arrived, what was not understood, and what to paste where', async () => {
  const value = { messaging_product: 'whatsapp', metadata: { display_phone_number: '4930901820', phone_number_id: '106540352242922' } };
  const body = JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: '1', changes: [
    { field: 'carrier_pigeons', value },
    { field: 'messages', value: { ...value, contacts: [{ profile: { name: 'Planted Name' }, wa_id: '4915100000000' }],
      messages: [{ from: '4915100000000', id: 'wamid.app.1', timestamp: String(Math.floor(Date.now() / 1000)), type: 'text', text: { body: 'planted words' } }] } },
  ] }] });
  const answer = await fetch(`http://127.0.0.1:${app.webhookPort}/webhooks/whatsapp`, { method: 'POST', headers: signedHeaders({ source: 'whatsapp', body }, SECRETS, Date.now()), body });
  expect(answer.status).toBe(200);
  const page = await (await fetch(`http://127.0.0.1:${app.telemetryPort}/`)).text();
  expect(page).toContain(`<code>http://127.0.0.1:${app.webhookPort}/webhooks/whatsapp</code>`);
  expect(page).toContain('<code>carrier_pigeons</code> × 1');
  expect(page).toMatch(/<time datetime="[^"]+">[^<]+<\/time><\/td>\s*<td class="number">1<\/td>/);
  expect(page).toContain('CHATWOOT_SECRET, or CHATWOOT_KEY would turn it on');
  expect(page).not.toMatch(/planted/i);
});

test('the exporter leaves spans of its own batches, scrapes, rollup runs and trace exports, without data of a conversation', async () => {
  expect(await tell('planted-conversation')).toMatchObject({ accepted: 3, rejected: [] });
  ahead = 60_000;
  await (await fetch(`http://127.0.0.1:${app.telemetryPort}/metrics`)).text();
  await until('the trace of the episode is there', () => receiver.spans().some((span) => span.name === 'conversation'));
  for (const name of ['webhook batch', 'scrape', 'rollup run', 'trace export']) await until(`a span ${name} is there`, () => own(name) !== undefined);
  expect(own('webhook batch')!.attributes['replywatch.batch.events']).toBeGreaterThan(0);
  expect(own('rollup run')!.attributes).toMatchObject({ 'replywatch.rollup': expect.any(String), 'replywatch.rollup.outcome': 'success' });
  expect(own('trace export')!.attributes).toMatchObject({ 'replywatch.export.traces': 1 });
  expect(own('trace export')!.end).toBeGreaterThanOrEqual(own('trace export')!.start);
  expect(JSON.stringify(receiver.spans())).not.toContain('planted');
  const metrics = async (): Promise<string> => (await fetch(`http://127.0.0.1:${app.telemetryPort}/metrics`)).text();
  const counted = [/^chat_trace_exports_total\{[^}]*reason="ok"\} [1-9]/m, /^chat_trace_decisions_total\{[^}]*decision="kept",reason="[^"]+"\} [1-9]/m, /^chat_trace_export_lag_seconds_count\{[^}]*\} [1-9]/m, /^chat_trace_last_success_timestamp_seconds\{[^}]*\} 1/m];
  await until('the export is counted', async () => { const text = await metrics(); return counted.every((line) => line.test(text)); });
});

test('the longest wait of an inbox goes back to 0 when nobody waits any more', async () => {
  const shared = { source: 'shop', channel: 'webchat', inbox: 'desk', conversation: 'desk 1', t: new Date().toISOString() };
  const longestWait = async (): Promise<string | undefined> => (await (await fetch(`http://127.0.0.1:${app.telemetryPort}/metrics`)).text())
    .split('\n').find((line) => line.startsWith('chat_oldest_wait_seconds{') && line.includes('inbox="desk"'));
  await post([{ ...shared, id: 'desk a', kind: 'message.inbound', message: 'desk m1', content: 'text' }]);
  await until('somebody waits', longestWait);
  await post([{ ...shared, id: 'desk b', kind: 'conversation.resolved', by: 'agent' }]);
  await until('nobody waits', async () => (await longestWait())?.endsWith(' 0') === true);
});

test('it stops within five seconds, though the trace receiver takes requests and does not answer', async () => {
  receiver.answer('hang');
  await tell('another');
  ahead = 120_000;
  const before = receiver.requests.length;
  await until('the receiver holds a request', () => receiver.requests.slice(before).some(({ spans }) => spans.some((span) => span.name === 'conversation')));
  const from = performance.now();
  await app.stop();
  stopped = true;
  expect(performance.now() - from).toBeLessThan(5_000);
});
