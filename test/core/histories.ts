/** Random histories of one conversation: every kind the machine knows, at crowded times, in a random order of arrival. */
import fc from 'fast-check';
import { AUTHORS, RECEIPTS, RESOLVERS, compareEvents, type CanonicalEvent, type Payload } from '../../exporter/core/event.ts';
import type { Settings } from '../../exporter/core/settings.ts';
import { CONVERSATION, instant, pseudonym, withDefaults } from './support.ts';

const MESSAGES = 12;
const names = fc.constantFrom('lena', 'omar');
const teams = fc.constantFrom('sales', 'repairs');
const numbers = fc.integer({ min: 0, max: MESSAGES - 1 });
const one = (kind: 'conversation.unassigned' | 'conversation.handoff' | 'conversation.snoozed' | 'conversation.unsnoozed' | 'conversation.reopened' | 'note.created') => fc.constant<Payload>({ kind });

const inbound = fc.record({
  kind: fc.constant('message.inbound' as const), message: numbers.map((n) => `in-${n}`), content: fc.constant('text' as const),
  needsReply: fc.nat(7).map((n) => n > 0), surveyAnswer: fc.nat(9).map((n) => n === 0), optOut: fc.nat(9).map((n) => n === 0),
});

const outbound = fc.record({
  kind: fc.constant('message.outbound' as const), message: numbers.map((n) => `out-${n}`), content: fc.constant('text' as const),
  author: fc.oneof({ weight: 3, arbitrary: fc.constantFrom('agent' as const, 'bot' as const) }, { weight: 1, arbitrary: fc.constantFrom(...AUTHORS) }),
  authorId: names, expectsReply: fc.boolean(),
});

const receipt = fc.record({
  kind: fc.constant('message.status' as const), message: fc.oneof(numbers.map((n) => `out-${n}`), fc.nat(2).map((n) => `unseen-${n}`)),
  status: fc.constantFrom(...RECEIPTS), pricing: fc.constantFrom({ category: 'service' }, { category: 'marketing' }),
});

const snapshot = fc.record({
  kind: fc.constant('conversation.snapshot' as const), status: fc.constantFrom('open' as const, 'pending' as const, 'snoozed' as const, 'resolved' as const),
  agent: fc.option(names), team: fc.option(teams), topic: fc.constantFrom(null, 'billing', 'returns'),
}, { requiredKeys: ['kind'] });

const payload: fc.Arbitrary<Payload> = fc.oneof(
  { weight: 8, arbitrary: inbound }, { weight: 8, arbitrary: outbound }, { weight: 4, arbitrary: receipt }, { weight: 3, arbitrary: snapshot },
  { weight: 1, arbitrary: numbers.map((n): Payload => ({ kind: 'message.deleted', message: `in-${n}` })) },
  { weight: 1, arbitrary: names.map((toId): Payload => ({ kind: 'conversation.assigned', toType: 'agent', toId })) },
  { weight: 1, arbitrary: teams.map((toId): Payload => ({ kind: 'conversation.assigned', toType: 'team', toId })) },
  { weight: 1, arbitrary: fc.constant<Payload>({ kind: 'conversation.assigned', toType: 'bot', toId: 'helper' }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('conversation.resolved' as const), by: fc.constantFrom(...RESOLVERS), reason: fc.constantFrom('done' as const, 'confirmed' as const, 'inactivity' as const) }) },
  { weight: 1, arbitrary: fc.constantFrom('billing', 'returns').map((topic): Payload => ({ kind: 'conversation.classified', topic })) },
  { weight: 4, arbitrary: fc.oneof(one('conversation.unassigned'), one('conversation.handoff'), one('conversation.snoozed'), one('conversation.unsnoozed'), one('conversation.reopened'), one('note.created')) },
);

/** Seconds after the start: often within minutes, sometimes on the very same second, sometimes days later. */
const offset = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 40 }).map((n) => n * 30) }, { weight: 2, arbitrary: fc.integer({ min: 0, max: 7_200 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 60 }).map((hours) => hours * 3_600) }, { weight: 1, arbitrary: fc.constantFrom(86_400, 86_430, 172_800) },
);

const START = instant('08:00');
/** A time after every history and every close it may bring. */
export const LONG_AFTER = instant('30d00:00');

const drafts = fc.array(fc.record({ payload, offset, seq: fc.nat(1), id: fc.integer({ min: 0, max: 9_999 }), place: fc.nat(9_999) }), { minLength: 1, maxLength: 28 });

/** Events in order of arrival. Each message is written once and an event id exists once, as the store sees to. */
export const histories: fc.Arbitrary<readonly CanonicalEvent[]> = drafts.map((list) => {
  const seen = new Set<string>();
  const events: CanonicalEvent[] = [];
  for (const draft of [...list].sort((a, b) => a.place - b.place)) {
    const written = draft.payload.kind === 'message.inbound' || draft.payload.kind === 'message.outbound' ? draft.payload.message : undefined;
    const id = `event-${draft.id}`;
    if (seen.has(id) || (written !== undefined && seen.has(written))) continue;
    seen.add(id).add(written ?? id);
    const t = START + draft.offset * 1000;
    events.push({
      ...draft.payload, id: pseudonym(id), source: 'desk', t, receivedAt: t, seq: draft.seq, channel: 'webchat', inbox: 'front',
      conversation: pseudonym(CONVERSATION), contact: pseudonym('visitor'),
    });
  }
  return events;
});

export const inOrder = (events: readonly CanonicalEvent[]): readonly CanonicalEvent[] => [...events].sort(compareEvents);

const OFFICE = { tz: 'Europe/Madrid', week: { mon: [['09:00', '13:00'], ['14:00', '18:00']], tue: [['22:00', '02:00']], wed: [['00:00', '24:00']] } } as const;

export const settingsOfAllSorts: fc.Arbitrary<Settings> = fc.record({
  hasResolution: fc.boolean(), defaultAuthor: fc.constantFrom('agent' as const, 'bot' as const), inactivityCloseSeconds: fc.constantFrom(3_600, 86_400),
  calendars: fc.constantFrom([], [OFFICE]), slaFirstResponseSeconds: fc.constantFrom(60, 600), overdueSeconds: fc.constantFrom(300, 30),
}).map(withDefaults);

/** Instants at which the clock happens to look, within and around the history. */
export const clockLooks: fc.Arbitrary<readonly number[]> = fc.array(fc.integer({ min: 0, max: 4 * 86_400 }).map((s) => START + s * 1000), { maxLength: 12 });
