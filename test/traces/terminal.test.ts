/** `replywatch trace` and `erase`, as somebody types them: a process of its own on a real database. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../exporter/core/settings.ts';
import { pseudonymOf } from '../../exporter/ingest/pseudonym.ts';
import { createStore } from '../../exporter/store/apply.ts';
import { createTraceExporter } from '../../exporter/traces/exporter.ts';
import { traceIdFor } from '../../exporter/traces/ids.ts';
import { createTraceChoices } from '../../exporter/traces/keep.ts';
import { treeLines } from '../../exporter/traces/tree.ts';
import { plainSpan } from '../../exporter/traces/view.ts';
import { countingOf } from '../../exporter/workplace.ts';
import { conversationOf, NOW, storeStories, storyEvents } from '../http/episode-stories.ts';
import { startOtlpReceiver } from '../support/otlp.ts';
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts';
import { episodesOf, eventsOf, spansOf } from './histories.ts';
import { plain } from './stored.ts';

/** As long as the configuration wants it. */
const KEY = 'a key for tests of the command';
const SLOW = conversationOf('slow');
let database: FreshDatabase;
let directory: string;

beforeAll(async () => {
  database = await freshDatabase('trace command');
  directory = mkdtempSync(join(tmpdir(), 'replywatch-trace-'));
  chmodSync(directory, 0o700);
  const pool = new Pool({ connectionString: database.url });
  await storeStories(pool, database.url, createTraceChoices({ key: KEY, ratio: 1, settingsFor: () => DEFAULT_SETTINGS }));
  await pool.end();
});
afterAll(async () => {
  await database.drop();
  rmSync(directory, { recursive: true });
});

interface Outcome { readonly status: number; readonly stdout: string; readonly stderr: string }
const trace = (...args: readonly string[]): Promise<Outcome> => command('trace', ...args);

async function command(...args: readonly string[]): Promise<Outcome> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../exporter/cli.ts'), ...args], {
    cwd: directory, stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'], DATABASE_URL: database.url, REPLYWATCH_DATA_DIR: directory, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_RESOURCE_ATTRIBUTES: 'team=support,deployment.environment.name=staging', TRACE_KEY: KEY, PSEUDONYM_KEY: 'k'.repeat(16) } });
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit') as Promise<[number]>]);
  return { status, stdout, stderr };
}

test('a slow episode as a tree with bars', async () => {
  const { stdout, stderr, status } = await trace(SLOW);
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout.split('\n').slice(0, 9)).toEqual([
    `${SLOW} #1  whatsapp shop  resolved agent`,
    `2026-03-02T10:00:00.000Z  trace ${traceIdFor(KEY, SLOW, 1)}`,
    '10:00:00               5 h  conversation LATE                 █████████████████████████████████████',
    '10:00:00               3 s  ├─ bot turn                       ▏',
    '10:00:03              57 s  ├─ wait for customer              ▏',
    '10:01:00              10 s  ├─ bot turn                       ▏',
    '10:01:10        4 h 28 min  ├─ first response LATE            █████████████████████████████████▎',
    '10:01:10        4 h 10 min  ├─ queue wait                     ███████████████████████████████',
    '10:01:10        4 h 10 min  ├─ queue                          ███████████████████████████████',
  ]);
  expect(stdout).toMatch(/├─ agent turn LATE +█+.*\n.*│ {2}└─ deliver message/);
  expect(stdout).toContain('deliver message FAILED 131026');
});

