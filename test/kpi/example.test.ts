import { expect, it, test } from 'vitest';
import { readExamples, type Example } from '../../exporter/kpi/example.ts';

const read = (...events: readonly object[]): Example => readExamples(JSON.stringify([{ name: 'a', events }]), () => undefined)[0]!;
const T = '2026-03-02T09:00:00Z';

it('fills in what the notation leaves out', () => {
  const { events, settings, query } = read({ t: T, kind: 'message.inbound' }, { t: T, kind: 'agent.status', agent: 'ana', status: 'online' }, { t: T, kind: 'conversion.recorded', order: 'o' },
    { t: T, kind: 'contact.created', source: 'ad' }, { t: T, kind: 'survey.sent', survey: 's', conversation: 'c2', contact: 'u2', channel: 'sms', inbox: 'two' });
  expect(events[0]).toMatchObject({ conversation: 'c1', contact: 'u1', channel: 'whatsapp', inbox: 'main', t: Date.parse(T), receivedAt: Date.parse(T), content: 'text' });
  expect(events[1]).not.toHaveProperty('conversation');
  expect(events[1]).not.toHaveProperty('contact');
  expect(events[2]).not.toHaveProperty('conversation');
  expect(events[2]).toMatchObject({ contact: 'u1' });
  expect(events[3]).toMatchObject({ origin: 'ad', source: 'events' });
  expect(events[4]).toMatchObject({ conversation: 'c2', contact: 'u2', channel: 'sms', inbox: 'two' });
  expect([settings.tz, settings.calendars, query]).toEqual(['UTC', [], {}]);
});

it('takes null for a field that is left out', () => {
  const { events: [event] } = read({ t: T, kind: 'message.outbound', author: 'agent', author_id: null, conversation: null });
  expect(event).toMatchObject({ conversation: 'c1' });
  expect(event).not.toHaveProperty('authorId');
});

it('keeps the order of ids among events of one instant: of the file where there are none', () => {
  expect(read({ t: T, kind: 'note.created' }, { t: T, kind: 'note.created' }).events.map(({ seq }) => seq)).toEqual([0, 1]);
  expect(read({ id: 'b', t: T, kind: 'note.created' }, { id: 'a', t: T, kind: 'note.created' }).events.map(({ seq }) => seq)).toEqual([1, 0]);
});

it('believes when an event arrived, and names fields that mean nothing', () => {
  const warnings: string[] = [];
  const [example] = readExamples(JSON.stringify([{ name: 'a', events: [{ t: T, received_at: 1_772_442_300_000, kind: 'message.inbound', colour: 'red' }] }]), (message) => warnings.push(message));
  expect(example!.events[0]).toMatchObject({ receivedAt: 1_772_442_300_000 });
  expect(warnings).toEqual(['example "a", event 0: colour: is no field of message.inbound; left out']);
});

const rows: readonly [string, unknown, RegExp][] = [
  ['no list', {}, /JSON array/],
  ['no name', [{ events: [] }], /example 0: name/],
  ['a name twice', [{ name: 'a', events: [] }, { name: 'a', events: [] }], /example "a": name: another/],
  ['no events', [{ name: 'a' }], /example "a": events/],
  ['an event that is no object', [{ name: 'a', events: [1] }], /example "a", event 0: must be an object/],
  ['an unknown kind', [{ name: 'a', events: [{ t: T, kind: 'message.sent' }] }], /event 0: kind: is not known/],
  ['a time without a zone', [{ name: 'a', events: [{ t: T, kind: 'note.created' }, { t: '2026-03-02T09:00:00', kind: 'note.created' }] }], /example "a", event 1: t: must be ISO/],
  ['a missing field', [{ name: 'a', events: [{ t: T, kind: 'message.outbound' }] }], /event 0: author/],
  ['an unknown setting', [{ name: 'a', settings: { sla: 1 }, events: [] }], /settings\.sla: is no setting/],
  ['a setting of the wrong kind', [{ name: 'a', settings: { sla_frt: 'soon' }, events: [] }], /settings\.sla_frt: must be seconds/],
  ['an unknown zone', [{ name: 'a', settings: { tz: 'Mars/Base' }, events: [] }], /settings\.tz: must be an IANA/],
  ['bad opening hours', [{ name: 'a', settings: { calendar: { tz: 'UTC', week: { mon: [['9', '18:00']] } } }, events: [] }], /settings\.calendar\.week\.mon\.0/],
  ['an unknown part of the query', [{ name: 'a', query: { date: T }, events: [] }], /query\.date: is no part/],
  ['a day that does not exist', [{ name: 'a', query: { day: '2026-02-30' }, events: [] }], /query\.day/],
  ['a window that ends first', [{ name: 'a', query: { window: ['2026-03-02T10:00:00Z', T] }, events: [] }], /query\.window: ends before/],
];
test.each(rows)('refuses %s, and says where', (_, file, expected) => {
  expect(() => readExamples(JSON.stringify(file), () => undefined)).toThrow(expected);
});
