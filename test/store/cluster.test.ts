import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clusterId } from '../../exporter/store/cluster.ts';
import { createDatabase } from '../../exporter/store/embedded.ts';
import { poolOf } from '../rollups/world.ts';
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts';

let database: FreshDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await freshDatabase('cluster id');
  pool = poolOf(database.url);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

test('the identity of the figures stays, whoever asks', async () => {
  const id = await clusterId(pool, randomUUID);
  expect(id).toMatch(/^[0-9a-f]{8}-/);
  const other = poolOf(database.url);
  expect(await clusterId(other, randomUUID)).toBe(id);
  await other.end();
});

test('tables restored over the old ones have another identity, and so has a copy of the database', async () => {
  const id = await clusterId(pool, randomUUID);
  // What pg_restore --clean does: the same rows in new tables.
  await pool.query('create table replywatch.saved as select * from replywatch.cluster; drop table replywatch.cluster; alter table replywatch.saved rename to cluster; alter table replywatch.cluster add primary key (one)');
  const restored = await clusterId(pool, randomUUID);
  expect(restored).not.toBe(id);
  await pool.end();
  const copy = poolOf(await createDatabase(database.url, `${new URL(database.url).pathname.slice(1)}_copy`, new URL(database.url).pathname.slice(1)));
  expect(await clusterId(copy, randomUUID)).not.toBe(restored);
  await copy.end();
  pool = poolOf(database.url);
  await pool.query(`drop database ${new URL(database.url).pathname.slice(1)}_copy with (force)`);
});
