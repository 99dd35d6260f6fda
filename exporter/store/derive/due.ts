/**
 * Deriving: contact-level facts cross conversations, so they are made after the events are stored, for customers of whom something is new.
 * What it costs depends on what is new and on how much these customers ever said, not on how much is stored.
 */
import type { PoolClient } from 'pg';
import { sqlState } from '../connection.ts';
import { inTransaction } from '../transaction.ts';
import { updateAliases } from './aliases.ts';
import type { DeriveOptions } from './deriver.ts';
import { MARK_ALL, MARK_CHANGED, SNAPSHOT } from './mark.ts';
import { deriveSlice } from './slice.ts';

/** Only one process derives at a time; others wait. */
const LOCK = `insert into replywatch.rollup_state (rollup) values ('contacts') on conflict (rollup) do update set rollup = excluded.rollup
  returning rollup_state.watermark, rollup_state.basis, rollup_state.horizon`;

/** Clocks of replicas differ by less than this. */
const OVERLAP_MS = 3 * 60_000;
/** Years of history are marked at once. */
const MARK_TIMEOUT_MS = 30 * 60_000;

/**
 * Derives the facts of every customer of whom something is new, as of `now` (epoch ms). For the leader.
 * @returns how many customers were read
 */
export async function deriveDue(options: DeriveOptions, now: number): Promise<number> {
  await options.pause?.();
  await inTransaction(options.pool, (client) => mark(client, now));
  let contacts = 0;
  for (let limit = Infinity; !options.signal?.aborted;) {
    await options.pause?.();
    try {
      const read = await inTransaction(options.pool, async (client) => {
        await client.query(LOCK);
        return deriveSlice(client, options, now, limit);
      });
      if (read === 0) return contacts;
      contacts += read;
      options.onProgress?.(contacts);
      limit = Infinity;
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof RangeError) && !/^(21|22|23|54)/.test(sqlState(error) ?? '')) throw error;
      if (limit === 1) await inTransaction(options.pool, (client) => postpone(client, now, error, options));
      limit = 1; // one of them cannot be derived: the others must not wait for it
    }
  }
  return contacts;
}

/** Notes who has something new: rows that no earlier pass could see, wherever they stand in time. */
async function mark(client: PoolClient, now: number): Promise<void> {
  await client.query(`set local statement_timeout = ${MARK_TIMEOUT_MS}`);
  const { rows: [state] } = await client.query<{ watermark: Date | null; basis: string | null; horizon: Date | null }>(LOCK);
  // The snapshot first: what commits while the marking statement runs is found again by the next pass, never skipped.
  const { rows: [snapshot] } = await client.query<{ taken: string; horizon: Date }>(SNAPSHOT);
  if (!state?.watermark || state.basis === null || !state.horizon) {
    await updateAliases(client);
    await client.query(MARK_ALL, [new Date(now)]);
  } else {
    await updateAliases(client, { since: state.horizon, basis: state.basis });
    await client.query(MARK_CHANGED, [state.horizon, state.basis, new Date(now), new Date(state.watermark.getTime() - OVERLAP_MS)]);
  }
  await client.query(`update replywatch.rollup_state set watermark = $1, basis = $2, horizon = $3 where rollup_state.rollup = 'contacts'`,
    [new Date(now), snapshot!.taken, snapshot!.horizon]);
}

const POSTPONE = `update replywatch.contact_due set due_at = $1::timestamptz + interval '1 hour' where contact_due.contact = (
  select due.contact from replywatch.contact_due as due where due.due_at <= $1 order by due.due_at, due.contact limit 1)`;

async function postpone(client: PoolClient, now: number, error: unknown, { onFailure }: DeriveOptions): Promise<void> {
  await client.query(POSTPONE, [new Date(now)]);
  onFailure?.(error);
}
