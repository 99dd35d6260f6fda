import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, globSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { findBinary } from '../../exporter/stack/find.ts';

interface Tool { readonly names: readonly string[]; readonly package: string }

/** What the tests run besides Node: any of `names` will do. */
const TOOLS: readonly Tool[] = [
  { names: ['prometheus'], package: 'prometheus' },
  { names: ['promtool'], package: 'prometheus' },
  { names: ['alertmanager', 'prometheus-alertmanager'], package: 'prometheus-alertmanager' },
  { names: ['amtool'], package: 'prometheus-alertmanager' },
  { names: ['chromium', 'chromium-browser', 'google-chrome'], package: 'chromium' },
];

/** The tests cannot have what they need; the message says what to do. */
export class ToolsMissing extends Error {
  override readonly name = 'ToolsMissing';
}

/**
 * Sees to it that every tool is there: root installs the missing Debian packages without starting their services, anybody else unpacks them into
 * `~/.cache/replywatch/debian` and changes nothing on the system.
 * @param say takes a line for people
 * @returns the PATH to run the tests with
 * @throws ToolsMissing when that is not possible here
 */
export function provideTools(say: (line: string) => void): string {
  const path = process.env.PATH ?? '';
  if (missingPackages(path).length === 0) return path;
  const unpacked = `${join(CACHE, 'bin')}:${path}`;
  const missing = missingPackages(unpacked);
  if (missing.length === 0) return unpacked;
  if (findBinary(['apt-get']) === undefined) {
    throw new ToolsMissing(`The tests need ${missing.join(', ')}, and this is not a Debian that could install them. Please put them on the PATH.`);
  }
  if (process.getuid?.() === 0) install(missing, say);
  else unpack(missing, say);
  const still = missingPackages(unpacked);
  if (still.length > 0) throw new ToolsMissing(`Still missing: ${still.join(', ')}. As root: ${installCommand(still)}`);
  return unpacked;
}

const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'replywatch/debian');

function missingPackages(path: string): readonly string[] {
  return [...new Set(TOOLS.filter(({ names }) => findBinary(names, { PATH: path }) === undefined).map((tool) => tool.package))];
}

function installCommand(packages: readonly string[]): string {
  return `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
}

function install(packages: readonly string[], say: (line: string) => void): void {
  say(`Installing Debian packages for the tests, without starting their services: ${installCommand(packages)}`);
  // https://people.debian.org/~hmh/invokerc.d-policyrc.d-specification.txt: 101 forbids every action.
  const policy = '/usr/sbin/policy-rc.d';
  const isOurs = !existsSync(policy);
  const remove = (): void => rmSync(policy, { force: true });
  if (isOurs) {
    writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
    process.once('exit', remove);
  }
  try {
    run('apt-get', ['update'], packages);
    run('apt-get', ['install', '-y', '--no-install-recommends', ...packages], packages);
  } finally {
    if (isOurs) {
      remove();
      process.off('exit', remove);
    }
  }
}

function unpack(packages: readonly string[], say: (line: string) => void): void {
  say(`Unpacking Debian packages for the tests into ${CACHE}; nothing is installed: ${packages.join(' ')}`);
  const root = join(CACHE, 'root');
  for (const directory of ['state/lists/partial', 'apt/archives/partial', 'root', 'bin']) mkdirSync(join(CACHE, directory), { recursive: true });
  // Lists and archives of our own; what is installed is read from the system, so that only what is missing is fetched.
  const ours = ['-o', 'Debug::NoLocking=1', '-o', `Dir::State=${CACHE}/state`, '-o', 'Dir::State::status=/var/lib/dpkg/status', '-o', `Dir::Cache=${CACHE}/apt`];
  run('apt-get', [...ours, 'update'], packages);
  run('apt-get', [...ours, 'install', '-y', '--no-install-recommends', '--download-only', ...packages], packages);
  const archives = join(CACHE, 'apt/archives');
  for (const file of readdirSync(archives).filter((each) => each.endsWith('.deb'))) run('dpkg-deb', ['-x', join(archives, file), root], packages);
  rmSync(archives, { recursive: true });
  writeLaunchers(root);
}

/** Unpacked programs find their libraries, and chromium its own directory, through a script each. */
function writeLaunchers(root: string): void {
  const libraries = globSync(['usr/lib/*-linux-*', 'lib/*-linux-*', 'usr/lib/*-linux-*/{pulseaudio,blas,lapack}'], { cwd: root }).map((each) => join(root, each)).join(':');
  for (const name of TOOLS.flatMap(({ names }) => names)) {
    // /usr/bin/chromium is a script full of absolute paths; the program itself is here.
    const program = [join(root, 'usr/lib', name, name), join(root, 'usr/bin', name)].find(existsSync);
    if (program === undefined) continue;
    const launcher = join(CACHE, 'bin', name);
    writeFileSync(launcher, `#!/bin/sh\nLD_LIBRARY_PATH="${libraries}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" exec "${program}" "$@"\n`);
    chmodSync(launcher, 0o755);
  }
}

function run(command: string, args: readonly string[], packages: readonly string[]): void {
  const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' } });
  if (error === undefined && status === 0) return;
  throw new ToolsMissing(`${command} failed: ${error?.message ?? stderr.trim()}\nThe tests need these packages; as root: apt-get update && ${installCommand(packages)}`);
}
