/** One episode as a trace: a root, phases that tile it, and beside them the KPIs, the deliveries and the survey. Pure. */
import type { Settings } from '../core/settings.ts';
import type { FrozenPhase, SentSpans, TraceJob } from '../core/trace-job.ts';
import { ATTRIBUTES, commonAttributes, phaseAttributes, rootAttributes, sessionOf } from './attributes.ts';
import { deliveryDraft, deliveryKey, openedDraft, overlayDraft, phaseDraft, ROOT, surveyDraft, type Draft } from './drafts.ts';
import { RATIO, spanIdFor, traceIdFor, tracestateFor } from './ids.ts';
import { partsOf, type Part } from './parts.ts';
import { phasesOf } from './phases.ts';
import { spanBuilder, type Span, type SpanLink } from './span.ts';
import { timelineOf, type Timeline } from './timeline.ts';

/** Spans per trace; beyond it deliveries are left out first, then single responses, never phases. */
export const SPAN_LIMIT = 300;

/** What a trace is made of. Events of this conversation, sorted: those of the episode, and the receipts after it. */
export interface EpisodeInput extends Pick<TraceJob, 'episode' | 'observations' | 'events' | 'surveys' | 'previousTraceId' | 'campaign'> {
  /** The key of trace ids. */
  readonly key: string;
  readonly settings: Settings;
  /** Why the trace is kept: a rule's name or `ratio`. */
  readonly keepReason?: string;
  /** The ratio in force, 0 to 1. */
  readonly ratio?: number;
  /** What may not change any more. */
  readonly sent?: SentSpans | null;
  /** The whole trace was sent: only surveys may follow it. */
  readonly exported?: boolean;
  /** Of an open episode only phases that ended before this: later ones may still change. Epoch milliseconds UTC. */
  readonly firmUntil?: number;
}

export interface EpisodeTrace {
  readonly spans: readonly Span[];
  /** What may not change from now on; null: nothing can follow that would repeat it. */
  readonly sent: SentSpans | null;
  /** Spans left out for the limit. */
  readonly dropped: number;
  /** Spans that would have ended before they began, because clocks differ. */
  readonly skewed: number;
}

/**
 * The spans of an episode that were not sent yet, each part's root first. Of an open episode, and of its last part, only phases that are
 * over and a point for its beginning, without a root: a root that was sent once could never be corrected. What goes out later repeats
 * all of it unchanged.
 */
export function episodeTrace(input: EpisodeInput): EpisodeTrace {
  const { episode, surveys, sent = null } = input;
  const timeline = timelineOf(episode, input.events, input.settings);
  const phases = frozenFirst(sent?.phases ?? [], input, timeline);
  const parts = partsOf(episode.openedAt, episode.endedAt, phases);
  const drafted = input.exported
    ? [lateSurveys(input)]
    : parts.filter(({ index }) => index >= (sent?.parts ?? 0)).map((part) => partDrafts(part, input, timeline));
  const traceIds = input.exported && sent ? sent.traceIds : parts.slice(1).map(({ index }) => traceIdFor(input.key, episode.conversation, episode.number, index));
  const isOpen = episode.endedAt === null;
  return {
    spans: drafted.flatMap(({ index, drafts }) => built(index, drafts, input)),
    sent: !isOpen && surveys.length === 0 && traceIds.length === 0 && sent === null ? null
      : { phases: isOpen ? phases : [], surveys: isOpen ? [] : surveys.map(({ survey }) => survey), parts: isOpen ? parts.length - 1 : input.exported ? sent?.parts ?? 1 : parts.length, traceIds },
    dropped: drafted.reduce((sum, each) => sum + each.dropped, 0),
    skewed: drafted.reduce((sum, { drafts }) => sum + drafts.filter(({ start, end }) => end < start).length, 0),
  };
}

/** `index`: of the part. */
interface Drafted { readonly index: number; readonly drafts: readonly Draft[]; readonly dropped: number }

