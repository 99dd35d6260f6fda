/** The commands `start` and `demo`: what is started, in which order, and how it ends. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { dirname, join } from 'node:path';
import type { App, AppOptions } from './app.ts';
import { loadConfig, processEnvironment, type Config } from './config.ts';
import { makeDataDir } from './data-directory.ts';
import { importPast, livePosts, loadDemo, writeDemoConfig } from './demo.ts';
import { loadKeys } from './keys.ts';
import { createLogger, type Logger } from './log.ts';
import { LUMEN_HOME } from './simulator/business.ts';
import { post } from './simulator/poster.ts';
import { script, type Delivery } from './simulator/script.ts';
import { SOURCES } from './sources/index.ts';
import { startOtlpViewer, type OtlpViewer } from './stack/otlp-viewer.ts';
import { watchParent } from './stack/parent.ts';
import { startStack } from './stack/stack.ts';
import { createDatabase, startEmbeddedPostgres, type EmbeddedPostgres } from './store/embedded.ts';
import { letReaderIn } from './store/reader.ts';
import { DEMO_DATABASE } from './store/running.ts';

const VERSION = (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version;

/** Undone in reverse order. */
type Ending = () => Promise<void>;

/** What was started. `lost` rejects when something is gone without which nothing goes on. */
interface Started { readonly lost?: Promise<never> }

/** The service; the demo when nothing is configured. Resolves with the exit code once it has ended. */
export function runStart(options: { readonly json: boolean }): Promise<number> {
  const config = loadConfig({ env: processEnvironment(), sources: SOURCES });
  return config.mode === 'demo' ? runDemo(options) : run(options, (endings) => startService(config, endings, options));
}

/** The demo: an invented retailer on a database of its own. With `url` it only posts to that address, with the secrets configured. */
export function runDemo(options: { readonly json: boolean; readonly url?: string | undefined }): Promise<number> {
  const { url } = options;
  return run(options, (endings) => (url === undefined ? startDemo(endings, options) : postOnly(url, endings)));
}

async function run({ json: _json }: { readonly json: boolean }, start: (endings: Ending[]) => Promise<Started>): Promise<number> {
  const endings: Ending[] = [];
  const asked = new Promise<void>((resolve) => {
    process.once('SIGINT', resolve).once('SIGTERM', resolve);
    const unwatch = watchParent(resolve);
    endings.push(async () => unwatch());
  });
  let code = 0;
  try {
    const started = await Promise.race([start(endings), asked]);
    await Promise.race([asked, ...(started?.lost ? [started.lost] : [])]);
  } catch (error) {
    code = 1;
    process.stderr.write(`${error instanceof Error ? error.message : 'replywatch could not start'}\n`);
    if (error instanceof Error && error.cause instanceof Error) process.stderr.write(`  because: ${error.cause.message}\n`);
  }
  process.once('SIGINT', () => process.exit(130)); // asked twice: at once
  for (const end of endings.toReversed()) await end().catch(() => undefined); // what is left is cut by its guard
  return code;
}

/** The app, compiled once for this data directory: language data is megabytes of source, and reading it anew took half of the start and 60 MB. */
async function startCompiled(options: AppOptions): Promise<App> {
  enableCompileCache(join(options.config.dataDir, 'compiled')); // not the shared temporary directory, where others could leave code for us
  return (await import('./app.ts')).startApp(options);
}

async function startService(given: Config, endings: Ending[], { json }: { readonly json: boolean }): Promise<Started> {
  const log = createLogger(given.logLevel);
  makeDataDir(given.dataDir);
  for (const warning of given.warnings) log.warn({ path: warning.path }, warning.message);
  const keys = loadKeys(given.dataDir, given);
  // A database elsewhere means that Prometheus and the rest are elsewhere, too.
  const isAlone = given.databaseUrl === undefined && given.companions === 'auto';
  const viewer = isAlone ? await viewerFor(given, log, endings) : undefined;
  const config = viewer ? loadConfig({ env: { ...processEnvironment(), OTEL_EXPORTER_OTLP_ENDPOINT: viewer.endpoint }, sources: SOURCES }) : given;
  const postgres = config.databaseUrl === undefined ? await embedded(config.dataDir, log, endings) : undefined;
  const databaseUrl = config.databaseUrl ?? postgres!.url;
  const app = await startCompiled({ config, databaseUrl, keys, log, version: VERSION });
  endings.push(() => app.stop());
  announce(json, [
    ['Webhooks', `http://${config.webhook.host}:${app.webhookPort}/webhooks/<source>`], ['Telemetry', `http://localhost:${app.telemetryPort}/`], ['Episodes', episodesAt('localhost', app)],
    ...(isAlone ? await startCompanions({ config, app, databaseUrl, viewer, log, endings }) : []),
  ], 'Ready. `replywatch check` says whether everything can be reached.');
  return postgres ? lostWith(postgres) : {};
}

