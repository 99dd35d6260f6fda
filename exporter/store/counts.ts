/** What a transaction adds to the totals. */
import type { Pool } from 'pg';
import type { CommitFact, ObservationType } from '../core/fact.ts';
import type { ConversationState } from '../core/state.ts';
import { addLive } from './live.ts';
import { claimSlots } from './slots.ts';
import type { Counting } from './store.ts';

type Result = Parameters<Counting['event']>[2];

/** What a transaction counts. Kept apart from the counting, which may have to be done twice to claim label slots. */
export interface Countable {
  readonly facts: CommitFact[];
  readonly corrections: Map<ObservationType, number>;
  readonly results: { source: string; kind: string; result: Result; delay?: number }[];
}

/** Nothing yet. */
export const countable = (results: Countable['results'] = []): Countable => ({ facts: [], corrections: new Map(), results });

/** Counts transactions. Facts that one changed in place are known with its answer, and told with a later one. */
export interface Counts {
  /** The totals a transaction raises, by key; of history only the live gauges. */
  totals(countable: Countable, savings: readonly { readonly before: ConversationState | undefined; readonly state: ConversationState }[], live: boolean): Promise<Map<string, number>>;
  /** So many facts were changed in place. */
  corrected(facts: number): void;
  /** A transaction with these totals did not come about. */
  undone(totals: ReadonlyMap<string, number>): void;
}

/** Label slots are claimed in transactions of their own. */
export function createCounts(counting: Counting, pool: Pool): Counts {
  let untold = 0;
  const told = new WeakMap<ReadonlyMap<string, number>, number>();

  function add({ facts, corrections, results }: Countable, totals: Map<string, number>): void {
    for (const fact of facts) counting.add(fact, totals);
    for (const [type, n] of corrections) counting.correction(type, n, totals);
    if (untold > 0) counting.correction('sla', untold, totals);
    for (const { source, kind, result, delay } of results) {
      counting.event(source, kind, result, totals);
      if (delay !== undefined) counting.ingestDelay(source, delay, totals);
    }
  }

  return {
    async totals(countable, savings, live) {
      for (;;) {
        const totals = new Map<string, number>();
        if (live) add(countable, totals);
        const missing = counting.missing();
        if (missing.length > 0) { await claimSlots(pool, counting, missing); continue; }
        for (const { before, state } of savings) addLive(before, state, totals);
        if (live && untold > 0) {
          told.set(totals, untold);
          untold = 0;
        }
        return totals;
      }
    },
    corrected(facts) { untold += facts; },
    undone(totals) { untold += told.get(totals) ?? 0; },
  };
}