test('all episodes of a conversation, one by its number, one by its trace id', async () => {
  const reopened = conversationOf('reopened');
  expect((await trace(reopened)).stdout.match(/ #\d {2}/g)).toEqual([' #1  ', ' #2  ']);
  expect((await trace(`${reopened}.2`)).stdout.match(/ #\d {2}/g)).toEqual([' #2  ']);
  expect((await trace(traceIdFor(KEY, reopened, 2))).stdout.match(/ #\d {2}/g)).toEqual([' #2  ']);
  const unknown = await trace('nobody');
  expect([unknown.status, unknown.stdout]).toEqual([1, '']);
  expect(unknown.stderr).toContain('no such conversation');
});

test('a conversation by the number its help desk shows, with and without the inbox', async () => {
  const pool = new Pool({ connectionString: database.url });
  const store = createStore({ url: database.url, pool, settingsFor: () => DEFAULT_SETTINGS, counting: countingOf(), now: () => NOW });
  const conversation = pseudonymOf('k'.repeat(16), 'conversation', 'chatwoot', 'shop:4242');
  await store.apply(storyEvents('plain', conversation), []);
  await store.close();
  await pool.end();
  for (const given of ['chatwoot:4242', 'chatwoot:shop:4242', 'shop:4242']) expect((await trace(given)).stdout).toContain(`${conversation} #1  `);
  for (const given of ['chatwoot:4243', '4242']) expect(await trace(given)).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('SOURCE:ID') as string });
}, 60_000);

test('--json is what a receiver takes, and the same as is exported', async () => {
  const receiver = await startOtlpReceiver();
  try {
    const { stdout } = await trace(conversationOf('plain'), '--json');
    expect((await fetch(receiver.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: stdout })).status).toBe(200);
    const json = receiver.spans().map(({ name, start, end, kind, status, attributes, traceState, resource }) => ({ name, start, end, kind, status, attributes, traceState, resource }));
    expect(json.map(({ name }) => name).sort()).toEqual(['agent turn', 'agent turn', 'conversation', 'csat survey', 'deliver message', 'deliver message', 'first response', 'response', 'wait for customer', 'wait for customer']);
    expect(json.find(({ name }) => name === 'conversation')).toMatchObject({ kind: 1, resource: { 'service.name': 'conversation', 'deployment.environment.name': 'staging' }, traceState: 'ot=th:0', attributes: { 'conversation.first_response_s': 40, 'conversation.csat.score': 5, 'conversation.truncated': false } });
  } finally {
    await receiver.close();
  }
});

test('JSON and protobuf say the same of every span', async () => {
  const { otlpJson } = await import('../../exporter/traces/otlp-json.ts');
  const receiver = await startOtlpReceiver();
  const exporter = createTraceExporter({ url: receiver.url });
  try {
    const spans = episodesOf(eventsOf(plain)).flatMap((told) => spansOf(told, { previousTraceId: 'a'.repeat(32) }));
    await new Promise((resolve) => exporter.export([...spans], resolve));
    await fetch(receiver.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: otlpJson(spans) });
    const [protobuf, json] = receiver.requests.map((request) => request.spans.toSorted((a, b) => (a.spanId < b.spanId ? -1 : 1)));
    expect(json).toEqual(protobuf);
    expect(new Set(json!.map(({ flags }) => flags))).toEqual(new Set([257]));
  } finally {
    await exporter.shutdown();
    await receiver.close();
  }
});

test('a message that arrives hours later does not squeeze the rest', () => {
  const spans = episodesOf(eventsOf(plain)).flatMap((told) => spansOf(told)).map(plainSpan);
  const late = spans.map((span) => (span.name === 'deliver message' ? { ...span, end: span.end + 10 * 3_600_000 } : span));
  const barOf = (lines: readonly string[], name: string): string => /[█▉▊▋▌▍▎▏]+$/.exec(lines.find((line) => line.includes(name))!)![0];
  expect(barOf(treeLines(late, String), 'conversation').length).toBe(32);
  expect(barOf(treeLines(late, String), 'deliver message').length).toBeLessThan(40);
});

test('a trace without length has lines, too', () => {
  const spans = spansOf(episodesOf(eventsOf([[0, { kind: 'message.outbound', message: 'offer', content: 'text', author: 'campaign' }], [90_000, { kind: 'message.inbound', message: 'q', content: 'text' }]]))[0]!);
  expect(treeLines(spans.map(plainSpan), (seconds) => `${seconds} s`)).toEqual(['10:00:00               0 s  conversation  ▏']);
});

test('erase lists the traces that were sent, and how Tempo deletes them', async () => {
  const pool = new Pool({ connectionString: database.url });
  const { rows: [slow] } = await pool.query<{ contact: string }>('select facts.contact from replywatch.episode_facts as facts where facts.conversation = $1', [SLOW]);
  const sent = [traceIdFor(KEY, SLOW, 1), traceIdFor(KEY, SLOW, 1, 1)];
  await pool.query("update replywatch.trace_outbox as job set state = 'exported', exported_at = now(), sent = $2 where job.conversation = $1", [SLOW, JSON.stringify({ phases: [], surveys: [], parts: 2, traceIds: [sent[1]] })]);
  await pool.end();
  const { status, stdout, stderr } = await command('erase', slow!.contact);
  expect([status, stderr]).toEqual([0, '']);
  const [first, second] = sent.toSorted();
  expect(stdout.split('\n').slice(1)).toEqual([
    'Traces with the old pseudonyms, to be deleted where they are stored (nothing can list them again):', `  ${first}`, `  ${second}`,
    'Tempo 3, at the gRPC address of its backend scheduler:', `  tempo-cli redact --tenant=single-tenant --trace-id=${first} --trace-id=${second} localhost:9095`,
    'Tempo 2.10:', `  tempo-cli rewrite-blocks drop-traces --drop-trace --config-file=tempo.yaml single-tenant ${first},${second}`, '',
  ]);
  expect((await trace(SLOW)).status).toBe(1);
});
