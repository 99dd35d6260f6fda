/** The composition root: every room is made here and handed what it needs. */
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Pool } from 'pg';
import type { Config } from './config.ts';
import { startDuties } from './duties.ts';
import { createEpisodePages } from './episodes.ts';
import { startForwarding } from './forwarding.ts';
import { listen, type Listening } from './http/server.ts';
import { createTelemetryApp } from './http/telemetry-server.ts';
import { createWebhookApp } from './http/webhook-server.ts';
import { createEventsAccess } from './ingest/access.ts';
import { createClicks } from './ingest/clicks.ts';
import { createCommitter } from './ingest/committer.ts';
import { createEnricher, type Enricher } from './ingest/enrich.ts';
import { createIdentities } from './ingest/identity.ts';
import { createPipeline } from './ingest/pipeline.ts';
import { createSpool } from './ingest/spool.ts';
import { createUnknownKinds } from './ingest/unknown-kinds.ts';
import type { Keys } from './keys.ts';
import type { Logger } from './log.ts';
import { createCounting, type EveryCount } from './metrics/counting.ts';
import { createExposition } from './metrics/exposition.ts';
import { GAUGES, METRICS } from './metrics/index.ts';
import { PersistedSeries } from './metrics/persisted.ts';
import { createProcessMetrics } from './metrics/process.ts';
import { createSlots, type Slots } from './metrics/slots.ts';
import { createPulling, pullsOf } from './pulling.ts';
import { revisionOf } from './revision.ts';
import { ROLLUPS } from './rollups/index.ts';
import { adaptersOf } from './sources/adapters.ts';
import { statusOf } from './status.ts';
import { createStore, type Store } from './store/apply.ts';
import { arrivals } from './store/arrivals.ts';
import { clusterId } from './store/cluster.ts';
import { createPool } from './store/connection.ts';
import { createLeadership } from './store/leader.ts';
import { migrate } from './store/migrate.ts';
import { createTraceOutbox } from './store/outbox.ts';
import { claimSlots } from './store/slots.ts';
import type { Counting } from './store/store.ts';
import { transactions } from './store/transaction.ts';
import { withWatermarks } from './store/watermarks.ts';
import { storeReason } from './store-reason.ts';
import { startSurroundings } from './surroundings.ts';
import { startTexts } from './texts.ts';
import { certainlyKept, createTraceChoices, type KeepOptions } from './traces/keep.ts';
import { startSelfTracing } from './traces/self.ts';
import { startTraceCounts, startTracing } from './tracing.ts';

/** What an exporter is started with. */
export interface AppOptions {
  readonly config: Config;
  readonly databaseUrl: string;
  readonly keys: Keys;
  readonly log: Logger;
  readonly version: string;
  readonly now?: () => number;
  /** Called when the schema is ready, before anything listens: the demo imports its past here. */
  readonly prepare?: (parts: { readonly store: Store; readonly enricher: Enricher }) => Promise<void>;
  /** A taken port is replaced by a free one instead of being an error. */
  readonly anyPort?: boolean;
}

/** A running exporter. */
export interface App {
  readonly webhookPort: number;
  readonly telemetryPort: number;
  readonly enricher: Enricher;
  /** In order: no new requests, what is in flight is answered, then everything else. Within about four seconds. */
  stop(): Promise<void>;
}

/** How long readiness waits for the database. */
const READY_MS = 2_000;
/** Events of one transaction from which work that can wait does, and for how long after it. */
const BUSY_EVENTS = 8;
const BUSY_MS = 250;
const MAX_PENDING = 20_000;
const GRACE_MS = 2_000;
/** How long a claimed trace is ours, beside the time of a request: the pump begins no request after 40 of them. */
const LEASE_SECONDS = 60;
const PROJECT = fileURLToPath(new URL('..', import.meta.url));

