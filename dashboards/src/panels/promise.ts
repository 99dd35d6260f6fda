/** The promise of a first response: kept or not, what is left of the allowance, how fast it burns. */
import { sqlTable } from '../kinds/table.ts';
import { stat } from '../kinds/stat.ts';
import { timeSeries } from '../kinds/time-series.ts';
import { runbook, toDashboard, toInbox, toTimeline, toTraces } from '../links.ts';
import type { Panel } from '../panel.ts';
import { BURN_WINDOWS, budgetLeft, burnLimit, burnRate, firstResponses28d, inChannel, objective, of, ofInbox, quantile, target } from '../promql.ts';
import { ENDED, FIRST_DAY, LAST_DAY, dayAsTime, during, inPlace, inSteps, onDays, percentile, share } from '../sql.ts';
import { UNITS } from '../style.ts';
import { ALLOWANCE_LOW_RATIO, BURN_FACTORS } from '../targets.ts';

const BURN = runbook('FirstResponseBudgetBurn');
const LATE = toTraces('{ name = "first response" && span.conversation.sla.breached = true }', 'Late first responses');
const [, , , ALLOWED] = BURN_FACTORS;

export const promised = (): Panel => stat({
  title: 'Promised', of: 'now', unit: UNITS.ratio, noValue: 'no objective yet', kpis: ['A10'],
  description: 'The share of episodes that is to get a first answer by a person in time, and within how many seconds (the strictest of the chosen inboxes). '
    + 'Both come from the configuration. They normally stay as they are; change them there if the promise changes, and every line and alert follows.',
  links: [toDashboard('msg-overview', 'Overview'), BURN],
  queries: [
    { legend: 'objective', expr: objective('first_response'), color: 'plain', decimals: 0 },
    { legend: 'within', expr: target('first_response'), color: 'plain', unit: UNITS.seconds },
  ],
});

export const kept = (): Panel => stat({
  title: 'Kept, 28 days', of: 'period', unit: UNITS.ratio, noValue: 'none due yet', kpis: ['A10'],
  description: 'Episodes answered within the target ÷ episodes met or missed, over 28 days. Above the objective is normal. Below it, look at the graph: did '
    + 'it break on one day, or a little every day?',
  links: [toDashboard('msg-peak-hours', 'Peak hours and staffing'), BURN],
  queries: [{ legend: 'in target', expr: firstResponses28d('met'), color: 'plain', decimals: 1, instant: true }],
});

export const left = (): Panel => stat({
  title: 'Budget left, 28 days', of: 'period', unit: UNITS.ratio, noValue: 'none due yet', kpis: ['A10'],
  description: '1 − share missed ÷ share that may be missed, over 28 days. 100 % is no late answer, 0 % exactly as many as allowed, below 0 % the promise is '
    + `broken. From ${Math.round((1 - ALLOWANCE_LOW_RATIO) * 100)} % down plan nothing that costs answers; below 0 % move people to the hours the graph `
    + 'shows.',
  links: [toDashboard('msg-peak-hours', 'Peak hours and staffing'), BURN],
  queries: [{ legend: 'left', expr: budgetLeft(firstResponses28d('missed')), decimals: 0, instant: true, color: { base: 'bad', steps: [[0, 'warn'], [1 - ALLOWANCE_LOW_RATIO, 'good']] } }],
});

const burnNow = (of: (typeof BURN_WINDOWS)[number], words: string): Panel => stat({
  title: `Burn, ${words}`, of: 'period', unit: UNITS.times, noValue: 'none due in this time', kpis: ['A10'],
  description: `Share missed ÷ share that may be missed, over ${words}; and that ÷ the limit from which on somebody is woken, which follows from the objective. Up to 1 × the promise `
    + 'holds; at 100 % of the limit somebody is alerted. A high hour with a quiet day is one queue: see who is waiting.',
  links: [toDashboard('msg-overview', 'Who is waiting?'), BURN],
  queries: [
    { legend: 'of what is allowed', expr: burnRate(of.window), decimals: 1, color: { base: 'good', steps: [[ALLOWED, 'warn']] } },
    { legend: 'of the limit', expr: `(${burnRate(of.window)}) / (${burnLimit(of)})`, unit: UNITS.ratio, decimals: 0, color: { base: 'good', steps: [[1, 'bad']] } },
  ],
});
export const burnHour = (): Panel => burnNow(BURN_WINDOWS[0], 'one hour');
export const burnHours = (): Panel => burnNow(BURN_WINDOWS[1], 'six hours');

