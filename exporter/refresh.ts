import { rulesOf } from './basis.ts';
import { DURATION_BUCKETS } from './metrics/labels.ts';
import { forgetAll, runAll } from './rollups/all.ts';
import { rollupSettings } from './rollups/rollup.ts';
import { deriveDue } from './store/derive/due.ts';
import type { Counting } from './store/store.ts';
import { transactions } from './store/transaction.ts';
import type { Workplace } from './workplace.ts';

/** Where figures are computed anew, and whom it tells. */
export interface RefreshOptions extends Pick<Workplace, 'pool' | 'config'> {
  /** Counts what a live exporter has not counted yet; absent: whatever is met is history. */
  readonly counting?: Counting;
  /** Told what is computed next. */
  readonly onRollup?: (name: string) => void;
  readonly signal?: AbortSignal;
}

/** Computes all that follows from the facts of conversations anew, for the whole history; safe beside a running exporter. */
export async function refresh({ pool, config, counting, onRollup, signal }: RefreshOptions): Promise<void> {
  const transaction = transactions(pool);
  await transaction((sql) => forgetAll(sql), 60_000); // now nobody is known to be read any more
  onRollup?.('customers');
  await deriveDue({ pool, rules: rulesOf(config), ...(counting && { counting }), ...(signal && { signal }) }, Date.now());
  await runAll({ transaction, settings: rollupSettings(config.settings, DURATION_BUCKETS, config.settingsFor), now: Date.now(), patience: 60, ...(onRollup && { onRollup }), ...(signal && { signal }) });
}
