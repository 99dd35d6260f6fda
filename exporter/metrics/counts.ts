import type { ObservationType } from '../core/fact.ts';
import type { EventKind, EventResult } from './events.ts';
import type { Increments, Projector } from './project.ts';
import type { RollupOutcome } from './rollups.ts';

/** Totals that follow from no fact: what the store, the clock and the rollup runner count themselves. */
export interface Counts {
  event(source: string, kind: EventKind, result: EventResult, into: Increments): void;
  /** `seconds` from the event at the provider to its arrival; a clock that runs ahead counts as 0. */
  ingestDelay(source: string, seconds: number, into: Increments): void;
  blind(source: string, seconds: number, into: Increments): void;
  /** Facts of this type that a late event changed after they were counted. */
  correction(kpi: ObservationType, facts: number, into: Increments): void;
  rollupRun(rollup: string, outcome: RollupOutcome, into: Increments): void;
}

/** Slots that are missing are reported by `projector.missing()`, as for facts. */
export function createCounts(projector: Projector): Counts {
  return {
    event: (source, kind, result, into) => projector.sample('chat_events_total', { source, kind, result }, 1, into),
    ingestDelay: (source, seconds, into) => projector.sample('chat_ingest_delay_seconds', { source }, Math.max(0, seconds), into),
    blind: (source, seconds, into) => projector.sample('chat_blind_seconds_total', { source }, Math.max(0, seconds), into),
    correction: (kpi, facts, into) => projector.sample('chat_fact_corrections_total', { kpi }, facts, into),
    rollupRun: (rollup, outcome, into) => projector.sample('chat_rollup_runs_total', { rollup, outcome }, 1, into),
  };
}
