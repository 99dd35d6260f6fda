import pg from 'pg';
import { expect, inject, test } from 'vitest';
import { storeError } from '../exporter/store/connection.ts';
import { storeReason } from '../exporter/store-reason.ts';

/** What a statement on a real server throws, as the store passes it on. */
async function thrownBy(statement: string, config: pg.ClientConfig = {}, change: (url: URL) => void = () => undefined): Promise<unknown> {
  const url = new URL(inject('postgresUrl'));
  change(url);
  const client = new pg.Client({ connectionString: url.href, ...config });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(statement);
  } catch (error) {
    return storeError(error);
  } finally {
    await client.end().catch(() => undefined);
  }
  throw new Error('nothing was thrown');
}

test.each<[string, () => Promise<unknown>, string]>([
  ['nobody listens', () => thrownBy('select 1', {}, (url) => { url.port = '1'; }), 'connection'],
  ['the server ends the session', () => thrownBy('select pg_terminate_backend(pg_backend_pid())'), 'connection'],
  ['the password is wrong', () => thrownBy('select 1', {}, (url) => { url.password = 'wrong'; }), 'refused'],
  ['there is no such database', () => thrownBy('select 1', {}, (url) => { url.pathname = '/nobody'; }), 'refused'],
  ['a statement takes too long', () => thrownBy('select pg_sleep(60)', { statement_timeout: 50 }), 'timeout'],
  ['the server says nothing', () => thrownBy('select pg_sleep(2)', { query_timeout: 50 }), 'timeout'],
  ['somebody else was faster every time', () => thrownBy("do $$ begin raise exception sqlstate '40001'; end $$"), 'conflict'],
  ['writers waited for each other every time', () => thrownBy("do $$ begin raise exception sqlstate '40P01'; end $$"), 'deadlock'],
  ['the disk is full', () => thrownBy("do $$ begin raise exception sqlstate '53100'; end $$"), 'disk_full'],
  ['the statement is wrong', () => thrownBy('select nonsense'), 'other'],
])('%s', async (_sentence, thrown, reason) => expect(storeReason(await thrown())).toBe(reason));
