import { describe, expect, it } from 'vitest';
import { salesforce } from '../../exporter/sources/salesforce.ts';
import { fixturesOf, post } from './kits.ts';
import { toldBy } from './purchases.ts';

const ROSA = '003000000000001AAA 447700900123 rosa.lind@example.com';

const rows: readonly (readonly [is: string, file: string, events: readonly string[], left?: readonly string[]])[] = [
  ['a won opportunity', 'message-won', [`13:10:00 deal 006000000000001 1200 EUR of ${ROSA}`]],
  ['an open one', 'message-open', [], ['deal_not_won']],
  ['won without an amount and a time, by a short id', 'message-won-without-amount', ['16:00:00 deal 006000000000002 of deal:006000000000002']],
  ['won by its flag, whatever the stage is called', 'message-is-won-otherwise', ['16:00:00 deal 006000000000003 of deal:006000000000003']],
  ['and not won by it', 'message-is-not-won', [], ['deal_not_won']],
  ['nothing tells whether it was won', 'message-without-stage', [], ['deal_without_stage']],
  ['several in one message, one of them broken', 'message-several', [`13:10:00 deal 006000000000001 1200 EUR of ${ROSA}`, `13:10:00 deal 006000000000005 80 EUR of ${ROSA}`],
    ['Account', 'unknown Teapot__c', 'malformed Id']],
  ['a field may state whose conversation it was', 'message-stated', ['13:10:00 deal 006000000000001 1200 EUR of whatsapp:447700900123 447700900123 rosa.lind@example.com']],
  ['a flow that calls out with a record', 'callout', ['13:10:00 deal 006000000000006 1200.5 EUR of 003000000000001AAA']],
  ['known by the beginning of its id, won by its probability', 'callout-of-probability', ['16:00:00 deal 006000000000007 50 USD of 001000000000001AAA']],
  ['with several', 'callout-several', ['13:10:00 deal 006000000000006 1200.5 EUR of 003000000000001AAA'], ['deal_not_won']],
  ['or a list under a name', 'callout-records', ['13:10:00 deal 006000000000006 1200.5 EUR of 003000000000001AAA']],
  ['in words of its own', 'callout-of-own-words', ['16:00:00 deal 006000000000009 75.5 EUR of 001000000000001AAA rosa.lind@example.com']],
  ['a lead is no deal', 'callout-of-lead', [], ['Lead']],
  ['a record of no known type', 'callout-without-type', [], ['unknown unnamed']],
  ['a deal without its id', 'callout-without-id', [], ['malformed Id']],
];

describe('salesforce', () => {
  it.each(rows.map((row) => [row[0], row] as const))('%s', (_is, [, file, events, left = []]) => expect(toldBy(salesforce, file)).toEqual({ events, left }));

  it('has a row for every fixture', () => {
    expect([...fixturesOf('salesforce').keys()].toSorted()).toEqual(rows.map(([, file]) => file).toSorted());
  });

  it('acknowledges an outbound message in the form without which it comes again', () => {
    expect(salesforce.reply?.(post(fixturesOf('salesforce').get('message-won')![0]!))).toMatchObject({ type: 'text/xml; charset=utf-8', body: expect.stringContaining('<Ack>true</Ack>') });
    expect(salesforce.reply?.(post('{}'))).toEqual({ type: 'application/json', body: '{"ok":true}' });
  });

  it.each([
    ['a document type', '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><notifications>&e;</notifications>'],
    ['elements that cross', '<notifications><a><b></a></b></notifications>'], ['two documents', '<notifications/><notifications/>'], ['an end without a beginning', '</notifications>'],
    ['nesting without end', `<notifications>${'<a>'.repeat(5_000)}${'</a>'.repeat(5_000)}</notifications>`], ['words behind the document', '<notifications></notifications> and more'],
  ])('refuses %s', (_is, body) => {
    expect(() => salesforce.parse(post(body), { source: 'salesforce' })).toThrow(SyntaxError);
  });
});

describe('salesforce authentication', () => {
  const body = fixturesOf('salesforce').get('message-won')![0]!;
  const verdict = (organizations: readonly string[], given: Partial<Parameters<typeof post>[1]> = { url: '/webhooks/salesforce?key=toast-rack' }) =>
    salesforce.verify(post(body, given), { key: ['toast-rack'], ...(organizations.length > 0 && { organization_id: organizations }) }, { source: 'salesforce' });
  it.each([['of the organisation', ['00D000000000001AAA'], 'ok'], ['whose id is written short', ['00D999', '00D000000000001'], 'ok'], ['of another one', ['00D000000000002AAA'], 'invalid']] as const)(
    'takes a message %s', (_is, organizations, expected) => expect(verdict(organizations)).toBe(expected));
  it('takes the key from a header as well', () => {
    expect(verdict([], { headers: { authorization: 'Bearer toast-rack' } })).toBe('ok');
    expect(verdict([], {})).toBe('missing');
  });
});
