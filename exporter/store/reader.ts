import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';

/**
 * Lets the role that reads the `reporting` views log in, with a password that is made once and kept in `<dataDir>/reader-password`. For the bundled
 * Postgres: elsewhere its administrator gives the password (docs/reporting.md).
 * @returns the database's URL for that role; undefined when there is no such role, because the user may not make any
 */
export async function letReaderIn(databaseUrl: string, dataDir: string): Promise<string | undefined> {
  const file = join(dataDir, 'reader-password');
  if (!existsSync(file)) writeFileSync(file, randomBytes(18).toString('base64url'), { mode: 0o600 });
  const password = readFileSync(file, 'utf8').trim();
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query(`select from pg_catalog.pg_roles where pg_roles.rolname = 'replywatch_reader'`);
    if (rows.length === 0) return undefined;
    await client.query(`alter role replywatch_reader login password ${client.escapeLiteral(password)}`);
  } finally {
    await client.end();
  }
  const url = new URL(databaseUrl);
  url.username = 'replywatch_reader';
  url.password = password;
  return url.href;
}
