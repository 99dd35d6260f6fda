/** Messages with the end of their receipts: what became of each, what it was priced as, how it sounded. */
import { RECEIPTS, type Author, type CanonicalEvent, type Content, type Payload, type Pricing, type Receipt, type Sentiment } from './event.ts';
import { authorByReceipt } from './receipts.ts';
import type { SettingsFor } from './settings.ts';
import { surveyReplies } from './survey-replies.ts';

type Inbound = Extract<Payload, { kind: 'message.inbound' }>;
type Outbound = Extract<Payload, { kind: 'message.outbound' }>;
type Status = CanonicalEvent & Extract<Payload, { kind: 'message.status' }>;

/** A message, ours or the customer's. Times are epoch milliseconds UTC. */
export interface Message {
  readonly message: string;
  readonly source: string;
  readonly channel: CanonicalEvent['channel'];
  readonly inbox: string;
  readonly conversation?: string;
  readonly at: number;
  /** When the last thing that is told here arrived; −Infinity when all of it came by an import. */
  readonly receivedAt: number;
  readonly author: Author | 'contact';
  readonly content: Content;
  readonly inbound?: Inbound;
  /** Absent for messages known by their receipts alone. */
  readonly outbound?: Outbound;
  readonly byReceipt: boolean;
  /** The customer answered a survey with it. */
  readonly surveyAnswer: boolean;
  readonly campaign?: string;
  /** Highest receipt; absent without any. */
  readonly status?: Receipt;
  readonly sentAt?: number;
  readonly deliveredAt?: number;
  readonly readAt?: number;
  readonly failedAt?: number;
  readonly errorCode?: string;
  /** The price on the first delivered or read receipt that has one. */
  readonly price?: { readonly pricing: Pricing; readonly at: number };
  readonly sentiment?: Sentiment;
}

/** The messages of a customer's events, which must be in order; the result is in order as well. */
export function messagesOf(events: readonly CanonicalEvent[], settingsFor: SettingsFor): readonly Message[] {
  const receipts = new Map<string, Status[]>();
  const scores = new Map<string, { sentiment: Sentiment; receivedAt: number }>();
  const shown = new Set<string>();
  for (const event of events) {
    if (event.kind === 'message.status') receipts.set(event.message, [...receipts.get(event.message) ?? [], event]);
    else if (event.kind === 'sentiment.scored') scores.set(event.message, event); // the last one, in the order of events
    else if (event.kind === 'message.inbound' || event.kind === 'message.outbound' || (event.kind === 'survey.sent' && event.message !== undefined)) shown.add(event.message!);
  }
  const replies = surveyReplies(events, settingsFor);
  const messages: Message[] = [];
  for (const event of events) {
    if (event.kind === 'message.inbound') messages.push(inboundOf(event, scores.get(event.message), replies.has(event.message)));
    else if (event.kind === 'message.outbound') messages.push(outboundOf(event, receipts.get(event.message) ?? []));
    else if (event.kind === 'message.status' && !shown.has(event.message)) {
      shown.add(event.message); // its earliest receipt, because events are in order
      messages.push(byReceipt(event, receipts.get(event.message) ?? [], settingsFor));
    }
  }
  return messages;
}

const placeOf = ({ source, channel, inbox, conversation }: CanonicalEvent): Pick<Message, 'source' | 'channel' | 'inbox' | 'conversation'> =>
  ({ source, channel, inbox, ...(conversation === undefined ? {} : { conversation }) });

function inboundOf(event: CanonicalEvent & Inbound, scored: { sentiment: Sentiment; receivedAt: number } | undefined, reply: boolean): Message {
  const sentiment = scored?.sentiment ?? event.sentiment;
  return {
    ...placeOf(event), message: event.message, at: event.t, receivedAt: Math.max(event.receivedAt, scored?.receivedAt ?? -Infinity), author: 'contact', content: event.content,
    inbound: event, byReceipt: false, surveyAnswer: reply || event.surveyAnswer === true, ...(sentiment === undefined ? {} : { sentiment }),
  };
}

function outboundOf(event: CanonicalEvent & Outbound, receipts: readonly Status[]): Message {
  const campaign = event.campaign ?? receipts.find((receipt) => receipt.campaign !== undefined)?.campaign;
  return {
    ...placeOf(event), message: event.message, at: event.t, author: event.author, content: event.content, outbound: event, byReceipt: false, surveyAnswer: false,
    ...(campaign === undefined ? {} : { campaign }), ...ladder(receipts), receivedAt: Math.max(event.receivedAt, ...receipts.map((receipt) => receipt.receivedAt)),
  };
}

function byReceipt(first: Status, receipts: readonly Status[], settingsFor: SettingsFor): Message {
  const settings = settingsFor(first.source, first.inbox);
  const authors = receipts.map(({ pricing, campaign }) => authorByReceipt(pricing, campaign, settings));
  const campaign = receipts.find((receipt) => receipt.campaign !== undefined)?.campaign;
  return {
    ...placeOf(first), message: first.message, at: first.t, author: authors.includes('campaign') ? 'campaign' : settings.defaultAuthor, content: 'other', byReceipt: true, surveyAnswer: false,
    ...(campaign === undefined ? {} : { campaign }), ...ladder(receipts), receivedAt: Math.max(...receipts.map((receipt) => receipt.receivedAt)),
  };
}

/** What the receipts of one message come to, in whatever order they came. */
function ladder(receipts: readonly Status[]): Pick<Message, 'status' | 'sentAt' | 'deliveredAt' | 'readAt' | 'failedAt' | 'errorCode' | 'price'> {
  const first = (status: Receipt): Status | undefined => receipts.find((receipt) => receipt.status === status);
  const highest = RECEIPTS.findLast((status) => first(status) !== undefined);
  if (highest === undefined) return {};
  const [sent, failed, delivered, read] = RECEIPTS.map(first);
  // Read implies delivered: some channels leave the delivered receipt out.
  const deliveredAt = Math.min(delivered?.t ?? Infinity, read?.t ?? Infinity);
  const priced = receipts.find((receipt) => (receipt.status === 'delivered' || receipt.status === 'read') && receipt.pricing !== undefined);
  return {
    status: highest,
    ...(sent && { sentAt: sent.t }), ...(Number.isFinite(deliveredAt) && { deliveredAt }), ...(read && { readAt: read.t }), ...(failed && { failedAt: failed.t }),
    ...(failed?.errorCode !== undefined && { errorCode: failed.errorCode }), ...(priced?.pricing && { price: { pricing: priced.pricing, at: priced.t } }),
  };
}

/** Ids of messages whose receipts end with a failure, messages that no event shows (a survey's text) included. */
export function failedMessages(events: readonly CanonicalEvent[]): ReadonlySet<string> {
  const highest = new Map<string, number>();
  for (const event of events) if (event.kind === 'message.status') highest.set(event.message, Math.max(RECEIPTS.indexOf(event.status), highest.get(event.message) ?? 0));
  return new Set([...highest].filter(([, rung]) => RECEIPTS[rung] === 'failed').map(([message]) => message));
}

/** A message of the customer that answers somebody: not a word to opt out, not an answer to a survey. */
export const isAnswer = ({ author, inbound, surveyAnswer }: Message): boolean => author === 'contact' && !surveyAnswer && inbound?.optOut !== true;
/** The message never reached the customer. */
export const hasFailed = (message: Message): boolean => message.status === 'failed';
/** It did reach the customer, as far as receipts tell. */
export const hasArrived = (message: Message): boolean => message.status === 'delivered' || message.status === 'read';
