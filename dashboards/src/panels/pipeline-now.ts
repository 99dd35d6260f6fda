/** The first screen of pipeline health: can the other pages be believed, and if not, which source or computation is it? */
import { stat } from '../kinds/stat.ts';
import { table } from '../kinds/table.ts';
import { timeSeries } from '../kinds/time-series.ts';
import { runbook, toPlainDashboard } from '../links.ts';
import type { Panel } from '../panel.ts';
import { orUnknown, ratio, total } from '../promql.ts';
import { UNITS } from '../style.ts';
import { INGEST_DELAY_LIMIT_SECONDS, OUTBOX_OLD_SECONDS, QUEUE_LIMIT_RATIO, REJECTED_LIMIT_RATIO, ROLLUP_LATE_INTERVALS, SILENT_SECONDS } from '../targets.ts';

const overview = toPlainDashboard('msg-overview', 'Overview');
const SOURCE = '{source=~"$source"}';
const requests = (outcome = ''): string => `replywatch_webhook_requests_total{source=~"$source"${outcome === '' ? '' : `,outcome="${outcome}"`}}`;

export const exporterUp = (): Panel => stat({
  title: 'Exporter', of: 'now', unit: UNITS.count, noValue: 'gone', kpis: ['L'], links: [runbook('ExporterDown'), runbook('ExporterBlind', 'Runbook: blind'), overview],
  description: 'Replicas that answer Prometheus, and how many of them lead: exactly one serves the figures of all. 1 and 1 is normal, or more replicas with still 1 leading. '
    + 'None leading for longer than a take-over of seconds means that nobody sees the database; then every chat_ figure is missing.',
  queries: [
    { legend: 'up', expr: orUnknown('sum(up{job="replywatch"})'), decimals: 0, color: { base: 'bad', steps: [[1, 'good']] } },
    { legend: 'leading', expr: orUnknown('sum(replywatch_leader)'), decimals: 0, color: { base: 'bad', steps: [[1, 'good'], [2, 'bad']] } },
  ],
});

export const refusedNow = (): Panel => stat({
  title: 'Webhooks refused, 1 h', of: 'period', unit: UNITS.ratio, noValue: 'no request yet', kpis: ['L'],
  links: [runbook('WebhooksRejected'), runbook('StoreUnavailable', 'Runbook: store')],
  description: 'Requests of providers answered with anything but success ÷ all requests, over the last hour: rejected (signature, too large, unreadable) and, beside it, '
    + 'unavailable (database or queue), which providers repeat. '
    + `0 is normal. From ${REJECTED_LIMIT_RATIO * 100} % of one source on somebody is woken: most often a secret was changed at the provider, and what is refused is lost.`,
  queries: [
    { legend: 'rejected', expr: ratio(total(requests('rejected'), '1h'), total(requests(), '1h')), decimals: 1,
      color: { base: 'good', steps: [[0.001, 'warn'], [REJECTED_LIMIT_RATIO, 'bad']] } },
    { legend: 'unavailable', expr: ratio(total(requests('unavailable'), '1h'), total(requests(), '1h')), decimals: 1,
      color: { base: 'good', steps: [[0.001, 'warn'], [REJECTED_LIMIT_RATIO, 'bad']] } },
  ],
});

export const storeNow = (): Panel => stat({
  title: 'Database', of: 'now', unit: UNITS.count, noValue: 'no data', kpis: ['L'], links: [runbook('StoreUnavailable'), runbook('IngestQueueFilling')],
  description: 'Failed transactions and queries of the last hour, without conflicts between replicas, which settle themselves; and how full the queue of events before the '
    + 'database is. '
    + `0 errors and an empty queue are normal. A queue above ${QUEUE_LIMIT_RATIO * 100} % soon turns requests away: look at the duration of commits.`,
  queries: [
    { legend: 'errors, 1 h', expr: total('replywatch_store_errors_total{reason!~"conflict|deadlock"}', '1h'), decimals: 0, color: { base: 'good', steps: [[1, 'bad']] } },
    { legend: 'queue full', expr: orUnknown('max(replywatch_ingest_queue_events / (replywatch_ingest_queue_limit_events > 0))'), unit: UNITS.ratio, decimals: 0,
      color: { base: 'good', steps: [[QUEUE_LIMIT_RATIO / 2, 'warn'], [QUEUE_LIMIT_RATIO, 'bad']] } },
  ],
});

