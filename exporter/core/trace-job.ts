/** The queue of finished episodes whose trace is due, as those who fill it and those who drain it know it. */
import type { CanonicalEvent } from './event.ts';
import type { EpisodeFact, Observation } from './fact.ts';

/** An episode of a conversation: the key of a job. */
export interface TraceKey { readonly conversation: string; readonly number: number }

/** One episode whose trace is due, with all it is made of. */
export interface TraceJob extends TraceKey {
  /** Why it is kept, when that was decided before; null: to be decided now. */
  readonly keepReason: string | null;
  /** Epoch milliseconds UTC. */
  readonly enqueuedAt: number;
  readonly episode: EpisodeFact;
  readonly observations: readonly Observation[];
  readonly events: readonly CanonicalEvent[];
  /** Trace of the episode before, if that one was or will be sent. */
  readonly previousTraceId?: string;
}

/** Leased jobs belong to one worker; a lease that runs out gives the job to another. All methods may throw when the store is away. */
export interface TraceOutbox {
  /** Due jobs, oldest first, leased to the caller. One that a late event has opened again leaves the queue until it closes. */
  claim(max: number): Promise<readonly TraceJob[]>;
  /** Sent, for the reason given. */
  done(jobs: readonly (TraceKey & { readonly keepReason: string })[]): Promise<void>;
  /** Decided against. */
  skip(keys: readonly TraceKey[]): Promise<void>;
  /** Failed; again at `dueAt` (epoch milliseconds UTC). */
  retry(keys: readonly TraceKey[], dueAt: number): Promise<void>;
  /** Not tried after all: free for anybody, at once. */
  release(keys: readonly TraceKey[]): Promise<void>;
  /** Given up, for good. */
  drop(keys: readonly TraceKey[], reason: DropReason): Promise<void>;
  /** Traces not yet sent, and the age in seconds of the one that has been due the longest; 0 when none is due. */
  backlog(): Promise<{ readonly pending: number; readonly oldestAgeSeconds: number }>;
}

/** The backend refused it, refused its size, was away too long, or the trace could not be built. */
export type DropReason = 'rejected' | 'too_large' | 'too_old' | 'broken';

/** What keeps a trace whatever the ratio, as it appears in `conversation.keep_reason`; the first that fires gives the reason. */
export const KEEP_RULES = ['delivery_failed', 'first_response_late', 'reopened'] as const;
export type KeepRule = (typeof KEEP_RULES)[number];
