import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { answers, startChild, whenUp } from './child.ts';
import type { Child } from './child.ts';
import { asList, asTexts, asTree, localPath } from './yaml-tree.ts';
import type { Tree } from './yaml-tree.ts';
import type { Logger } from '../log.ts';

/** Where Prometheus keeps its data, and what it scrapes. */
export interface PrometheusOptions {
  readonly binary: string;
  /** The project's own configuration, made for containers. */
  readonly configFile: string;
  /** Directory of the `*.yml` rule files. */
  readonly rulesDir: string;
  /** Takes the rewritten configuration, the samples and the log. */
  readonly directory: string;
  readonly port: number;
  /** `host:port` of each job that runs here, by `job_name`; all other jobs are left out. Prometheus itself need not be named. */
  readonly targets: Readonly<Record<string, string>>;
  /** Holds the token of the telemetry port, when it has one. */
  readonly telemetryTokenFile?: string | undefined;
  readonly alertmanager?: string | undefined;
  /** Where links to dashboards in alerts lead: Grafana, or the exporter, which has pages in their place. */
  readonly grafanaUrl: string;
  /** Pages are `<runbookUrl>/<alert>`. */
  readonly runbookUrl: string;
  readonly log: Logger;
}

/**
 * Starts Prometheus on loopback with the project's scrape settings and rules, exemplars on, 90 days of memory.
 * @throws ChildFailed when it does not come up
 */
export async function startPrometheus(options: PrometheusOptions): Promise<{ child: Child; url: string }> {
  const { directory, port, log } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const config = join(directory, 'prometheus.yml');
  writeFileSync(config, localPrometheusConfig(readFileSync(options.configFile, 'utf8'), options), { mode: 0o600 });
  const url = `http://127.0.0.1:${port}`;
  const child = await startChild({
    name: 'Prometheus',
    command: options.binary,
    args: [
      `--config.file=${config}`, `--storage.tsdb.path=${join(directory, 'data')}`, '--storage.tsdb.retention.time=90d', '--enable-feature=exemplar-storage',
      `--web.listen-address=127.0.0.1:${port}`, `--web.external-url=${url}`,
    ],
    logFile: join(directory, 'prometheus.log'),
    log,
  });
  await whenUp(child, () => answers(`${url}/-/ready`));
  return { child, url };
}

/** The configuration for this machine: addresses on loopback, jobs that do not run here left out, paths absolute. */
export function localPrometheusConfig(text: string, local: Omit<PrometheusOptions, 'binary' | 'directory' | 'log'>): string {
  const config = asTree(parse(text));
  const global = asTree(config.global);
  const targets: Readonly<Record<string, string>> = { prometheus: `127.0.0.1:${local.port}`, ...local.targets };
  const scrapeConfigs = asList(config.scrape_configs).flatMap((job) => {
    const target = targets[String(job.job_name)];
    return target === undefined ? [] : [localJob(job, target, local)];
  });
  return stringify({
    ...config,
    global: { ...global, external_labels: { ...asTree(global.external_labels), grafana_url: local.grafanaUrl, runbook_url: local.runbookUrl } },
    rule_files: [join(local.rulesDir, '*.yml')],
    scrape_configs: scrapeConfigs,
    alerting: { ...asTree(config.alerting), alertmanagers: local.alertmanager === undefined ? [] : [{ static_configs: [{ targets: [local.alertmanager] }] }] },
    // Names of containers; nothing here would take the samples.
    ...(config.remote_write !== undefined && { remote_write: [] }),
  });
}

/** Everything but the address stays: relabelling, limits, timeouts. */
function localJob(job: Tree, target: string, local: { configFile: string; telemetryTokenFile?: string | undefined }): Tree {
  const { static_configs, dns_sd_configs: _dns, file_sd_configs: _files, docker_sd_configs: _docker, authorization, ...rest } = job;
  const labels = asTree(asList(static_configs)[0]?.labels);
  const credentials = credentialsOf(asTree(authorization), job.job_name === 'replywatch' ? local.telemetryTokenFile : undefined, local.configFile);
  return {
    ...rest,
    static_configs: [{ targets: [target], ...(Object.keys(labels).length > 0 && { labels }) }],
    ...(credentials !== undefined && { authorization: credentials }),
  };
}

/** A token file that is not on this machine would fail every scrape; without it an open port answers. */
function credentialsOf(authorization: Tree, tokenFile: string | undefined, configFile: string): Tree | undefined {
  if (tokenFile !== undefined) return { type: 'Bearer', credentials_file: tokenFile };
  const [given] = asTexts([authorization.credentials_file]);
  if (given === undefined) return undefined;
  const file = given.startsWith('/') ? given : localPath(given, dirname(configFile));
  return existsSync(file) ? { ...authorization, credentials_file: file } : undefined;
}