/** Starts the exporter on a database that exists. @throws Error when a port is taken or the database cannot be prepared */
export async function startApp(options: AppOptions): Promise<App> {
  const { config, databaseUrl, keys, log, version, now = Date.now } = options;
  const adapters = adaptersOf(config.mappings);
  const sources = config.sources.flatMap(({ id, secrets }) => { const adapter = adapters.find((each) => each.id === id); return adapter ? [{ adapter, secrets }] : []; });
  const metrics = createProcessMetrics({ version, revision: revisionOf(PROJECT), sources: adapters.map((source) => source.id), pulls: pullsOf(config.platforms) });
  const pool = createPool(databaseUrl);
  await migrate(pool);
  const cluster = await clusterId(pool, randomUUID);
  const { counting, counts, slots } = await startCounting(pool, config);
  const keep: KeepOptions = { key: keys.trace, ratio: config.traces.keepRatio, rules: config.traces.keepRules, settingsFor: config.settingsFor };
  const traceCounts = startTraceCounts(pool, counts);
  const store = withWatermarks(createStore({
    url: databaseUrl, pool, settingsFor: config.settingsFor, counting, now,
    ...(config.otlp && { traces: { ...createTraceChoices(keep), onLate: (episodes) => traceCounts.count('chat_trace_late_events_total', {}, episodes) } }),
    onFoldFailure: (error) => { metrics.foldFailed(); log.error({ err: error }, 'a conversation could not be folded; its next event tries again'); },
  }), pool);
  const texts = startTexts({ config, keys, pool, metrics, now, log, committer: () => committer });
  const enricher = createEnricher({ key: keys.pseudonym, settingsFor: config.settingsFor, understand: texts.understand });
  await options.prepare?.({ store, enricher });

  const series = new PersistedSeries({ metrics: METRICS, gauges: [...GAUGES, ...ROLLUPS.flatMap((rollup) => rollup.gauges)], slots, constantLabels: { instance: cluster } });
  const self = await startSelfTracing({ target: config.otlp, version, now, graceMs: 1_000, ratios: { 'webhook batch': config.traces.selfRatio, scrape: config.traces.selfRatio } });
  let busyAt = -Infinity;
  const committer = createCommitter({
    store, maxPending: MAX_PENDING,
    onCommit: (events, seconds) => {
      if (events >= BUSY_EVENTS) busyAt = performance.now();
      metrics.committed(events, seconds);
      self.record('webhook batch', seconds, { 'replywatch.batch.events': events });
    },
    onError: (error) => { metrics.storeError(storeReason(error)); log.debug({ err: error }, 'a batch was not stored'); },
  });
  mkdirSync(config.dataDir, { recursive: true });
  const spool = createSpool({
    directory: join(config.dataDir, 'spool'), committer, onSize: (events) => metrics.spool(events),
    onError: (error) => log.error({ err: error }, 'events could not be written to the spool'),
    onDamaged: (lines) => log.warn({ lines }, 'half-written lines of the spool were left out'),
  });
  const surroundings = startSurroundings({ dataDir: config.dataDir, publicUrl: config.publicUrl, metrics, onError: (error) => log.debug({ err: error }, 'disk or certificate could not be looked at') });
  const unknown = createUnknownKinds();
  const isLinking = config.linkCustomers ?? sources.some(({ adapter }) => adapter.feeds.orders !== undefined);
  const pipeline = createPipeline({ sources, enricher, committer, spool, metrics, log, onUnknown: unknown.note, ...(config.publicUrl === undefined ? {} : { publicUrl: config.publicUrl }), ...(texts.onText && { onText: texts.onText }), ...(isLinking && { identities: createIdentities({ key: keys.pseudonym }) }) });
  const outbox = createTraceOutbox(pool, { now, leaseSeconds: LEASE_SECONDS + (config.otlp?.timeoutSeconds ?? 0) });
  const leadership = createLeadership(databaseUrl);
  const duties = startDuties({
    config, pool, store, counting, pulling: () => createPulling({ config, pool, store, committer, enricher, metrics, now, log }), isBusy: () => performance.now() - busyAt < BUSY_MS, counts, series, metrics, leadership, outbox, self, transaction: transactions(pool), now, log,
    traceIdOf: config.otlp && ((conversation, number) => {
      const { keep: isKept, traceId, reason } = certainlyKept(conversation, number, keep);
      return isKept ? { traceId, keepReason: reason } : undefined;
    }),
  });
  metrics.onScrape(() => {
    metrics.queue(committer.pending(), MAX_PENDING);
    metrics.pool({ active: pool.totalCount - pool.idleCount, idle: pool.idleCount, waiting: pool.waitingCount });
  });
  const pump = config.otlp && startTracing({ target: config.otlp, keep, outbox, counts: traceCounts, self, log, graceMs: GRACE_MS, now });

  const forwarding = config.analytics && startForwarding({ pool, target: config.analytics, key: keys.pseudonym, metrics, log, now });

  let stopping = false;
  const follow = createClicks({
    key: keys.pseudonym, targets: config.links, now, onResult: metrics.link,
    // Whoever clicks is led on at once and does not come again: what the database does not take waits on disk.
    record(click) {
      const hold = (): void => spool.hold([click], [], () => undefined);
      if (!committer.submit([click], [], (error) => { if (error !== undefined) hold(); })) hold();
    },
  });
  const webhookApp = createWebhookApp({
    pipeline, metrics, now, follow, stopping: () => stopping,
    eventsAccess: createEventsAccess({ tokens: config.eventsTokens, secrets: config.eventsSecrets }),
  });
  const exposition = createExposition(series, metrics);
  let webhookPort = 0;
  const telemetryApp = createTelemetryApp({
    tokens: config.telemetry.tokens, scrape: (accept) => self.span('scrape', {}, () => exposition.scrape(accept)), runbooks: join(PROJECT, 'alerts', 'runbooks'),
    episodes: createEpisodePages({ pool, config, keep, pseudonymKey: keys.pseudonym, isTracing: config.otlp !== undefined, now }),
    ready: async () => (stopping ? 'stopping' : await isAnswering(pool) ? undefined : 'database'),
    onError: (error) => log.error({ err: error }, 'a request to the telemetry port failed'),
    page: async () => statusOf({ config, adapters, version, webhookPort, unknown, arrived: await arrivals(pool, now()).catch(() => []) }),
  });
  const telemetry = await listenOr(telemetryApp, 'TELEMETRY', config.telemetry, options.anyPort);
  const webhooks = await listenOr(webhookApp, 'WEBHOOK', config.webhook, options.anyPort);
  webhookPort = webhooks.port;

  return {
    webhookPort: webhooks.port, telemetryPort: telemetry.port, enricher,
    async stop() {
      stopping = true;
      await spool.stop(); // answers what it holds, so that closing need not wait for it
      await Promise.all([webhooks.close(GRACE_MS), pump?.shutdown()]);
      await Promise.all([texts.stop(), forwarding?.stop(), surroundings.stop()]);
      await Promise.all([committer.drain(), duties.stop()]);
      await Promise.all([store.close(), traceCounts.stop(), self.shutdown(), telemetry.close(200)]);
      await pool.end();
    },
  };
}

