import type { Socket } from 'node:net';
import pg from 'pg';
import { StoreUnavailable } from './store.ts';

/** A pool with the product's manners: a name Postgres can show, and no statement that runs for ever. */
export function createPool(url: string, max = 6): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max, application_name: 'replywatch', statement_timeout: 60_000, query_timeout: 65_000, connectionTimeoutMillis: 5_000 });
  pool.on('error', () => undefined); // an idle connection broke; the next query finds out and says so
  // Lent out, a client is not watched by the pool; between two queries of a transaction an error nobody hears would end the process.
  pool.on('connect', (client) => void client.on('error', () => undefined));
  return pool;
}

/** How long the database may be silent about a statement, or about the two of a batch, before it counts as gone: a frozen server keeps connections open and says nothing. */
export const SILENCE_MS = 30_000;

/** The one connection that writes batches. Statements are pipelined: a transaction is two round trips. */
export async function connectWriter(url: string, silenceMs = SILENCE_MS): Promise<pg.Client> {
  // `pipeline` is newer than the type package.
  const client = new pg.Client({ connectionString: url, application_name: 'replywatch writer', statement_timeout: silenceMs, query_timeout: silenceMs, connectionTimeoutMillis: 5_000, pipeline: true, options: '-c plan_cache_mode=force_generic_plan -c jit=off' } as pg.ClientConfig);
  client.on('error', () => undefined); // reported by the query that meets it
  await client.connect();
  return client;
}

/** Sends the statements of `work` in one packet: each would be a system call and a wake-up of the server of its own. */
export function atOnce<T>(client: pg.Client, work: () => T): T {
  const stream = streamOf(client);
  stream.cork();
  try {
    return work();
  } finally {
    stream.uncork();
  }
}

/** Ends a connection that may never answer again; whatever waits for it fails at once. */
export const cut = (client: pg.Client): void => void streamOf(client).destroy();

const streamOf = (client: pg.Client): Socket => (client as unknown as { connection: { stream: Socket } }).connection.stream; // public, but not in the type package

/** SQLSTATE of an error from Postgres; undefined when it came from the connection (EPIPE looks like one, so the class decides). */
export const sqlState = (error: unknown): string | undefined => (error instanceof pg.DatabaseError ? error.code : undefined);

/** Somebody else was faster, or two waited for each other: the same work again will do. */
export const isLostRace = (error: unknown): boolean => ['22012', '40001', '40P01'].includes(sqlState(error) ?? '');

/** Wraps what trying again later may cure: lost connections, shutdowns, a database closed for maintenance (55000), no room. Anything else is returned as it is. */
export function storeError(error: unknown): unknown {
  const state = sqlState(error);
  const passing = isLostRace(error) || (state === undefined ? !(error instanceof TypeError || error instanceof RangeError) : /^(08|25P|53|57|58|55000|55P03)/.test(state));
  return passing && !(error instanceof StoreUnavailable) ? new StoreUnavailable(isLostRace(error) && state !== '40P01' ? undefined : error) : error; // a lost race is no fault of the data
}
