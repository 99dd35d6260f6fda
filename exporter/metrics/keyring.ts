import { bucketKey, labelText, seriesKey, sumKey } from './key.ts';
import type { Metric } from './metric.ts';
import type { Slots } from './slots.ts';

/** Keys of one series. */
export interface SeriesKeys {
  /** Counters: the key. Histograms: the stem. */
  readonly key: string;
  /** Histograms: one key per bucket, the last for +Inf; empty for counters. */
  readonly buckets: readonly string[];
  readonly sum: string;
}

type Node = Map<string, Node | SeriesKeys>;

/**
 * The keys of one metric, made once per label combination and found again by walking a map per label: no text is built for a
 * series that is known. Open labels are resolved first, so that values beyond a cap cost no memory.
 */
export class Keyring {
  readonly metric: Metric;
  readonly #slots: Slots;
  readonly #missing: (label: string, value: string) => void;
  readonly #names: readonly string[];
  readonly #open: readonly boolean[];
  readonly #root: Node = new Map();

  constructor(metric: Metric, slots: Slots, missing: (label: string, value: string) => void) {
    this.metric = metric;
    this.#slots = slots;
    this.#missing = missing;
    this.#names = Object.keys(metric.labels);
    this.#open = this.#names.map((name) => slots.has(name));
  }

  /** Undefined when a label value has no slot yet; it was reported as missing. */
  find(labels: Readonly<Record<string, string>>): SeriesKeys | undefined {
    let node = this.#root;
    const last = this.#names.length - 1;
    for (let i = 0; i <= last; i++) {
      const name = this.#names[i] as string; // i is within the array
      const given = labels[name] as string; // the type of `from` demands every label
      const value = this.#open[i] ? this.#resolve(name, given) : given;
      if (value === undefined) return undefined;
      const found = node.get(value);
      if (found === undefined) return this.#create(labels);
      if (i === last) return found as SeriesKeys; // leaves are at the depth of the last label
      node = found as Node;
    }
    return this.#create(labels);
  }

  #resolve(label: string, value: string): string | undefined {
    const resolved = this.#slots.resolve(label, value);
    if (resolved === undefined) this.#missing(label, value);
    return resolved;
  }

  #create(labels: Readonly<Record<string, string>>): SeriesKeys | undefined {
    const resolved: Record<string, string> = {};
    for (const [i, name] of this.#names.entries()) {
      const given = labels[name] as string; // see above
      const value = this.#open[i] ? this.#resolve(name, given) : given;
      if (value === undefined) return undefined;
      resolved[name] = value;
    }
    const keys = keysOf(this.metric, resolved);
    let node = this.#root;
    for (const [i, name] of this.#names.entries()) {
      const value = resolved[name] as string; // filled above
      if (i === this.#names.length - 1) node.set(value, keys);
      else node = (node.get(value) ?? node.set(value, new Map()).get(value)) as Node; // inner levels hold maps only
    }
    return keys;
  }
}

/** The keys of a series with these (resolved) labels. */
export function keysOf(metric: Metric, labels: Readonly<Record<string, string>>): SeriesKeys {
  const key = seriesKey(metric.name, labelText(Object.keys(metric.labels), labels));
  const bounds = metric.buckets === undefined ? [] : [...metric.buckets, Infinity];
  return { key, buckets: bounds.map((bound) => bucketKey(key, bound)), sum: sumKey(key) };
}
