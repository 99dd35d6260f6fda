/** What the spans of an episode are made of: its messages with what became of them, and the steps for the machine. */
import type { Step } from '../core/conversation.ts';
import { compareEvents, RECEIPTS } from '../core/event.ts';
import type { CanonicalEvent, Payload, Receipt } from '../core/event.ts';
import type { EpisodeFact } from '../core/fact.ts';
import { authorByReceipt, messageOf } from '../core/receipts.ts';
import type { Settings } from '../core/settings.ts';

type EventOf<K extends Payload['kind']> = Extract<CanonicalEvent, { readonly kind: K }>;

/** One message of the business and its receipts. Times: epoch milliseconds UTC. */
export interface SentMessage {
  readonly event: EventOf<'message.outbound'>;
  /** The highest rung it reached; undefined: no receipt came. */
  readonly status: Receipt | undefined;
  /** When it was delivered, or failed for good; undefined: not known. */
  readonly settledAt: number | undefined;
  /** The provider's code, when it failed for good. */
  readonly errorCode: string | undefined;
}

export interface Timeline {
  /** Events that happened before the episode and still say who holds the conversation. */
  readonly before: readonly CanonicalEvent[];
  /** The episode's own events in order, as the machine takes them. */
  readonly steps: readonly Step[];
  readonly sent: readonly SentMessage[];
}

/**
 * @param events of the conversation, sorted: those of the episode, receipts after it, and the assignments before
 * it. Receipts of messages that were sent before the episode must not be among them: they would stand for messages of this one.
 */
export function timelineOf(episode: EpisodeFact, events: readonly CanonicalEvent[], settings: Settings): Timeline {
  const end = episode.endedAt ?? Infinity;
  const receipts = receiptsOf(events);
  const own = [...events, ...silentMessages(events, receipts, settings)].filter((event) => event.t >= episode.openedAt && event.t <= end).sort(compareEvents);
  const sent = own.filter((event) => event.kind === 'message.outbound').map((event) => sentMessage(event, receipts.get(event.message) ?? []));
  const failed = new Set(sent.filter((message) => message.status === 'failed').map((message) => message.event.message));
  return {
    before: events.filter((event) => event.t < episode.openedAt),
    steps: own.map((event) => ({ event, failed: event.kind === 'message.outbound' && failed.has(event.message) })),
    sent,
  };
}

type Receipts = ReadonlyMap<string, readonly EventOf<'message.status'>[]>;

function receiptsOf(events: readonly CanonicalEvent[]): Receipts {
  const byMessage = new Map<string, EventOf<'message.status'>[]>();
  for (const event of events) {
    if (event.kind !== 'message.status') continue;
    const known = byMessage.get(event.message);
    if (known) known.push(event);
    else byMessage.set(event.message, [event]);
  }
  return byMessage;
}

function sentMessage(event: EventOf<'message.outbound'>, receipts: readonly EventOf<'message.status'>[]): SentMessage {
  const status = receipts.reduce<Receipt | undefined>((top, { status: rung }) =>
    (top === undefined || RECEIPTS.indexOf(rung) > RECEIPTS.indexOf(top) ? rung : top), undefined);
  const failed = status === 'failed';
  const settling = receipts.filter((receipt) => (failed ? receipt.status === 'failed' : receipt.status === 'delivered' || receipt.status === 'read'));
  const [first] = settling;
  return {
    event, status,
    settledAt: first && settling.reduce((earliest, { t }) => Math.min(earliest, t), first.t),
    errorCode: failed ? settling.find((receipt) => receipt.errorCode !== undefined)?.errorCode : undefined,
  };
}

/** Channels that never report our own messages: their receipts stand for the message, at the earliest one's time. */
function silentMessages(events: readonly CanonicalEvent[], receipts: Receipts, settings: Settings): readonly CanonicalEvent[] {
  const known = new Set<string>();
  for (const event of events) if ('message' in event && event.message !== undefined && event.kind !== 'message.status') known.add(event.message);
  return [...receipts].flatMap(([message, [first, ...more]]) => {
    if (!first || known.has(message)) return [];
    const { pricing, campaign } = [first, ...more].find((receipt) => receipt.pricing ?? receipt.campaign) ?? first;
    return [messageOf(first, authorByReceipt(pricing, campaign, settings))];
  });
}
