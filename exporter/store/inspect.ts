import { Client } from 'pg';
import { migrations } from './migrate.ts';

/** What `check` asks a database. */
export interface DatabaseState {
  /** As Postgres counts: 150004 is 15.4. */
  readonly version: number;
  /** Migrations there, those this version would add, and those only a newer version knows. */
  readonly migrations: { readonly applied: number; readonly pending: number; readonly unknown: number };
  /** Whether this role may create our schemas, or they are there. */
  readonly canMigrate: boolean;
}

/** Looks at a database without changing it. @throws what pg throws, when it cannot be reached or asked */
export async function inspectDatabase(url: string, timeoutMs = 5_000): Promise<DatabaseState> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: timeoutMs, query_timeout: timeoutMs });
  client.on('error', () => undefined); // a connection that breaks later fails the query below
  await client.connect();
  try {
    const { rows: [about] } = await client.query<{ version: string; migrated: boolean; may: boolean }>(`
      select current_setting('server_version_num') as version, to_regclass('replywatch.migration') is not null as migrated,
        has_database_privilege(current_database(), 'create') or to_regclass('replywatch.migration') is not null as may`);
    const applied = about?.migrated === true
      ? (await client.query<{ number: number }>('select migration.number from replywatch.migration')).rows.map((row) => row.number) : [];
    const known = migrations().map((migration) => migration.number);
    return {
      version: Number(about?.version ?? 0), canMigrate: about?.may ?? false,
      migrations: { applied: applied.length, pending: known.filter((number) => !applied.includes(number)).length, unknown: applied.filter((number) => !known.includes(number)).length },
    };
  } finally {
    await client.end();
  }
}
