import type { Fact } from '../core/fact.ts';

/**
 * Values a label may take. A closed set exists at 0 from the first scrape; an open one is capped at `max` values, the rest
 * becomes `other`.
 */
export type LabelValues = readonly string[] | { readonly max: number };

/** One fact's contribution to one series. */
export interface Sample<L extends string = string> {
  /** Counters: the increment. Histograms: the observation, in the unit of the name. */
  readonly value: number;
  readonly labels: Readonly<Record<L, string>>;
}

/** A persisted KPI series: data plus one projection. Its totals live in Postgres, so it survives restarts and replicas. */
export interface Metric<L extends string = string> {
  readonly type: 'counter' | 'histogram';
  /** Full name; counters end in `_total`. */
  readonly name: string;
  /** One sentence a stranger understands. */
  readonly help: string;
  readonly labels: Readonly<Record<L, LabelValues>>;
  /** Upper bounds of histograms, ascending, without +Inf. */
  readonly buckets?: readonly number[];
  /** Whether observations may carry the trace of their episode. */
  readonly exemplars?: boolean;
  /** What this fact adds, or nothing. Pure. */
  readonly from: (fact: Fact) => Sample<L> | undefined;
}

/** A gauge computed from stored state; read by name from what `store/live.ts` or a rollup returned. */
export interface Gauge<L extends string = string> {
  readonly type: 'gauge';
  readonly name: string;
  readonly help: string;
  readonly labels: readonly L[];
}
