/** What is known of a customer: when he came and went, from where, what he agreed to. */
import type { CanonicalEvent } from './event.ts';
import { saysOnMarketing } from './message-rules.ts';
import type { Message } from './messages.ts';

/** What a customer last said on marketing; `requested` is a question that is not answered yet. */
export type ConsentState = 'none' | 'requested' | 'granted' | 'revoked';

/** Times are epoch milliseconds UTC; null: never, or not told. */
export interface ContactFact {
  readonly source: string;
  readonly firstEventAt: number;
  readonly createdAt: number | null;
  readonly origin: string | null;
  readonly deletedAt: number | null;
  /** When erasure was asked for. */
  readonly erasedAt: number | null;
  readonly firstMessageAt: number | null;
  readonly lastMessageAt: number | null;
  readonly country: string | null;
  readonly language: string | null;
  readonly consent: ConsentState;
  readonly consentAt: number | null;
}

/** Undefined for a customer of whom nothing is known but purchases: shops have customers who never write. @param events in order */
export function contactFactOf(events: readonly CanonicalEvent[], messages: readonly Message[]): ContactFact | undefined {
  const [first] = events;
  if (first === undefined || isBuyerOnly(events)) return undefined;
  const created = events.find((event) => event.kind === 'contact.created');
  const inbound = messages.filter(({ author }) => author === 'contact');
  const lastWith = (field: 'country' | 'language'): string | null => inbound.findLast((message) => message.inbound?.[field] !== undefined)?.inbound?.[field] ?? null;
  return {
    source: first.source, firstEventAt: first.t, createdAt: created?.t ?? null, origin: created?.kind === 'contact.created' ? created.origin : null,
    deletedAt: events.findLast((event) => event.kind === 'contact.deleted')?.t ?? null, erasedAt: events.find((event) => event.kind === 'contact.erased')?.t ?? null,
    firstMessageAt: inbound[0]?.at ?? null, lastMessageAt: inbound.at(-1)?.at ?? null, country: lastWith('country'), language: lastWith('language'), ...consentOf(events),
  };
}

const PURCHASE: ReadonlySet<string> = new Set(['conversion.recorded', 'flow.step', 'flow.completed']);

const isBuyerOnly = (events: readonly CanonicalEvent[]): boolean => events.some(({ kind }) => PURCHASE.has(kind))
  && events.every(({ kind, conversation }) => conversation === undefined && (PURCHASE.has(kind) || kind === 'contact.merged'));

/** The latest word on marketing. With a double opt-in, a yes holds only after it was asked for. */
function consentOf(events: readonly CanonicalEvent[]): Pick<ContactFact, 'consent' | 'consentAt'> {
  let [consent, consentAt]: [ConsentState, number | null] = ['none', null];
  for (const event of events) {
    const says = saysOnMarketing(event);
    const asked = event.kind === 'consent.requested' && (event.purpose ?? 'marketing') === 'marketing' && consent !== 'granted';
    if (asked) [consent, consentAt] = ['requested', event.t];
    else if (says === false) [consent, consentAt] = ['revoked', event.t];
    else if (says === true && !(event.kind === 'consent.granted' && event.method === 'double' && consent !== 'requested' && consent !== 'granted')) [consent, consentAt] = ['granted', event.t];
  }
  return { consent, consentAt };
}
