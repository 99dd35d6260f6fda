/**
 * Spans per second of our whole way (rows of the outbox, rendered, sent as OTLP over HTTP, marked as sent) against the bare OTLP exporter
 * with the same spans, ready made, in requests of the same size. Both send to one receiver in a process of its own.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import pg from 'pg';
import { DEFAULT_SETTINGS } from '../exporter/core/settings.ts';
import { createLogger } from '../exporter/log.ts';
import { startEmbeddedPostgres } from '../exporter/store/embedded.ts';
import { createTraceOutbox } from '../exporter/store/outbox.ts';
import { createTraceExporter } from '../exporter/traces/exporter.ts';
import { startPump } from '../exporter/traces/pump.ts';
import { createRenderer } from '../exporter/traces/render.ts';
import { storeEpisodes, TRACE_KEY } from './episodes.ts';
import { median } from './servers.ts';

const ROUNDS = 7;
const EPISODES = 3_000;
const SPANS_PER_REQUEST = 512;

/** Prints each round and at last `ratio <median>`: our spans per second as a share of the bare exporter's. */
export async function run(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'replywatch-bench-'));
  chmodSync(directory, 0o711); // Postgres runs as another user when we are root
  const postgres = await startEmbeddedPostgres({ dataDir: directory, log: createLogger('warn') });
  const receiver = fork(fileURLToPath(new URL('./receiver.ts', import.meta.url)));
  const [url] = await once(receiver, 'message') as [string];
  const pool = new pg.Pool({ connectionString: postgres.url });
  pool.on('error', () => undefined); // the server may be gone before its last connection
  try {
    await storeEpisodes(pool, postgres.url, EPISODES);
    const spans = await rendered(pool);
    console.log(`${EPISODES} closed episodes, ${spans.length} spans, ${SPANS_PER_REQUEST} spans in a request; ${ROUNDS} paired rounds; spans per second`);
    const ratios: number[] = [];
    for (let round = 0; round <= ROUNDS; round++) { // the first one compiles and is not counted
      const sides = { ours: (): Promise<number> => ours(pool, url, spans.length), bare: (): Promise<number> => bare(url, spans) };
      const first = round % 2 === 0 ? await sides.ours() : await sides.bare();
      const second = round % 2 === 0 ? await sides.bare() : await sides.ours();
      const [mine, other] = round % 2 === 0 ? [first, second] : [second, first];
      if (round === 0) continue;
      ratios.push(mine / other);
      console.log(`round ${round}  from the outbox ${mine.toFixed(0)}  bare ${other.toFixed(0)}  ratio ${(mine / other).toFixed(2)}`);
    }
    console.log(`ratio ${median(ratios).toFixed(2)}`);
  } finally {
    receiver.kill();
    await pool.end();
    await postgres.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

const render = createRenderer({ key: TRACE_KEY, ratio: 1, settingsFor: () => DEFAULT_SETTINGS });

async function rendered(pool: pg.Pool): Promise<readonly ReadableSpan[]> {
  const outbox = createTraceOutbox(pool);
  const spans: ReadableSpan[] = [];
  for (let jobs = await outbox.claim(500); jobs.length > 0; jobs = await outbox.claim(500)) {
    for (const job of jobs) { const result = render(job); if (result.keep) spans.push(...result.spans); }
  }
  return spans;
}

/** The pump as the exporter runs it, from a full outbox until it has emptied it. */
async function ours(pool: pg.Pool, url: string, expected: number): Promise<number> {
  await pool.query("update replywatch.trace_outbox set state = 'due', lease_until = null, exported_at = null");
  await pool.query('vacuum replywatch.trace_outbox');
  const { promise: emptied, resolve, reject } = Promise.withResolvers<void>();
  let exported = 0;
  const from = performance.now();
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
  return expected / ((performance.now() - from) / 1000);
}

async function bare(url: string, spans: readonly ReadableSpan[]): Promise<number> {
  const exporter = createTraceExporter({ url });
  const from = performance.now();
  for (let at = 0; at < spans.length; at += SPANS_PER_REQUEST) {
    const result = await new Promise<ExportResult>((resolve) => exporter.export(spans.slice(at, at + SPANS_PER_REQUEST), resolve));
    if (result.code !== ExportResultCode.SUCCESS) throw result.error ?? new Error('the receiver refused spans');
  }
  const seconds = (performance.now() - from) / 1000;
  await exporter.shutdown();
  return spans.length / seconds;
}

if (import.meta.main) await run();
