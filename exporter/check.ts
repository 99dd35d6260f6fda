import type { Config } from './config.ts';
import { describe, type Problem, type VariableView } from './config/problem.ts';
import type { Overview } from './config/overview.ts';
import { apisOf } from './platforms.ts';
import type { DatabaseState } from './store/inspect.ts';

/** One thing that was looked at. `fix` says what to do when it is not ok. */
export interface CheckRow {
  readonly area: 'configuration' | 'database' | 'data directory' | 'keys' | 'source' | 'platform' | 'traces' | 'public address';
  readonly status: 'ok' | 'warn' | 'fail';
  readonly detail: string;
  readonly fix?: string;
}

/** What `replywatch check` found; `ok` is false when any row fails. Holds no secret. */
export interface CheckReport {
  readonly ok: boolean;
  readonly mode?: Config['mode'];
  readonly rows: readonly CheckRow[];
  readonly variables: readonly VariableView[];
  readonly settings: Overview['settings'];
}

/** How the outside is asked; every answer is a value, so that one dead end hides nothing else. */
export interface Probes {
  readonly database: (url: string) => Promise<DatabaseState | { readonly reason: string }>;
  /** A trace receiver's answer to an export without spans. */
  readonly traces: (url: string, headers: Readonly<Record<string, string>>) => Promise<Reached>;
  readonly address: (url: string) => Promise<Reached>;
  /** A platform's answer to a question that only the right token may ask. */
  readonly platform: (url: string, headers: Readonly<Record<string, string>>) => Promise<Reached>;
  /** Undefined when the directory can be written to, else the reason in words. */
  readonly writable: (dir: string) => string | undefined;
  /** Undefined when the keys are there or can be made, else what is wrong. */
  readonly keys: (config: Config) => readonly Problem[];
}

/** An HTTP status, or why none came. */
export type Reached = { readonly status: number } | { readonly reason: string };

/** What is checked: a configuration, or what was wrong with it. */
export type Subject = { readonly config: Config } | { readonly problems: readonly Problem[]; readonly variables: readonly VariableView[] };

/** Looks at everything the service needs and changes nothing outside the data directory. */
export async function check(subject: Subject, probes: Probes): Promise<CheckReport> {
  if (!('config' in subject)) {
    const rows = subject.problems.map((problem): CheckRow => ({ area: 'configuration', status: 'fail', detail: describe(problem) }));
    return { ok: false, rows, variables: subject.variables, settings: [] };
  }
  const { config } = subject;
  const rows = [
    ...configurationRows(config), ...directoryRows(config, probes),
    ...(await Promise.all([databaseRow(config, probes), tracesRow(config, probes), addressRow(config, probes), platformRows(config, probes), analyticsRows(config, probes)])), ...sourceRows(config),
  ].flat();
  return { ok: rows.every((row) => row.status !== 'fail'), mode: config.mode, rows, variables: config.overview.variables, settings: config.overview.settings };
}

/** The report for people: one line per row, the fix below it. */
export function checkText(report: CheckReport): string {
  const width = Math.max(...report.rows.map((row) => row.area.length));
  const fixOf = (row: CheckRow): readonly string[] => (row.fix === undefined ? [] : [`${' '.repeat(width + 8)}→ ${row.fix}`]);
  const lines = report.rows.flatMap((row) => [`${row.status.padEnd(4)}  ${row.area.padEnd(width)}  ${row.detail}`, ...fixOf(row)]);
  const bad = report.rows.filter((row) => row.status === 'fail').length;
  return `${[...lines, '', bad === 0 ? 'Ready to start.' : `${bad} to fix.`].join('\n')}\n`;
}

function configurationRows(config: Config): readonly CheckRow[] {
  const from = config.file === undefined ? 'the environment, no file' : `the environment and ${config.file}`;
  return [
    { area: 'configuration', status: 'ok', detail: `valid: ${from}; ${config.mode === 'demo' ? 'the demo runs, as nothing is configured' : 'production'}` },
    ...config.warnings.map((warning): CheckRow => ({ area: 'configuration', status: 'warn', detail: describe(warning) })),
  ];
}

function directoryRows(config: Config, probes: Probes): readonly CheckRow[] {
  const reason = probes.writable(config.dataDir);
  if (reason !== undefined) {
    return [{ area: 'data directory', status: 'fail', detail: `${config.dataDir}: ${reason}`, fix: 'make it writable for this user, or set REPLYWATCH_DATA_DIR to one that is' }];
  }
  const problems = probes.keys(config);
  const isGiven = config.keys.pseudonym !== undefined && config.keys.trace !== undefined;
  return [
    { area: 'data directory', status: 'ok', detail: config.dataDir },
    ...problems.map((problem): CheckRow => ({ area: 'keys', status: 'fail', detail: describe(problem), fix: 'restore the key from the backup, or set the variable' })),
    ...(problems.length > 0 ? [] : [{ area: 'keys', status: 'ok', detail: isGiven ? 'given' : KEPT } as const]),
  ];
}

const KEPT = 'kept in the data directory; with several replicas set PSEUDONYM_KEY and TRACE_KEY on each';

const OLDEST_POSTGRES = 150_000;

