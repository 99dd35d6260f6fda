import type { Gauge, Metric } from './metric.ts';

/** How runs of rollups end; `skipped` when the one before has not. */
export const ROLLUP_OUTCOMES = ['success', 'failure', 'timeout', 'skipped'] as const;
export type RollupOutcome = (typeof ROLLUP_OUTCOMES)[number];

/** Bounded by the list of rollups in the code. */
const ROLLUP = { max: 100 } as const;

/** How the scheduled computations fare. */
export const ROLLUP_COUNTERS: readonly Metric[] = [
  {
    type: 'counter', name: 'chat_rollup_runs_total',
    help: 'Runs of a scheduled computation, by outcome.',
    labels: { rollup: ROLLUP, outcome: ROLLUP_OUTCOMES },
  },
];

/** How fresh the figures of rollups are. */
export const ROLLUP_GAUGES: readonly Gauge[] = [
  {
    type: 'gauge', name: 'chat_rollup_last_success_timestamp_seconds', labels: ['rollup'], merge: 'max',
    help: 'When a scheduled computation last succeeded, Unix time; its figures are as old.',
  },
  {
    type: 'gauge', name: 'chat_rollup_interval_seconds', labels: ['rollup'], merge: 'min',
    help: 'How often a scheduled computation is meant to run.',
  },
  {
    type: 'gauge', name: 'chat_rollup_duration_seconds', labels: ['rollup'], merge: 'max',
    help: 'How long the last run of a scheduled computation took.',
  },
  {
    type: 'gauge', name: 'chat_rebuild_progress_ratio', labels: [],
    help: 'How much of history has been computed anew, while that is going on: 0 to 1.',
  },
];
