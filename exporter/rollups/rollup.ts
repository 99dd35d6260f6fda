/** What a rollup is: figures computed by SQL on a schedule. */
import type { Settings, SettingsFor } from '../core/settings.ts';
import type { Gauge } from '../metrics/metric.ts';
import type { Staffing } from './erlang.ts';

/** A row by column, as the database gives it. */
export type Row = Readonly<Record<string, unknown>>;
/** One statement of the current transaction. */
export type Sql = (text: string, values?: readonly unknown[]) => Promise<readonly Row[]>;
/**
 * Runs `work` in a transaction of its own; commits when it returns, rolls back when it throws. Each statement may take `timeoutMs` at
 * most; so may waiting for a connection. When `signal` aborts, the statement that runs is cancelled.
 */
export type Transaction = <T>(work: (sql: Sql) => Promise<T>, timeoutMs: number, signal?: AbortSignal) => Promise<T>;

/** One series of a gauge. */
export interface GaugeRow { readonly labels: Readonly<Record<string, string>>; readonly value: number }

/** The settings that figures depend on; another value computes them anew. */
export interface RollupSettings {
  /** IANA zone of the workspace: local days and hours. */
  readonly tz: string;
  /** Corrections older than this wait for a rebuild. */
  readonly lateWindowSeconds: number;
  /** Who is said to be online and to nothing else after it counts as gone after so long. */
  readonly presenceLimitSeconds: number;
  /** Upper bounds of duration histograms in seconds, ascending, without +Inf. */
  readonly durationBuckets: readonly number[];
  /** What agents can do and what is expected of them. */
  readonly staffing: Pick<Staffing, 'parallelChats' | 'targetSeconds' | 'objectiveRatio' | 'maxOccupancyRatio'>;
  /** Whether events of an inbox say that a case is solved. */
  readonly hasResolution: (source: string, inbox: string) => boolean;
}

/** The settings that rollups need: of the whole workspace, and of its inboxes where these may differ in what matters here. */
export const rollupSettings = (settings: Settings, durationBuckets: readonly number[], settingsFor: SettingsFor = () => settings): RollupSettings => ({
  tz: settings.tz, lateWindowSeconds: settings.lateWindowSeconds, presenceLimitSeconds: settings.presenceLimitSeconds, durationBuckets,
  staffing: {
    parallelChats: settings.parallelChats, targetSeconds: settings.slaFirstResponseSeconds, objectiveRatio: settings.firstResponseObjectiveRatio,
    maxOccupancyRatio: settings.maxOccupancyRatio,
  },
  hasResolution: (source, inbox) => settingsFor(source, inbox).hasResolution,
});

/** What a run is given. */
export interface RollupContext {
  /** A transaction under the rollup's own time limit. */
  readonly transaction: <T>(work: (sql: Sql) => Promise<T>) => Promise<T>;
  readonly settings: RollupSettings;
  /** Our clock when the run began: epoch ms. */
  readonly now: number;
  /** Aborted when the runner stops; the statement that runs is cancelled, and work must not begin another. */
  readonly signal: AbortSignal;
}

/** One scheduled computation. */
export interface Rollup {
  readonly name: string;
  /** node-cron expression, read in UTC: a clock change neither skips nor repeats a run. */
  readonly schedule: string;
  /** How often that is. */
  readonly intervalSeconds: number;
  /** Limit of each of its transactions. */
  readonly timeoutMs: number;
  /** What it exports. */
  readonly gauges: readonly Gauge[];
  /** Computes everything anew and returns all rows of each of its gauges, by name. Throws what the database throws. */
  run(context: RollupContext): Promise<Readonly<Record<string, readonly GaugeRow[]>>>;
}