async function startDemo(endings: Ending[], { json }: { readonly json: boolean }): Promise<Started> {
  const env = processEnvironment();
  const first = loadConfig({ env, sources: SOURCES, mode: 'demo' });
  const log = createLogger(env.LOG_LEVEL === undefined ? 'warn' : first.logLevel);
  const { dataDir } = first;
  makeDataDir(dataDir);
  const state = loadDemo(dataDir, Date.now());
  say(json, 'Starting the demo: an invented retailer, a database of its own.');
  const viewer = await viewerFor(first, log, endings);
  const config = loadConfig({
    sources: SOURCES, mode: 'demo',
    env: { ...env, REPLYWATCH_CONFIG: writeDemoConfig(dataDir), WHATSAPP_APP_SECRET: state.whatsapp, WHATSAPP_VERIFY_TOKEN: state.verifyToken, CHATWOOT_SECRET: state.chatwoot, EVENTS_TOKEN: state.events,
      ...(viewer ? { OTEL_EXPORTER_OTLP_ENDPOINT: viewer.endpoint } : {}) },
  });
  const postgres = await embedded(dataDir, log, endings);
  const databaseUrl = await createDatabase(postgres.url, DEMO_DATABASE);
  let told = 0;
  const prepare: AppOptions['prepare'] = ({ store, enricher }) => importPast({
    state, dataDir, store, enricher, log,
    progress: (share, events) => {
      if (share < 1 && share - told < 0.1) return;
      told = share;
      say(json, `  importing its past: ${Math.round(share * 100)} % (${events} events)`);
    },
  }).then((story) => { timelineOf = story; });
  let timelineOf: Awaited<ReturnType<typeof importPast>> | undefined;
  const app = await startCompiled({ config, databaseUrl, keys: loadKeys(dataDir, config), log, version: VERSION, prepare, anyPort: true });
  endings.push(() => app.stop());
  const abort = new AbortController();
  const posting = livePosts(timelineOf!, state, `http://127.0.0.1:${app.webhookPort}`, abort.signal, log).catch((error: unknown) => log.error({ err: error }, 'the simulator ended'));
  endings.push(async () => { abort.abort(); await posting; });
  announce(json, [
    ['Webhooks', `http://127.0.0.1:${app.webhookPort}/webhooks/whatsapp, …/chatwoot`], ['Telemetry', `http://127.0.0.1:${app.telemetryPort}/`], ['Episodes', episodesAt('127.0.0.1', app)],
    ...await startCompanions({ config, app, databaseUrl, viewer, log, endings }),
  ], `${LUMEN_HOME.name} is open. At ${new Date(state.incidentAt).toLocaleTimeString('en-GB')} most of its agents ${state.incidentAt > Date.now() ? 'leave' : 'left'} for half an hour, and a crowd writes: watch the alerts.\nTo connect your own channels, see README.md. Ctrl-C stops everything.`);
  return lostWith(postgres);
}

const episodesAt = (host: string, { telemetryPort }: App): string => `http://${host}:${telemetryPort}/episodes  who waits now, and what went wrong`;

/** The viewer comes before the exporter, which sends to it. @returns undefined when traces go elsewhere */
async function viewerFor({ otlp, companions, dataDir }: Config, log: Logger, endings: Ending[]): Promise<OtlpViewer | undefined> {
  const viewer = otlp || companions === 'off' ? undefined : await startOtlpViewer({ dataDir, log }).catch(() => undefined);
  if (viewer) endings.push(() => viewer.child.stop());
  return viewer;
}

/** What runs already when the companions come. `databaseUrl`: of the bundled Postgres. */
interface Beside { readonly config: Config; readonly app: App; readonly databaseUrl: string; readonly viewer: OtlpViewer | undefined; readonly log: Logger; readonly endings: Ending[] }

