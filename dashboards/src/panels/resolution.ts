/** How cases end: how long it took, for good or not, what they were about. */
import { stat } from '../kinds/stat.ts';
import { sqlTable } from '../kinds/table.ts';
import { timeSeries } from '../kinds/time-series.ts';
import { goal } from '../goal.ts';
import { runbook, toDashboard, toTraces } from '../links.ts';
import type { Panel } from '../panel.ts';
import { of, ofInbox, quantile, ratio, target, total, totalInChannel } from '../promql.ts';
import { LAST_DAY, chosen, dayAsTime, during, inPlace, localDay, onDays, percentile, share } from '../sql.ts';
import { UNITS } from '../style.ts';
import { FCR_GOAL_RATIO, REOPEN_LIMIT_RATIO } from '../targets.ts';
import { SPEED, SPEED_COLUMNS, speedBy } from './speed-by.ts';

const LONG = toTraces('{ name = "conversation" && duration > 1h }', 'Conversations over an hour');
const REOPENED = toTraces('{ name = "conversation" && span.conversation.reopen.count > 0 }', 'Reopened conversations');

export const resolutionInTarget = (): Panel => timeSeries({
  title: 'Solved in target, per hour', unit: UNITS.ratio, max: 1, noValue: 'none due yet', minInterval: '5m', kpis: ['B11'],
  description: 'Episodes resolved within the resolution target ÷ episodes met or missed, over the hour before each point. It normally moves slowly and below '
    + 'the share of first responses. If it sinks while those hold, questions have become harder: look at the topics.',
  links: [toDashboard('msg-slow', 'Slow conversations'), LONG],
  queries: [{ legend: 'in target', color: 'agent', expr: ratio(totalInChannel(ofInbox('chat_sla_results_total', { sla: 'resolution', result: 'met' }), '1h'), totalInChannel(ofInbox('chat_sla_results_total', { sla: 'resolution' }), '1h')) }],
});

export const resolutionInHours = (): Panel => timeSeries({
  title: 'Resolution, in opening hours', unit: UNITS.seconds, noValue: 'nothing resolved yet', minInterval: '10m', kpis: ['B2'],
  description: 'Half and nine tenths of the resolved episodes took no longer than this, counting opening hours only; dashed is the target. Normal is close to '
    + 'the resolution on the clock in the row above. What differs is nights and days off, which more people will not shorten.',
  links: [toDashboard('msg-peak-hours', 'Peak hours and staffing'), LONG],
  queries: [
    { legend: 'p50 {{by}}', expr: quantile(0.5, of('chat_resolution_business_seconds_bucket'), '$__rate_interval', ['by']) },
    { legend: 'p90 {{by}}', expr: quantile(0.9, of('chat_resolution_business_seconds_bucket'), '$__rate_interval', ['by']) },
    { legend: 'target', expr: target('resolution'), color: 'target', dashed: true },
  ],
  colors: { 'p90 agent': 'agent', 'p90 bot': 'bot' },
});

export const resolutionParts = (): Panel => timeSeries({
  title: 'What is in a resolution, per day', unit: UNITS.seconds, noValue: 'nothing resolved in this time', timeFrom: '14d', kpis: ['B1', 'B3', 'B4', 'B5', 'C5', 'C6'],
  description: 'Daily medians of resolved episodes: from the first message, without the bot\'s part, without snoozed time, to the last message, how long '
    + 'people really wrote (gaps over five minutes left out); and for issues from the first message to the end of the last episode. The lines normally lie '
    + 'close together. The widest gap is where the time goes.',
  links: [toDashboard('msg-agents', 'Agents'), LONG],
  queries: [
    { sql: `select ${localDay('episodes.closed_at')} as time, ${percentile(0.5, 'episodes.resolution_seconds')} as "resolution",
  ${percentile(0.5, 'episodes.human_resolution_seconds')} as "by people",
  ${percentile(0.5, 'episodes.working_resolution_seconds')} as "without snoozes",
  ${percentile(0.5, 'episodes.conversation_length_seconds')} as "to the last message", ${percentile(0.5, 'episodes.engaged_seconds')} as "writing"
from reporting.episodes where ${during('episodes.closed_at')} and episodes.resolution_seconds is not null and ${inPlace('episodes')} group by 1 order by 1` },
    { sql: `select ${localDay('issues.last_ended_at')} as time, ${percentile(0.5, 'issues.full_resolution_seconds')} as "whole issue"
from reporting.issues where ${during('issues.last_ended_at')} and issues.full_resolution_seconds is not null and ${inPlace('issues')} group by 1 order by 1` },
  ],
  colors: { resolution: 'waiting', 'by people': 'agent', writing: 'inbound', 'whole issue': 'failed' },
});

const DAYS = `reporting.issue_days where ${onDays('issue_days.local_day')} and ${inPlace('issue_days')}`;

