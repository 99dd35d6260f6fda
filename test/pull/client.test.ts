import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createClient } from '../../exporter/pull/client.ts';
import { serve, type FakeApi } from './api.ts';

let api: FakeApi;
let clock: number;
let waits: number[];
beforeAll(async () => { api = await serve(({ path }) => ({ body: { path } })); });
afterAll(() => api.close());
beforeEach(() => {
  api.asked.length = 0;
  api.trouble.length = 0;
  clock = 1_781_020_800_000;
  waits = [];
});

const client = (paceMs = 0, signal = new AbortController().signal) => createClient({
  api: { url: `${api.url}/v1`, headers: { authorization: 'Bearer tok' } }, paceMs, signal, now: () => clock,
  pause: async (ms) => { waits.push(ms); clock += ms; },
});
const reasonOf = (work: Promise<unknown>): Promise<unknown> => work.then(() => 'none', (error: { reason?: unknown }) => error.reason);

it('asks with its token, its query and at its pace', async () => {
  const get = client(200);
  expect(await get('/things', { page: 2, before: undefined })).toEqual({ path: '/v1/things' });
  await get('/things');
  expect(api.asked.map(({ path, query, headers }) => [path, query.toString(), headers['authorization']])).toEqual([['/v1/things', 'page=2', 'Bearer tok'], ['/v1/things', '', 'Bearer tok']]);
  expect(waits).toEqual([200]);
});

it('waits as long as a busy platform says, in seconds or until a date, and else longer each time', async () => {
  api.trouble.push({ status: 429, headers: { 'retry-after': '7' } }, { status: 429 }, { status: 503 }, { status: 429, headers: { 'retry-after': new Date(Date.now() - 5_000).toUTCString() } });
  expect(await client()('/things')).toEqual({ path: '/v1/things' });
  expect(waits).toEqual([7_000, 2_000, 4_000, 0]);
});

it('takes Meta\'s limits and refusals for what they are, although both say 400', async () => {
  api.trouble.push({ status: 400, body: { error: { code: 80_007, message: 'rate limit' } } });
  expect(await client()('/things')).toEqual({ path: '/v1/things' });
  api.trouble.push({ status: 400, body: { error: { code: 190 } } });
  expect(await reasonOf(client()('/things'))).toBe('credentials');
});

it.each<[string, object, string, number]>([
  ['a token that is wrong, at once', { status: 401 }, 'credentials', 1], ['what a token may not read, at once', { status: 403 }, 'credentials', 1], ['an address that is wrong, at once', { status: 404 }, 'unreadable', 1],
  ['an answer that is no JSON, at once', { body: '<html>' }, 'unreadable', 1], ['a platform that is away, after five times', { status: 502 }, 'unavailable', 5],
  ['a limit that lasts longer than a run should, at once', { status: 429, headers: { 'retry-after': '3600' } }, 'rate_limited', 1],
])('gives up on %s', async (_name, said, reason, times) => {
  api.trouble.push(...Array<object>(10).fill(said));
  expect(await reasonOf(client()('/things'))).toBe(reason);
  expect(api.asked).toHaveLength(times);
});

it('gives up on a platform that nobody answers for', async () => {
  const gone = await serve(() => ({}));
  await gone.close();
  const get = createClient({ api: { url: gone.url, headers: {} }, paceMs: 0, signal: new AbortController().signal, now: () => clock, pause: async (ms) => void waits.push(ms) });
  expect(await reasonOf(get('/things'))).toBe('unavailable');
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000]);
});

it('follows a next page to the same host, over the protocol that was configured, and shows its token to nobody else', async () => {
  expect(await client()(`${api.url}/v2/more`)).toEqual({ path: '/v2/more' });
  expect(await client()(`${api.url.replace('http:', 'https:')}/v2/more`)).toEqual({ path: '/v2/more' });
  expect(await reasonOf(client()('https://elsewhere.example.com/v2/more'))).toBe('unreadable');
});

it('ends at once when it is told to', async () => {
  const stopping = new AbortController();
  stopping.abort(new Error('stopped'));
  await expect(client(0, stopping.signal)('/things')).rejects.toThrow('stopped');
});
