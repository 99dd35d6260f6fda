import { GAUGES, METRICS } from '../../exporter/metrics/index.ts';
import { PROCESS_METRICS } from '../../exporter/metrics/process-definitions.ts';

/** What a rule may know about a series. Labels: closed set of values, or undefined where it is open. */
export interface KnownMetric {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: Readonly<Record<string, readonly string[] | undefined>>;
}

/** Every series that rules may name: the exporter's own definitions, and what Prometheus and the process add. */
export const knownMetrics: ReadonlyMap<string, KnownMetric> = new Map<string, KnownMetric>([
  ...[...METRICS, ...PROCESS_METRICS].map(({ name, type, labels }): [string, KnownMetric] => [name, { type, labels: valuesOf(labels) }]),
  ...GAUGES.map(({ name, labels }): [string, KnownMetric] => [name, { type: 'gauge', labels: Object.fromEntries(labels.map((label) => [label, undefined])) }]),
  ['up', { type: 'gauge', labels: {} }],
  ['process_start_time_seconds', { type: 'gauge', labels: {} }],
]);

/** Labels that Prometheus attaches to everything it scrapes. */
export const targetLabels: ReadonlySet<string> = new Set(['job', 'instance']);

function valuesOf(labels: Readonly<Record<string, readonly string[] | { readonly max: number }>>): KnownMetric['labels'] {
  return Object.fromEntries(Object.entries(labels).map(([label, values]) => [label, 'max' in values ? undefined : values]));
}
