/** What goes into a batch and what comes back from its first statement. Pure. */
import type { CanonicalEvent } from '../core/event.ts';
import type { Observation } from '../core/fact.ts';
import { authorByReceipt, receive, type KnownMessage } from '../core/receipts.ts';
import type { Settings } from '../core/settings.ts';
import type { ConversationState } from '../core/state.ts';
import type { Known } from './plan.ts';
import { byId } from './statements.ts';

/** A conversation as the database has it. */
export interface Stored { readonly id: string; readonly version: number; readonly state: ConversationState }

/** A line of the log about one message: its pseudonym, its kind, the fields of the kind. */
export type LogLine = readonly [message: string, kind: string, data: Record<string, never> | null];

/** Events of one batch that are the same fact: the first counts. In the order of their ids. */
export function withoutTwins(events: readonly CanonicalEvent[]): readonly CanonicalEvent[] {
  const sorted = events.toSorted(byId);
  const mayRepeat = (event: CanonicalEvent, i: number): boolean => event.twin !== undefined || event.id === sorted[i - 1]?.id;
  if (!sorted.some(mayRepeat)) return sorted;
  const seen = new Set<string>();
  return events.filter((event) => {
    if (seen.has(event.id) || (event.twin !== undefined && seen.has(event.twin))) return false;
    seen.add(event.id);
    if (event.twin !== undefined) seen.add(event.twin);
    return true;
  }).sort(byId);
}

/** The events that were new, from the answer of the first statement: all (empty), none (a dash), or their ids. */
export function freshOf(events: readonly CanonicalEvent[], answer: string): readonly CanonicalEvent[] {
  if (answer === '') return events;
  if (answer === '-') return [];
  const fresh = new Set(answer.split(','));
  return events.filter((event) => fresh.has(event.id));
}

/** Conversations by id, from lines of `STORED_LINE` with commas between them. One text of like objects is parsed faster than one text each. */
export function parseStates(lines: string | null): Map<string, Stored> {
  const stored = JSON.parse(`[${lines ?? ''}]`) as readonly Stored[]; // states were written by a save of the same shape
  return new Map(stored.map((each) => [each.id, each]));
}

/** Lines as the first statement gives them. */
export const linesOf = (text: string | null): readonly LogLine[] => (text === null ? [] : JSON.parse(text) as readonly LogLine[]); // of three texts each

/** What the log knew of the messages a batch names, before the batch. */
export function knownMessages(messages: readonly LogLine[], receipts: readonly LogLine[]): Known {
  const known: Known = new Map();
  for (const [id, kind, data] of messages) {
    known.set(id, { kind: kind === 'message.inbound' ? 'inbound' : 'outbound', author: (data?.author as KnownMessage['author'] | undefined) ?? 'agent', seen: 0 });
  }
  for (const [id, kind] of receipts) if (kind === 'survey.sent' && !known.has(id)) known.set(id, { kind: 'survey', author: 'automation', seen: 0 });
  for (const [id, kind, data] of receipts) {
    if (kind !== 'message.status' || data === null) continue;
    const settings = { defaultAuthor: 'agent' } as Settings; // only that field is read here
    const message = known.get(id) ?? { kind: 'none', author: authorByReceipt(data.pricing, data.campaign, settings), seen: 0 };
    known.set(id, message);
    receive(message, { status: data.status, pricing: data.pricing, campaign: data.campaign } as never, settings);
  }
  return known;
}

/** Events by conversation; those of none are left out. */
export function groupByConversation(events: readonly CanonicalEvent[]): Map<string, CanonicalEvent[]> {
  const groups = new Map<string, CanonicalEvent[]>();
  for (const event of events) {
    if (event.conversation === undefined) continue;
    const group = groups.get(event.conversation);
    if (group) group.push(event);
    else groups.set(event.conversation, [event]);
  }
  return groups;
}

/** Every receipt names a message of the same stretch, so that nothing before it has a say. */
export function isSelfContained(events: readonly CanonicalEvent[]): boolean {
  const named = new Set(events.flatMap((event) => ((event.kind === 'message.inbound' || event.kind === 'message.outbound' || event.kind === 'survey.sent') && event.message !== undefined ? event.message : [])));
  return events.every((event) => event.kind !== 'message.status' || named.has(event.message));
}

/** A target may be decided and taken back within one fold: the last word counts. */
export function lastOfEach(observations: readonly Observation[]): readonly Observation[] {
  if (observations.length < 2) return observations;
  const last = new Map<string, Observation>();
  for (const fact of observations) last.set(`${fact.number} ${fact.type} ${fact.type === 'response' ? fact.nth : fact.type === 'sla' ? fact.sla : ''}`, fact);
  return [...last.values()];
}

/** Newest event time by source: epoch milliseconds. */
export function newestBySource(events: readonly CanonicalEvent[]): Map<string, number> {
  const newest = new Map<string, number>();
  for (const event of events) newest.set(event.source, Math.max(event.t, newest.get(event.source) ?? 0));
  return new Map([...newest].sort());
}
