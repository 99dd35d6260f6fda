import { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate, migrations } from '../../exporter/store/migrate.ts';
import { emptyDatabase, type FreshDatabase } from '../support/postgres.ts';

let database: FreshDatabase;
let pools: readonly [Pool, Pool];

beforeAll(async () => {
  database = await emptyDatabase('migrate');
  pools = [new Pool({ connectionString: database.url }), new Pool({ connectionString: database.url })];
});
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()));
  await database.drop();
});

const names = migrations().map(({ name }) => name);
const applied = async (): Promise<number[]> =>
  (await pools[0].query<{ number: number }>('select migration.number from replywatch.migration order by migration.number')).rows.map(({ number }) => number);

test('no number stands twice: the second file would never run', () => {
  const numbers = migrations().map(({ number }) => number);
  expect(numbers).toEqual([...new Set(numbers)]);
});

test('two processes that start on an empty database at once: one migrates, the other finds it done', async () => {
  const ran = await Promise.all(pools.map((pool) => migrate(pool)));
  expect(ran.toSorted((a, b) => b.length - a.length)).toEqual([names, []]);
  expect(await applied()).toEqual(migrations().map(({ number }) => number));
});

test('run again, it changes nothing', async () => expect(await migrate(pools[1])).toEqual([]));

test('a database of a newer version is left alone, in words, and its lock is free again', async () => {
  await pools[0].query("insert into replywatch.migration (number, name) values (9999, 'from_the_future')");
  await expect(migrate(pools[0])).rejects.toThrow(`the database has migration 9999, this version knows ${migrations().at(-1)?.number}: start the newer version, or restore a backup`);
  await pools[0].query('delete from replywatch.migration where migration.number = 9999');
  expect(await migrate(pools[1])).toEqual([]);
});

test('one that fails leaves nothing of itself, and everything before it', async () => {
  const other = await emptyDatabase('migrate_fails');
  const pool = new Pool({ connectionString: other.url });
  try {
    // Somebody else's table stands where one of ours should go.
    await pool.query('create schema replywatch; create table replywatch.event (foreign_thing int)');
    await expect(migrate(pool)).rejects.toThrow(/^migration \d+ \(\w+\) failed$/);
    const { rows: [row] } = await pool.query<{ conversation: string | null; migrations: number }>(
      "select to_regclass('replywatch.conversation') as conversation, (select count(*)::int from replywatch.migration) as migrations");
    expect(row?.conversation).toBeNull();
    expect(row?.migrations).toBe(0);
  } finally {
    await pool.end();
    await other.drop();
  }
});
