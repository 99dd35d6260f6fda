import { GAUGES, METRICS } from '../../exporter/metrics/index.ts';
import { ROLLUPS } from '../../exporter/rollups/index.ts';

/** Every series a panel may name, with its labels; `[…]` are all values a label can have. */
export interface KnownMetric { readonly type: 'counter' | 'gauge' | 'histogram'; readonly labels: Readonly<Record<string, readonly string[] | 'open'>> }

const gauge = (labels: KnownMetric['labels']): KnownMetric => ({ type: 'gauge', labels });

/** The exporter's own definitions. */
const EXPORTER: Readonly<Record<string, KnownMetric>> = Object.fromEntries([
  ...METRICS.map(({ name, type, labels }) => [name, { type, labels: Object.fromEntries(Object.entries(labels).map(([label, values]) => [label, 'max' in values ? 'open' : values])) }] as const),
  ...[...GAUGES, ...ROLLUPS.flatMap(({ gauges }) => gauges)].map(({ name, type, labels }) => [name, { type, labels: Object.fromEntries(labels.map((label) => [label, 'open'] as const)) }] as const),
]);

/** What Prometheus itself and the process add. Alerts carry the labels of their rules. */
const SURROUNDINGS: Readonly<Record<string, KnownMetric>> = {
  up: gauge({ job: 'open', instance: 'open' }),
  ALERTS: gauge({ alertname: 'open', alertstate: ['firing', 'pending'], severity: ['critical', 'warning', 'info', 'none'], inbox: 'open', channel: 'open', source: 'open' }),
  ALERTS_FOR_STATE: gauge({ alertname: 'open', severity: ['critical', 'warning', 'info', 'none'], inbox: 'open', channel: 'open', source: 'open' }),
  process_start_time_seconds: gauge({ job: 'open', instance: 'open' }),
};

export const KNOWN_METRICS: Readonly<Record<string, KnownMetric>> = { ...EXPORTER, ...SURROUNDINGS };
