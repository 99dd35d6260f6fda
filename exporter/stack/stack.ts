import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startAlertmanager } from './alertmanager.ts';
import { choosePort } from './child.ts';
import type { Child } from './child.ts';
import { NAMES, missing } from './companions.ts';
import type { Companion, Row } from './companions.ts';
import { findAlertmanager, findGrafana, findPrometheus } from './find.ts';
import { startGrafana } from './grafana.ts';
import { startOtlpViewer } from './otlp-viewer.ts';
import type { OtlpViewer } from './otlp-viewer.ts';
import { startPrometheus } from './prometheus.ts';
import type { Logger } from '../log.ts';

/** What the programs around the exporter need to know of it. */
export interface StackOptions {
  /** Everything is kept in `<dataDir>/stack`. */
  readonly dataDir: string;
  /** Where our `/metrics` is, for example `http://127.0.0.1:9877`; need not answer yet. */
  readonly telemetryUrl: string;
  /** Holds the bearer token of the telemetry port, when it asks for one. */
  readonly telemetryTokenFile?: string;
  /** Set when traces go somewhere already; then no viewer is started. */
  readonly otlpEndpoint?: string;
  /** A viewer that runs already, because the exporter needed its address first; it is listed and stopped with the rest. */
  readonly viewer?: OtlpViewer;
  /** For Grafana's Postgres panels; a role that can only read. */
  readonly readerUrl?: string;
  /** Receives every alert, for demonstrations and tests. */
  readonly alertWebhookUrl?: string;
  readonly only?: readonly Companion[];
  readonly log: Logger;
  /** For finding binaries: PATH, GRAFANA_HOME. */
  readonly env?: NodeJS.ProcessEnv;
  /** Where `provisioning/`, `alerts/` and `dashboards/` lie; the checkout by default. */
  readonly projectDir?: string;
}

/** The programs that were found, and the ones that are missing. */
export interface Stack {
  readonly rows: readonly Row[];
  /** Addresses of what runs, by companion. */
  readonly urls: Readonly<Partial<Record<Companion, string>>>;
  /** Where to send traces when `otlpEndpoint` was not given. */
  readonly otlpEndpoint?: string;
  /** Last started, first stopped. */
  stop(): Promise<void>;
}

