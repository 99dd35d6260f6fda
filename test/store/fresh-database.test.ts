import { Client } from 'pg';
import { expect, test } from 'vitest';
import { emptyDatabase, freshDatabase } from '../support/postgres.ts';

test('every file gets a migrated database of its own, and drops it with people still in it', async () => {
  const [first, second, bare] = await Promise.all([freshDatabase('one'), freshDatabase('one'), emptyDatabase('bare')]);
  expect(first.url).not.toBe(second.url);
  expect(await hasSchema(first.url)).toBe(true);
  expect(await hasSchema(bare.url)).toBe(false);
  const client = new Client({ connectionString: first.url });
  client.on('error', () => undefined); // being thrown out is the point
  await client.connect();
  await Promise.all([first.drop(), second.drop(), bare.drop()]);
  await expect(new Client({ connectionString: first.url }).connect()).rejects.toThrow(/does not exist/);
});

async function hasSchema(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rowCount } = await client.query(`select 1 from pg_catalog.pg_namespace where pg_namespace.nspname = 'replywatch'`);
  await client.end();
  return rowCount === 1;
}
