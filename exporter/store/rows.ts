/** Rows of the log and of the facts, to and from the shapes of `core`. */
import type { CanonicalEvent } from '../core/event.ts';
import type { EpisodeFact, Observation } from '../core/fact.ts';

/** A row of the log. */
export interface EventRow {
  readonly id: string; readonly twin?: string | null; readonly conversation?: string | null; readonly contact?: string | null; readonly message: string | null;
  readonly source: string; readonly kind: string; readonly channel: string; readonly inbox: string;
  /** Epoch milliseconds; bigint comes as text. */
  readonly t: string | number; readonly received_at: string | number; readonly seq: string; readonly data: Record<string, unknown> | null;
}

/** Select list for `EventRow` from `replywatch.event as event`. */
export const EVENT_COLUMNS = `event.id, event.twin, event.conversation, event.contact, event.message, event.source, event.kind, event.channel, event.inbox,
  (extract(epoch from event.t) * 1000)::bigint as t, (extract(epoch from event.received_at) * 1000)::bigint as received_at, event.seq, event.data`;

/** The event as it was stored, without what was not selected. */
export function rowToEvent(row: EventRow): CanonicalEvent {
  const event: Record<string, unknown> = {
    kind: row.kind, id: row.id, source: row.source, t: Number(row.t), receivedAt: Number(row.received_at), channel: row.channel, inbox: row.inbox, seq: Number(row.seq),
  };
  // Not as `...(…)`, which is slow, and there are many events.
  if (row.twin != null) event.twin = row.twin;
  if (row.conversation != null) event.conversation = row.conversation;
  if (row.contact != null) event.contact = row.contact;
  if (row.message !== null) event.message = row.message;
  // The log was written from a CanonicalEvent by the same version or an older one; its kinds are only ever added to.
  return Object.assign(event, row.data) as unknown as CanonicalEvent;
}

/** The fields of a kind that have no column, as JSON text; undefined when there are none. */
export function eventData(event: CanonicalEvent): string | undefined {
  let data: Record<string, unknown> | undefined;
  for (const key in event) { // a plain object; without the pairs that Object.entries would make
    if (isEnvelope(key)) continue;
    const value = (event as unknown as Record<string, unknown>)[key];
    if (value !== undefined) (data ??= {})[key] = value;
  }
  return data && JSON.stringify(data);
}

/** A switch, because a look-up in a set costs twice as much, and every field of every event comes by. */
function isEnvelope(field: string): boolean {
  switch (field) {
    case 'id': case 'twin': case 'clamped': case 'source': case 't': case 'receivedAt': case 'channel': case 'inbox': case 'seq': case 'conversation': case 'contact': case 'kind':
    case 'message': return true;
    default: return false;
  }
}

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

/** A row for `json_populate_recordset(null::replywatch.episode_facts, …)`: episodes are wide and few, so JSON is cheap enough. */
export function episodeToRow(fact: EpisodeFact): Record<string, unknown> {
  return {
    conversation: fact.conversation, number: fact.number, contact: fact.contact, source: fact.source, channel: fact.channel, inbox: fact.inbox,
    team: fact.team, agent: fact.agent, topic: fact.topic, initiator: fact.initiator, outcome: fact.outcome, opened_at: iso(fact.openedAt),
    demand_at: iso(fact.demandAt), closed_at: iso(fact.closedAt), ended_at: iso(fact.endedAt), closed_by: fact.closedBy, close_reason: fact.closeReason,
    bot: fact.bot, confirmed: fact.confirmed, unanswered: fact.unanswered, waiting_since: iso(fact.waitingSince), inbound_messages: fact.inboundMessages,
    agent_messages: fact.agentMessages, bot_messages: fact.botMessages, failed_messages: fact.failedMessages, handoffs: fact.handoffs, transfers: fact.transfers, assigned: fact.assigned,
    frt_seconds: fact.frtSeconds, frt_business_seconds: fact.frtBusinessSeconds, frt_at: iso(fact.frtAt), frt_agent: fact.frtAgent,
    frt_total_seconds: fact.frtTotalSeconds, first_human_at: iso(fact.firstHumanAt), bot_frt_seconds: fact.botFrtSeconds,
    first_any_response_seconds: fact.firstAnyResponseSeconds, queue_seconds: fact.queueSeconds, assign_to_response_seconds: fact.assignToResponseSeconds,
    resolution_seconds: fact.resolutionSeconds, resolution_business_seconds: fact.resolutionBusinessSeconds,
    human_resolution_seconds: fact.humanResolutionSeconds, working_resolution_seconds: fact.workingResolutionSeconds,
    conversation_length_seconds: fact.conversationLengthSeconds, engaged_seconds: fact.engagedSeconds,
    sla_first_response: fact.slaFirstResponse, sla_resolution: fact.slaResolution,
  };
}

