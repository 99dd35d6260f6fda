import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { PriceList } from './core/prices.ts';
import type { Settings, SettingsFor, SurveyRule } from './core/settings.ts';
import type { KeepRule } from './core/trace-job.ts';
import { absolute, readVariables, type Environment, type ReadFile, type Reading } from './config/environment.ts';
import { readConfigFile } from './config/file.ts';
import { settingViews, variableViews, warningsOf, type Overview } from './config/overview.ts';
import { ConfigError, type Problem } from './config/problem.ts';
import { halfGiven, platformsOf, type Platforms } from './config/platforms.ts';
import type { LinkConfig } from './config/links.ts';
import { readPrices } from './config/prices.ts';
import { otlpOf, settingsResolver, workspaceSettings, type OtlpConfig } from './config/resolve.ts';
import type { InboxConfig, TeamConfig } from './config/sections.ts';
import { defaultsFor } from './config/settings.ts';
import { readSource, type SourceConfig, type SourceDeclaration, type SourceState } from './config/sources.ts';
import type { ScorerConfig, TopicsConfig } from './config/text-sections.ts';
import type { Values } from './config/variables.ts';
import { declarationOf, type Mapping } from './sources/mapping.ts';

declare const validated: unique symbol;

/** Everything the product is configured with. Only `loadConfig` makes one, so nothing runs on settings that were not checked. */
export interface Config {
  readonly [validated]: true;
  /** `demo` when nothing is configured: no source, no events token, no database. */
  readonly mode: 'demo' | 'production';
  /** Absent: the bundled Postgres in `dataDir`. */
  readonly databaseUrl?: string;
  /** Absolute. */
  readonly dataDir: string;
  /** Port 0: any free port. */
  readonly webhook: { readonly host: string; readonly port: number };
  /** `tokens` empty: no authentication; else any one of them opens everything on the port. */
  readonly telemetry: { readonly host: string; readonly port: number; readonly tokens: readonly string[] };
  /** Without a slash at its end. */
  readonly publicUrl?: string;
  /** Where traces can be opened; without a slash at its end. */
  readonly grafanaUrl?: string;
  /** Keys given by the operator; `loadKeys` completes them. */
  readonly keys: { readonly pseudonym?: string; readonly trace?: string };
  /** Tokens of `POST /v1/events`. Without these and secrets it is closed. */
  readonly eventsTokens: readonly string[];
  /** Secrets and public keys of senders that sign what they post there. */
  readonly eventsSecrets: readonly string[];
  readonly logLevel: Values['LOG_LEVEL'];
  /** Absent: no traces leave. */
  readonly otlp?: OtlpConfig;
  /** `keepRatio`: share of ordinary traces that is kept; `selfRatio`: share of our own webhook batches and scrapes that leave a span. */
  readonly traces: { readonly keepRatio: number; readonly keepRules: readonly KeepRule[]; readonly selfRatio: number };
  /** Whether Prometheus and the like are started beside the exporter, when nothing says that they are elsewhere. */
  readonly companions: Values['REPLYWATCH_COMPANIONS'];
  /** Receives every alert of the demo. */
  readonly demoAlertWebhook?: string;
  /** Databases and APIs of platforms that are read. */
  readonly platforms: Platforms;
  /** The sources that are on. */
  readonly sources: readonly SourceConfig[];
  /** The sources that the file declares, on or off. */
  readonly mappings: readonly Mapping[];
  /** All sources, on or off. */
  readonly sourceStates: readonly SourceState[];
  /** Of the workspace: what applies where source and inbox say nothing. */
  readonly settings: Settings;
  readonly settingsFor: SettingsFor;
  readonly inboxes: readonly InboxConfig[];
  readonly teams: readonly TeamConfig[];
  /** Request types by rules; the shipped ones are not in here. */
  readonly topics: TopicsConfig;
  readonly surveys: readonly SurveyRule[];
  /** What messages cost, dated. */
  readonly prices: readonly PriceList[];
  /** What they may cost in a calendar month, by currency. */
  readonly budgets: ReadonlyMap<string, number>;
  /** Absent: the built-in scorer alone. */
  readonly scorer?: ScorerConfig & { readonly token?: string };
  /** Absent: no text is kept. */
  readonly texts?: { readonly keepDays: number; readonly key: string };
  /** Whether agent metrics carry the label `agent` (an opaque id). */
  readonly agentsLabel: boolean;
  /** Whether customers of several sources are one when they give the same number or address; absent: when a source tells of orders. */
  readonly linkCustomers?: boolean;
  /** Absent: web analytics is told nothing. */
  readonly analytics?: { readonly url: string; readonly measurementId: string; readonly apiSecret: string };
  /** Where tracked links lead, by name. */
  readonly links: ReadonlyMap<string, LinkConfig>;
  /** Absolute path of the configuration file; absent when there is none. */
  readonly file?: string;
  /** What works and is probably not meant. */
  readonly warnings: readonly Problem[];
  readonly overview: Overview;
}

/** Where the configuration comes from; tests give their own environment and files. */
export interface LoadOptions {
  readonly env: Environment;
  readonly sources: readonly SourceDeclaration[];
  /** Relative paths are seen from here; the working directory by default. */
  readonly cwd?: string;
  readonly readFile?: ReadFile;
  /** `demo` runs the demo beside whatever is configured. */
  readonly mode?: 'demo';
}

