import type { Pool } from 'pg';

type Row = Readonly<Record<string, unknown>>;
type Sql = (text: string, values?: readonly unknown[]) => Promise<readonly Row[]>;

/**
 * Runs `work` in a transaction of its own; no statement of it, nor the wait for a connection, takes longer than `timeoutMs`. When `signal`
 * aborts, the statement that runs is cancelled (57014).
 */
export function transactions(pool: Pool): <T>(work: (sql: Sql) => Promise<T>, timeoutMs: number, signal?: AbortSignal) => Promise<T> {
  return async (work, timeoutMs, signal) => {
    const client = await pool.connect();
    let broken: Error | undefined;
    const cancel = (): void => void pool.query('select pg_cancel_backend($1)', [Reflect.get(client, 'processID')]).catch(() => undefined); // else the time limit ends it
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      await client.query('begin');
      await client.query(`set local statement_timeout = ${Math.max(1, Math.floor(timeoutMs))}`);
      const result = await work(async (text, values = []) => (await client.query<Record<string, unknown>>(text, [...values])).rows);
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch((lost: unknown) => { broken = lost instanceof Error ? lost : new Error('the connection was lost'); });
      throw error;
    } finally {
      signal?.removeEventListener('abort', cancel);
      client.release(broken);
    }
  };
}
