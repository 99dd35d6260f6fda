/** How the load and the pace of agents change: per day, and per hour where the chosen time is short. */
import { sqlTable } from '../kinds/table.ts';
import { stat } from '../kinds/stat.ts';
import { timeSeries } from '../kinds/time-series.ts';
import { sqlGoal } from '../goal.ts';
import { runbook, toDashboard } from '../links.ts';
import type { Panel } from '../panel.ts';
import { UTILISATION_LIMIT } from '../promql.ts';
import { ENDED, chosen, during, inPlace, inSteps, onDays, percentile, share } from '../sql.ts';
import { UNITS } from '../style.ts';
import { UTILISATION_RANGE } from '../targets.ts';
import { SPEED, SPEED_COLUMNS, speedBy } from './speed-by.ts';

const LINKS = [toDashboard('msg-peak-hours', 'Peak hours and staffing'), runbook('AgentsOverloaded'), runbook('AgentsIdleWhileCustomersWait', 'Runbook: idle while customers wait')];

export const utilisationOverTime = (): Panel => timeSeries({
  title: 'Utilisation per hour', unit: UNITS.ratio, max: 1, minInterval: '1h', noValue: 'presence is not known', kpis: ['G1'], links: LINKS,
  description: `Busy ÷ online time of the chosen agents together, and of the busiest one who was online for half the hour or more; dashed are what is planned for, ${UTILISATION_RANGE.goal * 100} %, and the limit of the configuration. `
    + 'A busiest line that touches the top while all together are low means that work is not spread: look at how chats are given out.',
  queries: [
    { sql: `select agent_hours.hour as time, ${share('sum(agent_hours.busy_seconds)', 'sum(agent_hours.online_seconds)')} as "all together",
  max(agent_hours.utilisation) filter (where agent_hours.online_seconds >= 1800) as busiest
from reporting.agent_hours where ${during('agent_hours.hour')} and ${chosen('agent_hours.agent', 'agent')} group by agent_hours.hour order by agent_hours.hour` },
    sqlGoal(UTILISATION_RANGE.goal, 'planned'), { legend: 'overload', expr: UTILISATION_LIMIT, color: 'target', dashed: true },
  ],
  colors: { 'all together': 'agent', busiest: 'waiting' },
});

export const concurrencyOverTime = (): Panel => timeSeries({
  title: 'Agents online, and conversations each', unit: UNITS.count, minInterval: '1h', noValue: 'presence is not known', kpis: ['G3'], links: LINKS,
  description: 'Agents online on average per hour, and open conversations that each of them had at the same time. Both follow the day. '
    + 'When conversations each go up while agents go down, a shift ends too early.',
  queries: [{ sql: `select agent_hours.hour as time, sum(agent_hours.online_seconds) / 3600 as "agents online",
  ${share('sum(agent_hours.owned_seconds)', 'sum(agent_hours.online_seconds)')} as "conversations each"
from reporting.agent_hours where ${during('agent_hours.hour')} and ${chosen('agent_hours.agent', 'agent')} group by agent_hours.hour order by agent_hours.hour` }],
  colors: { 'agents online': 'agent', 'conversations each': 'inbound' },
});

const responses = (columns: string): string => `select ${inSteps('responses.at')} as time, ${columns}
from reporting.responses where ${during('responses.at')} and ${inPlace('responses')} and ${chosen("coalesce(responses.agent, 'none')", 'agent')} group by 1 order by 1`;

export const paceOverTime = (): Panel => timeSeries({
  title: 'Response times', unit: UNITS.seconds, noValue: 'no responses yet', kpis: ['A6', 'A7'],
  links: [toDashboard('msg-first-response', 'First response'), runbook('CustomersWaiting')],
  description: 'Median and 90th percentile of all responses, and the median of those after the first one, by when the reply was written, for the chosen agents. '
    + 'Flat lines are normal. '
    + 'Later responses that become slow while first ones stay fast mean that conversations are opened and then left.',
  queries: [{ sql: responses(`${percentile(0.5, 'responses.seconds')} as p50, ${percentile(0.9, 'responses.seconds')} as p90,
  ${percentile(0.5, 'responses.seconds')} filter (where not responses.first) as "p50 of later ones"`) }],
  colors: { p50: 'inbound', p90: 'agent', 'p50 of later ones': 'waiting' },
});

export const ownReaction = (): Panel => timeSeries({
  title: 'From assignment to response', unit: UNITS.seconds, noValue: 'no assignments yet', kpis: ['A9'],
  links: [toDashboard('msg-first-response', 'First response'), runbook('CustomersWaiting')],
  description: 'How long agents took for the first response once they had the conversation, median and 90th percentile, of conversations that have ended; unlike the first response it starts anew at a transfer. '
    + 'Much shorter than the first response is normal: the rest is the queue. When the two are alike, nobody queues and agents themselves are slow.',
  queries: [{ sql: `select ${inSteps('episodes.frt_at')} as time, ${percentile(0.5, 'episodes.assign_to_response_seconds')} as p50,
  ${percentile(0.9, 'episodes.assign_to_response_seconds')} as p90
from reporting.episodes where ${during('episodes.frt_at')} and ${ENDED} and ${inPlace('episodes')} and ${chosen("coalesce(episodes.frt_agent, 'none')", 'agent')}
  and episodes.assign_to_response_seconds is not null group by 1 order by 1` }],
  colors: { p50: 'inbound', p90: 'agent' },
});

const closed = (columns: string, condition: string): string => `select ${inSteps('episodes.closed_at')} as time, ${columns}
from reporting.episodes where ${during('episodes.closed_at')} and ${inPlace('episodes')}
  and ${chosen("coalesce(episodes.agent, episodes.frt_agent, 'none')", 'agent')} and ${condition} group by 1 order by 1`;

