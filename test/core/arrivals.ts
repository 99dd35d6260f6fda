/** One conversation as a store keeps it: events come one at a time, in any order, and the rows are brought up to date after each. */
import { fold, isBehindBase, isInOrder, tick, type Folded, type Step } from '../../exporter/core/conversation.ts';
import { compareKeys, orderKeyOf, type CanonicalEvent } from '../../exporter/core/event.ts';
import type { EpisodeFact, Observation } from '../../exporter/core/fact.ts';
import { refold } from '../../exporter/core/history.ts';
import { isFailed, messageOf, receive, type Effect, type KnownMessage } from '../../exporter/core/receipts.ts';
import type { Settings } from '../../exporter/core/settings.ts';
import type { Carried, ConversationState } from '../../exporter/core/state.ts';
import { CONVERSATION, keyOf, told, type Told } from './support.ts';

/** How many events took each way, so that a test can tell that all three were tried. */
export interface Ways { folded: number; fromBase: number; fromNothing: number }

/** Takes events in the order given; `throughJson` writes and reads the state after each, as a database does. */
export class Arrivals {
  readonly ways: Ways = { folded: 0, fromBase: 0, fromNothing: 0 };
  #state: ConversationState | undefined;
  readonly #log: CanonicalEvent[] = [];
  readonly #rows = new Map<number, EpisodeFact>();
  readonly #observations = new Map<string, Observation>();
  readonly #known = new Map<string, KnownMessage>();
  readonly #settings: Settings;
  readonly #throughJson: boolean;

  constructor(settings: Settings, throughJson = false) {
    this.#settings = settings;
    this.#throughJson = throughJson;
  }

  get state(): ConversationState | undefined { return this.#state; }

  take(event: CanonicalEvent): void {
    this.#log.push(event);
    const { effect, steps } = this.#meaningOf(event);
    const state = this.#state;
    if (effect !== 'history' && (!state || steps.every((step) => isInOrder(state, step.event)))) {
      this.ways.folded += 1;
      return this.#keep(fold(CONVERSATION, state, steps, this.#settings), Infinity);
    }
    this.#again(effect === 'history' || !state || isBehindBase(state, orderKeyOf(steps[0]!.event)) ? undefined : state.base);
  }

  tick(now: number): void {
    if (this.#state) this.#keep(tick(CONVERSATION, this.#state, now, this.#settings), Infinity);
  }

  told(): Told {
    if (!this.#state) throw new Error('nothing arrived');
    return told(this.#state, [...this.#rows.values()], [...this.#observations.values()]);
  }

  #again(base: Carried | undefined): void {
    const until = this.#state?.tickedAt;
    const after = base && this.#after(base);
    if (base && after) {
      this.ways.fromBase += 1;
      return this.#keep(refold(CONVERSATION, base, after, this.#settings, until), base.episodes);
    }
    this.ways.fromNothing += 1;
    this.#keep(refold(CONVERSATION, undefined, this.#log, this.#settings, until), 0);
  }

  /** The events that lie after `base`; undefined when a message has its receipts on the one side and itself, or others, on the other. */
  #after(base: Carried): readonly CanonicalEvent[] | undefined {
    const isAfter = (event: CanonicalEvent): boolean => base.key === undefined || compareKeys(orderKeyOf(event), base.key) > 0;
    const before = new Set(this.#log.filter((event) => !isAfter(event)).flatMap((event) => ('message' in event && event.message !== undefined ? [event.message] : [])));
    const after = this.#log.filter(isAfter);
    return after.some((event) => (event.kind === 'message.status' || event.kind === 'message.outbound') && before.has(event.message)) ? undefined : after;
  }

  /** Replaces what was known of the episodes after `number`; Infinity: only adds. */
  #keep(folded: Folded, number: number): void {
    for (const known of this.#rows.keys()) if (known > number) this.#rows.delete(known);
    for (const [key, observation] of this.#observations) if (observation.number > number) this.#observations.delete(key);
    for (const row of folded.closed) this.#rows.set(row.number, row);
    for (const fact of folded.facts) if ('conversation' in fact) this.#observations.set(keyOf(fact), fact);
    this.#state = this.#throughJson ? JSON.parse(JSON.stringify(folded.state)) as ConversationState : freeze(folded.state);
  }

  /** What the event means for the conversation, and the steps it folds as when nothing lies after it. */
  #meaningOf(event: CanonicalEvent): { readonly effect: Effect; readonly steps: readonly Step[] } {
    if (event.kind === 'message.status') {
      const known = this.#known.get(event.message) ?? { kind: 'none', author: this.#settings.defaultAuthor, seen: 0 };
      this.#known.set(event.message, known);
      const { effect } = receive(known, event, this.#settings);
      const failed = isFailed(known.seen) ? { failed: true } : {};
      return { effect, steps: effect === 'message' ? [{ event: messageOf(event, known.author), ...failed }, { event }] : [{ event }] };
    }
    if (event.kind === 'message.inbound' || event.kind === 'message.outbound') {
      const told = this.#known.get(event.message);
      this.#known.set(event.message, { kind: event.kind === 'message.inbound' ? 'inbound' : 'outbound', author: 'agent', seen: told?.seen ?? 0 });
      return { effect: told ? 'history' : 'none', steps: [{ event }] };
    }
    return { effect: event.kind === 'message.deleted' ? 'history' : 'none', steps: [{ event }] };
  }
}

/** The fold promises not to change what it is given: a frozen state makes a broken promise throw. */
function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(freeze);
  return value;
}
