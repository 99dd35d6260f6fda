/** What passing from the bot to people costs customers, and how fast the bot is. */
import { barGauge } from '../kinds/bar-gauge.ts';
import { sqlTable } from '../kinds/table.ts';
import { timeSeries } from '../kinds/time-series.ts';
import { goal } from '../goal.ts';
import { runbook, toDashboard, toTraces } from '../links.ts';
import type { Panel } from '../panel.ts';
import { of, quantile, ratio, total } from '../promql.ts';
import { ENDED, during, inPlace, inSteps, onDays, percentile, share, weekAsTime } from '../sql.ts';
import { UNITS } from '../style.ts';
import { BOT_FIRST_RESPONSE_GOAL_SECONDS, FALLBACK_LIMIT_RATIO } from '../targets.ts';

const LINKS = [toDashboard('msg-slow', 'Slow conversations'), toTraces('{ name = "conversation" && span.conversation.handled_by = "mixed" }', 'Escalated conversations'), runbook('BotHandoffsJump')];
const PASSED_ON = `reporting.episodes where ${during('episodes.frt_at')} and episodes.bot = 'escalated' and episodes.frt_seconds is not null and ${ENDED} and ${inPlace('episodes')}`;

export const timeWithBot = (): Panel => timeSeries({
  title: 'Before people were needed, and after', unit: UNITS.seconds, noValue: 'nothing was handed over yet', kpis: ['A1', 'A3', 'F3'], links: LINKS,
  description: 'Medians by the answer, for ended conversations that needed people: the time with the bot before it handed over, the wait for a person after that, and both together. A minute with the bot is normal. '
    + 'A long first part means that the bot does not let go; a long second one that hand-offs come when nobody is there.',
  queries: [{ sql: `select ${inSteps('episodes.frt_at')} as time, ${percentile(0.5, 'greatest(0, episodes.frt_total_seconds - episodes.frt_seconds)')} as "with the bot",
  ${percentile(0.5, 'episodes.frt_seconds')} as "for a person",
  ${percentile(0.5, 'episodes.frt_total_seconds')} as together from ${PASSED_ON} group by 1 order by 1` }],
  colors: { 'with the bot': 'bot', 'for a person': 'waiting', together: 'system' },
});

/** Shares of the moods of messages before and after the start of the wait for a person. */
const mood = (when: string): string => `with passed as (
  select episodes.conversation, episodes.opened_at, episodes.closed_at, episodes.frt_at - make_interval(secs => episodes.frt_seconds) as at from ${PASSED_ON}
  order by episodes.frt_at desc limit 1000
), said as (
  select messages.sentiment from passed join reporting.messages on messages.conversation = passed.conversation and messages.at >= passed.opened_at
  and messages.at <= passed.closed_at and messages.sentiment is not null and ${when}
)
select ${['positive', 'neutral', 'negative'].map((sentiment) => `${share(`count(*) filter (where said.sentiment = '${sentiment}')`, 'count(*)')} as ${sentiment}`).join(', ')} from said having count(*) > 0`;
const MOODS = { positive: 'positive', neutral: 'neutral', negative: 'negative' } as const;

export const moodBefore = (): Panel => barGauge({
  title: 'How they sound before the hand-over', unit: UNITS.ratio, max: 1, noValue: 'nothing was handed over yet', kpis: ['D4'], links: LINKS,
  description: 'Shares of positive, neutral and negative messages before a person was needed, in the newest 1,000 closed conversations that needed one. '
    + 'Somewhat more negative than elsewhere is normal: people ask for a person when the bot does not help. '
    + 'Mostly negative means that it is asked for too late.',
  queries: [{ sql: mood('messages.at < passed.at') }], colors: MOODS,
});

export const moodAfter = (): Panel => barGauge({
  title: 'How they sound after it', unit: UNITS.ratio, max: 1, noValue: 'nothing was handed over yet', kpis: ['D4'], links: LINKS,
  description: 'The same in the same conversations, from the hand-over on. Fewer negative and more positive ones than before is what people are there for. '
    + 'If nothing changes, look at how long customers wait for the person, and whether they have to tell everything again.',
  queries: [{ sql: mood('messages.at >= passed.at') }], colors: MOODS,
});

export const botSpeed = (): Panel => timeSeries({
  title: 'The bot\'s first answer over time', unit: UNITS.seconds, minInterval: '1h', noValue: 'the bot has not answered yet', kpis: ['A4'],
  links: [toDashboard('msg-first-response', 'First response'), runbook('CustomersWaiting')],
  description: `Median and 90th percentile of the time to the bot's first message, from histograms; dashed is ${BOT_FIRST_RESPONSE_GOAL_SECONDS} s. `
    + `Flat and near the ground is normal. A rise is the bot's platform, or what it asks.`,
  queries: [
    { legend: 'p50', expr: quantile(0.5, of('chat_bot_first_response_seconds_bucket'), '$__rate_interval'), color: 'inbound' },
    { legend: 'p90', expr: quantile(0.9, of('chat_bot_first_response_seconds_bucket'), '$__rate_interval'), color: 'bot' },
    goal(BOT_FIRST_RESPONSE_GOAL_SECONDS),
  ],
});

