/** Figures as people compare them: six decimals, and the names of the example instead of pseudonyms. */
import type { ParsedEvent } from '../core/event.ts';
import { hashedLabel, pseudonymOf } from '../ingest/pseudonym.ts';

/** Stored form of contacts and of labels that were hashed → as the example wrote them. */
export function namesOf(key: string, events: readonly ParsedEvent[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const event of events) {
    for (const value of Object.values(event)) if (typeof value === 'string') names.set(hashedLabel(key, value), value);
    const contacts = event.kind === 'contact.merged' ? [event.from, event.into] : event.contact === undefined ? [] : [event.contact];
    for (const contact of contacts) names.set(pseudonymOf(key, 'contact', event.source, contact), contact);
  }
  return names;
}

/** The value with every number rounded and every known pseudonym, key or text, replaced. */
export function readable<T>(value: T, names: ReadonlyMap<string, string>): T {
  const of = (each: unknown): unknown => {
    if (typeof each === 'number') return Math.round(each * 1e6) / 1e6 + 0; // no negative zero
    if (typeof each === 'string') return names.get(each) ?? each;
    if (Array.isArray(each)) return each.map(of);
    if (typeof each !== 'object' || each === null) return each;
    return Object.fromEntries(Object.entries(each).map(([name, inner]) => [names.get(name) ?? name, of(inner)]));
  };
  return of(value) as T; // the same shape
}
