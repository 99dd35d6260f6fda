import type { Line } from './business.ts';
import { DAY, HOUR, MINUTE, SECOND, drawTurns, help, opening, theCase, wrapUp, type Talk } from './dialogue.ts';
import { drawPerson, type Person } from './people.ts';
import type { Random } from './random.ts';
import { TEXTS } from './texts.ts';
import { echoBody, inboundBody, receiptsBody, wamid, type Content, type Receipt } from './whatsapp-bodies.ts';
import type { Pause, Story, World } from './world.ts';

/** A request on a WhatsApp number. The channel never says that it is settled. */
export function* whatsappStory(world: World, line: Line, r: Random): Story {
  const person = freePerson(world, r);
  if (person !== undefined) yield* whatsappTalk(world, line, person, r);
}

/** One matter of one person, from the first word to the last, and sometimes the same trouble again days later. */
export function* whatsappTalk(world: World, line: Line, person: Person, r: Random, reply?: Content, context?: object): Story {
  if (world.busy.has(person.phone)) return;
  world.busy.add(person.phone);
  const talk = talkOn(world, line, person, r);
  if (reply === undefined) yield* opening(world, talk);
  else customerSends(world, line, person, r, reply, context);

  const result = yield* help(world, talk, world.staff.queue(world.now), drawTurns(r));
  if (result !== undefined) {
    world.start(wrapUp(world, result.agent, r));
    if (!result.gone && r.chance(0.25)) yield* lastWords(world, line, person, talk);
  }
  world.busy.delete(person.phone);
  if (r.chance(0.08)) {
    yield Math.round(world.now + r.between(0.9, 6) * DAY);
    yield* whatsappTalk(world, line, person, r);
  }
}

/** Receipts of one of our messages, as they trickle in; `first` is when it was sent, epoch ms. */
export function* receipts(world: World, line: Line, to: Person, id: string, r: Random, about: Pick<Receipt, 'pricing' | 'campaign'>, errorCode?: number): Story {
  const post = (list: readonly Receipt[], lag = r.between(150, 900)): void => world.deliver('whatsapp', receiptsBody(world.business, line, to, list), lag);
  const { pricing: _pricing, ...unpriced } = about;
  const sent: Receipt = { id, status: 'sent', at: world.now, ...about };
  if (errorCode !== undefined) {
    // Some are refused at once, some after they were sent.
    if (r.chance(0.5)) post([sent]);
    yield world.now + r.between(0.5, 4) * SECOND;
    post([{ id, status: 'failed', at: world.now, ...unpriced, errorCode }]);
    return;
  }
  const reached = world.now + (r.chance(0.96) ? r.around(1.4, 0.6) * SECOND : r.between(0.2, 9) * HOUR);
  const together = reached - world.now < SECOND;
  if (!together) post([sent]);
  yield reached;
  const delivered: Receipt = { id, status: 'delivered', at: world.now, ...about };
  const willRead = r.chance(about.pricing === 'service' ? 0.82 : 0.64);
  // Whoever has the chat open reads at once; then only `read` may come.
  if (willRead && r.chance(0.1)) {
    post([...(together ? [sent] : []), { ...delivered, status: 'read' }]);
    return;
  }
  // A few receipts overtake one another on the way.
  post(together ? [sent, delivered] : [delivered], r.chance(0.03) ? r.between(3, 40) * SECOND : r.between(150, 900));
  if (!willRead) return;
  yield world.now + (about.pricing === 'service' ? r.around(9, 0.9) * SECOND : r.around(50, 1.4) * MINUTE);
  post([{ id, status: 'read', at: world.now, ...unpriced }]);
}

/** One of our messages to a customer, with its id. */
export function sendFrom(world: World, line: Line, to: Person, r: Random, about: Pick<Receipt, 'pricing' | 'campaign'>, errorCode?: number): string {
  const id = wamid('out', to, r);
  world.start(receipts(world, line, to, id, r, about, errorCode));
  return id;
}

