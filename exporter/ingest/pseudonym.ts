import { hash } from 'node:crypto';
import type { Pseudonym } from '../core/event.ts';

/** What is named; equal ids of different things get different pseudonyms. */
export type Named = 'conversation' | 'contact' | 'message' | 'event' | 'order' | 'run';

/** The pseudonym of a provider's id: the first 128 bits of a keyed SHA-256, so that without the key nobody can try out phone numbers. */
export function pseudonymOf(key: string, kind: Named, source: string, id: string): Pseudonym {
  // One-shot `hash` costs a third of `createHmac`. Only a part of the digest is kept, so nobody can continue it to a longer text.
  const hex = hash('sha256', `${key}\0${kind}\0${source}\0${id}`, 'hex');
  // A template would leave it in nine parts, which everybody who compares or copies it would have to walk: that costs more than `join`.
  const uuid = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
  return uuid as Pseudonym; // the one place that makes them
}

/** A short stand-in for a label that may name a person: `h:` and 48 bits as hex. */
export const hashedLabel = (key: string, text: string): string => `h:${hash('sha256', `${key}\0label\0${text}`, 'hex').slice(0, 12)}`;
