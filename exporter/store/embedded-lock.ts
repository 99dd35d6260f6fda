import { readdir, readFile, readlink, realpath, rm } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedPostgresError } from './embedded-error.ts';

/** What `postmaster.pid` says: https://www.postgresql.org/docs/18/storage-file-layout.html (undocumented order: pid, directory, start, port, …, line 8 status). */
export interface Postmaster { readonly pid: number; readonly port: number; readonly status: string }

/** Reads `postmaster.pid`; undefined when there is none or it is not written to its end yet. */
export async function readPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  return Number.isInteger(pid) && pid > 0 ? { pid, port: Number(lines[3]), status: lines[7]?.trim() ?? '' } : undefined;
}

/** How long is waited for another Postgres to end. */
export interface Patience {
  /** For a server that is up: an exporter that was killed a moment ago takes its server with it within this time. */
  readonly servingMs: number;
  /** For a server that is shutting down: it may be writing a checkpoint. */
  readonly stoppingMs: number;
}

/**
 * Waits until no server works on the cluster any more and clears away the lock file of one that was killed.
 * @throws EmbeddedPostgresError `in_use`, naming the process, when one goes on serving
 */
export async function waitUntilFree(cluster: string, patience: Patience = { servingMs: 3_000, stoppingMs: 60_000 }): Promise<void> {
  const startedAt = performance.now();
  for (;;) {
    const postmaster = await readPostmaster(cluster);
    const holders = await serversOn(cluster);
    if (holders.length === 0) return removeForeignLock(cluster, postmaster);
    const limit = postmaster?.status === 'stopping' ? patience.stoppingMs : patience.servingMs;
    if (performance.now() - startedAt > limit) {
      const pid = postmaster !== undefined && holders.includes(postmaster.pid) ? postmaster.pid : holders[0];
      throw new EmbeddedPostgresError(
        'in_use',
        `Postgres (process ${pid}) already serves ${cluster}, most likely for another Replywatch. Stop that one, or give this one a data directory of its own.`,
      );
    }
    await sleep(50);
  }
}

/**
 * Postgres sees to a lock file whose process is dead, but refuses when its number belongs to any living process, as happens in containers, or
 * to one that nobody has reaped; we looked closer. Read again just before, so that a server that starts this moment keeps its own.
 */
async function removeForeignLock(cluster: string, seen: Postmaster | undefined): Promise<void> {
  if (seen === undefined || !isAlive(seen.pid)) return;
  if ((await readPostmaster(cluster))?.pid === seen.pid) await rm(join(cluster, 'postmaster.pid'), { force: true });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Ids of living Postgres processes that work in the directory: the postmaster, or what a killed one left behind. */
async function serversOn(cluster: string): Promise<readonly number[]> {
  if (process.platform !== 'linux') {
    const postmaster = await readPostmaster(cluster);
    return postmaster !== undefined && isPostgres(postmaster.pid) ? [postmaster.pid] : [];
  }
  const directory = await realpath(cluster);
  const found: number[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    // Every Postgres process works in its data directory. A zombie has no directory any more, a stranger's we may not read.
    const at = await readlink(`/proc/${entry}/cwd`).catch(() => '');
    if (at !== directory) continue;
    const name = await readFile(`/proc/${entry}/comm`, 'utf8').catch(() => '');
    if (name.trim() === 'postgres') found.push(Number(entry));
  }
  return found.sort((a, b) => a - b);
}

function isPostgres(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim().endsWith('postgres');
}
