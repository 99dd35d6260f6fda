/** What the bot achieves, and what becomes of conversations it takes part in. All of it is about conversations that customers opened. */
import { barGauge } from '../kinds/bar-gauge.ts';
import { stat } from '../kinds/stat.ts';
import { sqlTable } from '../kinds/table.ts';
import { timeSeries } from '../kinds/time-series.ts';
import { sqlGoal } from '../goal.ts';
import { runbook, toDashboard, toInbox, toTraces } from '../links.ts';
import type { Panel } from '../panel.ts';
import { ENDED, during, inPlace, inSteps, onDays, percentile, share, wilson } from '../sql.ts';
import { UNITS, type Column } from '../style.ts';
import { BOT_FIRST_RESPONSE_GOAL_SECONDS, CONTAINMENT_GOAL_RATIO, FALLBACK_LIMIT_RATIO } from '../targets.ts';

const ESCALATED = toTraces('{ name = "conversation" && span.conversation.handled_by = "mixed" }', 'Escalated conversations');
const LINKS = [toDashboard('msg-satisfaction', 'CSAT and sentiment'), ESCALATED, runbook('BotContainmentDropped'), runbook('BotHandoffsJump', 'Runbook: hand-offs')];
/** Closed conversations, by the hour of the close. */
const HOURS = `reporting.hourly where ${during('hourly.hour')} and hourly.initiator = 'contact' and ${inPlace('hourly')}`;

const ratio = (from: string, color?: Column['color']): Column => ({ from, title: from, unit: UNITS.ratio, decimals: 0, ...(color && { color }) });
const count = (from: string, title = from): Column => ({ from, title, unit: UNITS.count, decimals: 0 });
const seconds = (from: string, color?: Column['color']): Column => ({ from, title: from, unit: UNITS.seconds, decimals: 1, ...(color && { color }) });

export const containment = (): Panel => stat({
  title: 'Resolved by the bot alone', of: 'period', unit: UNITS.ratio, noValue: 'no conversation with the bot yet', kpis: ['F1'], links: LINKS,
  description: `Conversations that the bot resolved alone ÷ closed conversations it took part in; the same with only those the customer confirmed; and both numbers. `
    + `The goal is ${CONTAINMENT_GOAL_RATIO * 100} %. `
    + 'A silent customer is not yet a satisfied one: the truth lies between the two shares. When the first sinks, look at the topics below.',
  queries: [{ sql: `select ${share('sum(hourly.bot_contained)', 'sum(hourly.bot_involved)')} as alone,
  ${share('sum(hourly.bot_confirmed)', 'sum(hourly.bot_involved)')} as confirmed,
  sum(hourly.bot_contained)::double precision as resolved, sum(hourly.bot_involved)::double precision as "of all" from ${HOURS} having sum(hourly.bot_involved) > 0` }],
  columns: [ratio('alone', { base: 'warn', steps: [[CONTAINMENT_GOAL_RATIO, 'good']] }), ratio('confirmed'), count('resolved'), count('of all')],
});

export const escalation = (): Panel => stat({
  title: 'Needed people', of: 'period', unit: UNITS.ratio, noValue: 'no conversation with the bot yet', kpis: ['F3'], links: LINKS,
  description: 'Conversations with the bot in which people were needed ÷ all closed ones it took part in, both numbers, and accepted hand-offs. '
    + 'A steady share is normal: some things need a person. '
    + 'A jump means that the bot fails at something new, or cannot be reached.',
  queries: [{ sql: `select ${share('sum(hourly.bot_escalated)', 'sum(hourly.bot_involved)')} as share, sum(hourly.bot_escalated)::double precision as escalated,
  sum(hourly.bot_involved)::double precision as "of all",
  sum(hourly.handoffs)::double precision as "hand-offs" from ${HOURS} having sum(hourly.bot_involved) > 0` }],
  columns: [ratio('share'), count('escalated'), count('of all'), count('hand-offs')],
});

export const durable = (): Panel => stat({
  title: 'Stayed solved', of: 'period', unit: UNITS.ratio, noValue: 'no issue is old enough yet', kpis: ['F2'], links: LINKS,
  description: 'Issues the bot resolved first and to which nobody came back ÷ issues the bot resolved first, with both numbers. '
    + 'Only issues count that nobody can come back on in time any more, so the newest days are missing. '
    + 'Compare with containment: the gap are people who gave up on the bot and tried again.',
  queries: [{ sql: `select ${share('sum(issue_days.bot_durable)', 'sum(issue_days.bot_first)')} as share, sum(issue_days.bot_durable)::double precision as stayed,
  sum(issue_days.bot_first)::double precision as "of all"
from reporting.issue_days where ${onDays('issue_days.local_day')} and ${inPlace('issue_days')} having sum(issue_days.bot_first) > 0` }],
  columns: [ratio('share'), count('stayed'), count('of all')],
});

