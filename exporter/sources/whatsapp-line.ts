import type { Envelope } from '../core/event.ts';
import type { Findings } from './findings.ts';
import { isRecord, idOf, list, phoneOf, textOf } from './json.ts';
import type { Json } from './json.ts';
import { subscriberOf } from './whatsapp-number.ts';

/** What all items of one change share: the business number they belong to, who is on the other end, where findings go. */
export interface Line {
  readonly source: string;
  readonly receivedAt: number;
  /** Phone number id. */
  readonly inbox: string;
  readonly cards: readonly Card[];
  readonly found: Findings;
}

interface Card { readonly phone: string | undefined; readonly userId: string | undefined; readonly username: boolean }

/** A customer. */
export interface Person {
  /** The number in its one spelling when the payload has it anywhere, else the business-scoped user id. */
  readonly contact: string;
  readonly phone: string | undefined;
  readonly userId: string | undefined;
  /** Took a username: later payloads may leave the number out. */
  readonly username: boolean;
}

/** `value.contacts[]`: who is behind the ids. Several messages may share one card, and it may be missing. */
export function cardsOf(value: Json): readonly Card[] {
  return list(value['contacts']).filter(isRecord).map((contact) => ({
    phone: phoneOf(contact['wa_id']),
    userId: idOf(contact['user_id']),
    username: isRecord(contact['profile']) && textOf(contact['profile']['username']) !== undefined,
  }));
}

/**
 * The person behind a number, a business-scoped user id (BSUID), or both.
 *
 * The number is the key wherever the payload gives it, in the item or on its contact card. Receipts, echoes of the phone app
 * and everything sent before April 2026 know the number alone, so a key that preferred the BSUID would put a customer's
 * message and our reply into two conversations, and no reply would ever be seen. The price: once a customer with a username
 * has not written for 30 days the number may be left out, and the conversation goes on under the BSUID; `contact.merged`
 * (`mergeOf` in whatsapp-messages.ts) keeps them one contact.
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids
 */
export function personOf(cards: readonly Card[], number: unknown, user: unknown): Person | undefined {
  const given = idOf(number);
  const givenPhone = phoneOf(number);
  const givenUser = idOf(user);
  // By id, never by position. A card that knows only the other half, or nobody's, is somebody else's.
  const subscriber = givenPhone && subscriberOf(givenPhone);
  const card = cards.find((card) =>
    (card.phone !== undefined && subscriberOf(card.phone) === subscriber) || (givenUser !== undefined && card.userId === givenUser));
  const phone = givenPhone ?? card?.phone;
  const userId = givenUser ?? card?.userId;
  const contact = (phone && subscriberOf(phone)) ?? given ?? userId;
  return contact === undefined ? undefined : { contact, phone, userId, username: card?.username ?? false };
}

/** The person of the only contact card there is, for items that name nobody; with two cards it could be either. */
export function soleOf(cards: readonly Card[]): Person | undefined {
  const [card] = cards;
  return card && cards.length === 1 ? personOf(cards, card.phone, card.userId) : undefined;
}

/** Country of a BSUID (`US.1349…`), where no number tells it. */
export function countryOf(person: Person): string | undefined {
  return person.phone === undefined ? /^([A-Z]{2})\./.exec(person.userId ?? '')?.[1] : undefined;
}

/** The fields every event of this line has. */
export const envelopeOf = (line: Line, id: string, t: number): Envelope =>
  ({ id, source: line.source, t, receivedAt: line.receivedAt, channel: 'whatsapp', inbox: line.inbox });

/** Where the event belongs: the pair of customer and number, or the group. */
export const threadOf = (line: Line, person: Person, group?: string | undefined): { conversation: string; contact: string; phone?: string } => ({
  conversation: `${line.inbox}:${group ?? person.contact}`,
  contact: person.contact,
  ...(person.phone !== undefined && { phone: person.phone }),
});

/** Something sent to a group: the group is the conversation, and its id is no customer. */
export const groupOf = (line: Line, group: string): { conversation: string } => ({ conversation: `${line.inbox}:${group}` });

/** Reads one item, adding to the line's findings. */
export type ItemReader = (line: Line, item: Json) => void;

/** Every object of a list; anything else in it is malformed under the list's name. */
export function readItems(line: Line, value: Json, name: string, read: ItemReader): void {
  for (const item of list(value[name])) {
    if (isRecord(item)) read(line, item);
    else line.found.malformed.push(name);
  }
}
