/** How long one scrape keeps the event loop from everything else: our renderer against prom-client, with the same series. */
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { Counter, Histogram, Registry } from 'prom-client';
import { createExposition } from '../exporter/metrics/exposition.ts';
import { keysOf } from '../exporter/metrics/keyring.ts';
import type { Metric } from '../exporter/metrics/metric.ts';
import { PersistedSeries } from '../exporter/metrics/persisted.ts';
import { createProcessMetrics } from '../exporter/metrics/process.ts';
import { createSlots } from '../exporter/metrics/slots.ts';

const SIZES = [10_000, 50_000] as const;
const ROUNDS = 9;
const BUCKETS = [1, 5, 15, 60, 120, 180, 300, 900, 3_600, 14_400, 86_400];
const LINES_PER_HISTOGRAM = BUCKETS.length + 3;
const ACCEPT = 'application/openmetrics-text;version=1.0.0';
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';

/** One renderer with its series: `touch` changes every series, `scrape` gives the body of the answer. */
interface Side { touch(round: number): void; scrape(): Promise<Buffer> }

/** Prints the comparison; the last lines are `block_10k_ms`, `block_50k_ms` and `ratio` (prom-client / ours, at 50,000). */
export async function run(): Promise<void> {
  console.log(`event loop blocked at worst during one scrape, ms: half counters, half histogram lines with exemplars; median of ${ROUNDS} interleaved rounds`);
  const blocks: number[] = [];
  let ratio = 0;
  for (const size of SIZES) {
    const ours: Side = oursWith(size);
    const theirs: Side = promClientWith(size);
    const own: Measured[] = [];
    const client: Measured[] = [];
    for (let round = -1; round < ROUNDS; round++) {
      const pair = [await measure(ours, round), await measure(theirs, round)] as const;
      if (round < 0) continue; // the first round compiles
      own.push(pair[0]);
      client.push(pair[1]);
    }
    blocks.push(report(`${size / 1_000}k ours       `, own));
    ratio = report(`${size / 1_000}k prom-client`, client) / (blocks.at(-1) ?? NaN);
  }
  console.log(`block_10k_ms ${blocks[0]?.toFixed(2)} ms`);
  console.log(`block_50k_ms ${blocks[1]?.toFixed(2)} ms`);
  console.log(`ratio ${ratio.toFixed(2)}`);
}

interface Measured { readonly block: number; readonly whole: number; readonly bytes: number }

/** The longest gap between two turns of the event loop while one scrape runs, its encoding included. */
async function measure(side: Side, round: number): Promise<Measured> {
  side.touch(round);
  global.gc?.();
  await sleep(20);
  let block = 0;
  let running = true;
  let last = performance.now();
  const probe = (): void => {
    const now = performance.now();
    block = Math.max(block, now - last);
    last = now;
    if (running) setImmediate(probe);
  };
  await nextTurn();
  last = performance.now();
  const start = last;
  setImmediate(probe);
  const body = await side.scrape();
  const whole = performance.now() - start;
  await nextTurn();
  await nextTurn();
  running = false;
  return { block, whole, bytes: body.length };
}

function report(title: string, runs: readonly Measured[]): number {
  const block = median(runs.map((one) => one.block));
  const worst = Math.max(...runs.map((one) => one.block));
  const whole = median(runs.map((one) => one.whole));
  console.log(`${title}  block ${block.toFixed(2)}  (worst round ${worst.toFixed(2)})  whole scrape ${whole.toFixed(1)}  ${(runs[0]?.bytes ?? 0) >> 10} KiB`);
  return block;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}

const LABELS = { channel: { max: 100_000 }, inbox: { max: 100_000 } } as const;
const COUNTER: Metric = { type: 'counter', name: 'chat_bench_total', help: 'Counters of the benchmark.', labels: LABELS };
const HISTOGRAM: Metric = { type: 'histogram', name: 'chat_bench_seconds', help: 'Histograms of the benchmark.', labels: LABELS, buckets: BUCKETS, exemplars: true };

const labelsOf = (i: number): { channel: string; inbox: string } => ({ channel: 'whatsapp', inbox: `inbox-${i}` });
const countersIn = (size: number): number => size / 2;
const histogramsIn = (size: number): number => Math.round(size / 2 / LINES_PER_HISTOGRAM);

function oursWith(size: number): Side {
  const metrics = [COUNTER, HISTOGRAM];
  const series = new PersistedSeries({ metrics, gauges: [], slots: createSlots(metrics), cacheMs: 0, constantLabels: { instance: 'cluster-1' } });
  const own = createProcessMetrics({ version: '0', revision: '0', sources: ['whatsapp', 'chatwoot'] });
  const exposition = createExposition(series, own);
  const counters = Array.from({ length: countersIn(size) }, (_, i) => keysOf(COUNTER, labelsOf(i)));
  const histograms = Array.from({ length: histogramsIn(size) }, (_, i) => keysOf(HISTOGRAM, labelsOf(i)));
  return {
    touch(round) {
      for (const { key } of counters) series.set(key, round + 2);
      for (const { buckets, sum } of histograms) {
        for (const key of buckets) {
          series.set(key, round + 2);
          series.setExemplar(key, { traceId: TRACE_ID, value: round + 2.5, at: Date.now() });
        }
        series.set(sum, round + 2.5);
      }
    },
    scrape: async () => (await exposition.scrape(ACCEPT)).body,
  };
}

function promClientWith(size: number): Side {
  const registry = new Registry();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as typeof Registry.PROMETHEUS_CONTENT_TYPE); // the type binds the first one
  const common = { labelNames: ['channel', 'inbox'], enableExemplars: true, registers: [registry] };
  const counter = new Counter({ ...common, name: COUNTER.name, help: COUNTER.help });
  const histogram = new Histogram({ ...common, name: HISTOGRAM.name, help: HISTOGRAM.help, buckets: BUCKETS });
  return {
    touch() {
      for (let i = 0; i < countersIn(size); i++) counter.inc({ labels: labelsOf(i), value: 1 });
      for (let i = 0; i < histogramsIn(size); i++) {
        for (const value of [...BUCKETS, 100_000]) histogram.observe({ labels: labelsOf(i), value, exemplarLabels: { trace_id: TRACE_ID } });
      }
    },
    scrape: async () => Buffer.from(await registry.metrics()),
  };
}

if (import.meta.main) await run();
