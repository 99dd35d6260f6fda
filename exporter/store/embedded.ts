import { chmodSync, closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, escapeIdentifier } from 'pg';
import { canReach, provideBinaries } from './embedded-binaries.ts';
import type { PostgresBinaries, User } from './embedded-binaries.ts';
import { OWNER, postgresUser, provideCluster } from './embedded-cluster.ts';
import type { Cluster } from './embedded-cluster.ts';
import { EmbeddedPostgresError } from './embedded-error.ts';
import { readPostmaster, waitUntilFree } from './embedded-lock.ts';
import { spawnGuarded } from './guard.ts';
import type { Guarded } from './guard.ts';
import type { Logger } from '../log.ts';

/** Where the bundled Postgres keeps its data, and how it is set. */
export interface EmbeddedPostgresOptions {
  /** Made when missing; holds `postgres/` (the database, with its log in `log/`) and `postgres-start.log`. As root it is best not closed (0711). */
  readonly dataDir: string;
  readonly log: Logger;
  /** More server settings, by their Postgres names; they win over ours. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A bundled Postgres that runs. */
export interface EmbeddedPostgres {
  /** Of the database `replywatch`, with the password of its owner: not for logs. */
  readonly url: string;
  /** Process id of the postmaster. */
  readonly pid: number;
  /** Settles when the server has ended, also by itself (out of memory, disk full): nothing starts it again but the next start. Never rejects. */
  readonly exited: Promise<void>;
  /** Ends sessions, writes a checkpoint and stops; safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts the Postgres that npm brought, on a free loopback port. It ends with this process, however that ends, and finds its data again at
 * the next start. A server that is still shutting down is waited for.
 * @throws EmbeddedPostgresError when it cannot serve: `unsupported`, `in_use` or `failed`
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log } = options;
  const dataDir = resolve(options.dataDir);
  const user = await postgresUser(dataDir);
  const binaries = await provideBinaries({ user, fallback: join(dataDir, 'binaries'), log });
  const cluster = await provideCluster({ dataDir, initdb: binaries.initdb, user, log });
  if (user !== undefined && !canReach(cluster.directory, user)) {
    throw new EmbeddedPostgresError('failed', `The user that runs Postgres (${user.uid}) cannot reach ${cluster.directory}. Open the directories above it with chmod o+x.`);
  }
  const { server, port } = await startOnFreePort({ ...options, dataDir, binaries, cluster, user });
  const url = `postgres://${OWNER}:${encodeURIComponent(cluster.password)}@127.0.0.1:${port}/postgres`;
  log.info({ port, pid: server.pid, directory: cluster.directory }, 'embedded Postgres started');
  let stopping = false;
  const stop = async (): Promise<void> => {
    stopping = true;
    await server.release();
  };
  const exited = server.exited.then((code) => {
    if (!stopping) log.error({ code, directory: cluster.directory }, 'embedded Postgres ended by itself');
  });
  try {
    return { url: await createDatabase(url, OWNER), pid: server.pid, exited, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Makes a database beside the one `url` names, unless it is there.
 * @param template a database to copy; nobody may be connected to it
 * @returns the URL of the database
 */
export async function createDatabase(url: string, name: string, template?: string): Promise<string> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_catalog.pg_database where pg_database.datname = $1', [name]);
    if (rowCount === 0) {
      const copyOf = template === undefined ? '' : ` template ${escapeIdentifier(template)}`;
      await client.query(`create database ${escapeIdentifier(name)}${copyOf}`).catch(unlessMadeMeanwhile);
    }
  } finally {
    await client.end();
  }
  const target = new URL(url);
  target.pathname = `/${encodeURIComponent(name)}`;
  return target.href;
}

/** A port nobody listens on at this moment; whoever uses it must be ready to find it taken. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done, failed) => probe.once('error', failed).listen(0, '127.0.0.1', done));
  const address = probe.address();
  await new Promise((done) => probe.close(done));
  if (address === null || typeof address === 'string') throw new Error('a TCP listener without a port');
  return address.port;
}

const ATTEMPTS = 5;

/** Modest, for a machine that also runs the rest; `max_wal_size` keeps checkpoints rare under load. Statements and values stay out of the log: they are about people. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '50',
  shared_buffers: '128MB',
  synchronous_commit: 'on',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  wal_compression: 'pglz',
  jit: 'off',
  timezone: 'UTC',
  logging_collector: 'on',
  log_timezone: 'UTC',
  log_directory: 'log',
  // One file per weekday, overwritten a week later.
  log_filename: 'postgres-%a.log',
  log_rotation_age: '1d',
  log_rotation_size: '10MB',
  log_truncate_on_rotation: 'on',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
} as const satisfies Record<string, string>;

interface Start extends EmbeddedPostgresOptions { readonly binaries: PostgresBinaries; readonly cluster: Cluster; readonly user: User | undefined }

async function startOnFreePort(start: Start): Promise<{ server: Guarded; port: number }> {
  await waitUntilFree(start.cluster.directory);
  let lastWords = '';
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const port = await freePort();
    const startLog = join(start.dataDir, 'postgres-start.log');
    const server = await launch(start, port, startLog);
    if (await isServing(server, start.cluster.directory)) return { server, port };
    lastWords = (await readFile(startLog, 'utf8')).trim().split('\n').slice(-5).join('\n');
    if (/lock file .* already exists/.test(lastWords)) await waitUntilFree(start.cluster.directory);
    else if (!/could not bind|Address already in use/.test(lastWords)) break;
  }
  throw new EmbeddedPostgresError('failed', `Postgres did not start (its log: ${join(start.cluster.directory, 'log')}): ${lastWords}`);
}

async function launch(start: Start, port: number, startLog: string): Promise<Guarded> {
  const settings = Object.entries({ ...SETTINGS, ...start.settings }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  // What Postgres says before its own log is open, lock and port trouble above all.
  const output = openSync(startLog, 'w', 0o600);
  chmodSync(startLog, 0o600);
  try {
    return await spawnGuarded({
      command: start.binaries.postgres,
      args: ['-D', start.cluster.directory, '-p', String(port), ...settings],
      env: { PATH: process.env.PATH },
      output,
      // Fast shutdown; if a checkpoint takes longer than this, the log is replayed at the next start and nothing is lost either.
      leave: { signal: 'INT', then: 'QUIT', afterSeconds: 20 },
      ...(start.user === undefined ? {} : { user: start.user }),
    });
  } finally {
    closeSync(output);
  }
}

/** Waits for "ready" in the lock file, which needs no connection; recovery after a crash may take minutes, so only the server's end is a no. */
async function isServing(server: Guarded, directory: string): Promise<boolean> {
  let gone = false;
  void server.exited.then(() => (gone = true));
  while (!gone) {
    const postmaster = await readPostmaster(directory);
    if (postmaster?.pid === server.pid && postmaster.status === 'ready') return true;
    await sleep(15);
  }
  return false;
}

function unlessMadeMeanwhile(error: unknown): void {
  // 42P04 duplicate_database; 23505 when two creations overlap.
  if (!(error instanceof Error && 'code' in error && ['42P04', '23505'].includes(String(error.code)))) throw error;
}
