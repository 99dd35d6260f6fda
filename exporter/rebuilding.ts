/** The leader's watch over versions: after an upgrade or a change of settings, history is computed anew while everything else goes on. */
import type { Pool } from 'pg';
import type { Config } from './config.ts';
import type { Logger } from './log.ts';
import type { Loop } from './loop.ts';
import type { PersistedSeries } from './metrics/persisted.ts';
import { reasonToRebuild, rebuild } from './rebuild.ts';
import type { Counting } from './store/store.ts';

/** What the watch over versions needs. */
export interface RebuildingOptions {
  readonly pool: Pool;
  readonly config: Config;
  readonly counting: Counting;
  readonly series: Pick<PersistedSeries, 'setGauges'>;
  readonly now: () => number;
  readonly log: Logger;
}

const TELL_MS = 10_000;

/** Rebuilds once, if there is a reason to. Ended early, it goes on where it was the next time somebody leads. */
export function startRebuilding({ pool, config, counting, series, now, log }: RebuildingOptions): Loop {
  const stopping = new AbortController();
  let told = -TELL_MS;
  const progress = (rows: readonly { readonly labels: Record<string, never>; readonly value: number }[]): void => {
    if (!stopping.signal.aborted) series.setGauges('chat_rebuild_progress_ratio', rows);
  };
  const running = (async () => {
    try {
      const reason = await reasonToRebuild(pool, config, now());
      if (reason === undefined) return;
      log.info({ reason }, 'facts and figures are computed anew in the background: what they mean has changed');
      const changed = await rebuild({
        pool, config, counting, now, reason, signal: stopping.signal,
        onProgress: (done, total) => {
          progress([{ labels: {}, value: done / total }]);
          if (performance.now() - told < TELL_MS) return;
          told = performance.now();
          log.info({ done, total }, 'conversations computed anew');
        },
      });
      if (changed) log.info({ changed }, 'facts and figures were computed anew');
    } catch (error) {
      log.error({ err: error }, 'facts and figures could not be computed anew; it is tried again at the next start');
    } finally {
      progress([]);
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
