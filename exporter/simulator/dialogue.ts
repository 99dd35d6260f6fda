import type { Agent, Topic } from './business.ts';
import type { Random } from './random.ts';
import type { Ticket } from './staff.ts';
import type { Phrases } from './texts.ts';
import type { Pause, Story, World } from './world.ts';

/** In milliseconds, as everything in the script. */
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** One customer's case, whatever the channel. */
export interface Talk {
  readonly topic: Topic;
  readonly angry: boolean;
  readonly order: string;
  readonly phrases: Phrases;
  readonly r: Random;
  /** Agents may close the case of a customer who has left without a word. */
  readonly canBeClosed: boolean;
  customerSays(text: string): void;
  agentSays(agent: Agent, text: string): void;
}

/** How the human part of a conversation went. */
export interface Help {
  readonly agent: Agent;
  /** Time in the line until the first reply, ms. */
  readonly waited: number;
  /** The customer had left when somebody answered. */
  readonly gone: boolean;
}

/** Decides what the case is about. */
export function theCase(r: Random): { readonly topic: Topic; readonly angry: boolean; readonly order: string } {
  const topic = r.weighted<Topic>([['delivery', 40], ['returns', 24], ['product', 22], ['payment', 14]]);
  return { topic, angry: r.chance(0.22), order: String(70_000 + r.int(30_000)) };
}

/** The first words: one to three messages in a row. */
export function* opening(world: World, talk: Talk): Generator<Pause, void, void> {
  const { r, phrases } = talk;
  const tone = talk.angry ? phrases.angry : phrases.calm;
  talk.customerSays(say(talk, r.pick(tone[talk.topic])));
  for (let more = r.weighted([[0, 62], [1, 27], [2, 11]]); more > 0; more -= 1) {
    yield world.now + r.between(4, 18) * SECOND;
    talk.customerSays(say(talk, r.pick(phrases.details)));
  }
}

/**
 * Waits in the line, gets an agent, talks until the matter is settled. The agent stays taken: the caller releases them.
 * Nothing when the ticket expired.
 */
export function* help(world: World, talk: Talk, ticket: Ticket, turns: number): Generator<Pause, Help | undefined, void> {
  const { r } = talk;
  const patience = Math.max(6 * MINUTE, r.exp(40 * MINUTE));
  world.start(impatience(world, talk, ticket, patience), world.now + r.around(110, 0.4) * SECOND);
  yield ticket;
  const { agent } = ticket;
  if (agent === undefined) return undefined;

  const pace = (median: number): number => world.now + r.around(median, 0.45) * (0.85 + 0.15 * world.staff.load(agent)) * SECOND;
  // Now and then a chat is opened and forgotten for a while.
  yield r.chance(0.02) ? pace(150) : pace(15);
  if (talk.canBeClosed && world.now - ticket.since > patience && r.chance(0.5)) return { agent, waited: world.now - ticket.since, gone: true };
  talk.agentSays(agent, say(talk, talk.phrases.agent[0] ?? ''));
  const waited = world.now - ticket.since;
  if (waited > patience) {
    yield world.now + 1.5 * MINUTE;
    return { agent, waited, gone: true };
  }
  for (let turn = 1; turn <= turns; turn += 1) {
    yield world.now + Math.min(r.around(26, 0.6) * SECOND, 3 * MINUTE);
    talk.customerSays(say(talk, r.pick(talk.phrases.details)));
    if (r.chance(0.2)) {
      yield world.now + r.between(3, 12) * SECOND;
      talk.customerSays(say(talk, r.pick(talk.phrases.details)));
    }
    yield r.chance(0.03) ? pace(120) : pace(22);
    talk.agentSays(agent, say(talk, talk.phrases.agent[turn % talk.phrases.agent.length] ?? ''));
  }
  yield* farewell(world, talk, agent, waited);
  return { agent, waited, gone: false };
}

/** What was said is noted before the next customer; the one who was helped does not wait for that. */
export function* wrapUp(world: World, agent: Agent, r: Random): Story {
  yield world.now + r.around(WRAP_SECONDS, 0.4) * SECOND;
  world.staff.release(agent, world.now);
}

const WRAP_SECONDS = 85;

/** How many rounds of question and answer follow the first reply. */
export const drawTurns = (r: Random): number => r.weighted([[1, 50], [2, 38], [3, 12]]);

/** A phrase with the number of the order in its place. */
export const say = (talk: Pick<Talk, 'order'>, text: string): string => text.replace('{n}', talk.order);

/** "Hello?" and worse, for as long as the customer waits. */
function* impatience(world: World, talk: Talk, ticket: Ticket, patience: number): Story {
  for (const text of talk.phrases.waiting) {
    if (ticket.state !== 'waiting' || world.now - ticket.since > patience) return;
    talk.customerSays(text);
    yield world.now + talk.r.around(200, 0.5) * SECOND;
  }
}

function* farewell(world: World, talk: Talk, agent: Agent, waited: number): Generator<Pause, void, void> {
  const { r, phrases } = talk;
  if (r.chance(0.45)) {
    yield world.now + r.around(20, 0.6) * SECOND;
    const pleased = r.chance(waited > 5 * MINUTE ? 0.6 : talk.angry ? 0.75 : 0.95);
    talk.customerSays(r.pick(pleased ? phrases.thanks : phrases.sour));
    // On a channel that is never resolved an unanswered "thanks" would look like somebody who waits.
    yield world.now + r.between(6, 25) * SECOND;
    talk.agentSays(agent, '\u{1F44B}');
  }
  yield world.now + r.between(8, 45) * SECOND;
}
