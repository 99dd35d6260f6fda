/**
 * Receipts that name their message and nobody else. They belong where the message does, and where nobody has seen the message yet, it is a
 * conversation of its own: folding and counting go by conversation, and a receipt of none would be kept and never counted.
 */
import type { Pool } from 'pg';
import type { CanonicalEvent, Payload, Pseudonym } from '../core/event.ts';
import { storeError } from './connection.ts';

type Receipt = CanonicalEvent & Extract<Payload, { kind: 'message.status' }>;
type Place = Required<Pick<CanonicalEvent, 'conversation'>> & Pick<CanonicalEvent, 'contact'>;

/** Whether nothing but its message says where the event belongs. */
export const isUnplaced = (event: CanonicalEvent): event is Receipt => event.kind === 'message.status' && event.conversation === undefined;

/** The same events, every receipt in the conversation of its message. */
export async function placed(pool: Pick<Pool, 'query'>, events: readonly CanonicalEvent[]): Promise<readonly CanonicalEvent[]> {
  const wanted = events.filter(isUnplaced).map((event) => event.message);
  if (wanted.length === 0) return events;
  const places = await placesInLog(pool, wanted);
  for (const event of events) {
    if (!('message' in event) || event.message === undefined || event.conversation === undefined || places.has(event.message)) continue;
    places.set(event.message, { conversation: event.conversation, ...(event.contact !== undefined && { contact: event.contact }) });
  }
  return events.map((event) => (isUnplaced(event) ? { ...event, ...(places.get(event.message) ?? { conversation: event.message as Pseudonym }) } : event)); // enrich made it one
}

/** The message itself is asked first, then its receipts. */
async function placesInLog(pool: Pick<Pool, 'query'>, messages: readonly string[]): Promise<Map<string, Place>> {
  try {
    const { rows } = await pool.query<{ message: string; conversation: Pseudonym; contact: Pseudonym | null }>(
      `select distinct on (message) message, conversation, contact from (
         select event.id as message, event.conversation, event.contact, 1 as rank, event.t from replywatch.event
          where event.id = any ($1::uuid[]) and event.kind in ('message.inbound', 'message.outbound')
         union all
         select event.message, event.conversation, event.contact, 2, event.t from replywatch.event
          where event.message = any ($1::uuid[]) and event.kind in ('message.status', 'survey.sent')) as told
        where conversation is not null order by message, rank, contact is null, t`, [messages]);
    return new Map(rows.map(({ message, conversation, contact }) => [message, { conversation, ...(contact !== null && { contact }) }]));
  } catch (error) {
    throw storeError(error);
  }
}
