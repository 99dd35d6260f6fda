/** Wires pulls to configuration, queue and metrics. The leader starts them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Config } from './config.ts';
import type { Platforms } from './config/platforms.ts';
import type { ParsedEvent } from './core/event.ts';
import type { Committer } from './ingest/committer.ts';
import type { Enricher } from './ingest/enrich.ts';
import type { Logger } from './log.ts';
import type { ProcessMetrics } from './metrics/process.ts';
import { apisOf } from './platforms.ts';
import { PULLS } from './pull/index.ts';
import { createPullRunner, type PullRunner } from './pull/runner.ts';
import type { Store } from './store/apply.ts';
import { createPullState } from './store/pull-state.ts';
import { StoreUnavailable, type Rejected } from './store/store.ts';

/** What pulls are made of. */
export interface PullingOptions {
  readonly config: Pick<Config, 'platforms'>;
  readonly pool: Pool;
  readonly store: Pick<Store, 'applyHistory'>;
  readonly committer: Pick<Committer, 'submit'>;
  readonly enricher: Enricher;
  readonly metrics: Pick<ProcessMetrics, 'pullRun' | 'pullSuccess'>;
  readonly now: () => number;
  readonly log: Logger;
}

const DAY_MS = 86_400_000;

/** A runner of what is configured; undefined when nothing is. Made anew for each spell as leader. */
export function createPulling({ config: { platforms }, pool, store, committer, enricher, metrics, now, log }: PullingOptions): PullRunner | undefined {
  const apis = apisOf(platforms);
  const pulls = PULLS.filter((pull) => apis[pull.source] !== undefined);
  if (pulls.length === 0) return undefined;

  async function take(events: readonly ParsedEvent[], isPast: boolean): Promise<void> {
    const enriched = events.map((event) => [event, enricher.enrich(event)] as const);
    const good = enriched.flatMap(([, event]) => (event ? [event] : []));
    if (isPast) return void await store.applyHistory(good);
    const rejected = enriched.flatMap(([event, stored]): readonly Rejected[] => (stored ? [] : [{ source: event.source, kind: event.kind }]));
    await new Promise<void>((resolve, reject) => {
      const taken = committer.submit(good, rejected, (error) => (error === undefined ? resolve() : reject(error as Error))); // what the store throws
      if (!taken) reject(new StoreUnavailable(undefined));
    });
  }
  return createPullRunner({
    pulls, apiOf: (source) => apis[source]!, store: createPullState(pool), take, pastMs: platforms.pastDays * DAY_MS, onRun: metrics.pullRun, onSuccess: metrics.pullSuccess, log, now,
    pause: async (ms, signal) => void await sleep(ms, undefined, { signal, ref: false }),
  });
}

/** Names of what this configuration pulls. */
export const pullsOf = (platforms: Platforms): readonly string[] => PULLS.filter(({ source }) => apisOf(platforms)[source] !== undefined).map(({ name }) => name);
