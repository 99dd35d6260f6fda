import { INBOX } from './labels.ts';
import { one, projected } from './metric.ts';
import type { Gauge } from './metric.ts';

/** What is promised. */
const SLAS = ['first_response', 'resolution'] as const;

/** Promises kept and broken. */
export const SLA = [
  projected({
    type: 'counter', name: 'chat_sla_results_total', on: 'sla',
    help: 'Episodes that met or missed a target, each counted once per target; undecided ones are left out.',
    labels: { sla: SLAS, inbox: INBOX, result: ['met', 'missed'] },
    from: ({ sla, inbox, result }) => one({ sla, inbox, result }),
  }),
];

/** The promises themselves, so that panels and alerts repeat no number. */
export const SLA_GAUGES: readonly Gauge[] = [
  { type: 'gauge', name: 'chat_sla_target_seconds', labels: ['sla', 'inbox'], merge: 'min', help: 'Target duration of an inbox, from the configuration.' },
  { type: 'gauge', name: 'chat_sla_objective_ratio', labels: ['sla'], merge: 'min', help: 'Share of episodes that are to meet the target, 0 to 1.' },
  { type: 'gauge', name: 'chat_goal_ratio', labels: ['goal', 'inbox'], merge: 'min', help: 'Goals and limits of the configuration, 0 to 1; without an inbox that of the workspace.' },
  { type: 'gauge', name: 'chat_month_cost_budget', labels: ['currency'], help: 'What messages may cost in a calendar month, from the configuration, in units of the currency.' },
];
