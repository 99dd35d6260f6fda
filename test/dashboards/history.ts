/** Five weeks of invented but steady series under the exporter's own names, in a real Prometheus. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { combinations } from '../../exporter/metrics/combinations.ts';
import { GAUGES, METRICS } from '../../exporter/metrics/index.ts';
import { ROLLUPS } from '../../exporter/rollups/index.ts';
import { PROCESS_METRICS, type ProcessMetric } from '../../exporter/metrics/process-definitions.ts';
import { startTsdb } from './tsdb.ts';

type Labels = Readonly<Record<string, string>>;

/** Two inboxes, each with a channel of its own. */
export const PLACES = [{ channel: 'whatsapp', inbox: 'shop' }, { channel: 'webchat', inbox: 'site' }] as const;
const UNIVERSE = { places: PLACES, sources: ['whatsapp', 'chatwoot'], rollups: [] };
/** What open labels nobody configures are in the sample. */
const OPEN: Labels = { code: '131026', rollup: 'hourly', kpi: 'frt', agent: '7', status: 'online', period: 'day', age: '0-1h', assigned: 'true' };

/** Epoch seconds of the last sample: a Saturday evening, so that nothing hangs on the hour of the day. */
export const NOW = Date.UTC(2026, 0, 31, 19) / 1000;
const DAY = 86_400;
const START = NOW - 35 * DAY;

/** Share of the 900 s that each sampled episode waited, per bucket: half within 30 s, all within 90. */
const BUCKET_SHARES: readonly (readonly [upTo: number, share: number])[] = [[10, 0.2], [30, 0.5], [60, 0.8], [90, 1]];

/** `perHour` of a counter, `at` of a gauge: what a test wants to know exactly. Everything else is 1 per hour, or 1. */
export interface Sample { readonly perHour?: (metric: string, labels: Labels) => number | undefined; readonly at?: (metric: string, labels: Labels) => number | undefined }

export interface History { query(expr: string): Promise<readonly { readonly metric: Labels; readonly value: number }[]>; stop(): Promise<void> }

