/** From a job to what goes out. */
import type { TraceJob } from '../core/trace-job.ts';
import { episodeTrace } from './episode.ts';
import { RATIO } from './ids.ts';
import { keepJob } from './keep.ts';
import type { KeepOptions } from './keep.ts';
import type { Rendered } from './pump-options.ts';

export interface RenderOptions extends KeepOptions {
  /** Epoch milliseconds UTC. */
  readonly now?: () => number;
}

/**
 * The decision taken when the episode closed stands; one that was left open is taken now. A rule takes the place of the ratio as the
 * reason, as long as nothing was sent for it.
 */
export function createRenderer(options: RenderOptions): (job: TraceJob) => Rendered {
  const { now = Date.now } = options;
  return (job) => {
    const decision = keepJob(job, options);
    if (job.keepReason === null && !decision.keep) return { keep: false };
    const isFree = job.keepReason === null || (job.keepReason === RATIO && job.sent === null && !job.exported);
    const reason = isFree ? decision.reason : job.keepReason;
    const settings = options.settingsFor(job.episode.source, job.episode.inbox);
    const trace = episodeTrace({ ...job, key: options.key, settings, keepReason: reason, ratio: options.ratio, firmUntil: now() - settings.settleSeconds * 1000 });
    return { keep: true, reason, whole: job.episode.endedAt !== null, ...trace };
  };
}
