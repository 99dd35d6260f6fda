/**
 * Folding a whole history again: what a fold event by event cannot know is found first (which messages failed in the end, which
 * exist only as receipts, which were withdrawn), then the machine runs once over the events as they really were.
 */
import { fold, newState, tick, type Folded, type Step } from './conversation.ts';
import { compareEvents, compareKeys, orderKeyOf, type CanonicalEvent } from './event.ts';
import { isFailed, messageOf, receive, type authorByReceipt, type KnownMessage } from './receipts.ts';
import type { Settings } from './settings.ts';
import { emptyTally, type Carried, type ConversationState } from './state.ts';

/**
 * The state and the facts of a conversation from its events, in any order.
 * @param base where to start; every event must come after it. Absent: from nothing.
 * @param until the clock has been there already: what time alone had decided by then is decided again
 */
export function refold(id: string, base: Carried | undefined, events: readonly CanonicalEvent[], settings: Settings, until?: number): Folded {
  const start: ConversationState = base ? { ...base, tally: { ...base.tally }, counted: emptyTally() } : newState();
  return ticked(id, fold(id, start, stepsOf(id, start, events, settings), settings), settings, until);
}

/** The steps of a history, in order, with what only the whole of it tells. Every event must come after `start`. */
export function stepsOf(id: string, start: ConversationState, events: readonly CanonicalEvent[], settings: Settings): readonly Step[] {
  const ordered = effective(events, settings).sort((a, b) => compareEvents(a.event, b.event));
  const withdrawn = new Set<string>();
  for (;;) {
    const steps = ordered.map((step): Step => (step.event.kind === 'message.inbound' && withdrawn.has(step.event.message) ? { ...step, withdrawn: true } : step));
    const more = newlyWithdrawn(id, start, steps, settings);
    if (more.length === 0) return steps;
    for (const message of more) withdrawn.add(message);
  }
}

/** Customer messages of a conversation that were deleted before anybody answered. */
export function withdrawnMessages(id: string, events: readonly CanonicalEvent[], settings: Settings): ReadonlySet<string> {
  if (!events.some(({ kind }) => kind === 'message.deleted')) return new Set();
  return new Set(stepsOf(id, newState(), events, settings).flatMap(({ event, withdrawn }) => (withdrawn && event.kind === 'message.inbound' ? event.message : [])));
}

function ticked(id: string, folded: Folded, settings: Settings, until: number | undefined): Folded {
  if (until === undefined || until <= (folded.state.key?.[0] ?? -Infinity)) return folded;
  const after = tick(id, folded.state, until, settings);
  return { state: after.state, facts: [...folded.facts, ...after.facts], closed: [...folded.closed, ...after.closed] };
}

/** Customer messages that are deleted while nobody has answered them. Only asked for when something was deleted. */
function newlyWithdrawn(id: string, start: ConversationState, steps: readonly Step[], settings: Settings): readonly string[] {
  const first = steps.findIndex((step) => step.event.kind === 'message.deleted');
  if (first === -1) return [];
  let folded = fold(id, start, steps.slice(0, first), settings);
  for (const step of steps.slice(first)) {
    if (step.event.kind === 'message.deleted') {
      const { message } = step.event;
      // As of that instant: silence may have closed the episode before.
      if (tick(id, folded.state, step.event.t, settings).state.open?.list.some(([listed]) => listed === message)) return [message];
    }
    folded = fold(id, folded.state, [step], settings);
  }
  return [];
}

/** The events as they count: failed messages marked, messages known only by receipts added at their earliest receipt. */
function effective(events: readonly CanonicalEvent[], settings: Settings): Step[] {
  const known = new Map<string, KnownMessage>();
  for (const event of events) {
    if (event.kind === 'message.inbound' || event.kind === 'message.outbound') known.set(event.message, { kind: event.kind === 'message.inbound' ? 'inbound' : 'outbound', author: 'agent', seen: 0 });
    else if (event.kind === 'survey.sent' && event.message !== undefined && !known.has(event.message)) known.set(event.message, { kind: 'survey', author: 'automation', seen: 0 });
  }
  const earliest = new Map<string, CanonicalEvent & { kind: 'message.status' }>();
  const authors = new Map<string, ReturnType<typeof authorByReceipt>>();
  for (const event of events) {
    if (event.kind !== 'message.status') continue;
    let message = known.get(event.message);
    if (!message) known.set(event.message, (message = { kind: 'none', author: settings.defaultAuthor, seen: 0 }));
    receive(message, event, settings);
    if (message.kind !== 'none') continue;
    authors.set(event.message, message.author);
    const before = earliest.get(event.message);
    // The union narrows to the status member, which the compiler loses inside the map.
    if (!before || compareKeys(orderKeyOf(event), orderKeyOf(before)) < 0) earliest.set(event.message, event as CanonicalEvent & { kind: 'message.status' });
  }
  const failed = (message: string): boolean => isFailed(known.get(message)?.seen ?? 0);
  const steps: Step[] = events.map((event) => (event.kind === 'message.outbound' && failed(event.message) ? { event, failed: true } : { event }));
  for (const [message, receipt] of earliest) {
    const step: Step = { event: messageOf(receipt as never, authors.get(message) ?? settings.defaultAuthor) };
    steps.push(failed(message) ? { ...step, failed: true } : step);
  }
  return steps;
}
