/** One episode as a trace: a root, phases that tile it, and beside them the KPIs, the deliveries and the survey. Pure. */
import { SpanKind, TraceFlags } from '@opentelemetry/api';
import type { Attributes, Link } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { CanonicalEvent } from '../core/event.ts';
import type { EpisodeFact, Observation } from '../core/fact.ts';
import type { Settings } from '../core/settings.ts';
import { ATTRIBUTES, commonAttributes, handledBy, phaseAttributes, rootAttributes, sessionOf } from './attributes.ts';
import { RATIO, spanIdFor, traceIdFor, tracestateFor } from './ids.ts';
import { phasesOf } from './phases.ts';
import type { Phase, PhaseSpan } from './phases.ts';
import { spanBuilder } from './span.ts';
import type { Actor, ResourceFor, SpanInput } from './span.ts';
import { timelineOf } from './timeline.ts';
import type { AnsweredSurvey, SentMessage } from './timeline.ts';

/** The closed list of span names. */
export const SPAN_NAMES = [
  'conversation', 'bot turn', 'queue wait', 'agent turn', 'wait for customer', 'on hold',
  'first response', 'response', 'queue', 'deliver message', 'csat survey',
] as const;
export type SpanName = (typeof SPAN_NAMES)[number];

/** Spans per trace; beyond it deliveries are left out first, then single responses, never phases. */
export const SPAN_LIMIT = 300;

export interface EpisodeInput {
  /** The key of trace ids. */
  readonly key: string;
  readonly episode: EpisodeFact;
  readonly observations: readonly Observation[];
  /** Of this conversation, sorted: from the episode's opening to its end, and the receipts and survey events after it. */
  readonly events: readonly CanonicalEvent[];
  readonly settings: Settings;
  readonly resourceFor: ResourceFor;
  /** Trace of the episode before, when there is one to link to. */
  readonly previousTraceId?: string;
  /** Why the trace is kept: a rule's name or `ratio`. */
  readonly keepReason?: string;
  /** The ratio in force, 0 to 1. */
  readonly ratio?: number;
}

/**
 * All spans of a closed episode, the root first. Of an open one only the phases that are over, without a root: a root that was sent
 * once could never be corrected. The final export repeats them unchanged.
 */
export function episodeSpans(input: EpisodeInput): ReadableSpan[] {
  const { episode, observations, settings, resourceFor } = input;
  const traceId = traceIdFor(input.key, episode.conversation, episode.number);
  const build = spanBuilder(traceId, tracestateFor(input.keepReason ?? RATIO, input.ratio ?? 1));
  const timeline = timelineOf(episode, input.events, settings);
  const phases = phasesOf(episode, timeline, settings);
  const common = commonAttributes(episode);
  const make = (draft: Draft): ReadableSpan => build({ ...draft, resource: resourceFor(draft.actor), attributes: { ...common, ...draft.attributes } });
  const turns = phases.map((phase, index) => phaseDraft(phase, index, episode));
  if (episode.endedAt === null) return turns.map(make);

  const responses = observations.flatMap((fact) => overlayDraft(fact, episode));
  const deliveries = timeline.sent.flatMap((message) => deliveryDraft(message, phases));
  const surveys = timeline.surveys.map((survey) => surveyDraft(survey, episode));
  const { kept, dropped } = within(SPAN_LIMIT - 1, turns, surveys, responses, deliveries);
  const root: Draft = {
    key: ROOT, name: 'conversation', actor: 'conversation', start: episode.openedAt, end: episode.endedAt, links: linksTo(input.previousTraceId),
    attributes: {
      ...rootAttributes(episode, phases, timeline.surveys.at(-1)?.score, input.keepReason ?? RATIO),
      ...(dropped === 0 ? {} : { [ATTRIBUTES.truncated]: true, [ATTRIBUTES.droppedSpans]: dropped }),
      ...(input.previousTraceId === undefined ? {} : { [ATTRIBUTES.previousSession]: sessionOf(episode.conversation, episode.number - 1) }),
    },
  };
  return [root, ...kept].map(make);
}

/** A span without what all spans of the episode share. */
type Draft = Omit<SpanInput, 'resource' | 'name'> & { readonly name: SpanName; readonly actor: Actor };