export const botFirstResponse = (): Panel => stat({
  title: 'The bot\'s first answer', of: 'period', unit: UNITS.seconds, noValue: 'the bot has not answered yet', kpis: ['A4'],
  links: [toDashboard('msg-first-response', 'First response'), runbook('BotContainmentDropped')],
  description: `From the customer's first message to the first message of the bot: median, 90th percentile, and how many, of conversations that have ended. `
    + `Nine tenths within ${BOT_FIRST_RESPONSE_GOAL_SECONDS} s is normal. Slower, the bot or what it asks (a model, a shop) is overloaded: customers take silence for "nobody there".`,
  queries: [{ sql: `select ${percentile(0.5, 'episodes.bot_frt_seconds')} as p50, ${percentile(0.9, 'episodes.bot_frt_seconds')} as p90,
  count(*)::double precision as answers
from reporting.episodes where ${during('episodes.opened_at')} and ${ENDED} and episodes.bot_frt_seconds is not null and ${inPlace('episodes')} having count(*) > 0` }],
  columns: [seconds('p50'), seconds('p90', { base: 'good', steps: [[BOT_FIRST_RESPONSE_GOAL_SECONDS, 'warn']] }), count('answers')],
});

export const fallbacks = (): Panel => stat({
  title: 'Not understood', of: 'period', unit: UNITS.ratio, noValue: 'the bot has not written yet', kpis: ['F4'], links: LINKS,
  description: `Messages of the bot that say it did not understand ÷ all its messages, with both numbers. `
    + `Up to ${FALLBACK_LIMIT_RATIO * 100} % is normal. 0 may mean that the source does not mark such messages. `
    + `Above, look at which topics and languages it does not know.`,
  queries: [{ sql: `select ${share('count(*) filter (where messages.fallback)', 'count(*)')} as share,
  (count(*) filter (where messages.fallback))::double precision as "not understood", count(*)::double precision as messages
from reporting.messages where ${during('messages.at')} and messages.author = 'bot' and ${inPlace('messages')} having count(*) > 0` }],
  columns: [ratio('share', { base: 'good', steps: [[FALLBACK_LIMIT_RATIO, 'bad']] }), count('not understood'), count('messages')],
});

export const funnel = (): Panel => barGauge({
  title: 'From the question to the answer', unit: UNITS.count, noValue: 'nothing has closed yet', kpis: ['F1', 'F3'], links: LINKS,
  description: 'Closed conversations that customers opened; those the bot took part in; those that needed no people; those the bot resolved; those the customer confirmed. Each step is part of the one above. '
    + 'The longest step down is where to work: bot not reached, handed over, left in the middle, or not confirmed.',
  queries: [{ sql: `select sum(hourly.closed)::double precision as "opened by customers", sum(hourly.bot_involved)::double precision as "with the bot",
  sum(hourly.bot_involved - hourly.bot_escalated)::double precision as "without people",
  sum(hourly.bot_contained)::double precision as "resolved", sum(hourly.bot_confirmed)::double precision as confirmed from ${HOURS} having sum(hourly.closed) > 0` }],
  colors: { 'opened by customers': 'inbound', 'with the bot': 'bot', 'without people': 'bot', resolved: 'good', confirmed: 'good' },
});

export const containmentOverTime = (): Panel => timeSeries({
  title: 'What becomes of them', unit: UNITS.ratio, max: 1, noValue: 'no conversation with the bot yet', kpis: ['F1', 'F3'], links: LINKS,
  description: `Shares of conversations with the bot per local day of the close, or hour in up to three days: resolved by it alone, confirmed, and needed people; dashed is the goal of ${CONTAINMENT_GOAL_RATIO * 100} %. What is missing to 100 % was left unfinished. A step has a date: what was changed then?`,
  queries: [
    { sql: `select ${inSteps('hourly.hour')} as time, ${share('sum(hourly.bot_contained)', 'sum(hourly.bot_involved)')} as "bot alone",
  ${share('sum(hourly.bot_confirmed)', 'sum(hourly.bot_involved)')} as confirmed,
  ${share('sum(hourly.bot_escalated)', 'sum(hourly.bot_involved)')} as "needed people"
from ${HOURS} group by 1 having sum(hourly.bot_involved) > 0 order by 1` },
    sqlGoal(CONTAINMENT_GOAL_RATIO),
  ],
  colors: { 'bot alone': 'bot', confirmed: 'good', 'needed people': 'waiting' },
});

