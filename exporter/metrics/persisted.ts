import { setImmediate as nextTurn } from 'node:timers/promises';
import { combinations } from './combinations.ts';
import type { Universe } from './combinations.ts';
import { Family } from './family.ts';
import { labelText, parseKey } from './key.ts';
import type { Gauge, Metric } from './metric.ts';
import type { Exemplar } from './series.ts';
import type { Slots } from './slots.ts';

/** What the series are made of. */
export interface PersistedOptions {
  readonly metrics: readonly Metric[];
  readonly gauges: readonly Gauge[];
  /** Where label values beyond a cap become `other`. */
  readonly slots: Slots;
  /** On every line, before the metric's own labels: the cluster's `instance`. */
  readonly constantLabels?: Readonly<Record<string, string>>;
  /** How long a rendered text serves further scrapes, in milliseconds. Default 1000. */
  readonly cacheMs?: number;
}

/** One series of a gauge. */
export interface GaugeRow { readonly labels: Readonly<Record<string, string>>; readonly value: number }

/** Lines between two turns of the event loop: well under a millisecond of work. */
const SLICE = 1_000;

/**
 * The cluster's totals and gauges, mirrored in memory so that a scrape never runs SQL, and their OpenMetrics text. prom-client
 * renders 10,000 series in one block of 20 to 30 ms; this keeps each line's prefix and yields every 1000 lines.
 */
export class PersistedSeries {
  readonly #slots: Slots;
  readonly #cacheMs: number;
  readonly #metrics: readonly Metric[];
  readonly #families: ReadonlyMap<string, Family>;
  /** Raised by `clear`, so that a rendering in flight is not served. */
  #generation = 0;
  #rendering: Promise<readonly Buffer[]> | undefined;
  #hidden = false;

  constructor({ metrics, gauges, slots, constantLabels = {}, cacheMs = 1_000 }: PersistedOptions) {
    const constant = labelText(Object.keys(constantLabels), constantLabels);
    this.#slots = slots;
    this.#cacheMs = cacheMs;
    this.#metrics = metrics;
    this.#families = new Map([...metrics, ...gauges].map((definition) => [definition.name, new Family(definition, constant)]));
  }

  /** Brings every configured series into being, at 0 unless it has a value already. */
  declare(universe: Universe): void {
    for (const metric of this.#metrics) {
      const family = this.#families.get(metric.name);
      for (const labels of combinations(metric, universe)) family?.series(labelText(family.labels, this.#capped(labels)));
    }
  }

  /** The total of a key as `project.ts` makes them. Keys of metrics that no longer exist are passed over. */
  set(key: string, value: number): void {
    const parsed = parseKey(key);
    if (parsed !== undefined) this.#families.get(parsed.name)?.set(parsed, value);
  }

  /** Raises a total that only this process counts, such as runs of rollups. */
  add(key: string, by: number): void {
    const parsed = parseKey(key);
    if (parsed !== undefined) this.#families.get(parsed.name)?.add(parsed, by);
  }

  /** The latest observation of a bucket that has a trace. */
  setExemplar(bucketKey: string, exemplar: Exemplar): void {
    const parsed = parseKey(bucketKey);
    if (parsed !== undefined) this.#families.get(parsed.name)?.setExemplar(parsed, exemplar);
  }

  /** Replaces all rows of a gauge: what is not among them vanishes. @throws RangeError when there is no such gauge */
  setGauges(name: string, rows: readonly GaugeRow[]): void {
    this.#gauge(name).replace(rows.map(({ labels, value }) => ({ labels: this.#capped(labels), value })));
  }

  /** Sets one row of a gauge and leaves the others. @throws RangeError when there is no such gauge */
  setGauge(name: string, labels: Readonly<Record<string, string>>, value: number): void {
    const gauge = this.#gauge(name);
    gauge.set({ name, labels: labelText(gauge.labels, this.#capped(labels)), part: undefined }, value);
  }

  /** Whether scrapes see anything; what is hidden is kept. */
  show(visible: boolean): void {
    this.#hidden = !visible;
  }

  /** Forgets everything: another process serves the cluster's series now. */
  clear(): void {
    this.#generation++;
    this.#rendering = undefined;
    for (const family of this.#families.values()) family.clear();
  }

  /**
   * OpenMetrics text in UTF-8 without `# EOF`, in slices of whole lines; none when there are no series. Encoded slice by slice: one
   * string of five megabytes would be copied and encoded in one block. Concurrent scrapes share one rendering.
   */
  slices(): Promise<readonly Buffer[]> {
    if (this.#hidden) return Promise.resolve([]);
    if (this.#rendering !== undefined) return this.#rendering;
    const rendering = this.#renderOnce();
    const expire = (): void => {
      if (this.#rendering === rendering) this.#rendering = undefined;
    };
    const done = (): void => {
      if (this.#cacheMs > 0) setTimeout(expire, this.#cacheMs).unref();
      else expire();
    };
    rendering.then(done, expire);
    return (this.#rendering = rendering);
  }

  /** The slices as one text. */
  async render(): Promise<string> {
    return Buffer.concat(await this.slices()).toString();
  }

  async #renderOnce(): Promise<readonly Buffer[]> {
    const generation = this.#generation;
    const slices: Buffer[] = [];
    let slice = '';
    let lines = 0;
    for (const family of this.#families.values()) {
      for (const part of family.parts()) {
        slice += part.text;
        lines += part.lines;
        if (lines < SLICE) continue;
        slices.push(Buffer.from(slice));
        slice = '';
        lines = 0;
        await nextTurn();
      }
    }
    slices.push(Buffer.from(slice));
    return generation === this.#generation ? slices : [];
  }

  #gauge(name: string): Family {
    const family = this.#families.get(name);
    if (family?.type !== 'gauge') throw new RangeError(`no gauge ${name}`);
    return family;
  }

  #capped(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    // A value without a slot is not beyond the cap, so it may stand for itself until it has one.
    return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, this.#slots.resolve(name, value) ?? value]));
  }
}
