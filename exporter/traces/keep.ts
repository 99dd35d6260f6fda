/** Which traces are kept: rules first, as data, then a ratio. */
import type { EpisodeFact } from '../core/fact.ts';
import { KEEP_RULES, type KeepRule } from '../core/trace-job.ts';
import { decide, traceIdFor } from './ids.ts';
import type { Decision } from './ids.ts';

/** Once true for an episode a rule stays true, late corrections aside: a decision to keep is never taken back. */
const FIRES: Readonly<Record<KeepRule, (episode: EpisodeFact) => boolean>> = {
  delivery_failed: (episode) => episode.failedMessages > 0,
  first_response_late: (episode) => episode.slaFirstResponse === 'missed',
  reopened: (episode) => episode.number > 1,
};

export interface KeepOptions {
  /** The key of trace ids. */
  readonly key: string;
  /** Share of the other episodes that is kept, 0 to 1. */
  readonly ratio: number;
  /** Rules in force; all by default. */
  readonly rules?: readonly KeepRule[];
}

/** A decision and the trace it is about. */
export type Kept = Decision & { readonly traceId: string };

/** Decides about one episode, open or closed. Only what is kept may be named by an exemplar. */
export function keepFor(episode: EpisodeFact, options: KeepOptions): Kept {
  const traceId = traceIdFor(options.key, episode.conversation, episode.number);
  const fired = (options.rules ?? KEEP_RULES).filter((rule) => FIRES[rule](episode));
  return { traceId, ...decide(traceId, options.ratio, fired) };
}
