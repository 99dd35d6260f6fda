import { GAUGES, METRICS } from '../../exporter/metrics/index.ts';
import { PROCESS_METRICS } from '../../exporter/metrics/process-definitions.ts';
import { ROLLUPS } from '../../exporter/rollups/index.ts';

/** What a rule may know about a series. Labels: closed set of values, or undefined where it is open. */
export interface KnownMetric {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: Readonly<Record<string, readonly string[] | undefined>>;
}

/** What Prometheus and Alertmanager say of themselves, as far as rules read it; a test asks the real programs for them. */
export const STACK_METRICS: readonly (readonly [name: string, KnownMetric])[] = [
  ['prometheus_rule_evaluation_failures_total', { type: 'counter', labels: { rule_group: undefined } }],
  ['prometheus_notifications_alertmanagers_discovered', { type: 'gauge', labels: {} }],
  ['prometheus_notifications_errors_total', { type: 'counter', labels: { alertmanager: undefined } }],
  ['prometheus_notifications_dropped_total', { type: 'counter', labels: {} }],
  ['alertmanager_notifications_total', { type: 'counter', labels: { integration: undefined } }],
  ['alertmanager_notifications_failed_total', { type: 'counter', labels: { integration: undefined } }],
];

/** Every series that rules may name: the exporter's own definitions, and what Prometheus and the process add. */
export const knownMetrics: ReadonlyMap<string, KnownMetric> = new Map<string, KnownMetric>([
  ...[...METRICS, ...PROCESS_METRICS].map(({ name, type, labels }): [string, KnownMetric] => [name, { type, labels: valuesOf(labels) }]),
  ...[...GAUGES, ...ROLLUPS.flatMap(({ gauges }) => gauges)].map(({ name, labels }): [string, KnownMetric] => [name, { type: 'gauge', labels: Object.fromEntries(labels.map((label) => [label, undefined])) }]),
  ...STACK_METRICS,
  ['up', { type: 'gauge', labels: {} }],
  ['scrape_samples_post_metric_relabeling', { type: 'gauge', labels: {} }],
  ['process_start_time_seconds', { type: 'gauge', labels: {} }],
]);

/** Labels that Prometheus attaches to everything it scrapes. */
export const targetLabels: ReadonlySet<string> = new Set(['job', 'instance']);

function valuesOf(labels: Readonly<Record<string, readonly string[] | { readonly max: number }>>): KnownMetric['labels'] {
  return Object.fromEntries(Object.entries(labels).map(([label, values]) => [label, 'max' in values ? undefined : values]));
}