const ROOT = 'conversation';
const PHASE_NAMES: Readonly<Record<Phase, SpanName>> = {
  bot: 'bot turn', queue: 'queue wait', agent: 'agent turn', customer: 'wait for customer', hold: 'on hold',
};

// A phase is known by its start: phases have a length and do not overlap, so starts are unique.
const phaseKey = (phase: PhaseSpan): string => `phase:${phase.start}`;

function phaseDraft(phase: PhaseSpan, index: number, episode: EpisodeFact): Draft {
  return {
    key: phaseKey(phase), parentKey: ROOT, name: PHASE_NAMES[phase.phase], actor: phase.phase, start: phase.start, end: phase.end,
    attributes: phaseAttributes(phase, index, episode),
  };
}

/** A KPI's own interval, which phases would show in pieces: it ends when it was measured and is as long as it says. */
function overlayDraft(fact: Observation, episode: EpisodeFact): readonly Draft[] {
  if (fact.type !== 'response' && fact.type !== 'queue') return [];
  const shared = { parentKey: ROOT, start: fact.at - Math.round(fact.seconds * 1000), end: fact.at };
  if (fact.type === 'queue') return [{ ...shared, key: 'kpi:queue', name: 'queue', actor: 'queue', attributes: { [ATTRIBUTES.seconds]: fact.seconds } }];
  return [{
    ...shared, key: `kpi:response:${fact.nth}`, name: fact.first ? 'first response' : 'response', actor: 'agent',
    attributes: {
      [ATTRIBUTES.seconds]: fact.seconds, [ATTRIBUTES.businessSeconds]: fact.businessSeconds, [ATTRIBUTES.firstResponse]: fact.first,
      [ATTRIBUTES.slaBreached]: fact.first && episode.slaFirstResponse === 'missed',
      ...(fact.first ? { [ATTRIBUTES.firstResponseSeconds]: fact.seconds } : {}),
    },
  }];
}

/** Only a failed delivery is an error; a slow or unhappy conversation is not. */
function deliveryDraft({ event, status, settledAt, errorCode }: SentMessage, phases: readonly PhaseSpan[]): readonly Draft[] {
  if (settledAt === undefined) return [];
  const turn = phases.find((phase) => phase.end === event.t && (phase.phase === 'bot' || phase.phase === 'agent'));
  const failed = status === 'failed';
  return [{
    key: `deliver:${event.message}`, parentKey: turn ? phaseKey(turn) : ROOT, name: 'deliver message', actor: 'delivery', kind: SpanKind.PRODUCER,
    start: event.t, end: settledAt, failed,
    attributes: {
      [ATTRIBUTES.messagingSystem]: event.channel, [ATTRIBUTES.operationType]: 'send', [ATTRIBUTES.operationName]: 'send',
      [ATTRIBUTES.messageId]: event.message, [ATTRIBUTES.author]: event.author,
      [ATTRIBUTES.ingestLagSeconds]: Math.max(0, event.receivedAt - event.t) / 1000,
      ...(failed ? { [ATTRIBUTES.errorType]: errorCode ?? 'unknown' } : {}),
    },
  }];
}

function surveyDraft(survey: AnsweredSurvey, episode: EpisodeFact): Draft {
  return {
    key: `survey:${survey.survey}`, parentKey: ROOT, name: 'csat survey', actor: 'customer', start: survey.sentAt, end: survey.answeredAt,
    attributes: { [ATTRIBUTES.csatScore]: survey.score, [ATTRIBUTES.handledBy]: handledBy(episode) },
  };
}

/** Fills the room that is left with the groups in order; phases always fit. */
function within(limit: number, phases: readonly Draft[], ...groups: readonly (readonly Draft[])[]): { kept: readonly Draft[]; dropped: number } {
  const kept = [...phases];
  let dropped = 0;
  for (const group of groups) {
    const room = Math.max(0, limit - kept.length);
    kept.push(...group.slice(0, room));
    dropped += Math.max(0, group.length - room);
  }
  return { kept, dropped };
}

function linksTo(traceId: string | undefined): readonly Link[] {
  if (traceId === undefined) return [];
  const attributes: Attributes = { [ATTRIBUTES.link]: 'reopened' };
  return [{ context: { traceId, spanId: spanIdFor(traceId, ROOT), traceFlags: TraceFlags.SAMPLED }, attributes }];
}
