/** Whether customers were really helped: at the first contact, or do they come back? */
import { stat } from '../kinds/stat.ts';
import { sqlTable } from '../kinds/table.ts';
import { timeSeries } from '../kinds/time-series.ts';
import { sqlGoal } from '../goal.ts';
import { runbook, toDashboard } from '../links.ts';
import type { Panel } from '../panel.ts';
import { chosen, dayAsTime, during, inPlace, onDays, percentile, share } from '../sql.ts';
import { UNITS, type Column } from '../style.ts';
import { FCR_GOAL_RATIO, REOPEN_LIMIT_RATIO } from '../targets.ts';

const LINKS = [toDashboard('msg-slow', 'Slow conversations'), runbook('ResolutionSlow')];
const DAYS = `reporting.issue_days where ${onDays('issue_days.local_day')} and ${inPlace('issue_days')}`;
const MATURE = 'Issues count when nobody can come back on them in time any more, so the newest days are missing';
const ratio = (from: string, color?: Column['color']): Column => ({ from, title: from, unit: UNITS.ratio, decimals: 0, ...(color && { color }) });
const count = (from: string): Column => ({ from, title: from, unit: UNITS.count, decimals: 0 });

export const firstContact = (): Panel => stat({
  title: 'Solved at the first contact', of: 'period', unit: UNITS.ratio, noValue: 'no issue is old enough yet', kpis: ['B8', 'B9'], links: LINKS,
  description: `Issues that one conversation resolved ÷ issues, both numbers, and issues for which the customer came back ÷ issues. ${FCR_GOAL_RATIO * 100} % is the goal. ${MATURE}. `
    + 'When it sinks, look at the topics people come back on.',
  queries: [{ sql: `select ${share('sum(issue_days.first_contact)', 'sum(issue_days.mature)')} as solved, sum(issue_days.first_contact)::double precision as once,
  sum(issue_days.mature)::double precision as issues,
  ${share('sum(issue_days.repeated)', 'sum(issue_days.mature)')} as "came back" from ${DAYS} having sum(issue_days.mature) > 0` }],
  columns: [ratio('solved', { base: 'warn', steps: [[FCR_GOAL_RATIO, 'good']] }), count('once'), count('issues'), ratio('came back')],
});

export const oneTouch = (): Panel => stat({
  title: 'Solved with one message', of: 'period', unit: UNITS.ratio, noValue: 'no issue is old enough yet', kpis: ['B10'], links: LINKS,
  description: `Issues that people solved with exactly one message ÷ issues whose first conversation people resolved, with both numbers. ${MATURE}. 10 to 30 % is usual in chat. A high share means that many questions could be answered by a page or the bot.`,
  queries: [{ sql: `select ${share('sum(issue_days.one_touch)', 'sum(issue_days.agent_first)')} as share, sum(issue_days.one_touch)::double precision as "one message",
  sum(issue_days.agent_first)::double precision as "by people"
from ${DAYS} having sum(issue_days.agent_first) > 0` }],
  columns: [ratio('share'), count('one message'), count('by people')],
});

export const reopened = (): Panel => stat({
  title: 'Taken up again', of: 'period', unit: UNITS.ratio, noValue: 'nothing was resolved yet', kpis: ['B7'], links: LINKS,
  description: `Conversations in which customers took a resolved issue up again ÷ conversations resolved in the chosen time, with both numbers. `
    + `Up to ${REOPEN_LIMIT_RATIO * 100} % is normal. More means that conversations are closed too early: look at who closes them, and how.`,
  queries: [{ sql: `select ${share('again.n', 'resolved.n')} as share, again.n::double precision as again, resolved.n::double precision as resolved from (
  select count(*) as n from reporting.issue_episodes join reporting.issues on issues.conversation = issue_episodes.issue_conversation
  and issues.number = issue_episodes.issue_number
  where issue_episodes.reopened and ${during('issue_episodes.opened_at')} and ${inPlace('issues')}
) as again cross join (
  select sum(hourly.resolved_agent + hourly.resolved_bot) as n from reporting.hourly where ${during('hourly.hour')} and ${inPlace('hourly')}
) as resolved where resolved.n > 0` }],
  columns: [ratio('share', { base: 'good', steps: [[REOPEN_LIMIT_RATIO, 'warn']] }), count('again'), count('resolved')],
});

