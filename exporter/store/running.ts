/** The embedded Postgres of an exporter that is running, for commands that work beside it. */
import { readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { OWNER, PASSWORD_FILE } from './embedded-cluster.ts';
import { readPostmaster } from './embedded-lock.ts';

/** The demo's database, beside the one of the service in the embedded Postgres. */
export const DEMO_DATABASE = 'replywatch_demo';

/** Whether the demo has been here and the service has not: its own database knows no conversation. */
export async function isDemoAlone(pool: Pool): Promise<boolean> {
  const { rows: [row] } = await pool.query<{ alone: boolean }>(
    `select exists (select from pg_catalog.pg_database where pg_database.datname = $1) and not exists (select from replywatch.conversation) as alone`, [DEMO_DATABASE]);
  return row!.alone;
}

/** @returns the URL of its database `replywatch`, with the password of its owner; undefined when none serves this data directory */
export async function runningPostgres(dataDir: string): Promise<string | undefined> {
  const place = join(dataDir, 'postgres');
  const directory = await readlink(place).catch(() => place);
  const postmaster = await readPostmaster(directory);
  if (postmaster?.status !== 'ready') return undefined;
  const password = (await readFile(join(directory, PASSWORD_FILE), 'utf8')).trim();
  return `postgres://${OWNER}:${encodeURIComponent(password)}@127.0.0.1:${postmaster.port}/${OWNER}`;
}
