/** An episode that lasts longer than a trace should is told in several: the next one takes up where the one before ended. */
import type { FrozenPhase } from '../core/trace-job.ts';

/** Milliseconds of one trace: Tempo searches 168 hours at most by default. */
export const PART_MS = 7 * 86_400_000;
/** Phases of one trace, so that with everything beside them there are not more spans than `SPAN_LIMIT`. */
export const PART_PHASES = 280;

/** A stretch of an episode that is one trace. Times: epoch milliseconds UTC. */
export interface Part {
  /** From 0. */
  readonly index: number;
  readonly from: number;
  /** Null: it goes on. */
  readonly to: number | null;
  readonly isLast: boolean;
  readonly phases: readonly FrozenPhase[];
}

/**
 * The parts of an episode. Where one ends follows from the phases before it alone, so a part that is over stays as it is.
 * @param phases without gap, from the opening on @param endedAt null: the episode is open, and so is its last part
 */
export function partsOf(openedAt: number, endedAt: number | null, phases: readonly FrozenPhase[]): readonly Part[] {
  const parts: Part[] = [];
  let from = openedAt;
  let own: FrozenPhase[] = [];
  const cut = (at: number): void => {
    parts.push({ index: parts.length, from, to: at, isLast: false, phases: own });
    from = at;
    own = [];
  };
  for (const phase of phases) {
    let { start } = phase;
    while (phase.end - from > PART_MS) {
      const at = from + PART_MS;
      if (start < at) own.push({ ...phase, start, end: at });
      start = Math.max(start, at);
      cut(at);
    }
    if (own.length === PART_PHASES) cut(start);
    own.push(start === phase.start ? phase : { ...phase, start });
  }
  return [...parts, { index: parts.length, from, to: endedAt, isLast: true, phases: own }];
}