export const ingestDelay = (): Panel => stat({
  title: 'Ingest delay, 1 h', of: 'period', unit: UNITS.seconds, noValue: 'no event in an hour', kpis: ['L'], links: [runbook('IngestLagging'), runbook('SourceSilent')],
  description: 'From an event at the provider to its arrival here: half (p50) and nineteen in twenty (p95) of the last hour\'s were faster. A second or two is normal; providers '
    + 'that give whole seconds blur it. '
    + `Above ${INGEST_DELAY_LIMIT_SECONDS / 60} minutes the page of now is a page of then: see which source in the table, and its status page.`,
  queries: [0.95, 0.5].map((q) => ({
    legend: `p${q * 100}`, expr: `histogram_quantile(${q}, sum by (le) (increase(chat_ingest_delay_seconds_bucket${SOURCE}[1h]))) >= 0`, decimals: 1,
    color: { base: 'good', steps: [[INGEST_DELAY_LIMIT_SECONDS / 5, 'warn'], [INGEST_DELAY_LIMIT_SECONDS, 'bad']] } as const,
  })),
});

export const tracesNow = (): Panel => stat({
  title: 'Traces', of: 'now', unit: UNITS.seconds, noValue: 'no data', kpis: ['L'], links: [runbook('TraceOutboxOld'), toPlainDashboard('msg-slow', 'Slow conversations')],
  description: 'Age of the oldest trace that waits to be sent, how many wait, and when the receiver last took one. Traces leave within a minute or two after the end of an episode; none waiting is normal, also '
    + 'where no trace store is configured. '
    + `From ${OUTBOX_OLD_SECONDS / 60} minutes on the receiver does not take them: nothing is lost yet, but searches will not find what arrives late.`,
  queries: [
    { legend: 'oldest', expr: orUnknown('max(chat_trace_outbox_oldest_age_seconds)'), decimals: 0,
      color: { base: 'good', steps: [[OUTBOX_OLD_SECONDS / 3, 'warn'], [OUTBOX_OLD_SECONDS, 'bad']] } },
    { legend: 'waiting', expr: orUnknown('max(chat_trace_outbox_pending)'), unit: UNITS.count, decimals: 0 },
    { legend: 'last sent', expr: 'time() - (max(chat_trace_last_success_timestamp_seconds) > 0)', decimals: 0 },
  ],
});

export const eventsByResult = (): Panel => timeSeries({
  title: 'Events by result, per minute', unit: UNITS.perMinute, noValue: 'no event yet', minInterval: '1m', kpis: ['L'],
  links: [runbook('UnknownEventsRising'), runbook('SourceSilent')],
  description: 'Events by what became of them; each has one result. Nearly all accepted, with some duplicates where a provider delivers twice, is normal. Rejected ones could not '
    + 'be read and are missing from every figure; late ones correct the past; future ones come from a clock that is ahead.',
  queries: [{ legend: '{{result}}', expr: `60 * sum by (result) (rate(chat_events_total${SOURCE}[$__rate_interval]))` }],
  colors: { accepted: 'good', duplicate: 'system', late: 'waiting', future: 'campaign', rejected: 'failed' },
});

export const refusedOverTime = (): Panel => timeSeries({
  title: 'Webhooks refused, by reason, per hour', unit: UNITS.count, noValue: 'nothing refused', stacked: true, minInterval: '1m', kpis: ['L'],
  links: [runbook('WebhooksRejected'), runbook('StoreUnavailable', 'Runbook: store')],
  description: 'Requests in the hour before each point that were not answered with success, by reason. Empty is normal; a few without a signature are strangers who try the door. '
    + 'invalid or stale from a provider: its secret or our clock is wrong. store_down and queue_full are ours, and repeated by most providers.',
  queries: [{ legend: '{{reason}}', expr: 'sum by (reason) (increase(replywatch_webhook_requests_total{source=~"$source",outcome!="accepted"}[1h])) > 0' }],
});

export const answerTime = (): Panel => timeSeries({
  title: 'How fast webhooks are answered', unit: UNITS.seconds, noValue: 'no request yet', minInterval: '1m', kpis: ['L'],
  links: [runbook('IngestQueueFilling'), runbook('StoreUnavailable', 'Runbook: store')],
  description: 'From a complete request to its answer, which comes after the commit: p50 and p95 over all sources. Milliseconds are normal. Seconds mean that the database is '
    + 'slow; providers give up after five to twenty and send again, which shows as duplicates.',
  queries: [
    { legend: 'p50', expr: `histogram_quantile(0.5, sum by (le) (rate(replywatch_webhook_duration_seconds_bucket${SOURCE}[$__rate_interval])))`, color: 'inbound' },
    { legend: 'p95', expr: `histogram_quantile(0.95, sum by (le) (rate(replywatch_webhook_duration_seconds_bucket${SOURCE}[$__rate_interval])))`, color: 'waiting' },
  ],
});

/** Sources that are configured or have been heard of; the others have nothing but zeros. */
const known = (expr: string): string => `(${expr}) and on (source) chat_source_expected${SOURCE}`;

