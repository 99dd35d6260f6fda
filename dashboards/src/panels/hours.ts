/** When customers write: weekday and hour, channels, topics. Hours are whole, in the chosen zone. */
import { barChart } from '../kinds/bar-chart.ts';
import { weekGrid } from '../kinds/heatmap.ts';
import { stat } from '../kinds/stat.ts';
import { sqlTable } from '../kinds/table.ts';
import { runbook, toDashboard, toInbox } from '../links.ts';
import type { Panel } from '../panel.ts';
import { ENDED, during, hoursOfWeek, inPlace, share } from '../sql.ts';
import { UNITS } from '../style.ts';

/** Hours that are over, in which customers opened conversations in the chosen places. */
const wholeHours = (view: string): string =>
  `${during(`${view}.hour`)} and ${view}.hour <= now() - interval '1 hour' and ${view}.initiator = 'contact' and ${inPlace(view)}`;

/** `at`, local time, and how many were `opened`. */
const OPENED = `select hourly.hour at time zone '$tz' as at, hourly.channel, hourly.inbox, hourly.opened from reporting.hourly where ${wholeHours('hourly')}`;

/** How often each hour of the week came within the chosen time, since anything is known. */
const OCCURRENCES = `select extract(isodow from instant.at)::int as weekday, extract(hour from instant.at)::int as hour, count(*) as n
  from (
    select generate_series(date_trunc('hour', greatest(first.hour, $__timeFrom()::timestamptz + interval '59 minutes')), least($__timeTo()::timestamptz,
  now()) - interval '1 hour', interval '1 hour')
      at time zone '$tz' as at
    from (select min(hourly.hour) as hour from reporting.hourly) as first where first.hour is not null
  ) as instant group by 1, 2`;

/** In the hours of `$peak`, such as 18-21: the end excluded, over midnight when it is the smaller one. */
const inPeak = (hour: string): string => {
  const [from, to] = ["split_part('$peak', '-', 1)::int", "split_part('$peak', '-', 2)::int"];
  return `case when ${from} < ${to} then ${hour} >= ${from} and ${hour} < ${to} else ${hour} >= ${from} or ${hour} < ${to} end`;
};

export const peakShare = (): Panel => stat({
  title: 'Opened in $peak', of: 'period', unit: UNITS.ratio, noValue: 'no conversations yet', kpis: ['C3'],
  description: 'Conversations that customers opened in the chosen hours of the day (the second one excluded) ÷ all they opened, and both numbers. '
    + 'Three hours are an eighth of the day: far more than 12 % means a peak. '
    + 'Put most people where the share is largest; other hours can be chosen above.',
  links: [toDashboard('msg-first-response', 'First response'), runbook('CustomersWaiting')],
  queries: [{ sql: `select ${share('counted.peak', 'counted.n')} as "share", counted.peak::double precision as "in these hours", counted.n::double precision as "in all"
from (select sum(opened.opened) filter (where ${inPeak('extract(hour from opened.at)')}) as peak, sum(opened.opened) as n from (${OPENED}) as opened) as counted
  where counted.n > 0` }],
  columns: [
    { from: 'share', title: 'share', unit: UNITS.ratio, decimals: 0 },
    { from: 'in these hours', title: 'in these hours', unit: UNITS.count, decimals: 0 },
    { from: 'in all', title: 'in all', unit: UNITS.count, decimals: 0 },
  ],
});

export const weekOfConversations = (): Panel => weekGrid({
  title: 'When they write: conversations per hour', unit: UNITS.count, decimals: 1, noValue: 'no conversations yet', kpis: ['C3'],
  description: 'Conversations that customers opened in each hour of the week, mean of those hours in the chosen time; hours of the chosen zone. '
    + 'Choose at least two weeks, four are better. '
    + 'A steady pattern is normal: plan people along it. Public holidays and incidents stand out and distort it.',
  links: [toDashboard('msg-overview', 'Overview'), runbook('CustomersWaiting')],
  sql: hoursOfWeek(`select occurrence.weekday, occurrence.hour, coalesce(sum(opened.opened), 0) / occurrence.n as value
  from (${OCCURRENCES}) as occurrence
  left join (${OPENED}) as opened on extract(isodow from opened.at) = occurrence.weekday and extract(hour from opened.at) = occurrence.hour
  group by occurrence.weekday, occurrence.hour, occurrence.n`),
});

export const weekOfMisses = (): Panel => weekGrid({
  title: 'When we are late: share missed', unit: UNITS.ratio, decimals: 0, noValue: 'none due yet', kpis: ['A10'],
  description: 'First responses missed ÷ (met + missed), by the hour in which the customer wrote, of conversations that have ended. Pale cells are normal. '
    + 'Dark cells where many write call for more people; '
    + 'dark cells where few write are nights, breaks and hand-overs: look at who is online then. Cells with fewer than five decided conversations stay empty.',
  links: [toDashboard('msg-first-response', 'First response'), runbook('FirstResponseBudgetBurn')],
  sql: hoursOfWeek(`select extract(isodow from decided.at)::int as weekday, extract(hour from decided.at)::int as hour,
    ${share('count(*) filter (where decided.missed)', 'count(*)')} as value
  from (
    select episodes.demand_at at time zone '$tz' as at, episodes.sla_first_response = 'missed' as missed from reporting.episodes
    where ${during('episodes.opened_at')} and ${ENDED} and episodes.demand_at is not null and episodes.sla_first_response is not null and ${inPlace('episodes')}
  ) as decided group by 1, 2 having count(*) >= 5`),
});

