import { createServer, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { existsSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { check, checkText, type CheckReport } from '../../exporter/check.ts';
import { loadConfig } from '../../exporter/config.ts';
import { PROBES } from '../../exporter/probes.ts';
import { emptyDatabase, freshDatabase, type FreshDatabase } from '../support/postgres.ts';
import { BOTTLE, PIGEON, directory, load, refusal } from './given.ts';

const SECRETS = { PIGEON_APP_SECRET: 'hush-1', PIGEON_VERIFY_TOKEN: 'hush-2', EVENTS_TOKEN: 'hush-3-and-longer', TELEMETRY_TOKEN: 'hush-4-and-longer', PSEUDONYM_KEY: 'hush-5-and-longer', TRACE_KEY: 'hush-6-and-longer' };

let ready: FreshDatabase;
let empty: FreshDatabase;
const seen: { method: string | undefined; url: string | undefined; authorization: string | undefined; bytes: number }[] = [];
const receiver = createServer((request: IncomingMessage, response) => {
  let bytes = 0;
  request.on('data', (chunk: Buffer) => { bytes += chunk.length; });
  request.on('end', () => {
    seen.push({ method: request.method, url: request.url, authorization: request.headers.authorization, bytes });
    response.statusCode = Number(/\/status\/(\d+)/.exec(request.url ?? '')?.[1] ?? 200);
    response.end();
  });
});
let base = '';

beforeAll(async () => {
  [ready, empty] = await Promise.all([freshDatabase('check'), emptyDatabase('check_empty')]);
  await once(receiver.listen(0, '127.0.0.1'), 'listening');
  base = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`; // a TCP server has one
});
afterAll(async () => {
  await Promise.all([ready.drop(), empty.drop(), new Promise((done) => receiver.close(done))]);
});

const run = (env: Readonly<Record<string, string>>, files: Readonly<Record<string, string>> = {}): Promise<CheckReport> => check({ config: load({ env, files }) }, PROBES);
const row = (report: CheckReport, area: string): string[] => report.rows.filter((each) => each.area === area).map((each) => `${each.status} ${each.detail}`);

describe('what check says', () => {
  test('a service with everything is ready', async () => {
    const report = await run({ ...SECRETS, DATABASE_URL: ready.url, OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_HEADERS: 'authorization=hush-7', PUBLIC_URL: base });
    expect(report.rows.filter((each) => each.status !== 'ok')).toEqual([]);
    expect(report).toMatchObject({ ok: true, mode: 'production' });
    expect(row(report, 'database')[0]).toMatch(/^ok Postgres \d+, up to date$/);
    expect(seen).toContainEqual({ method: 'POST', url: '/v1/traces', authorization: 'hush-7', bytes: 0 });
    expect(checkText(report)).toMatch(/\n\nReady to start\.\n$/);
  });

  test.each<[string, string, RegExp]>([
    ['an API that lets us in', '', /^ok Chatwoot: read from its API on a schedule$/], ['a token that is wrong', '/status/401', /^fail Chatwoot: its API answers 401$/],
    ['an address that is wrong', '/status/404', /^fail Chatwoot: its API answers 404$/], ['an API that is busy', '/status/503', /^warn Chatwoot: its API answers 503$/],
  ])('%s', async (_sentence, path, expected) =>
    expect(row(await run({ CHATWOOT_API_URL: `${base}${path}`, CHATWOOT_API_TOKEN: 'hush-8', CHATWOOT_ACCOUNT_ID: '1' }), 'platform')).toEqual([expect.stringMatching(expected)]));

  test.each<[string, string | undefined, RegExp]>([
    ['web analytics that answers', undefined, /^ok Google Analytics: is told .* G-TEAPOT1234 and its secret are right/], ['and nobody there', 'http://127.0.0.1:1', /^fail Google Analytics cannot be reached/],
  ])('%s', async (_sentence, url, expected) => {
    const report = await run({ GA4_URL: url ?? base, GA4_MEASUREMENT_ID: 'G-TEAPOT1234', GA4_API_SECRET: 'hush-9' });
    expect(row(report, 'platform')).toEqual([expect.stringMatching(expected)]);
    expect(JSON.stringify(report)).not.toContain('hush');
  });

  test('an empty database is brought up to date on start', async () => {
    expect(row(await run({ DATABASE_URL: empty.url }), 'database')[0]).toMatch(/^ok Postgres \d+, empty: brought up to date on start$/);
  });

  const databases: readonly [string, (url: URL) => void, RegExp][] = [
    ['a database that does not exist', (url) => { url.pathname = '/nowhere'; }, /^fail cannot be used: the database does not exist$/],
    ['a port where nothing listens', (url) => { url.port = '1'; }, /^fail cannot be used: nothing listens there$/],
  ];
  test.each(databases)('%s', async (_sentence, change, expected) => {
    const url = new URL(ready.url);
    change(url);
    url.searchParams.set('application_name', 'hush-8'); // anything in the address may be a secret
    const report = await run({ DATABASE_URL: url.href });
    expect(row(report, 'database')[0]).toMatch(expected);
    expect(report.ok).toBe(false);
    expect(JSON.stringify(report) + checkText(report)).not.toContain('hush');
  });

  test('without a receiver it depends on who runs beside the exporter', async () => {
    expect(row(await run(SECRETS), 'traces')).toEqual(['ok no endpoint: they go to the viewer that is started with the service']);
    expect(row(await run({ ...SECRETS, REPLYWATCH_COMPANIONS: 'off' }), 'traces')).toEqual(['ok no endpoint: no traces leave']);
    expect(row(await run({ ...SECRETS, DATABASE_URL: ready.url }), 'traces')).toEqual(['ok no endpoint: no traces leave']);
  });

  const answers: readonly [string, number, RegExp, RegExp][] = [
    ['a receiver that wants a header', 401, /^fail .* answers 401$/, /OTEL_EXPORTER_OTLP_HEADERS/],
    ['a receiver at another path', 404, /^fail .* answers 404$/, /correct the address/],
    ['a receiver with a bad day', 503, /^warn .* answers 503$/, /traces wait/],
  ];
  test.each(answers)('%s', async (_sentence, status, detail, fix) => {
    const report = await run({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${base}/status/${status}` });
    expect(row(report, 'traces')[0]).toMatch(detail);
    expect(report.rows.find((each) => each.area === 'traces')?.fix).toMatch(fix);
  });

  test('a public address where nothing listens fails, one without a service behind it warns', async () => {
    const gone = createServer();
    await once(gone.listen(0, '127.0.0.1'), 'listening');
    const address = `http://127.0.0.1:${(gone.address() as AddressInfo).port}`; // a TCP server has one
    await new Promise((done) => gone.close(done));
    expect(row(await run({ PUBLIC_URL: address }), 'public address')).toEqual([`fail ${address}: nothing listens there`]);
    expect(row(await run({ PUBLIC_URL: 'http://127.0.0.1:1' }), 'public address')).toEqual(['fail http://127.0.0.1:1: HTTP clients refuse this port']);
    expect(row(await run({ PUBLIC_URL: `${base}/status/502` }), 'public address')[0]).toMatch(/^warn .* answers 502$/);
  });

  test('a data directory that is a file fails', async () => {
    const report = await run({ REPLYWATCH_DATA_DIR: 'taken' }, { taken: '' });
    expect(row(report, 'data directory')[0]).toMatch(/^fail .*\/taken: .*taken is not a directory$/);
  });

  test('a damaged key fails', async () => {
    expect(row(await run({}, { 'data/trace.key': 'hush' }), 'keys')[0]).toMatch(/^fail TRACE_KEY: .*trace\.key does not hold 64 hex digits/);
  });

  test('it makes no data directory of its own', async () => {
    const cwd = directory();
    await check({ config: loadConfig({ env: {}, sources: [], cwd }) }, PROBES);
    expect(existsSync(`${cwd}/data`)).toBe(false);
    expect(readdirSync(cwd)).toEqual([]);
  });

  test('every source is told: on, off and what would turn it on, switched off', async () => {
    expect(row(await run({ PIGEON_APP_SECRET: 'x', PIGEON_VERIFY_TOKEN: 'y' }), 'source')).toEqual(
      ['ok Pigeon Post: on', 'ok Bottle Mail: off; BOTTLE_MAIL_SECRET, or BOTTLE_MAIL_KEY would turn it on']);
    expect(row(await run({ BOTTLE_MAIL_KEY: 'x' }, { 'replywatch.yml': 'sources: {bottle-mail: {enabled: false}}' }), 'source')[1]).toBe('ok Bottle Mail: switched off in the file');
  });

  test('a production service that hears nothing is warned of', async () => {
    expect(row(await run({ DATABASE_URL: ready.url }), 'source').at(-1)).toBe('warn none is on: nothing will arrive');
  });

  test('a configuration that is wrong is the report', async () => {
    const report = await check(refusal({ env: { ...SECRETS, WEBHOOK_PORT: 'x', BOTTLE_MAIL_KEY_FILE: 'nowhere' } }), PROBES);
    expect(report.ok).toBe(false);
    expect(report.rows.map((each) => each.detail.replace(/: .*/, ''))).toEqual(['WEBHOOK_PORT', 'BOTTLE_MAIL_KEY_FILE']);
    expect(report.variables).toContainEqual({ name: 'PIGEON_APP_SECRET', origin: { from: 'env' }, secret: true });
    expect(JSON.stringify(report)).not.toContain('hush');
  });
});