/** Reads and checks the whole configuration. @throws ConfigError with every problem there is */
export function loadConfig(options: LoadOptions): Config {
  const cwd = resolve(options.cwd ?? '.');
  const reading: Reading = { env: options.env, cwd, readFile: options.readFile ?? ((path) => readFileSync(path, 'utf8')), problems: [], origins: new Map() };
  const values = readVariables(reading);
  const file = readConfigFile(reading, values.REPLYWATCH_CONFIG, options.sources);
  const declared = [...options.sources, ...file.mappings.map(declarationOf)];
  const sources = declared.map((source) => readSource(reading, source, file.sections.sources.get(source.id) ?? { settings: {}, secretFiles: {} },
    { dir: file.dir, blame: (path) => file.blame(['sources', source.id, ...path]) }));
  const { sections } = file;
  if (sections.keepTextDays > 0 && values.TEXT_KEY === undefined) {
    reading.problems.push({ ...file.blame(['texts', 'keep_days']), message: 'needs TEXT_KEY: texts are kept encrypted or not at all' });
  }
  const prices = readPrices(reading, sections.prices, sections.priceFiles, file.dir);
  reading.problems.push(...halfGiven(values));
  const variables = variableViews(reading, values, declared);
  if (reading.problems.length > 0) throw new ConfigError(reading.problems, variables);

  const on = sources.flatMap((source) => source.config ?? []);
  const isConfigured = on.length > 0 || values.DATABASE_URL !== undefined || values.EVENTS_TOKEN !== undefined || values.EVENTS_SECRET !== undefined;
  const mode = options.mode ?? (isConfigured ? 'production' : 'demo');
  const settings = workspaceSettings(defaultsFor(mode), sections);
  const config: Omit<Config, typeof validated> = {
    mode, settings, settingsFor: settingsResolver(settings, sections, declared),
    dataDir: absolute(cwd, values.REPLYWATCH_DATA_DIR),
    webhook: { host: values.WEBHOOK_HOST, port: values.WEBHOOK_PORT },
    telemetry: { host: values.TELEMETRY_HOST, port: values.TELEMETRY_PORT, tokens: values.TELEMETRY_TOKEN ?? [] },
    keys: present({ pseudonym: values.PSEUDONYM_KEY, trace: values.TRACE_KEY }),
    topics: sections.topics ?? { starter: true, rules: [] }, surveys: sections.surveys, prices, budgets: sections.budgets,
    traces: { keepRatio: values.TRACE_KEEP_RATIO, keepRules: values.TRACE_KEEP_RULES, selfRatio: values.TRACE_SELF_RATIO },
    eventsTokens: (values.EVENTS_TOKEN ?? []).filter((token) => !isSigningSecret(token)),
    eventsSecrets: [...(values.EVENTS_TOKEN ?? []).filter(isSigningSecret), ...values.EVENTS_SECRET ?? []], logLevel: values.LOG_LEVEL, companions: values.REPLYWATCH_COMPANIONS,
    platforms: platformsOf(values), sources: on, mappings: file.mappings, sourceStates: sources.map((source) => source.state),
    inboxes: sections.inboxes.map((each) => each.inbox), teams: sections.teams, links: sections.links, agentsLabel: sections.agentsLabel ?? true,
    warnings: warningsOf(reading, values, file, declared), overview: { variables, settings: settingViews(settings, file) },
    ...present({
      scorer: sections.scorer && { ...sections.scorer, ...present({ token: values.SCORER_TOKEN }) },
      texts: sections.keepTextDays > 0 ? { keepDays: sections.keepTextDays, key: values.TEXT_KEY! } : undefined,
    }),
    ...(values.GA4_MEASUREMENT_ID !== undefined && values.GA4_API_SECRET !== undefined && { analytics: { url: values.GA4_URL, measurementId: values.GA4_MEASUREMENT_ID, apiSecret: values.GA4_API_SECRET } }),
    ...present({ linkCustomers: sections.linkCustomers, databaseUrl: values.DATABASE_URL, publicUrl: values.PUBLIC_URL, grafanaUrl: values.GRAFANA_URL, otlp: otlpOf(values), file: file.path, demoAlertWebhook: values.REPLYWATCH_DEMO_ALERT_WEBHOOK }),
  };
  return config as Config; // the one place that may say "checked"
}

/** Secrets are taken in `EVENTS_TOKEN` too: before `EVENTS_SECRET` they had no other place. */
const isSigningSecret = (token: string): boolean => token.startsWith('whsec_');

/** The environment of the process, over the one in `.env` where that file exists. The only place that reads `process.env`. */
export function processEnvironment(cwd = process.cwd()): Environment {
  try {
    return { ...parseEnv(readFileSync(resolve(cwd, '.env'), 'utf8')), ...process.env };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return process.env;
    throw new ConfigError([{ path: '.env', message: 'is there and cannot be read: make it readable for this user, or remove it' }], [], { cause: error });
  }
}

type Present<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the keys that are undefined: optional properties are absent, never undefined. */
function present<T extends object>(values: T): Present<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Present<T>; // filtered just now
}
