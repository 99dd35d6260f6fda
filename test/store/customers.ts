/** Random histories of a few customers over several conversations, as the store takes them. */
import fc from 'fast-check';
import type { CanonicalEvent, Payload } from '../../exporter/core/event.ts';
import { uuid } from '../rollups/world.ts';

export const START = Date.parse('2026-03-20T08:00:00Z');
const PEOPLE = ['ada', 'bo', 'cy', 'dee'] as const;
const people = fc.constantFrom(...PEOPLE);
const numbers = fc.nat(9);
const id = (name: string): string => uuid(name);

const inbound = fc.record({
  kind: fc.constant('message.inbound' as const), message: numbers.map((n) => id(`in ${n}`)), content: fc.constant('text' as const), optOut: fc.nat(5).map((n) => n === 0),
  surveyAnswer: fc.nat(9).map((n) => n === 0), country: fc.constantFrom('ES', 'DE'), sentiment: fc.constantFrom('negative' as const, 'positive' as const),
  rating: fc.constantFrom({ value: 5 }, { value: 2 }),
});
const outbound = fc.record({
  kind: fc.constant('message.outbound' as const), message: numbers.map((n) => id(`out ${n}`)), content: fc.constant('text' as const),
  author: fc.constantFrom('agent' as const, 'bot' as const, 'campaign' as const, 'campaign' as const), authorId: fc.constantFrom('lena', 'omar'),
  campaign: fc.constantFrom('spring', 'autumn'), template: fc.constantFrom({ name: 'offer', category: 'marketing' }, { name: 'note', category: 'utility' }),
});
const receipt = fc.record({
  kind: fc.constant('message.status' as const), message: fc.oneof(numbers.map((n) => id(`out ${n}`)), fc.nat(2).map((n) => id(`unseen ${n}`)), fc.nat(1).map((n) => id(`asked ${n}`))),
  status: fc.constantFrom('sent' as const, 'delivered' as const, 'delivered' as const, 'read' as const, 'failed' as const),
  pricing: fc.constantFrom({ category: 'marketing', type: 'regular', model: 'PMP' }, { category: 'service', type: 'free_customer_service', model: 'PMP' }, { category: 'utility', model: 'CBP', billable: true }),
});
const merge = fc.tuple(people, people).filter(([from, into]) => from !== into).map(([from, into]): Payload => ({ kind: 'contact.merged', from: id(from), into: id(into) }));

const payload: fc.Arbitrary<Payload> = fc.oneof(
  { weight: 6, arbitrary: inbound }, { weight: 7, arbitrary: outbound }, { weight: 7, arbitrary: receipt }, { weight: 1, arbitrary: merge },
  { weight: 2, arbitrary: numbers.map((n): Payload => ({ kind: 'link.clicked', message: id(`out ${n}`), link: 'l' })) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('conversion.recorded' as const), order: fc.nat(3).map((n) => id(`order ${n}`)), value: fc.nat(90), currency: fc.constantFrom('EUR', 'USD') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('consent.requested' as const, 'consent.granted' as const, 'consent.revoked' as const), method: fc.constantFrom('single' as const, 'double' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('flow.step' as const, 'flow.completed' as const), flow: fc.constantFrom('checkout', 'signup'), step: fc.constantFrom('cart', 'pay') }) },
  { weight: 1, arbitrary: fc.constantFrom('A', 'B').map((variant): Payload => ({ kind: 'experiment.assigned', experiment: 'spring', variant })) },
  { weight: 1, arbitrary: fc.nat(1).map((n): Payload => ({ kind: 'survey.sent', survey: `s${n}`, message: id(`asked ${n}`) })) },
  { weight: 2, arbitrary: fc.tuple(fc.nat(1), fc.integer({ min: 1, max: 5 })).map(([n, score]): Payload => ({ kind: 'survey.answered', survey: `s${n}`, score })) },
  { weight: 1, arbitrary: fc.constant<Payload>({ kind: 'conversation.resolved', by: 'agent', reason: 'done' }) },
  { weight: 2, arbitrary: fc.constantFrom('lena', 'omar').map((toId): Payload => ({ kind: 'conversation.assigned', toType: 'agent', toId })) },
  { weight: 1, arbitrary: fc.constantFrom<Payload>({ kind: 'conversation.unassigned' }, { kind: 'conversation.snoozed' }, { kind: 'conversation.handoff' }) },
  { weight: 1, arbitrary: fc.constantFrom('billing', 'returns').map((topic): Payload => ({ kind: 'conversation.classified', topic })) },
  { weight: 1, arbitrary: numbers.map((n): Payload => ({ kind: 'message.deleted', message: id(`in ${n}`) })) },
  { weight: 1, arbitrary: fc.nat(9).map((n): Payload => ({ kind: 'sentiment.scored', message: id(`in ${n}`), sentiment: 'neutral' })) },
);

/** Minutes after the start: crowded, with days between. */
const offset = fc.oneof(fc.nat(30), fc.integer({ min: 0, max: 100 }).map((hours) => hours * 60), fc.constantFrom(24 * 60, 72 * 60, 7 * 24 * 60));

const drafts = fc.array(fc.record({ payload, offset, who: people, thread: fc.nat(1), named: fc.nat(5), place: fc.nat(9_999) }), { minLength: 1, maxLength: 30 });

/** In order of arrival; a message is written once, by one customer, in one conversation. Some events name no customer. */
export const customerHistories: fc.Arbitrary<readonly CanonicalEvent[]> = drafts.map((list) => {
  const written = new Map<string, { who: string; thread: number }>();
  const events = list.flatMap(({ payload: what, offset: minutes, who, thread, named, place }, index) => {
    const message = 'message' in what && what.kind !== 'link.clicked' ? what.message : undefined;
    const home = message === undefined ? { who, thread } : written.get(message) ?? { who, thread };
    const isMessage = what.kind === 'message.inbound' || what.kind === 'message.outbound';
    if (isMessage && message !== undefined && written.has(`shown ${message}`)) return [];
    if (message !== undefined) { written.set(message, home); if (isMessage) written.set(`shown ${message}`, home); }
    const apart = /^(contact|consent|link|conversion|experiment|flow)\./.test(what.kind);
    const anonymous = what.kind === 'contact.merged' || (what.kind === 'link.clicked' && named < 3) || (isMessage && named === 0);
    const event = {
      ...what, id: isMessage ? message : id(`event ${index}`), source: 'whatsapp', channel: 'whatsapp', inbox: 'main', t: START + minutes * 60_000, receivedAt: 0, seq: 0,
      ...(apart ? {} : { conversation: id(`talk ${home.who} ${home.thread}`) }), ...(anonymous ? {} : { contact: id(home.who) }),
    };
    return [{ event, place }];
  });
  // A test may call any UUID a pseudonym.
  return events.sort((a, b) => a.place - b.place).map(({ event }, index) => ({ ...event, receivedAt: START + 30 * 86_400_000 + index * 1000 }) as unknown as CanonicalEvent);
});