export const sources = (): Panel => table({
  title: 'Sources', unit: UNITS.count, noValue: 'no source is configured', kpis: ['L'], links: [runbook('SourceSilent'), runbook('WebhooksRejected')],
  description: 'A row per source: age of its newest event; requests and refused ones in an hour; events of 24 h by what became of them; items this version does not know or could '
    + 'not read; delay of nineteen in twenty events in an hour; time blind in the chosen range. '
    + 'Fresh, nothing refused, unknown or blind is normal. A figure over a source in red is unknown, not good.',
  queries: [
    known(`time() - (max by (source) (chat_source_last_event_timestamp_seconds${SOURCE}) > 0)`),
    known(`sum by (source) (increase(${requests()}[1h]))`),
    known(`sum by (source) (increase(replywatch_webhook_requests_total{source=~"$source",outcome!="accepted"}[1h]))`),
    ...['accepted', 'duplicate', 'late', 'rejected'].map((result) => known(`sum by (source) (increase(chat_events_total{source=~"$source",result="${result}"}[24h]))`)),
    known(`sum by (source) (increase(replywatch_webhook_unknown_total${SOURCE}[24h])) + sum by (source) (increase(replywatch_webhook_malformed_total${SOURCE}[24h]))`),
    known(`histogram_quantile(0.95, sum by (source, le) (increase(chat_ingest_delay_seconds_bucket${SOURCE}[1h]))) >= 0`),
    known(`sum by (source) (increase(chat_blind_seconds_total${SOURCE}[$__range]))`),
  ],
  columns: [
    { from: 'source', title: 'Source' },
    { from: 0, title: 'Newest', unit: UNITS.seconds, decimals: 0, width: 75, color: { base: 'good', steps: [[SILENT_SECONDS, 'warn'], [4 * SILENT_SECONDS, 'bad']] } },
    { from: 1, title: 'Requests', decimals: 0, width: 80 },
    { from: 2, title: 'Refused', decimals: 0, width: 75, color: { base: 'good', steps: [[0.5, 'warn'], [10, 'bad']] } },
    { from: 3, title: 'Accepted', decimals: 0, width: 80 }, { from: 4, title: 'Duplicate', decimals: 0, width: 80 }, { from: 5, title: 'Late', decimals: 0, width: 60 },
    { from: 6, title: 'Rejected', decimals: 0, width: 75, color: { base: 'good', steps: [[0.5, 'bad']] } },
    { from: 7, title: 'Unread', decimals: 0, width: 70, color: { base: 'good', steps: [[0.5, 'warn'], [20, 'bad']] } },
    { from: 8, title: 'Delay', unit: UNITS.seconds, decimals: 1, width: 70, color: { base: 'good', steps: [[INGEST_DELAY_LIMIT_SECONDS, 'bad']] } },
    { from: 9, title: 'Blind', unit: UNITS.seconds, decimals: 0, width: 70, color: { base: 'good', steps: [[1, 'bad']] } },
  ],
  sortBy: { column: 'Newest', descending: true },
});

export const rollups = (): Panel => table({
  title: 'Scheduled computations', unit: UNITS.count, noValue: 'none has run yet', kpis: ['L'], links: [runbook('RollupStale'), overview],
  description: 'A row per rollup: age of its last success, the same in intervals of its plan, how long the last run took, runs of 24 h and those that failed or took too long. '
    + `Below ${ROLLUP_LATE_INTERVALS} × and without failures is normal; failed ones keep their last figures, which then are old. Daily figures, audience and cost are as `
    + 'old as theirs.',
  queries: [
    'time() - (max by (rollup) (chat_rollup_last_success_timestamp_seconds) > 0)',
    '(time() - (max by (rollup) (chat_rollup_last_success_timestamp_seconds) > 0)) / on (rollup) max by (rollup) (chat_rollup_interval_seconds)',
    'max by (rollup) (chat_rollup_duration_seconds)',
    'sum by (rollup) (increase(chat_rollup_runs_total{outcome="success"}[24h]))',
    'sum by (rollup) (increase(chat_rollup_runs_total{outcome=~"failure|timeout"}[24h]))',
  ],
  columns: [
    { from: 'rollup', title: 'Rollup' }, { from: 0, title: 'Age', unit: UNITS.seconds, decimals: 0, width: 75 },
    { from: 1, title: 'Of its plan', unit: UNITS.times, decimals: 1, width: 85, color: { base: 'good', steps: [[ROLLUP_LATE_INTERVALS, 'bad']] } },
    { from: 2, title: 'Took', unit: UNITS.seconds, decimals: 2, width: 75 }, { from: 3, title: 'Runs', decimals: 0, width: 60 },
    { from: 4, title: 'Failed', decimals: 0, width: 65, color: { base: 'good', steps: [[0.5, 'bad']] } },
  ],
  sortBy: { column: 'Of its plan', descending: true },
});
