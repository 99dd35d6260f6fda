import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { PROCESS_METRICS } from './process-definitions.ts';
import type { ProcessMetric, ProcessMetricName } from './process-definitions.ts';

type Labels = Readonly<Record<string, string>>;

/** prom-client exports these gauges under names of counters. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'] as const;

/**
 * prom-client behind the names of `PROCESS_METRICS`. A registry of its own, rendered as OpenMetrics only: that rendering renames
 * counters in place, so a classic registry that shared them would print wrong names. Classic text is derived (`exposition.ts`).
 */
export class ProcessRegistry {
  readonly #registry = new Registry();
  readonly #counters = new Map<string, Counter>();
  readonly #gauges = new Map<string, Gauge>();
  readonly #histograms = new Map<string, Histogram>();

  constructor() {
    this.#registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as typeof Registry.PROMETHEUS_CONTENT_TYPE); // the type binds the first one
    collectDefaultMetrics({ register: this.#registry });
    for (const name of MISNAMED) this.#registry.removeSingleMetric(name);
    for (const definition of PROCESS_METRICS) this.#create(definition);
  }

  inc(name: ProcessMetricName, labels: Labels, by: number): void {
    this.#counters.get(name)?.inc(labels, by);
  }

  set(name: ProcessMetricName, labels: Labels, value: number): void {
    this.#gauges.get(name)?.set(labels, value);
  }

  observe(name: ProcessMetricName, labels: Labels, value: number): void {
    this.#histograms.get(name)?.observe(labels, value);
  }

  /** Makes a histogram's series exist before its first observation. */
  zero(name: ProcessMetricName, labels: Labels): void {
    this.#histograms.get(name)?.zero(labels);
  }

  render(): Promise<string> {
    return this.#registry.metrics();
  }

  #create({ type, name, help, labels, buckets = [] }: ProcessMetric): void {
    const common = { name, help, labelNames: Object.keys(labels), registers: [this.#registry] };
    if (type === 'counter') this.#counters.set(name, new Counter(common));
    else if (type === 'gauge') this.#gauges.set(name, new Gauge(common));
    else this.#histograms.set(name, new Histogram({ ...common, buckets: [...buckets] }));
  }
}
