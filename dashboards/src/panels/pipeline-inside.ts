/** Inside the exporter and around it: database, traces, process, scorer, and who would tell. */
import { table } from '../kinds/table.ts';
import { timeSeries } from '../kinds/time-series.ts';
import { runbook, toPlainDashboard } from '../links.ts';
import type { Panel } from '../panel.ts';
import { goal } from '../goal.ts';
import { total } from '../promql.ts';
import { UNITS } from '../style.ts';
import { SCRAPE_LIMIT_SAMPLES } from '../targets.ts';

const STORE = [runbook('StoreUnavailable'), runbook('IngestQueueFilling')];
const TRACES = [runbook('TraceOutboxOld'), runbook('TraceExportSlow')];
const PROCESS = [runbook('ExporterRestarting'), toPlainDashboard('msg-overview', 'Overview')];
const quantiles = (histogram: string): readonly { readonly legend: string; readonly expr: string; readonly color: 'inbound' | 'waiting' }[] =>
  ([[0.5, 'inbound'], [0.95, 'waiting']] as const).map(([q, color]) => ({
    legend: `p${q * 100}`, color, expr: `histogram_quantile(${q}, sum by (le) (rate(${histogram}_bucket[$__rate_interval])))`,
  }));

export const commits = (): Panel => timeSeries({
  title: 'How long a transaction takes', unit: UNITS.seconds, noValue: 'no transaction yet', minInterval: '1m', kpis: ['L'], links: STORE,
  description: 'From its first statement to its result: half and nineteen in twenty are faster. Milliseconds are normal. All waiting requests share one transaction, so a slow '
    + 'one makes the next one larger; tens of milliseconds that stay mean a slow disk or locks.',
  queries: quantiles('replywatch_commit_seconds'),
});

export const queue = (): Panel => timeSeries({
  title: 'Events that wait', unit: UNITS.count, noValue: 'no data', kpis: ['L'], links: STORE,
  description: 'Events received that wait for their transaction, per replica, and events on disk that wait for the database to come back. Near 0 is normal, with spikes in '
    + 'bursts. A queue that only grows will turn requests away; a spool that does not empty means the database is still away.',
  queries: [
    { legend: '{{instance}} queue', expr: 'sum by (instance) (replywatch_ingest_queue_events)' },
    { legend: '{{instance}} spool', expr: 'sum by (instance) (replywatch_spool_events)' },
  ],
});

export const batches = (): Panel => timeSeries({
  title: 'Events per transaction', unit: UNITS.count, noValue: 'no transaction yet', minInterval: '1m', kpis: ['L'], links: STORE,
  description: 'Mean events per transaction: those that arrived while the one before was committing. 1 or 2 is normal; it grows with the load and that is how the load is carried.',
  queries: [{
    legend: 'mean', color: 'inbound',
    expr: 'sum(rate(replywatch_ingest_batch_events_sum[$__rate_interval])) / (sum(rate(replywatch_ingest_batch_events_count[$__rate_interval])) > 0)',
  }],
});

export const connections = (): Panel => timeSeries({
  title: 'Database connections', unit: UNITS.count, noValue: 'no data', stacked: true, kpis: ['L'], links: STORE,
  description: 'Connections in use and idle, and callers that wait for one. Nobody waiting is normal. Waiting callers with all connections in use: slow queries, or too few '
    + 'connections.',
  queries: [{ legend: '{{state}}', expr: 'sum by (state) (replywatch_pool_connections)' }],
  colors: { active: 'inbound', idle: 'system', waiting: 'failed' },
});

export const storeErrors = (): Panel => timeSeries({
  title: 'Errors of the database and of the fold, per hour', unit: UNITS.count, noValue: 'none', minInterval: '1m', kpis: ['L'],
  links: [runbook('StoreUnavailable'), runbook('FoldFailing')],
  description: 'Failed transactions and queries by reason, and conversations that could not be computed, in the hour before each point. Conflicts and deadlocks between replicas '
    + 'settle themselves; anything else, and any conversation that cannot be computed, is a fault: the runbook says where to look.',
  queries: [
    { legend: '{{reason}}', expr: total('replywatch_store_errors_total', '1h', ['reason']) },
    { legend: 'conversation not computed', expr: total('replywatch_fold_failures_total', '1h'), color: 'failed' },
  ],
});

