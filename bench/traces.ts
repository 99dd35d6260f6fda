/**
 * Spans per second of our whole way (rows of the outbox, rendered, sent as OTLP over HTTP, marked as sent) against the bare OTLP exporter of the library
 * with the same spans, ready made, in requests of the same size, as many at once. Both send to one receiver in a process of its own. The
 * ratio is measured with a receiver that decodes what it gets, as every backend does; `ratio_discarding` with one that does not even look.
 * On a busy machine the CPU time of this process, per span, says more than the rates.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import pg from 'pg';
import { DEFAULT_SETTINGS } from '../exporter/core/settings.ts';
import { createLogger } from '../exporter/log.ts';
import { startEmbeddedPostgres } from '../exporter/store/embedded.ts';
import { createTraceOutbox } from '../exporter/store/outbox.ts';
import { createTraceExporter } from '../exporter/traces/exporter.ts';
import { startPump } from '../exporter/traces/pump.ts';
import { createRenderer } from '../exporter/traces/render.ts';
import { readableSpans } from '../test/support/readable-span.ts';
import { storeEpisodes, TRACE_KEY } from './episodes.ts';
import type { Manner } from './receiver.ts';
import { median } from './servers.ts';

const ROUNDS = 7;
/** So many that a round takes about a second: with half as many a tenth of it is the first read, before there is anything to send. */
const EPISODES = 6_000;
const SPANS_PER_REQUEST = 512;
/** Requests under way of the bare exporter: the pump has as many. */
const AT_ONCE = 3;

/** Prints each round and at last `ratio <median>`: our spans per second as a share of the bare exporter's. */
export async function run(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'replywatch-bench-'));
  chmodSync(directory, 0o711); // Postgres runs as another user when we are root
  const postgres = await startEmbeddedPostgres({ dataDir: directory, log: createLogger('warn') });
  const pool = new pg.Pool({ connectionString: postgres.url });
  pool.on('error', () => undefined); // the server may be gone before its last connection
  try {
    await storeEpisodes(pool, postgres.url, EPISODES);
    const spans = await rendered(pool);
    console.log(`${EPISODES} closed episodes, ${spans.length} spans, ${SPANS_PER_REQUEST} spans in a request, ${AT_ONCE} requests at once; ${ROUNDS} paired rounds each; spans per second, and microseconds of CPU in this process per span`);
    const discarding = await against('discarding', pool, spans);
    const reading = await against('reading', pool, spans);
    console.log(`cpu_us_per_span ${reading.mine.toFixed(1)} bare ${reading.bare.toFixed(1)}`);
    console.log(`ratio_discarding ${discarding.ratio.toFixed(2)}`);
    console.log(`ratio ${reading.ratio.toFixed(2)}`);
  } finally {
    await pool.end();
    await postgres.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Medians of paired rounds against one receiver. */
async function against(manner: Manner, pool: pg.Pool, spans: readonly ReadableSpan[]): Promise<{ readonly ratio: number; readonly mine: number; readonly bare: number }> {
  const receiver = fork(fileURLToPath(new URL('./receiver.ts', import.meta.url)), [manner]);
  try {
    const [url] = await once(receiver, 'message') as [string];
    const mine: Figures[] = [];
    const other: Figures[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      for (const isOurs of round % 2 === 0 ? [true, false] : [false, true]) {
        if (isOurs) await refill(pool);
        const figures = await timed(spans.length, () => (isOurs ? ours(pool, url, spans.length) : bare(url, spans)));
        if (round > 0) (isOurs ? mine : other).push(figures); // the first one compiles and is not counted
      }
      const [a, b] = [mine.at(-1), other.at(-1)];
      if (a && b) console.log(`${manner} ${round}  from the outbox ${a.rate.toFixed(0)} (${a.cpu.toFixed(1)})  bare ${b.rate.toFixed(0)} (${b.cpu.toFixed(1)})  ratio ${(a.rate / b.rate).toFixed(2)}`);
    }
    return { ratio: median(mine.map(({ rate }, round) => rate / other[round]!.rate)), mine: median(mine.map(({ cpu }) => cpu)), bare: median(other.map(({ cpu }) => cpu)) };
  } finally {
    receiver.kill();
  }
}

/** Spans per second, and microseconds of CPU per span. */
interface Figures { readonly rate: number; readonly cpu: number }

async function timed(spans: number, work: () => Promise<void>): Promise<Figures> {
  const before = process.cpuUsage();
  const from = performance.now();
  await work();
  const seconds = (performance.now() - from) / 1000;
  const { user, system } = process.cpuUsage(before);
  return { rate: spans / seconds, cpu: (user + system) / spans };
}

const render = createRenderer({ key: TRACE_KEY, ratio: 1, settingsFor: () => DEFAULT_SETTINGS });

async function rendered(pool: pg.Pool): Promise<readonly ReadableSpan[]> {
  const outbox = createTraceOutbox(pool);
  const readable = readableSpans();
  const spans: ReadableSpan[] = [];
  for (let jobs = await outbox.claim(500); jobs.length > 0; jobs = await outbox.claim(500)) {
    for (const job of jobs) { const result = render(job); if (result.keep) spans.push(...result.spans.map(readable)); }
  }
  return spans;
}

async function refill(pool: pg.Pool): Promise<void> {
  await pool.query("update replywatch.trace_outbox set state = 'due', lease_until = null, exported_at = null");
  await pool.query('vacuum replywatch.trace_outbox');
}

/** The pump as the exporter runs it, from a full outbox until it has emptied it. */
async function ours(pool: pg.Pool, url: string, expected: number): Promise<void> {
  const { promise: emptied, resolve, reject } = Promise.withResolvers<void>();
  let exported = 0;
  const pump = startPump({
    outbox: createTraceOutbox(pool), exporter: createTraceExporter({ url }), render, maxSpans: SPANS_PER_REQUEST,
    hooks: {
      error: reject,
      count: (what, _episodes, spans) => {
        if (what.result !== 'exported') return reject(new Error(`a batch was ${what.result}`));
        exported += spans;
        if (exported === expected) resolve();
      },
    },
  });
  await emptied;
  await pump.shutdown(); // which waits until the last batch is marked
}

async function bare(url: string, spans: readonly ReadableSpan[]): Promise<void> {
  const exporter = new OTLPTraceExporter({ url });
  let next = 0;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (next < spans.length) {
      const some = spans.slice(next, next += SPANS_PER_REQUEST);
      const result = await new Promise<ExportResult>((resolve) => exporter.export(some, resolve));
      if (result.code !== ExportResultCode.SUCCESS) throw result.error ?? new Error('the receiver refused spans');
    }
  }));
  await exporter.shutdown();
}

if (import.meta.main) await run();
