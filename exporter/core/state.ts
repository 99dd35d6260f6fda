/** What the machine remembers of a conversation between two events. Plain JSON: it survives a round trip unchanged. */
import type { OrderKey, SurveyScale } from './event.ts';
import type { Initiator, Place } from './fact.ts';

/** What passes from one episode to the next. */
export interface Carried {
  /** The last event folded. */
  key?: OrderKey;
  /** The last instant at which the clock, not an event, changed something. */
  tickedAt?: number;
  /** Episodes opened so far. */
  episodes: number;
  /** Assigned agent and team; absent: nobody. */
  agent?: string;
  agentSince?: number;
  team?: string;
  /** Nobody has had it since: the next assignment to a team is no transfer. */
  free?: boolean;
  /** The source's own word for the state of the thread, from the last snapshot. */
  status?: 'open' | 'pending' | 'snoozed' | 'resolved';
  /** Asked and not answered. */
  survey?: PendingSurvey;
  /** Moments so far that are counted when they happen. */
  tally: Tally;
}

/** The survey a conversation was asked last and has not answered. */
export interface PendingSurvey {
  /** Identity of the row in `survey_facts`. */
  readonly source: string;
  readonly survey: string;
  readonly type: 'csat' | 'nps';
  readonly scale: SurveyScale;
  readonly sentAt: number;
}

/** How often each moment happened in the life of a conversation. */
export interface Tally { opened: number; handoff: number; transfer: number }

/** All the machine knows of a conversation. */
export interface ConversationState extends Carried {
  /** Where the latest episode began: late events behind it fold again from here. */
  base?: Carried;
  /** The open episode, if any. */
  open?: OpenEpisode;
  /** Moments already counted: never lower than before. */
  counted: Tally;
}

/** Unanswered customer messages kept by id; a longer run keeps its length only. */
export const LISTED = 64;

/** Times are epoch milliseconds UTC, durations seconds. Names equal those of `EpisodeFact` where they mean the same. */
export interface OpenEpisode extends Place {
  number: number;
  source: string;
  contact?: string;
  initiator: Initiator;
  openedAt: number;
  /** The customer's first message that was not withdrawn. */
  demandAt?: number;
  /** A human is in charge: bot messages answer nobody. */
  human: boolean;
  /** Unanswered customer messages, oldest first, and how many more than `LISTED` there are. */
  list: [message: string, t: number][];
  more: number;
  /** A hand-off that nobody answered yet. */
  handoffAt?: number;
  /** The first accepted hand-off. */
  firstHandoffAt?: number;
  inboundMessages: number;
  withdrawnMessages: number;
  agentMessages: number;
  botMessages: number;
  failedMessages: number;
  handoffs: number;
  transfers: number;
  /** An agent or a team had it; absent in states of earlier versions. */
  assigned?: boolean;
  topic?: string;
  /** Last contact, agent or bot message; and the same with campaigns. */
  lastAt?: number;
  activeAt: number;
  /** Last message of the conversation proper, for gaps. */
  gapFrom?: number;
  engagedMs: number;
  /** The last bot or agent message asked something. */
  expectsReply: boolean;
  responses: number;
  frtStart?: number;
  frtAt?: number;
  frtBusinessSeconds?: number;
  frtAgent?: string;
  assignToResponseSeconds?: number;
  firstHumanAt?: number;
  firstBotAt?: number;
  botFrtSeconds?: number;
  queueSeconds?: number;
  snoozedAt?: number;
  /** Finished snoozes, for the working resolution time. */
  snoozes: [from: number, to: number][];
  overdue: boolean;
  slaFirstResponse: SlaResult;
  slaResolution: SlaResult;
}

/** What became of a target; `undecided` counts neither way. */
export type SlaResult = 'met' | 'missed' | 'undecided';

/** Nothing has happened yet. */
export const emptyTally = (): Tally => ({ opened: 0, handoff: 0, transfer: 0 });

/** Start of the pending wait: the hand-off if one is pending, else the first unanswered message. */
export const waitStart = (open: OpenEpisode): number | undefined => open.handoffAt ?? open.list[0]?.[1];

/** What a conversation adds to the live gauges. */
export interface LiveCounts { readonly open: number; readonly waiting: number; readonly overdue: number; readonly unassigned: number }

const NOTHING: LiveCounts = { open: 0, waiting: 0, overdue: 0, unassigned: 0 };

/** Live figures count open episodes with demand. */
export function liveCounts(state: ConversationState | undefined): LiveCounts {
  const open = state?.open;
  if (!open || open.demandAt === undefined) return NOTHING;
  return { open: 1, waiting: waitStart(open) === undefined ? 0 : 1, overdue: open.overdue ? 1 : 0, unassigned: state.agent === undefined ? 1 : 0 };
}