export const timeToSolve = (): Panel => timeSeries({
  title: 'Time to solve, by people', unit: UNITS.seconds, noValue: 'nothing resolved by people yet', kpis: ['B1', 'B3', 'B4'],
  links: [toDashboard('msg-slow', 'Slow conversations'), runbook('ResolutionSlow')],
  description: 'Medians by the close, for conversations that people resolved: from the demand to the end, the same without the bot\'s part, and without the time it was snoozed. '
    + 'Lines close together are normal. A wide gap to "without snoozes" means waiting for others; to "without bot" that the bot holds customers up.',
  queries: [{ sql: closed(`${percentile(0.5, 'episodes.resolution_seconds')} as "in all", ${percentile(0.5, 'episodes.human_resolution_seconds')} as "without bot",
  ${percentile(0.5, 'episodes.working_resolution_seconds')} as "without snoozes"`, "episodes.outcome = 'resolved_agent'") }],
  colors: { 'in all': 'agent', 'without bot': 'bot', 'without snoozes': 'system' },
});

export const lengths = (): Panel => timeSeries({
  title: 'How long conversations are', unit: UNITS.seconds, noValue: 'no answered conversation has closed yet', kpis: ['C5', 'C6'],
  links: [toDashboard('msg-slow', 'Slow conversations'), runbook('ResolutionSlow')],
  description: 'Medians by the close: from the demand to the last message, and the part of it in which somebody wrote every few minutes. '
    + 'The first may be long because customers come back after hours. When the second grows, questions have become harder or answers less clear.',
  queries: [{ sql: closed(`${percentile(0.5, 'episodes.conversation_length_seconds')} as "length",
  ${percentile(0.5, 'episodes.engaged_seconds')} as "engaged"`, 'episodes.conversation_length_seconds is not null') }],
  colors: { length: 'system', engaged: 'agent' },
});

export const transfers = (): Panel => stat({
  title: 'Transferred', of: 'period', unit: UNITS.ratio, noValue: 'nothing assigned yet', kpis: ['G4'],
  links: [toDashboard('msg-slow', 'Slow conversations'), runbook('ResolutionSlow')],
  description: 'Conversations that moved from one agent or team to another ÷ all that anybody had, among those opened in the chosen time, with both numbers. '
    + 'Below 10 % is usual. '
    + 'More means that the first assignment is wrong: look at the table by team, and at the rules of assignment.',
  queries: [{ sql: `select ${share('count(*) filter (where episodes.transfers > 0)', 'count(*)')} as share,
  (count(*) filter (where episodes.transfers > 0))::double precision as transferred, count(*)::double precision as assigned
from reporting.episodes where ${during('episodes.opened_at')} and ${inPlace('episodes')} and ${chosen("coalesce(episodes.agent, 'none')", 'agent')}
  and episodes.assigned having count(*) > 0` }],
  columns: [
    { from: 'share', title: 'share', unit: UNITS.ratio, decimals: 1 }, { from: 'transferred', title: 'transferred', unit: UNITS.count, decimals: 0 },
    { from: 'assigned', title: 'assigned', unit: UNITS.count, decimals: 0 },
  ],
});

export const transfersOverTime = (): Panel => timeSeries({
  title: 'Transferred over time', unit: UNITS.ratio, max: 1, noValue: 'nothing assigned yet', kpis: ['G4'],
  links: [toDashboard('msg-slow', 'Slow conversations'), runbook('ResolutionSlow')],
  description: 'Closed conversations that had moved between agents or teams ÷ all closed ones that anybody had, by the close. A flat line is normal. '
    + 'A jump usually follows a change of teams, rules or opening hours.',
  queries: [{ sql: closed(`${share('count(*) filter (where episodes.transfers > 0)', 'count(*)')} as transferred`, 'episodes.assigned') }],
  colors: { transferred: 'waiting' },
});

export const byTeam = (): Panel => sqlTable({
  title: 'Teams', unit: UNITS.count, noValue: 'no team had a conversation in this time', kpis: ['A1', 'A10', 'B1', 'G4'],
  links: [toDashboard('msg-satisfaction', 'CSAT and sentiment'), runbook('CustomersWaiting')],
  description: 'Per team that had a conversation last, over whole local days: conversations closed, median and 90th percentile of their first response and of their resolution, first responses in '
    + 'target ÷ (met + missed), and transferred ones. Teams differ by their topics. Compare each with its own past before comparing teams.',
  sql: `with figure as (
  select daily_by.value as team, sum(daily_by.closed)::double precision as closed,
    ${share('sum(daily_by.first_response_met)', 'sum(daily_by.first_response_met + daily_by.first_response_missed)')} as "in target", sum(daily_by.transferred)::double precision as transferred
  from reporting.daily_by where daily_by.dimension = 'team' and daily_by.value <> 'none' and ${onDays('daily_by.local_day')} and ${inPlace('daily_by')} group by daily_by.value
), speed as (
  ${speedBy('episodes.team', 'team')}
)
select figure.team, figure.closed, ${SPEED}, figure."in target", figure.transferred
from figure left join speed using (team) order by figure.closed desc limit 50`,
  columns: [
    { from: 'team', title: 'Team' }, { from: 'closed', title: 'Conversations', unit: UNITS.count, decimals: 0 },
    ...SPEED_COLUMNS,
    { from: 'in target', title: 'In target', unit: UNITS.ratio, decimals: 0, width: 85 },
    { from: 'transferred', title: 'Transferred', unit: UNITS.count, decimals: 0 },
  ],
});