/** What else this machine can run. @returns rows for the table; what is missing is among them, with the command that brings it */
async function startCompanions({ config, app, databaseUrl, viewer, log, endings }: Beside): Promise<(readonly [name: string, what: string])[]> {
  if (config.companions === 'off') return [];
  const readerUrl = await letReaderIn(databaseUrl, config.dataDir);
  const { dataDir, mode, demoAlertWebhook, telemetry: { tokens: [token] } } = config;
  const stack = await startStack({
    dataDir, telemetryUrl: `http://127.0.0.1:${app.telemetryPort}`, log,
    ...(viewer ? { viewer } : { otlpEndpoint: config.otlp?.url ?? 'nowhere' }),
    ...(readerUrl === undefined ? {} : { readerUrl }),
    ...(token === undefined ? {} : { telemetryTokenFile: writeToken(dataDir, token) }),
    ...(mode === 'demo' && demoAlertWebhook !== undefined ? { alertWebhookUrl: demoAlertWebhook } : {}),
  });
  endings.unshift(() => stack.stop()); // after the exporter, which has five seconds
  return stack.rows.map((row) => [row.name, [row.url, row.note].filter((part) => part !== undefined && part !== '').join('  ')] as const);
}

/** For Prometheus, which reads the token of the telemetry port from a file. */
function writeToken(dataDir: string, token: string): string {
  const file = join(dataDir, 'stack', 'telemetry.token');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, token, { mode: 0o600 });
  return file;
}

/** Plays the providers of the demo against an exporter elsewhere (docker compose --profile demo). */
async function postOnly(url: string, endings: Ending[]): Promise<Started> {
  const config = loadConfig({ env: processEnvironment(), sources: SOURCES, mode: 'demo' });
  const secret = (source: string, name: string): string => {
    const value = config.sources.find((each) => each.id === source)?.secrets[name]?.[0];
    if (value === undefined) throw new Error(`the demo needs the ${name} of ${source}: set ${source.toUpperCase()}_${name.toUpperCase()} to the value the exporter has`);
    return value;
  };
  const log = createLogger(config.logLevel);
  const abort = new AbortController();
  // Without a token the exporter takes no canonical events; the demo is the poorer for it, and goes on.
  const [events] = config.eventsTokens;
  const secrets = { whatsapp: secret('whatsapp', 'app_secret'), chatwoot: secret('chatwoot', 'secret'), events };
  const now = Date.now();
  const posting = post({ deliveries: wanted(script({ seed: 'lumen', from: now - 86_400_000 }), now, events !== undefined), baseUrl: url, secrets, signal: abort.signal, log: (message, fields) => log.info(fields, message) });
  endings.push(async () => { abort.abort(); await posting; });
  return {};
}

function* wanted(deliveries: Iterable<Delivery>, from: number, canonical: boolean): Generator<Delivery> {
  for (const delivery of deliveries) if (delivery.at >= from && (canonical || delivery.source !== 'events')) yield delivery;
}

async function embedded(dataDir: string, log: ReturnType<typeof createLogger>, endings: Ending[]): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDir: dataDir, log });
  endings.push(() => postgres.stop());
  return postgres;
}

/** Without its database the exporter would answer 503 for ever; whoever supervises it starts both again. */
function lostWith({ exited }: EmbeddedPostgres): Started {
  const lost = exited.then((): never => { throw new Error('The bundled Postgres has ended by itself; postgres/log in the data directory says why. Start again: what was not answered is sent again.'); });
  lost.catch(() => undefined); // in an orderly end it goes last, and nobody waits for it any more
  return { lost };
}

/** Words for people go to stderr, so that stdout stays for machines. */
function say(json: boolean, text: string): void {
  if (!json) process.stderr.write(`${text}\n`);
}

function announce(json: boolean, rows: readonly (readonly [name: string, what: string])[], next: string): void {
  if (json) process.stdout.write(`${JSON.stringify({ running: Object.fromEntries(rows) })}\n`);
  else {
    const width = Math.max(...rows.map(([name]) => name.length));
    say(json, `\n${rows.map(([name, what]) => `  ${name.padEnd(width)}  ${what}`).join('\n')}\n\n${next}`);
  }
}
