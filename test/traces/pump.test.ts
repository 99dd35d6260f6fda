import { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../exporter/core/settings.ts';
import { createTraceOutbox, enqueueTraces } from '../../exporter/store/outbox.ts';
import type { TraceOutbox } from '../../exporter/core/trace-job.ts';
import { createTraceExporter, watchDiagnostics } from '../../exporter/traces/exporter.ts';
import { traceIdFor } from '../../exporter/traces/ids.ts';
import type { Counted, PumpOptions } from '../../exporter/traces/pump-options.ts';
import { startPump } from '../../exporter/traces/pump.ts';
import type { Pump } from '../../exporter/traces/pump.ts';
import { createRenderer } from '../../exporter/traces/render.ts';
import { attributesOf } from '../../exporter/traces/span.ts';
import { startOtlpReceiver } from '../support/otlp.ts';
import type { Answer, OtlpReceiver } from '../support/otlp.ts';
import { freshDatabase } from '../support/postgres.ts';
import type { FreshDatabase } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { ask, episodesOf, eventsOf, KEY, resolve, say } from './histories.ts';
import { conversationId, enqueuePlain, entryOf, outboxRows, plain, render, SPANS_OF_PLAIN, storeHistory } from './stored.ts';

let database: FreshDatabase;
let pool: Pool;
let outbox: TraceOutbox;
let receiver: OtlpReceiver;
let pumps: Pump[] = [];
/** `result reason` to episodes counted. */
let counts: Record<string, number> = {};

beforeAll(async () => {
  database = await freshDatabase('trace pump');
  pool = new Pool({ connectionString: database.url });
  outbox = createTraceOutbox(pool);
});
beforeEach(async () => {
  counts = {};
  receiver = await startOtlpReceiver();
  await pool.query('truncate replywatch.trace_outbox, replywatch.event, replywatch.episode_facts, replywatch.observation, replywatch.survey_facts');
});
afterEach(async () => {
  await Promise.all(pumps.map((pump) => pump.shutdown()));
  pumps = [];
  await receiver.close();
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const count = ({ result, reason }: Counted, episodes: number): void => {
  const label = `${result} ${reason}`.trim();
  counts[label] = (counts[label] ?? 0) + episodes;
};

// The exporter's own first retry comes after 0.8 s at the earliest: with a shorter timeout every answer reaches the pump.
function start(more: Partial<PumpOptions> = {}, timeoutMillis = 400): Pump {
  const exporter = createTraceExporter({ url: receiver.url }, timeoutMillis);
  const pump = startPump({ outbox, exporter, render, hooks: { count }, idleMs: 10, basePauseMs: 20, maxPauseMs: 80, ...more });
  pumps.push(pump);
  return pump;
}

const states = async (): Promise<readonly string[]> => (await outboxRows(pool)).map((row) => row.state);
const settled = async (): Promise<boolean> => (await states()).every((state) => state !== 'due');
const receivedTraces = (): readonly string[] => receiver.spans().filter((span) => span.name === 'conversation').map((span) => span.traceId);
const expectAllOnce = (indexes: readonly number[]): void => {
  expect(receivedTraces().toSorted()).toEqual(indexes.map((index) => traceIdFor(KEY, conversationId(index), 1)).sort());
  expect(receiver.spans()).toHaveLength(indexes.length * SPANS_OF_PLAIN);
};
const numbers = (length: number): readonly number[] => Array.from({ length }, (_, index) => index);

test('an episode arrives whole, over protobuf, as it was built', async () => {
  await enqueuePlain(pool, [1]);
  const lags: number[] = [];
  start({ hooks: { count, lag: (seconds) => void lags.push(seconds) } });
  await until('every trace is settled', settled);
  expectAllOnce([1]);
  expect(receiver.requests.map(({ path, contentType }) => [path, contentType])).toEqual([['/v1/traces', 'application/x-protobuf']]);
  const roots = receiver.spans().filter((span) => span.parentSpanId === '');
  const [told] = episodesOf(eventsOf(plain, conversationId(1)));
  const built = render({ conversation: conversationId(1), number: 1, revision: 0, keepReason: 'ratio', enqueuedAt: 0, exported: false, sent: null, ...told! });
  const root = built.keep ? built.spans[0]! : expect.fail();
  expect(roots).toHaveLength(1);
  expect(roots[0]).toMatchObject({
    name: 'conversation', traceId: root.trace.traceId, spanId: root.id, traceState: 'ot=th:0', kind: 1, status: 0,
    start: root.start, end: root.end, attributes: attributesOf(root),
    resource: { 'service.name': 'conversation', 'service.namespace': 'conversations' },
  });
  expect(await outboxRows(pool)).toMatchObject([{ state: 'exported', keep_reason: 'ratio', attempts: 1, leased: false }]);
  expect(counts).toEqual({ exported: 1 });
  expect(lags).toHaveLength(1);
});

test('2,000 episodes through eight seconds of 503 and two restarts: nothing lost, nothing twice', async () => {
  const away = 8_000;
  for (let from = 0; from < 2_000; from += 500) await enqueuePlain(pool, numbers(500).map((index) => from + index));
  let since = 0;
  receiver.answer(() => (since > 0 && Date.now() - since < away ? { status: 503 } : 'ok'));
  const first = start({ maxSpans: 256, maxPauseMs: 1_000 }, 3_000);
  await until('the first traces are there', () => receivedTraces().length > 200);
  since = Date.now();
  await until('it was refused', () => (counts['failed unavailable'] ?? 0) > 0);
  await first.shutdown();
  expect(receivedTraces().length).toBeLessThan(2_000);
  const second = start({ maxSpans: 256, maxPauseMs: 1_000 }, 3_000);
  await until('it is well again', () => Date.now() - since > away && (counts.exported ?? 0) > 400);
  await second.shutdown();
  start({ maxSpans: 256, maxPauseMs: 1_000 }, 3_000);
  start({ maxSpans: 256, maxPauseMs: 1_000 }, 3_000);
  await until('every trace is settled', settled, 60_000);
  expectAllOnce(numbers(2_000));
  expect(counts.exported).toBe(2_000);
}, 120_000);

test('an answer that is lost sends the same spans again, under the same ids', async () => {
  await enqueuePlain(pool, [1]);
  let lost = 1;
  receiver.answer(() => (lost-- > 0 ? 'lost' : 'ok'));
  start();
  await until('every trace is settled', settled);
  const [first, second] = receiver.requests.map(({ spans }) => spans);
  expect(first).toHaveLength(SPANS_OF_PLAIN);
  expect(second).toEqual(first);
});

describe('a backend that is away', () => {
  test.each<[string, Answer, string]>([
    ['503', { status: 503 }, 'unavailable'],
    ['429 with Retry-After', { status: 429, retryAfter: 30 }, 'unavailable'],
    ['500', { status: 500 }, 'server_error'],
    ['401 from a wrong token', { status: 401 }, 'refused'],
    ['404 from a wrong path', { status: 404 }, 'refused'],
    ['no answer', 'hang', 'timeout'],
    ['a connection that breaks', 'disconnect', 'transport'],
  ])('%s: the job waits and is sent when it is back', async (_what, answer, reason) => {
    await enqueuePlain(pool, [1]);
    receiver.answer(answer);
    start();
    await until('it failed twice', () => (counts[`failed ${reason}`] ?? 0) >= 2);
    expect(await states()).toEqual(['due']);
    receiver.answer('ok');
    await until('every trace is settled', settled);
    expectAllOnce([1]);
    expect(Object.keys(counts).sort()).toEqual(['exported', `failed ${reason}`]);
  });

  test('a probe goes out per pause, not per job', async () => {
    await enqueuePlain(pool, numbers(40));
    receiver.answer({ status: 503 });
    start({ maxSpans: SPANS_OF_PLAIN, basePauseMs: 100, maxPauseMs: 100 });
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(receiver.requests.length).toBeGreaterThan(1);
    expect(receiver.requests.length).toBeLessThan(14);
    expect(receiver.requests.every((request) => request.spans.length === SPANS_OF_PLAIN)).toBe(true);
  });

  test('what was read ahead is free for others at once', async () => {
    await enqueuePlain(pool, numbers(20));
    receiver.answer('hang');
    start({ maxJobs: 2, basePauseMs: 60_000, maxPauseMs: 60_000 });
    await until('more is claimed than three loops send', async () => (await outboxRows(pool)).filter((row) => row.leased).length > 6);
    await until('nothing is held', async () => (await outboxRows(pool)).every((row) => !row.leased));
    expect(counts).toEqual({ 'failed timeout': 6 });
  });

  test('what nobody took for a day is given up', async () => {
    await enqueuePlain(pool, [1], { enqueuedAt: Date.now() - 25 * 3_600_000 });
    await enqueuePlain(pool, [2], { enqueuedAt: Date.now() - 23 * 3_600_000 });
    start();
    await until('every trace is settled', settled);
    expect((await outboxRows(pool)).map((row) => [row.state, row.keep_reason])).toEqual([['dropped', 'too_old'], ['exported', 'ratio']]);
    expect(counts).toEqual({ 'dropped too_old': 1, exported: 1 });
  });
});

describe('a backend that refuses', () => {
  const bad = traceIdFor(KEY, conversationId(5), 1);

  test.each([[400, 'rejected'], [413, 'too_large']])('%i for one episode costs that one alone', async (status, reason) => {
    await enqueuePlain(pool, numbers(12));
    receiver.answer((spans) => (spans.some((span) => span.traceId === bad) ? { status } : 'ok'));
    start();
    await until('every trace is settled', settled);
    expectAllOnce(numbers(12).filter((index) => index !== 5));
    expect(counts).toEqual({ [`dropped ${reason}`]: 1, exported: 11 });
    expect((await outboxRows(pool))[5]).toMatchObject({ state: 'dropped', keep_reason: reason });
  });

  test('a request that is too large is made smaller until it fits', async () => {
    await enqueuePlain(pool, numbers(20));
    receiver.answer((spans) => (spans.length > 3 * SPANS_OF_PLAIN ? { status: 413 } : 'ok'));
    start();
    await until('every trace is settled', settled);
    expectAllOnce(numbers(20));
    expect(counts).toEqual({ exported: 20 });
  });

  test('a partial success is told apart: sent once, and the refused spans reported', async () => {
    const refused: number[] = [];
    const stop = watchDiagnostics({ partialSuccess: (spans) => void refused.push(spans), warn: () => undefined });
    await enqueuePlain(pool, [1]);
    receiver.answer({ partial: 3 });
    start();
    await until('every trace is settled', settled);
    stop();
    expect(refused).toEqual([3]);
    expect(receiver.requests).toHaveLength(1);
    expect(counts).toEqual({ exported: 1 });
  });
});

describe('batches and decisions', () => {
  test('an episode is never split over two requests, even one that is larger than a request should be', async () => {
    await enqueuePlain(pool, numbers(9));
    start({ maxSpans: 2 * SPANS_OF_PLAIN + 3 });
    await until('every trace is settled', settled);
    expectAllOnce(numbers(9));
    for (const request of receiver.requests) {
      expect(request.spans).toHaveLength(request.spans.filter((span) => span.parentSpanId === '').length * SPANS_OF_PLAIN);
      expect(request.spans.length).toBeLessThanOrEqual(2 * SPANS_OF_PLAIN);
    }
    const small = start({ maxSpans: 1 });
    await enqueuePlain(pool, [50]);
    await until('every trace is settled', settled);
    await small.shutdown();
    expect(receiver.requests.at(-1)?.spans).toHaveLength(SPANS_OF_PLAIN);
  });

  test('undecided episodes are decided now: rules keep, the ratio does not', async () => {
    await enqueuePlain(pool, [1], { keepReason: null });
    const [late] = await storeHistory(pool, [[0, ask('q')], [100, say('agent', 'a')], [110, resolve()]], [2]);
    await enqueueTraces(pool, [entryOf(late!, null)], Date.now());
    start({ render: createRenderer({ key: KEY, ratio: 0, settingsFor: () => DEFAULT_SETTINGS }) });
    await until('every trace is settled', settled);
    expect((await outboxRows(pool)).map((row) => [row.state, row.keep_reason])).toEqual([['sampled_out', null], ['exported', 'first_response_late']]);
    expect(counts).toEqual({ sampled_out: 1, exported: 1 });
    expect(receivedTraces()).toEqual([traceIdFor(KEY, conversationId(2), 1)]);
  });

  test('an episode that cannot be built does not hold up the others', async () => {
    await enqueuePlain(pool, numbers(3));
    start({ render: (job) => { if (job.conversation === conversationId(1)) throw new Error('broken'); return render(job); } });
    await until('every trace is settled', settled);
    expectAllOnce([0, 2]);
    expect(counts).toEqual({ 'dropped broken': 1, exported: 2 });
  });
});

describe('stopping and faults of the store', () => {
  test('a shutdown frees what was claimed and not sent', async () => {
    await enqueuePlain(pool, numbers(6));
    let stopping: Promise<void> | undefined;
    receiver.answer(() => { stopping ??= pump.shutdown(); return 'ok'; });
    const pump = start({ maxSpans: SPANS_OF_PLAIN });
    await until('it is stopping', () => stopping !== undefined);
    await stopping;
    expect(receiver.requests).toHaveLength(1);
    expect((await outboxRows(pool)).filter((row) => row.leased)).toEqual([]);
    expect((await states()).toSorted()).toEqual(['due', 'due', 'due', 'due', 'due', 'exported']);
  });

  test('a backend that hangs does not hold up the exit; the lease gives the job to the next worker', async () => {
    await enqueuePlain(pool, [1]);
    receiver.answer('hang');
    const pump = start({ graceMs: 150, hooks: { count: () => undefined } }, 3000); // its request ends during another test, which must not count it
    await until('a request is there', () => receiver.requests.length === 1);
    const from = Date.now();
    await pump.shutdown();
    expect(Date.now() - from).toBeLessThan(1500);
    expect(await outboxRows(pool)).toMatchObject([{ state: 'due', leased: true }]);
    receiver.answer('ok');
    start({ outbox: createTraceOutbox(pool, { now: () => Date.now() + 61_000 }), now: () => Date.now() + 61_000 });
    await until('every trace is settled', settled);
    expectAllOnce([1]);
  });

  test('what could not be sent within its lease is free again: a slow backend gets nothing twice', async () => {
    await enqueuePlain(pool, numbers(40));
    let late = 0;
    const now = (): number => Date.now() + late;
    receiver.answer(() => { late += 8_000; return 'ok'; });
    start({ maxSpans: SPANS_OF_PLAIN, now, idleMs: 1, outbox: createTraceOutbox(pool, { now }) });
    start({ maxSpans: SPANS_OF_PLAIN, now, idleMs: 1, outbox: createTraceOutbox(pool, { now }) });
    await until('every trace is settled', settled);
    expectAllOnce(numbers(40));
  });

  test('a store that is away is waited for, and what was sent meanwhile is not sent again', async () => {
    await enqueuePlain(pool, [1, 2]);
    let failing = 3;
    const away = async <T>(work: () => Promise<T>): Promise<T> => { if (failing-- > 0) throw new Error('connection refused'); return work(); };
    let marks = 1;
    const errors: unknown[] = [];
    start({
      hooks: { count, error: (error) => void errors.push(error) },
      outbox: {
        ...createTraceOutbox(pool, { leaseSeconds: 0.1 }), claim: (max) => away(() => createTraceOutbox(pool, { leaseSeconds: 0.1 }).claim(max)),
        done: async (jobs) => { if (marks-- > 0) throw new Error('connection lost'); await outbox.done(jobs); },
      },
    });
    await until('every trace is settled', settled);
    expectAllOnce([1, 2]);
    expect(counts).toEqual({ exported: 2 });
    expect(errors.map(String)).toEqual([...Array<string>(3).fill('Error: connection refused'), 'Error: connection lost']);
  });

  test('a mark that fails while the next batch is sent costs neither of them a second request', async () => {
    await enqueuePlain(pool, numbers(6));
    const leaseSeconds = 3; // longer than a busy machine takes for six requests
    let marks = 0;
    const errors: unknown[] = [];
    start({
      maxSpans: SPANS_OF_PLAIN, hooks: { count, error: (error) => void errors.push(error) },
      outbox: { ...createTraceOutbox(pool, { leaseSeconds }), done: async (jobs) => { if (++marks === 2) throw new Error('connection lost'); await outbox.done(jobs); } },
    });
    await until('every trace is settled', settled);
    expectAllOnce(numbers(6));
    expect(counts).toEqual({ exported: 6 });
    expect(errors.map(String)).toEqual(['Error: connection lost']);
  });
});
