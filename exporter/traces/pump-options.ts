/** What the pump is given and whom it tells. */
import type { SpanContext } from '@opentelemetry/api';
import type { DropReason, SentSpans, TraceJob, TraceOutbox } from '../core/trace-job.ts';
import type { TraceExporter } from './exporter.ts';
import type { FailureReason } from './failure.ts';
import type { Span } from './span.ts';

/** Outcome of an export, and why; the words are label values. */
export type Counted =
  | { readonly result: 'exported'; readonly reason: '' }
  | { readonly result: 'sampled_out'; readonly reason: '' }
  | { readonly result: 'failed'; readonly reason: FailureReason }
  | { readonly result: 'dropped'; readonly reason: DropReason };

/** Where the pump reports to. Failed attempts are counted each time. `first`: of what was sent, one span per episode. */
export interface PumpHooks {
  readonly count: (what: Counted, episodes: number, spans: number, first?: readonly SpanContext[]) => void;
  /** Seconds one request took. */
  readonly took?: (seconds: number) => void;
  /** Seconds from the end of an episode until its trace was accepted. */
  readonly lag?: (seconds: number) => void;
  /** A trace was accepted of which spans had been left out, or ran backwards and were cut to nothing. */
  readonly flawed?: (trace: { readonly dropped: number; readonly skewed: number }) => void;
  /** An episode that is over is kept, for this reason, or not (`ratio`); told once it is done. */
  readonly decided?: (kept: boolean, reason: string) => void;
  /** The outbox could not be reached, or a trace not be built; the pump goes on. */
  readonly error?: (error: unknown) => void;
}

/** A job as it goes out, or the decision not to send it. Nothing to send is fine: then it is done. */
export type Rendered = Sendable | { readonly keep: false };
export interface Sendable {
  readonly keep: true;
  readonly reason: string;
  readonly spans: readonly Span[];
  /** The episode is over, and this its whole trace; else a checkpoint. */
  readonly whole: boolean;
  readonly sent: SentSpans | null;
  /** Spans left out for the limit, and spans that ran backwards. */
  readonly dropped: number;
  readonly skewed: number;
}

export interface PumpOptions {
  readonly outbox: TraceOutbox;
  readonly exporter: TraceExporter;
  readonly render: (job: TraceJob) => Rendered;
  readonly hooks: PumpHooks;
  /** Spans per request, one episode excepted that has more. Default 512. */
  readonly maxSpans?: number;
  /** Jobs claimed at once. Default 256. */
  readonly maxJobs?: number;
  /** Milliseconds after which a job is given up. Default 24 h. */
  readonly maxAgeMs?: number;
  /** Pause when nothing is due. Default 1 s. */
  readonly idleMs?: number;
  /** First pause after a failure; doubles up to `maxPauseMs`, with jitter. Defaults 1 s and 60 s. */
  readonly basePauseMs?: number;
  readonly maxPauseMs?: number;
  /** How long a shutdown waits for the request in flight. Default 5 s. */
  readonly graceMs?: number;
  /** Epoch milliseconds. */
  readonly now?: () => number;
  /** 0 to 1, for jitter. */
  readonly random?: () => number;
}