export const slowestTenth = (): Panel => stat({
  title: 'Slowest tenth, 1 h', of: 'period', unit: UNITS.seconds, noValue: 'no first response in this hour', kpis: ['A1'],
  description: 'One in ten first responses of the last hour took longer than this, one in two longer than the number below. Near the target is normal. Far '
    + 'above while the median is low: a few were forgotten, find them under slow conversations.',
  links: [toDashboard('msg-slow', 'Slow conversations'), LATE],
  queries: [
    { legend: 'p90', expr: `histogram_quantile(0.9, sum by (le) (increase(${of('chat_first_response_seconds_bucket')}[1h])))`, decimals: 0, color: 'plain' },
    { legend: 'p50', expr: `histogram_quantile(0.5, sum by (le) (increase(${of('chat_first_response_seconds_bucket')}[1h])))`, decimals: 0, color: 'plain' },
  ],
});

export const keptOverTime = (): Panel => timeSeries({
  title: 'Kept, over the 28 days before each day', unit: UNITS.ratio, max: 1, noValue: 'no day computed yet', wide: true, kpis: ['A10'],
  description: 'Episodes answered within the target ÷ episodes met or missed, once over 28 days and once of the day alone; dashed is the objective, and what '
    + 'lies between is the budget. The long line normally stays above the dashed one. A slow slide is a lack of people; one deep day is an incident: click '
    + 'into that day.',
  links: [toDashboard('msg-peak-hours', 'Peak hours and staffing'), BURN],
  queries: [
    { sql: `with day as (
  select daily.local_day, sum(daily.first_response_met)::double precision as met,
  sum(daily.first_response_met + daily.first_response_missed)::double precision as decided
  from reporting.daily where daily.local_day > ${FIRST_DAY} - 28
  and daily.local_day <= ${LAST_DAY} and ${inPlace('daily')}
  group by daily.local_day
), running as (
  select day.local_day, ${share('day.met', 'day.decided')} as own, sum(day.met) over period / nullif(sum(day.decided) over period, 0) as long
  from day window period as (order by day.local_day range between interval '27 days' preceding and current row)
)
select ${dayAsTime('running.local_day')} as time, running.long as "28 days", running.own as "day" from running where ${onDays('running.local_day')}
  order by 1` },
    { expr: objective('first_response'), legend: 'objective', color: 'target', dashed: true },
  ],
  colors: { '28 days': 'agent', day: 'usual' },
});

export const burnOverTime = (): Panel => timeSeries({
  title: 'How fast the budget burns', unit: UNITS.times, noValue: 'none due yet', minInterval: '5m', kpis: ['A10'],
  description: `Share missed ÷ share that may be missed, over one hour, six hours and a day. Dashed are the limits of the alerts, which follow from `
    + `the objective: at 80 % more than ${BURN_FACTORS[0]} × for an hour or ${BURN_FACTORS[1]} × for six wakes somebody, ${BURN_FACTORS[2]} × for a day and ${BURN_FACTORS[3]} × for three are for working hours. `
    + 'All lines below 1 is normal; when the hour shoots up alone look at what happened then, when the day follows call for help.',
  links: [toDashboard('msg-overview', 'Overview'), BURN],
  queries: [
    { legend: 'one hour', expr: burnRate('1h'), color: 'waiting' }, { legend: 'six hours', expr: burnRate('6h'), color: 'failed' },
    { legend: 'a day', expr: burnRate('24h'), color: 'bot', step: '15m' },
    ...BURN_WINDOWS.map((each) => ({ legend: `limit over ${each.window}`, expr: burnLimit(each), color: 'target' as const, dashed: true })),
  ],
});

