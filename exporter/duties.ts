/** What one replica does for the whole cluster: the clock, settling, the totals on `/metrics`, rollups. The holder of the lock does it. */
import type { Pool } from 'pg';
import { rulesOf } from './basis.ts';
import type { Config } from './config.ts';
import { calendarOf } from './core/calendar.ts';
import { CHANNELS } from './core/event.ts';
import type { TraceOutbox } from './core/trace-job.ts';
import type { Logger } from './log.ts';
import { startLoop, type Loop } from './loop.ts';
import type { Counts } from './metrics/counts.ts';
import { DURATION_BUCKETS } from './metrics/labels.ts';
import { LIVE_GAUGES } from './metrics/live.ts';
import type { PersistedSeries } from './metrics/persisted.ts';
import type { ProcessMetrics } from './metrics/process.ts';
import type { PullRunner } from './pull/runner.ts';
import { startRebuilding } from './rebuilding.ts';
import { createRunner, type Runner } from './rollups/runner.ts';
import { ROLLUPS } from './rollups/index.ts';
import { promised } from './promised.ts';
import { rollupSettings, type GaugeRow, type Transaction } from './rollups/rollup.ts';
import type { Store } from './store/apply.ts';
import { ALL_AGENTS, countAgentSeconds } from './store/agent-seconds.ts';
import { heartbeat } from './store/cluster.ts';
import { deriveDue } from './store/derive/due.ts';
import type { Leadership } from './store/leader.ts';
import { createMirror, type Mirror } from './store/mirror.ts';
import { addTotals, settle, type SettleOptions } from './store/settle.ts';
import type { Counting } from './store/store.ts';
import type { SelfTracing } from './traces/self.ts';

/** All that the clock works with. */
export interface DutiesOptions {
  readonly config: Config;
  readonly pool: Pool;
  readonly store: Store;
  readonly counting: Counting;
  /** What is read from platforms, for one spell as leader; undefined when nothing is. */
  readonly pulling: () => PullRunner | undefined;
  /** Webhooks come in faster than one by one. */
  readonly isBusy: () => boolean;
  readonly counts: Counts;
  readonly series: PersistedSeries;
  readonly metrics: ProcessMetrics;
  readonly leadership: Leadership;
  readonly outbox: TraceOutbox;
  readonly self: SelfTracing;
  readonly transaction: Transaction;
  readonly traceIdOf: NonNullable<SettleOptions['traceIdOf']> | undefined;
  readonly now: () => number;
  readonly log: Logger;
}

const EVERY_MS = 1_000;
/** Whoever led before shows his last figures until he looks at the lock again: ours come after that, or the counters would seem to fall. */
const HANDOVER_MS = 2 * EVERY_MS;
const HEARTBEAT_MS = 10_000;
const TICKS = 500;
/** Facts that cross conversations follow their events by about so much. */
const DERIVE_MS = 3_000;
/** While webhooks come in, each slice of it rests so many times as long as it took, at most so long. */
const RESTS = 19;
const CALM_MS = 20_000;
/** Work that piled up is done in spells of this length, so that `/metrics` does not stand still until all of it is done. */
const SPELL_MS = 5_000;

/** Starts trying to become the one, and doing its work once it is. */
export function startDuties(options: DutiesOptions): Loop {
  const { leadership, series, metrics, log } = options;
  let spell: { mirror: Mirror; runner: Runner; deriving: Loop; rebuilding: Loop; pulling: PullRunner | undefined } | undefined;
  let beatAt = 0;
  let othersUntil = 0; // of the monotonic clock

  leadership.onLost(() => series.show(false)); // somebody else may have the lock this moment

  const begin = async (): Promise<void> => {
    const mirror = createMirror(options.pool, series, placesOf(options.config));
    try {
      await mirror.refresh(options.now());
    } catch (error) {
      series.clear(); // half of the figures, and perhaps no longer ours to serve
      throw error;
    }
    declare(options); // only now: a counter that another process had raised must not be seen at 0 first
    spell = { mirror, pulling: options.pulling(), deriving: startDeriving(options), rebuilding: startRebuilding(options), runner: createRunner({
      transaction: options.transaction, rollups: ROLLUPS, now: options.now, log,
      settings: rollupSettings(options.config.settings, DURATION_BUCKETS, options.config.settingsFor),
      onRun: (rollup, outcome, seconds) => {
        options.self.record('rollup run', seconds, { 'replywatch.rollup': rollup, 'replywatch.rollup.outcome': outcome }, outcome === 'success' ? undefined : outcome);
        const totals = new Map<string, number>();
        options.counts.rollupRun(rollup, outcome, totals);
        void addTotals(options.pool, totals).catch(() => undefined); // a count of runs may be lost with the database it is about
      },
      setGauges: (name, rows) => series.setGauges(name, options.config.agentsLabel ? rows : rows.map(withoutAgent)),
    }) };
    log.info('this process serves the totals of the cluster');
    void spell.runner.start().catch((error: unknown) => log.error({ err: error }, 'the rollups could not start'));
    void spell.pulling?.start().catch((error: unknown) => log.error({ err: error }, 'reading platforms could not start'));
  };

  const end = async (): Promise<void> => {
    const ended = spell;
    spell = undefined;
    series.clear();
    await Promise.all([ended?.runner.stop(), ended?.deriving.stop(), ended?.rebuilding.stop(), ended?.pulling?.stop()]);
  };

  const loop = startLoop(EVERY_MS, async () => {
    const held = await leadership.check();
    metrics.leader(held);
    if (!held) {
      if (!spell) othersUntil = Infinity;
      if (spell && leadership.reachable()) await end();
      // The database is away: counters stay as they were, but nobody can say who waits now.
      else if (spell) {
        for (const gauge of LIVE_GAUGES) series.setGauges(gauge.name, []);
        series.show(true);
      }
      return;
    }
    if (!spell) {
      othersUntil = Math.min(othersUntil, performance.now() + HANDOVER_MS);
      if (performance.now() < othersUntil) return;
      await begin();
    }
    series.show(leadership.held());
    const now = options.now();
    if (now - beatAt >= HEARTBEAT_MS) {
      beatAt = now;
      await blindness(options, now);
    }
    await catchUp(options, now);
    await spell?.mirror.refresh(now);
    await configured(options, now);
  }, (error) => log.debug({ err: error }, 'a round of the cluster duties failed; the next one tries again'));

  return {
    async stop() {
      const deriving = spell?.deriving.stop(); // its slice ends beside the round that runs
      await loop.stop();
      await Promise.all([spell?.runner.stop(), deriving, spell?.deriving.stop(), spell?.rebuilding.stop(), spell?.pulling?.stop()]);
      await leadership.release();
    },
  };
}

