import type { Desk } from './business.ts';
import { widgetBody } from './chatwoot-bodies.ts';
import { openThread, type DeskThread } from './desk.ts';
import { DAY, HOUR, MINUTE, SECOND, drawTurns, help, opening, say, theCase, wrapUp, type Help, type Talk } from './dialogue.ts';
import { drawVisitor } from './people.ts';
import type { Random } from './random.ts';
import { during } from './staff.ts';
import { TEXTS } from './texts.ts';
import type { Pause, Story, World } from './world.ts';

/** A request to the help desk: perhaps the bot, perhaps a person, perhaps a survey, perhaps again days later. */
export function* deskStory(world: World, desk: Desk, id: number, r: Random): Story {
  const visitor = drawVisitor(world.seed, world.business, desk.id * 10_000, r);
  if (desk.channel === 'Channel::WebWidget' && r.chance(0.3)) {
    world.deliver('chatwoot', widgetBody(world.business, desk, visitor), 100);
    yield world.now + r.between(5, 40) * SECOND;
  }
  const withBot = r.chance(desk.botShare);
  const it = openThread(world, desk, visitor, id, withBot ? 'pending' : 'open', r);
  const talk = talkIn(it, r);
  yield* opening(world, talk);

  const settledByBot = withBot && (yield* botPart(world, it, talk));
  const result = settledByBot ? undefined : yield* humanPart(world, it, talk);
  if (it.thread.status !== 'resolved') it.status('resolved');
  yield* afterwards(world, it, talk, settledByBot ? 'bot' : result);
}

function talkIn(it: DeskThread, r: Random): Talk {
  const { language } = it.thread.visitor;
  return {
    ...theCase(r), r, canBeClosed: true, phrases: TEXTS[language],
    customerSays: (text) => it.customer(text),
    agentSays: (agent, text) => it.agent(agent, text),
  };
}

/** The bot's part; true when it settled the matter itself. */
function* botPart(world: World, it: DeskThread, talk: Talk): Generator<Pause, boolean, void> {
  const { r, phrases } = talk;
  const overrun = during(world.incidents, world.now, 'crowd', 'bot');
  for (const [turn, line] of phrases.bot.entries()) {
    yield world.now + r.between(1.2, 3.5) * SECOND;
    it.bot(say(talk, line));
    if (turn === phrases.bot.length - 1) break;
    // Some read the answer and leave without a word.
    if (turn > 0 && r.chance(0.12) && !overrun) {
      yield world.now + 3 * MINUTE;
      it.status('resolved');
      return true;
    }
    yield world.now + r.around(18, 0.5) * SECOND;
    it.customer(say(talk, r.pick(phrases.details)));
    if (r.chance(overrun ? 0.9 : talk.angry ? 0.5 : 0.22)) {
      yield* handOver(world, it, talk);
      return false;
    }
  }
  yield world.now + r.around(20, 0.6) * SECOND;
  if (r.chance(talk.angry ? 0.5 : 0.25)) {
    it.customer(r.pick(phrases.sour));
    yield* handOver(world, it, talk);
    return false;
  }
  if (r.chance(0.6)) {
    it.customer(r.pick(phrases.thanks));
    yield world.now + 2 * SECOND;
    it.bot('\u{1F44B}');
    yield world.now + 20 * SECOND;
  }
  it.label(talk.topic);
  it.status('resolved');
  return true;
}

function* handOver(world: World, it: DeskThread, talk: Talk): Generator<Pause, void, void> {
  yield world.now + talk.r.between(1, 3) * SECOND;
  it.bot(talk.phrases.handover);
  yield world.now + 500;
  it.status('open');
}

