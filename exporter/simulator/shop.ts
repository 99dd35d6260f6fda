import type { Agent, Desk, Line } from './business.ts';
import { DAY, HOUR, MINUTE, SECOND } from './dialogue.ts';
import { drawPerson, drawVisitor, type Person } from './people.ts';
import { random, type Random } from './random.ts';
import type { Story, World } from './world.ts';

/**
 * What the retailer's own systems tell with canonical events (docs/events.md), because no messaging provider knows it: who is at work, what is bought,
 * who agreed to marketing, how far people get in the checkout, what they answer by e-mail.
 */

/** Tells one thing about a customer or an agent, some moments after it happened. `what` has the fields of its kind. */
export function tell(world: World, id: string, what: Readonly<Record<string, unknown>>, lag = 300): void {
  world.deliver('events', JSON.stringify({ id, t: Math.round(world.now), ...what }), lag);
}

/** What WhatsApp knows a person by, which is what names them here too. */
export const contactOf = ({ phone, userId, username }: Person): Readonly<Record<string, string>> =>
  ({ source: 'whatsapp', channel: 'whatsapp', contact: username === undefined ? phone : userId });

/** Agents log in and out with their shifts, breaks included. */
export function* presence(world: World): Story {
  const last = new Map<Agent, string>();
  for (;;) {
    for (const agent of world.business.agents) {
      const status = world.onDuty(agent) ? 'online' : 'offline';
      if (last.get(agent) === status) continue;
      last.set(agent, status);
      tell(world, `shift-${agent.id}-${world.now}`, { kind: 'agent.status', source: 'chatwoot', agent: String(agent.id), status });
    }
    yield (Math.floor(world.now / (5 * MINUTE)) + 1) * 5 * MINUTE;
  }
}

/** People in the web shop: one or two an hour begin to check out, some write to us about it elsewhere. */
export function* checkouts(world: World): Story {
  const desk = world.business.inboxes.find((inbox): inbox is Desk => inbox.kind === 'desk');
  if (desk === undefined) return;
  for (;;) {
    const hour = Math.floor(world.now / HOUR);
    const r = random(world.seed, 'checkouts', hour);
    for (let number = r.int(4); number > 0; number -= 1) {
      const at = hour * HOUR + r.between(0, HOUR);
      if (at >= world.now) world.start(checkout(world, desk, `${hour}-${number}`, random(world.seed, 'checkout', hour, number)), Math.round(at));
    }
    yield (hour + 1) * HOUR;
  }
}

const STEPS = ['cart', 'address', 'payment'] as const;

function* checkout(world: World, desk: Desk, run: string, r: Random): Story {
  const visitor = drawVisitor(world.seed, world.business, desk.id * 10_000, r);
  const who = { source: 'chatwoot', channel: 'webchat', inbox: String(desk.id), contact: String(visitor.id) };
  for (const step of STEPS) {
    tell(world, `${step}-${run}`, { kind: 'flow.step', ...who, flow: 'checkout', run, step });
    if (r.chance(0.22)) return;
    yield world.now + r.around(50, 0.7) * SECOND;
  }
  tell(world, `paid-${run}`, { kind: 'flow.completed', ...who, flow: 'checkout', run });
  buys(world, who, run, r);
}

/** An order of some lamps. */
export function buys(world: World, who: Readonly<Record<string, unknown>>, run: string, r: Random): void {
  tell(world, `order-${run}`, { kind: 'conversion.recorded', ...who, order: `L-${run}`, type: 'purchase', value: Math.round(r.around(70, 0.6) * 100) / 100, currency: 'EUR' });
}

/** The customer register, once a day: who was added or left, who agreed to marketing, what people said by e-mail about us, who asked to be forgotten. */
export function* register(world: World): Story {
  for (;;) {
    const { day } = world.clock(world.now);
    const r = random(world.seed, 'register', day);
    for (let number = 0; number < 6; number += 1) {
      world.start(registered(world, `${day}-${number}`, random(world.seed, 'registered', day, number)), Math.ceil(world.now + r.between(1, 10) * HOUR));
    }
    yield world.now + DAY;
  }
}

