import type { Board } from './board.ts';
import { active, activity, churn, cohorts, countries, languages, map, newAndReturning, newcomers, optIn, origins, stickiness } from './panels/audience.ts';
import { dataAge } from './panels/freshness.ts';
import { churnBase, churnOverTime, consents, consentsOverTime, created, deleted, erasures, historicValue, orders, predictedValue, stickinessOverTime } from './panels/loyalty.ts';
import { choice } from './variables.ts';

/** Who writes, and do they come back? */
export const msgAudience: Board = {
  uid: 'msg-audience', title: 'Audience', runbook: 'RollupStale', refresh: '', from: 'now-90d',
  variables: [choice('margin', 'Gross margin', ['0.4', '0.1', '0.2', '0.3', '0.5', '0.6', '0.7', '0.8', '1'])],
  description: 'Who writes, and do they come back? Everything here is counted in customers, over all channels, and follows the local days of the workspace; the rows '
    + 'below say what they are worth, where they come from and whether they want to hear from us.',
  screen: [
    { height: 4, panels: [active(), stickiness(), newcomers(), churn(), optIn(), dataAge()] },
    { height: 7, panels: [activity(), newAndReturning(), map()] },
    { height: 7, panels: [[12, cohorts()], [6, languages()], [6, origins()]] },
  ],
  more: [
    { title: 'Do they stay?', lines: [{ height: 8, panels: [churnOverTime(), churnBase(), stickinessOverTime()] }] },
    { title: 'What are they worth?', lines: [{ height: 8, panels: [predictedValue(), historicValue()] }, { height: 8, panels: [orders()] }] },
    { title: 'Where do they come from?', lines: [{ height: 8, panels: [countries(), created(), deleted()] }] },
    { title: 'Do they want to hear from us?', lines: [{ height: 8, panels: [consents(), consentsOverTime(), erasures()] }] },
  ],
};
