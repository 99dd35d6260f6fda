import type { Pool } from 'pg';

/** Runs `work` in a transaction of its own; no statement of it, nor the wait for a connection, takes longer than `timeoutMs`. */
export function transactions(pool: Pool): <T>(work: (sql: (text: string, values?: readonly unknown[]) => Promise<readonly Readonly<Record<string, unknown>>[]>) => Promise<T>, timeoutMs: number) => Promise<T> {
  return async (work, timeoutMs) => {
    const client = await pool.connect();
    let broken: Error | undefined;
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
      client.release(broken);
    }
  };
}
