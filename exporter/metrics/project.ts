import type { Fact } from '../core/fact.ts';
import { tidyLabel } from './key.ts';
import { Keyring } from './keyring.ts';
import type { SeriesKeys } from './keyring.ts';
import type { FactType, Metric } from './metric.ts';
import type { Slot, Slots } from './slots.ts';

/** Increments by key, to be added to the totals in Postgres. */
export type Increments = Map<string, number>;

/** Told of each observation whose metric carries exemplars: the key of its bucket and the value. */
export type OnObservation = (key: string, value: number) => void;

/** Turns facts into increments of totals. */
export interface Projector {
  /** Adds what one fact counts. */
  add(fact: Fact, into: Increments, onObservation?: OnObservation): void;
  /** Adds one sample to a metric by its full name. @throws RangeError when there is no such metric */
  sample(name: string, labels: Readonly<Record<string, string>>, value: number, into: Increments): void;
  /**
   * Label values met since the last call that have no slot yet. When there are any, what was added is incomplete: claim them,
   * `slots.accept` the answers, and project the whole batch again into an empty map.
   */
  missing(): readonly Slot[];
}

/** Turns facts into increments of persisted totals. Metrics are looked up by fact type, keys by label values: both made once. */
export function createProjector(metrics: readonly Metric[], slots: Slots): Projector {
  const missing = new Map<string, Slot>();
  const report = (label: string, raw: string): void => {
    const value = tidyLabel(raw);
    missing.set(`${label}=${value}`, { label, value });
  };
  const byName = new Map(metrics.map((metric) => [metric.name, new Keyring(metric, slots, report)]));
  const byType = new Map<FactType, Keyring[]>();
  for (const keyring of byName.values()) {
    const type = keyring.metric.on;
    if (type !== undefined) byType.set(type, [...(byType.get(type) ?? []), keyring]);
  }

  return {
    add(fact, into, onObservation) {
      const keyrings = byType.get(fact.type);
      if (keyrings === undefined) return;
      for (const keyring of keyrings) {
        const sample = keyring.metric.from?.(fact);
        if (sample === undefined) continue;
        const key = count(keyring, sample.labels, sample.value, into);
        if (key !== undefined && keyring.metric.exemplars === true) onObservation?.(key, sample.value);
      }
    },
    sample(name, labels, value, into) {
      const keyring = byName.get(name);
      if (keyring === undefined) throw new RangeError(`no metric ${name}`);
      count(keyring, labels, value, into);
    },
    missing() {
      const found = [...missing.values()];
      missing.clear();
      return found;
    },
  };
}

/** Returns the key that was raised: for histograms that of the bucket. */
function count(keyring: Keyring, labels: Readonly<Record<string, string>>, value: number, into: Increments): string | undefined {
  // One NaN in a total could never be subtracted again.
  if (!Number.isFinite(value)) return undefined;
  const keys = keyring.find(labels);
  if (keys === undefined) return undefined;
  const { buckets } = keyring.metric;
  if (buckets === undefined) {
    raise(into, keys.key, value);
    return keys.key;
  }
  const key = bucketOf(keys, buckets, value);
  raise(into, key, 1);
  raise(into, keys.sum, value);
  return key;
}

function bucketOf(keys: SeriesKeys, bounds: readonly number[], value: number): string {
  let i = 0;
  while (i < bounds.length && value > (bounds[i] as number)) i++; // i is within the array
  return keys.buckets[i] as string; // one key more than bounds, for +Inf
}

function raise(into: Increments, key: string, by: number): void {
  into.set(key, (into.get(key) ?? 0) + by);
}
