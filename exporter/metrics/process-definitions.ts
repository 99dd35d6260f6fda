import type { LabelValues } from './metric.ts';
import { SOURCE } from './labels.ts';

/** A series of one process. Closed labels and sources exist at 0 from the start; held by prom-client. */
export interface ProcessMetric {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly name: string;
  readonly help: string;
  readonly labels: Readonly<Record<string, LabelValues>>;
  readonly buckets?: readonly number[];
}

/** Why a webhook got its answer; the reason decides the outcome. What is `malformed` is answered 200 like all of the provider's own, so that it is not sent for ever. */
export const WEBHOOK_REASONS = {
  stored: 'accepted', ignored: 'accepted', malformed: 'accepted', spooled: 'accepted', handshake: 'accepted',
  missing: 'rejected', invalid: 'rejected', stale: 'rejected', unreadable: 'rejected', too_large: 'rejected', timeout: 'rejected', aborted: 'rejected',
  store_down: 'unavailable', queue_full: 'unavailable', stopping: 'unavailable', unexpected: 'unavailable',
} as const;
export type WebhookReason = keyof typeof WEBHOOK_REASONS;

export const STORE_ERRORS = ['connection', 'timeout', 'conflict', 'deadlock', 'disk_full', 'refused', 'other'] as const;
/** Why a statement or transaction failed; `refused`: Postgres would not take the data, `conflict`: another process was faster. */
export type StoreError = (typeof STORE_ERRORS)[number];

/** What a connection of the pool can be doing; `waiting` are requests for one. */
export const POOL_STATES = ['active', 'idle', 'waiting'] as const;
export type PoolState = (typeof POOL_STATES)[number];

export const ANALYTICS_RESULTS = ['sent', 'refused', 'failed'] as const;
/** What became of an event on its way to web analytics. */
export type AnalyticsResult = (typeof ANALYTICS_RESULTS)[number];

export const LINK_RESULTS = ['counted', 'automated', 'unknown', 'dropped'] as const;
/** What became of a request for a tracked link. */
export type LinkResult = (typeof LINK_RESULTS)[number];

export const SCORER_RESULTS = ['ok', 'timeout', 'error'] as const;
/** Who scored a message that was meant for it. */
export const SCORED_BY = ['scorer', 'builtin', 'nobody'] as const;

/** Why a reading of a platform failed. */
export const PULL_REASONS = ['credentials', 'rate_limited', 'unavailable', 'unreadable', 'store', 'other'] as const;
/** Readings with series of their own. */
export const MAX_PULLS = 20;

/** Pairs of topic and state with series of their own, per process. */
export const MAX_NOTES = 100;

const FAST = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

