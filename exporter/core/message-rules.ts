/** What the rules of providers and of consent say of the business's messages: inside the window or not, allowed or not, what is owed. */
import type { CanonicalEvent, Channel } from './event.ts';
import { hasArrived, type Message } from './messages.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** How long after the customer's last message a channel lets the business write freely. */
export const WINDOW_MS: Readonly<Partial<Record<Channel, { readonly anybody: number; readonly people: number }>>> = {
  whatsapp: { anybody: DAY, people: DAY },
  messenger: { anybody: DAY, people: 7 * DAY },
  instagram: { anybody: DAY, people: 7 * DAY },
};

/** Whether the business wrote it; what systems write (joins, notices) is neither. */
export const isOutbound = ({ author }: Message): boolean => author !== 'contact' && author !== 'system';

/** Per message, in order: whether it was sent inside the window of its channel and inbox; absent where there is no such rule. */
export function windowsOf(messages: readonly Message[]): ReadonlyMap<Message, 'inside' | 'outside'> {
  const lastInbound = new Map<string, number>();
  const windows = new Map<Message, 'inside' | 'outside'>();
  for (const message of messages) {
    const place = `${message.channel} ${message.inbox}`;
    if (message.author === 'contact') lastInbound.set(place, message.at); // every message restarts it
    const rule = WINDOW_MS[message.channel];
    if (rule === undefined || !isOutbound(message)) continue;
    const elapsed = message.at - (lastInbound.get(place) ?? -Infinity);
    windows.set(message, elapsed < (message.author === 'agent' ? rule.people : rule.anybody) ? 'inside' : 'outside');
  }
  return windows;
}

/** Approved by the provider beforehand, as opposed to written for this customer. */
export const formOf = ({ outbound, content, price }: Message): 'template' | 'freeform' =>
  (outbound?.template !== undefined || content === 'template' || (outbound === undefined && isTemplatePrice(price?.pricing.category)) ? 'template' : 'freeform');

const isTemplatePrice = (category: string | undefined): boolean => /^(marketing|utility|authentication)/i.test(category ?? '');

/** Templates that may only go to who agreed to marketing. */
const isMarketing = ({ outbound, price }: Message): boolean =>
  /^marketing/i.test(outbound?.template === undefined ? (outbound === undefined ? price?.pricing.category : undefined) ?? '' : outbound.template.category ?? '');

/**
 * Of every marketing template, whether the latest word of the customer on marketing before it was a yes. An opt-out message is a no.
 * @param events in order, with the messages among them
 */
export function consentsOf(events: readonly CanonicalEvent[], messages: readonly Message[]): ReadonlyMap<Message, boolean> {
  const sends = new Map(messages.filter((message) => isMarketing(message)).map((message) => [message.message, message]));
  const consents = new Map<Message, boolean>();
  let granted = false;
  for (const event of events) {
    granted = saysOnMarketing(event) ?? granted;
    if (event.kind !== 'message.outbound' && event.kind !== 'message.status') continue;
    const send = sends.get(event.message);
    if (send && !consents.has(send) && (event.kind === 'message.outbound' || send.byReceipt)) consents.set(send, granted);
  }
  return consents;
}

/** Yes, no, or nothing that changes the last word. A consent that names no purpose is about marketing. */
export function saysOnMarketing(event: CanonicalEvent): boolean | undefined {
  if (event.kind === 'message.inbound') return event.optOut === true ? false : undefined;
  if (event.kind !== 'consent.granted' && event.kind !== 'consent.revoked') return undefined;
  return (event.purpose ?? 'marketing') === 'marketing' ? event.kind === 'consent.granted' : undefined;
}

/** How a message is charged: by itself, as the one that opened a priced conversation, or not at all. */
export type Charge = 'message' | 'conversation';

/**
 * What is owed for: messages that arrived with a regular price; where conversations are priced (before July 2025), the first message of
 * each 24 hours per inbox and category.
 */
export function chargesOf(messages: readonly Message[]): ReadonlyMap<Message, Charge> {
  const charges = new Map<Message, Charge>();
  const opened = new Map<string, number>();
  const priced = messages.filter((message) => message.price !== undefined && hasArrived(message)).toSorted((a, b) => a.price!.at - b.price!.at);
  for (const message of priced) {
    const { pricing, at } = message.price!;
    const regular = pricing.type === undefined ? pricing.billable === true : pricing.type === 'regular';
    if (!isConversationPricing(pricing.model)) {
      if (regular) charges.set(message, 'message');
      continue;
    }
    if (!regular && !(pricing.type === undefined && pricing.billable === undefined)) continue;
    const place = `${message.inbox} ${pricing.category}`;
    if (at < (opened.get(place) ?? -Infinity) + DAY) continue;
    opened.set(place, at);
    charges.set(message, 'conversation');
  }
  return charges;
}

/** `CBP` in WhatsApp's receipts; `PMP` is per message. */
const isConversationPricing = (model: string | undefined): boolean => /^(cbp|conversation)/i.test(model ?? '');
