/**
 * Watermarks become receipts before they are stored: one for every message of the business in that conversation up to then which has
 * none of this rung. A message that shows itself later than its watermark gets its receipt with the next one, which covers it too.
 */
import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import type { CanonicalEvent, Payload, Pseudonym } from '../core/event.ts';
import type { Store } from './apply.ts';
import { storeError } from './connection.ts';
import { isUnplaced, placed } from './placing.ts';

type Watermark = CanonicalEvent & Extract<Payload, { kind: 'message.watermark' }>;
type Outbound = CanonicalEvent & Extract<Payload, { kind: 'message.outbound' }>;

/** A message and a watermark that covers it, by the watermark's place in the list. */
interface Covered { readonly index: number; readonly message: string }

/** The same store, which takes watermarks as well, and receipts that name their message alone. */
export function withWatermarks(store: Store, pool: Pick<Pool, 'query'>): Store {
  const expanded = (events: readonly CanonicalEvent[]): Promise<readonly CanonicalEvent[]> | undefined =>
    events.some((event) => event.kind === 'message.watermark' || isUnplaced(event)) ? placed(pool, events).then((whole) => expand(pool, whole)) : undefined;
  return {
    ...store,
    // Without one of them nothing waits: batches follow each other closely.
    apply: (events, ...rest) => expanded(events)?.then((whole) => store.apply(whole, ...rest)) ?? store.apply(events, ...rest),
    applyHistory: (events) => expanded(events)?.then((whole) => store.applyHistory(whole)) ?? store.applyHistory(events),
  };
}

async function expand(pool: Pick<Pool, 'query'>, events: readonly CanonicalEvent[]): Promise<readonly CanonicalEvent[]> {
  const marks = events.filter((event): event is Watermark => event.kind === 'message.watermark' && event.conversation !== undefined);
  const others = events.filter((event) => event.kind !== 'message.watermark');
  const told = new Set(others.flatMap((event) => (event.kind === 'message.status' ? `${event.message} ${event.status}` : [])));
  const receipts = new Map<string, CanonicalEvent>();
  for (const { index, message } of [...await inLog(pool, marks), ...inBatch(marks, others)]) {
    const mark = marks[index]!;
    if (told.has(`${message} ${mark.status}`)) continue;
    const receipt = receiptOf(mark, message);
    const before = receipts.get(receipt.id);
    if (!before || receipt.t < before.t) receipts.set(receipt.id, receipt); // the first watermark that covers it
  }
  return [...others, ...receipts.values()];
}

/** By conversation and time, for which the log has an index. */
async function inLog(pool: Pick<Pool, 'query'>, marks: readonly Watermark[]): Promise<readonly Covered[]> {
  if (marks.length === 0) return [];
  try {
    const { rows } = await pool.query<Covered>(
      `select (mark.index - 1)::int as index, sent.message
         from unnest($1::uuid[], $2::float8[], $3::text[]) with ordinality as mark(conversation, up_to, status, index)
         join replywatch.event as sent on sent.conversation = mark.conversation and sent.t <= to_timestamp(mark.up_to / 1000) and sent.kind = 'message.outbound'
        where not exists (select 1 from replywatch.event as receipt
                           where receipt.message = sent.message and receipt.kind = 'message.status' and receipt.data->>'status' = mark.status)`,
      [marks.map((mark) => mark.conversation), marks.map((mark) => mark.upTo), marks.map((mark) => mark.status)]);
    return rows;
  } catch (error) {
    throw storeError(error);
  }
}

function inBatch(marks: readonly Watermark[], events: readonly CanonicalEvent[]): readonly Covered[] {
  const sent = events.filter((event): event is Outbound => event.kind === 'message.outbound');
  return marks.flatMap((mark, index) =>
    sent.filter((event) => event.conversation === mark.conversation && event.t <= mark.upTo).map(({ message }) => ({ index, message })));
}

/** Its id is made of what it says, so that another watermark that says the same is a duplicate. */
function receiptOf(mark: Watermark, message: string): CanonicalEvent {
  const { kind: _kind, upTo: _upTo, twin: _twin, ...rest } = mark;
  const hex = createHash('sha256').update(`${message} ${mark.status}`).digest('hex');
  const id = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-') as Pseudonym; // of a pseudonym
  return { ...rest, id, kind: 'message.status', message };
}
