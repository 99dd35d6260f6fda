/** An episode as people look at it, finished or not: its spans as they would be sent now, and its messages. */
import type { CanonicalEvent } from '../core/event.ts';
import type { TraceJob } from '../core/trace-job.ts';
import { episodeTrace } from './episode.ts';
import { RATIO, traceIdFor } from './ids.ts';
import type { KeepOptions } from './keep.ts';
import { attributesOf, type Span } from './span.ts';

/** A span by itself. Times: epoch milliseconds UTC. */
export interface PlainSpan {
  readonly id: string;
  readonly parent: string | undefined;
  readonly name: string;
  /** Whom it is about: `bot`, `queue`, `agent` … */
  readonly actor: string;
  readonly start: number;
  readonly end: number;
  readonly failed: boolean;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A message: when, and from whom. */
export interface Mark { readonly at: number; readonly from: string }

export interface EpisodeView {
  readonly traceId: string;
  readonly isOpen: boolean;
  readonly spans: readonly Span[];
  readonly marks: readonly Mark[];
}

/** An open episode is shown as if it ended now: the wait that is pending is part of it. */
export function viewOf(job: TraceJob, options: KeepOptions, now: number): EpisodeView {
  const { episode } = job;
  const isOpen = episode.endedAt === null;
  const until = isOpen ? { ...episode, endedAt: Math.max(now, episode.openedAt), closedAt: now } : episode;
  const { spans } = episodeTrace({
    ...job, episode: until, sent: null, exported: false, key: options.key, ratio: options.ratio, keepReason: job.keepReason ?? RATIO,
    settings: options.settingsFor(episode.source, episode.inbox),
  });
  const end = until.endedAt ?? until.openedAt;
  return {
    traceId: traceIdFor(options.key, episode.conversation, episode.number), isOpen, spans,
    marks: job.events.flatMap((event) => (event.t >= episode.openedAt && event.t <= end ? markOf(event) : [])),
  };
}

const markOf = (event: CanonicalEvent): readonly Mark[] =>
  (event.kind === 'message.inbound' ? [{ at: event.t, from: 'customer' }] : event.kind === 'message.outbound' ? [{ at: event.t, from: event.author }] : []);

export const plainSpan = (span: Span): PlainSpan => ({
  id: span.id, parent: span.parent, name: span.name, actor: span.actor, start: span.start, end: span.end, failed: span.failed, attributes: attributesOf(span),
});
