/** What is missing from the numbers, and what changed in them afterwards. */
import { sqlTable } from '../kinds/table.ts';
import { timeSeries } from '../kinds/time-series.ts';
import { runbook, toPlainDashboard } from '../links.ts';
import type { Panel } from '../panel.ts';
import { total } from '../promql.ts';
import { UNITS } from '../style.ts';

const overview = toPlainDashboard('msg-overview', 'Overview');

export const blindTimes = (): Panel => sqlTable({
  title: 'Blind times', unit: UNITS.seconds, noValue: 'never blind in this time', kpis: ['L'], links: [runbook('ExporterBlind'), overview],
  description: 'Times that touch the chosen range in which nothing could be known, of one source or of all. None is normal, but for updates of seconds. Some providers deliver '
    + 'what was missed later, others never: figures over such a time are too low.',
  sql: `select coalesce(blind_intervals.source, 'all') as source, blind_intervals.started_at, blind_intervals.ended_at,
  extract(epoch from coalesce(blind_intervals.ended_at, now()) - blind_intervals.started_at)::double precision as seconds, blind_intervals.reason
from reporting.blind_intervals where blind_intervals.started_at < $__timeTo() and (blind_intervals.ended_at is null or blind_intervals.ended_at >= $__timeFrom())
order by blind_intervals.started_at desc limit 100`,
  columns: [
    { from: 'source', title: 'Source' }, { from: 'started_at', title: 'From', unit: UNITS.time, width: 150 }, { from: 'ended_at', title: 'To', unit: UNITS.time, width: 150 },
    { from: 'seconds', title: 'Lasted', unit: UNITS.seconds, decimals: 0, width: 90 }, { from: 'reason', title: 'Why' },
  ],
});

export const corrections = (): Panel => timeSeries({
  title: 'Facts corrected after they had counted, per hour', unit: UNITS.count, noValue: 'nothing corrected', stacked: true, minInterval: '5m', kpis: ['L'],
  links: [runbook('IngestLagging'), overview],
  description: 'Figures that late events changed, by KPI, in the hour before each point. Counters of Prometheus keep the old value, tables and rollups have the new one; where '
    + 'the two disagree, the tables are right. A few are normal; many mean that a provider lags or that its events come in bulk.',
  queries: [{ legend: '{{kpi}}', expr: `${total('chat_fact_corrections_total', '1h', ['kpi'])} > 0` }],
});

export const lateAndFuture = (): Panel => timeSeries({
  title: 'Late, future and rejected events, per hour', unit: UNITS.count, noValue: 'none', minInterval: '5m', kpis: ['L'],
  links: [runbook('IngestLagging'), runbook('UnknownEventsRising')],
  description: 'Events of the hour before each point that are older than the late window, ahead of our clock, or could not be read, by source. 0 is normal. Late ones need '
    + '`replywatch rebuild` to reach the figures of their day; rejected ones are missing.',
  queries: [{ legend: '{{source}}: {{result}}', expr: 'sum by (source, result) (increase(chat_events_total{source=~"$source",result=~"late|future|rejected"}[1h]))' }],
});

export const recalculations = (): Panel => sqlTable({
  title: 'Numbers that changed', unit: UNITS.count, noValue: 'history was never computed anew', kpis: ['L'], links: [runbook('RollupStale'), overview],
  description: 'When all of history was computed anew, why, and how many stored figures are different since; the latest first, of any time. Settings and upgrades are the normal '
    + 'reasons. Reports made before such a time may not agree with those made after it.',
  sql: `select recalculations.at, recalculations.reason, recalculations.changed from reporting.recalculations order by recalculations.at desc limit 50`,
  columns: [
    { from: 'at', title: 'Finished', unit: UNITS.time, width: 160 },
    { from: 'reason', title: 'Why', texts: { asked: 'somebody asked for it', definitions: 'an upgrade changed a definition', settings: 'the configuration changed' } },
    { from: 'changed', title: 'Figures changed', decimals: 0, width: 130, color: { base: 'good', steps: [[1, 'warn']] } },
  ],
});

export const unreadItems = (): Panel => timeSeries({
  title: 'Items that were not stored, per hour', unit: UNITS.count, noValue: 'all understood', minInterval: '5m', kpis: ['L'],
  links: [runbook('UnknownEventsRising'), runbook('WebhooksRejected')],
  description: 'Items in webhooks that this version does not know, knows and could not read, or leaves out on purpose, by source. A few unknown ones are normal after a provider added a feature. '
    + 'Unreadable ones of a known kind are a change of the provider\'s format: what they told is missing; update, or tell us.',
  queries: [
    { legend: '{{source}}: unknown', expr: 'sum by (source) (increase(replywatch_webhook_unknown_total{source=~"$source"}[1h])) > 0' },
    { legend: '{{source}}: left out', expr: 'sum by (source) (increase(replywatch_webhook_ignored_total{source=~"$source"}[1h])) > 0', dashed: true },
    { legend: '{{source}}: unreadable', expr: 'sum by (source) (increase(replywatch_webhook_malformed_total{source=~"$source"}[1h])) > 0' },
  ],
});

export const accountNotes = (): Panel => timeSeries({
  title: 'News about the account, per hour', unit: UNITS.count, noValue: 'no news', minInterval: '5m', kpis: ['L'],
  links: [toPlainDashboard('msg-delivery', 'Delivery'), runbook('WebhooksRejected')],
  description: 'What providers told about the account itself in the hour before each point: templates paused or rejected, quality of a number, limits. Silence is normal. A '
    + 'paused template or a worse quality is the reason of failures that follow.',
  queries: [{ legend: '{{source}}: {{topic}} {{state}}', expr: 'sum by (source, topic, state) (increase(replywatch_source_notes_total{source=~"$source"}[1h])) > 0' }],
});
