/** The queue of episodes whose trace is due, as those who fill it and those who drain it know it. */
import type { CanonicalEvent } from './event.ts';
import type { EpisodeFact, Observation } from './fact.ts';
import type { ConversationState } from './state.ts';

/** An episode of a conversation. */
export interface TraceKey { readonly conversation: string; readonly number: number }

/** The key of a job; marks made with an older revision are void, because the trace was asked for anew meanwhile. */
export interface TraceTicket extends TraceKey { readonly revision: number }

/** One survey that was answered. Times: epoch milliseconds UTC. */
export interface AnsweredSurvey { readonly survey: string; readonly sentAt: number; readonly answeredAt: number; readonly score: number }

/** A phase as it was sent: never changed, because backends keep any one of two copies. Times: epoch milliseconds UTC. */
export interface FrozenPhase {
  readonly phase: string; readonly start: number; readonly end: number; readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

/** What of an episode has been sent before its end, and what may follow after it. */
export interface SentSpans {
  readonly phases: readonly FrozenPhase[];
  /** Surveys by id. */
  readonly surveys: readonly string[];
  /** Parts of a long episode that were sent whole. */
  readonly parts: number;
  /** Trace ids of the parts behind the first. */
  readonly traceIds: readonly string[];
}

/** An observation without where it was made, which its episode says. */
export type EpisodeObservation = Placeless<Observation>;
type Placeless<T> = T extends Observation ? Omit<T, 'conversation' | 'number' | 'episode' | 'source' | 'channel' | 'inbox' | 'agent'> : never;

/** One episode whose trace is due, with all it is made of. */
export interface TraceJob extends TraceTicket {
  /** Why it is kept, when that was decided before; null: to be decided now. */
  readonly keepReason: string | null;
  /** Epoch milliseconds UTC. */
  readonly enqueuedAt: number;
  readonly episode: EpisodeFact;
  readonly observations: readonly EpisodeObservation[];
  readonly events: readonly CanonicalEvent[];
  /** Satisfaction surveys of the episode, oldest first. */
  readonly surveys: readonly AnsweredSurvey[];
  /** The whole trace is with the backend already: only what may follow it is due. */
  readonly exported: boolean;
  readonly sent: SentSpans | null;
  /** Trace of the episode before, if that one was or will be sent. */
  readonly previousTraceId?: string;
  /** The campaign message that the customer answered, when it was sent in an earlier episode. */
  readonly campaign?: { readonly traceId: string; readonly message: string };
}

/** What became of a job that was accepted. */
export interface Done extends TraceTicket {
  readonly keepReason: string;
  /** The episode is over, and its trace whole. */
  readonly whole: boolean;
  readonly sent: SentSpans | null;
}

/** Leased jobs belong to one worker; a lease that runs out gives the job to another. All methods may throw when the store is away. */
export interface TraceOutbox {
  /** Due jobs, oldest first, leased to the caller. An episode that is not there any more leaves the queue. */
  claim(max: number): Promise<readonly TraceJob[]>;
  /** Sent, for the reason given. */
  done(jobs: readonly Done[]): Promise<void>;
  /** Decided against. */
  skip(keys: readonly TraceTicket[]): Promise<void>;
  /** Failed; again at `dueAt` (epoch milliseconds UTC). */
  retry(keys: readonly TraceTicket[], dueAt: number): Promise<void>;
  /** Not tried after all: free for anybody, at once. */
  release(keys: readonly TraceTicket[]): Promise<void>;
  /** Given up, for good. */
  drop(keys: readonly TraceTicket[], reason: DropReason): Promise<void>;
  backlog(): Promise<TraceBacklog>;
}

/** How far the queue is behind. */
export interface TraceBacklog {
  /** Traces not yet sent. */
  readonly pending: number;
  /** Age in seconds of the one that has been due the longest; 0 when none is due. */
  readonly oldestAgeSeconds: number;
  /** When the backend last took a whole trace: epoch milliseconds UTC; null: never. */
  readonly lastSuccessAt: number | null;
}

/** Which traces are kept, as the transaction that stores what happened asks. */
export interface TraceChoices {
  /** The trace of a closed episode; `keepReason` null: to be decided when all is known. */
  readonly traceOf: (episode: EpisodeFact) => { readonly traceId: string; readonly keepReason: string | null };
  /** The trace of an open episode that should be found now, after what changed; `negative`: a message of the customer sounded so. */
  readonly checkpointOf: (id: string, before: ConversationState | undefined, after: ConversationState, negative: boolean) => { readonly traceId: string; readonly keepReason: string } | undefined;
  /** Episodes that changed after their trace was sent. */
  readonly onLate?: (episodes: number) => void;
}

/** The backend refused it, refused its size, was away too long, or the trace could not be built. */
export type DropReason = 'rejected' | 'too_large' | 'too_old' | 'broken';

/** What keeps a trace whatever the ratio, as it appears in `conversation.keep_reason`; the first that fires gives the reason. */
export const KEEP_RULES = ['delivery_failed', 'first_response_late', 'queue_late', 'negative_sentiment', 'unhappy', 'abandoned', 'reopened'] as const;
export type KeepRule = (typeof KEEP_RULES)[number];