export const rollupDurations = (): Panel => timeSeries({
  title: 'How long rollups take', unit: UNITS.seconds, noValue: 'none has run yet', minInterval: '1m', kpis: ['L'], links: [runbook('RollupStale'), ...PROCESS],
  description: 'Duration of the last run of each rollup. Below a second is normal for most; one that grows with the history needs a look before it reaches its interval.',
  queries: [{ legend: '{{rollup}}', expr: 'max by (rollup) (chat_rollup_duration_seconds)' }],
});

export const rollupFailures = (): Panel => timeSeries({
  title: 'Rollup runs that did not succeed, per hour; rebuild', unit: UNITS.count, noValue: 'none', minInterval: '1m', kpis: ['L'], links: [runbook('RollupStale'), ...PROCESS],
  description: 'Runs that failed, took too long or were skipped in the hour before each point; and, on the right, how far a rebuild of all history is while one runs. None is '
    + 'normal. The log names the rollup and the error.',
  queries: [
    { legend: '{{outcome}}', expr: 'sum by (outcome) (increase(chat_rollup_runs_total{outcome!="success"}[1h]))' },
    { legend: 'rebuild', expr: 'max(chat_rebuild_progress_ratio)', unit: UNITS.ratio, rightAxis: true, dashed: true, color: 'target' },
  ],
});

export const traceQueue = (): Panel => timeSeries({
  title: 'Traces that wait', unit: UNITS.count, noValue: 'no data', kpis: ['L'], links: TRACES,
  description: 'Traces that wait to be sent, and on the right the age of the oldest. Ages of about a minute are normal: a trace rests until receipts are in. A rising line means '
    + 'that the receiver does not take them.',
  queries: [
    { legend: 'waiting', expr: 'max(chat_trace_outbox_pending)', color: 'inbound' },
    { legend: 'oldest', expr: 'max(chat_trace_outbox_oldest_age_seconds)', unit: UNITS.seconds, rightAxis: true, color: 'waiting' },
  ],
});

export const traceExports = (): Panel => timeSeries({
  title: 'Trace exports by result, per hour', unit: UNITS.count, noValue: 'no trace was sent', stacked: true, minInterval: '1m', kpis: ['L'], links: TRACES,
  description: 'Traces the receiver took, refused for now, or that were given up, by reason, in the hour before each point; checkpoints of open conversations count, too. All ok '
    + 'is normal. failed ones are tried again; dropped ones are gone from the store, not from our database: the timeline still has them.',
  queries: [{ legend: '{{result}}: {{reason}}', expr: `${total('chat_trace_exports_total', '1h', ['result', 'reason'])} > 0` }],
});

export const traceLag = (): Panel => timeSeries({
  title: 'From the close of an episode to its trace', unit: UNITS.seconds, noValue: 'no trace was sent', minInterval: '10m', kpis: ['L'], links: TRACES,
  description: 'Half and nineteen in twenty traces were with the receiver after this long. Up to two minutes is normal: receipts and surveys are waited for. Beyond it searches '
    + 'by time no longer find them, links by id still do.',
  queries: [...quantiles('chat_trace_export_lag_seconds'), goal(120, 'limit')],
});

export const traceExportTime = (): Panel => timeSeries({
  title: 'How long sending traces takes', unit: UNITS.seconds, noValue: 'no trace was sent', minInterval: '10m', kpis: ['L'], links: TRACES,
  description: 'One request to the receiver, p50 and p95, and on the right the spans it took per second. Milliseconds are normal. Seconds mean that the receiver is slow; traces queue up then, '
    + 'and nothing is lost for a day.',
  queries: [
    ...quantiles('chat_trace_export_duration_seconds'),
    { legend: 'spans', expr: 'sum(rate(chat_trace_spans_exported_total[$__rate_interval]))', unit: UNITS.perSecond, rightAxis: true, color: 'usual' },
  ],
});

