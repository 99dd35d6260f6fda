/**
 * Shopify: orders, refunds, checkouts that were left. Every topic of an order sends the whole order, so what it says counts once, whichever
 * topic said it first.
 * https://shopify.dev/docs/api/webhooks
 */
import type { Envelope } from '../core/event.ts';
import { amountOf, buyerOf, firstId, moneyOf, STATED, type Buyer } from './commerce.ts';
import { nameOf, noFindings } from './findings.ts';
import type { Findings } from './findings.ts';
import { idOf, isRecord, list, parseExactObject, record, textOf, timeOf, wordOf } from './json.ts';
import type { Json } from './json.ts';
import { verifySignature } from './signature.ts';
import type { SignatureScheme } from './signature.ts';
import type { Parsed, SourceAdapter, SourceContext, WebhookRequest } from './source.ts';

/** No time is signed. */
export const SHOPIFY_SIGNATURE: SignatureScheme = { algorithm: 'sha256', encoding: 'base64', header: 'x-shopify-hmac-sha256', prefix: '', signed: ['body'], key: 'text' };

export const shopify: SourceAdapter = {
  id: 'shopify',
  title: 'Shopify',
  secrets: [{ name: 'secret', required: true, help: 'Signing secret: shown under Settings > Notifications > Webhooks, or the client secret of your app' }],
  retries: true,
  hasResolution: false,
  feeds: { orders: 'yes' },
  verify: (request, secrets) => verifySignature(SHOPIFY_SIGNATURE, request, secrets['secret'] ?? []),
  parse,
};

/** Topics of an order that hold something else than the order. */
const NO_ORDER: ReadonlySet<string> = new Set(['orders/delete', 'orders/edited', 'orders/risk_assessment_changed', 'orders/shopify_protect_eligibility_changed', 'orders/link_requested']);

/** Families of topics that say nothing about conversations. Refunds are told by `orders/updated` too, and there with their customer. */
const IGNORED: ReadonlySet<string> = new Set([
  'app', 'app_purchases_one_time', 'app_subscriptions', 'attributed_sessions', 'audit_events', 'bulk_operations', 'carts', 'channels', 'collection_listings', 'collection_publications',
  'collections', 'companies', 'company_contacts', 'company_locations', 'customer', 'customer_account_settings', 'customer_groups', 'customer_payment_methods', 'customers',
  'customers_email_marketing_consent', 'customers_marketing_consent', 'delivery_promise_settings', 'discounts', 'disputes', 'domains', 'draft_orders', 'finance_app_staff_member',
  'finance_kyc_information', 'fulfillment_events', 'fulfillment_holds', 'fulfillment_orders', 'fulfillments', 'inventory_items', 'inventory_levels', 'inventory_shipments', 'inventory_transfers',
  'locales', 'locations', 'markets', 'metafield_definitions', 'metaobjects', 'order_transactions', 'orders', 'payment_schedules', 'payment_terms', 'product_feeds', 'product_listings',
  'product_publications', 'products', 'profiles', 'publications', 'refunds', 'returns', 'reverse_deliveries', 'reverse_fulfillment_orders', 'scheduled_product_listings', 'segments',
  'selling_plan_groups', 'shipping_addresses', 'shop', 'subscription_billing_attempts', 'subscription_billing_cycle_edits', 'subscription_billing_cycles', 'subscription_contracts', 'tax_partners',
  'tax_services', 'tax_summaries', 'tender_transactions', 'themes', 'variants',
]);

interface Item {
  readonly found: Findings;
  readonly body: Json;
  readonly place: Omit<Envelope, 'id' | 't'>;
}

function parse(request: WebhookRequest, context: SourceContext): Parsed {
  const body = parseExactObject(request.body);
  const found = noFindings();
  const topic = textOf(request.headers['x-shopify-topic']) ?? topicOf(body);
  const item: Item = {
    found, body,
    place: { source: context.source, receivedAt: request.receivedAt, channel: 'other', inbox: wordOf(request.headers['x-shopify-shop-domain']) ?? 'shopify' },
  };
  const [family = ''] = topic.split('/');
  if (body['test'] === true) found.ignored.push('test');
  else if (topic === 'customers/redact') readErasure(item, timeOf(request.headers['x-shopify-triggered-at']) ?? request.receivedAt);
  else if (family === 'orders' && !NO_ORDER.has(topic)) readOrder(item);
  else if (family === 'checkouts' && topic !== 'checkouts/delete') readCheckout(item);
  else if (IGNORED.has(family) || family === 'checkouts') found.ignored.push(nameOf(topic.replace('/', '.')));
  else found.unknown.push(nameOf(topic.replace('/', '.')));
  return found;
}

/** The topic of a request that was passed on without its headers. */
function topicOf(body: Json): string {
  if ('line_items' in body && 'order_number' in body) return 'orders/updated';
  return 'abandoned_checkout_url' in body || ('cart_token' in body && 'line_items' in body) ? 'checkouts/update' : '';
}

