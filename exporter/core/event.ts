/**
 * The canonical events: what a provider said happened, in one vocabulary.
 * Kinds and fields are those of docs/events.md; names are camelCase here and snake_case on `POST /v1/events`.
 */

export const CHANNELS = ['whatsapp', 'messenger', 'instagram', 'webchat', 'sms', 'telegram', 'email', 'other'] as const;
export type Channel = (typeof CHANNELS)[number];

/** Who wrote an outbound message. Only `agent` (and, before a human is in charge, `bot`) answers a waiting customer. */
export const AUTHORS = ['agent', 'bot', 'automation', 'campaign', 'system'] as const;
export type Author = (typeof AUTHORS)[number];

/** Receipts, lowest rung first: a message's status is the highest rung ever seen. */
export const RECEIPTS = ['sent', 'failed', 'delivered', 'read'] as const;
export type Receipt = (typeof RECEIPTS)[number];

/** Types of messages, as providers tell them apart. */
export const CONTENTS = [
  'text', 'image', 'video', 'audio', 'document', 'sticker', 'location', 'contacts', 'button', 'list', 'form', 'template',
  'order', 'survey', 'unsupported', 'other',
] as const;
/** The type of a message; never its text. */
export type Content = (typeof CONTENTS)[number];

/** Who can end a conversation. */
export const RESOLVERS = ['agent', 'bot', 'contact', 'automation', 'system'] as const;
export type Resolver = (typeof RESOLVERS)[number];

/** How a message can sound. */
export const SENTIMENTS = ['negative', 'neutral', 'positive'] as const;
export type Sentiment = (typeof SENTIMENTS)[number];

/** What help desks say of their agents; `busy` is there, but takes nothing new. */
export const AGENT_STATUSES = ['online', 'busy', 'away', 'offline'] as const;
export type AgentStatus = (typeof AGENT_STATUSES)[number];

export const SURVEY_SCALES = ['1-5', '1-10', '0-10', 'thumbs'] as const;
/** How a survey wants to be answered; `0-10` is NPS. */
export type SurveyScale = (typeof SURVEY_SCALES)[number];

/** A number somebody wrote and nothing else. `of`: what it is out of, when the text says so (stars 5, `8/10` 10, a thumb 1). */
export interface Rating { readonly value: number; readonly of?: number }

/** Which configured survey a message is. */
export interface SurveyAsked { readonly type: 'csat' | 'nps'; readonly scale: SurveyScale }

/** What a message cost, as the provider's receipt says. */
export interface Pricing {
  readonly category: string;
  readonly type?: string;
  readonly model?: string;
  readonly billable?: boolean;
}

