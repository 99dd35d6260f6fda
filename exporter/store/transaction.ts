import type { Pool, PoolClient } from 'pg';

type Row = Readonly<Record<string, unknown>>;
type Sql = (text: string, values?: readonly unknown[]) => Promise<readonly Row[]>;

/** Runs `work` in a transaction of its own: commits when it returns, rolls back when it throws. A connection that broke does not go back to the pool. */
export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((lost: unknown) => { broken = lost instanceof Error ? lost : new Error('the connection was lost'); });
    throw error;
  } finally {
    client.release(broken);
  }
}

/**
 * The same for work that knows statements only. None of them, nor the wait for a connection, takes longer than `timeoutMs`. When `signal`
 * aborts, the statement that runs is cancelled (57014).
 */
export function transactions(pool: Pool): <T>(work: (sql: Sql) => Promise<T>, timeoutMs: number, signal?: AbortSignal) => Promise<T> {
  return (work, timeoutMs, signal) => inTransaction(pool, async (client) => {
    const cancel = (): void => void pool.query('select pg_cancel_backend($1)', [Reflect.get(client, 'processID')]).catch(() => undefined); // else the time limit ends it
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      await client.query(`set local statement_timeout = ${Math.max(1, Math.floor(timeoutMs))}`);
      return await work(async (text, values = []) => (await client.query<Record<string, unknown>>(text, [...values])).rows);
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  });
}
