/** From a job of the outbox to the spans that are sent for it. */
import type { SettingsFor } from '../core/settings.ts';
import type { TraceJob } from '../core/trace-job.ts';
import { episodeSpans } from './episode.ts';
import { keepFor } from './keep.ts';
import type { KeepOptions } from './keep.ts';
import type { Rendered } from './pump.ts';
import { createResources } from './span.ts';

export interface RenderOptions extends KeepOptions {
  readonly settingsFor: SettingsFor;
  /** `deployment.environment.name` of every span, e.g. `production`. */
  readonly environment?: string;
}

/** The decision taken when the episode closed stands; one that was left open is taken now. */
export function createRenderer(options: RenderOptions): (job: TraceJob) => Rendered {
  const resourceFor = createResources(options.environment);
  return (job) => {
    const decision = keepFor(job.episode, options);
    if (job.keepReason === null && !decision.keep) return { keep: false };
    const reason = job.keepReason ?? decision.reason;
    return {
      keep: true, reason,
      spans: episodeSpans({
        key: options.key, episode: job.episode, observations: job.observations, events: job.events,
        settings: options.settingsFor(job.episode.source, job.episode.inbox), resourceFor, keepReason: reason, ratio: options.ratio,
        ...(job.previousTraceId === undefined ? {} : { previousTraceId: job.previousTraceId }),
      }),
    };
  };
}