/** Select list for `rowToEpisode` from `replywatch.episode_facts as episode`; times as epoch milliseconds, which are read faster than dates. */
export const EPISODE_COLUMNS = `episode.conversation, episode.number, episode.contact, episode.source, episode.channel, episode.inbox, episode.team, episode.agent,
  episode.topic, episode.initiator, episode.outcome, episode.closed_by, episode.close_reason, episode.bot, episode.confirmed, episode.unanswered,
  episode.inbound_messages, episode.agent_messages, episode.bot_messages, episode.failed_messages, episode.handoffs, episode.transfers, episode.assigned,
  episode.frt_seconds, episode.frt_business_seconds, episode.frt_agent, episode.frt_total_seconds, episode.bot_frt_seconds, episode.first_any_response_seconds,
  episode.queue_seconds, episode.assign_to_response_seconds, episode.resolution_seconds, episode.resolution_business_seconds, episode.human_resolution_seconds,
  episode.working_resolution_seconds, episode.conversation_length_seconds, episode.engaged_seconds, episode.sla_first_response, episode.sla_resolution,
  ${['opened_at', 'demand_at', 'closed_at', 'ended_at', 'waiting_since', 'frt_at', 'first_human_at'].map((name) => `round(date_part('epoch', episode.${name}) * 1000) as ${name}`).join(', ')}`;

const ms = (time: Date | number | null): number | null => (time instanceof Date ? time.getTime() : time);

/** A row of `replywatch.episode_facts` as node-postgres returns it. */
export function rowToEpisode(row: Record<string, unknown>): EpisodeFact {
  // Columns and types are those of migration 0003, which only this file maps.
  const r = row as Record<string, never>;
  return {
    conversation: r.conversation!, number: r.number!, contact: r.contact!, source: r.source!, channel: r.channel!, inbox: r.inbox!, team: r.team!, agent: r.agent!,
    topic: r.topic!, initiator: r.initiator!, outcome: r.outcome!, openedAt: ms(r.opened_at!) ?? 0, demandAt: ms(r.demand_at!), closedAt: ms(r.closed_at!),
    endedAt: ms(r.ended_at!), closedBy: r.closed_by!, closeReason: r.close_reason!, bot: r.bot!, confirmed: r.confirmed!, unanswered: r.unanswered!,
    waitingSince: ms(r.waiting_since!), inboundMessages: r.inbound_messages!, agentMessages: r.agent_messages!, botMessages: r.bot_messages!,
    failedMessages: r.failed_messages!, handoffs: r.handoffs!, transfers: r.transfers!, assigned: r.assigned ?? false, frtSeconds: r.frt_seconds!, frtBusinessSeconds: r.frt_business_seconds!,
    frtAt: ms(r.frt_at!), frtAgent: r.frt_agent!, frtTotalSeconds: r.frt_total_seconds!, firstHumanAt: ms(r.first_human_at!), botFrtSeconds: r.bot_frt_seconds!,
    firstAnyResponseSeconds: r.first_any_response_seconds!, queueSeconds: r.queue_seconds!, assignToResponseSeconds: r.assign_to_response_seconds!,
    resolutionSeconds: r.resolution_seconds!, resolutionBusinessSeconds: r.resolution_business_seconds!, humanResolutionSeconds: r.human_resolution_seconds!,
    workingResolutionSeconds: r.working_resolution_seconds!, conversationLengthSeconds: r.conversation_length_seconds!, engagedSeconds: r.engaged_seconds!,
    slaFirstResponse: r.sla_first_response!, slaResolution: r.sla_resolution!,
  };
}

