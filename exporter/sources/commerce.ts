/** What shops, payments and deals have in common: money, and who the customer is. */
import { emailOf, idOf, internationalPhoneOf, record } from './json.ts';

/** The customer as an event names one; number and address let other sources know the same customer. */
export interface Buyer { readonly contact: string; readonly contactSource?: string; readonly phone?: string; readonly email?: string }

/** What a body may tell of a customer, best word first in each list. */
export interface Told {
  /** The platform's id of the customer, or of what stands for one that has none. */
  readonly id: string;
  readonly phones: readonly unknown[];
  readonly emails: readonly unknown[];
  /** `source:id`, put there by the business, for example `whatsapp:34600111222`: the customer of a conversation. */
  readonly stated?: unknown;
}

/** Whoever the business states goes before what the platform knows. */
export function buyerOf({ id, phones, emails, stated }: Told): Buyer {
  const [, contactSource, contact] = (typeof stated === 'string' && /^([a-z][a-z0-9-]{0,63}):([^\s:].{0,500})$/.exec(stated.trim())) || [];
  const phone = phones.map(internationalPhoneOf).find((each) => each !== undefined);
  const email = emails.map(emailOf).find((each) => each !== undefined);
  return {
    ...(contactSource !== undefined && contact !== undefined ? { contact, contactSource } : { contact: id }),
    ...(phone !== undefined && { phone }), ...(email !== undefined && { email }),
  };
}

/** The field by which businesses state the customer on an order, wherever a platform has fields of one's own. */
export const STATED = 'replywatch_contact';

/** A decimal number, as text or number, in major units; undefined when it is none or beyond all reason. */
export function amountOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\s*-?\d{1,15}(\.\d+)?\s*$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Math.abs(number) < 1e15 ? number : undefined;
}

/** ISO 4217 in capitals. */
export function currencyOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[a-z]{3}$/i.test(value) ? value.toUpperCase() : undefined;
}

/** A value with its currency: without one it could be added to nothing. */
export function moneyOf(amount: number | undefined, currency: unknown): { readonly value?: number; readonly currency?: string } {
  const code = currencyOf(currency);
  return amount === undefined || code === undefined ? {} : { value: amount, currency: code };
}

/** The first of the ids that is one. */
export const firstId = (...values: readonly unknown[]): string | undefined => values.map(reference).find((each) => each !== undefined);

/** An id, or the id of an object that stands in its place. */
const reference = (value: unknown): string | undefined => idOf(value) ?? idOf(record(value)['id']);
