/** What customers answered when they were asked. Ratings belong to the time of the answer, response rates to that of the sending. */
import { stat } from '../kinds/stat.ts';
import { sqlTable } from '../kinds/table.ts';
import { timeSeries } from '../kinds/time-series.ts';
import { runbook, toDashboard, toInbox, toTraces } from '../links.ts';
import type { Panel } from '../panel.ts';
import { CSAT_GOAL } from '../promql.ts';
import { WEEK_BEFORE, chosen, during, inPlace, localStep, onDays, share, stepAsTime, wilson } from '../sql.ts';
import { UNITS, type Column } from '../style.ts';
import { CSAT_GOAL_RATIO, CSAT_MIN_RATINGS } from '../targets.ts';
import { SPEED, SPEED_COLUMNS, speedBy } from './speed-by.ts';

/** Where to read what was rated badly. */
export const BAD_ONES = [toDashboard('msg-slow', 'Slow conversations'), toTraces('{ span.conversation.csat.score <= 3 }', 'Badly rated conversations'), runbook('CsatBelowGoal')];

const HERE = `${inPlace('surveys')} and ${chosen('surveys.topic', 'topic')} and ${chosen("coalesce(surveys.team, 'none')", 'team')}`;
/** Conditions on `reporting.surveys`: ratings given in the chosen time, in the chosen places. */
export const rated = (type: 'csat' | 'nps'): string => `surveys.type = '${type}' and surveys.score is not null and ${during('surveys.answered_at')} and ${HERE}`;
/** Surveys of satisfaction sent in the chosen time; those whose message failed are among them. */
export const SENT = `surveys.type = 'csat' and ${during('surveys.sent_at')} and ${HERE}`;

/** A column of whole numbers. */
export const count = (from: string, title = from): Column => ({ from, title, unit: UNITS.count, decimals: 0 });
const ratio = (from: string, title = from): Column => ({ from, title, unit: UNITS.ratio, decimals: 0 });

export const csatWithInterval = (): Panel => stat({
  title: 'CSAT', of: 'period', unit: UNITS.ratio, noValue: 'no ratings yet', kpis: ['D1'], links: BAD_ONES,
  description: `Ratings of 4 or 5 ÷ all ratings of the chosen time, the ends of the 95 % interval, the number of ratings, and the goal of the configuration. `
    + `The lower end is green when the goal is reached for certain, the upper end red when it is missed for certain (both for the default goal of ${CSAT_GOAL_RATIO * 100} %); `
    + 'in between the ratings are too few to tell. If it is missed, read badly rated conversations before the averages.',
  queries: [{ sql: `select rating.share as satisfied, ${wilson('low', 'rating.share', 'rating.n')} as "at least",
  ${wilson('high', 'rating.share', 'rating.n')} as "at most", rating.n as ratings
from (select ${share('count(*) filter (where surveys.score >= 4)', 'count(*)')} as share, count(*)::double precision as n from reporting.surveys
  where ${rated('csat')}) as rating where rating.n > 0` }, { legend: 'goal', expr: CSAT_GOAL, color: 'target', decimals: 0, instant: true }],
  columns: [
    ratio('satisfied'), { ...ratio('at least'), color: { base: 'plain', steps: [[CSAT_GOAL_RATIO, 'good']] } },
    { ...ratio('at most'), color: { base: 'bad', steps: [[CSAT_GOAL_RATIO, 'plain']] } }, count('ratings'),
  ],
});

export const nps = (): Panel => stat({
  title: 'NPS', of: 'period', unit: UNITS.points, noValue: 'nobody was asked', kpis: ['D3'], links: BAD_ONES,
  description: 'Share of ratings of 9 and 10 less share of 0 to 6, in points from −100 to 100, and the number of ratings. Above 0 more people recommend than warn. '
    + 'Below a hundred ratings it jumps by ten points by chance; '
    + 'compare with last quarter, not with last week. When it sinks, read what the low ones wrote.',
  queries: [{ sql: `select 100 * ${share('count(*) filter (where surveys.score >= 9) - count(*) filter (where surveys.score <= 6)', 'count(*)')} as nps,
  count(*)::double precision as ratings
from reporting.surveys where ${rated('nps')} having count(*) > 0` }],
  columns: [{ from: 'nps', title: 'nps', unit: UNITS.points, decimals: 0 }, count('ratings')],
});

