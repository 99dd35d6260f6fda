/** The spans of an episode, kind by kind, as drafts: what they are called, where they lie, what they say. */
import { SpanKind } from '@opentelemetry/api';
import type { EpisodeFact } from '../core/fact.ts';
import type { AnsweredSurvey, EpisodeObservation, FrozenPhase } from '../core/trace-job.ts';
import { ATTRIBUTES, handledBy } from './attributes.ts';
import type { Phase } from './phases.ts';
import type { SpanInput } from './span.ts';
import type { SentMessage } from './timeline.ts';

/** The closed list of span names. */
export const SPAN_NAMES = [
  'conversation', 'conversation opened', 'bot turn', 'queue wait', 'agent turn', 'wait for customer', 'on hold',
  'first response', 'response', 'queue', 'deliver message', 'csat survey',
] as const;
export type SpanName = (typeof SPAN_NAMES)[number];

/** A span to be built. */
export type Draft = SpanInput & { readonly name: SpanName };

export const ROOT = 'conversation';

const PHASE_NAMES: Readonly<Record<Phase, SpanName>> = {
  bot: 'bot turn', queue: 'queue wait', agent: 'agent turn', customer: 'wait for customer', hold: 'on hold',
};

// A phase is known by its start: phases have a length and do not overlap, so starts are unique.
export const phaseKey = ({ start }: { readonly start: number }): string => `phase:${start}`;

export function phaseDraft({ phase, start, end, attributes }: FrozenPhase): Draft {
  const actor = phase as Phase; // what was frozen was one
  return { key: phaseKey({ start }), parentKey: ROOT, name: PHASE_NAMES[actor], actor, start, end, attributes };
}

/** Stands for an open episode until it has a root: a point, so that nothing about it has to be corrected later. */
export const openedDraft = (at: number): Draft => ({ key: 'opened', parentKey: ROOT, name: 'conversation opened', actor: 'conversation', start: at, end: at, attributes: {} });

/** A KPI's own interval, which phases would show in pieces: it ends when it was measured and is as long as it says. */
export function overlayDraft(fact: EpisodeObservation, episode: EpisodeFact): readonly Draft[] {
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
export function deliveryDraft({ event, status, settledAt, errorCode }: SentMessage, phases: readonly FrozenPhase[]): readonly Draft[] {
  if (settledAt === undefined) return [];
  const turn = phases.find((phase) => phase.end === event.t && (phase.phase === 'bot' || phase.phase === 'agent'));
  const failed = status === 'failed';
  return [{
    key: deliveryKey(event.message), parentKey: turn ? phaseKey(turn) : ROOT, name: 'deliver message', actor: 'delivery', kind: SpanKind.PRODUCER,
    start: event.t, end: settledAt, failed,
    attributes: {
      [ATTRIBUTES.messagingSystem]: event.channel, [ATTRIBUTES.operationType]: 'send', [ATTRIBUTES.operationName]: 'send',
      [ATTRIBUTES.messageId]: event.message, [ATTRIBUTES.author]: event.author,
      [ATTRIBUTES.ingestLagSeconds]: Math.max(0, event.receivedAt - event.t) / 1000,
      ...(failed ? { [ATTRIBUTES.errorType]: errorCode ?? 'unknown' } : {}),
    },
  }];
}

export const deliveryKey = (message: string): string => `deliver:${message}`;

export function surveyDraft(survey: AnsweredSurvey, episode: EpisodeFact): Draft {
  return {
    key: `survey:${survey.survey}`, parentKey: ROOT, name: 'csat survey', actor: 'customer', start: survey.sentAt, end: survey.answeredAt,
    attributes: {
      [ATTRIBUTES.csatScore]: survey.score, [ATTRIBUTES.handledBy]: handledBy(episode), ...(episode.team === null ? {} : { [ATTRIBUTES.team]: episode.team }),
    },
  };
}