function talkOn(world: World, line: Line, person: Person, r: Random): Talk {
  let opened = false;
  return {
    ...theCase(r), r, canBeClosed: false, phrases: TEXTS[person.language],
    customerSays(text) {
      customerSends(world, line, person, r, opened ? drawContent(r, text) : firstContent(r, text));
      opened = true;
    },
    agentSays(_agent, text) {
      const errorCode = r.chance(0.006) ? r.pick([131026, 131000]) : undefined;
      agentSends(world, line, person, r, text, errorCode);
      if (errorCode !== undefined) world.start(secondTry(world, line, person, r, text));
    },
  };
}

function agentSends(world: World, line: Line, person: Person, r: Random, text: string, errorCode?: number): void {
  const id = sendFrom(world, line, person, r, { pricing: 'service' }, errorCode);
  if (line.replies === 'echoes') world.deliver('whatsapp', echoBody(world.business, line, person, id, world.now, text), r.between(200, 1400));
}

/** A reply that failed is sent again, or the customer would wait for ever. */
function* secondTry(world: World, line: Line, person: Person, r: Random, text: string): Story {
  yield world.now + r.between(15, 60) * SECOND;
  agentSends(world, line, person, r, text);
}

function customerSends(world: World, line: Line, person: Person, r: Random, content: Content, context?: object): void {
  const body = inboundBody(world.business, line, person, wamid('in', person, r), world.now, content, context);
  const lag = r.between(200, 1200);
  world.deliver('whatsapp', body, lag);
  // The provider repeats itself when an answer got lost.
  if (r.chance(0.004)) world.deliver('whatsapp', body, lag + r.between(5, 60) * SECOND);
}

/** After the last answer: a reaction, or "thanks" that gets no reply. */
function* lastWords(world: World, line: Line, person: Person, talk: Talk): Generator<Pause, void, void> {
  const { r } = talk;
  yield world.now + r.around(30, 0.6) * SECOND;
  if (r.chance(0.3)) {
    customerSends(world, line, person, r, { type: 'reaction', reaction: { message_id: wamid('out', person, r), emoji: '\u2764\ufe0f' } });
  } else {
    talk.customerSays(r.pick(talk.phrases.thanks));
    yield world.now + r.between(5, 30) * SECOND;
    const ticket = world.staff.queue(world.now);
    yield ticket;
    if (ticket.agent === undefined) return;
    yield world.now + r.between(5, 20) * SECOND;
    talk.agentSays(ticket.agent, '\u{1F44B}');
    world.staff.release(ticket.agent, world.now);
  }
}

/** Somebody who is not in a chat just now; gives up when the customers drawn all are. */
function freePerson(world: World, r: Random): Person | undefined {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const person = drawPerson(world.seed, world.business, r);
    if (!world.busy.has(person.phone)) return person;
  }
  return undefined;
}

const textContent = (text: string): Content => ({ type: 'text', text: { body: text } });

/** A few arrive through an advertisement. */
function firstContent(r: Random, text: string): Content {
  if (!r.chance(0.05)) return textContent(text);
  const referral = {
    source_url: 'https://fb.me/lumenhome', source_id: `1202${String(r.int(5))}00117`, source_type: 'ad', body: 'Warm light for long evenings',
    headline: 'Chat with Lumen Home', media_type: 'image', image_url: 'https://lumen-home.example/ad.jpg', ctwa_clid: r.hex(32),
  };
  return { referral, ...textContent(text) };
}

function drawContent(r: Random, text: string): Content {
  const media = { id: `9${String(1e14 + r.int(1e9))}`, sha256: `${r.hex(42)}=` };
  return r.weighted<() => Content>([
    [() => textContent(text), 86],
    [() => ({ type: 'image', image: { caption: text, mime_type: 'image/jpeg', ...media } }), 6],
    [() => ({ type: 'audio', audio: { mime_type: 'audio/ogg; codecs=opus', ...media, voice: true } }), 4],
    [() => ({ type: 'location', location: { latitude: 40.4, longitude: -3.7, name: 'Calle de la Luz' } }), 1],
    [() => ({ type: 'interactive', interactive: { type: 'button_reply', button_reply: { id: 'yes', title: text.slice(0, 20) } } }), 3],
  ])();
}
