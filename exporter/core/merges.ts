/** Customers whom a source declares to be one person. */
import { compareKeys, type OrderKey } from './event.ts';

/** One customer declared to be part of another, at its place in the order of events. */
export interface Merge {
  readonly from: string;
  readonly into: string;
  readonly key: OrderKey;
  /** Not declared by a source: `from` is a number or an address that `into` gave. */
  readonly concluded?: boolean;
}

/** Contacts of one person at most: what more than these give is the number of the till, or an address somebody types in for everybody. */
const MOST_JOINED = 20;

/** Without the numbers and addresses that are nobody's own. */
export function withoutShared(merges: readonly Merge[]): readonly Merge[] {
  const given = new Map<string, Set<string>>();
  for (const { from, into, concluded } of merges) if (concluded) given.set(from, (given.get(from) ?? new Set()).add(into));
  return merges.filter(({ from, concluded }) => !concluded || given.get(from)!.size <= MOST_JOINED);
}

/**
 * Who every merged contact is now. A merge replaces `from` in everything, later merges included: after a into b, "a into c" makes b part
 * of c as well. The order is that of events, never of arrival; who is merged into himself stays who he is.
 */
export function rootsOf(merges: readonly Merge[]): ReadonlyMap<string, string> {
  const parents = new Map<string, string>();
  const root = (contact: string): string => {
    let at = contact;
    for (let next = parents.get(at); next !== undefined; next = parents.get(at)) at = next;
    return at;
  };
  for (const { from, into } of merges.toSorted((a, b) => compareKeys(a.key, b.key))) {
    const [source, target] = [root(from), root(into)];
    if (source !== target) parents.set(source, target);
  }
  return new Map([...parents.keys()].map((contact) => [contact, root(contact)]));
}
