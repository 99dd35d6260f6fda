import { createCounts, type Counts } from './counts.ts';
import { METRICS } from './index.ts';
import { createProjector, type Projector } from './project.ts';
import type { Slots } from './slots.ts';

/** All that turns what happened into totals: facts, what follows from no fact, and the label slots both need. */
export type EveryCount = Projector & Counts & Pick<Slots, 'cap' | 'accept'>;

/** Counts every metric; `slots` must be those of `METRICS`. */
export function createCounting(slots: Slots): EveryCount {
  const projector = createProjector(METRICS, slots);
  return { ...projector, ...createCounts(projector), cap: slots.cap, accept: slots.accept };
}
