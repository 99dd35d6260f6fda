import type { Observation, ObservationType } from '../core/fact.ts';
import { nthOf, observationToRow, type ObservationWrite } from './rows.ts';

/** An observation already in the database. */
export interface StoredObservation { readonly fact: Observation; readonly settled: boolean; readonly settleAt: number }

/** What to write of a history that was folded again. */
export interface Reconciled {
  readonly rows: readonly ObservationWrite[];
  /** Counted facts that turned out different: their counts stay, the difference is told by these numbers. */
  readonly corrections: ReadonlyMap<ObservationType, number>;
}

/**
 * Decides which facts of a history folded again are new. A fact that was counted stays counted: the one that took its place is
 * not counted a second time, and the change is a correction.
 */
export function reconcile(before: readonly StoredObservation[], after: readonly Observation[], settleAt: (fact: Observation) => number): Reconciled {
  const left = new Map(before.map((stored) => [identity(stored.fact), stored]));
  const corrections = new Map<ObservationType, number>();
  const correct = (type: ObservationType): void => void corrections.set(type, (corrections.get(type) ?? 0) + 1);
  const rows: ObservationWrite[] = [];
  const open: Observation[] = [];
  for (const fact of after) {
    const stored = left.get(identity(fact));
    if (!stored) { open.push(fact); continue; }
    left.delete(identity(fact));
    if (stored.settled && !same(stored.fact, fact)) correct(fact.type);
    rows.push(observationToRow(fact, same(stored.fact, fact) || stored.settled ? stored.settleAt : settleAt(fact), stored.settled));
  }
  for (const fact of open) {
    const displaced = [...left.values()].find((stored) => stored.settled && stored.fact.type === fact.type);
    if (displaced) { left.delete(identity(displaced.fact)); correct(fact.type); }
    rows.push(observationToRow(fact, displaced?.settleAt ?? settleAt(fact), displaced !== undefined));
  }
  for (const stored of left.values()) if (stored.settled) correct(stored.fact.type);
  return { rows, corrections };
}

const identity = (fact: Observation): string => `${fact.number} ${fact.type} ${nthOf(fact)}`;

const same = (a: Observation, b: Observation): boolean => {
  const left = observationToRow(a, 0, false);
  const right = observationToRow(b, 0, false);
  return JSON.stringify(left) === JSON.stringify(right);
};