export const ratedByWhom = (): Panel => sqlTable({
  title: 'Rated: the bot and people', unit: UNITS.count, noValue: 'no ratings yet', kpis: ['D1', 'D2'], links: LINKS,
  description: 'CSAT of conversations by who wrote last before the survey, with the ends of its 95 % interval, the ratings, and rated ÷ sent. '
    + 'Bots are usually rated lower than people, but they get other questions. Only intervals that do not overlap are a difference.',
  sql: `select case rating.credited_to when 'agent' then 'people' else 'bot alone' end as by, rating.csat, ${wilson('low', 'rating.csat', 'rating.n')} as low,
  ${wilson('high', 'rating.csat', 'rating.n')} as high, rating.n as ratings, rating.answered
from (
  select surveys.credited_to, ${share('count(*) filter (where surveys.score >= 4)', 'count(surveys.score)')} as csat, count(surveys.score)::double precision as n,
    ${share('count(surveys.score) filter (where not surveys.failed)', 'count(*) filter (where not surveys.failed)')} as answered
  from reporting.surveys where surveys.type = 'csat' and surveys.credited_to is not null and ${during('surveys.sent_at')}
  and ${inPlace('surveys')} group by surveys.credited_to
) as rating order by 1`,
  columns: [
    { from: 'by', title: 'By', width: 90 }, { from: 'csat', title: 'CSAT', unit: UNITS.ratio, decimals: 0 },
    { from: 'low', title: 'At least', unit: UNITS.ratio, decimals: 0 }, { from: 'high', title: 'At most', unit: UNITS.ratio, decimals: 0 },
    count('ratings', 'Ratings'), { from: 'answered', title: 'Rated ÷ sent', unit: UNITS.ratio, decimals: 0 },
  ],
});

/** Figures of conversations with the bot, for tables by something. */
const FIGURES = (view: string): string => `sum(${view}.bot_involved)::double precision as involved,
  ${share(`sum(${view}.bot_contained)`, `sum(${view}.bot_involved)`)} as alone,
  ${share(`sum(${view}.bot_confirmed)`, `sum(${view}.bot_involved)`)} as confirmed, ${share(`sum(${view}.bot_escalated)`, `sum(${view}.bot_involved)`)} as escalated,
  ${share(`sum(${view}.bot_abandoned)`, `sum(${view}.bot_involved)`)} as unfinished`;
const COLUMNS: readonly Column[] = [
  count('involved', 'With the bot'), { from: 'alone', title: 'Bot alone', unit: UNITS.ratio, decimals: 0, color: { base: 'warn', steps: [[CONTAINMENT_GOAL_RATIO, 'good']] } },
  { from: 'confirmed', title: 'Confirmed', unit: UNITS.ratio, decimals: 0 }, { from: 'escalated', title: 'Needed people', unit: UNITS.ratio, decimals: 0 },
  { from: 'unfinished', title: 'Left unfinished', unit: UNITS.ratio, decimals: 0 },
];
const ANSWER: readonly Column[] = [['answer', 'First answer'], ['answer_tenth', 'First answer p90']].map(([from = '', title = '']) => ({ from, title, unit: UNITS.seconds, decimals: 1 }));

export const botByInbox = (): Panel => sqlTable({
  title: 'Where', unit: UNITS.count, noValue: 'no conversation with the bot yet', kpis: ['F1', 'F3', 'A4'], links: LINKS,
  description: 'Per inbox: closed conversations with the bot, shares of those it resolved alone, that were confirmed, that needed people, and that customers left in the middle, and median and 90th percentile of its first answer. Inboxes differ by what they are for. Work on the one with many conversations and a low share first.',
  sql: `with figure as (
  select hourly.channel, hourly.inbox, ${FIGURES('hourly')} from ${HOURS} group by hourly.channel, hourly.inbox having sum(hourly.bot_involved) > 0
), answered as (
  select episodes.channel, episodes.inbox, ${percentile('array[0.5, 0.9]', 'episodes.bot_frt_seconds')} as seconds
  from reporting.episodes where ${during('episodes.closed_at')} and episodes.initiator = 'contact' and episodes.bot_frt_seconds is not null and ${inPlace('episodes')} group by 1, 2
)
select figure.channel, figure.inbox, figure.involved, figure.alone, figure.confirmed, figure.escalated, figure.unfinished, answered.seconds[1] as answer, answered.seconds[2] as answer_tenth
from figure left join answered using (channel, inbox) order by figure.involved desc limit 100`,
  columns: [{ from: 'channel', title: 'Channel' }, { from: 'inbox', title: 'Inbox', links: [toInbox('msg-chatbot', 'This inbox only')] }, ...COLUMNS, ...ANSWER],
});

export const botByTopic = (): Panel => sqlTable({
  title: 'Which topics', unit: UNITS.count, noValue: 'no conversation with the bot yet', kpis: ['C4', 'F1', 'F3'], links: LINKS,
  description: 'The same per topic, over whole local days. Topics the bot knows stand near 100 % alone. '
    + 'Frequent ones that mostly need people are what to teach it next, or what to hand over at once.',
  sql: `select daily_by.value as topic, ${FIGURES('daily_by')} from reporting.daily_by
where daily_by.dimension = 'topic' and daily_by.initiator = 'contact' and ${onDays('daily_by.local_day')} and ${inPlace('daily_by')}
group by daily_by.value having sum(daily_by.bot_involved) > 0 order by sum(daily_by.bot_escalated) desc limit 60`,
  columns: [{ from: 'topic', title: 'Topic' }, ...COLUMNS],
});