/** One thing that happened. Ids are the provider's before `enrich` and pseudonyms after it. */
export type Payload =
  | { readonly kind: 'message.inbound'; readonly message: string; readonly content: Content; readonly needsReply?: boolean;
      readonly surveyAnswer?: boolean; readonly optOut?: boolean; readonly referral?: string; readonly language?: string; readonly country?: string;
      /** Absent: the text gave no evidence, which is not the same as neutral. */
      readonly sentiment?: Sentiment;
      /** −1 worst to 1 best. */
      readonly sentimentScore?: number;
      /** What rules read in the text; a label of the help desk goes before it. */
      readonly topic?: string;
      /** The text alone would answer a survey; whether it does, the machine knows. */
      readonly rating?: Rating }
  | { readonly kind: 'message.outbound'; readonly message: string; readonly content: Content; readonly author: Author; readonly authorId?: string;
      readonly template?: { readonly name: string; readonly category?: string }; readonly campaign?: string; readonly expectsReply?: boolean;
      readonly fallback?: boolean; readonly market?: string;
      /** The message asks for a rating. */
      readonly survey?: SurveyAsked;
      /** Of an agent's text: characters, emoji, and a signature that tells how alike two texts are and nothing else. */
      readonly length?: number; readonly emoji?: number; readonly shingles?: string }
  | { readonly kind: 'message.status'; readonly message: string; readonly status: Receipt; readonly errorCode?: string; readonly pricing?: Pricing;
      readonly campaign?: string }
  /**
   * Everything the business sent in this conversation up to `upTo` (epoch ms, the provider's clock of messages) has reached this rung.
   * Never stored: the store makes a receipt per message of it.
   */
  | { readonly kind: 'message.watermark'; readonly status: 'delivered' | 'read'; readonly upTo: number }
  | { readonly kind: 'message.deleted'; readonly message: string }
  | { readonly kind: 'message.edited'; readonly message: string }
  | { readonly kind: 'note.created' }
  | { readonly kind: 'reaction.added'; readonly by?: 'agent' | 'contact' }
  | { readonly kind: 'conversation.assigned'; readonly toType: 'agent' | 'team' | 'bot'; readonly toId: string }
  | { readonly kind: 'conversation.unassigned' }
  | { readonly kind: 'conversation.handoff'; readonly by?: 'bot' | 'contact' | 'rule' }
  | { readonly kind: 'conversation.snoozed' }
  | { readonly kind: 'conversation.unsnoozed' }
  | { readonly kind: 'conversation.resolved'; readonly by: Resolver; readonly byId?: string; readonly reason?: 'done' | 'confirmed' | 'inactivity' }
  | { readonly kind: 'conversation.reopened'; readonly by?: Resolver }
  | { readonly kind: 'conversation.classified'; readonly topic: string }
  /**
   * The whole state of a conversation, from sources that send states instead of changes. The machine compares it with what it
   * knows and derives the changes. A field that is absent is unknown; `null` means "nobody" or "none".
   */
  | { readonly kind: 'conversation.snapshot'; readonly status?: 'open' | 'pending' | 'snoozed' | 'resolved'; readonly agent?: string | null;
      readonly team?: string | null; readonly topic?: string | null }
  | { readonly kind: 'survey.sent'; readonly survey: string; readonly type?: 'csat' | 'nps'; readonly message?: string; readonly scale?: SurveyScale }
  | { readonly kind: 'survey.answered'; readonly survey: string; readonly type?: 'csat' | 'nps'; readonly score: number; readonly message?: string }
  | { readonly kind: 'sentiment.scored'; readonly message: string; readonly sentiment: Sentiment }
  | { readonly kind: 'agent.status'; readonly agent: string; readonly status: AgentStatus }
  | { readonly kind: 'contact.created'; readonly origin: 'inbound' | 'ad' | 'manual' | 'import' | 'api' }
  /** `by`: two sources told the same number or address, so it was concluded here; absent where the source itself merges. */
  | { readonly kind: 'contact.merged'; readonly from: string; readonly into: string; readonly by?: 'phone' | 'email' }
  | { readonly kind: 'contact.deleted' }
  | { readonly kind: 'contact.erased' }
  | { readonly kind: 'consent.requested' | 'consent.granted' | 'consent.revoked'; readonly purpose?: string; readonly method?: 'single' | 'double' }
  /** `campaign`: the click belongs to the customer's latest message of it, where it names no message. */
  | { readonly kind: 'link.clicked'; readonly message?: string; readonly link: string; readonly automated?: boolean; readonly campaign?: string }
  /** Type `refund`: the value was given back, of the order named; it is no order of its own. */
  | { readonly kind: 'conversion.recorded'; readonly order: string; readonly type?: string; readonly value?: number; readonly currency?: string }
  | { readonly kind: 'flow.step'; readonly flow: string; readonly run?: string; readonly step: string }
  | { readonly kind: 'flow.completed'; readonly flow: string; readonly run?: string; readonly step?: string }
  | { readonly kind: 'experiment.assigned'; readonly experiment: string; readonly variant: string };

/** Name of a kind of event, as everybody may send it. */
export type Kind = Payload['kind'];

