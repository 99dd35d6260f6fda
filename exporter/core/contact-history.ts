/** Everything known of one customer, over all conversations and channels: what contact-level facts are derived from. */
import { compareEvents, type CanonicalEvent } from './event.ts';
import type { EpisodeFact } from './fact.ts';
import { messagesOf, type Message } from './messages.ts';
import type { SettingsFor } from './settings.ts';

/** What derivers are given of one customer. */
export interface ContactHistory {
  /** The customer after merges; the conversation when its source names nobody. */
  readonly contact: string;
  /** In order. */
  readonly events: readonly CanonicalEvent[];
  /** Their messages with what the receipts say, in order. */
  readonly messages: readonly Message[];
  /** Closed and open, in no order. */
  readonly episodes: readonly EpisodeFact[];
}

/** Puts a customer's events in order and makes messages of them. */
export function historyOf(contact: string, events: readonly CanonicalEvent[], episodes: readonly EpisodeFact[], settingsFor: SettingsFor): ContactHistory {
  const ordered = events.toSorted(compareEvents);
  return { contact, events: ordered, messages: messagesOf(ordered, settingsFor), episodes };
}

/** When the last event of a closed episode arrived; −Infinity when all of it came by an import. Epoch milliseconds. */
export function arrivalOf({ events }: ContactHistory, { conversation, openedAt, closedAt }: EpisodeFact): number {
  const own = events.filter((event) => event.conversation === conversation && event.t >= openedAt && event.t <= (closedAt ?? Infinity));
  return Math.max(...own.map((event) => event.receivedAt)); // of nothing: −Infinity
}

/**
 * Whose each event is: the contact it names, or for events of a conversation that name nobody the one who was named before it, or first.
 * What no event of the conversation tells belongs to the conversation itself. Clicks and answers that name neither go with their message or
 * survey.
 */
export function ownersOf(events: readonly CanonicalEvent[]): ReadonlyMap<CanonicalEvent, string> {
  const owners = new Map<CanonicalEvent, string>();
  const named = new Map<string, string>();
  const ordered = events.toSorted(compareEvents);
  for (const event of ordered) {
    if (event.contact !== undefined && event.conversation !== undefined && !named.has(event.conversation)) named.set(event.conversation, event.contact);
  }
  for (const event of ordered) {
    const { contact, conversation } = event;
    if (contact !== undefined && conversation !== undefined) named.set(conversation, contact);
    const owner = contact ?? (conversation === undefined ? undefined : named.get(conversation) ?? conversation);
    if (owner !== undefined) owners.set(event, owner);
  }
  const things = new Map([...owners].flatMap(([event, owner]) => nameOfThing(event).map((name) => [name, owner] as const)));
  for (const event of ordered) {
    const owner = owners.has(event) ? undefined : nameOfThing(event).map((name) => things.get(name)).find((each) => each !== undefined);
    if (owner !== undefined) owners.set(event, owner);
  }
  return owners;
}

/** What an event is about, as far as it tells whose it is. */
function nameOfThing(event: CanonicalEvent): readonly string[] {
  switch (event.kind) {
    case 'message.outbound': case 'message.status': case 'link.clicked': return event.message === undefined ? [] : [`message ${event.message}`];
    case 'survey.sent': case 'survey.answered': return [`survey ${event.source} ${event.survey}`];
    default: return [];
  }
}
