import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { chown, lstat, mkdir, mkdtemp, readFile, readlink, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SHARED_ROOT, canReach } from './embedded-binaries.ts';
import type { User } from './embedded-binaries.ts';
import { EmbeddedPostgresError } from './embedded-error.ts';
import type { Logger } from '../log.ts';

/** Owner of the database inside the embedded Postgres. */
export const OWNER = 'replywatch';

/** A directory with a database in it. */
export interface Cluster {
  /** The data directory in Postgres' sense. */
  readonly directory: string;
  /** Of {@link OWNER}; made once, kept inside the directory with mode 0600. */
  readonly password: string;
}

/**
 * The user that runs Postgres, which refuses root: as root whoever owns the cluster already, else `nobody`; for everyone else nobody but themselves.
 * @throws EmbeddedPostgresError `unsupported` when root has no `nobody` to become
 */
export async function postgresUser(dataDir: string): Promise<User | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(join(dataDir, 'postgres')).catch(() => undefined);
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  // initdb asks for the user's name, so any number will not do.
  const [, , uid, gid] = /^nobody:.*$/m.exec(readFileSync('/etc/passwd', 'utf8'))?.[0].split(':') ?? [];
  if (uid === undefined || gid === undefined) {
    throw new EmbeddedPostgresError('unsupported', 'Postgres does not run as root and there is no user "nobody" here. Start as an ordinary user, or set DATABASE_URL.');
  }
  return { uid: Number(uid), gid: Number(gid) };
}

/**
 * Finds `<dataDir>/postgres`, or makes it with `initdb`: UTF-8 whatever LANG says, passwords only, loopback only. It appears in one rename, so an
 * interrupted start leaves nothing half made. Where `user` cannot pass the directories above, the files lie below {@link SHARED_ROOT}
 * and `<dataDir>/postgres` is a link to them.
 * @throws EmbeddedPostgresError `failed` when initdb fails
 */
export async function provideCluster(options: { dataDir: string; initdb: string; user?: User | undefined; log: Logger }): Promise<Cluster> {
  const { dataDir, user, log } = options;
  const place = join(dataDir, 'postgres');
  // Others may pass but not look: `nobody` has to get through, and our keys lie here too.
  await mkdir(dataDir, { recursive: true, mode: 0o711 });
  if (!(await isThere(place))) {
    const away = user !== undefined && !canReach(dataDir, user);
    const target = away ? join(SHARED_ROOT, 'databases', randomUUID()) : place;
    if (away) {
      log.info({ dataDir, directory: target }, 'the data directory is closed to the user that runs Postgres, its files are kept elsewhere');
      await mkdir(dirname(target), { recursive: true, mode: 0o755 });
    }
    await initialise(target, options.initdb, user);
    if (away) await symlink(target, place);
  }
  const directory = await readlink(place).catch(() => place);
  return { directory, password: (await readFile(join(directory, PASSWORD_FILE), 'utf8')).trim() };
}

/** Inside the cluster, 0600. */
export const PASSWORD_FILE = 'replywatch-password';

async function initialise(target: string, initdb: string, user: User | undefined): Promise<void> {
  const half = await mkdtemp(`${target}.new-`);
  const passwordFile = `${half}.password`;
  try {
    await writeFile(passwordFile, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 });
    if (user !== undefined) {
      await chown(half, user.uid, user.gid);
      await chown(passwordFile, user.uid, user.gid);
    }
    await run(initdb, [
      `--pgdata=${half}`, `--username=${OWNER}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256',
      '--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions',
    ], user);
    await rename(passwordFile, join(half, PASSWORD_FILE));
    await rename(half, target).catch(unlessMadeMeanwhile);
  } finally {
    await rm(half, { recursive: true, force: true });
    await rm(passwordFile, { force: true });
  }
}

async function run(command: string, args: readonly string[], user: User | undefined): Promise<void> {
  const child = spawn(command, args, { cwd: '/', env: { PATH: process.env.PATH }, stdio: ['ignore', 'ignore', 'pipe'], ...user });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new EmbeddedPostgresError('failed', `initdb ended with code ${String(code)}: ${complaint.trim()}`);
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(() => true, () => false);
}

/** Two first starts at once: the first rename wins, both use its result. */
function unlessMadeMeanwhile(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
}