export const solvedForGood = (): Panel => stat({
  title: 'Solved for good', of: 'period', unit: UNITS.ratio, noValue: 'no issue is old enough yet', kpis: ['B8', 'B9', 'B10'],
  description: 'Issues of the last four weeks nobody can come back on any more: solved at the first contact, and with a repeat ÷ all of them; and, of those '
    + `an agent solved first, with a single message. The goal for the first contact is ${FCR_GOAL_RATIO * 100} %. If repeats grow, read what the second `
    + 'contacts are about: the first answer was not the one they needed. The youngest days count later.',
  links: [toDashboard('msg-consistency', 'Answer consistency'), REOPENED],
  queries: [{ sql: `select ${share('sum(issue_days.first_contact)', 'sum(issue_days.mature)')} as fcr,
  ${share('sum(issue_days.repeated)', 'sum(issue_days.mature)')} as repeats, ${share('sum(issue_days.one_touch)', 'sum(issue_days.agent_first)')} as touch,
  sum(issue_days.mature) as issues from reporting.issue_days where issue_days.local_day > ${LAST_DAY} - 28
  and issue_days.local_day <= ${LAST_DAY} and ${inPlace('issue_days')} having sum(issue_days.mature) > 0` }],
  columns: [
    { from: 'fcr', title: 'first contact', decimals: 0, color: { base: 'warn', steps: [[FCR_GOAL_RATIO, 'good']] } },
    { from: 'repeats', title: 'with a repeat', decimals: 0 }, { from: 'touch', title: 'one touch', decimals: 0 },
    { from: 'issues', title: 'issues', unit: UNITS.count, decimals: 0 },
  ],
});

export const fcrOverTime = (): Panel => timeSeries({
  title: 'First-contact resolution and repeats, per day', unit: UNITS.ratio, max: 1, noValue: 'no issue is old enough yet', timeFrom: '28d', kpis: ['B8', 'B9'],
  description: 'Mature issues of each day that were solved in one contact, and those that took more ÷ mature issues of the day; dashed is the goal. It is '
    + 'normally steady and jumps with few issues. The last days are missing because customers can still come back.',
  links: [toDashboard('msg-consistency', 'Answer consistency'), LONG],
  queries: [
    { sql: `select ${dayAsTime('issue_days.local_day')} as time, ${share('sum(issue_days.first_contact)', 'sum(issue_days.mature)')} as "first contact",
  ${share('sum(issue_days.repeated)', 'sum(issue_days.mature)')} as "repeated"
from ${DAYS} group by issue_days.local_day having sum(issue_days.mature) > 0 order by 1` },
    goal(FCR_GOAL_RATIO),
  ],
  colors: { 'first contact': 'agent', repeated: 'waiting' },
});

export const reopenRate = (): Panel => timeSeries({
  title: 'Reopened, 24 hours', unit: UNITS.ratio, noValue: 'nothing resolved yet', minInterval: '10m', kpis: ['B7'],
  description: 'Resolved issues that were taken up again in the same conversation ÷ resolved episodes, over the 24 hours before each point; dashed is the '
    + `limit of ${REOPEN_LIMIT_RATIO * 100} %. Below it is normal. Above it, cases are closed too early: read some reopened ones.`,
  links: [toDashboard('msg-satisfaction', 'CSAT and sentiment'), REOPENED],
  queries: [
    { legend: 'reopened', color: 'waiting', expr: ratio(total(of('chat_reopens_total'), '24h'), total(of('chat_conversations_closed_total', { outcome: '/resolved_agent|resolved_bot/' }), '24h')) },
    goal(REOPEN_LIMIT_RATIO, 'limit'),
  ],
});

export const backlogAge = (): Panel => timeSeries({
  title: 'Backlog by age and assignment', unit: UNITS.count, noValue: 'nothing is open', stacked: true, minInterval: '2m', kpis: ['B11'],
  description: 'Open episodes with a message of the customer, by the time since it and whether an agent is assigned; of the whole installation, whatever is chosen '
    + 'above. The young part normally dominates. Old ones that pile up are forgotten, or wait for somebody outside: assign the unassigned, close the others.',
  links: [toDashboard('msg-agents', 'Agents'), runbook('ConversationsOverdue')],
  queries: [
    { legend: '{{age}}, assigned', expr: 'sum by (age) (chat_backlog_conversations{assigned="true"})' },
    { legend: '{{age}}, unassigned', expr: 'sum by (age) (chat_backlog_conversations{assigned="false"})' },
  ],
});

export const topics = (): Panel => sqlTable({
  title: 'What it was about', unit: UNITS.count, noValue: 'no episode in this time', timeFrom: '7d', kpis: ['C4'],
  description: 'Per topic in seven days: episodes closed and their share of all; median and 90th percentile of their first response and of their resolution; and the share that missed '
    + 'the first-response target. A stable order is normal. A topic that grows or is much slower than the others deserves a better answer, a page on the site or a bot. '
    + '"unknown" had nothing that told it.',
  links: [toDashboard('msg-satisfaction', 'CSAT and sentiment'), toDashboard('msg-consistency', 'Answer consistency')],
  sql: `with figure as (
  select daily_by.value as topic, sum(daily_by.closed) as closed, ${share('sum(daily_by.closed)', 'sum(sum(daily_by.closed)) over ()')} as part,
    ${share('sum(daily_by.first_response_missed)', 'sum(daily_by.first_response_met + daily_by.first_response_missed)')} as missed
  from reporting.daily_by where daily_by.dimension = 'topic' and ${onDays('daily_by.local_day')} and ${inPlace('daily_by')}
  group by daily_by.value
), speed as (
  ${speedBy("coalesce(episodes.topic, 'unknown')", 'topic')}
)
select figure.topic, figure.closed, figure.part, ${SPEED}, figure.missed
from figure left join speed using (topic) where ${chosen('figure.topic', 'topic')} order by figure.closed desc limit 50`,
  columns: [
    { from: 'topic', title: 'Topic' }, { from: 'closed', title: 'Closed', decimals: 0, width: 80 },
    { from: 'part', title: 'Share', unit: UNITS.ratio, decimals: 0, cell: 'bar' },
    ...SPEED_COLUMNS,
    { from: 'missed', title: 'Missed', unit: UNITS.ratio, decimals: 0, width: 75 },
  ],
});