const STEP = '10m';
const p90 = (metric: string): string => quantile(0.9, of(`${metric}_bucket`), '$__rate_interval');

export const byResponder = (): Panel => timeSeries({
  title: 'Bot and people', unit: UNITS.seconds, noValue: 'no first response yet', minInterval: STEP, kpis: ['A1', 'A3', 'A4'],
  description: 'Nine in ten customers got the bot\'s first message, a person\'s first answer after that (the clock starts at the hand-off), and a person '
    + 'counted from their very first message, within this time. The bot normally takes seconds. If people are fast and the whole is slow, the bot keeps '
    + 'customers too long before it hands them over.',
  links: [toDashboard('msg-chatbot', 'Chatbot'), LATE],
  queries: [
    { legend: 'bot', expr: p90('chat_bot_first_response_seconds'), color: 'bot' },
    { legend: 'people, from the hand-off', expr: p90('chat_first_response_seconds'), color: 'agent', exemplar: true },
    { legend: 'people, from the first message', expr: p90('chat_first_response_total_seconds'), color: 'waiting' },
  ],
});

export const wallAndBusiness = (): Panel => timeSeries({
  title: 'On the clock, and in opening hours', unit: UNITS.seconds, noValue: 'no first response yet', minInterval: STEP, kpis: ['A1', 'A2'],
  description: 'The 90th percentile of first responses in seconds as the customer felt them, and counting opening hours only. In the day both are normally '
    + 'the same. A gap at night is customers who write when nobody is there: an answer that says when you open, or a bot, helps more than more people.',
  links: [toDashboard('msg-peak-hours', 'Peak hours and staffing'), LATE],
  queries: [
    { legend: 'as felt', expr: p90('chat_first_response_seconds'), color: 'waiting' },
    { legend: 'in opening hours', expr: p90('chat_first_response_business_seconds'), color: 'agent' },
    { legend: 'target', expr: target('first_response'), color: 'target', dashed: true },
  ],
});

export const everyWait = (): Panel => timeSeries({
  title: 'Every answer, and the queue', unit: UNITS.seconds, noValue: 'no answer yet', minInterval: STEP, kpis: ['A6', 'A8'],
  description: 'The 90th percentile of all answers by people, in opening hours too, and of the time until somebody was assigned. The queue is normally the '
    + 'smaller part of the first response. If it is nearly all of it there are not enough people; if it is short, assigned conversations lie about: look at '
    + 'open conversations per agent.',
  links: [toDashboard('msg-agents', 'Agents'), runbook('CustomersWaiting')],
  queries: [
    { legend: 'every answer', expr: p90('chat_response_seconds'), color: 'agent' },
    { legend: 'every answer, in opening hours', expr: p90('chat_response_business_seconds'), color: 'inbound' },
    { legend: 'queue', expr: p90('chat_queue_seconds'), color: 'waiting' },
  ],
});

export const firstAndLater = (): Panel => timeSeries({
  title: 'First, any and later answers', unit: UNITS.seconds, noValue: 'no answer in this time', kpis: ['A1', 'A5', 'A7'],
  description: 'Medians from observations, per hour or day: the first answer by a person and the later ones, by when they were written; and the first by anybody, bot or person, of '
    + 'conversations that have ended. Any is normally the fastest. If later answers are slower than first ones, conversations are opened to meet the target and then left.',
  links: [toDashboard('msg-agents', 'Agents'), LATE],
  queries: [
    { sql: `select ${inSteps('responses.at')} as time, ${percentile(0.5, 'responses.seconds')} filter (where responses.first) as "first, by a person",
  ${percentile(0.5, 'responses.seconds')} filter (where not responses.first) as "later, by people"
from reporting.responses where ${during('responses.at')} and ${inPlace('responses')} group by 1 order by 1` },
    { sql: `select ${inSteps('episodes.opened_at')} as time, ${percentile(0.5, 'episodes.first_any_response_seconds')} as "first, by anybody"
from reporting.episodes where ${during('episodes.opened_at')} and ${ENDED} and ${inPlace('episodes')} group by 1 order by 1` },
  ],
  colors: { 'first, by a person': 'agent', 'first, by anybody': 'bot', 'later, by people': 'waiting' },
});