export const anybody = (): Panel => timeSeries({
  title: 'First answer of anybody, and of a person', unit: UNITS.seconds, noValue: 'no answers yet', kpis: ['A3', 'A5'],
  links: [toDashboard('msg-first-response', 'First response'), runbook('CustomersWaiting')],
  description: 'Medians of ended conversations: from the customer\'s first message to the first answer of bot or person, and to the first one of a person, bot phase included. '
    + 'The gap is what the bot spares or costs. Never show the first line alone: a bot that says hello at once is no answer.',
  queries: [{ sql: `select ${inSteps('episodes.demand_at')} as time, ${percentile(0.5, 'episodes.first_any_response_seconds')} as anybody,
  ${percentile(0.5, 'episodes.frt_total_seconds')} as "a person"
from reporting.episodes where ${during('episodes.opened_at')} and ${ENDED} and episodes.first_any_response_seconds is not null and ${inPlace('episodes')} group by 1 order by 1` }],
  colors: { anybody: 'bot', 'a person': 'agent' },
});

export const fallbacksOverTime = (): Panel => timeSeries({
  title: 'Not understood, six hours before each point', unit: UNITS.ratio, max: 1, minInterval: '1h', noValue: 'the bot has not written yet', kpis: ['F4'], links: LINKS,
  description: `Messages of the bot that say it did not understand ÷ all its messages, over the six hours before each point; dashed is ${FALLBACK_LIMIT_RATIO * 100} %. `
    + `Flat is normal. A rise after a release is the release; without one, customers ask something new.`,
  queries: [
    { legend: 'not understood', expr: ratio(total(of('chat_bot_fallbacks_total'), '6h'), total(of('chat_messages_total', { author: 'bot' }), '6h')), color: 'failed' },
    goal(FALLBACK_LIMIT_RATIO),
  ],
});

export const whoComesBack = (): Panel => sqlTable({
  title: 'What they come back on after the bot', unit: UNITS.count, noValue: 'no issue is old enough yet', kpis: ['C4', 'F2'],
  links: [toDashboard('msg-satisfaction', 'CSAT and sentiment'), runbook('BotContainmentDropped')],
  description: 'Per topic: issues the bot resolved first, and those for which the customer came back, among issues that are old enough to tell. '
    + 'Topics at the top look solved and are not: there the bot\'s answer is wrong or cannot be followed.',
  sql: `select coalesce(issues.topic, 'unknown') as topic, count(*)::double precision as issues,
  (count(*) filter (where issues.episodes > 1))::double precision as again, ${share('count(*) filter (where issues.episodes > 1)', 'count(*)')} as share
from reporting.issues where ${during('issues.first_closed_at')} and issues.first_outcome = 'resolved_bot' and issues.mature_at <= $__timeTo() and ${inPlace('issues')}
group by 1 order by count(*) filter (where issues.episodes > 1) desc, 1 limit 60`,
  columns: [
    { from: 'topic', title: 'Topic' }, { from: 'issues', title: 'Resolved by the bot', unit: UNITS.count, decimals: 0 },
    { from: 'again', title: 'Came back', unit: UNITS.count, decimals: 0 }, { from: 'share', title: 'Share', unit: UNITS.ratio, decimals: 0, cell: 'bar' },
  ],
});

export const durableOverTime = (): Panel => timeSeries({
  title: 'Stayed solved, per week', unit: UNITS.ratio, max: 1, timeFrom: '56d', noValue: 'no issue is old enough yet', kpis: ['F2'],
  links: [toDashboard('msg-satisfaction', 'CSAT and sentiment'), runbook('BotContainmentDropped')],
  description: 'Issues the bot resolved first and to which nobody came back ÷ issues it resolved first, per week of the first close; weeks that are not old enough are missing. Near containment\'s goal or above is normal. When it sinks while containment rises, the bot closes instead of solving.',
  queries: [
    { sql: `select ${weekAsTime('issue_days.local_day')} as time,
  ${share('sum(issue_days.bot_durable)', 'sum(issue_days.bot_first)')} as "stayed solved"
from reporting.issue_days where ${onDays('issue_days.local_day')} and ${inPlace('issue_days')} group by 1 having sum(issue_days.bot_first) > 0 order by 1` },
  ],
  colors: { 'stayed solved': 'bot' },
});