export const traceDecisions = (): Panel => timeSeries({
  title: 'Why traces were kept or not, per hour', unit: UNITS.count, noValue: 'no episode finished', stacked: true, minInterval: '5m', kpis: ['L'],
  links: [toPlainDashboard('msg-slow', 'Slow conversations'), ...TRACES],
  description: 'Finished episodes by what kept their trace: a rule (late, unhappy, failed …), the share that is kept anyway (ratio), or nothing. The rules\' share is a measure '
    + 'of trouble: when it jumps, look which.',
  queries: [{ legend: '{{decision}}: {{reason}}', expr: `${total('chat_trace_decisions_total', '1h', ['decision', 'reason'])} > 0` }],
});

export const traceOddities = (): Panel => timeSeries({
  title: 'Late, shortened and skewed traces, per hour', unit: UNITS.count, noValue: 'none', minInterval: '5m', kpis: ['L'], links: TRACES,
  description: 'Episodes that changed after their trace had been sent, traces that were too long and lost spans, and spans that would have ended before they began. A few are '
    + 'normal: providers\' clocks differ and surveys come late. Such traces differ from the figures; the figures are right.',
  queries: [
    { legend: 'changed after sending', expr: total('chat_trace_late_events_total', '1h') }, { legend: 'shortened', expr: total('chat_trace_truncated_total', '1h') },
    { legend: 'clock skew', expr: total('chat_trace_clock_skew_total', '1h') },
  ],
});

export const loopLag = (): Panel => timeSeries({
  title: 'Event loop lag', unit: UNITS.seconds, noValue: 'no data', kpis: ['L'], links: PROCESS,
  description: 'How long work in the process waited for its turn: 99 in 100 waited less. About 10 ms is what the measurement itself takes; a tenth of a second and more delays '
    + 'answers: too little processor, or a rebuild that runs.',
  queries: [{ legend: '{{instance}}', expr: 'max by (instance) (nodejs_eventloop_lag_p99_seconds{job="replywatch"})' }],
});

export const memory = (): Panel => timeSeries({
  title: 'Memory', unit: UNITS.bytes, noValue: 'no data', kpis: ['L'], links: PROCESS,
  description: 'Memory of the process and the part that is its heap. 150 to 300 MB is normal; the heap is limited to 320 MB. A line that climbs for days ends in a restart: '
    + 'nothing is lost then, but tell us.',
  queries: [
    { legend: '{{instance}} process', expr: 'max by (instance) (process_resident_memory_bytes{job="replywatch"})' },
    { legend: '{{instance}} heap', expr: 'max by (instance) (nodejs_heap_size_used_bytes{job="replywatch"})' },
  ],
});

export const processor = (): Panel => timeSeries({
  title: 'Processor', unit: UNITS.ratio, noValue: 'no data', minInterval: '1m', kpis: ['L'], links: PROCESS,
  description: 'Share of one processor core in use. A few percent are normal. Near 100 % the process is at its limit: add a replica, or give sources to several.',
  queries: [{ legend: '{{instance}}', expr: 'sum by (instance) (rate(process_cpu_seconds_total{job="replywatch"}[$__rate_interval]))' }],
});

export const scrapes = (): Panel => timeSeries({
  title: 'Scrapes', unit: UNITS.count, noValue: 'no data', kpis: ['L'], links: [runbook('ScrapeTooLarge'), runbook('ExporterDown')],
  description: 'Samples of a scrape, beside the number from which on it is nearly too large, and on the right how long one took. Seconds, or samples above the limit, end in '
    + 'refused scrapes and holes in every graph: fewer inboxes, agents or topics in the configuration\'s caps help.',
  queries: [
    { legend: '{{instance}}', expr: 'max by (instance) (scrape_samples_post_metric_relabeling{job="replywatch"})' },
    goal(SCRAPE_LIMIT_SAMPLES, 'limit'),
    { legend: '{{instance}} took', expr: 'max by (instance) (scrape_duration_seconds{job="replywatch"})', unit: UNITS.seconds, rightAxis: true, color: 'waiting' },
  ],
});

