/** Facts: what we conclude from events. Metrics, rollups and traces are made of facts, never of events. */
import type { Author, Channel, Receipt, Resolver, Sentiment } from './event.ts';

/** How episodes end; the first that fits (docs/kpis.md, B6). */
export const OUTCOMES = [
  'outbound_only', 'withdrawn', 'dropped', 'resolved_agent', 'courtesy', 'dismissed', 'abandoned', 'missed', 'bot_abandoned', 'resolved_bot',
] as const;
/** How a closed episode ended; see docs/kpis.md for the order of the rules. */
export type Outcome = (typeof OUTCOMES)[number];

/** Who opens episodes. */
export const INITIATORS = ['contact', 'agent', 'campaign'] as const;
export type Initiator = (typeof INITIATORS)[number];

/** Whether an episode is the first of its conversation. */
export const EPISODE_KINDS = ['first', 'reopened'] as const;
/** Whether an episode is the conversation's first. */
export type EpisodeKind = (typeof EPISODE_KINDS)[number];

/** The bot's part in an episode (docs/kpis.md, bot involvement). */
export const BOT_PARTS = ['none', 'involved', 'escalated'] as const;
/** The bot's part in an episode that a customer opened. */
export type BotPart = (typeof BOT_PARTS)[number];

/** Where a fact belongs on dashboards. */
export interface Place { readonly channel: Channel; readonly inbox: string }

/** Counted once, in the transaction that stores the event. */
export type CommitFact =
  | (Place & { readonly type: 'message'; readonly direction: 'inbound' | 'outbound'; readonly author: Author | 'contact' })
  /** A message reached this rung for the first time. */
  | (Place & { readonly type: 'receipt'; readonly author: Author; readonly status: Receipt })
  /** The first receipt of any kind for a message: one delivery attempt. */
  | (Place & { readonly type: 'attempt'; readonly author: Author })
  | (Place & { readonly type: 'failure'; readonly code: string })
  | (Place & { readonly type: 'opened'; readonly initiator: Initiator; readonly episode: EpisodeKind })
  | (Place & { readonly type: 'handoff' })
  | (Place & { readonly type: 'transfer' })
  | (Place & { readonly type: 'survey_sent' })
  | (Place & { readonly type: 'survey_answered'; readonly score: number })
  /** Known of a customer's whole history only, and counted when that was read. `amount` in the currency. */
  | (Place & { readonly type: 'window_send'; readonly window: 'inside' | 'outside'; readonly form: 'template' | 'freeform' })
  | (Place & { readonly type: 'unconsented_send' })
  | (Place & { readonly type: 'sentiment'; readonly sentiment: Sentiment })
  | (Place & { readonly type: 'message_cost'; readonly currency: string; readonly category: string; readonly amount: number })
  /** A bot said that it did not understand. */
  | (Place & { readonly type: 'bot_fallback' })
  /** A resolved issue came back in the same conversation. */
  | (Place & { readonly type: 'reopen' })
  /** D5: from the first negative message to the end of a resolved episode. */
  | (Place & { readonly type: 'negative_resolution'; readonly seconds: number })
  /** G1, G2: time of one agent that is final: there, busy, and handling, where parallel conversations add up. */
  | { readonly type: 'agent_seconds'; readonly agent: string; readonly online: number; readonly busy: number; readonly handling: number }
  /** A message that answered a survey. It changes the survey's row; the store says whether it counts. */
  | (Place & { readonly type: 'survey_reply'; readonly reply: SurveyReply });

/** `at`: epoch milliseconds UTC. */
export interface SurveyReply {
  readonly source: string; readonly survey: string; readonly surveyType: 'csat' | 'nps'; readonly message: string; readonly at: number; readonly score: number;
}

/** What all settled facts share: the episode they belong to and when they were final. */
interface Settled extends Place {
  readonly conversation: string;
  /** Number of the episode within its conversation, from 1. */
  readonly number: number;
  readonly episode: EpisodeKind;
  readonly source: string;
  /** The closing time: epoch milliseconds UTC. The fact belongs to this local day. */
  readonly at: number;
}

