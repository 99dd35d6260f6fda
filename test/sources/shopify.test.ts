import { describe, expect, it } from 'vitest';
import { shopify } from '../../exporter/sources/shopify.ts';
import { fixturesOf, post } from './kits.ts';
import { toldBy } from './purchases.ts';

const BUYER = '7200000000001 447700900123 rosa.lind@example.com';
const ORDER = `13:10:00 order 5700000000001 79 EUR of ${BUYER}`;
const CART = '13:00:00 checkout 3f2a9c cart of checkout:3f2a9c';
const DONE = '13:10:00 checkout 3f2a9c completed of checkout:3f2a9c';
const SAME = '13:10:00 checkout:3f2a9c is 7200000000001';

const rows: readonly (readonly [is: string, file: string, events: readonly string[], left?: readonly string[]])[] = [
  ['an order ends its checkout and tells who had begun it', 'order', [ORDER, DONE, SAME]],
  ['a guest is known by the address, not by a number of no country', 'order-of-guest', ['13:10:00 order 5700000000002 79 EUR of order:5700000000002 guest@example.com']],
  ['the shop may state whose conversation it was', 'order-stated', ['13:10:00 order 5700000000003 79 EUR of whatsapp:447700900123 447700900123 rosa.lind@example.com', DONE]],
  ['a number past 2^53 keeps its digits', 'order-past-2-53', [`13:10:00 order 820982911946154508 79 EUR of ${BUYER}`]],
  ['what was paid back, as far as it went through', 'order-refunded', [ORDER, `14:00:00 refund 5700000000001 20.3 EUR of ${BUYER}`, DONE, SAME]],
  ['one unreadable refund costs nothing else', 'order-refund-without-time', [ORDER, DONE, SAME], ['malformed refunds']],
  ['a cancelled order brings nothing', 'order-cancelled', [ORDER, `14:10:00 refund 5700000000001 79 EUR of ${BUYER}`, DONE, SAME]],
  ['a test is no order', 'order-of-test', [], ['test']],
  ['a part of an order could be counted twice', 'order-without-id', [], ['order_without_id']],
  ['an order needs its time', 'order-without-time', [], ['malformed created_at']],
  ['but no readable price', 'order-without-money', [`13:10:00 order 5700000000004 of ${BUYER}`, DONE, SAME]],
  ['a checkout begins with its cart', 'checkout', [CART]],
  ['goes on with a contact', 'checkout-with-contact', [CART, '13:01:00 checkout 3f2a9c contact of checkout:3f2a9c']],
  ['an address', 'checkout-with-address', [CART, '13:02:00 checkout 3f2a9c address of checkout:3f2a9c']],
  ['a way of shipping', 'checkout-with-shipping', [CART, '13:03:00 checkout 3f2a9c shipping of checkout:3f2a9c']],
  ['and may say itself that it is done', 'checkout-completed', [CART, DONE]],
  ['a checkout needs its token', 'checkout-without-token', [], ['malformed token']],
  ['and its time', 'checkout-without-time', [], ['malformed created_at']],
  ['without its topic a product is nothing we know', 'product', [], ['unknown unnamed']],
];

describe('shopify', () => {
  it.each(rows.map((row) => [row[0], row] as const))('%s', (_is, [, file, events, left = []]) => expect(toldBy(shopify, file)).toEqual({ events, left }));

  it('has a row for every fixture', () => {
    expect([...fixturesOf('shopify').keys()].filter((name) => name !== 'whole-purchase').toSorted()).toEqual(rows.map(([, file]) => file).toSorted());
  });

  it.each([
    ['orders/paid', [ORDER, DONE, SAME], []], ['orders/edited', [], ['orders.edited']], ['refunds/create', [], ['refunds.create']], ['checkouts/delete', [], ['checkouts.delete']],
    ['planets/create', [], ['unknown planets.create']],
  ])('goes by the topic %s where the request has one', (topic, events, left) => {
    expect(toldBy(shopify, 'order', { 'x-shopify-topic': topic })).toEqual({ events, left });
  });

  it('counts a refund in the currency of the shop, at the rate of the order', () => {
    const order = JSON.parse(fixturesOf('shopify').get('order')![0]!.toString()) as object; // our own fixture
    const refunded = (transaction: object) => shopify.parse(post(JSON.stringify({
      ...order, total_price_set: { shop_money: { amount: '79.00', currency_code: 'EUR' }, presentment_money: { amount: '67.15', currency_code: 'GBP' } },
      refunds: [{ id: 1, created_at: '2026-06-09T15:00:00Z', transactions: [{ kind: 'refund', status: 'success', ...transaction }] }],
    })), { source: 'shopify' }).events.find((event) => event.id === 'refund:1');
    expect(refunded({ amount: '13.43', currency: 'GBP' })).toMatchObject({ value: 15.8, currency: 'EUR' });
    expect(refunded({ amount: '13.43', currency: 'EUR' })).toMatchObject({ value: 13.43 });
    expect(refunded({ amount: '13.43', currency: 'USD' })).toMatchObject({ value: 0 });
  });

  it('takes a request to be forgotten as one', () => {
    const body = JSON.stringify({ shop_id: 1, shop_domain: 'kettle.example.com', customer: { id: 7_200_000_000_001, email: 'rosa.lind@example.com' }, orders_to_redact: [] });
    const headers = { 'x-shopify-topic': 'customers/redact', 'x-shopify-triggered-at': '2026-06-09T14:00:00.5Z', 'x-shopify-shop-domain': 'kettle.myshopify.example' };
    expect(shopify.parse(post(body, { headers }), { source: 'shopify' }).events).toMatchObject([
      { kind: 'contact.erased', contact: '7200000000001', t: Date.UTC(2026, 5, 9, 14, 0, 0, 500), inbox: 'kettle.myshopify.example' }]);
  });
});
