/** Campaigns: whom they reached, who answered, clicked and bought. What follows is credited to the touch before it, and to no other. */
import type { CanonicalEvent, Payload } from './event.ts';
import { hasArrived, isAnswer, type Message } from './messages.ts';
import type { SettingsFor } from './settings.ts';

/** A campaign message that reached the customer, with what followed. Times are epoch milliseconds UTC. */
export interface Touch {
  readonly message: Message;
  /** The first message of the customer within the reply window. */
  respondedAt?: number;
  /** The first click on a link of this message; crawlers that make previews do not count. */
  clickedAt?: number;
  /** The first order within the attribution window. */
  convertedAt?: number;
}

/** An order of a customer. `at`: epoch milliseconds UTC. */
export interface Order {
  readonly order: string;
  readonly at: number;
  readonly source: string;
  readonly type?: string;
  /** In the currency, less what was refunded; null: the source did not say. */
  readonly value: number | null;
  readonly currency: string | null;
  /** The touch it is credited to; absent: unattributed. */
  readonly touch?: Touch;
}

type Conversion = CanonicalEvent & Extract<Payload, { kind: 'conversion.recorded' }>;

/** @param events in order, with the messages among them @param messages in the same order */
export function attribute(events: readonly CanonicalEvent[], messages: readonly Message[], settingsFor: SettingsFor): { readonly touches: readonly Touch[]; readonly orders: readonly Order[] } {
  const byMessage = new Map(messages.map((message) => [message.message, message]));
  const touches = new Map<string, Touch>();
  for (const message of messages) if (message.author === 'campaign' && hasArrived(message)) touches.set(message.message, { message });
  const orders = new Map<string, Order>();
  const begun = new Set<Touch>();
  let latest: Touch | undefined;
  const latestWithin = (at: number, seconds: (touch: Touch) => number): Touch | undefined => (latest && at - latest.message.at < seconds(latest) * 1000 ? latest : undefined);
  /** Links are made before the message has an id, so they name its campaign. */
  const latestOf = (campaign: string | undefined, at: number): Touch | undefined =>
    (campaign === undefined ? undefined : [...touches.values()].findLast(({ message }) => message.campaign === campaign && message.at <= at));
  const settingsOf = ({ message }: Touch) => settingsFor(message.source, message.inbox);
  for (const event of events) {
    if (event.kind === 'message.outbound' || event.kind === 'message.status') {
      const touch = touches.get(event.message);
      // A message known by its receipts alone stands where the first of them does; later ones are no touch.
      if (touch && (event.kind === 'message.outbound' || (touch.message.byReceipt && !begun.has(touch)))) { begun.add(touch); latest = touch; }
    } else if (event.kind === 'message.inbound') {
      if (!isAnswer(byMessage.get(event.message)!)) continue;
      const touch = latestWithin(event.t, (each) => settingsOf(each).replyWindowSeconds);
      if (touch) touch.respondedAt ??= event.t;
    } else if (event.kind === 'link.clicked') {
      const touch = event.automated === true ? undefined : event.message !== undefined ? touches.get(event.message) : latestOf(event.campaign, event.t);
      if (touch) touch.clickedAt = Math.min(event.t, touch.clickedAt ?? Infinity);
    } else if (event.kind === 'conversion.recorded' && event.type === 'refund') {
      const order = orders.get(event.order);
      if (order) orders.set(event.order, { ...order, value: order.value === null ? null : Math.max(0, order.value - (event.value ?? order.value)) });
    } else if (event.kind === 'conversion.recorded' && !orders.has(event.order)) {
      const touch = latestWithin(event.t, (each) => settingsOf(each).attributionSeconds);
      if (touch) touch.convertedAt ??= event.t;
      orders.set(event.order, orderOf(event, touch));
    }
  }
  return { touches: [...touches.values()], orders: [...orders.values()] };
}

const orderOf = ({ order, t, source, type, value, currency }: Conversion, touch: Touch | undefined): Order =>
  ({ order, at: t, source, value: value ?? null, currency: currency ?? null, ...(type === undefined ? {} : { type }), ...(touch ? { touch } : {}) });

/** What a customer did after being put into a variant of an experiment. A customer stays in the first variant. */
export interface Participation {
  readonly experiment: string;
  readonly variant: string;
  readonly assignedAt: number;
  readonly reachedAt?: number;
  readonly responded: boolean;
  readonly clicked: boolean;
  readonly converted: boolean;
}

/** An experiment is about the campaign of its name; without one, about every campaign message from the assignment on. */
export function participations(events: readonly CanonicalEvent[], touches: readonly Touch[]): readonly Participation[] {
  const first = new Map<string, CanonicalEvent & Extract<Payload, { kind: 'experiment.assigned' }>>();
  for (const event of events) if (event.kind === 'experiment.assigned' && !first.has(event.experiment)) first.set(event.experiment, event);
  return [...first.values()].map(({ experiment, variant, t }) => {
    const later = touches.filter(({ message }) => message.at >= t);
    const named = later.filter(({ message }) => message.campaign === experiment);
    const own = named.length > 0 ? named : later;
    const reachedAt = own[0]?.message.at;
    return {
      experiment, variant, assignedAt: t, ...(reachedAt === undefined ? {} : { reachedAt }), responded: own.some(({ respondedAt }) => respondedAt !== undefined),
      clicked: own.some(({ clickedAt }) => clickedAt !== undefined), converted: own.some(({ convertedAt }) => convertedAt !== undefined),
    };
  });
}
