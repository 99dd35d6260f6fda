/**
 * Who is who across sources. A shop knows a customer by its own number, the chat by another; where both tell the same phone number or e-mail
 * address, they are one customer. Numbers and addresses end here like everything personal: what leaves is a merge of keyed hashes.
 */
import type { CanonicalEvent, ParsedEvent } from '../core/event.ts';
import { subscriberOf } from '../sources/whatsapp-number.ts';
import { countryOf } from './country.ts';
import { pseudonymOf } from './pseudonym.ts';

/** Notices customers that name themselves alike. */
export interface Identities {
  /** The merges that follow from an event, those apart that are stored already. `stored` is what became of `event`. */
  of(event: ParsedEvent, stored: CanonicalEvent): readonly CanonicalEvent[];
  /** Says that they are stored, so that they are not made again for every message. */
  note(merges: readonly CanonicalEvent[]): void;
}

/** Merges remembered before the memory starts over; then they are stored again, which the log finds to be known. */
const MOST_KNOWN = 50_000;
/** An erasure forgets merges, and memory must not outlive it for long: milliseconds. */
const FORGET_MS = 24 * 3_600_000;
/** Shorter ones are service numbers or placeholders. */
const SHORTEST_NUMBER = 8;

/** Scopes of pseudonyms that no source can have. */
const SCOPE = { phone: '+phone', email: '+email' } as const;

/** With the key of the pseudonyms: equal numbers give equal hashes in every process. */
export function createIdentities({ key }: { readonly key: string }): Identities {
  let known = new Set<string>();
  let since = 0;
  return {
    of(event, stored) {
      if (stored.contact === undefined || (event.phone === undefined && event.email === undefined)) return [];
      if (known.size >= MOST_KNOWN || stored.receivedAt - since > FORGET_MS) [known, since] = [new Set(), stored.receivedAt];
      return [merge('phone', numberOf(event.phone), stored), merge('email', addressOf(event.email), stored)].filter((each) => each !== undefined);
    },
    note(merges) {
      for (const { id } of merges) known.add(id);
    },
  };

  function merge(by: 'phone' | 'email', name: string | undefined, { contact, source, inbox, t, receivedAt }: CanonicalEvent): CanonicalEvent | undefined {
    if (name === undefined || contact === undefined) return undefined;
    const from = pseudonymOf(key, 'contact', SCOPE[by], name);
    const id = pseudonymOf(key, 'event', SCOPE[by], `${from} ${contact}`);
    return known.has(id) ? undefined : {
      id, kind: 'contact.merged', source, inbox, channel: 'other', t, receivedAt, from, into: contact, by,
    };
  }
}

/** The number as a key; undefined for what can be nobody's own. */
function numberOf(phone: string | undefined): string | undefined {
  return phone === undefined || phone.length < SHORTEST_NUMBER || countryOf(phone) === undefined ? undefined : subscriberOf(phone);
}

/** The pseudonyms under which a number or an address joins customers: by them, too, somebody may ask to be forgotten. */
export function joinsOf(key: string, text: string): readonly string[] {
  const [phone, email] = [numberOf(/^\+?[\d ()-]+$/.test(text) ? text.replace(/\D/g, '') : undefined), addressOf(text)];
  return [phone === undefined ? [] : pseudonymOf(key, 'contact', SCOPE.phone, phone), email === undefined ? [] : pseudonymOf(key, 'contact', SCOPE.email, email)].flat();
}

const addressOf = (email: string | undefined): string | undefined =>
  (email !== undefined && email.length <= 254 && /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(email) ? email.toLowerCase() : undefined);
