/**
 * Stripe: payments and refunds. One payment is told by up to four kinds of events (session, intent, charge, invoice), which name each other:
 * what it belongs to is its order, and the first of them counts.
 * https://docs.stripe.com/webhooks · https://docs.stripe.com/currencies
 */
import type { Envelope } from '../core/event.ts';
import { buyerOf, currencyOf, firstId, moneyOf, STATED } from './commerce.ts';
import { nameOf, noFindings } from './findings.ts';
import type { Findings } from './findings.ts';
import { idOf, parseObject, record, textOf, timeOf, wordOf } from './json.ts';
import type { Json } from './json.ts';
import { verifySignature } from './signature.ts';
import type { SignatureScheme } from './signature.ts';
import type { Parsed, Secrets, SourceAdapter, SourceContext, Verdict, WebhookRequest } from './source.ts';

/** The secret is used as it stands, `whsec_` and all. The time is taken out of the same header, under a name of our own. */
export const STRIPE_SIGNATURE: SignatureScheme = {
  algorithm: 'sha256', encoding: 'hex', header: 'stripe-signature', prefix: 'v1=', separator: ',', signed: ['timestamp', '.', 'body'],
  timestamp: { header: 'stripe-signature-time', toleranceSeconds: 300 }, key: 'text',
};

export const stripe: SourceAdapter = {
  id: 'stripe',
  title: 'Stripe',
  secrets: [{ name: 'secret', required: true, help: 'Signing secret of the endpoint (Workbench > Webhooks > your endpoint): whsec_…' }],
  retries: true,
  hasResolution: false,
  feeds: { orders: 'yes' },
  verify,
  parse,
};

function verify(request: WebhookRequest, secrets: Secrets): Verdict {
  const header = request.headers['stripe-signature'];
  const time = /(?:^|,)\s*t=(\d{1,16})/.exec(header ?? '')?.[1];
  if (header === undefined || time === undefined) return header ? 'invalid' : 'missing';
  const signatures = header.split(',').map((entry) => entry.trim()).filter((entry) => entry.startsWith(STRIPE_SIGNATURE.prefix)).join(',');
  return verifySignature(STRIPE_SIGNATURE, { ...request, headers: { 'stripe-signature': signatures || 'none', 'stripe-signature-time': time } }, secrets['secret'] ?? []);
}

interface Item {
  readonly found: Findings;
  readonly thing: Json;
  readonly previous: Json;
  readonly t: number;
  readonly place: Omit<Envelope, 'id' | 't'>;
}

const READERS: ReadonlyMap<unknown, (item: Item) => void> = new Map<unknown, (item: Item) => void>([
  ['checkout.session.completed', readSession], ['checkout.session.async_payment_succeeded', readSession], ['checkout.session.expired', (item) => readCheckout(item, false)],
  ['payment_intent.succeeded', (item) => readPaid(item, item.thing['amount_received'] ?? item.thing['amount'])],
  ['charge.succeeded', readCharge], ['charge.captured', readCharge],
  ['invoice.paid', (item) => readPaid(item, item.thing['amount_paid'])], ['invoice.payment_succeeded', (item) => readPaid(item, item.thing['amount_paid'])],
  ['charge.refunded', readRefund],
]);

/** Families of kinds; their other members say nothing here. Refunds of their own repeat `charge.refunded` without the customer. */
const IGNORED: ReadonlySet<string> = new Set([
  'account', 'application_fee', 'balance', 'balance_settings', 'billing', 'billing_portal', 'capability', 'cash_balance', 'charge', 'checkout', 'climate', 'coupon', 'credit_note', 'customer',
  'customer_cash_balance_transaction', 'entitlements', 'file', 'financial_connections', 'identity', 'invoice', 'invoice_payment', 'invoiceitem', 'issuing_authorization', 'issuing_card',
  'issuing_cardholder', 'issuing_dispute', 'issuing_personalization_design', 'issuing_token', 'issuing_transaction', 'mandate', 'order', 'payment_intent', 'payment_link', 'payment_method',
  'payout', 'person', 'plan', 'price', 'product', 'promotion_code', 'quote', 'radar', 'recipient', 'refund', 'reporting', 'review', 'setup_intent', 'sigma', 'sku', 'source', 'subscription',
  'subscription_schedule', 'tax', 'tax_rate', 'terminal', 'test_helpers', 'topup', 'transfer', 'transfer_reversal', 'treasury', 'v1', 'v2',
]);

