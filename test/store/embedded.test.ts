import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLogger } from '../../exporter/log.ts';
import { linkLibraries } from '../../exporter/store/embedded-binaries.ts';
import { createDatabase, startEmbeddedPostgres } from '../../exporter/store/embedded.ts';
import type { EmbeddedPostgres } from '../../exporter/store/embedded.ts';
import { until } from '../support/until.ts';

const log = createLogger('silent');
const isRoot = process.getuid?.() === 0;
let dataDir: string;
let running: EmbeddedPostgres[];

beforeEach(async () => {
  running = [];
  dataDir = join(await mkdtemp(join(tmpdir(), 'replywatch-embedded-')), 'data');
  // mkdtemp closes its directory; the user that runs Postgres for root has to pass it.
  if (isRoot) await spawnDone('chmod', ['755', join(dataDir, '..')]);
});

afterEach(async () => {
  for (const postgres of running) await postgres.stop();
  await rm(join(dataDir, '..'), { recursive: true, force: true });
});

describe('embedded Postgres', () => {
  test('speaks UTF-8 and UTC on loopback only, whatever the locale of the process', async () => {
    const { url } = await start();
    expect(await one(url, `select lower('ÄÉ') || ' ' || current_setting('server_encoding') || ' ' || current_setting('timezone')`)).toBe('äé UTF8 UTC');
    expect(await one(url, `select current_setting('listen_addresses') || '|' || current_setting('unix_socket_directories')`)).toBe('127.0.0.1|');
    expect(new URL(url).pathname).toBe('/replywatch');
  });

  test('acks only what is on the disk', async () => {
    const { url } = await start();
    expect(await one(url, `select current_setting('fsync') || current_setting('synchronous_commit') || current_setting('full_page_writes')`)).toBe('ononon');
  });

  test('lets nobody in without the password, which only its owner can read', async () => {
    const { url } = await start();
    const stranger = new URL(url);
    stranger.password = 'wrong';
    await expect(one(stranger.href, 'select 1')).rejects.toThrow(/password authentication failed/);
    expect((await stat(join(dataDir, 'postgres/replywatch-password'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(dataDir, 'postgres'))).mode & 0o777).toBe(0o700);
  });

  test('finds its data again after a stop, with sessions open at the time', async () => {
    const first = await start();
    await one(first.url, 'create table kept (n int)');
    const session = new Client({ connectionString: first.url });
    session.on('error', () => undefined); // "terminating connection": the point of this row
    await session.connect();
    await session.query('begin; insert into kept values (1); commit; begin; insert into kept values (2)');
    await first.stop();
    const second = await start();
    expect(await one(second.url, 'select sum(n)::int from kept')).toBe(1);
  });

  test('waits for a server that is still shutting down', async () => {
    const first = await start();
    const stopping = first.stop();
    const second = await start();
    await stopping;
    expect(second.pid).not.toBe(first.pid);
    expect(await one(second.url, 'select 1')).toBe(1);
  });

  test('refuses a directory that another one serves, and names the process', async () => {
    const { pid, url } = await start();
    await expect(start()).rejects.toMatchObject({ code: 'in_use', message: expect.stringContaining(`process ${pid}`) });
    expect(await one(url, 'select 1')).toBe(1);
  });

  test('is not misled by a lock file whose number now belongs to something else', async () => {
    const first = await start();
    await one(first.url, 'create table kept (n int)');
    await crash(first.pid);
    await first.exited;
    // A process of the user that runs Postgres: the one case in which Postgres itself gives up.
    const bystander = spawn('sleep', ['60'], isRoot ? { uid: 65534, gid: 65534 } : {});
    await once(bystander, 'spawn');
    const lock = join(dataDir, 'postgres/postmaster.pid');
    await writeFile(lock, `${bystander.pid}\n${(await readFile(lock, 'utf8')).split('\n').slice(1).join('\n')}`);
    const second = await start();
    bystander.kill();
    expect(await one(second.url, 'select count(*)::int from kept')).toBe(0);
  });

  test('ends with its parent when that is killed with SIGKILL, and keeps what was committed', async () => {
    const owner = spawn(process.execPath, [fileURLToPath(new URL('embedded-owner.ts', import.meta.url)), dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(owner.stdout, 'data')) as [Buffer];
    const { url, pid } = JSON.parse(line.toString()) as { url: string; pid: number };
    await one(url, 'create table kept as select 7 as n');
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    await until('the process is gone', () => !isAlive(pid));
    const next = await start();
    expect(await one(next.url, 'select n from kept')).toBe(7);
  });

  test('starts over when its first start was interrupted', async () => {
    await mkdir(join(dataDir, 'postgres.new-1'), { recursive: true });
    await writeFile(join(dataDir, 'postgres.new-1/PG_VERSION'), '18');
    const { url } = await start();
    expect(await one(url, 'select 1')).toBe(1);
  });

  test('says in plain words why it does not start', async () => {
    await expect(start({ shared_buffers: 'plenty' })).rejects.toMatchObject({ code: 'failed', message: expect.stringContaining('shared_buffers') });
  });

  test('makes more databases, once each, and copies of one', async () => {
    const { url } = await start();
    const [model, again] = await Promise.all([createDatabase(url, 'model "1"'), createDatabase(url, 'model "1"')]);
    expect(again).toBe(model);
    await one(model, 'create table kept as select 3 as n');
    expect(await one(await createDatabase(url, 'copy', 'model "1"'), 'select n from kept')).toBe(3);
  });

  test('serves from a directory that is closed to others', async () => {
    dataDir = join(dataDir, 'home/data');
    await mkdir(join(dataDir, '..'), { recursive: true, mode: 0o700 });
    await spawnDone('chmod', ['700', join(dataDir, '..')]);
    const first = await start();
    await one(first.url, 'create table kept (n int)');
    await first.stop();
    const second = await start();
    expect(await one(second.url, 'select count(*)::int from kept')).toBe(0);
    await second.stop();
    const place = join(dataDir, 'postgres');
    const isElsewhere = (await lstat(place)).isSymbolicLink();
    // Only root hands the database to another user, and only then the files have to move.
    expect(isElsewhere).toBe(isRoot);
    if (isElsewhere) await rm(await realpath(place), { recursive: true });
    dataDir = join(dataDir, '../..');
  });
});

test('links between libraries that the installation left out are made, others stay', async () => {
  const root = await mkdtemp(join(tmpdir(), 'replywatch-links-'));
  await mkdir(join(root, 'native/lib'), { recursive: true });
  await writeFile(join(root, 'native/lib/libx.so.1.2'), '');
  await symlink('elsewhere', join(root, 'native/lib/libx.so'));
  const source = 'native/lib/libx.so.1.2';
  await writeFile(join(root, 'native/pg-symlinks.json'), JSON.stringify([{ source, target: 'native/lib/libx.so' }, { source, target: 'native/lib/libx.so.1' }]));
  await linkLibraries(root);
  await linkLibraries(root);
  expect(await readlink(join(root, 'native/lib/libx.so.1'))).toBe('libx.so.1.2');
  expect(await readlink(join(root, 'native/lib/libx.so'))).toBe('elsewhere');
  expect(await readdir(join(root, 'native/lib'))).toHaveLength(3);
  await rm(root, { recursive: true });
});

async function start(settings?: Record<string, string>): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDir, log, ...(settings && { settings }) });
  running.push(postgres);
  return postgres;
}

/** The first column of the first row. */
async function one(url: string, sql: string): Promise<unknown> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query({ text: sql, rowMode: 'array' });
    return (rows as unknown[][])[0]?.[0];
  } finally {
    await client.end();
  }
}

async function crash(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  await until('the process is gone', () => !isAlive(pid));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function spawnDone(command: string, args: readonly string[]): Promise<void> {
  await once(spawn(command, args), 'exit');
}