function readOrder({ found, body, place }: Item): void {
  const id = idOf(body['id']);
  const t = timeOf(body['created_at']) ?? timeOf(body['processed_at']);
  // A gateway may pass on a part of the order; without its id it could be counted twice.
  if (id === undefined) return void found.ignored.push('order_without_id');
  if (t === undefined) return void found.malformed.push('created_at');
  const buyer = buyerOfOrder(body, `order:${id}`);
  const money = (amount: unknown) => moneyOf(amountOf(amount), body['currency']);
  const about = { ...place, ...buyer, kind: 'conversion.recorded', order: id } as const;
  found.events.push({ ...about, id: `order:${id}`, t, type: 'order', ...money(body['total_price']) });
  for (const refund of list(body['refunds']).filter(isRecord)) {
    const [refundId, at] = [idOf(refund['id']), timeOf(refund['created_at'])];
    const given = list(refund['transactions']).filter(isRecord).filter((each) => each['kind'] === 'refund' && each['status'] !== 'failure' && each['status'] !== 'error');
    if (refundId === undefined || at === undefined) found.malformed.push('refunds');
    // Goods may come back without money.
    else if (given.length > 0) {
      const sum = given.reduce((total, each) => total + inCurrencyOf(body, each), 0);
      found.events.push({ ...about, id: `refund:${refundId}`, t: at, type: 'refund', ...money(Math.round(sum * 100) / 100) });
    }
  }
  const cancelledAt = timeOf(body['cancelled_at']);
  // What was cancelled brings nothing, refunded or never paid.
  if (cancelledAt !== undefined) found.events.push({ ...about, id: `cancelled:${id}`, t: cancelledAt, type: 'refund', ...money(body['total_price']) });
  readEndOfCheckout({ found, body, place }, buyer, t);
}

/** A refund in the currency the buyer saw, in that of the shop, at the rate of the order. */
function inCurrencyOf(order: Json, { amount, currency }: Json): number {
  const given = amountOf(amount) ?? 0;
  if (currency === undefined || currency === null || currency === order['currency']) return given;
  const seen = record(record(order['total_price_set'])['presentment_money']);
  const [ours, theirs] = [amountOf(order['total_price']), amountOf(seen['amount'])];
  return seen['currency_code'] === currency && ours !== undefined && theirs ? given * ours / theirs : 0;
}

/** The order is the end of its checkout, and tells who had begun it. */
function readEndOfCheckout({ found, body, place }: Item, buyer: Buyer, t: number): void {
  const token = idOf(body['checkout_token']);
  if (token === undefined) return;
  const visitor = visitorOf(token);
  found.events.push({ ...place, contact: visitor, id: `checkout:${token}:completed`, t, kind: 'flow.completed', flow: 'checkout', run: token });
  const { contact, contactSource } = buyer;
  if (contactSource === undefined) found.events.push({ ...place, contact, id: `checkout:${token}:buyer`, t, kind: 'contact.merged', from: visitor, into: contact });
}

/** A step counts when it is first seen done: contact, address, shipping. The order ends it, seldom the checkout itself. */
function readCheckout({ found, body, place }: Item): void {
  const token = idOf(body['token']);
  const [begun, at] = [timeOf(body['created_at']), timeOf(body['updated_at'])];
  if (token === undefined) return void found.malformed.push('token');
  if (begun === undefined) return void found.malformed.push('created_at');
  const base = { ...place, ...buyerOf({ id: visitorOf(token), phones: [body['phone'], body['sms_marketing_phone']], emails: [body['email']] }) };
  const completedAt = timeOf(body['completed_at']);
  const step = stepOf(body);
  found.events.push({ ...base, id: `checkout:${token}:cart`, t: begun, kind: 'flow.step', flow: 'checkout', run: token, step: 'cart' });
  if (step !== undefined) found.events.push({ ...base, id: `checkout:${token}:${step}`, t: Math.max(begun, at ?? begun), kind: 'flow.step', flow: 'checkout', run: token, step });
  if (completedAt !== undefined) found.events.push({ ...base, id: `checkout:${token}:completed`, t: completedAt, kind: 'flow.completed', flow: 'checkout', run: token });
}

function stepOf(body: Json): string | undefined {
  if (list(body['shipping_lines']).length > 0) return 'shipping';
  if (textOf(record(body['shipping_address'])['address1']) !== undefined) return 'address';
  return textOf(body['email']) !== undefined || textOf(body['phone']) !== undefined ? 'contact' : undefined;
}

/** A checkout may begin before anybody says who buys. */
const visitorOf = (token: string): string => `checkout:${token}`;

function buyerOfOrder(body: Json, otherwise: string): Buyer {
  const customer = record(body['customer']);
  const places = [body['shipping_address'], body['billing_address'], customer['default_address']].map((each) => record(each)['phone']);
  const stated = list(body['note_attributes']).filter(isRecord).find((each) => each['name'] === STATED)?.['value'];
  return buyerOf({
    id: firstId(customer) ?? otherwise, phones: [body['phone'], customer['phone'], ...places], emails: [body['email'], body['contact_email'], customer['email']], stated,
  });
}

/** A customer who asked the shop to be forgotten. */
function readErasure({ found, body, place }: Item, t: number): void {
  const contact = firstId(body['customer']);
  if (contact === undefined) found.malformed.push('customer.id');
  else found.events.push({ ...place, contact, id: `redact:${contact}`, t, kind: 'contact.erased' });
}
