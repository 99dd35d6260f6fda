/** The end of an episode: its outcome and its row of figures. */
import type { Resolver } from './event.ts';
import type { BotPart, EpisodeFact, Outcome } from './fact.ts';
import { observe, seconds, type Machine } from './machine.ts';
import { reviewTargets } from './targets.ts';
import { waitStart, type ConversationState, type OpenEpisode } from './state.ts';

type Reason = 'done' | 'confirmed' | 'inactivity';

/** Ends the episode at `at`: outcome, targets, resolution, row. */
export function closeEpisode(machine: Machine, open: OpenEpisode, at: number, by: Resolver, reason: Reason): void {
  const outcome = outcomeOf(open, by, reason);
  const ended = reason === 'inactivity' ? Math.max(open.lastAt ?? open.activeAt, open.openedAt) : at;
  const resolved = outcome === 'resolved_agent' || outcome === 'resolved_bot';
  const resolution = resolved && open.demandAt !== undefined
    ? { seconds: seconds(open.demandAt, ended), businessSeconds: machine.calendar.businessSeconds(open.demandAt, ended) } : undefined;
  const confirmed = outcome === 'resolved_bot' && (by === 'contact' || reason === 'confirmed');
  const unanswered = waitStart(open) !== undefined;
  const bot = botPart(open, outcome);
  reviewTargets(machine, open, at, { outcome, resolutionSeconds: resolution?.seconds ?? null });
  if (resolution) observe(machine, open, at, { type: 'resolution', ...resolution, by: outcome === 'resolved_bot' ? 'bot' : 'agent' });
  observe(machine, open, at, { type: 'closed', outcome, initiator: open.initiator, bot, confirmed, unanswered, ...(open.topic === undefined ? {} : { topic: open.topic }) });
  machine.closed.push({
    ...episodeOf(machine.id, machine.state, open), outcome, closedAt: at, endedAt: ended, closedBy: by, closeReason: reason, bot, confirmed, unanswered,
    resolutionSeconds: resolution?.seconds ?? null, resolutionBusinessSeconds: resolution?.businessSeconds ?? null,
    humanResolutionSeconds: outcome === 'resolved_agent' ? seconds(open.frtStart ?? open.demandAt ?? ended, ended) : null,
    workingResolutionSeconds: resolution ? resolution.seconds - snoozedSeconds(open, ended) : null,
    conversationLengthSeconds: hadAnswer(open) ? seconds(open.demandAt!, open.gapFrom!) : null,
    engagedSeconds: hadAnswer(open) ? open.engagedMs / 1000 : null,
  });
}

/** The figures of an episode as far as they are known while it is open. */
export function episodeOf(id: string, state: ConversationState, open: OpenEpisode): EpisodeFact {
  const answers = [open.firstHumanAt, open.firstBotAt].filter((at) => at !== undefined);
  return {
    conversation: id, number: open.number, contact: open.contact ?? null, source: open.source, channel: open.channel, inbox: open.inbox,
    team: state.team ?? null, agent: state.agent ?? null, topic: open.topic ?? null, initiator: open.initiator, outcome: 'open',
    openedAt: open.openedAt, demandAt: open.demandAt ?? null, closedAt: null, endedAt: null, closedBy: null, closeReason: null, bot: 'none',
    confirmed: false, unanswered: false, waitingSince: waitStart(open) ?? null, inboundMessages: open.inboundMessages + open.withdrawnMessages,
    agentMessages: open.agentMessages, botMessages: open.botMessages, failedMessages: open.failedMessages, handoffs: open.handoffs,
    transfers: open.transfers, assigned: open.assigned === true, frtSeconds: open.frtAt === undefined ? null : seconds(open.frtStart!, open.frtAt),
    frtBusinessSeconds: open.frtBusinessSeconds ?? null, frtAt: open.frtAt ?? null, frtAgent: open.frtAgent ?? null,
    frtTotalSeconds: open.firstHumanAt === undefined ? null : seconds(open.demandAt!, open.firstHumanAt), firstHumanAt: open.firstHumanAt ?? null,
    botFrtSeconds: open.botFrtSeconds ?? null, firstAnyResponseSeconds: answers.length === 0 ? null : seconds(open.demandAt!, Math.min(...answers)),
    queueSeconds: open.queueSeconds ?? null, assignToResponseSeconds: open.assignToResponseSeconds ?? null, resolutionSeconds: null,
    resolutionBusinessSeconds: null, humanResolutionSeconds: null, workingResolutionSeconds: null, conversationLengthSeconds: null, engagedSeconds: null,
    slaFirstResponse: decided(open.slaFirstResponse), slaResolution: decided(open.slaResolution),
  };
}

const decided = (result: OpenEpisode['slaResolution']): 'met' | 'missed' | null => (result === 'undecided' ? null : result);

const hadAnswer = (open: OpenEpisode): boolean => open.demandAt !== undefined && open.agentMessages + open.botMessages > 0;

/** The first matching rule gives the outcome; the order is part of the definition. */
function outcomeOf(open: OpenEpisode, by: Resolver, reason: Reason): Outcome {
  const { agentMessages: agents, botMessages: bots, failedMessages: failed } = open;
  const waiting = waitStart(open) !== undefined;
  if (open.inboundMessages + open.withdrawnMessages === 0) return 'outbound_only';
  if (open.inboundMessages === 0 && agents === 0 && bots === 0 && !waiting) return 'withdrawn';
  if (agents >= 1) return waiting && by !== 'agent' ? 'dropped' : 'resolved_agent';
  if (by === 'agent' && failed === 0) {
    if (bots === 0 && open.number >= 2) return 'courtesy';
    if (waiting || open.handoffs > 0 || bots === 0) return 'dismissed';
  }
  if (waiting) return by === 'contact' ? 'abandoned' : 'missed';
  if (open.expectsReply && by !== 'contact' && by !== 'agent' && reason !== 'confirmed') return 'bot_abandoned';
  return bots >= 1 ? 'resolved_bot' : 'withdrawn';
}

const WITH_BOT: readonly Outcome[] = ['resolved_agent', 'dropped', 'missed', 'abandoned', 'resolved_bot', 'bot_abandoned'];

function botPart(open: OpenEpisode, outcome: Outcome): BotPart {
  const handedOff = open.handoffs > 0;
  if (open.initiator !== 'contact' || !(open.botMessages > 0 || handedOff) || !WITH_BOT.includes(outcome)) return 'none';
  return handedOff || (open.agentMessages > 0 && open.botMessages > 0) ? 'escalated' : 'involved';
}

function snoozedSeconds(open: OpenEpisode, ended: number): number {
  return open.snoozes.reduce((sum, [from, to]) => sum + seconds(Math.max(from, open.demandAt ?? from), Math.min(to, ended)), 0);
}
