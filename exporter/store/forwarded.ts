/** Which clicks and conversions web analytics has not been told of: the log is the queue, and a table says what left it. */
import type { Pool } from 'pg';
import { textArray } from './statements.ts';

/** An event that is due, with the customer it belongs to after merges. */
export interface DueEvent {
  readonly id: string; readonly kind: 'link.clicked' | 'conversion.recorded'; readonly t: number; readonly customer: string | null; readonly source: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** One process at a time; the others find the door closed and come again. */
const LOCK = 2_025_110_025;

/** Runs `work` unless another process is at it; false then. */
export async function alone(pool: Pool, work: () => Promise<void>): Promise<boolean> {
  const client = await pool.connect();
  try {
    const { rows: [row] } = await client.query<{ held: boolean }>('select pg_try_advisory_lock($1) as held', [LOCK]);
    if (!row?.held) return false;
    try {
      await work();
    } finally {
      await client.query('select pg_advisory_unlock($1)', [LOCK]);
    }
    return true;
  } finally {
    client.release();
  }
}

/**
 * The oldest ones first. Crawlers and history are left out, and what is older than `since` (epoch ms), when it happened or when it came. Whose a
 * click is that names only its message, the message knows.
 */
export async function dueEvents(pool: Pool, since: number, limit: number): Promise<readonly DueEvent[]> {
  const { rows } = await pool.query<Omit<DueEvent, 't'> & { readonly t: string }>(
    `select event.id, event.kind, (extract(epoch from event.t) * 1000)::bigint as t, event.source, coalesce(event.data, '{}') as data,
       coalesce(alias.root, event.contact, original_alias.root, original.contact) as customer
     from replywatch.event
     left join replywatch.contact_alias as alias on alias.contact = event.contact
     left join replywatch.event as original on event.contact is null and original.id = event.message
     left join replywatch.contact_alias as original_alias on original_alias.contact = original.contact
     where event.kind in ('link.clicked', 'conversion.recorded') and event.stored_at >= $1 and event.t >= $1 and event.imported is not true
       and event.data ->> 'automated' is distinct from 'true'
       and not exists (select from replywatch.forwarded_event as forwarded where forwarded.event = event.id)
     order by event.stored_at, event.id limit $2`, [new Date(since), limit]);
  return rows.map(({ t, ...row }) => ({ ...row, t: Number(t) }));
}

/** Notes that they left, or never will. */
export async function markForwarded(pool: Pool, ids: readonly string[]): Promise<void> {
  await pool.query('insert into replywatch.forwarded_event (event) select u.id from unnest($1::uuid[]) as u (id) on conflict do nothing', [textArray(ids)]);
}

/** Forgets what is too old to be due again. */
export async function forgetForwarded(pool: Pool, before: number): Promise<void> {
  await pool.query('delete from replywatch.forwarded_event where forwarded_event.forwarded_at < $1', [new Date(before)]);
}