/** A row of `replywatch.observation`. */
export interface ObservationRow {
  readonly conversation: string; readonly number: number; readonly type: string; readonly nth: number; readonly source: string; readonly channel: string;
  readonly inbox: string; readonly episode: string; readonly at: string; readonly seconds: number | null; readonly business_seconds: number | null;
  readonly agent: string | null; readonly data: Record<string, unknown> | null;
}

/** Select list for `ObservationRow` from `replywatch.observation as observation`. */
export const OBSERVATION_COLUMNS = `observation.conversation, observation.number, observation.type, observation.nth, observation.source, observation.channel,
  observation.inbox, observation.episode, (extract(epoch from observation.at) * 1000)::bigint as at, observation.seconds, observation.business_seconds,
  observation.agent, observation.data`;

/** The fact as it was stored. */
export function rowToObservation(row: ObservationRow): Observation {
  const fact: Record<string, unknown> = {
    type: row.type, nth: row.nth, conversation: row.conversation, number: row.number, source: row.source, channel: row.channel, inbox: row.inbox,
    episode: row.episode, at: Number(row.at),
  };
  if (row.seconds !== null) fact.seconds = row.seconds;
  if (row.business_seconds !== null) fact.businessSeconds = row.business_seconds;
  if (row.agent !== null) fact.agent = row.agent;
  // Written by observationToRow below; the union is restored field by field.
  return Object.assign(fact, row.data) as unknown as Observation;
}

/** Where an observation stands among its kind within the episode: responses by order, target results one per target, the rest once. */
export const nthOf = (fact: Observation): number => (fact.type === 'response' ? fact.nth : fact.type === 'sla' && fact.sla === 'resolution' ? 1 : 0);

/** Fields of an observation that have no column. */
function observationData(fact: Observation): Record<string, unknown> | null {
  switch (fact.type) {
    case 'response': return { first: fact.first, ...(fact.assignSeconds === undefined ? {} : { assignSeconds: fact.assignSeconds }) };
    case 'resolution': return { by: fact.by };
    case 'sla': return { sla: fact.sla, result: fact.result };
    case 'closed': return { outcome: fact.outcome, initiator: fact.initiator, bot: fact.bot, confirmed: fact.confirmed, unanswered: fact.unanswered, ...(fact.topic === undefined ? {} : { topic: fact.topic }) };
    case 'first_human': case 'first_bot': case 'queue': return null;
  }
}

/** A row of `replywatch.observation` to be written; times are epoch milliseconds. */
export interface ObservationWrite extends Omit<ObservationRow, 'at'> { readonly at: number; readonly settle_at: number; readonly settled: boolean }

/** The row of a fact. @param settleAt epoch milliseconds */
export function observationToRow(fact: Observation, settleAt: number, settled: boolean): ObservationWrite {
  return {
    conversation: fact.conversation, number: fact.number, type: fact.type, nth: nthOf(fact), source: fact.source, channel: fact.channel, inbox: fact.inbox,
    episode: fact.episode, at: fact.at, seconds: 'seconds' in fact ? fact.seconds : null,
    business_seconds: 'businessSeconds' in fact ? fact.businessSeconds : null, agent: fact.type === 'response' ? fact.agent ?? null : null,
    data: observationData(fact), settle_at: settleAt, settled,
  };
}