export const fullResolution = (): Panel => stat({
  title: 'Until it was really solved', of: 'period', unit: UNITS.seconds, noValue: 'no issue was solved yet', kpis: ['B5'], links: LINKS,
  description: 'From the first message of an issue to the end of its last conversation, median and 90th percentile, for issues whose first conversation closed in the chosen time and whose last one is resolved. The median is near that of single conversations; '
    + 'the 90th percentile shows those who had to come back, in hours or days.',
  queries: [{ sql: `select ${percentile(0.5, 'issues.full_resolution_seconds')} as p50, ${percentile(0.9, 'issues.full_resolution_seconds')} as p90,
  count(*)::double precision as issues
from reporting.issues where ${during('issues.first_closed_at')} and issues.full_resolution_seconds is not null and ${inPlace('issues')}
  and ${chosen("coalesce(issues.topic, 'unknown')", 'topic')} having count(*) > 0` }],
  columns: [{ from: 'p50', title: 'p50', unit: UNITS.seconds, decimals: 0 }, { from: 'p90', title: 'p90', unit: UNITS.seconds, decimals: 0 }, count('issues')],
});

export const firstContactOverTime = (): Panel => timeSeries({
  title: 'Solved at the first contact, per day', unit: UNITS.ratio, max: 1, timeFrom: '56d', noValue: 'no issue is old enough yet', kpis: ['B8', 'B9'], links: LINKS,
  description: `Per local day on which the first conversation closed: issues solved by it ÷ mature issues, and issues that were repeated ÷ mature issues; dashed is the goal. ${MATURE} or provisional. A step down has a date: what changed then?`,
  queries: [
    { sql: `select ${dayAsTime('issue_days.local_day')} as time, ${share('sum(issue_days.first_contact)', 'sum(issue_days.mature)')} as "first contact",
  ${share('sum(issue_days.repeated)', 'sum(issue_days.mature)')} as "came back"
from ${DAYS} group by issue_days.local_day having sum(issue_days.mature) > 0 order by issue_days.local_day` },
    sqlGoal(FCR_GOAL_RATIO),
  ],
  colors: { 'first contact': 'agent', 'came back': 'waiting' },
});

export const topicsThatComeBack = (): Panel => sqlTable({
  title: 'What they come back on', unit: UNITS.count, noValue: 'no issue is old enough yet', kpis: ['B8', 'B9', 'C4'], links: LINKS,
  description: `Per topic: issues whose first conversation closed in the chosen time, those solved by it, those repeated, and the mean number of conversations. ${MATURE}. Topics at the top of the list are where a complete first answer saves most.`,
  sql: `select coalesce(issues.topic, 'unknown') as topic, count(*)::double precision as issues,
  ${share("count(*) filter (where issues.episodes = 1 and issues.first_outcome in ('resolved_agent', 'resolved_bot'))", 'count(*)')} as "first contact",
  ${share('count(*) filter (where issues.episodes > 1)', 'count(*)')} as "came back",
  avg(issues.episodes)::double precision as conversations
from reporting.issues where ${during('issues.first_closed_at')} and issues.mature_at <= $__timeTo() and ${inPlace('issues')}
  and ${chosen("coalesce(issues.topic, 'unknown')", 'topic')}
group by 1 order by count(*) filter (where issues.episodes > 1) desc, 1 limit 60`,
  columns: [
    { from: 'topic', title: 'Topic' }, { from: 'issues', title: 'Issues', unit: UNITS.count, decimals: 0 },
    { from: 'first contact', title: 'First contact', unit: UNITS.ratio, decimals: 0, color: { base: 'warn', steps: [[FCR_GOAL_RATIO, 'good']] } },
    { from: 'came back', title: 'Came back', unit: UNITS.ratio, decimals: 0 }, { from: 'conversations', title: 'Conversations each', unit: UNITS.count, decimals: 2 },
  ],
});
