/** Where people stop in flows: checkouts, carts, forms. */
import { sqlTable } from '../kinds/table.ts';
import { timeSeries } from '../kinds/time-series.ts';
import { toPlainDashboard } from '../links.ts';
import type { Panel } from '../panel.ts';
import { dayAsTime, onDays, share } from '../sql.ts';
import { UNITS } from '../style.ts';

const links = [toPlainDashboard('msg-chatbot', 'Chatbot'), toPlainDashboard('msg-audience', 'Audience')];

export const flowAbandonment = (): Panel => timeSeries({
  title: 'Left on the way, by flow', unit: UNITS.ratio, max: 1, noValue: 'no flow was told', kpis: ['E3'], links,
  description: 'Runs of a flow that were left ÷ runs that ended, per local day: left is what was not completed within 24 h of its last step, so the last day is missing. Compare '
    + 'a flow with its own past; a jump after a change of the flow is that change.',
  queries: [{ sql: `select ${dayAsTime('flow_days.local_day')} as time, flow_days.flow as metric,
  ${share('sum(flow_days.abandoned)', 'sum(flow_days.abandoned + flow_days.completed)')} as value
from reporting.flow_days where ${onDays('flow_days.local_day')} group by 1, 2 order by 1, 2` }],
});

export const flowSteps = (): Panel => sqlTable({
  title: 'Where people stop', unit: UNITS.count, noValue: 'no flow was told', kpis: ['E3'], links,
  description: 'Runs that ended on the chosen days, by flow and the last step they reached: how many were left there, and their share of all runs of the flow that ended. The '
    + 'step with the largest share is the one to make easier.',
  sql: `select flow_days.flow, coalesce(nullif(flow_days.step, ''), 'unknown') as step, sum(flow_days.abandoned)::bigint as left_here,
  sum(flow_days.completed)::bigint as completed,
  ${share('sum(flow_days.abandoned)', 'sum(sum(flow_days.abandoned + flow_days.completed)) over (partition by flow_days.flow)')} as share
from reporting.flow_days where ${onDays('flow_days.local_day')} group by flow_days.flow, 2 order by flow_days.flow, sum(flow_days.abandoned) desc limit 200`,
  columns: [
    { from: 'flow', title: 'Flow' }, { from: 'step', title: 'Last step' }, { from: 'left_here', title: 'Left here', decimals: 0, width: 90 },
    { from: 'completed', title: 'Completed', decimals: 0, width: 95 },
    { from: 'share', title: 'Left here, of all', unit: UNITS.ratio, decimals: 1, cell: 'bar', width: 160 },
  ],
});
