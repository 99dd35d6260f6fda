import { readHorizon } from './dirty-hours.ts';
import type { Sql } from './rollup.ts';

/**
 * Since when rows may have changed that a rollup has not seen, by the clock of the database; undefined: it has to look at everything. Moves
 * on to now, and holds the row of the rollup, so that a second leader waits. @param basis settings the figures depend on
 */
export async function changedSince(sql: Sql, rollup: string, basis: string, now: number): Promise<Date | undefined> {
  await sql('insert into replywatch.rollup_state (rollup) values ($1) on conflict do nothing', [rollup]);
  const [state] = await sql('select rollup_state.watermark, rollup_state.basis, rollup_state.horizon from replywatch.rollup_state where rollup_state.rollup = $1 for update', [rollup]);
  const horizon = await readHorizon(sql);
  await sql('update replywatch.rollup_state set watermark = $2, basis = $3, horizon = $4 where rollup_state.rollup = $1', [rollup, new Date(now), basis, horizon]);
  const known = state?.['watermark'] instanceof Date && state['basis'] === basis && state['horizon'] instanceof Date;
  return known ? state['horizon'] as Date : undefined; // checked above
}
