import { tidyLabel } from './key.ts';
import { ANALYTICS_RESULTS, LINK_RESULTS, MAX_NOTES, POOL_STATES, PULL_REASONS, SCORED_BY, SCORER_RESULTS, STORE_ERRORS, WEBHOOK_REASONS } from './process-definitions.ts';
import type { AnalyticsResult, LinkResult, PoolState, StoreError, WebhookReason } from './process-definitions.ts';
import { ProcessRegistry } from './process-registry.ts';
import { OTHER } from './slots.ts';

/** What is running, for the labels that never change. */
export interface ProcessOptions {
  readonly version: string;
  readonly revision: string;
  /** Sources that exist at 0. Any other name, such as one from a URL, is counted as `other`. */
  readonly sources: readonly string[];
  /** Readings of platforms' APIs that are configured. */
  readonly pulls?: readonly string[];
}

/** What the other rooms report about this process. */
export interface ProcessMetrics {
  /** One webhook request was answered, `seconds` after its body was complete. */
  webhook(source: string, reason: WebhookReason, seconds: number): void;
  /** Items of a webhook that did not become events. */
  leftOut(source: string, items: { readonly ignored: number; readonly unknown: number; readonly malformed: number }): void;
  /** News about the account at a provider: the adapter's words. */
  note(source: string, topic: string, state: string): void;
  /** One attempt to tell web analytics of an event. */
  analytics(result: AnalyticsResult): void;
  /** One request for a tracked link was answered. */
  link(result: LinkResult): void;
  /** One transaction stored `events` events and took `seconds`. */
  committed(events: number, seconds: number): void;
  storeError(reason: StoreError): void;
  foldFailed(): void;
  queue(events: number, limit: number): void;
  spool(events: number): void;
  pool(connections: Readonly<Record<PoolState, number>>): void;
  leader(is: boolean): void;
  /** One request to the scorer ended after `seconds`. */
  scorerRequest(result: (typeof SCORER_RESULTS)[number], seconds: number): void;
  scored(by: (typeof SCORED_BY)[number], messages: number): void;
  /** Whether the scorer is left alone after failures. */
  scorerOpen(open: boolean): void;
  /** The disk of the data directory, in bytes. */
  disk(free: number, size: number): void;
  /** A reading of a platform's API ended. */
  pullRun(pull: string, outcome: 'success' | (typeof PULL_REASONS)[number]): void;
  /** When one last succeeded, epoch ms. */
  pullSuccess(pull: string, at: number): void;
  /** When the certificate of the public address ends, epoch ms. */
  certificate(host: string, endsAt: number): void;
  /** Called before each scrape, for gauges that are cheap to read: no I/O. One that throws fails the scrape. */
  onScrape(update: () => void): void;
  /** OpenMetrics text, prom-client's default metrics included. */
  render(): Promise<string>;
}

