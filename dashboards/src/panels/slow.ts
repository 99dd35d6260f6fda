/** One slow conversation after the other: where to find them, with and without a trace store, and what happened in one. */
import { histogram } from '../kinds/heatmap.ts';
import { sqlTable } from '../kinds/table.ts';
import { timeSeries } from '../kinds/time-series.ts';
import { trace } from '../kinds/trace.ts';
import { runbook, toDashboard, toInbox, toTimeline, toTrace, toTraces, type Link } from '../links.ts';
import type { Panel } from '../panel.ts';
import { of, quantile, target } from '../promql.ts';
import { inPlace, percentile, share } from '../sql.ts';
import { UNITS, type Column } from '../style.ts';

/** The row's own episode; tables name it in the last column. */
const TIMELINE = toTimeline('of/${__data.fields.episode}');
const SHOW = toTrace('${__value.raw}');

/** `of` is a view with conversation and number. */
const nameOf = (view: string): string => `left(${view}.conversation::text, 8) || ' #' || ${view}.number as name`;
const traceOf = (view: string): string => `(select traces.trace_id from reporting.traces where traces.conversation = ${view}.conversation
  and traces.number = ${view}.number and traces.sent_at is not null) as trace,
  ${view}.conversation || '.' || ${view}.number as episode`;

const NAME: Column = { from: 'name', title: 'Conversation', width: 115, links: [TIMELINE] };
const TRACE: Column = { from: 'trace', title: 'Trace', width: 90, links: [SHOW, toExplore('${__value.raw}')] };
const EPISODE: Column = { from: 'episode', title: 'Episode', width: 80, links: [TIMELINE] };

function toExplore(id: string): Link {
  const link = toTraces('TRACE', 'Open in Explore');
  return { ...link, url: link.url.replace('TRACE', id) };
}

export const firstResponseHeat = (): Panel => histogram({
  title: 'First responses', unit: UNITS.seconds, noValue: 'no first response yet', minInterval: '10m', exemplar: true, kpis: ['A1'],
  description: 'How many first responses by a person took how long. The dots are single conversations: click one, then "Show in Slow conversations". A dark band below the target '
    + 'is normal; a second band far above it is one cause, scattered dots are many: open one of each.',
  links: [toDashboard('msg-first-response', 'First response'), runbook('FirstResponseBudgetBurn')],
  expr: `sum by (le) (increase(${of('chat_first_response_seconds_bucket')}[$__rate_interval]))`,
});

const waited = "coalesce(episodes.frt_seconds, case when episodes.outcome in ('missed', 'abandoned') then extract(epoch from episodes.closed_at - episodes.waiting_since) end)";

export const slowest = (): Panel => sqlTable({
  title: 'Slowest first responses', unit: UNITS.seconds, noValue: 'nobody waited that long', kpis: ['A1', 'A8', 'B1'],
  description: 'Episodes that closed in the chosen time and whose customer waited longer than $longer s for the first answer of a person, or left without one; the longest first, '
    + 'at most 50. Needs no trace store: Conversation leads to the timeline of it, '
    + 'Trace, where one was sent, shows it below. An empty list is normal at a long limit; pick the first row and look whom it waited for.',
  links: [toDashboard('msg-first-response', 'First response'), runbook('CustomersWaiting')],
  sql: `select ${nameOf('slow')}, slow.closed_at, slow.channel, slow.inbox, slow.waited, slow.sla_first_response, slow.queue_seconds, slow.resolution_seconds, slow.outcome,
  ${traceOf('slow')}
from (select episodes.conversation, episodes.number, episodes.closed_at, episodes.channel, episodes.inbox, episodes.sla_first_response, episodes.queue_seconds,
  episodes.resolution_seconds, episodes.outcome,
    ${waited} as waited
  from reporting.episodes where episodes.closed_at >= $__timeFrom() and episodes.closed_at < $__timeTo() and ${inPlace('episodes')}
    and ${waited} > $longer
  order by waited desc limit 50) as slow order by slow.waited desc`,
  columns: [
    NAME,
    { from: 'closed_at', title: 'Closed', unit: UNITS.time, width: 145 }, { from: 'channel', title: 'Channel', width: 80 },
    { from: 'inbox', title: 'Inbox', width: 110, links: [toInbox('msg-slow', 'This inbox only')] },
    { from: 'waited', title: 'Waited', unit: UNITS.seconds, decimals: 0, width: 75 }, { from: 'sla_first_response', title: 'Target', width: 65 },
    { from: 'queue_seconds', title: 'Queue', unit: UNITS.seconds, decimals: 0, width: 75 },
    { from: 'resolution_seconds', title: 'Resolved in', unit: UNITS.seconds, decimals: 0, width: 90 },
    { from: 'outcome', title: 'Outcome', width: 110 }, TRACE, EPISODE,
  ],
});