/** Phases that were sent stand; what is computed fills the room around them. */
function frozenFirst(frozen: readonly FrozenPhase[], { episode, settings, firmUntil = Infinity }: EpisodeInput, timeline: Timeline): readonly FrozenPhase[] {
  const computed = phasesOf(episode, timeline, settings).filter(({ end }) => episode.endedAt !== null || end <= firmUntil);
  const from = frozen[0]?.start ?? Infinity;
  const to = frozen.at(-1)?.end ?? Infinity;
  const number = (phase: typeof computed[number], index: number): FrozenPhase => ({ ...phase, attributes: phaseAttributes(phase, index, episode) });
  if (frozen.length === 0) return computed.map(number);
  const before = computed.filter(({ start }) => start < from).map((phase) => ({ ...phase, end: Math.min(phase.end, from) }));
  const after = computed.filter(({ end }) => end > to).map((phase) => ({ ...phase, start: Math.max(phase.start, to) }));
  return [...before.map(number), ...frozen, ...after.map((phase, index) => number(phase, before.length + frozen.length + index))];
}

function partDrafts(part: Part, input: EpisodeInput, timeline: Timeline): Drafted {
  const { episode } = input;
  const turns = part.phases.map(phaseDraft);
  const opened = input.sent || part.to === null ? [openedDraft(part.from)] : [];
  if (part.to === null) return { index: part.index, drafts: [...opened, ...turns], dropped: 0 };
  const within = (at: number): boolean => (at > part.from || part.index === 0) && (part.isLast || at <= part.to!); // not null, see above
  const responses = input.observations.filter(({ at }) => within(at)).flatMap((fact) => overlayDraft(fact, episode));
  const deliveries = timeline.sent.filter(({ event }) => within(event.t)).flatMap((message) => deliveryDraft(message, part.phases));
  const surveys = part.isLast ? input.surveys.map((survey) => surveyDraft(survey, episode)) : [];
  const { kept, dropped } = limited(SPAN_LIMIT - 1, [...opened, ...turns], surveys, responses, deliveries);
  return { index: part.index, drafts: [rootDraft(part, part.to, input, dropped), ...kept], dropped };
}

function lateSurveys({ episode, surveys, sent }: EpisodeInput): Drafted {
  const known = new Set(sent?.surveys);
  return { index: Math.max(1, sent?.parts ?? 1) - 1, drafts: surveys.filter(({ survey }) => !known.has(survey)).map((survey) => surveyDraft(survey, episode)), dropped: 0 };
}

function rootDraft(part: Part, end: number, input: EpisodeInput, dropped: number): Draft {
  const { episode, previousTraceId } = input;
  const previous = part.index > 0 ? sessionOf(episode.conversation, episode.number, part.index - 1)
    : previousTraceId === undefined ? undefined : sessionOf(episode.conversation, episode.number - 1);
  return {
    key: ROOT, name: 'conversation', actor: 'conversation', start: part.from, end, links: linksOf(part, input),
    attributes: {
      ...rootAttributes(episode, part, part.isLast ? input.surveys.at(-1)?.score : undefined, input.keepReason ?? RATIO),
      ...(dropped === 0 ? {} : { [ATTRIBUTES.truncated]: true, [ATTRIBUTES.droppedSpans]: dropped }),
      ...(previous === undefined ? {} : { [ATTRIBUTES.previousSession]: previous }),
    },
  };
}

/** To the part or the episode before, and to the campaign message that was answered. */
function linksOf(part: Part, { key, episode, previousTraceId, campaign }: EpisodeInput): readonly SpanLink[] {
  const to = (traceId: string, span: string, what: string): SpanLink => ({ traceId, spanId: spanIdFor(traceId, span), attributes: { [ATTRIBUTES.link]: what } });
  if (part.index > 0) return [to(traceIdFor(key, episode.conversation, episode.number, part.index - 1), ROOT, 'continued')];
  return [
    ...(previousTraceId === undefined ? [] : [to(previousTraceId, ROOT, 'reopened')]),
    ...(campaign === undefined ? [] : [to(campaign.traceId, deliveryKey(campaign.message), 'campaign')]),
  ];
}

function built(index: number, drafts: readonly Draft[], { key, episode, keepReason = RATIO, ratio = 1 }: EpisodeInput): readonly Span[] {
  return drafts.map(spanBuilder({
    traceId: traceIdFor(key, episode.conversation, episode.number, index), tracestate: tracestateFor(keepReason, ratio), attributes: commonAttributes(episode, index),
  }));
}

/** Fills the room that is left with the groups in order; the first group always fits. */
function limited(limit: number, first: readonly Draft[], ...groups: readonly (readonly Draft[])[]): { kept: readonly Draft[]; dropped: number } {
  const kept = [...first];
  let dropped = 0;
  for (const group of groups) {
    const room = Math.max(0, limit - kept.length);
    kept.push(...group.slice(0, room));
    dropped += Math.max(0, group.length - room);
  }
  return { kept, dropped };
}