/** Whether the database says something in time; a frozen one takes the question and is silent. */
async function isAnswering(pool: Pool): Promise<boolean> {
  const answer = pool.query('select 1').then(() => true, () => false);
  return Promise.race([answer, new Promise<boolean>((resolve) => { setTimeout(resolve, READY_MS, false).unref(); })]);
}

async function listenOr(app: Parameters<typeof listen>[0], name: 'TELEMETRY' | 'WEBHOOK', { host, port }: { host: string; port: number }, anyPort = false): Promise<Listening> {
  try {
    return await listen(app, host, port);
  } catch (error) {
    const { code } = error as { code?: string };
    if (anyPort && code === 'EADDRINUSE') return listen(app, host, 0);
    const reason = code === 'EADDRINUSE' ? `another program listens there; stop it, or set ${name}_PORT to a free port`
      : code === 'EACCES' ? `not allowed for this user; set ${name}_PORT to 1024 or more`
        : `set ${name}_HOST to an address of this machine`;
    throw new Error(`cannot listen on ${host}:${port}: ${reason}`, { cause: error });
  }
}

/** Label slots of what is configured are claimed first, so that a stranger's inbox never takes the place of ours. */
async function startCounting(pool: Pool, config: Config): Promise<{ counting: Counting; counts: EveryCount; slots: Slots }> {
  const slots = createSlots(METRICS);
  const counts = createCounting(slots);
  const counting = counts as Counting; // event kinds are checked where events are made
  const { rows } = await pool.query<{ label: string; value: string }>('select slot.label, slot.value from replywatch.label_slot as slot');
  slots.load(rows);
  const wanted = [
    ...config.inboxes.map((inbox) => ({ label: 'inbox', value: inbox.id })), ...config.sources.map((source) => ({ label: 'source', value: source.id })),
    ...ROLLUPS.map((rollup) => ({ label: 'rollup', value: rollup.name })),
  ].filter(({ label, value }) => slots.has(label) && slots.resolve(label, value) === undefined);
  await claimSlots(pool, counting, wanted);
  return { counting, counts, slots };
}