/** What all events share. */
export interface Envelope {
  /** Equal on every redelivery; unique per source. */
  readonly id: string;
  /** URL segment of the adapter instance, e.g. `whatsapp`. */
  readonly source: string;
  /** When it happened at the provider: epoch milliseconds UTC. */
  readonly t: number;
  /** Our clock: epoch milliseconds UTC. */
  readonly receivedAt: number;
  readonly channel: Channel;
  /** The business's end: phone number id, page, help-desk inbox. A bounded set, never a customer. */
  readonly inbox: string;
  /** The source's own order among events of one instant (a running message number); 0 when it has none. */
  readonly seq?: number;
}

/** What an adapter returns. Still personal data (provider ids, phone, text): never stored, never logged. */
export type ParsedEvent = Envelope & Payload & {
  /** The provider's thread id; absent for what belongs to no conversation (presence, orders). */
  readonly conversation?: string;
  /** The provider's id of the customer. */
  readonly contact?: string;
  /** The source whose id the contact is, where it is not the event's own: a shop that was told whom it sells to. */
  readonly contactSource?: string;
  /** The customer's number in international form, digits only; used for the country, and to know the same customer elsewhere, and dropped. */
  readonly phone?: string;
  /** The customer's address, used to know the same customer elsewhere and dropped. */
  readonly email?: string;
  /** Message text; scored and dropped. */
  readonly text?: string;
};

declare const pseudonym: unique symbol;
/** 128 bits of a keyed hash, written as a UUID. Only `ingest/enrich.ts` makes one. */
export type Pseudonym = string & { readonly [pseudonym]: true };

/** What is stored and folded: keyed hashes, labels and scores; no text, no number, no name. */
export type CanonicalEvent = Omit<Envelope, 'id'> & Payload & {
  readonly id: Pseudonym;
  /** A second identity under which the same fact may arrive: an event id beside the message id. */
  readonly twin?: Pseudonym;
  /** `t` was too far ahead of our clock and is now `receivedAt`. Counted, not stored. */
  readonly clamped?: true;
  readonly conversation?: Pseudonym;
  readonly contact?: Pseudonym;
};

/** Time passing, for one conversation: closes by inactivity, deadlines. */
export interface Tick { readonly kind: 'tick'; readonly t: number; readonly conversation: Pseudonym }

const RANK: Readonly<Partial<Record<Kind, number>>> = {
  'contact.created': 0, 'contact.merged': 0, 'contact.deleted': 0, 'contact.erased': 0, 'experiment.assigned': 0,
  'agent.status': 1, 'conversation.reopened': 2, 'conversation.unsnoozed': 3, 'message.inbound': 4, 'conversation.classified': 5,
  'conversation.handoff': 6, 'conversation.assigned': 7, 'conversation.unassigned': 7, 'message.outbound': 8,
  'conversation.snoozed': 10, 'conversation.resolved': 11, 'survey.sent': 12, 'survey.answered': 12,
};
const OTHER_KINDS = 9;

/** Order of kinds among events of one instant. */
function rankOf(event: Payload): number {
  if (event.kind === 'conversation.snapshot') return event.status === 'resolved' ? 11 : event.status === 'snoozed' ? 10 : 7;
  return RANK[event.kind] ?? OTHER_KINDS;
}

/** The place of an event in its conversation: time, kind, source's own order, source, id. Never the order of arrival. */
export type OrderKey = readonly [t: number, rank: number, seq: number, source: string, id: string];

/** The place of an event in its conversation, whatever the order of arrival. */
export const orderKeyOf = (event: CanonicalEvent): OrderKey => [event.t, rankOf(event), event.seq ?? 0, event.source, event.id];

/** Negative: a comes first. */
export function compareKeys(a: OrderKey, b: OrderKey): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || (a[3] < b[3] ? -1 : a[3] > b[3] ? 1 : a[4] < b[4] ? -1 : a[4] > b[4] ? 1 : 0);
}

/** Sorts events into that order. */
export const compareEvents = (a: CanonicalEvent, b: CanonicalEvent): number => a.t - b.t || compareKeys(orderKeyOf(a), orderKeyOf(b));