/** Rows of all agents become one: the business does not want to see them one by one. */
const withoutAgent = (row: GaugeRow): GaugeRow => ('agent' in row.labels ? { ...row, labels: { ...row.labels, agent: ALL_AGENTS } } : row);

/** A webhook cannot wait, what is derived can, for a while: under a load that never ends it gets a twentieth of the time. */
function resting(isBusy: () => boolean, signal: AbortSignal): () => Promise<void> {
  let since = performance.now();
  return async () => {
    const end = performance.now() + Math.min(CALM_MS, RESTS * (performance.now() - since));
    while (isBusy() && !signal.aborted && performance.now() < end) await new Promise((resolve) => { setTimeout(resolve, 20); });
    since = performance.now();
  };
}

/** Makes the facts that cross conversations, beside the other duties: after an import there is much to read. */
function startDeriving({ pool, config, counting, isBusy, now, log }: DutiesOptions): Loop {
  const stopping = new AbortController();
  const rules = rulesOf(config);
  const pause = resting(isBusy, stopping.signal);
  const loop = startLoop(DERIVE_MS, async () => {
    await deriveDue({
      pool, counting, rules, signal: stopping.signal, pause,
      onFailure: (error) => log.error({ err: error }, 'facts of a customer could not be derived; the old ones stay, and it is tried again in an hour'),
    }, now());
    await countAgentSeconds({ pool, counting, settings: config.settings, agentsLabel: config.agentsLabel }, now());
  }, (error) => log.debug({ err: error }, 'deriving failed; the next round tries again'));
  return { stop: async () => { stopping.abort(); await loop.stop(); } };
}

/** Counts what has settled and lets time pass where it is due. What is left over is for the next round. */
async function catchUp(options: DutiesOptions, now: number): Promise<void> {
  const end = performance.now() + SPELL_MS;
  while (await settle({ pool: options.pool, counting: options.counting, ...(options.traceIdOf && { traceIdOf: options.traceIdOf }) }, now) > 0 && performance.now() < end);
  let due = await options.store.due(now, TICKS);
  while (due.length > 0) {
    await options.store.applyTicks(due);
    due = due.length < TICKS || performance.now() > end ? [] : await options.store.due(now, TICKS);
  }
}

const placesOf = (config: Config): { channel: string; inbox: string }[] => config.inboxes.map(({ channel, source, id }) => ({ channel: channel ?? CHANNELS.find((each) => each === source) ?? 'other', inbox: id }));

function declare({ config, series }: DutiesOptions): void {
  series.declare({ places: placesOf(config), sources: config.sources.map((source) => source.id), rollups: ROLLUPS.map((rollup) => rollup.name) });
}

/** Gauges that follow from the configuration and the hour. */
async function configured({ config, series, outbox }: DutiesOptions, now: number): Promise<void> {
  const inboxes = config.inboxes.map((inbox) => ({ id: inbox.id, settings: config.settingsFor(inbox.source, inbox.id) }));
  series.setGauges('chat_inbox_info', config.inboxes.map(({ id, name = id }) => ({ labels: { inbox: id, name }, value: 1 })));
  series.setGauges('chat_inbox_open', inboxes.map(({ id, settings }) => ({ labels: { inbox: id }, value: calendarOf(settings.calendars).isOpen(now) ? 1 : 0 })));
  promised(series, config.settings, inboxes);
  series.setGauges('chat_month_cost_budget', [...config.budgets].map(([currency, value]) => ({ labels: { currency }, value })));
  series.setGauges('chat_source_expected', config.sources.map((source) => ({ labels: { source: source.id }, value: 1 })));
  series.setGauges('chat_source_info', config.sources.map((source) => ({ labels: { source: source.id, kind: source.id }, value: 1 })));
  const backlog = await outbox.backlog();
  series.setGauges('chat_trace_outbox_pending', [{ labels: {}, value: backlog.pending }]);
  series.setGauges('chat_trace_outbox_oldest_age_seconds', [{ labels: {}, value: backlog.oldestAgeSeconds }]);
  series.setGauges('chat_trace_last_success_timestamp_seconds', backlog.lastSuccessAt === null ? [] : [{ labels: {}, value: backlog.lastSuccessAt / 1000 }]);
}

async function blindness({ pool, counts, config, log }: DutiesOptions, now: number): Promise<void> {
  const seconds = await heartbeat(pool, now);
  if (seconds === 0) return;
  log.warn({ seconds }, 'nobody listened for a while; figures of that time are incomplete');
  const totals = new Map<string, number>();
  for (const source of config.sources) counts.blind(source.id, seconds, totals);
  await addTotals(pool, totals);
}
