import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Pool } from 'pg';

const FOLDER = fileURLToPath(new URL('./migrations/', import.meta.url));
/** Any constant will do, as long as every version of the product uses the same one. */
const LOCK = 7_207_105_501;

/** One file of `migrations/`. */
export interface Migration { readonly number: number; readonly name: string; readonly sql: string }

/** The numbered SQL files, oldest first. */
export function migrations(): readonly Migration[] {
  return readdirSync(FOLDER).filter((file) => /^\d{4}_[a-z0-9_]+\.sql$/.test(file)).sort()
    .map((file) => ({ number: Number(file.slice(0, 4)), name: file.slice(5, -4), sql: readFileSync(FOLDER + file, 'utf8') }));
}

/**
 * Brings the schema up to date: forward only, each file in a transaction of its own, safe from two processes at once.
 * @returns the names of the migrations that ran
 * @throws Error when the database was migrated by a newer version of the product
 */
export async function migrate(pool: Pool): Promise<readonly string[]> {
  const client = await pool.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    await client.query(`create schema if not exists replywatch;
      create table if not exists replywatch.migration (number int primary key, name text not null, applied_at timestamptz not null default now())`);
    const { rows } = await client.query<{ number: number }>('select migration.number from replywatch.migration order by migration.number');
    const known = migrations();
    const newest = rows.at(-1)?.number ?? 0;
    if (newest > (known.at(-1)?.number ?? 0)) {
      throw new Error(`the database has migration ${newest}, this version knows ${known.at(-1)?.number ?? 0}: start the newer version, or restore a backup`);
    }
    const ran: string[] = [];
    for (const migration of known.filter((each) => !rows.some((row) => row.number === each.number))) {
      await client.query('begin');
      try {
        await client.query(migration.sql);
        await client.query('insert into replywatch.migration (number, name) values ($1, $2)', [migration.number, migration.name]);
        await client.query('commit');
      } catch (error) {
        await client.query('rollback');
        throw new Error(`migration ${migration.number} (${migration.name}) failed`, { cause: error });
      }
      ran.push(migration.name);
    }
    return ran;
  } finally {
    await client.query('select pg_advisory_unlock($1)', [LOCK]).catch(() => undefined); // a broken connection released it already
    client.release();
  }
}
