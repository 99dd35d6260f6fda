/** What the pump asks of the queue of finished episodes. The store has the implementation; the two agree by shape. */
import type { CanonicalEvent } from '../core/event.ts';
import type { EpisodeFact, Observation } from '../core/fact.ts';

/** An episode of a conversation: the key of a job. */
export interface JobKey { readonly conversation: string; readonly number: number }

/** One episode whose trace is due, with all it is made of. */
export interface Job extends JobKey {
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
export interface Outbox {
  /** Due jobs, oldest first, leased to the caller. */
  claim(max: number): Promise<readonly Job[]>;
  /** Sent, for the reason given. */
  done(jobs: readonly (JobKey & { readonly keepReason: string })[]): Promise<void>;
  /** Decided against. */
  skip(keys: readonly JobKey[]): Promise<void>;
  /** Failed; again at `dueAt` (epoch milliseconds UTC). */
  retry(keys: readonly JobKey[], dueAt: number): Promise<void>;
  /** Not tried after all: free for anybody, at once. */
  release(keys: readonly JobKey[]): Promise<void>;
  /** Given up, for good. */
  drop(keys: readonly JobKey[], reason: DropReason): Promise<void>;
}

export const DROP_REASONS = ['rejected', 'too_large', 'too_old', 'broken'] as const;
/** The backend refused it, refused its size, was away too long, or the trace could not be built. */
export type DropReason = (typeof DROP_REASONS)[number];