export const hoursOfDay = (): Panel => barChart({
  title: 'Hours of the day', unit: UNITS.perHour, noValue: 'no conversations yet', x: 'hour', kpis: ['C3'],
  description: 'Conversations that customers opened per hour of the day, mean over the chosen days from Monday to Friday and over weekends. '
    + 'One or two humps that come every day are normal. '
    + 'Where weekends have another shape they need another rota, not only fewer people.',
  links: [toDashboard('msg-overview', 'Overview'), runbook('CustomersWaiting')],
  sql: `with mean as (
  select occurrence.weekday, occurrence.hour, occurrence.n, coalesce(sum(opened.opened), 0) as opened
  from (${OCCURRENCES}) as occurrence
  left join (${OPENED}) as opened on extract(isodow from opened.at) = occurrence.weekday and extract(hour from opened.at) = occurrence.hour
  group by occurrence.weekday, occurrence.hour, occurrence.n
)
select lpad(mean.hour::text, 2, '0') as hour,
  ${share('sum(mean.opened) filter (where mean.weekday <= 5)', 'sum(mean.n) filter (where mean.weekday <= 5)')} as "Monday to Friday",
  ${share('sum(mean.opened) filter (where mean.weekday > 5)', 'sum(mean.n) filter (where mean.weekday > 5)')} as "weekend"
from mean group by mean.hour order by mean.hour`,
  colors: { 'Monday to Friday': 'inbound', weekend: 'campaign' },
});

const PEAK_COLUMNS = [
  { from: 'opened', title: 'Conversations', unit: UNITS.count, decimals: 0 },
  { from: 'in peak', title: 'In $peak', unit: UNITS.count, decimals: 0 },
  { from: 'share', title: 'Share', unit: UNITS.ratio, decimals: 0, cell: 'bar' },
  { from: 'busiest hour', title: 'Busiest hour of the week' },
] as const;

export const peaksByInbox = (): Panel => sqlTable({
  title: 'Which inbox peaks when', unit: UNITS.count, noValue: 'no conversations yet', kpis: ['C1', 'C3'],
  description: 'Conversations that customers opened per inbox, how many and which share of them in the chosen hours, and the hour of the week in which most came. '
    + 'Inboxes usually peak together. One with a peak of its own can have people of its own for that time.',
  links: [toDashboard('msg-overview', 'Overview'), runbook('CustomersWaiting')],
  sql: peaksBy('channel, inbox', OPENED),
  columns: [{ from: 'channel', title: 'Channel' }, { from: 'inbox', title: 'Inbox', links: [toInbox('msg-peak-hours', 'This inbox only')] }, ...PEAK_COLUMNS],
});

export const peaksByTopic = (): Panel => sqlTable({
  title: 'Which topic peaks when', unit: UNITS.count, noValue: 'no topics yet', kpis: ['C3', 'C4'],
  description: 'The same per topic, from the last five weeks at most. Topics without a peak of their own are normal. '
    + 'A topic that belongs to one time of day can be prepared for: an answer at hand, somebody who knows it on duty.',
  links: [toDashboard('msg-satisfaction', 'CSAT and sentiment'), runbook('CustomersWaiting')],
  sql: peaksBy('topic', `select hourly_by.hour at time zone '$tz' as at, hourly_by.value as topic, hourly_by.opened from reporting.hourly_by
    where hourly_by.dimension = 'topic' and ${wholeHours('hourly_by')}`),
  columns: [{ from: 'topic', title: 'Topic' }, ...PEAK_COLUMNS],
});

/** `rows` give `at`, the columns `by` and `opened`. */
function peaksBy(by: string, rows: string): string {
  return `with written as (${rows}), whole as (
  select ${by}, sum(opened) as opened, coalesce(sum(opened) filter (where ${inPeak('extract(hour from written.at)')}), 0) as peak from written group by ${by}
), hour as (
  select ${by}, row_number() over (partition by ${by} order by sum(opened) desc, min(at)) as place, to_char(min(at), 'Dy HH24":00"') as name
  from written group by ${by}, extract(isodow from at), extract(hour from at)
)
select ${by}, whole.opened::double precision as opened, whole.peak::double precision as "in peak", ${share('whole.peak', 'whole.opened')} as share,
  hour.name as "busiest hour"
from whole join hour using (${by}) where hour.place = 1 and whole.opened > 0 order by whole.opened desc limit 50`;
}