async function databaseRow(config: Config, probes: Probes): Promise<CheckRow> {
  const row = (status: CheckRow['status'], detail: string, fix?: string): CheckRow => ({ area: 'database', status, detail, ...(fix === undefined ? {} : { fix }) });
  if (config.databaseUrl === undefined) return row('ok', `the bundled Postgres, in ${config.dataDir}`);
  const state = await probes.database(config.databaseUrl);
  if ('reason' in state) return row('fail', `cannot be used: ${state.reason}`, 'check DATABASE_URL, that Postgres runs, and that it lets this machine in');
  const version = `Postgres ${Math.floor(state.version / 10_000)}`;
  if (state.version < OLDEST_POSTGRES) return row('fail', version, 'use Postgres 15 or newer');
  if (state.migrations.unknown > 0) return row('fail', `${version}, used by a newer version of Replywatch`, 'start that version, or restore a backup');
  if (state.migrations.pending === 0) return row('ok', `${version}, up to date`);
  const pending = `${version}, ${state.migrations.applied === 0 ? 'empty' : `${state.migrations.pending} migrations behind`}`;
  return state.canMigrate ? row('ok', `${pending}: brought up to date on start`) : row('fail', pending, 'grant create on the database to this role');
}

async function tracesRow(config: Config, probes: Probes): Promise<CheckRow> {
  const row = (status: CheckRow['status'], detail: string, fix?: string): CheckRow => ({ area: 'traces', status, detail, ...(fix === undefined ? {} : { fix }) });
  if (config.otlp === undefined) return row('ok', config.databaseUrl === undefined && config.companions === 'auto' ? 'no endpoint: they go to the viewer that is started with the service' : 'no endpoint: no traces leave');
  const { url } = config.otlp;
  const answer = await probes.traces(url, config.otlp.headers);
  if ('reason' in answer) return row('fail', `${url}: ${answer.reason}`, 'start the receiver, or correct OTEL_EXPORTER_OTLP_ENDPOINT');
  if (answer.status === 401 || answer.status === 403) return row('fail', `${url} answers ${answer.status}`, 'set what it asks for in OTEL_EXPORTER_OTLP_HEADERS');
  if (answer.status === 429 || answer.status >= 500) return row('warn', `${url} answers ${answer.status}`, 'look at the receiver: traces wait until it takes them');
  return answer.status < 300 ? row('ok', url) : row('fail', `${url} answers ${answer.status}`, 'correct the address: OTLP/HTTP usually listens on port 4318 at /v1/traces');
}

async function addressRow(config: Config, probes: Probes): Promise<CheckRow> {
  const row = (status: CheckRow['status'], detail: string, fix?: string): CheckRow => ({ area: 'public address', status, detail, ...(fix === undefined ? {} : { fix }) });
  if (config.publicUrl === undefined) return row('ok', 'PUBLIC_URL is not set');
  const answer = await probes.address(config.publicUrl);
  if ('reason' in answer) return row('fail', `${config.publicUrl}: ${answer.reason}`, 'point its name, proxy and certificate at the webhook port, or correct PUBLIC_URL');
  if (answer.status >= 500) return row('warn', `${config.publicUrl} answers ${answer.status}`, 'its proxy finds nothing behind it; no surprise while Replywatch is not running');
  return row('ok', config.publicUrl);
}

/** That somebody answers is all Google tells: it takes whatever is sent, under any secret. */
async function analyticsRows({ analytics }: Config, probes: Probes): Promise<readonly CheckRow[]> {
  if (analytics === undefined) return [];
  const answer = await probes.address(`${analytics.url}/mp/collect`);
  if ('reason' in answer) return [{ area: 'platform', status: 'fail', detail: `Google Analytics cannot be reached: ${answer.reason}`, fix: 'correct GA4_URL, or let this machine out' }];
  const detail = `Google Analytics: is told of clicks and conversions; whether ${analytics.measurementId} and its secret are right shows in its Realtime report only`;
  return [{ area: 'platform', status: answer.status < 500 ? 'ok' : 'warn', detail }];
}

/** One row per API that is read. */
const platformRows = (config: Config, probes: Probes): Promise<readonly CheckRow[]> => Promise.all(Object.values(apisOf(config.platforms)).map(async ({ title, url, headers, trial }): Promise<CheckRow> => {
  const row = (status: CheckRow['status'], detail: string, fix?: string): CheckRow => ({ area: 'platform', status, detail: `${title}: ${detail}`, ...(fix === undefined ? {} : { fix }) });
  const answer = await probes.platform(`${url}${trial}`, headers);
  if ('reason' in answer) return row('fail', `its API cannot be reached: ${answer.reason}`, `correct its address (${title.toUpperCase()}_…_URL), or let this machine out`);
  if (answer.status === 401 || answer.status === 403 || answer.status === 400) return row('fail', `its API answers ${answer.status}`, 'make a new token, of somebody who may read all of this: docs/pull.md');
  if (answer.status === 429 || answer.status >= 500) return row('warn', `its API answers ${answer.status}`, 'try again later: reading goes on by itself');
  return answer.status < 300 ? row('ok', 'read from its API on a schedule') : row('fail', `its API answers ${answer.status}`, 'correct its address or the number of the account: docs/pull.md');
}));

function sourceRows(config: Config): readonly CheckRow[] {
  const rows = config.sourceStates.map(({ title, state, missing }): CheckRow => ({
    area: 'source', status: 'ok',
    detail: { on: `${title}: on`, off: `${title}: off; ${missing} would turn it on`, disabled: `${title}: switched off in the file` }[state],
  }));
  const isDeaf = config.mode === 'production' && config.sources.length === 0 && config.eventsTokens.length + config.eventsSecrets.length === 0;
  return isDeaf ? [...rows, { area: 'source', status: 'warn', detail: 'none is on: nothing will arrive', fix: 'set the secrets of a source, or EVENTS_TOKEN' }] : rows;
}