/**
 * Starts what is found on this machine beside the exporter, with the project's own configuration on loopback. Never throws for a companion
 * that is missing or fails: the exporter works without, and the row says what happened.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const running: Child[] = options.viewer === undefined ? [] : [options.viewer.child];
  const rows: Row[] = [];
  const urls: Partial<Record<Companion, string>> = {};
  let { viewer } = options;
  const wanted = (companion: Companion): boolean => options.only?.includes(companion) ?? true;
  const add = async (companion: Companion, start: () => Promise<Started>): Promise<void> => {
    if (!wanted(companion)) return;
    const { row, child } = await orReason(NAMES[companion], start, options.log);
    rows.push(row);
    if (row.url !== undefined) urls[companion] = row.url;
    if (child !== undefined) running.push(child);
  };
  const site = siteOf(options);
  // Links in alerts carry Grafana's address, so its port is chosen before anything is started.
  const grafanaPort = await choosePort(3000);

  await add('otlp-viewer', async () => {
    if (options.otlpEndpoint !== undefined) return { row: { name: NAMES['otlp-viewer'], note: `traces go to ${options.otlpEndpoint}` } };
    viewer ??= await startOtlpViewer({ dataDir: site.dataDir, log: options.log });
    if (viewer === undefined) return { row: missing('otlp-viewer') };
    // A viewer that was handed in is in the list already.
    return { row: { name: NAMES['otlp-viewer'], url: viewer.uiUrl, note: 'traces' }, child: options.viewer === undefined ? viewer.child : undefined };
  });
  await add('alertmanager', () => alertmanager(options, site));
  await add('prometheus', () => prometheus(options, site, urls, grafanaPort));
  await add('grafana', () => grafana(options, site, urls, grafanaPort));

  const stop = async (): Promise<void> => {
    for (const child of running.toReversed()) await child.stop();
  };
  return { rows, urls, stop, ...(viewer === undefined ? {} : { otlpEndpoint: viewer.endpoint }) };
}

interface Started { readonly row: Row; readonly child?: Child | undefined }
interface Site { readonly dataDir: string; readonly stackDir: string; readonly projectDir: string; readonly env: NodeJS.ProcessEnv }
type Urls = Readonly<Partial<Record<Companion, string>>>;

function siteOf({ dataDir, projectDir, env }: StackOptions): Site {
  const absolute = resolve(dataDir);
  return { dataDir: absolute, stackDir: join(absolute, 'stack'), projectDir: projectDir ?? fileURLToPath(new URL('../../', import.meta.url)), env: env ?? process.env };
}

async function alertmanager(options: StackOptions, site: Site): Promise<Started> {
  const binary = findAlertmanager(site.env);
  if (binary === undefined) return { row: missing('alertmanager') };
  const { child, url, muted } = await onFreePort(9093, (port) => startAlertmanager({
    binary, port, configFile: join(site.projectDir, 'alerts/alertmanager.yml'), directory: join(site.stackDir, 'alertmanager'),
    webhookUrl: options.alertWebhookUrl, log: options.log,
  }));
  const isSent = muted.length === 0 || options.alertWebhookUrl !== undefined;
  return { child, row: { name: NAMES.alertmanager, url, note: isSent ? 'alerts' : 'alerts; nothing is sent until alerts/alertmanager.yml leads to receivers that exist here' } };
}

async function prometheus(options: StackOptions, site: Site, urls: Urls, grafanaPort: number): Promise<Started> {
  const binary = findPrometheus(site.env);
  if (binary === undefined) return { row: missing('prometheus') };
  const runsGrafana = (options.only?.includes('grafana') ?? true) && findGrafana(site.env) !== undefined;
  const targets = {
    replywatch: new URL(options.telemetryUrl).host,
    ...(urls.alertmanager !== undefined && { alertmanager: new URL(urls.alertmanager).host }),
    ...(runsGrafana && { grafana: `127.0.0.1:${grafanaPort}` }),
  };
  const { child, url } = await onFreePort(9090, (port) => startPrometheus({
    binary, port, targets, configFile: join(site.projectDir, 'provisioning/prometheus/prometheus.yml'), rulesDir: join(site.projectDir, 'alerts/rules'),
    directory: join(site.stackDir, 'prometheus'), alertmanager: targets.alertmanager,
    grafanaUrl: runsGrafana ? `http://127.0.0.1:${grafanaPort}` : new URL(options.telemetryUrl).origin, // whose pages stand in for dashboards
    runbookUrl: `${new URL(options.telemetryUrl).origin}/runbooks`, telemetryTokenFile: options.telemetryTokenFile, log: options.log,
  }));
  return { child, row: { name: NAMES.prometheus, url, note: 'metrics and rules, kept for 90 days' } };
}

async function grafana(options: StackOptions, site: Site, urls: Urls, port: number): Promise<Started> {
  const found = findGrafana(site.env);
  if (found === undefined) return { row: missing('grafana') };
  const { child, url, adminPasswordFile } = await startGrafana({
    grafana: found, port, provisioningDir: join(site.projectDir, 'provisioning/grafana'), dashboardsDir: join(site.projectDir, 'dashboards'),
    directory: join(site.stackDir, 'grafana'), sources: { prometheus: urls.prometheus, alertmanager: urls.alertmanager, postgres: options.readerUrl }, log: options.log,
  });
  return { child, row: { name: NAMES.grafana, url, note: `dashboards, open to everyone on this machine; password of admin: ${adminPasswordFile}` } };
}

async function orReason(name: string, start: () => Promise<Started>, log: Logger): Promise<Started> {
  try {
    return await start();
  } catch (error) {
    log.warn({ err: error, process: name }, 'a process of the stack did not start');
    return { row: { name, note: `did not start: ${error instanceof Error ? error.message : String(error)}` } };
  }
}

/** Somebody else may take the port between our look and the start; then another one will do. */
async function onFreePort<T>(preferred: number, start: (port: number) => Promise<T>): Promise<T> {
  try {
    return await start(await choosePort(preferred));
  } catch (error) {
    if (!(error instanceof Error && /address already in use/i.test(error.message))) throw error;
    return start(await choosePort(0));
  }
}
