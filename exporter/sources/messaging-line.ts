/** What Messenger and Instagram share: who is who in an event of a `messaging` list, when it was, and where it belongs. */
import type { Channel, Envelope } from '../core/event.ts';
import { digestOf } from './digest.ts';
import type { Findings } from './findings.ts';
import { idOf, isRecord, record, timeOf, wordOf } from './json.ts';
import type { Json } from './json.ts';
import type { MetaItem } from './meta.ts';

/** What all items of one body share. */
export interface Account { readonly source: string; readonly receivedAt: number; readonly channel: Channel; readonly found: Findings }

/** One item, with the two ends told apart. */
export interface Talk {
  readonly found: Findings;
  readonly item: Json;
  readonly inbox: string;
  readonly person: string;
  /** The business wrote or did it. */
  readonly isOurs: boolean;
  readonly t: number;
  /** Envelope, conversation and contact of every event of this item. */
  readonly at: Omit<Envelope, 'id'> & { readonly conversation: string; readonly contact: string };
}

/**
 * Both ends of an item. `is_echo` says that the business wrote, and Meta's page then has sender and recipient swapped, which not
 * every payload does: the business is who the entry is about, wherever it stands. A text names the field that cannot be read.
 */
export function talkOf(account: Account, { entry, entryTime, value: item }: MetaItem): Talk | string {
  const [sender, recipient] = [endOf(item['sender']) ?? referenceOf(item['optin']), endOf(item['recipient'])];
  const isEcho = record(item['message'])['is_echo'] === true;
  const business = entry !== undefined && (entry === sender || entry === recipient) ? entry : (isEcho ? sender : recipient) ?? entry;
  const person = sender === business ? recipient : sender;
  // An id that is no word, as simulators and gateways send it, would be no label: a digest of it tells the accounts apart.
  const inbox = wordOf(business) ?? (business === undefined ? undefined : `account:${digestOf(business)}`);
  const t = timeOf(item['timestamp']) ?? timeOf(entryTime);
  if (inbox === undefined) return 'recipient.id';
  if (person === undefined) return 'sender.id';
  if (t === undefined) return 'timestamp';
  return {
    found: account.found, item, inbox, person, isOurs: isEcho || sender === business, t,
    at: { source: account.source, t, receivedAt: account.receivedAt, channel: account.channel, inbox, conversation: `${inbox}:${person}`, contact: person },
  };
}

/** People who came through a plugin have a `user_ref` until they write. */
function endOf(end: unknown): string | undefined {
  if (!isRecord(end)) return undefined;
  return idOf(end['id']) ?? referenceOf(end);
}

/** The checkbox plugin has the reference in the opt-in, and no sender. */
function referenceOf(given: unknown): string | undefined {
  const reference = idOf(record(given)['user_ref']);
  return reference === undefined ? undefined : `ref:${reference}`;
}

/** An event id for what has no id of its own: the same for the same words about the same two ends at the same time. */
export const idFor = (talk: Talk, what: string, ...parts: readonly (string | number | undefined)[]): string =>
  `${what}:${digestOf(talk.inbox, talk.person, talk.t, ...parts)}`;
