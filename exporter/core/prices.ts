/** What messages cost: dated price lists, as businesses copy them from their provider. */

/** One list. Every list is in one currency; amounts of different currencies are never added. */
export interface PriceList {
  /** First day it holds, `YYYY-MM-DD`, UTC; the newest list that has begun holds. */
  readonly from: string;
  /** ISO 4217. */
  readonly currency: string;
  /** Inboxes it is for; absent: all. */
  readonly inboxes?: readonly string[];
  /** Price of one message, or one 24-hour conversation, by `category:market`; `category:*` for all other markets. */
  readonly rates: Readonly<Record<string, number>>;
  /** Conversations per calendar month and category that cost nothing. */
  readonly freePerMonth?: Readonly<Record<string, number>>;
}

/** An amount in units of its currency (ISO 4217). */
export interface Price { readonly amount: number; readonly currency: string }

/** The price in force; undefined when no list has one. @param at epoch milliseconds */
export function priceOf(lists: readonly PriceList[], inbox: string, category: string, market: string | undefined, at: number): Price | undefined {
  const list = listAt(lists, inbox, at);
  const amount = (market === undefined ? undefined : list?.rates[`${category}:${market}`]) ?? list?.rates[`${category}:*`];
  return list === undefined || amount === undefined ? undefined : { amount, currency: list.currency };
}

/** The newest list for this inbox that has begun; a list that names the inbox goes before one that names none of the same day. */
export function listAt(lists: readonly PriceList[], inbox: string, at: number): PriceList | undefined {
  const begun = lists.filter((list) => Date.parse(`${list.from}T00:00:00Z`) <= at && (list.inboxes?.includes(inbox) ?? true));
  return begun.toSorted((a, b) => (a.from < b.from ? 1 : a.from > b.from ? -1 : Number(b.inboxes !== undefined) - Number(a.inboxes !== undefined)))[0];
}
