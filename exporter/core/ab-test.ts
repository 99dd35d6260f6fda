/** Two variants compared (H7): two-proportion z test with pooled variance, two-sided. */

export interface Arm { readonly contacts: number; readonly successes: number }

/** What can be said of variant B against variant A. */
export interface Comparison {
  /** rate B / rate A − 1; null when A has no success or nobody. */
  readonly lift: number | null;
  readonly z: number | null;
  readonly pValue: number | null;
  /** Null: too few customers to say. */
  readonly verdict: 'significant' | 'not significant' | null;
}

/** Below this in either arm no verdict is given: one customer would turn it. */
const LEAST = 100;
const LEVEL = 0.05;

/** Compares two variants; figures that cannot be computed are null, never NaN. */
export function compare(a: Arm, b: Arm): Comparison {
  const [rateA, rateB] = [a.successes / a.contacts, b.successes / b.contacts]; // NaN without customers
  const pooled = (a.successes + b.successes) / (a.contacts + b.contacts);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / a.contacts + 1 / b.contacts));
  const z = error > 0 && Number.isFinite(error) ? (rateB - rateA) / error : null;
  const pValue = z === null ? null : complementaryError(Math.abs(z) / Math.SQRT2);
  const verdict = a.contacts < LEAST || b.contacts < LEAST || pValue === null ? null : pValue < LEVEL ? 'significant' : 'not significant';
  return { lift: rateA > 0 ? rateB / rateA - 1 : null, z, pValue, verdict };
}

/**
 * erfc(x) for x ≥ 0: Maclaurin series of erf below 3, continued fraction above. Good to 12 digits, where approximations by a few constants
 * give 7 and Postgres has none before version 16.
 */
function complementaryError(x: number): number {
  if (x < 3) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= -(x * x) / n;
      sum += term / (2 * n + 1);
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (x + fraction);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}
