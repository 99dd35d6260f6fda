import { describe, expect, it } from 'vitest';
import { zohoCrm } from '../../exporter/sources/zoho-crm.ts';
import { fixturesOf, post } from './kits.ts';
import { toldBy } from './purchases.ts';

const ROSA = 'deal:5725767000003000064 447700900123 rosa.lind@example.com';
const WON = `13:10:00 deal 5725767000003000064 1200 EUR of ${ROSA}`;

const rows: readonly (readonly [is: string, file: string, events: readonly string[], left?: readonly string[]])[] = [
  ['a workflow tells of a won deal', 'a-workflow-won', [WON]],
  ['won by its probability, whatever the stage is called', 'workflow-of-probability', [WON]],
  ['a lost one', 'workflow-lost', [], ['deal_not_won']],
  ['as the form that workflows send unless told otherwise', 'workflow-form', ['13:10:00 deal 5725767000003000068 80.5 GBP of deal:5725767000003000068 447700900123']],
  ['numbers of no country and words are nobody', 'workflow-national-number', ['13:10:00 deal 5725767000003000067 1200 EUR of deal:5725767000003000067']],
  ['a field may state whose conversation it was', 'workflow-stated', ['13:10:00 deal 5725767000003000064 1200 EUR of whatsapp:447700900123 447700900123 rosa.lind@example.com']],
  ['a deal without its id', 'workflow-without-id', [], ['malformed id']],
  ['a notification with values', 'notification-won', ['13:10:00 deal 5725767000003000064 1200 EUR of 5725767000001000001']],
  ['several deals in one, each on its own', 'notification-several', ['13:10:00 deal 5725767000003000064 of deal:5725767000003000064'], ['deal_not_won', 'deal_without_stage', 'malformed record_id']],
  ['ids alone tell nothing', 'notification-ids-only', [], ['deal_without_values']],
  ['nor does a deletion', 'notification-deleted', [], ['deal_without_values']],
  ['a lead is no deal', 'notification-lead', [], ['Leads']],
  ['a module of one\'s own', 'notification-own-module', [], ['unknown Teapots']],
];

describe('zoho crm', () => {
  it.each(rows.map((row) => [row[0], row] as const))('%s', (_is, [, file, events, left = []]) => expect(toldBy(zohoCrm, file)).toEqual({ events, left }));

  it('has a row for every fixture', () => {
    expect([...fixturesOf('zoho-crm').keys()].toSorted()).toEqual(rows.map(([, file]) => file).toSorted());
  });

  it('takes the token that a notification repeats, and no other', () => {
    const verdict = (file: string, tokens: readonly string[]) => zohoCrm.verify(post(fixturesOf('zoho-crm').get(file)![0]!), { token: tokens }, { source: 'zoho-crm' });
    expect(verdict('notification-won', ['jam-jar'])).toBe('ok');
    expect(verdict('notification-won', ['another'])).toBe('invalid');
    expect(verdict('a-workflow-won', ['jam-jar'])).toBe('missing');
    expect(zohoCrm.verify(post('%%%'), { token: ['jam-jar'] }, { source: 'zoho-crm' })).toBe('missing');
  });
});
