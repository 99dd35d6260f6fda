/** Customers whom a source declares to be one person. */
import { compareKeys, type OrderKey } from './event.ts';

/** One customer declared to be part of another, at its place in the order of events. */
export interface Merge { readonly from: string; readonly into: string; readonly key: OrderKey }

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
