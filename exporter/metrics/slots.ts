import type { Metric } from './metric.ts';
import { tidyLabel } from './key.ts';

/** Where values beyond a label's cap go. */
export const OTHER = 'other';

/** A value of an open label, as stored in `label_slot`. */
export interface Slot { readonly label: string; readonly value: string }

/**
 * Which values of open labels have series of their own. Postgres decides, first come first served for the whole cluster; this is
 * its view in memory. A slot is never taken back, so a label that is full stays full.
 */
export interface Slots {
  /** The value to export: itself, `other` when the label is full, undefined when nobody has claimed it yet. */
  resolve(label: string, value: string): string | undefined;
  /** Whether the label is open, i.e. needs slots. */
  has(label: string): boolean;
  /** Most values the label may have; 0 for closed labels. */
  cap(label: string): number;
  /** Takes over what other processes claimed. */
  load(rows: Iterable<Slot>): void;
  /** The answer to one claim; not granted means that the label is full. */
  accept(label: string, value: string, granted: boolean): void;
}

interface Taken { readonly max: number; readonly values: Set<string>; full: boolean }

/** @throws RangeError when two metrics give one label different caps: it has one set of slots */
export function createSlots(metrics: readonly Metric[]): Slots {
  const labels = new Map<string, Taken>();
  for (const [label, max] of metrics.flatMap(caps)) {
    if ((labels.get(label)?.max ?? max) !== max) throw new RangeError(`label ${label} has two caps`);
    labels.set(label, { max, values: new Set(), full: false });
  }

  const accept: Slots['accept'] = (label, value, granted) => {
    const taken = labels.get(label);
    if (taken === undefined) return;
    if (granted) taken.values.add(value);
    taken.full ||= !granted || taken.values.size >= taken.max;
  };
  return {
    resolve(label, value) {
      const taken = labels.get(label);
      if (taken === undefined || value === OTHER || taken.values.has(value)) return value;
      const tidy = tidyLabel(value);
      if (tidy !== value && (tidy === OTHER || taken.values.has(tidy))) return tidy;
      return taken.full ? OTHER : undefined;
    },
    has: (label) => labels.has(label),
    cap: (label) => labels.get(label)?.max ?? 0,
    load(rows) {
      for (const { label, value } of rows) accept(label, value, true);
    },
    accept,
  };
}

function caps(metric: Metric): readonly (readonly [label: string, max: number])[] {
  return Object.entries(metric.labels).flatMap(([label, values]) => ('max' in values ? [[label, values.max] as const] : []));
}