test('every value is listed with where it came from, and no secret', async () => {
  const config = load({
    env: { ...SECRETS, DATABASE_URL: 'postgres://u:hush@h/d', TELEMETRY_PORT: '0', OTEL_EXPORTER_OTLP_HEADERS: 'a=hush', BOTTLE_MAIL_KEY_FILE: 'key' },
    files: { key: 'hush', 'replywatch.yml': 'tz: Asia/Riyadh\ntargets: {sla_frt: 90}' }, sources: [PIGEON, BOTTLE],
  });
  const { variables, settings } = await check({ config }, { ...PROBES, database: () => Promise.resolve({ reason: 'not asked here' }) });
  expect(variables).toContainEqual({ name: 'TELEMETRY_PORT', origin: { from: 'env' }, secret: false, value: '0' });
  expect(variables).toContainEqual({ name: 'WEBHOOK_PORT', origin: { from: 'default' }, secret: false, value: '8080' });
  expect(variables).toContainEqual({ name: 'PUBLIC_URL', origin: { from: 'unset' }, secret: false });
  expect(variables).toContainEqual({ name: 'BOTTLE_MAIL_KEY', origin: { from: 'file', path: expect.stringMatching(/\/key$/) as string }, secret: true });
  expect(variables).toContainEqual({ name: 'DATABASE_URL', origin: { from: 'env' }, secret: true });
  expect(settings).toContainEqual({ key: 'sla_frt', origin: 'file', value: 90 });
  expect(settings).toContainEqual({ key: 'tz', origin: 'file', value: 'Asia/Riyadh' });
  expect(settings).toContainEqual({ key: 'settle_seconds', origin: 'default', value: 60 });
  expect(JSON.stringify([variables, settings])).not.toContain('hush');
});
