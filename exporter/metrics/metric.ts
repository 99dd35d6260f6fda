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

/** What a metric can count. */
export type FactType = Fact['type'];
export type FactOf<T extends FactType> = Extract<Fact, { readonly type: T }>;

/** A persisted series: data plus at most one projection. Its totals live in Postgres, so it survives restarts and replicas. */
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
  /** Which combinations of closed labels can occur at all; the others do not exist at 0. Absent: every one. */
  reachable?(labels: Readonly<Record<L, string>>): boolean;
  /** The facts it is projected from. Absent: not a fact but something the store counts itself (`counts.ts`). */
  readonly on?: FactType;
  /** What one fact of type `on` adds, or nothing. Pure. */
  from?(fact: Fact): Sample<L> | undefined;
}

/** A gauge computed from stored state; read by name from what `store/live.ts` or a rollup returned. */
export interface Gauge<L extends string = string> {
  readonly type: 'gauge';
  readonly name: string;
  readonly help: string;
  readonly labels: readonly L[];
  /** How rows become one when a label cap maps them to the same series. Absent: `sum`. */
  readonly merge?: 'sum' | 'max' | 'min';
}

/** A metric made of facts of one type; `from` sees only those. */
export interface Projected<T extends FactType, L extends string> extends Omit<Metric<L>, 'on' | 'from'> {
  readonly on: T;
  from(fact: FactOf<T>): Sample<L> | undefined;
}

/** Lets the compiler check a projection against its fact type and its labels. */
export function projected<T extends FactType, L extends string>(metric: Projected<T, L>): Metric {
  return metric;
}

/** An increment of 1. */
export const one = <L extends string>(labels: Readonly<Record<L, string>>): Sample<L> => ({ value: 1, labels });
