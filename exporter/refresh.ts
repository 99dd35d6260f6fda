import { DURATION_BUCKETS } from './metrics/labels.ts';
import { forgetAll, runAll } from './rollups/all.ts';
import { rollupSettings } from './rollups/rollup.ts';
import { deriveDue } from './store/derive/due.ts';
import { transactions } from './store/transaction.ts';
import type { Workplace } from './workplace.ts';

/** Computes all figures that follow from facts anew, for the whole history; safe beside a running exporter. @param onRollup told what is computed next */
export async function refresh({ pool, config }: Pick<Workplace, 'pool' | 'config'>, onRollup?: (name: string) => void): Promise<void> {
  const transaction = transactions(pool);
  await transaction((sql) => forgetAll(sql), 60_000);
  onRollup?.('customers');
  await deriveDue({ pool, rules: { settingsFor: config.settingsFor, prices: [] } }, Date.now()); // everybody: nobody is known to be read any more
  await runAll({ transaction, settings: rollupSettings(config.settings, DURATION_BUCKETS), now: Date.now(), patience: 60, ...(onRollup ? { onRollup } : {}) });
}
