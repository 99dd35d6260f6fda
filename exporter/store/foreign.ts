import pg from 'pg';

/** A database of somebody else, open for reading. */
export interface Foreign {
  readonly ask: <Row extends object>(sql: string, values: readonly unknown[]) => Promise<readonly Row[]>;
  close(): Promise<void>;
}

const PATIENCE_MS = 120_000;

/** Opens a database that must not be changed: every transaction on this connection refuses to write, whatever the role may do. */
export async function openForeign(url: string): Promise<Foreign | { readonly reason: string }> {
  const client = new pg.Client({
    connectionString: url, application_name: 'replywatch import', connectionTimeoutMillis: 10_000, statement_timeout: PATIENCE_MS, query_timeout: PATIENCE_MS + 5_000,
    options: '-c default_transaction_read_only=on',
  });
  client.on('error', () => undefined); // the next query says so
  try {
    await client.connect();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return { reason: REASONS[code] ?? `cannot be reached (${code})` };
  }
  return {
    ask: async <Row extends object>(sql: string, values: readonly unknown[]) => (await client.query<Row & pg.QueryResultRow>(sql, [...values])).rows,
    close: () => client.end(),
  };
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there', ENOTFOUND: 'there is no host of that name', '28P01': 'the password is wrong', '28000': 'this role may not connect', '3D000': 'there is no database of that name',
};