/** Counted `settleSeconds` after it closed, so that a failure or deletion right after it is known. Each row exists once. */
export type Observation = Settled & (
  /** A6; with `first` also A1. `seconds` of wall clock, `businessSeconds` within opening hours. */
  | { readonly type: 'response'; readonly nth: number; readonly seconds: number; readonly businessSeconds: number; readonly first: boolean;
      readonly agent?: string;
      /** A9: the agent's own reaction, when the author was assigned. */
      readonly assignSeconds?: number }
  /** A3: the customer's first message to the first agent message. */
  | { readonly type: 'first_human'; readonly seconds: number }
  /** A4. */
  | { readonly type: 'first_bot'; readonly seconds: number }
  /** A8. */
  | { readonly type: 'queue'; readonly seconds: number }
  /** B1, B2. */
  | { readonly type: 'resolution'; readonly seconds: number; readonly businessSeconds: number; readonly by: 'agent' | 'bot' }
  /** A10, B11: once per episode and target. `undecided` takes a miss back: a bot answered after all, a person closed it as spam. */
  | { readonly type: 'sla'; readonly sla: 'first_response' | 'resolution'; readonly result: 'met' | 'missed' | 'undecided' }
  /** B6, E, F: the episode is over. */
  | { readonly type: 'closed'; readonly outcome: Outcome; readonly initiator: Initiator; readonly bot: BotPart; readonly confirmed: boolean;
      readonly unanswered: boolean;
      /** C4: the last topic set. */
      readonly topic?: string }
);

export type ObservationType = Observation['type'];

/** Facts that are known of a customer's whole history only; they are counted when that was read. */
export type DerivedKpi = 'window_send' | 'unconsented_send' | 'sentiment' | 'message_cost' | 'reopen' | 'negative_resolution';

/** All that metrics count. */
export type Fact = CommitFact | Observation;

/** One episode, open or closed: the row of `episode_facts`. Times are epoch milliseconds UTC, durations seconds; null: never measured. */
export interface EpisodeFact extends Place {
  readonly conversation: string;
  readonly number: number;
  readonly contact: string | null;
  readonly source: string;
  readonly team: string | null;
  readonly agent: string | null;
  readonly topic: string | null;
  readonly initiator: Initiator;
  readonly outcome: Outcome | 'open';
  readonly openedAt: number;
  /** First customer message that was not withdrawn. */
  readonly demandAt: number | null;
  readonly closedAt: number | null;
  /** Close, or the last message when the episode closed by inactivity. */
  readonly endedAt: number | null;
  readonly closedBy: Resolver | null;
  readonly closeReason: 'done' | 'confirmed' | 'inactivity' | null;
  readonly bot: BotPart;
  readonly confirmed: boolean;
  readonly unanswered: boolean;
  /** Wait that was pending at the close, or is pending now. */
  readonly waitingSince: number | null;
  readonly inboundMessages: number;
  readonly agentMessages: number;
  readonly botMessages: number;
  readonly failedMessages: number;
  readonly handoffs: number;
  readonly transfers: number;
  /** An agent or a team had it at any time. */
  readonly assigned: boolean;
  readonly frtSeconds: number | null;
  readonly frtBusinessSeconds: number | null;
  readonly frtAt: number | null;
  readonly frtAgent: string | null;
  readonly frtTotalSeconds: number | null;
  readonly firstHumanAt: number | null;
  readonly botFrtSeconds: number | null;
  readonly firstAnyResponseSeconds: number | null;
  readonly queueSeconds: number | null;
  readonly assignToResponseSeconds: number | null;
  readonly resolutionSeconds: number | null;
  readonly resolutionBusinessSeconds: number | null;
  readonly humanResolutionSeconds: number | null;
  readonly workingResolutionSeconds: number | null;
  readonly conversationLengthSeconds: number | null;
  readonly engagedSeconds: number | null;
  readonly slaFirstResponse: 'met' | 'missed' | null;
  readonly slaResolution: 'met' | 'missed' | null;
}
