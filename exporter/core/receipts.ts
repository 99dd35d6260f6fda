/**
 * Receipts: the ladder of a message's status, and messages that are known only by their receipts.
 * Some channels never show us the business's own messages; their receipts then stand for them.
 */
import { RECEIPTS, type Author, type CanonicalEvent, type Payload, type Pricing, type Receipt } from './event.ts';
import type { CommitFact } from './fact.ts';
import type { Settings } from './settings.ts';

type StatusEvent = CanonicalEvent & Extract<Payload, { kind: 'message.status' }>;

/** What is known of one message before an event is folded. */
export interface KnownMessage {
  /** What the log holds under this id; `none` while only receipts have come. */
  kind: 'inbound' | 'outbound' | 'survey' | 'none';
  author: Author;
  /** Receipts seen, as a bit per rung. */
  seen: number;
}

/** What a receipt means for the conversation. */
export type Effect =
  | 'none'
  /** First sign of a message we were never shown: fold it as that message. */
  | 'message'
  /** It changes what was folded before: the history must be folded again. */
  | 'history';

const bit = (status: Receipt): number => 1 << RECEIPTS.indexOf(status);
const FAILED = bit('failed');
const REACHED = bit('delivered') | bit('read');

/** The message never reached the customer. */
export const isFailed = (seen: number): boolean => (seen & FAILED) !== 0 && (seen & REACHED) === 0;

/** Author of a message known by receipts alone: a template price or campaign key makes it a campaign. */
export function authorByReceipt(pricing: Pricing | undefined, campaign: string | undefined, settings: Settings): Author {
  return campaign !== undefined || /^(marketing|utility|authentication)/.test(pricing?.category ?? '') ? 'campaign' : settings.defaultAuthor;
}

/** Takes a receipt into account: what it counts, and what it means. `known` is brought up to date. */
export function receive(known: KnownMessage, event: StatusEvent, settings: Settings): { readonly facts: readonly CommitFact[]; readonly effect: Effect } {
  if (known.kind === 'inbound') return { facts: [], effect: 'none' }; // our reading of their message says nothing about delivery
  const before = known.seen;
  const place = { channel: event.channel, inbox: event.inbox };
  const facts: CommitFact[] = [];
  known.seen |= bit(event.status);
  const stands = known.kind === 'none';
  const byReceipt = stands ? authorByReceipt(event.pricing, event.campaign, settings) : known.author;
  const becameCampaign = stands && before !== 0 && byReceipt === 'campaign' && known.author !== 'campaign';
  if (before === 0 || becameCampaign) known.author = byReceipt;
  const { author } = known;
  if (before === 0) {
    if (stands) facts.push({ type: 'message', ...place, direction: 'outbound', author });
    facts.push({ type: 'attempt', ...place, author });
  }
  for (const status of rungsReached(before, known.seen)) facts.push({ type: 'receipt', ...place, author, status });
  if (event.status === 'failed' && (before & (FAILED | REACHED)) === 0) facts.push({ type: 'failure', ...place, code: event.errorCode ?? 'unknown' });
  if (known.kind === 'survey') return { facts, effect: 'none' };
  if (stands && before === 0) return { facts, effect: 'message' };
  return { facts, effect: becameCampaign || isFailed(before) !== isFailed(known.seen) ? 'history' : 'none' };
}

/** Rungs a message reaches for the first time; `read` implies `delivered`, a failure after delivery is none. */
function rungsReached(before: number, after: number): readonly Receipt[] {
  const implied = (seen: number): number => ((seen & bit('read')) !== 0 ? seen | bit('delivered') : seen);
  const fresh = implied(after) & ~implied(before);
  return RECEIPTS.filter((status) => (fresh & bit(status)) !== 0 && !(status === 'failed' && (implied(before) & REACHED) !== 0));
}

/** The message that a first receipt stands for. */
export function messageOf(event: StatusEvent, author: Author): CanonicalEvent {
  const { status: _status, errorCode: _code, pricing: _pricing, kind: _kind, ...rest } = event;
  return { ...rest, kind: 'message.outbound', content: 'other', author };
}