/** Starts Prometheus on the sample; every instant query is answered as of `NOW`. */
export async function startHistory(sample: Sample): Promise<History> {
  const folder = await mkdtemp(path.join(tmpdir(), 'history-'));
  const file = path.join(folder, 'sample.om');
  await writeSample(file, sample);
  const tsdb = await startTsdb([file]);
  return {
    query: async (expr) => (await tsdb.instant(expr, NOW)).map(({ metric, values: [first] }) => ({ metric, value: first?.[1] ?? Number.NaN })),
    stop: async () => {
      await tsdb.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Every half hour for five weeks, every half minute in the last hour. */
function * instants(): Generator<number> {
  for (let t = START; t < NOW - 3600; t += 1800) yield t;
  for (let t = NOW - 3600; t <= NOW; t += 30) yield t;
}

async function writeSample(file: string, { perHour, at }: Sample): Promise<void> {
  const out = createWriteStream(file);
  const series = (name: string, labels: Labels, value: (t: number) => number): void => {
    const text = Object.entries(labels).map(([label, one]) => `${label}="${one}"`).join(',');
    for (const t of instants()) out.write(`${name}{${text}} ${value(t)} ${t}\n`);
  };
  for (const metric of [...METRICS, ...PROCESS_METRICS.filter(({ type }) => type !== 'gauge')]) {
    out.write(`# TYPE ${metric.name.replace(/_total$/, '')} ${metric.type}\n`);
    for (const labels of 'from' in metric ? labelSets(metric) : processSets(metric)) {
      const rate = (perHour?.(metric.name, labels) ?? 1) / 3600;
      if (metric.type === 'counter') series(metric.name, labels, (t) => rate * (t - START));
      else {
        for (const part of ['count', 'sum']) series(`${metric.name}_${part}`, labels, (t) => rate * (t - START));
        for (const [le, share] of [...BUCKET_SHARES, ['+Inf', 1] as const]) series(`${metric.name}_bucket`, { ...labels, le: String(le) }, (t) => rate * share * (t - START));
      }
    }
  }
  for (const { name, labels } of [...GAUGES, ...ROLLUPS.flatMap(({ gauges }) => gauges)]) {
    out.write(`# TYPE ${name} gauge\n`);
    for (const set of gaugeSets(labels)) series(name, set, () => at?.(name, set) ?? 1);
  }
  for (const metric of PROCESS_METRICS.filter(({ type }) => type === 'gauge')) {
    out.write(`# TYPE ${metric.name} gauge\n`);
    for (const labels of processSets(metric)) series(metric.name, labels, () => 1);
  }
  for (const [name, labels, value] of SURROUNDINGS) {
    out.write(`# TYPE ${name} gauge\n`);
    series(name, labels, () => value);
  }
  out.end('# EOF\n');
  await once(out, 'finish');
}

const EXPORTER: Labels = { job: 'replywatch', instance: 'replywatch:9877' };
const PROMETHEUS: Labels = { job: 'prometheus', instance: 'localhost:9090' };
const SURROUNDINGS: readonly (readonly [string, Labels, number])[] = [
  ['inbox:chat_csat_responses:increase7d', { inbox: 'shop' }, 300], ['inbox:chat_csat_responses:increase7d', { inbox: 'site' }, 100],
  ['inbox:chat_csat_satisfied_per_responses:ratio_increase7d', { inbox: 'shop' }, 0.9], ['inbox:chat_csat_satisfied_per_responses:ratio_increase7d', { inbox: 'site' }, 0.5],
  ['inbox:chat_csat_goal:ratio', { inbox: 'shop' }, 0.85], ['inbox:chat_csat_goal:ratio', { inbox: 'site' }, 0.85], ['inbox:chat_message_failure_limit:ratio', { inbox: 'shop' }, 0.05],
  ['up', EXPORTER, 1], ['scrape_duration_seconds', EXPORTER, 0.02], ['scrape_samples_post_metric_relabeling', EXPORTER, 4_000],
  ['process_resident_memory_bytes', EXPORTER, 2e8], ['process_cpu_seconds_total', EXPORTER, 60], ['nodejs_eventloop_lag_p99_seconds', EXPORTER, 0.01], ['nodejs_heap_size_used_bytes', EXPORTER, 1e8],
  ['prometheus_rule_evaluation_failures_total', PROMETHEUS, 0], ['prometheus_notifications_errors_total', PROMETHEUS, 0], ['prometheus_notifications_dropped_total', PROMETHEUS, 0],
  ['ALERTS', { alertname: 'CustomersWaiting', alertstate: 'firing', severity: 'critical', inbox: 'shop' }, 1],
  ['ALERTS_FOR_STATE', { alertname: 'CustomersWaiting', severity: 'critical', inbox: 'shop' }, NOW - 600],
];

function labelSets(metric: (typeof METRICS)[number]): readonly Labels[] {
  const configured = combinations(metric, UNIVERSE);
  if (configured.length > 0) return configured;
  return gaugeSets(Object.keys(metric.labels)).map((labels) => ({ ...Object.fromEntries(Object.keys(metric.labels).map((label) => [label, OPEN[label] ?? 'other'])), ...labels }));
}

/** Series of one process: the sources of the sample, every outcome, and two values of the other closed labels. */
function processSets({ labels }: Pick<ProcessMetric, 'labels'>): readonly Labels[] {
  const valuesOf = (label: string, values: readonly string[] | object): readonly string[] => {
    if (label === 'source') return UNIVERSE.sources;
    if (!Array.isArray(values)) return [OPEN[label] ?? 'other'];
    return label === 'outcome' ? values as readonly string[] : (values as readonly string[]).slice(0, 2); // labels are lists of words or caps
  };
  return Object.entries(labels).reduce<readonly Labels[]>((sets, [label, values]) => sets.flatMap((set) => valuesOf(label, values).map((value) => ({ ...set, [label]: value }))), [EXPORTER]);
}

/** Places and sources for the labels that have them, one value for the rest. */
function gaugeSets(names: readonly string[]): readonly Labels[] {
  const open = Object.fromEntries(names.flatMap((name) => (name in OPEN ? [[name, OPEN[name]!]] : [])));
  return placesOf(names).map((labels) => ({ ...open, ...labels }));
}

function placesOf(names: readonly string[]): readonly Labels[] {
  if (names.includes('channel')) return PLACES.map(({ channel, inbox }) => ({ channel, inbox }));
  const bases: readonly Labels[] = names.includes('inbox') ? PLACES.map(({ inbox }) => ({ inbox })) : names.includes('source') ? UNIVERSE.sources.map((source) => ({ source })) : [{}];
  return names.includes('sla') ? bases.flatMap((base) => ['first_response', 'resolution'].map((sla) => ({ sla, ...base }))) : bases;
}