export const responseRate = (): Panel => stat({
  title: 'Who answers', of: 'period', unit: UNITS.ratio, noValue: 'no survey was sent', kpis: ['D2'], links: BAD_ONES,
  description: 'Rated ÷ sent surveys of satisfaction, of those sent in the chosen time, both numbers, and how many could not be sent and are left out. 10 to 40 % is usual in chat. '
    + 'When few answer, CSAT is the opinion of few: ask sooner after the end, and with buttons.',
  queries: [{ sql: `select ${share('count(surveys.score) filter (where not surveys.failed)', 'count(*) filter (where not surveys.failed)')} as share,
  (count(surveys.score) filter (where not surveys.failed))::double precision as rated,
  (count(*) filter (where not surveys.failed))::double precision as sent, (count(*) filter (where surveys.failed))::double precision as "not sent"
from reporting.surveys where ${SENT} having count(*) > 0` }],
  columns: [ratio('share'), count('rated'), count('sent'), { ...count('not sent'), color: { base: 'plain', steps: [[1, 'warn']] } }],
});

export const csatOverTime = (): Panel => timeSeries({
  title: 'CSAT, seven days before each point', unit: UNITS.ratio, max: 1, noValue: 'no ratings yet', kpis: ['D1'], links: BAD_ONES,
  description: `Ratings of 4 or 5 ÷ all ratings of the last seven days, with its 95 % band; dashed is the goal of the configuration. `
    + `Inside the band the line may wander by chance. `
    + 'Only when the whole band is below the goal has something changed: look at the tables for the inbox and topic.',
  queries: [
    { sql: `with day as (
  select ${localStep('surveys.answered_at')} as at, count(*) filter (where surveys.score >= 4) as satisfied, count(*) as n from reporting.surveys
  where surveys.type = 'csat' and surveys.score is not null and surveys.answered_at >= $__timeFrom()::timestamptz - interval '7 days'
  and surveys.answered_at < $__timeTo() and ${HERE} group by 1
), week as (
  select day.at, sum(day.satisfied) over last_days / sum(day.n) over last_days as share, (sum(day.n) over last_days)::double precision as n
  from day window last_days as (
    order by day.at range between ${WEEK_BEFORE} preceding and current row)
)
select ${stepAsTime('week.at')} as time, week.share::double precision as satisfied, ${wilson('low', 'week.share::double precision', 'week.n')} as "at least",
  ${wilson('high', 'week.share::double precision', 'week.n')} as "at most"
from week where ${onDays('week.at::date')} and ${stepAsTime('week.at')} >= $__timeFrom() order by week.at`, unit: UNITS.ratio },
    { legend: 'goal', expr: CSAT_GOAL, color: 'target', dashed: true },
  ],
  colors: { satisfied: 'agent', 'at least': 'usual', 'at most': 'usual' },
});

/** A share that means something only from enough ratings on; below that `CSAT` shows a word for it. */
export const enough = (satisfied: string, n: string): string => `case when ${n} >= ${CSAT_MIN_RATINGS} then ${share(satisfied, n)} when ${n} > 0 then -1 end`;
/** The column `csat` that `enough` makes. */
export const CSAT: Column = { from: 'csat', title: 'CSAT', unit: UNITS.ratio, decimals: 0, texts: { '-1': 'too few' }, color: { base: 'plain', steps: [[0, 'bad'], [CSAT_GOAL_RATIO, 'good']] } };

