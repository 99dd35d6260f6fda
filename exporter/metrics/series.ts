/** Exposition text of single series. The part before the value never changes, so it is built once. */

/** An observation that points to its trace. */
export interface Exemplar {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  readonly value: number;
  /** Epoch milliseconds UTC. */
  readonly at: number;
}

/** A number as both formats write it. */
function numberText(value: number): string {
  return value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : String(value);
}

/** A counter or a gauge: one line. */
export class ValueSeries {
  readonly lines = 1;
  readonly #prefix: string;
  value = 0;

  constructor(name: string, labels: string) {
    this.#prefix = labels === '' ? `${name} ` : `${name}{${labels}} `;
  }

  text(): string {
    return `${this.#prefix}${numberText(this.value)}\n`;
  }
}

/** A histogram: cumulative buckets, sum and count, from counts that are not cumulative. */
export class HistogramSeries {
  readonly lines: number;
  readonly #bounds: readonly number[];
  readonly #prefixes: readonly string[];
  readonly #sumPrefix: string;
  readonly #countPrefix: string;
  readonly #counts: Float64Array;
  readonly #exemplars: (string | undefined)[] = [];
  /** Counts of buckets that an older version had: they belong to the next wider one. */
  readonly #foreign = new Map<number, number>();
  #sum = 0;
  /** Kept until something changes: most histograms rest between two scrapes. */
  #text: string | undefined;

  /** `bounds` without +Inf. */
  constructor(name: string, labels: string, bounds: readonly number[]) {
    const comma = labels === '' ? '' : ',';
    const braces = labels === '' ? '' : `{${labels}}`;
    this.#bounds = bounds;
    this.#prefixes = [...bounds, Infinity].map((bound) => `${name}_bucket{${labels}${comma}le="${numberText(bound)}"} `);
    this.#sumPrefix = `${name}_sum${braces} `;
    this.#countPrefix = `${name}_count${braces} `;
    this.#counts = new Float64Array(this.#prefixes.length);
    this.lines = this.#prefixes.length + 2;
  }

  /** Observations in the bucket with this upper bound, Infinity for the last. */
  setCount(upperBound: number, count: number): void {
    const index = this.#bounds.indexOf(upperBound);
    if (index === -1 && upperBound !== Infinity) this.#foreign.set(upperBound, count);
    else this.#counts[index === -1 ? this.#bounds.length : index] = count;
    this.#text = undefined;
  }

  setSum(sum: number): void {
    if (this.#sum === sum) return;
    this.#sum = sum;
    this.#text = undefined;
  }

  setExemplar(upperBound: number, { traceId, value, at }: Exemplar): void {
    this.#exemplars[this.#holding(upperBound)] = ` # {trace_id="${traceId}"} ${numberText(value)} ${(at / 1000).toFixed(3)}\n`;
    this.#text = undefined;
  }

  text(): string {
    return (this.#text ??= this.#render());
  }

  #holding(value: number): number {
    const index = this.#bounds.findIndex((bound) => value <= bound);
    return index === -1 ? this.#bounds.length : index;
  }

  #render(): string {
    const counts = this.#foreign.size === 0 ? this.#counts : this.#withForeign();
    const text: string[] = [];
    let total = 0;
    for (let i = 0; i < this.#prefixes.length; i++) {
      total += counts[i] as number; // counts, prefixes and bounds run in parallel
      text.push(this.#prefixes[i] as string, String(total), this.#exemplars[i] ?? '\n');
    }
    text.push(this.#sumPrefix, numberText(this.#sum), '\n', this.#countPrefix, String(total), '\n');
    return text.join('');
  }

  #withForeign(): Float64Array {
    const counts = this.#counts.slice();
    for (const [bound, count] of this.#foreign) {
      const index = this.#holding(bound);
      counts[index] = (counts[index] as number) + count; // `holding` is an index of `counts`
    }
    return counts;
  }
}