export const waitingList = (): Panel => sqlTable({
  title: 'Waiting now', unit: UNITS.seconds, noValue: 'nobody is waiting', kpis: ['A11'],
  description: 'Customers who wait for a person at this moment, the longest wait first, at most 50; it does not follow the chosen time. Short waits are normal in opening hours. '
    + 'Answer from the top; a row without agent has nobody who feels responsible.',
  links: [toDashboard('msg-overview', 'Overview'), runbook('CustomersWaiting')],
  sql: `select ${nameOf('waiting')}, extract(epoch from now() - waiting.waiting_since)::double precision as waits, waiting.waiting_since, waiting.opened_at,
  waiting.channel, waiting.inbox, waiting.team, waiting.agent, waiting.topic, ${traceOf('waiting')}
from reporting.waiting where ${inPlace('waiting')} order by waiting.waiting_since limit 50`,
  columns: [
    NAME,
    { from: 'waits', title: 'Waits', unit: UNITS.seconds, decimals: 0, width: 80 }, { from: 'waiting_since', title: 'Since', unit: UNITS.time, width: 150 },
    { from: 'opened_at', title: 'Opened', unit: UNITS.time, width: 150 },
    { from: 'channel', title: 'Channel', width: 90 }, { from: 'inbox', title: 'Inbox', links: [toInbox('msg-slow', 'This inbox only')] }, { from: 'team', title: 'Team' },
    { from: 'agent', title: 'Agent' }, { from: 'topic', title: 'Topic' },
    TRACE, EPISODE,
  ],
});

export const oneTrace = (): Panel => trace({
  title: 'The conversation', unit: UNITS.seconds, noValue: 'click a trace in a list, or a dot in the graph; none was sent yet, or it is gone',
  traceId: '${trace}', kpis: ['A1', 'A6', 'A8', 'B1'],
  description: 'The episode chosen in the field Trace above, at first the newest with a late first response: one bar per stretch, by whom it waited for (bot, queue, agent, '
    + 'customer), the answers, deliveries and the survey. Gaps cannot be: the stretches fill the whole. '
    + 'Long orange is waiting in the queue, then somebody is missing; long agent bars mean that the question was hard or forgotten. Empty: choose a trace in a list, or '
    + 'it was not kept: the timeline has it all the same.',
  links: [toTimeline('${trace}', 'Timeline without Tempo'), toExplore('${trace}'), runbook('TraceOutboxOld', 'Traces come late')],
});

export const quantiles = (): Panel => timeSeries({
  title: 'First response, by quantile', unit: UNITS.seconds, noValue: 'no first response yet', minInterval: '10m', kpis: ['A1'],
  description: 'Half (p50), nine tenths (p90) and 99 in 100 (p99) of the first responses came faster than this; dashed is the target. The dots are single conversations. p90 near '
    + 'the target is normal; p99 far above with a quiet p90 is a few forgotten ones, all three together are too few people.',
  links: [toDashboard('msg-first-response', 'First response'), runbook('FirstResponseBudgetBurn')],
  queries: [
    { legend: 'p50', expr: quantile(0.5, of('chat_first_response_seconds_bucket'), '$__rate_interval'), color: 'inbound' },
    { legend: 'p90', expr: quantile(0.9, of('chat_first_response_seconds_bucket'), '$__rate_interval'), color: 'agent', exemplar: true },
    { legend: 'p99', expr: quantile(0.99, of('chat_first_response_seconds_bucket'), '$__rate_interval'), color: 'waiting' },
    { legend: 'target', expr: target('first_response'), color: 'target', dashed: true },
  ],
});

export const slowPlaces = (): Panel => sqlTable({
  title: 'Where they are slow', unit: UNITS.seconds, noValue: 'no first response in this time', kpis: ['A1', 'A8', 'A9'],
  description: 'Episodes answered in the chosen time by inbox and team: how many, how many took longer than $longer s and their share of all answered, then medians: first '
    + 'response, queue, and the agent\'s own reaction once it was assigned. '
    + 'A long queue lacks people, a long reaction lacks attention. Look at the row with most slow ones first.',
  links: [toDashboard('msg-first-response', 'First response'), toDashboard('msg-peak-hours', 'Peak hours')],
  sql: `select episodes.channel, episodes.inbox, coalesce(episodes.team, 'none') as team, count(*) as answered, count(*) filter (where episodes.frt_seconds > $longer) as slow,
  ${share('count(*) filter (where episodes.frt_seconds > $longer)', 'count(*)')} as share, ${percentile(0.5, 'episodes.frt_seconds')} as median,
  ${percentile(0.9, 'episodes.frt_seconds')} as p90,
  ${percentile(0.5, 'episodes.queue_seconds')} as queue, ${percentile(0.5, 'episodes.assign_to_response_seconds')} as reaction
from reporting.episodes where episodes.closed_at >= $__timeFrom() and episodes.closed_at < $__timeTo() and episodes.frt_seconds is not null and ${inPlace('episodes')}
group by 1, 2, 3 order by slow desc, answered desc limit 100`,
  columns: [
    { from: 'channel', title: 'Channel', width: 90 }, { from: 'inbox', title: 'Inbox', links: [toInbox('msg-slow', 'This inbox only')] }, { from: 'team', title: 'Team' },
    { from: 'answered', title: 'Answered', unit: UNITS.count, decimals: 0, width: 85 }, { from: 'slow', title: 'Slow', unit: UNITS.count, decimals: 0, width: 65 },
    { from: 'share', title: 'Share', unit: UNITS.ratio, decimals: 1, width: 70 },
    { from: 'median', title: 'Median', decimals: 0, width: 75 }, { from: 'p90', title: '90th', decimals: 0, width: 75 },
    { from: 'queue', title: 'Queue', decimals: 0, width: 75 }, { from: 'reaction', title: 'Reaction', decimals: 0, width: 85 },
  ],
});
