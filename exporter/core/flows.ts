/** Runs of scripted flows: forms, checkouts, carts (E3). */
import type { CanonicalEvent } from './event.ts';
import type { SettingsFor } from './settings.ts';

/** Times are epoch milliseconds UTC. */
export interface FlowRun {
  readonly flow: string;
  /** The source's run, or the first event of the run where the source names none. */
  readonly run: string;
  readonly source: string;
  readonly channel: CanonicalEvent['channel'];
  readonly inbox: string;
  readonly startedAt: number;
  lastStep?: string;
  lastStepAt: number;
  completedAt?: number;
  /** A run that is not completed by then was left. */
  decidedAt: number;
  /** Somebody named it: silence does not begin a new one. */
  readonly named: boolean;
}

/** @param events of one customer, in order. Without run ids, a run ends when it is completed, or a step comes after the time limit. */
export function flowRunsOf(events: readonly CanonicalEvent[], settingsFor: SettingsFor): readonly FlowRun[] {
  const runs: FlowRun[] = [];
  const current = new Map<string, FlowRun>();
  for (const event of events) {
    if (event.kind !== 'flow.step' && event.kind !== 'flow.completed') continue;
    const timeoutMs = settingsFor(event.source, event.inbox).flowTimeoutSeconds * 1000;
    const key = `${event.flow} ${event.run ?? ''}`;
    let run = current.get(key);
    if (run && !run.named && (run.completedAt !== undefined || (event.kind === 'flow.step' && event.t > run.decidedAt))) run = undefined;
    if (!run) {
      const { flow, source, channel, inbox, t } = event;
      run = { flow, run: event.run ?? event.id, source, channel, inbox, startedAt: t, lastStepAt: t, decidedAt: t + timeoutMs, named: event.run !== undefined };
      current.set(key, run);
      runs.push(run);
    }
    if (event.kind === 'flow.completed') {
      if (event.t <= run.decidedAt) run.completedAt ??= event.t; // later it had been left already
    } else if (run.completedAt === undefined) {
      run.lastStep = event.step;
      run.lastStepAt = event.t;
      run.decidedAt = event.t + timeoutMs;
    }
  }
  return runs;
}
