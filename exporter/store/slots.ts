import type { Pool } from 'pg';
import type { Counting } from './store.ts';

/** First come, first served, in a transaction of its own: a slot is worth keeping even when the batch is not. */
export async function claimSlots(pool: Pool, counting: Pick<Counting, 'cap' | 'accept'>, missing: readonly { readonly label: string; readonly value: string }[]): Promise<void> {
  for (const { label, value } of missing) {
    await pool.query(
      `with turn as materialized (select pg_advisory_xact_lock(hashtext('replywatch.label_slot')))
       insert into replywatch.label_slot (label, value) select $1, $2 from turn
        where (select count(*) from replywatch.label_slot where label_slot.label = $1) < $3 on conflict do nothing`, [label, value, counting.cap(label)]);
    const { rows } = await pool.query('select 1 from replywatch.label_slot where label_slot.label = $1 and label_slot.value = $2', [label, value]);
    counting.accept(label, value, rows.length > 0);
  }
}
