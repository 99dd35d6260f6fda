import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLogger } from '../../exporter/log.ts';
import { createPool } from '../../exporter/store/connection.ts';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../exporter/store/embedded.ts';
import { migrate } from '../../exporter/store/migrate.ts';
import { letReaderIn } from '../../exporter/store/reader.ts';

const directory = mkdtempSync(join(tmpdir(), 'replywatch-reader-'));
chmodSync(directory, 0o711); // Postgres runs as another user when we are root
let postgres: EmbeddedPostgres; // a server of its own: roles belong to all of its databases
beforeAll(async () => {
  postgres = await startEmbeddedPostgres({ dataDir: directory, log: createLogger('silent') });
  const pool = createPool(postgres.url);
  await migrate(pool);
  await pool.end();
});
afterAll(async () => {
  await postgres.stop();
  rmSync(directory, { recursive: true });
});

test('the reader of the bundled database logs in with a password of its own, reads the views and nothing else', async () => {
  const url = await letReaderIn(postgres.url, directory);
  expect(await letReaderIn(postgres.url, directory)).toBe(url);
  expect(statSync(join(directory, 'reader-password')).mode & 0o777).toBe(0o600);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    expect((await client.query('select count(*)::int as n from reporting.episodes')).rows).toEqual([{ n: 0 }]);
    await expect(client.query('select 1 from replywatch.event')).rejects.toMatchObject({ code: '42501' });
    expect((await client.query('show default_transaction_read_only')).rows).toEqual([{ default_transaction_read_only: 'on' }]);
  } finally {
    await client.end();
  }
});
