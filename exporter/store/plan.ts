/** What a batch means for one conversation, before anything is written. Pure. */
import { fold, isInOrder, type Folded, type Step } from '../core/conversation.ts';
import { compareEvents, type CanonicalEvent, type Kind } from '../core/event.ts';
import type { CommitFact, Fact, Observation } from '../core/fact.ts';
import { isFailed, messageOf, receive, type KnownMessage } from '../core/receipts.ts';
import type { Settings } from '../core/settings.ts';
import { emptyTally, type ConversationState, type Tally } from '../core/state.ts';

/** Messages as the log knows them, by pseudonym. Brought up to date while a batch is planned. */
export type Known = Map<string, KnownMessage>;

/** What the new events of a conversation come to. */
export interface Plan {
  /** Counted because the events are new, whatever the machine makes of them. */
  readonly facts: readonly CommitFact[];
  /** Events that belong before others already folded. */
  readonly late: ReadonlySet<CanonicalEvent>;
  /** The machine's result; undefined when the history has to be folded again. */
  readonly folded?: Folded;
}

const FOLDED: ReadonlySet<Kind> = new Set<Kind>([
  'message.inbound', 'message.outbound', 'message.deleted', 'conversation.assigned', 'conversation.unassigned', 'conversation.handoff', 'conversation.snoozed',
  'conversation.unsnoozed', 'conversation.resolved', 'conversation.reopened', 'conversation.classified', 'conversation.snapshot',
  'survey.sent', 'survey.answered',
]);

/** Plans the new events of one conversation. */
export function plan(id: string, state: ConversationState | undefined, fresh: readonly CanonicalEvent[], known: Known, settings: Settings): Plan {
  const facts: CommitFact[] = [];
  const late = new Set<CanonicalEvent>();
  const steps: Step[] = [];
  let history = false;
  for (const event of fresh.toSorted(compareEvents)) {
    const place = { channel: event.channel, inbox: event.inbox };
    let step: Step | undefined = FOLDED.has(event.kind) ? { event } : undefined;
    if (event.kind === 'message.inbound') {
      facts.push({ type: 'message', ...place, direction: 'inbound', author: 'contact' });
      known.set(event.message, { kind: 'inbound', author: 'agent', seen: 0 });
    } else if (event.kind === 'message.outbound') {
      const before = known.get(event.message);
      // Its receipts came first and stood for it: now that it shows itself, the history changes, the count does not.
      if (before) history = true;
      else {
        facts.push({ type: 'message', ...place, direction: 'outbound', author: event.author });
        if (event.author === 'bot' && event.fallback) facts.push({ type: 'bot_fallback', ...place });
      }
      known.set(event.message, { kind: 'outbound', author: event.author, seen: before?.seen ?? 0 });
    } else if (event.kind === 'message.status') {
      const message = known.get(event.message) ?? { kind: 'none', author: settings.defaultAuthor, seen: 0 };
      known.set(event.message, message);
      const received = receive(message, event, settings);
      facts.push(...received.facts);
      // An earlier receipt of a message known only by receipts moves that message.
      if (received.effect === 'history' || (message.kind === 'none' && received.effect === 'none' && state && !isInOrder(state, event))) history = true;
      if (received.effect === 'message') step = { event: messageOf(event, message.author), failed: isFailed(message.seen) };
    } else if (event.kind === 'message.deleted') {
      const { message } = event;
      const waiting = state?.open?.list.some(([listed]) => listed === message) ?? false;
      if (waiting || steps.some((each) => each.event.kind === 'message.inbound' && each.event.message === message)) history = true;
    } else if (event.kind === 'survey.sent' && event.message !== undefined) {
      const before = known.get(event.message);
      if (before?.kind === 'none') history = true;
      if (!before || before.kind === 'none') known.set(event.message, { kind: 'survey', author: 'automation', seen: before?.seen ?? 0 });
    }
    if (!step) continue;
    if (state && !isInOrder(state, step.event)) { late.add(event); history = true; }
    steps.push(step);
  }
  return history ? { facts, late } : { facts, late, folded: fold(id, state, steps, settings) };
}

const MOMENTS = ['opened', 'handoff', 'transfer'] as const;

/**
 * Which moments of a fold to count: only those beyond what was counted before, so that folding again never counts twice.
 * `state.counted` is raised.
 */
export function countableMoments(before: Tally | undefined, state: ConversationState, facts: readonly Fact[]): readonly CommitFact[] {
  const counted = { ...(before ?? emptyTally()) };
  const countable: CommitFact[] = [];
  for (const type of MOMENTS) {
    const excess = state.tally[type] - counted[type];
    if (excess <= 0) continue;
    counted[type] = state.tally[type];
    countable.push(...facts.filter((fact) => fact.type === type).slice(-excess) as CommitFact[]); // moments are no observations
  }
  state.counted = counted;
  for (const fact of facts) if (fact.type === 'survey_reply') countable.push(fact); // the survey's row knows which it has seen
  return countable;
}

/** The facts that have rows of their own. */
export const observationsOf = (facts: readonly Fact[]): readonly Observation[] => facts.filter((fact): fact is Observation => 'conversation' in fact);
