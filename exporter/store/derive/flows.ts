import { flowRunsOf } from '../../core/flows.ts';
import { iso, type Deriver } from './deriver.ts';

/** Runs of scripted flows. */
export const FLOWS: Deriver = {
  tables: [{ name: 'flow_run_facts', key: ['contact', 'flow', 'run'], dated: true }],
  derive: ({ contact, events }, { settingsFor }) => ({
    flow_run_facts: flowRunsOf(events, settingsFor).map(({ flow, run, source, channel, inbox, startedAt, lastStep, lastStepAt, completedAt, decidedAt }) => ({
      row: {
        contact, flow, run, source, channel, inbox, started_at: iso(startedAt), last_step: lastStep ?? null, last_step_at: iso(lastStepAt),
        completed_at: iso(completedAt), decided_at: iso(completedAt ?? decidedAt),
      },
    })),
  }),
};
