/** Telling web analytics of clicks and conversions, wired: beside the ingest, which knows nothing of it. */
import type { Pool } from 'pg';
import { measurementOf } from './analytics/measurement.ts';
import { send, type AnalyticsTarget } from './analytics/send.ts';
import type { Logger } from './log.ts';
import { startLoop, type Loop } from './loop.ts';
import type { ProcessMetrics } from './metrics/process.ts';
import { alone, dueEvents, forgetForwarded, markForwarded } from './store/forwarded.ts';

/** What forwarding works with. */
export interface ForwardingOptions {
  readonly pool: Pool;
  readonly target: AnalyticsTarget;
  /** Of the pseudonyms. */
  readonly key: string;
  readonly metrics: Pick<ProcessMetrics, 'analytics'>;
  readonly log: Pick<Logger, 'debug' | 'warn'>;
  readonly now: () => number;
  /** Pause between rounds, and the first one after a failure; default 10 s. */
  readonly everyMs?: number;
}

/** Google takes what happened in the last 72 hours. An hour of them is left for clocks. */
const REACH_MS = 71 * 3_600_000;
/** Marks are kept longer than anything can be due. */
const KEEP_MS = 2 * REACH_MS;
const BATCH = 200;
const AT_ONCE = 4;
const LONGEST_PAUSE_MS = 300_000;

/** Sends what is due, again and again; pauses grow while the receiver fails. What is sent twice after a crash has equal ids. */
export function startForwarding({ pool, target, key, metrics, log, now, everyMs = 10_000 }: ForwardingOptions): Loop {
  const stopping = new AbortController();
  let failures = 0;
  let notBefore = 0;
  const loop = startLoop(everyMs, async () => {
    if (performance.now() < notBefore) return;
    await alone(pool, async () => {
      const isWell = await forward();
      if (!isWell && failures === 0) log.warn({}, 'web analytics does not take events; they wait up to three days');
      failures = isWell ? 0 : failures + 1;
      notBefore = performance.now() + (isWell ? 0 : Math.min(LONGEST_PAUSE_MS, everyMs * 2 ** Math.min(failures, 10)));
      await forgetForwarded(pool, now() - KEEP_MS);
    });
  }, (error) => log.debug({ err: error }, 'a round of forwarding failed; the next one tries again'));
  return { stop: async () => { stopping.abort(); await loop.stop(); } };

  /** Everything that is due; false when the receiver did not take something. */
  async function forward(): Promise<boolean> {
    for (;;) {
      const due = await dueEvents(pool, now() - REACH_MS, BATCH);
      for (let at = 0; at < due.length; at += AT_ONCE) {
        const part = due.slice(at, at + AT_ONCE);
        const results = await Promise.all(part.map((event) => send(target, measurementOf(key, event), stopping.signal)));
        await markForwarded(pool, part.filter((_event, index) => results[index] !== 'failed').map(({ id }) => id));
        if (stopping.signal.aborted) return true;
        for (const result of results) metrics.analytics(result);
        if (results.includes('failed')) return false;
      }
      if (due.length < BATCH) return true;
    }
  }
}
