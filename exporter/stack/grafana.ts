import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { answers, startChild, whenUp } from './child.ts';
import type { Child } from './child.ts';
import type { Grafana } from './find.ts';
import { asList, asTree } from './yaml-tree.ts';
import type { Tree } from './yaml-tree.ts';
import type { Logger } from '../log.ts';

/** What runs here, by the type of Grafana datasource that reads it. */
export interface DataSources {
  readonly prometheus?: string | undefined;
  readonly alertmanager?: string | undefined;
  readonly tempo?: string | undefined;
  /** A Postgres URL with user and password, best of a role that can only read. */
  readonly postgres?: string | undefined;
}

/** Where Grafana keeps its data, and what it shows. */
export interface GrafanaOptions {
  readonly grafana: Grafana;
  /** The project's provisioning, made for containers: `datasources/` and `dashboards/`. */
  readonly provisioningDir: string;
  /** The rendered dashboards, `*.json`. */
  readonly dashboardsDir: string;
  /** Takes the rewritten provisioning, Grafana's database and logs, and the password of `admin`. */
  readonly directory: string;
  readonly port: number;
  readonly sources: DataSources;
  readonly log: Logger;
}

/**
 * Starts Grafana on loopback with the project's datasources and dashboards. Who can reach it may look at everything without logging in
 * (anonymous Viewer); changing needs `admin`, whose password is in the returned file.
 * @throws ChildFailed when it does not come up
 */
export async function startGrafana(options: GrafanaOptions): Promise<{ child: Child; url: string; adminPasswordFile: string }> {
  const { directory, grafana, port } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const adminPasswordFile = join(directory, 'admin-password');
  if (!existsSync(adminPasswordFile)) writeFileSync(adminPasswordFile, randomBytes(18).toString('base64url'), { mode: 0o600 });
  writeProvisioning(options);
  const url = `http://127.0.0.1:${port}`;
  const child = await startChild({
    name: 'Grafana',
    command: grafana.command,
    args: [...grafana.subcommand, '--homepath', grafana.home],
    env: environment(options, url, adminPasswordFile),
    cwd: grafana.home,
    logFile: join(directory, 'grafana.log'),
    log: options.log,
  });
  // The first start migrates an empty database, which takes its time.
  await whenUp(child, () => answers(`${url}/api/health`), 120_000);
  return { child, url, adminPasswordFile };
}

function environment({ directory, dashboardsDir, port }: GrafanaOptions, url: string, adminPasswordFile: string): Record<string, string> {
  const home = join(dashboardsDir, 'msg-overview.json');
  return {
    GF_PATHS_DATA: join(directory, 'data'),
    GF_PATHS_LOGS: join(directory, 'logs'),
    GF_PATHS_PLUGINS: join(directory, 'plugins'),
    GF_PATHS_PROVISIONING: join(directory, 'provisioning'),
    GF_SERVER_HTTP_ADDR: '127.0.0.1',
    GF_SERVER_HTTP_PORT: String(port),
    GF_SERVER_ROOT_URL: `${url}/`,
    GF_SECURITY_ADMIN_PASSWORD__FILE: adminPasswordFile,
    GF_AUTH_ANONYMOUS_ENABLED: 'true',
    GF_AUTH_ANONYMOUS_ORG_ROLE: 'Viewer',
    GF_USERS_ALLOW_SIGN_UP: 'false',
    GF_ANALYTICS_REPORTING_ENABLED: 'false',
    GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
    GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: 'false',
    GF_PLUGINS_PREINSTALL_DISABLED: 'true',
    GF_NEWS_NEWS_FEED_ENABLED: 'false',
    GF_LOG_MODE: 'console',
    ...(existsSync(home) && { GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: home }),
  };
}

function writeProvisioning({ provisioningDir, directory, sources, dashboardsDir }: GrafanaOptions): void {
  const rewrite: Readonly<Record<string, (text: string) => string>> = {
    datasources: (text) => localDatasources(text, sources),
    dashboards: (text) => localDashboards(text, dashboardsDir),
  };
  for (const [kind, change] of Object.entries(rewrite)) {
    const target = join(directory, 'provisioning', kind);
    mkdirSync(target, { recursive: true, mode: 0o700 });
    for (const file of readdirSync(join(provisioningDir, kind)).filter((each) => /\.ya?ml$/.test(each))) {
      // Holds the database password.
      writeFileSync(join(target, file), change(readFileSync(join(provisioningDir, kind, file), 'utf8')), { mode: 0o600 });
    }
  }
}

/** The datasources that run here, at their addresses here; the others are deleted by name, should an earlier start have had them. */
export function localDatasources(text: string, sources: DataSources): string {
  const file = asTree(parse(text));
  const known = asList(file.datasources).map((source) => ({ source, here: localDatasource(source, sources) }));
  const gone = known.filter(({ here }) => here === undefined).map(({ source }) => ({ name: source.name, orgId: 1 }));
  return stringify({ ...file, deleteDatasources: [...asList(file.deleteDatasources), ...gone], datasources: known.flatMap(({ here }) => here ?? []) });
}

function localDatasource(source: Tree, sources: DataSources): Tree | undefined {
  switch (source.type) {
    case 'prometheus':
    case 'alertmanager':
    case 'tempo':
      return sources[source.type] === undefined ? undefined : { ...source, url: sources[source.type] };
    case 'postgres':
    case 'grafana-postgresql-datasource': {
      if (sources.postgres === undefined) return undefined;
      const url = new URL(sources.postgres);
      const database = decodeURIComponent(url.pathname.slice(1));
      return {
        ...source,
        url: `${url.hostname}:${url.port || '5432'}`,
        user: decodeURIComponent(url.username),
        jsonData: { ...asTree(source.jsonData), database, sslmode: 'disable' },
        // A dollar would start an interpolation.
        secureJsonData: { password: decodeURIComponent(url.password).replaceAll('$', '$$$$') },
      };
    }
    default:
      return source;
  }
}

/** The dashboards are read from where they lie in the project. */
export function localDashboards(text: string, dashboardsDir: string): string {
  const file = asTree(parse(text));
  const providers = asList(file.providers).map((provider) => ({ ...provider, options: { ...asTree(provider.options), path: dashboardsDir } }));
  return stringify({ ...file, providers });
}
