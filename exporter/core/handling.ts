/**
 * What a conversation asked of agents, and when: waits on them, conversations they owned, time to wrap up. Found by walking through the
 * machine's states; the rules are those of G1 to G3 in docs/kpis.md. Pure.
 */
import { fold, newState, tick, type Folded, type Step } from './conversation.ts';
import type { CanonicalEvent } from './event.ts';
import { stepsOf } from './history.ts';
import type { Settings } from './settings.ts';
import { waitStart, type ConversationState } from './state.ts';

const INTERVAL_KINDS = ['handling', 'owned', 'wrap'] as const;

/** Half-open, in epoch milliseconds UTC. */
export interface AgentInterval {
  readonly agent: string;
  /** Number of the episode within its conversation. */
  readonly number: number;
  readonly kind: (typeof INTERVAL_KINDS)[number];
  readonly from: number;
  /** null: still going on. A wait that is still pending is not yet cut to its last `maxHandlingSeconds`. */
  readonly to: number | null;
}

/** Walks through the events of one conversation, in any order. @param until the clock has been there: closes by inactivity that nothing followed */
export function agentIntervals(id: string, events: readonly CanonicalEvent[], settings: Settings, until: number): readonly AgentInterval[] {
  const walk = new Walk(settings);
  let state = newState();
  for (const step of stepsOf(id, state, events, settings)) {
    const folded = fold(id, state, [step], settings);
    walk.take(step, state, folded);
    state = folded.state;
  }
  if (state.open) walk.end(tick(id, state, until, settings));
  return walk.intervals();
}

/** Something that began and has not ended. */
interface Running { readonly agent: string; readonly number: number; readonly since: number }

/** One pass over a conversation. */
class Walk {
  readonly #settings: Settings;
  readonly #done: AgentInterval[] = [];
  /** Messages of agents by episode, for the time to wrap up; which episodes had a customer is known at the end. */
  readonly #written: { agent: string; number: number; at: number }[] = [];
  readonly #demanded = new Set<number>();
  /** Unanswered messages that will be taken back: until then somebody waited. */
  #doomed: { message: string; at: number }[] = [];
  #writer: string | undefined;
  #byBot = false;
  #owner: Running | undefined;
  #wait: number | undefined;
  #owned: Running | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  take(step: Step, before: ConversationState, { state, closed }: Folded): void {
    const { event } = step;
    for (const episode of closed) if (episode.number === before.open?.number) this.#finish(episode.closedAt ?? event.t);
    if (state.open?.demandAt !== undefined) this.#demanded.add(state.open.number);
    for (const episode of closed) if (episode.demandAt !== null) this.#demanded.add(episode.number);
    this.#notice(step, before, state);
    const owner = state.open && (state.agent ?? (this.#byBot ? undefined : this.#writer));
    const number = state.open?.number ?? 0;
    const wait = state.open && (waitStart(state.open) ?? this.#doomed[0]?.at);
    if (this.#owner && (owner !== this.#owner.agent || number !== this.#owner.number)) this.#endHandling(event.t);
    else if (wait === undefined) this.#endHandling(event.t);
    if (owner !== this.#owner?.agent || number !== this.#owner?.number) this.#owner = owner === undefined ? undefined : { agent: owner, number, since: event.t };
    this.#wait = wait;
    const owns = owner !== undefined && state.open?.demandAt !== undefined && state.open.snoozedAt === undefined;
    if (this.#owned && (!owns || owner !== this.#owned.agent || number !== this.#owned.number)) this.#endOwned(event.t);
    if (owns && !this.#owned) this.#owned = { agent: owner, number, since: event.t };
  }

  /** The clock closed what was open. */
  end({ closed }: Folded): void {
    const [episode] = closed;
    if (episode?.closedAt != null) this.#finish(episode.closedAt);
  }

  intervals(): readonly AgentInterval[] {
    const pending: AgentInterval[] = [];
    if (this.#owner && this.#wait !== undefined) pending.push({ ...pick(this.#owner), kind: 'handling', from: Math.max(this.#wait, this.#owner.since), to: null });
    if (this.#owned) pending.push({ ...pick(this.#owned), kind: 'owned', from: this.#owned.since, to: null });
    const wrap = this.#settings.wrapSeconds * 1000;
    const wraps = wrap <= 0 ? [] : this.#written.filter(({ number }) => this.#demanded.has(number))
      .map(({ agent, number, at }): AgentInterval => ({ agent, number, kind: 'wrap', from: at, to: at + wrap }));
    const once = new Map(wraps.map((each) => [`${each.agent} ${each.from}`, each])); // two messages of one instant
    return [...this.#done, ...pending, ...once.values()];
  }

  /** What the machine does not remember: who wrote last in the episode, whether a bot was given the conversation, what will be taken back. */
  #notice({ event, failed, withdrawn }: Step, before: ConversationState, { open, agent }: ConversationState): void {
    if (agent !== undefined || event.kind === 'conversation.unassigned') this.#byBot = false;
    if (event.kind === 'conversation.assigned' && event.toType === 'bot') this.#byBot = true;
    if (event.kind === 'conversation.snapshot' && event.status === 'pending' && before.status === 'open') this.#byBot = true;
    if (event.kind === 'message.inbound' && withdrawn && open) this.#doomed.push({ message: event.message, at: event.t });
    if (event.kind === 'message.deleted' && this.#doomed.length > 0) this.#doomed = this.#doomed.filter(({ message }) => message !== event.message);
    if (event.kind === 'message.outbound' && event.author === 'agent' && !failed && open) {
      this.#writer = event.authorId;
      this.#byBot = false; // a person took it over
      if (event.authorId !== undefined) this.#written.push({ agent: event.authorId, number: open.number, at: event.t });
    }
  }

  #finish(at: number): void {
    this.#endHandling(at);
    this.#endOwned(at);
    this.#owner = undefined;
    this.#writer = undefined;
    this.#doomed = [];
  }

  /** The wait of the owner is over: at most its last `maxHandlingSeconds` count. */
  #endHandling(at: number): void {
    if (this.#owner && this.#wait !== undefined) {
      const from = Math.max(this.#wait, this.#owner.since, at - this.#settings.maxHandlingSeconds * 1000);
      if (from < at) this.#done.push({ ...pick(this.#owner), kind: 'handling', from, to: at });
    }
    this.#wait = undefined;
  }

  #endOwned(at: number): void {
    if (this.#owned && this.#owned.since < at) this.#done.push({ ...pick(this.#owned), kind: 'owned', from: this.#owned.since, to: at });
    this.#owned = undefined;
  }
}

const pick = ({ agent, number }: Running): { readonly agent: string; readonly number: number } => ({ agent, number });
