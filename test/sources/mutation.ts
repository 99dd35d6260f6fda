import fc from 'fast-check';
import type { SourceAdapter } from '../../exporter/sources/source.ts';
import { decoded, encoded } from './codec.ts';
import { faultsOf } from './kinds.ts';
import { post } from './kits.ts';

/** The same bodies in every run; fast-check prints it, and the shrunk body, when one fails. Change it to look elsewhere. */
const SEED = 20_260_609;

/**
 * Values damaged in up to four places, or bytes changed, or the end cut off: `parse` returns sound events or throws SyntaxError.
 * Plain loops instead of a rich generator: 100,000 bodies have to take seconds.
 */
export function survivesMutation(source: SourceAdapter, body: Uint8Array, runs: number): void {
  const text = Buffer.from(body).toString();
  const place = fc.tuple(fc.nat(), fc.integer({ min: 0, max: VALUES.length + 2 }));
  const structural = fc.array(place, { minLength: 1, maxLength: 4 }).map((places) =>
    encoded(places.reduce((tree, [at, how]) => damage(tree, at, how), decoded(text)), text));
  const bytes = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }), fc.boolean()).map(([at, byte, cut]) => {
    const copy = Buffer.from(text);
    copy[at % copy.length] = byte;
    return cut ? copy.subarray(0, at % copy.length) : copy;
  });
  const mutants = fc.oneof({ weight: 3, arbitrary: structural }, { weight: 1, arbitrary: bytes });
  fc.assert(fc.property(mutants, (mutant) => check(source, mutant)), { numRuns: runs, seed: SEED });
}

function check(source: SourceAdapter, body: string | Uint8Array): void {
  let parsed;
  try {
    parsed = source.parse(post(body), { source: source.id });
  } catch (error) {
    if (error instanceof SyntaxError) return;
    throw error;
  }
  const faults = parsed.events.flatMap((event) => faultsOf(event, source.id));
  if (faults.length > 0) throw new Error(faults.join('; '));
}

/** What strangers put where something else belongs. */
const VALUES: readonly unknown[] = [
  null, true, 0, -1, 1.5, 1e308, 9_007_199_254_740_993, '', ' ', '0', '99999999999999999999', '-5', 'NaN', '1e99', '2026-02-31T25:00:00Z', '\u0000', '\ud800', 'a\nb',
  '__proto__', 'constructor', 'x'.repeat(3_000), [], [[]], [null], {}, { id: {} }, { __proto__: null, timestamp: [] }, '1781010000', 1_781_010_000, 1_781_010_000_000,
];

/** A copy with one value replaced, removed, doubled or given a dangerous neighbour. */
function damage(tree: unknown, at: number, how: number): unknown {
  const copy: unknown = structuredClone(tree);
  const spots = spotsOf(copy);
  const spot = spots[at % Math.max(1, spots.length)];
  if (!spot) return copy;
  const { holder, key } = spot;
  if (how < VALUES.length) holder[key] = VALUES[how];
  else if (how === VALUES.length) delete holder[key];
  else if (how === VALUES.length + 1) holder[key] = [holder[key], holder[key]];
  else Object.defineProperty(holder, '__proto__', { value: { id: 'x', type: 'text' }, enumerable: true, configurable: true, writable: true });
  return copy;
}

interface Spot { readonly holder: Record<string, unknown>; readonly key: string }

function spotsOf(value: unknown): readonly Spot[] {
  if (typeof value !== 'object' || value === null) return [];
  // Arrays are written to by index, like objects by key.
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...spotsOf(holder[key])]);
}