/** The metrics of this process; what is closed or configured exists at 0. */
export function createProcessMetrics({ version, revision, sources, pulls = [] }: ProcessOptions): ProcessMetrics {
  const registry = new ProcessRegistry();
  const known = new Set(sources);
  const bounded = (source: string): string => (known.has(source) ? source : OTHER);
  const notes = new Set<string>();
  const updates: (() => void)[] = [];

  registry.set('replywatch_build_info', { version, revision, node: process.version }, 1);
  startAtZero(registry, [...known, OTHER]);
  for (const pull of pulls) {
    for (const outcome of ['success', ...PULL_REASONS]) registry.inc('replywatch_pull_runs_total', { pull, outcome }, 0);
    registry.set('replywatch_pull_last_success_timestamp_seconds', { pull }, 0);
  }

  return {
    webhook(source, reason, seconds) {
      const labels = { source: bounded(source) };
      registry.inc('replywatch_webhook_requests_total', { ...labels, outcome: WEBHOOK_REASONS[reason], reason }, 1);
      registry.observe('replywatch_webhook_duration_seconds', labels, seconds);
    },
    leftOut(source, { ignored, unknown, malformed }) {
      const labels = { source: bounded(source) };
      registry.inc('replywatch_webhook_ignored_total', labels, ignored);
      registry.inc('replywatch_webhook_unknown_total', labels, unknown);
      registry.inc('replywatch_webhook_malformed_total', labels, malformed);
    },
    note(source, topic, state) {
      const pair = `${topic}=${state}`;
      const fits = notes.has(pair) || notes.size < MAX_NOTES;
      if (fits) notes.add(pair);
      const labels = fits ? { topic: tidyLabel(topic), state: tidyLabel(state) } : { topic: OTHER, state: OTHER };
      registry.inc('replywatch_source_notes_total', { source: bounded(source), ...labels }, 1);
    },
    analytics: (result) => registry.inc('replywatch_analytics_events_total', { result }, 1),
    link: (result) => registry.inc('replywatch_link_requests_total', { result }, 1),
    committed(events, seconds) {
      registry.observe('replywatch_ingest_batch_events', {}, events);
      registry.observe('replywatch_commit_seconds', {}, seconds);
    },
    storeError: (reason) => registry.inc('replywatch_store_errors_total', { reason }, 1),
    foldFailed: () => registry.inc('replywatch_fold_failures_total', {}, 1),
    queue(events, limit) {
      registry.set('replywatch_ingest_queue_events', {}, events);
      registry.set('replywatch_ingest_queue_limit_events', {}, limit);
    },
    spool: (events) => registry.set('replywatch_spool_events', {}, events),
    pool(connections) {
      for (const state of POOL_STATES) registry.set('replywatch_pool_connections', { state }, connections[state]);
    },
    leader: (is) => registry.set('replywatch_leader', {}, is ? 1 : 0),
    scorerRequest(result, seconds) {
      registry.inc('replywatch_scorer_requests_total', { result }, 1);
      registry.observe('replywatch_scorer_request_duration_seconds', {}, seconds);
    },
    scored: (by, messages) => registry.inc('replywatch_scorer_messages_total', { by }, messages),
    scorerOpen: (open) => registry.set('replywatch_scorer_circuit_open', {}, open ? 1 : 0),
    disk(free, size) {
      registry.set('replywatch_disk_free_bytes', {}, free);
      registry.set('replywatch_disk_size_bytes', {}, size);
    },
    pullRun: (pull, outcome) => registry.inc('replywatch_pull_runs_total', { pull, outcome }, 1),
    pullSuccess: (pull, at) => registry.set('replywatch_pull_last_success_timestamp_seconds', { pull }, at / 1000),
    certificate: (host, endsAt) => registry.set('replywatch_certificate_expiry_timestamp_seconds', { host }, endsAt / 1000),
    onScrape: (update) => void updates.push(update),
    render() {
      for (const update of updates) update();
      return registry.render();
    },
  };
}

function startAtZero(registry: ProcessRegistry, sources: readonly string[]): void {
  for (const source of sources) {
    for (const [reason, outcome] of Object.entries(WEBHOOK_REASONS)) registry.inc('replywatch_webhook_requests_total', { source, outcome, reason }, 0);
    registry.zero('replywatch_webhook_duration_seconds', { source });
    for (const kind of ['ignored', 'unknown', 'malformed'] as const) registry.inc(`replywatch_webhook_${kind}_total`, { source }, 0);
  }
  for (const result of ANALYTICS_RESULTS) registry.inc('replywatch_analytics_events_total', { result }, 0);
  for (const result of LINK_RESULTS) registry.inc('replywatch_link_requests_total', { result }, 0);
  for (const result of SCORER_RESULTS) registry.inc('replywatch_scorer_requests_total', { result }, 0);
  for (const by of SCORED_BY) registry.inc('replywatch_scorer_messages_total', { by }, 0);
  registry.set('replywatch_scorer_circuit_open', {}, 0);
  registry.zero('replywatch_scorer_request_duration_seconds', {});
  for (const reason of STORE_ERRORS) registry.inc('replywatch_store_errors_total', { reason }, 0);
  for (const state of POOL_STATES) registry.set('replywatch_pool_connections', { state }, 0);
}