function* registered(world: World, key: string, r: Random): Story {
  const who = contactOf(drawPerson(world.seed, world.business, r));
  const stranger = { source: 'shop', contact: `newcomer-${key}` };
  tell(world, `created-${key}`, { kind: 'contact.created', ...stranger, origin: r.pick(['import', 'manual', 'ad', 'api']) });
  tell(world, `asked-${key}`, { kind: 'consent.requested', ...stranger, purpose: 'marketing', method: 'double' });
  tell(world, `nps-${key}`, { kind: 'survey.sent', ...who, survey: `nps-${key}`, type: 'nps', scale: '0-10' });
  yield world.now + r.around(3, 0.8) * HOUR;
  if (r.chance(0.7)) tell(world, `granted-${key}`, { kind: 'consent.granted', ...stranger, purpose: 'marketing', method: 'double' });
  if (r.chance(0.4)) tell(world, `answered-${key}`, { kind: 'survey.answered', ...who, survey: `nps-${key}`, type: 'nps', score: r.weighted([[10, 28], [9, 22], [8, 18], [7, 12], [5, 12], [2, 8]]) });
  yield world.now + r.between(1, 3) * DAY;
  if (r.chance(0.2)) tell(world, `revoked-${key}`, { kind: 'consent.revoked', ...stranger, purpose: 'marketing' });
  const leaving = r.weighted([['no', 88], ['left', 6], ['forget', 6]]);
  if (leaving !== 'no') tell(world, `${leaving}-${key}`, { kind: leaving === 'left' ? 'contact.deleted' : 'contact.erased', ...stranger });
}

/** Whether the shop has asked this person for consent and got it; the same answer every time. */
const agreed = (world: World, { phone }: Person): boolean => random(world.seed, 'agreed', phone).chance(0.985);

/** Before a campaign: its list is read, with the consents it rests on and the variant each person gets. */
export function listed(world: World, to: Person, campaign: string, key: string): void {
  const who = contactOf(to);
  // Dated a minute back: receipts tell whole seconds, and a consent of the same second would seem to come after the message.
  if (agreed(world, to)) tell(world, `listed-${key}`, { t: Math.round(world.now) - MINUTE, kind: 'consent.granted', ...who, purpose: 'marketing', method: 'single' }, 0);
  tell(world, `variant-${key}`, { kind: 'experiment.assigned', ...who, experiment: campaign, variant: variantOf(world, to, campaign) }, 0);
}

/** What the sending system knows of a campaign message and no receipt tells: its template. */
export function sentTemplate(world: World, line: Line, to: Person, message: string, campaign: string): void {
  const who = contactOf(to);
  tell(world, `sent-${message}`, {
    kind: 'message.outbound', ...who, inbox: line.phoneNumberId, conversation: `${line.phoneNumberId}:${who['contact'] ?? ''}`, message, content: 'template', author: 'campaign', campaign,
    template: { name: `${campaign.replace(/-\d+$/, '')}-${variantOf(world, to, campaign)}`, category: 'marketing' },
  });
}

/** After a campaign message was read: a click, perhaps an order. One variant of the text works better. */
export function* tempted(world: World, to: Person, message: string, campaign: string, key: string): Story {
  const r = random(world.seed, 'tempted', key);
  const who = contactOf(to);
  const appeal = variantOf(world, to, campaign) === 'b' ? 1.5 : 1;
  yield world.now + r.around(35, 1) * MINUTE;
  if (!r.chance(0.12 * appeal)) return;
  tell(world, `click-${key}`, { kind: 'link.clicked', ...who, message, link: 'offer' });
  yield world.now + r.around(20, 0.8) * MINUTE;
  if (r.chance(0.3)) buys(world, who, key, r);
}

const variantOf = (world: World, { phone }: Person, campaign: string): 'a' | 'b' => (random(world.seed, 'variant', campaign, phone).chance(0.5) ? 'a' : 'b');
