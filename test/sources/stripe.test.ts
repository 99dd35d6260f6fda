import { describe, expect, it } from 'vitest';
import { stripe } from '../../exporter/sources/stripe.ts';
import { fixturesOf, NOW, post } from './kits.ts';
import { toldBy } from './purchases.ts';

const BUYER = 'cus_Teapot1 447700900123 rosa.lind@example.com';
const run = (who: string): readonly string[] => [`13:00:00 checkout cs_live_teapot1 payment of ${who}`, `13:10:00 checkout cs_live_teapot1 completed of ${who}`];
const RUN = run('cus_Teapot1');
const PAID = `13:10:00 order pi_teapot1 79 EUR of ${BUYER}`;

const rows: readonly (readonly [is: string, file: string, events: readonly string[], left?: readonly string[]])[] = [
  ['a paid session is a checkout and an order', 'session-paid', [...RUN, PAID]],
  ['an unpaid one a checkout', 'session-unpaid', RUN, ['unpaid']],
  ['until the money comes, under the same ids', 'session-paid-later', [...RUN, PAID]],
  ['a session that ran out was left', 'session-expired', [run('checkout:cs_live_teapot1')[0]!]],
  ['a subscription is paid by its invoice', 'session-of-subscription', [...RUN, `13:10:00 order in_teapot1 79 EUR of ${BUYER}`]],
  ['what costs nothing is no order', 'session-free', RUN, ['free']],
  ['saving a card is neither', 'session-setup', [], ['setup']],
  ['a reference may state whose conversation it was', 'session-stated', [...run('whatsapp:447700900123'), '13:10:00 order pi_teapot1 79 EUR of whatsapp:447700900123 447700900123 rosa.lind@example.com']],
  ['and so may metadata', 'session-referred-otherwise', [...run('chatwoot:12'), '13:10:00 order pi_teapot1 79 EUR of chatwoot:12 447700900123 rosa.lind@example.com']],
  ['a session needs its id', 'session-without-id', [], ['malformed id', 'malformed id']],
  ['an intent is the same order as its session', 'intent', [PAID]],
  ['yen have no hundredths', 'intent-yen', [`13:10:00 order pi_yen 500 JPY of ${BUYER}`]],
  ['dinars have thousandths', 'intent-dinar', [`13:10:00 order pi_dinar 5.12 KWD of ${BUYER}`]],
  ['shillings are sent as if they had hundredths', 'intent-shilling', [`13:10:00 order pi_shilling 500 UGX of ${BUYER}`]],
  ['what failed is no order', 'intent-failed', [], ['payment_intent.payment_failed']],
  ['a charge is the same order too', 'charge', ['13:10:00 order pi_teapot1 79 EUR of cus_Teapot1 rosa.lind@example.com']],
  ['one alone is its own', 'charge-alone', ['13:10:00 order ch_teapot1 79 EUR of order:ch_teapot1 rosa.lind@example.com']],
  ['a reservation is no payment', 'charge-reserved', [], ['uncaptured']],
  ['the first refund of an order', 'refund-first', ['13:16:40 refund pi_teapot1 20 EUR of cus_Teapot1 rosa.lind@example.com']],
  ['and the rest of it', 'refund-second', ['13:33:20 refund pi_teapot1 59 EUR of cus_Teapot1 rosa.lind@example.com']],
  ['a refund needs its amount', 'refund-unreadable', [], ['malformed amount_refunded']],
  ['refunds of their own are told twice', 'refund-object', [], ['refund.created']],
  ['an invoice', 'invoice', ['13:10:00 order in_teapot1 19 EUR of cus_Teapot1 rosa.lind@example.com']],
  ['a trial costs nothing', 'invoice-of-trial', [], ['free']],
  ['test mode is not business', 'test-mode', [], ['test_mode']],
  ['an account connected to ours', 'connected-account', [`13:10:00 order pi_c 79 EUR of ${BUYER}`]],
  ['an event needs its time', 'without-time', [], ['malformed created']],
];

describe('stripe', () => {
  it.each(rows.map((row) => [row[0], row] as const))('%s', (_is, [, file, events, left = []]) => expect(toldBy(stripe, file)).toEqual({ events, left }));

  it('has a row for every fixture', () => {
    expect([...fixturesOf('stripe').keys()].filter((name) => name !== 'whole-purchase').toSorted()).toEqual(rows.map(([, file]) => file).toSorted());
  });

  it('tells one payment once, whichever kind of event comes first', () => {
    const ids = fixturesOf('stripe').get('whole-purchase')!.flatMap((body) => stripe.parse(post(body), { source: 'stripe' }).events).map((event) => event.id);
    expect(new Set(ids.filter((id) => id.startsWith('order:')))).toEqual(new Set(['order:pi_teapot1']));
  });
});

/** Computed with `openssl dgst -sha256 -hmac whsec_cake-stand` over `1781020800.{}`. */
const SIGNATURE = 'b30322cc5d7705ad6901bd293e371e02f84fe864274fcf7ce97b88a420136f2e';

describe('stripe authentication', () => {
  const verdict = (header: string, receivedAt = NOW) =>
    stripe.verify(post('{}', { receivedAt, headers: { 'stripe-signature': header } }), { secret: ['whsec_other', 'whsec_cake-stand'] }, { source: 'stripe' });
  it.each([
    ['the whole secret, mark and all, is the key', `t=1781020800,v1=${SIGNATURE}`, 'ok'], ['one of several signatures is enough', `t=1781020800,v1=${'0'.repeat(64)},v1=${SIGNATURE},v0=x`, 'ok'],
    ['spaces do not matter', `t=1781020800, v1=${SIGNATURE}`, 'ok'], ['another version does not count', `t=1781020800,v0=${SIGNATURE}`, 'invalid'],
    ['another time is another text', `t=1781020801,v1=${SIGNATURE}`, 'invalid'], ['without time there is nothing to check', `v1=${SIGNATURE}`, 'invalid'], ['nothing is missing', '', 'missing'],
  ])('%s', (_is, header, expected) => expect(verdict(header)).toBe(expected));
  it('is stale after five minutes', () => expect(verdict(`t=1781020800,v1=${SIGNATURE}`, NOW + 301_000)).toBe('stale'));
});
