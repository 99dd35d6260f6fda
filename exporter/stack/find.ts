import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/** Full path of the first of `names` that is on the PATH, or in a directory where servers are installed but users do not look. */
export function findBinary(names: readonly string[], env: NodeJS.ProcessEnv = process.env): string | undefined {
  const directories = [...(env.PATH ?? '').split(delimiter).filter((entry) => entry !== ''), '/usr/local/bin', '/usr/bin', '/usr/sbin', '/opt/homebrew/bin'];
  return names.flatMap((name) => directories.map((directory) => join(directory, name))).find(isExecutable);
}

/** Prometheus, under its one name. */
export function findPrometheus(env?: NodeJS.ProcessEnv): string | undefined {
  return findBinary(['prometheus'], env);
}

/** Alertmanager, upstream's name before Debian's. */
export function findAlertmanager(env?: NodeJS.ProcessEnv): string | undefined {
  return findBinary(['alertmanager', 'prometheus-alertmanager'], env);
}

/** A Grafana on this machine. */
export interface Grafana {
  readonly command: string;
  /** Before the flags: `server` for the one binary, nothing for the older `grafana-server`. */
  readonly subcommand: readonly string[];
  /** Where its `public/` and `conf/` lie. */
  readonly home: string;
}

/** Grafana's server together with its home directory: GRAFANA_HOME, beside the binary (unpacked archive), or where packages put it. */
export function findGrafana(env: NodeJS.ProcessEnv = process.env): Grafana | undefined {
  const given = env.GRAFANA_HOME;
  const homes = [...(given ? [given] : []), ...HOMES].filter(isHome);
  // The real binaries before the wrapper scripts that packages put on the PATH: those insist on paths of their own.
  for (const home of homes) {
    const [command] = [join(home, 'bin/grafana'), join(home, 'bin/grafana-server')].filter(isExecutable);
    if (command !== undefined) return { command, subcommand: subcommandOf(command), home };
  }
  const command = findBinary(['grafana', 'grafana-server'], env);
  const home = homes[0] ?? (command && [join(dirname(command), '..'), join(dirname(command), '../share/grafana')].find(isHome));
  return command !== undefined && home !== undefined ? { command, subcommand: subcommandOf(command), home } : undefined;
}

const HOMES = ['/usr/share/grafana', '/opt/grafana', '/usr/local/share/grafana', '/usr/local/grafana', '/opt/homebrew/share/grafana', '/opt/homebrew/opt/grafana/share/grafana'];

function subcommandOf(command: string): readonly string[] {
  return command.endsWith('grafana') ? ['server'] : [];
}

function isHome(directory: string): boolean {
  return existsSync(join(directory, 'conf/defaults.ini'));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