export const watchers = (): Panel => table({
  title: 'Who would tell?', unit: UNITS.count, noValue: 'nothing is scraped', kpis: ['L'],
  links: [runbook('CompanionDown'), runbook('Watchdog'), { title: 'Alerts', url: '/alerting/list' }],
  description: 'Every program that Prometheus watches: how many of it answer, and of how many. All of them is normal. Without Alertmanager nobody is told anything; without Tempo '
    + 'dots and links lead nowhere, the timelines still work.',
  queries: ['sum by (job) (up)', 'count by (job) (up)'],
  columns: [{ from: 'job', title: 'Program' }, { from: 0, title: 'Answer', decimals: 0, color: { base: 'bad', steps: [[1, 'good']] } }, { from: 1, title: 'Of', decimals: 0 }],
});

export const alerting = (): Panel => timeSeries({
  title: 'Rules and notifications that failed, per hour', unit: UNITS.count, noValue: 'no Prometheus or Alertmanager is scraped', minInterval: '1m', kpis: ['L'],
  links: [runbook('RulesFailing'), runbook('NotificationsFailing'), runbook('AlertsNotSent')],
  description: 'In the hour before each point: rule evaluations that failed, alerts Prometheus could not hand over, notifications Alertmanager could not deliver; and whether the '
    + 'alert that always fires is firing (1). 0, 0, 0 and 1 is normal. Anything else means that you may not be told of the next trouble.',
  queries: [
    { legend: 'rules', expr: 'sum(increase(prometheus_rule_evaluation_failures_total[1h]))' },
    { legend: 'not handed over', expr: 'sum(increase(prometheus_notifications_errors_total[1h])) + sum(increase(prometheus_notifications_dropped_total[1h]))' },
    { legend: '{{integration}} not delivered', expr: 'sum by (integration) (increase(alertmanager_notifications_failed_total[1h])) > 0' },
    { legend: 'always firing', expr: 'max(ALERTS{alertname="Watchdog",alertstate="firing"}) or vector(0)', color: 'good', dashed: true },
  ],
});

export const scorer = (): Panel => timeSeries({
  title: 'Sentiment scorer, per hour', unit: UNITS.count, noValue: 'no scorer of one\'s own', stacked: true, minInterval: '1m', kpis: ['L'],
  links: [toPlainDashboard('msg-satisfaction', 'Satisfaction'), ...PROCESS],
  description: 'Messages meant for a scorer of one\'s own in the hour before each point, by who scored them after all. Only where one is configured. All by the scorer is normal; '
    + 'builtin steps in when it does not answer, nobody means neither could tell.',
  queries: [{ legend: '{{by}}', expr: total('replywatch_scorer_messages_total', '1h', ['by']) }],
  colors: { scorer: 'good', builtin: 'waiting', nobody: 'failed' },
});

export const scorerAnswers = (): Panel => timeSeries({
  title: 'Answers of the scorer, per hour', unit: UNITS.count, noValue: 'no scorer of one\'s own', minInterval: '1m', kpis: ['L'], links: PROCESS,
  description: 'Requests to the scorer in the hour before each point by result, whether it is left alone after failures (1), and on the right what nineteen in twenty took. ok and 0 is normal; timeouts mean '
    + 'that it is too slow for the traffic.',
  queries: [
    { legend: '{{result}}', expr: total('replywatch_scorer_requests_total', '1h', ['result']) },
    { legend: 'left alone', expr: 'max(replywatch_scorer_circuit_open)', color: 'failed' },
    { legend: 'p95 took', expr: 'histogram_quantile(0.95, sum by (le) (rate(replywatch_scorer_request_duration_seconds_bucket[$__rate_interval])))', unit: UNITS.seconds, rightAxis: true, color: 'waiting' },
  ],
});
