import { describe, expect, it } from 'vitest';
import { readCanonical, readCanonicalBody } from '../../exporter/ingest/canonical.ts';
import { NOW } from './doubles.ts';

const item = (more: object = {}): object => ({ id: 'e1', t: '2026-06-09T15:59:00Z', kind: 'message.inbound', conversation: 'c1', ...more });
const [a, b] = [JSON.stringify(item()), JSON.stringify(item({ id: 'e2' }))];
const read = (body: string, type?: string) => readCanonicalBody(Buffer.from(body), { 'content-type': type }, { receivedAt: NOW });
const reason = (more: object): string | undefined => readCanonical([item(more)], { receivedAt: NOW }).rejected[0]?.reason;

it.each([
  ['an array', `[${a},${b}]`, undefined, 2], ['one object', a, 'application/json', 1], ['one object over lines', JSON.stringify(item(), null, 2), undefined, 1],
  ['lines', `${a}\n${b}\n`, 'application/x-ndjson', 2], ['lines without their type', `${a}\r\n${b}`, undefined, 2], ['a byte order mark', `\ufeff${a}`, undefined, 1],
])('reads %s', (_, body, type, count) => {
  expect(read(body, type)).toMatchObject({ events: { length: count }, rejected: [] });
});

it('takes the state of a conversation, where null is nobody', () => {
  const state = { id: 'e1', t: 1_781_020_740_000, kind: 'conversation.snapshot', conversation: 'c1', status: 'open', agent: '4', team: null };
  const { events, rejected } = readCanonical([state, { ...state, status: 'closed' }], { receivedAt: 1_781_020_800_000 });
  expect(events.map(({ event }) => event)).toMatchObject([{ kind: 'conversation.snapshot', status: 'open', agent: '4', team: null }]);
  expect(rejected).toMatchObject([{ index: 1, reason: 'status: is not one of its words' }]);
});

it('rejects a broken line and takes the others', () => {
  const result = read(`${a}\n{"id":\n${b}`, 'application/x-ndjson');
  expect(result.events.map(({ index }) => index)).toEqual([0, 2]);
  expect(result.rejected).toEqual([{ index: 1, reason: 'is not JSON', source: 'events', kind: 'unknown' }]);
});

it.each(['', 'hello', '{"id":', '"text"', 'null'])('refuses the body %j', (body) => {
  expect(() => read(body)).toThrow(SyntaxError);
});

it('fills in what may be left out and writes names our way', () => {
  expect(readCanonical([item({ needs_reply: false, id: 17 })], { receivedAt: NOW }).events[0]?.event).toEqual({
    id: '17', message: '17', t: Date.UTC(2026, 5, 9, 15, 59), kind: 'message.inbound', conversation: 'c1', content: 'text', needsReply: false,
    source: 'events', channel: 'other', inbox: 'default', receivedAt: NOW,
  });
});

it('tells where a contact came from apart from the source', () => {
  const created = { ...item({ kind: 'contact.created', source: 'ad' }) };
  expect(readCanonical([created], { receivedAt: NOW }).events[0]?.event).toMatchObject({ origin: 'ad', source: 'events' });
});

it('believes received_at only when told to', () => {
  const events = [item({ received_at: NOW - 5_000 })];
  expect(readCanonical(events, { receivedAt: NOW }).events[0]?.event.receivedAt).toBe(NOW);
  expect(readCanonical(events, { receivedAt: NOW, trustReceivedAt: true }).events[0]?.event.receivedAt).toBe(NOW - 5_000);
});

describe('reasons', () => {
  it.each([
    ['a kind we do not know', { kind: 'message.teleported' }, 'kind: is not known'], ['an inherited kind', { kind: 'constructor' }, 'kind: is not known'],
    ['no kind', { kind: undefined }, 'kind: is missing'], ['no conversation', { conversation: undefined }, 'conversation: is not valid'],
    ['a time without a zone', { t: '2026-06-09T15:59:00' }, 't: must be ISO 8601 with a zone or epoch milliseconds'],
    ['a time in seconds', { t: NOW / 1000 }, 't: must be ISO 8601 with a zone or epoch milliseconds'],
    ['a field of another kind', { '+34600111222': 1 }, 'has a field this kind does not have'],
    ['a wrong word', { kind: 'message.outbound', author: 'Rosa' }, 'author: is not one of its words'],
    ['a source that is no label', { source: 'Rosa +34' }, 'source: is not valid'],
  ])('say what is wrong with %s', (_, more, expected) => expect(reason(more)).toBe(expected));
});
