/**
 * Names of totals in Postgres: `name{label="value",…}` as in the exposition, followed in histograms by `|<upper bound>` for the
 * bucket an observation falls into (not cumulative) or by `|sum`. Stable across versions; opaque to everybody else.
 */

/** Longer label values are cut: a series name is no place for a provider's prose. */
const MAX_LENGTH = 100;

const UNWANTED = /[\u0000-\u001f\u007f]/g;

/** A value fit for a label and for Postgres: well-formed, without control characters, at most 100 characters, never empty. */
export function tidyLabel(value: string): string {
  const tidy = value.toWellFormed().replace(UNWANTED, '\uFFFD');
  return (tidy.length > MAX_LENGTH ? tidy.slice(0, MAX_LENGTH).toWellFormed() : tidy) || 'unknown';
}

/** Escapes a label value as both exposition formats ask. */
export function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/** `channel="sms",inbox="support"`, in the order of `names`. */
export function labelText(names: readonly string[], labels: Readonly<Record<string, string>>): string {
  return names.map((name) => `${name}="${escapeLabel(labels[name] ?? '')}"`).join(',');
}

/** Key of a counter, and the stem of a histogram's keys. */
export const seriesKey = (name: string, text: string): string => `${name}{${text}}`;

/** Key of the observations up to a bound, in one bucket and not in those below it. */
export const bucketKey = (series: string, upperBound: number): string => `${series}|${upperBound}`;
/** Key of the sum of observations. */
export const sumKey = (series: string): string => `${series}|sum`;

/** A key taken apart again. */
export interface ParsedKey {
  readonly name: string;
  /** Escaped labels, without braces. */
  readonly labels: string;
  /** Upper bound of a bucket, `sum`, or nothing for a counter. */
  readonly part: number | 'sum' | undefined;
}

/** The parts of a key; undefined when it is none. */
export function parseKey(key: string): ParsedKey | undefined {
  const open = key.indexOf('{');
  const close = key.lastIndexOf('}');
  if (open <= 0 || close < open) return undefined;
  const rest = key.slice(close + 1);
  const part = rest === '' ? undefined : rest === '|sum' ? 'sum' : Number(rest.slice(1));
  return { name: key.slice(0, open), labels: key.slice(open + 1, close), part };
}
