import type { Business, Line } from './business.ts';
import type { Person } from './people.ts';
import type { Random } from './random.ts';

/**
 * Bodies as the Cloud API posts them.
 * https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components
 */

/** What kind of message it is and its content, as it stands beside `id` and `timestamp`. */
export type Content = { readonly type: string } & Readonly<Record<string, unknown>>;

/** What became of a message of ours. */
export interface Receipt {
  readonly id: string;
  readonly status: 'sent' | 'delivered' | 'read' | 'failed';
  /** Epoch ms. */
  readonly at: number;
  readonly pricing?: keyof typeof PRICES;
  readonly campaign?: string;
  /** One of `FAILURES`. */
  readonly errorCode?: number;
}

/** What a message costs by its category, as receipts say since July 2025. */
const PRICES = {
  service: { billable: false, pricing_model: 'PMP', category: 'service', type: 'free_customer_service' },
  marketing: { billable: true, pricing_model: 'PMP', category: 'marketing', type: 'regular' },
  utility: { billable: true, pricing_model: 'PMP', category: 'utility', type: 'regular' },
} as const;

/** https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes */
const FAILURES: Readonly<Record<number, string>> = {
  130472: "User's number is part of an experiment",
  131000: 'Something went wrong',
  131026: 'Message undeliverable',
  131049: 'This message was not delivered to maintain healthy ecosystem engagement.',
  131050: 'User has stopped marketing messages',
};

/** The webhook of a customer's message. */
export function inboundBody(business: Business, line: Line, from: Person, id: string, at: number, content: Content, context?: object): string {
  const message = { ...(context === undefined ? {} : { context }), ...sender(from), id, timestamp: seconds(at), ...content };
  return envelope(business, line, 'messages', { contacts: [contact(from)], messages: [message] });
}

/** The webhook of a message that the business wrote in its own app. */
export function echoBody(business: Business, line: Line, to: Person, id: string, at: number, text: string): string {
  const peer = to.username === undefined ? { to: to.phone, to_user_id: to.userId } : { to_user_id: to.userId };
  const echo = { from: line.displayNumber, ...peer, id, timestamp: seconds(at), type: 'text', text: { body: text } };
  return envelope(business, line, 'smb_message_echoes', { message_echoes: [echo] });
}

/** Receipts of one recipient; several in one body when the provider aggregates. */
export function receiptsBody(business: Business, line: Line, to: Person, receipts: readonly Receipt[]): string {
  return envelope(business, line, 'messages', { contacts: [contact(to)], statuses: receipts.map((receipt) => status(to, receipt)) });
}

/** The customer stops marketing messages from the chat's menu. */
export function marketingStopBody(business: Business, line: Line, from: Person, at: number): string {
  const who = from.username === undefined ? { wa_id: from.phone, user_id: from.userId } : { user_id: from.userId };
  const preference = {
    ...who, detail: 'User requested to stop marketing messages', category: 'marketing_messages', value: 'stop', timestamp: Math.floor(at / 1000),
  };
  return envelope(business, line, 'user_preferences', { contacts: [contact(from)], user_preferences: [preference] });
}

/** A message id: `wamid.` and a binary record in base64 that holds the customer's number, as real ones do. */
export function wamid(direction: 'in' | 'out', peer: Person, r: Random): string {
  const phone = peer.username === undefined ? peer.phone : '0'.repeat(11);
  const [mark, digits] = direction === 'in' ? [0x12, 20] : [0x11, 18];
  const record = Buffer.concat([
    Buffer.from([0x1c, 0x18, phone.length]), Buffer.from(phone, 'latin1'),
    Buffer.from([0x15, 0x02, 0x00, mark, 0x18, digits]), Buffer.from(r.hex(digits).toUpperCase(), 'latin1'), Buffer.from([0]),
  ]);
  return `wamid.${record.toString('base64')}`;
}

function envelope({ wabaId }: Business, line: Line, field: string, content: object): string {
  const metadata = { display_phone_number: line.displayNumber, phone_number_id: line.phoneNumberId };
  const value = { messaging_product: 'whatsapp', metadata, ...content };
  return metaJson({ object: 'whatsapp_business_account', entry: [{ id: wabaId, changes: [{ value, field }] }] });
}

const contact = ({ name, phone, userId, username }: Person): object =>
  username === undefined ? { profile: { name }, wa_id: phone, user_id: userId } : { profile: { name, username }, user_id: userId };

const sender = ({ phone, userId, username }: Person): object =>
  username === undefined ? { from: phone, from_user_id: userId } : { from_user_id: userId };

function status(to: Person, receipt: Receipt): object {
  const peer = to.username === undefined ? { recipient_id: to.phone, recipient_user_id: to.userId } : { recipient_user_id: to.userId };
  return {
    id: receipt.id, status: receipt.status, timestamp: seconds(receipt.at), ...peer,
    ...(receipt.campaign === undefined ? {} : { biz_opaque_callback_data: receipt.campaign }),
    ...(receipt.pricing === undefined ? {} : { pricing: PRICES[receipt.pricing] }),
    ...(receipt.errorCode === undefined ? {} : { errors: [failure(receipt.errorCode)] }),
  };
}

function failure(code: number): object {
  const title = FAILURES[code] ?? 'Something went wrong';
  const href = 'https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/';
  return { code, title, message: title, error_data: { details: title }, href };
}

const seconds = (at: number): string => String(Math.floor(at / 1000));

/** Meta's encoder escapes slashes and everything beyond ASCII, in lower case, and signs that text. */
const metaJson = (value: object): string => JSON.stringify(value)
  .replaceAll('/', '\\/')
  .replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