export const satisfactionByInbox = (): Panel => sqlTable({
  title: 'Where', unit: UNITS.count, noValue: 'no conversations in this time', kpis: ['D1', 'D2', 'D4'],
  links: [toDashboard('msg-overview', 'Overview'), runbook('CsatBelowGoal')],
  description: `Per inbox: CSAT from ${CSAT_MIN_RATINGS} ratings on, mean rating, ratings, rated ÷ sent, and messages that sound negative ÷ those whose sentiment is known. Inboxes differ by what people write there about. `
    + 'One that is red in both columns comes first: open it and look at its topics.',
  sql: `with rating as (
  select surveys.channel, surveys.inbox, count(*) as n, count(*) filter (where surveys.score >= 4) as satisfied,
  avg(surveys.score)::double precision as mean from reporting.surveys where ${rated('csat')} group by 1, 2
), sent as (
  select surveys.channel, surveys.inbox, ${share('count(surveys.score) filter (where not surveys.failed)', 'count(*) filter (where not surveys.failed)')} as share from reporting.surveys where ${SENT} group by 1, 2
), mood as (
  select hourly.channel, hourly.inbox, sum(hourly.scored) as n, sum(hourly.negative) as negative from reporting.hourly where ${during('hourly.hour')}
  and ${inPlace('hourly')} group by 1, 2
)
select mood.channel, mood.inbox, ${enough('rating.satisfied', 'rating.n')} as csat, rating.mean, coalesce(rating.n, 0)::double precision as ratings,
  sent.share as answered, ${share('mood.negative', 'mood.n')} as negative, mood.n::double precision as scored
from mood left join rating using (channel, inbox) left join sent using (channel, inbox) order by mood.n desc limit 100`,
  columns: [
    { from: 'channel', title: 'Channel' }, { from: 'inbox', title: 'Inbox', links: [toInbox('msg-satisfaction', 'This inbox only')] },
    CSAT, { from: 'mean', title: 'Mean rating', unit: UNITS.count, decimals: 2 }, count('ratings', 'Ratings'), ratio('answered', 'Rated ÷ sent'), ratio('negative', 'Negative'), count('scored', 'Of messages'),
  ],
});

export const satisfactionByTopic = (): Panel => sqlTable({
  title: 'What about', unit: UNITS.count, noValue: 'no conversations in this time', kpis: ['C4', 'D1', 'D4', 'A1', 'B1'],
  links: [toDashboard('msg-chatbot', 'Chatbot'), runbook('CsatBelowGoal')],
  description: `Per topic, over whole local days: closed conversations, CSAT from ${CSAT_MIN_RATINGS} ratings on, negative ÷ scored messages, median and 90th percentile of the first response and of the resolution. Complaints sound worse than orders, always. `
    + 'A topic that is frequent and red is where a better answer, a template or a page pays most.',
  sql: `with rating as (
  select surveys.topic, count(*) as n, count(*) filter (where surveys.score >= 4) as satisfied from reporting.surveys where ${rated('csat')} group by 1
), figure as (
  select daily_by.value as topic, sum(daily_by.closed) as closed, sum(daily_by.negative) as negative, sum(daily_by.scored) as scored
  from reporting.daily_by where daily_by.dimension = 'topic' and ${onDays('daily_by.local_day')} and ${inPlace('daily_by')}
  and ${chosen('daily_by.value', 'topic')} group by 1
), speed as (
  ${speedBy("coalesce(episodes.topic, 'unknown')", 'topic')}
)
select figure.topic, figure.closed::double precision as closed, ${enough('rating.satisfied', 'rating.n')} as csat, coalesce(rating.n, 0)::double precision as ratings,
  ${share('figure.negative', 'figure.scored')} as negative, ${SPEED}
from figure left join rating using (topic) left join speed using (topic) order by figure.closed desc limit 60`,
  columns: [
    { from: 'topic', title: 'Topic' }, count('closed', 'Conversations'), CSAT, count('ratings', 'Ratings'), ratio('negative', 'Negative'),
    ...SPEED_COLUMNS,
  ],
});
