import { randomBytes } from 'node:crypto';
import { Client, Pool, escapeIdentifier } from 'pg';
import { inject } from 'vitest';
import { createDatabase } from '../../exporter/store/embedded.ts';
import { migrate } from '../../exporter/store/migrate.ts';

export interface FreshDatabase {
  readonly url: string;
  /** Removes all rows; migrations and the identity of the figures stay. */
  empty(): Promise<void>;
  /** Removes the database and ends whoever is still connected to it. */
  drop(): Promise<void>;
}

/**
 * A database of one's own on the Postgres of this run, migrated and empty; a copy of a template, so it takes milliseconds.
 *
 *     const database = await freshDatabase('rollups');
 *     afterAll(database.drop);
 *
 * @param name says whose it is when one looks into the server; need not be unique
 */
export async function freshDatabase(name: string): Promise<FreshDatabase> {
  return copyOf(await locked(provideTemplate), name);
}

/** The same without migrations, for tests of the migrations themselves. */
export async function emptyDatabase(name: string): Promise<FreshDatabase> {
  return copyOf('template0', name);
}

const TEMPLATE = 'replywatch_template';
/** Advisory lock: one file makes the template, the others wait for it. */
const TEMPLATE_LOCK = 20_260_101;

async function copyOf(template: string, name: string): Promise<FreshDatabase> {
  const server = inject('postgresUrl');
  const unique = `${name.replaceAll(/[^a-z0-9]+/gi, '_').toLowerCase().slice(0, 40)}_${randomBytes(4).toString('hex')}`;
  const url = await createDatabase(server, unique, template);
  const drop = `drop database if exists ${escapeIdentifier(unique)}`;
  return {
    url,
    empty: () => withClient(url, async (client) => {
      const { rows: [all] } = await client.query<{ text: string }>(`select string_agg(format('delete from replywatch.%I', tablename), '; ') as text
        from pg_catalog.pg_tables where schemaname = 'replywatch' and tablename not in ('migration', 'cluster')`);
      await client.query(all!.text);
    }),
    // Without force first: it waits some seconds for connections that are just closing, and a test that is over must not see them cut.
    drop: () => withClient(server, async (client) => void (await client.query(drop).catch(() => client.query(`${drop} with (force)`)))),
  };
}

async function provideTemplate(client: Client): Promise<string> {
  const { rowCount } = await client.query('select 1 from pg_catalog.pg_database where pg_database.datname = $1', [TEMPLATE]);
  if (rowCount !== 0) return TEMPLATE;
  // Renamed when it is complete: a failed migration leaves no template that looks finished.
  const half = `${TEMPLATE}_half`;
  await client.query(`drop database if exists ${half}`);
  const pool = new Pool({ connectionString: await createDatabase(inject('postgresUrl'), half) });
  try {
    await migrate(pool);
  } finally {
    await pool.end();
  }
  await client.query(`alter database ${half} rename to ${TEMPLATE}`);
  return TEMPLATE;
}

async function locked<T>(work: (client: Client) => Promise<T>): Promise<T> {
  return withClient(inject('postgresUrl'), async (client) => {
    await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    return work(client); // the end of the session is the end of the lock
  });
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
