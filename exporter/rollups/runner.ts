import { createTask } from 'node-cron';
import type { RollupOutcome } from '../metrics/rollups.ts';
import type { GaugeRow, Rollup, RollupSettings, Sql, Transaction } from './rollup.ts';

/** What rollups run on, and where their gauges go. */
export interface RunnerOptions {
  readonly transaction: Transaction;
  readonly rollups: readonly Rollup[];
  readonly settings: RollupSettings;
  readonly log: RollupLog;
  /** Epoch ms. */
  readonly now: () => number;
  /** Every run, skipped ones too: their duration is 0. */
  readonly onRun: (rollup: string, outcome: RollupOutcome, seconds: number) => void;
  /** Replaces all rows of a gauge. */
  readonly setGauges: (name: string, rows: readonly GaugeRow[]) => void;
  /** A scheduled run starts up to this much later, so that rollups do not start in one instant. 5,000 by default. */
  readonly jitterMs?: number;
}

/** The part of pino that is used. */
export interface RollupLog {
  error(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  debug(fields: object, message: string): void;
}

/** Runs rollups on their schedules, each once at a time. */
export interface Runner {
  /** Publishes when each rollup last succeeded, runs all of them once, one after the other, and then as scheduled. For the leader only. */
  start(): Promise<void>;
  /** One run, now; `skipped` when that rollup is running. Never throws for what goes wrong inside. @throws RangeError for an unknown name */
  runNow(name: string): Promise<RollupOutcome>;
  /** Schedules nothing more and cancels what is running; its figures are no longer published. Final. */
  stop(): Promise<void>;
}

/** Runs rollups on their schedules: one run of each at a time, under a time limit, failures kept apart from the figures of the last success. */
export function createRunner(options: RunnerOptions): Runner {
  const { rollups, settings, log, now, onRun, setGauges, jitterMs = 5_000 } = options;
  const tasks: ReturnType<typeof createTask>[] = [];
  const running = new Map<string, Promise<RollupOutcome>>();
  const health = new Map(rollups.map((rollup) => [rollup.name, { succeededAt: 0, seconds: 0 }]));
  const stopping = new AbortController();

  async function run(rollup: Rollup): Promise<RollupOutcome> {
    if (stopping.signal.aborted) return 'skipped';
    if (running.has(rollup.name)) {
      log.warn({ rollup: rollup.name }, 'a rollup was skipped because its last run has not ended');
      onRun(rollup.name, 'skipped', 0);
      return 'skipped';
    }
    const run = attempt(rollup).finally(() => running.delete(rollup.name));
    running.set(rollup.name, run);
    return run;
  }

  async function attempt(rollup: Rollup): Promise<RollupOutcome> {
    const startedAt = now();
    const began = performance.now();
    const elapsed = (): number => (performance.now() - began) / 1000;
    const transaction = <T>(work: (sql: Sql) => Promise<T>): Promise<T> => bounded(options.transaction, work, rollup.timeoutMs, stopping.signal);
    let outcome: RollupOutcome = 'success';
    try {
      const gauges = await rollup.run({ transaction, settings, now: startedAt, signal: stopping.signal });
      if (stopping.signal.aborted) return 'skipped'; // perhaps unfinished
      await transaction((sql) => sql(SUCCEEDED, [rollup.name, new Date(startedAt), elapsed()]));
      if (stopping.signal.aborted) return 'skipped'; // another process publishes by now
      for (const gauge of rollup.gauges) setGauges(gauge.name, gauges[gauge.name] ?? []);
      health.set(rollup.name, { succeededAt: startedAt, seconds: elapsed() });
    } catch (error) {
      if (stopping.signal.aborted) return 'skipped'; // cancelled by the stop, or of no interest to it
      outcome = isTimeout(error) ? 'timeout' : 'failure';
      health.set(rollup.name, { succeededAt: health.get(rollup.name)?.succeededAt ?? 0, seconds: elapsed() });
      log.error({ rollup: rollup.name, outcome, err: error }, 'a rollup failed; its figures stay those of the last success');
    }
    log.debug({ rollup: rollup.name, outcome, seconds: elapsed() }, 'rollup run');
    if (stopping.signal.aborted) return outcome;
    onRun(rollup.name, outcome, elapsed());
    publishHealth();
    return outcome;
  }

  function publishHealth(): void {
    const rows = (value: (rollup: Rollup) => number): readonly GaugeRow[] => rollups.map((rollup) => ({ labels: { rollup: rollup.name }, value: value(rollup) }));
    setGauges('chat_rollup_last_success_timestamp_seconds', rows(({ name }) => (health.get(name)?.succeededAt ?? 0) / 1000));
    setGauges('chat_rollup_duration_seconds', rows(({ name }) => health.get(name)?.seconds ?? 0));
    setGauges('chat_rollup_interval_seconds', rows(({ intervalSeconds }) => intervalSeconds));
  }

  /** A new leader continues where the last one stood: an old success does not look like none. */
  async function readHealth(): Promise<void> {
    try {
      const rows = await bounded(options.transaction, (sql) => sql(LAST_SUCCESS), 5_000);
      for (const { rollup, succeeded_at, seconds } of rows) {
        if (health.has(String(rollup))) health.set(String(rollup), { succeededAt: Number(succeeded_at), seconds: Number(seconds) });
      }
    } catch (error) {
      log.warn({ err: error }, 'when rollups last succeeded cannot be read; it is known again after their next run');
    }
  }

  return {
    async start() {
      await readHealth();
      if (stopping.signal.aborted) return;
      publishHealth();
      for (const rollup of rollups) tasks.push(createTask(rollup.schedule, () => run(rollup), taskOptions(rollup, jitterMs, log)));
      for (const task of tasks) await task.start();
      for (const rollup of rollups) await run(rollup);
    },
    async runNow(name) {
      const rollup = rollups.find((each) => each.name === name);
      if (rollup === undefined) throw new RangeError(`there is no rollup ${name}`);
      return run(rollup);
    },
    async stop() {
      stopping.abort();
      for (const task of tasks.splice(0)) await task.destroy();
      await Promise.all(running.values());
    },
  };
}

const SUCCEEDED = `
  insert into replywatch.rollup_state (rollup, succeeded_at, seconds) values ($1, $2, $3)
  on conflict (rollup) do update set succeeded_at = excluded.succeeded_at, seconds = excluded.seconds`;

const LAST_SUCCESS = `
  select rollup_state.rollup, extract(epoch from rollup_state.succeeded_at) * 1000 as succeeded_at, rollup_state.seconds
  from replywatch.rollup_state where rollup_state.succeeded_at is not null`;

/** Postgres limits statements one by one; each gets what is left of the limit of its transaction. */
function bounded<T>(transaction: Transaction, work: (sql: Sql) => Promise<T>, timeoutMs: number, signal?: AbortSignal): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  return transaction((sql) => work(async (text, values) => {
    const left = Math.ceil(deadline - performance.now());
    if (left <= 0) throw new RollupTimeout(timeoutMs);
    signal?.throwIfAborted();
    await sql(`select set_config('statement_timeout', $1, true)`, [String(left)]);
    return sql(text, values);
  }), timeoutMs, signal);
}

class RollupTimeout extends Error {
  readonly code = 'ROLLUP_TIMEOUT';
  constructor(timeoutMs: number) {
    super(`a transaction of the rollup took longer than ${timeoutMs} ms`);
    this.name = 'RollupTimeout';
  }
}

/** 57014 is Postgres's query_canceled. */
const isTimeout = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === '57014' || error.code === 'ROLLUP_TIMEOUT');

function taskOptions({ name }: Rollup, jitterMs: number, log: RollupLog): Parameters<typeof createTask>[2] {
  const note = (message: unknown): void => log.debug({ rollup: name, note: String(message) }, 'scheduler');
  // Overlaps are ours to notice: the scheduler would drop them silently.
  return { name, timezone: 'UTC', maxRandomDelay: jitterMs, suppressMissedWarning: true, logger: { info: note, warn: note, error: note, debug: note } };
}
