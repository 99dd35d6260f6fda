/** Every attribute name of a conversation span, in one place, and the tables that fill them. Counts, labels and pseudonyms only. */
import type { EpisodeFact } from '../core/fact.ts';
import type { FrozenPhase } from '../core/trace-job.ts';
import type { Part } from './parts.ts';
import type { Phase, PhaseSpan } from './phases.ts';
import type { SpanAttributes } from './span.ts';

export const ATTRIBUTES = {
  // On every span, so that one found alone can be placed.
  session: 'session.id', conversation: 'conversation.id', channel: 'conversation.channel', inbox: 'conversation.inbox',
  // Root.
  previousSession: 'session.previous_id', outcome: 'conversation.outcome', initiator: 'conversation.initiator', handledBy: 'conversation.handled_by',
  team: 'conversation.team', topic: 'conversation.topic', keepReason: 'conversation.keep_reason', firstResponseSeconds: 'conversation.first_response_s',
  durationSeconds: 'conversation.duration_s', handoffs: 'conversation.handoff.count', messages: 'conversation.message.count',
  reopens: 'conversation.reopen.count', csatAnswered: 'conversation.csat.answered', csatScore: 'conversation.csat.score',
  truncated: 'conversation.truncated', droppedSpans: 'conversation.spans.dropped',
  // Phases and KPI spans.
  phase: 'conversation.phase', turn: 'conversation.turn.index', slaBreached: 'conversation.sla.breached', firstResponse: 'conversation.first_response',
  seconds: 'conversation.seconds', businessSeconds: 'conversation.business_s', genAiConversation: 'gen_ai.conversation.id',
  // Deliveries: OpenTelemetry's messaging conventions.
  messagingSystem: 'messaging.system', operationType: 'messaging.operation.type', operationName: 'messaging.operation.name',
  messageId: 'messaging.message.id', author: 'conversation.author', ingestLagSeconds: 'conversation.ingest_lag_s', errorType: 'error.type',
  // Links.
  link: 'conversation.link',
} as const;

/** Seconds of an episode by whom it waited for: attributes of the root. */
export const PHASE_TIMES: Readonly<Record<Phase, string>> = {
  bot: 'conversation.time.bot_s', queue: 'conversation.time.queue_s', agent: 'conversation.time.agent_s',
  customer: 'conversation.time.customer_s', hold: 'conversation.time.hold_s',
};

/** Our name of an episode in OpenTelemetry's and in LLM tools' vocabulary; further parts of a long one are counted behind it, from 2. */
export const sessionOf = (conversation: string, number: number, part = 0): string => `${conversation}.${number}${part === 0 ? '' : `.${part + 1}`}`;

/** What every span of an episode carries. */
export function commonAttributes(episode: EpisodeFact, part: number): SpanAttributes {
  return {
    [ATTRIBUTES.session]: sessionOf(episode.conversation, episode.number, part), [ATTRIBUTES.conversation]: episode.conversation,
    [ATTRIBUTES.channel]: episode.channel, [ATTRIBUTES.inbox]: episode.inbox,
  };
}

/**
 * The root's own attributes. Zero and false are written out: searches for what is absent do not work in Tempo. Times are those of the
 * part, everything else is what is known of the episode when the part is sent.
 */
export function rootAttributes(episode: EpisodeFact, { from, to, isLast, phases }: Part, csatScore: number | undefined, keepReason: string): SpanAttributes {
  const seconds = Object.fromEntries(Object.entries(PHASE_TIMES).map(([phase, name]) =>
    [name, phases.reduce((sum, span) => (span.phase === phase ? sum + span.end - span.start : sum), 0) / 1000]));
  return {
    ...seconds,
    [ATTRIBUTES.outcome]: isLast ? episode.outcome : 'continued', [ATTRIBUTES.initiator]: episode.initiator, [ATTRIBUTES.handledBy]: handledBy(episode),
    [ATTRIBUTES.keepReason]: keepReason, [ATTRIBUTES.durationSeconds]: ((to ?? from) - from) / 1000,
    [ATTRIBUTES.handoffs]: episode.handoffs, [ATTRIBUTES.messages]: episode.inboundMessages + episode.agentMessages + episode.botMessages,
    [ATTRIBUTES.reopens]: episode.number - 1, [ATTRIBUTES.csatAnswered]: csatScore !== undefined, [ATTRIBUTES.slaBreached]: breached(episode),
    [ATTRIBUTES.truncated]: false, [ATTRIBUTES.droppedSpans]: 0,
    ...(csatScore === undefined ? {} : { [ATTRIBUTES.csatScore]: csatScore }),
    ...(episode.frtSeconds === null ? {} : { [ATTRIBUTES.firstResponseSeconds]: episode.frtSeconds }),
    ...(episode.team === null ? {} : { [ATTRIBUTES.team]: episode.team }),
    ...(episode.topic === null ? {} : { [ATTRIBUTES.topic]: episode.topic }),
  };
}

/** A phase's own attributes; the turn that ends with the first response says so, because at a checkpoint there is no root to say it. */
export function phaseAttributes(span: PhaseSpan, index: number, episode: EpisodeFact): FrozenPhase['attributes'] {
  const first = span.phase === 'agent' && episode.frtSeconds !== null && span.end === episode.frtAt;
  return {
    [ATTRIBUTES.phase]: span.phase, [ATTRIBUTES.turn]: index, [ATTRIBUTES.firstResponse]: first,
    [ATTRIBUTES.slaBreached]: first && episode.slaFirstResponse === 'missed',
    ...(first ? { [ATTRIBUTES.firstResponseSeconds]: episode.frtSeconds ?? 0 } : {}),
    ...(span.phase === 'bot' ? { [ATTRIBUTES.genAiConversation]: sessionOf(episode.conversation, episode.number) } : {}),
  };
}

/** Who wrote to the customer: `bot`, `agent`, both (`mixed`) or `nobody`. */
export function handledBy(episode: EpisodeFact): string {
  if (episode.agentMessages > 0) return episode.botMessages > 0 ? 'mixed' : 'agent';
  return episode.botMessages > 0 ? 'bot' : 'nobody';
}

const breached = (episode: EpisodeFact): boolean => episode.slaFirstResponse === 'missed' || episode.slaResolution === 'missed';