/** The agents' part, with transfers and parked cases. The outcome of the first wait decides how the customer feels. */
function* humanPart(world: World, it: DeskThread, talk: Talk): Generator<Pause, Help | undefined, void> {
  const { r } = talk;
  const team = world.business.teams.find(({ topics }) => topics.includes(talk.topic)) ?? null;
  it.assign(null, team);
  const first = yield* served(world, it, talk, false, drawTurns(r));
  // Expired: the desk's rule closes what nobody took.
  if (first === undefined) return undefined;
  it.label(talk.topic);
  if (first.gone) return leave(world, r, first);
  if (r.chance(0.15)) it.agent(first.agent, 'Checked the order, see the courier page.', true);

  if (r.chance(0.05)) {
    it.assign(null, world.business.teams.find((other) => other !== team) ?? team);
    leave(world, r, first);
    const second = yield* served(world, it, talk, true, 1);
    return second === undefined ? first : leave(world, r, { ...second, waited: first.waited });
  }
  if (r.chance(0.03)) {
    it.agent(first.agent, talk.phrases.later);
    const until = nextMorning(world, r);
    it.status('snoozed', until);
    leave(world, r, first);
    yield until;
    it.status('open');
    it.assign(null);
    const second = yield* served(world, it, talk, true, 1);
    return second === undefined ? first : leave(world, r, { ...second, waited: first.waited });
  }
  return leave(world, r, first);
}

function leave<T extends Help>(world: World, r: Random, result: T): T {
  world.start(wrapUp(world, result.agent, r));
  return result;
}

function* served(world: World, it: DeskThread, talk: Talk, urgent: boolean, turns: number): Generator<Pause, Help | undefined, void> {
  const ticket = world.staff.queue(world.now, urgent);
  // The assignment is visible as soon as somebody has the ticket, before their first word.
  ticket.onAgent((agent) => it.assign(agent));
  return yield* help(world, talk, ticket, turns);
}

/** Half past nine to noon of the next day. */
function nextMorning(world: World, r: Random): number {
  const { hour } = world.clock(world.now);
  return Math.round(world.now + (24 - hour + r.between(9.5, 12)) * HOUR);
}

/** What follows the resolution: the survey, a word of thanks that reopens it, the same trouble again after days. */
function* afterwards(world: World, it: DeskThread, talk: Talk, result: Help | 'bot' | undefined): Story {
  const { r } = talk;
  yield world.now + r.between(1, 3) * SECOND;
  const survey = it.survey();
  if (r.chance(1 / 3) && (result === 'bot' || result?.gone === false)) world.start(answer(world, it, talk, survey, result), world.now + r.around(150, 1) * SECOND);

  if (result !== 'bot' && r.chance(0.08)) {
    yield world.now + r.between(1, 6) * MINUTE;
    it.customer(r.pick(talk.phrases.thanks));
    it.status('open');
    yield world.now + r.between(0.5, 3) * MINUTE;
    it.status('resolved');
  }
  if (r.chance(0.09)) {
    yield Math.round(world.now + r.between(0.9, 6) * DAY);
    yield* again(world, it, talk);
  }
}

/** The customer is back in the same conversation; that makes it open again. */
function* again(world: World, it: DeskThread, talk: Talk): Story {
  it.status('open');
  // The desk frees a resolved case from its agent when it comes back.
  it.assign(null);
  yield* opening(world, talk);
  const result = yield* served(world, it, talk, false, drawTurns(talk.r));
  if (result !== undefined) leave(world, talk.r, result);
  it.status('resolved');
}

function* answer(world: World, it: DeskThread, talk: Talk, survey: ReturnType<DeskThread['survey']>, result: Help | 'bot'): Story {
  const { r } = talk;
  const rating = drawRating(r, result, talk.angry, during(world.incidents, world.now, 'service'));
  it.rate(survey, rating, r.chance(0.3) ? r.pick(rating > 3 ? talk.phrases.thanks : talk.phrases.sour) : '');
  if (r.chance(0.05)) {
    yield world.now + r.between(1, 30) * MINUTE;
    it.rate(survey, Math.min(5, rating + 1), '');
  }
}

/** Four and five stars mostly; long waits and bad starts cost stars. */
function drawRating(r: Random, result: Help | 'bot', angry: boolean, badly: boolean): number {
  const weights = badly ? [40, 25, 15, 12, 8]
    : result === 'bot' ? [3, 4, 8, 34, 51]
    : result.waited > 5 * MINUTE ? [24, 18, 22, 22, 14]
      : result.waited > MINUTE || angry ? [3, 4, 8, 34, 51]
        : [2, 2, 6, 28, 62];
  return r.weighted(weights.map((weight, index) => [index + 1, weight] as const));
}
