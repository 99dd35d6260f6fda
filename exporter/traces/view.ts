/** An episode as people look at it, finished or not: its spans as they would be sent now, and its messages. */
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { CanonicalEvent } from '../core/event.ts';
import type { TraceJob } from '../core/trace-job.ts';
import { episodeTrace } from './episode.ts';
import { RATIO, traceIdFor } from './ids.ts';
import type { KeepOptions } from './keep.ts';
import type { RenderOptions } from './render.ts';
import { createResources } from './span.ts';

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
  readonly spans: readonly ReadableSpan[];
  readonly marks: readonly Mark[];
}

/** An open episode is shown as if it ended now: the wait that is pending is part of it. */
export function viewOf(job: TraceJob, options: KeepOptions & Pick<RenderOptions, 'environment'>, now: number): EpisodeView {
  const { episode } = job;
  const isOpen = episode.endedAt === null;
  const until = isOpen ? { ...episode, endedAt: Math.max(now, episode.openedAt), closedAt: now } : episode;
  const { spans } = episodeTrace({
    ...job, episode: until, sent: null, exported: false, key: options.key, ratio: options.ratio, keepReason: job.keepReason ?? RATIO,
    settings: options.settingsFor(episode.source, episode.inbox), resourceFor: createResources(options.environment),
  });
  const end = until.endedAt ?? until.openedAt;
  return {
    traceId: traceIdFor(options.key, episode.conversation, episode.number), isOpen, spans,
    marks: job.events.flatMap((event) => (event.t >= episode.openedAt && event.t <= end ? markOf(event) : [])),
  };
}

const markOf = (event: CanonicalEvent): readonly Mark[] =>
  (event.kind === 'message.inbound' ? [{ at: event.t, from: 'customer' }] : event.kind === 'message.outbound' ? [{ at: event.t, from: event.author }] : []);

export function plainSpan(span: ReadableSpan): PlainSpan {
  const ms = ([seconds, nanos]: readonly [number, number]): number => seconds * 1000 + nanos / 1e6;
  return {
    id: span.spanContext().spanId, parent: span.parentSpanContext?.spanId, name: span.name, actor: String(span.resource.attributes['service.name']),
    start: ms(span.startTime), end: ms(span.endTime), failed: span.status.code === 2, attributes: span.attributes,
  };
}