/** What concerns one process: every replica serves its own. */
export const PROCESS_METRICS = [
  { type: 'gauge', name: 'replywatch_build_info', labels: { version: { max: 1 }, revision: { max: 1 }, node: { max: 1 } }, help: 'What is running; always 1.' },
  { type: 'gauge', name: 'replywatch_leader', labels: {}, help: 'Whether this process serves the series of the cluster: 1 or 0.' },
  {
    type: 'counter', name: 'replywatch_webhook_requests_total', help: 'Webhook requests answered, by source, outcome and reason.',
    labels: { source: SOURCE, outcome: ['accepted', 'rejected', 'unavailable'], reason: Object.keys(WEBHOOK_REASONS) },
  },
  { type: 'histogram', name: 'replywatch_webhook_duration_seconds', labels: { source: SOURCE }, buckets: FAST, help: 'Time from a complete request to its answer.' },
  { type: 'counter', name: 'replywatch_webhook_unknown_total', labels: { source: SOURCE }, help: 'Items in webhooks that this version does not know.' },
  { type: 'counter', name: 'replywatch_webhook_malformed_total', labels: { source: SOURCE }, help: 'Items in webhooks of a known kind that could not be read.' },
  { type: 'counter', name: 'replywatch_webhook_ignored_total', labels: { source: SOURCE }, help: 'Items in webhooks left out on purpose.' },
  {
    type: 'counter', name: 'replywatch_source_notes_total', labels: { source: SOURCE, topic: { max: MAX_NOTES }, state: { max: MAX_NOTES } },
    help: 'News about the account at a provider, such as a paused template.',
  },
  {
    type: 'counter', name: 'replywatch_analytics_events_total', labels: { result: ANALYTICS_RESULTS },
    help: 'Attempts to tell web analytics of a click or a conversion; what failed is tried again for three days.',
  },
  {
    type: 'counter', name: 'replywatch_link_requests_total', labels: { result: LINK_RESULTS },
    help: 'Requests for tracked links: clicks, crawlers that make previews, codes that are none, and clicks beyond what is stored in one second.',
  },
  {
    type: 'histogram', name: 'replywatch_ingest_batch_events', labels: {}, buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024],
    help: 'Events stored by one transaction.',
  },
  { type: 'histogram', name: 'replywatch_commit_seconds', labels: {}, buckets: FAST, help: 'Time one transaction took, from its first statement to its result.' },
  { type: 'gauge', name: 'replywatch_ingest_queue_events', labels: {}, help: 'Events received that wait for their transaction.' },
  { type: 'gauge', name: 'replywatch_ingest_queue_limit_events', labels: {}, help: 'Events that may wait before requests are turned away.' },
  { type: 'gauge', name: 'replywatch_spool_events', labels: {}, help: 'Events on disk that wait for the database to come back.' },
  { type: 'counter', name: 'replywatch_store_errors_total', labels: { reason: STORE_ERRORS }, help: 'Failed transactions and queries, by reason.' },
  { type: 'counter', name: 'replywatch_fold_failures_total', labels: {}, help: 'Conversations that could not be computed and wait to be tried again.' },
  { type: 'gauge', name: 'replywatch_pool_connections', labels: { state: POOL_STATES }, help: 'Database connections in use and idle, and callers waiting for one.' },
  { type: 'gauge', name: 'replywatch_disk_free_bytes', labels: {}, help: 'Space left on the disk of the data directory.' },
  { type: 'gauge', name: 'replywatch_disk_size_bytes', labels: {}, help: 'Size of the disk of the data directory.' },
  {
    type: 'gauge', name: 'replywatch_certificate_expiry_timestamp_seconds', labels: { host: { max: 1 } },
    help: 'When the certificate ends that PUBLIC_URL shows, as Unix time; absent until it could be read.',
  },
  { type: 'counter', name: 'replywatch_scorer_requests_total', labels: { result: SCORER_RESULTS }, help: 'Requests to the sentiment scorer of one\'s own, by result.' },
  { type: 'histogram', name: 'replywatch_scorer_request_duration_seconds', labels: {}, buckets: FAST, help: 'Time one request to the sentiment scorer took.' },
  {
    type: 'counter', name: 'replywatch_scorer_messages_total', labels: { by: SCORED_BY },
    help: 'Messages meant for the sentiment scorer, by who scored them after all: it, the built-in one, or nobody for want of evidence or room.',
  },
  {
    type: 'counter', name: 'replywatch_pull_runs_total', labels: { pull: { max: MAX_PULLS }, outcome: ['success', ...PULL_REASONS] },
    help: 'Readings of platforms\' APIs by this process, by outcome.',
  },
  { type: 'gauge', name: 'replywatch_pull_last_success_timestamp_seconds', labels: { pull: { max: MAX_PULLS } }, help: 'When a reading of a platform\'s API last succeeded, as Unix time; 0 when it never did, or another process leads.' },
  { type: 'gauge', name: 'replywatch_scorer_circuit_open', labels: {}, help: 'Whether the sentiment scorer is left alone after failures: 1 or 0.' },
] as const satisfies readonly ProcessMetric[];

/** A metric of one process. */
export type ProcessMetricName = (typeof PROCESS_METRICS)[number]['name'];
