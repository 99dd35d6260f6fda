import { GAUGES, METRICS } from '../../exporter/metrics/index.ts';
import { PROCESS_METRICS } from '../../exporter/metrics/process-definitions.ts';
import { ROLLUPS } from '../../exporter/rollups/index.ts';

/** Every series a panel may name, with its labels; `[…]` are all values a label can have. */
export interface KnownMetric { readonly type: 'counter' | 'gauge' | 'histogram'; readonly labels: Readonly<Record<string, readonly string[] | 'open'>> }

const gauge = (labels: KnownMetric['labels']): KnownMetric => ({ type: 'gauge', labels });
const TARGET = { job: 'open', instance: 'open' } as const;
const ofTarget = (labels: KnownMetric['labels'] = {}): KnownMetric => gauge({ ...TARGET, ...labels });
const counted = (labels: KnownMetric['labels'] = {}): KnownMetric => ({ type: 'counter', labels: { ...TARGET, ...labels } });

/** The exporter's own definitions. */
const EXPORTER: Readonly<Record<string, KnownMetric>> = Object.fromEntries([
  ...METRICS.map(({ name, type, labels }) => [name, { type, labels: Object.fromEntries(Object.entries(labels).map(([label, values]) => [label, 'max' in values ? 'open' : values])) }] as const),
  ...PROCESS_METRICS.map(({ name, type, labels }) => [name, { type, labels: { ...TARGET, ...Object.fromEntries(Object.entries(labels).map(([label, values]) => [label, 'max' in values ? 'open' as const : values])) } }] as const),
  ...[...GAUGES, ...ROLLUPS.flatMap(({ gauges }) => gauges)].map(({ name, type, labels }) => [name, { type, labels: Object.fromEntries(labels.map((label) => [label, 'open'] as const)) }] as const),
]);

/** What Prometheus itself, its recording rules and the process add. Alerts carry the labels of their rules. */
const SURROUNDINGS: Readonly<Record<string, KnownMetric>> = {
  'inbox:chat_csat_responses:increase7d': gauge({ inbox: 'open' }), 'inbox:chat_csat_satisfied_per_responses:ratio_increase7d': gauge({ inbox: 'open' }),
  'inbox:chat_csat_goal:ratio': gauge({ inbox: 'open' }), 'inbox:chat_message_failure_limit:ratio': gauge({ inbox: 'open' }), 'cluster:chat_utilisation_limit:ratio': gauge({}),
  'inbox_sla_result:chat_sla_results:rate5m': gauge({ inbox: 'open', sla: ['first_response', 'resolution'], result: ['met', 'missed'] }),
  up: ofTarget(),
  ALERTS: gauge({ alertname: 'open', alertstate: ['firing', 'pending'], severity: ['critical', 'warning', 'info', 'none'], inbox: 'open', channel: 'open', source: 'open' }),
  ALERTS_FOR_STATE: gauge({ alertname: 'open', severity: ['critical', 'warning', 'info', 'none'], inbox: 'open', channel: 'open', source: 'open' }),
  process_start_time_seconds: ofTarget(), process_resident_memory_bytes: ofTarget(), process_cpu_seconds_total: counted(),
  nodejs_eventloop_lag_p99_seconds: ofTarget(), nodejs_heap_size_used_bytes: ofTarget(),
  scrape_duration_seconds: ofTarget(), scrape_samples_post_metric_relabeling: ofTarget(),
  prometheus_rule_evaluation_failures_total: counted({ rule_group: 'open' }), prometheus_notifications_errors_total: counted({ alertmanager: 'open' }), prometheus_notifications_dropped_total: counted(),
  alertmanager_notifications_failed_total: counted({ integration: 'open' }),
};

export const KNOWN_METRICS: Readonly<Record<string, KnownMetric>> = { ...EXPORTER, ...SURROUNDINGS };