export const perChannel = (): Panel => timeSeries({
  title: 'First response on $channel', unit: UNITS.seconds, noValue: 'no first response yet', minInterval: STEP, kpis: ['A1'],
  description: 'Half and nine tenths of the first responses on this channel came faster than this; dashed is the target. Near the target is normal. One '
    + 'channel far above the others is nobody\'s: give it an owner or route it to those who answer the others.',
  links: [toDashboard('msg-slow', 'Slow conversations'), LATE],
  queries: [
    { legend: 'p50', expr: quantile(0.5, of('chat_first_response_seconds_bucket'), '$__rate_interval'), color: 'inbound' },
    { legend: 'p90', expr: quantile(0.9, of('chat_first_response_seconds_bucket'), '$__rate_interval'), color: 'agent', exemplar: true },
    { legend: 'target', expr: target('first_response'), color: 'target', dashed: true },
  ],
});

export const missedByInbox = (): Panel => timeSeries({
  title: 'Missed, per hour', unit: UNITS.count, noValue: 'nothing missed', stacked: true, minInterval: '5m', kpis: ['A10'], dataLinks: [toInbox('msg-first-response', 'This inbox only', 'series')],
  description: 'Episodes that missed the first-response target in the hour before each point, by inbox. Some are normal, in opening hours few. A tower of one '
    + 'inbox is a queue without people: click it to see the inbox alone.',
  links: [toDashboard('msg-peak-hours', 'Peak hours and staffing'), BURN],
  queries: [{ legend: '{{inbox}}', expr: `sum by (inbox) (${inChannel(`increase(${ofInbox('chat_sla_results_total', { sla: 'first_response', result: 'missed' })}[1h])`)})` }],
});

/** The row's own episode, on a page of the exporter. */
const TIMELINE = toTimeline('of/${__data.fields.episode}');

export const latestMissed = (): Panel => sqlTable({
  title: 'The latest that we missed', unit: UNITS.seconds, noValue: 'nothing missed in this time', kpis: ['A1', 'A8', 'A10'],
  description: 'Episodes of the chosen time that missed the first-response target, newest first, at most 50: how long the first answer took (empty: none '
    + 'came), how much of it was the queue, and who gave it. A few a day are normal. Open one by its name and read along the timeline where the time went.',
  links: [toDashboard('msg-slow', 'Slow conversations'), LATE],
  sql: `select left(episodes.conversation::text, 8) || ' #' || episodes.number as name, episodes.opened_at, episodes.channel, episodes.inbox,
  coalesce(episodes.team, 'none') as team, episodes.frt_seconds, episodes.queue_seconds,
  episodes.frt_agent as agent, episodes.outcome, episodes.conversation || '.' || episodes.number as episode
from reporting.episodes where ${during('episodes.opened_at')} and episodes.sla_first_response = 'missed' and ${inPlace('episodes')}
order by episodes.opened_at desc limit 50`,
  columns: [
    { from: 'name', title: 'Conversation', width: 120, links: [TIMELINE] }, { from: 'opened_at', title: 'Opened', unit: UNITS.time, width: 150 },
    { from: 'channel', title: 'Channel', width: 90 },
    { from: 'inbox', title: 'Inbox', links: [toInbox('msg-first-response', 'This inbox only')] }, { from: 'team', title: 'Team' },
    { from: 'frt_seconds', title: 'First response', unit: UNITS.seconds, decimals: 0, width: 110 },
    { from: 'queue_seconds', title: 'Queue', unit: UNITS.seconds, decimals: 0, width: 80 }, { from: 'agent', title: 'Answered by' },
    { from: 'outcome', title: 'Outcome' }, { from: 'episode', title: 'Episode', width: 80, links: [TIMELINE] },
  ],
});
