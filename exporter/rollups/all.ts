import { ROLLUPS } from './index.ts';
import type { RollupSettings, Sql, Transaction } from './rollup.ts';

/** How every rollup is run once. */
export interface RunAll {
  readonly transaction: Transaction;
  readonly settings: RollupSettings;
  /** Epoch ms. */
  readonly now: number;
  /** The time limit of each transaction is multiplied by this: a whole history takes longer than what came since the last run. */
  readonly patience?: number;
  readonly onRollup?: (name: string) => void;
  /** Cancels what is running; nothing more is begun. */
  readonly signal?: AbortSignal;
}

/** Runs every rollup once, in their order, without a schedule and without publishing gauges. Another process may do so at the same time. */
export async function runAll({ transaction, settings, now, patience = 1, onRollup, signal = new AbortController().signal }: RunAll): Promise<void> {
  for (const rollup of ROLLUPS) {
    signal.throwIfAborted();
    onRollup?.(rollup.name);
    await rollup.run({ transaction: (work) => transaction(work, rollup.timeoutMs * patience, signal), settings, now, signal });
  }
}

/** Makes the next run of every rollup compute all of history anew. */
export async function forgetAll(sql: Sql): Promise<void> {
  await sql('update replywatch.rollup_state set watermark = null');
}
