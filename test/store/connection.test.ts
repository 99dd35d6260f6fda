import { DatabaseError } from 'pg';
import { expect, inject, test } from 'vitest';
import { createPool, storeError } from '../../exporter/store/connection.ts';
import { StoreUnavailable } from '../../exporter/store/store.ts';

const fromPostgres = (code: string): DatabaseError => Object.assign(new DatabaseError('refused', 7, 'error'), { code });
const fromTheSystem = (code: string): Error => Object.assign(new Error(`write ${code}`), { code });

test.each([
  ['a broken pipe, whose code has the length of an SQLSTATE', fromTheSystem('EPIPE'), true],
  ['a connection that is refused', fromTheSystem('ECONNREFUSED'), true],
  ['a server that shuts down', fromPostgres('57P01'), true],
  ['a database closed to connections', fromPostgres('55000'), true],
  ['a disk without room', fromPostgres('53100'), true],
  ['a value that Postgres refuses', fromPostgres('22P05'), false],
  ['a mistake of ours', new TypeError('undefined is not a function'), false],
])('trying again may cure it or not: %s', (_, error, curable) => {
  expect(storeError(error) instanceof StoreUnavailable).toBe(curable);
});

test('a connection that is lost while it is lent out and silent ends no process', async () => {
  const pool = createPool(inject('postgresUrl'));
  const lent = await pool.connect();
  const { rows: [own] } = await lent.query<{ pid: number }>('select pg_backend_pid() as pid');
  const lost = new Promise<void>((resolve) => { lent.once('end', resolve); });
  await pool.query('select pg_terminate_backend($1)', [own!.pid]); // an 'error' event nobody hears would fail this run
  await lost;
  await expect(lent.query('select 1')).rejects.toThrow();
  lent.release(true);
  await pool.end();
});
