import { escapeLabel, labelText } from './key.ts';
import type { ParsedKey } from './key.ts';
import type { Gauge, Metric } from './metric.ts';
import { HistogramSeries, ValueSeries } from './series.ts';
import type { Exemplar } from './series.ts';

/** Some lines of the exposition. */
export interface Part { readonly text: string; readonly lines: number }

type Series = ValueSeries | HistogramSeries;

/** All series of one metric. */
export class Family {
  readonly type: 'counter' | 'histogram' | 'gauge';
  readonly labels: readonly string[];
  readonly #definition: Metric | Gauge;
  readonly #constant: string;
  readonly #head: Part;
  #series = new Map<string, Series>();

  /** `constant`: label text that comes first on every line, may be empty. */
  constructor(definition: Metric | Gauge, constant: string) {
    this.type = definition.type;
    this.labels = definition.type === 'gauge' ? definition.labels : Object.keys(definition.labels);
    this.#definition = definition;
    this.#constant = constant;
    // OpenMetrics names a counter without its suffix.
    const family = definition.type === 'counter' ? definition.name.replace(/_total$/, '') : definition.name;
    this.#head = { text: `# HELP ${family} ${escapeLabel(definition.help)}\n# TYPE ${family} ${definition.type}\n`, lines: 2 };
  }

  /** The series with these labels, made at 0 when it is new. */
  series(labels: string): Series {
    const known = this.#series.get(labels);
    if (known !== undefined) return known;
    const made = this.#make(labels);
    this.#series.set(labels, made);
    return made;
  }

  set({ labels, part }: ParsedKey, value: number): void {
    const series = this.series(labels);
    if (series instanceof ValueSeries) series.value = value;
    else if (part === 'sum') series.setSum(value);
    else if (part !== undefined) series.setCount(part, value);
  }

  /** Counters and gauges only. */
  add({ labels }: ParsedKey, by: number): void {
    const series = this.series(labels);
    if (series instanceof ValueSeries) series.value += by;
  }

  setExemplar({ labels, part }: ParsedKey, exemplar: Exemplar): void {
    const series = this.series(labels);
    if (series instanceof HistogramSeries && typeof part === 'number') series.setExemplar(part, exemplar);
  }

  /** Gauges: exactly these rows; rows of one label set are merged as the definition says. */
  replace(rows: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[]): void {
    const merged = new Map<string, number>();
    for (const { labels, value } of rows) {
      const text = labelText(this.labels, labels);
      const known = merged.get(text);
      merged.set(text, known === undefined ? value : this.#merge(known, value));
    }
    const kept = new Map<string, Series>();
    for (const [text, value] of merged) {
      const series = this.series(text);
      if (series instanceof ValueSeries) series.value = value;
      kept.set(text, series);
    }
    this.#series = kept;
  }

  clear(): void {
    this.#series = new Map();
  }

  /** Head and series one by one; nothing for a family without series. */
  * parts(): Generator<Part> {
    if (this.#series.size === 0) return;
    yield this.#head;
    for (const series of this.#series.values()) yield { text: series.text(), lines: series.lines };
  }

  #make(labels: string): Series {
    const { name } = this.#definition;
    const all = [this.#constant, labels].filter((text) => text !== '').join(',');
    return this.#definition.type === 'histogram' ? new HistogramSeries(name, all, this.#definition.buckets ?? []) : new ValueSeries(name, all);
  }

  #merge(a: number, b: number): number {
    const how = this.#definition.type === 'gauge' ? this.#definition.merge : undefined;
    return how === 'max' ? Math.max(a, b) : how === 'min' ? Math.min(a, b) : a + b;
  }
}