function parse(request: WebhookRequest, context: SourceContext): Parsed {
  const body = parseObject(request.body);
  const found = noFindings();
  const kind = body['type'];
  const read = READERS.get(kind);
  const data = record(body['data']);
  const t = timeOf(body['created']);
  if (read === undefined) (IGNORED.has(String(kind).split('.')[0]!) ? found.ignored : found.unknown).push(nameOf(kind));
  else if (body['livemode'] === false) found.ignored.push('test_mode');
  else if (t === undefined) found.malformed.push('created');
  else {
    read({
      found, t, thing: record(data['object']), previous: record(data['previous_attributes']),
      place: { source: context.source, receivedAt: request.receivedAt, channel: 'other', inbox: wordOf(body['account']) ?? 'stripe' },
    });
  }
  return found;
}

/** A session is complete before a slow way of paying has brought the money. */
function readSession(item: Item): void {
  const { found, thing } = item;
  if (thing['mode'] === 'setup') return void found.ignored.push('setup');
  readCheckout(item, true);
  if (thing['payment_status'] === 'unpaid') return void found.ignored.push('unpaid');
  readPaid(item, thing['amount_total']);
}

/** The run of a checkout is told at its end: begun, and completed or left. */
function readCheckout({ found, thing, t, place }: Item, isCompleted: boolean): void {
  const id = idOf(thing['id']);
  if (id === undefined) return void found.malformed.push('id');
  const run = { ...place, ...buyerOfThing(thing, `checkout:${id}`), flow: 'checkout', run: id };
  found.events.push({ ...run, id: `checkout:${id}:begun`, t: timeOf(thing['created']) ?? t, kind: 'flow.step', step: 'payment' });
  if (isCompleted) found.events.push({ ...run, id: `checkout:${id}:completed`, t, kind: 'flow.completed' });
}

/** A reservation is no payment until it is captured. */
function readCharge(item: Item): void {
  if (item.thing['captured'] === false) item.found.ignored.push('uncaptured');
  else readPaid(item, item.thing['amount_captured'] ?? item.thing['amount']);
}

function readPaid({ found, thing, t, place }: Item, amount: unknown): void {
  const order = orderOf(thing);
  if (order === undefined) return void found.malformed.push('id');
  // A trial, a coupon for everything.
  if (amount === 0) return void found.ignored.push('free');
  found.events.push({
    ...place, ...buyerOfThing(thing, `order:${order}`), id: `order:${order}`, t, kind: 'conversion.recorded', order, type: 'order',
    ...moneyOf(majorUnits(amount, thing['currency']), thing['currency']),
  });
}

/** The charge says what was given back in all; what this event adds is the difference. */
function readRefund({ found, thing, previous, t, place }: Item): void {
  const [order, all, before] = [orderOf(thing), thing['amount_refunded'], previous['amount_refunded'] ?? 0];
  if (order === undefined) return void found.malformed.push('id');
  if (typeof all !== 'number' || typeof before !== 'number' || all <= before) return void found.malformed.push('amount_refunded');
  found.events.push({
    ...place, ...buyerOfThing(thing, `order:${order}`), id: `refund:${idOf(thing['id']) ?? order}:${all}`, t, kind: 'conversion.recorded', order, type: 'refund',
    ...moneyOf(majorUnits(all - before, thing['currency']), thing['currency']),
  });
}

/** Everything that tells of one payment names its invoice or its intent. */
const orderOf = (thing: Json): string | undefined => firstId(thing['object'] === 'invoice' ? thing['id'] : thing['invoice'], thing['payment_intent'], thing['id']);

function buyerOfThing(thing: Json, otherwise: string): ReturnType<typeof buyerOf> {
  const [details, billing] = [record(thing['customer_details']), record(thing['billing_details'])];
  return buyerOf({
    id: firstId(thing['customer']) ?? otherwise, phones: [details['phone'], billing['phone'], thing['customer_phone'], record(thing['shipping'])['phone']],
    emails: [details['email'], thing['customer_email'], billing['email'], thing['receipt_email']],
    stated: record(thing['metadata'])[STATED] ?? textOf(thing['client_reference_id']),
  });
}

/** Amounts of these are whole; those of the others below are thousandths; the rest are hundredths, ISK and UGX included, which have none of them. */
const WHOLE: ReadonlySet<string> = new Set(['BIF', 'CLP', 'DJF', 'GNF', 'JPY', 'KMF', 'KRW', 'MGA', 'PYG', 'RWF', 'VND', 'VUV', 'XAF', 'XOF', 'XPF']);
const THOUSANDTHS: ReadonlySet<string> = new Set(['BHD', 'JOD', 'KWD', 'OMR', 'TND']);

function majorUnits(amount: unknown, currency: unknown): number | undefined {
  const code = currencyOf(currency);
  if (typeof amount !== 'number' || !Number.isSafeInteger(amount) || code === undefined) return undefined;
  return WHOLE.has(code) ? amount : amount / (THOUSANDTHS.has(code) ? 1000 : 100);
}
