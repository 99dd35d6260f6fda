/** Transactions that follow each other on one connection before the one ahead is answered. */
import { Pool, type Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWriter, type Writer } from '../../exporter/store/writer.ts';
import { freezable } from '../support/freezable.ts';
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts';

let database: FreshDatabase;
let pool: Pool;
let writer: Writer;

beforeAll(async () => {
  database = await freshDatabase('writer');
  pool = new Pool({ connectionString: database.url });
  await pool.query('create table line (n int primary key)');
  writer = createWriter(database.url);
});
afterAll(async () => {
  await writer.close();
  await pool.end();
  await database.drop();
});

const lines = async (): Promise<readonly number[]> => (await pool.query<{ n: number }>('select n from line order by n')).rows.map(({ n }) => n);

/** A transaction that inserts `n` and, when asked, loses a race in its last statement. */
const insert = (n: number, { lose = false, onSent = () => undefined as void } = {}) => async (client: Client, sent: () => void): Promise<number> => {
  await client.query('begin');
  const stored = client.query('insert into line (n) values ($1)', [n]);
  const raced = client.query('select 1 / $1::int', [lose ? 0 : 1]);
  const committed = client.query('commit');
  for (const each of [stored, raced, committed]) each.catch(() => undefined);
  sent();
  onSent();
  await Promise.all([stored, raced, committed]);
  return n;
};

describe('a writer', () => {
  it('begins the next transaction when the one before is sent, not when it is answered', async () => {
    const order: string[] = [];
    const first = writer.inTurn(insert(1, { onSent: () => order.push('first sent') })).then(() => order.push('first answered'));
    const second = writer.inTurn(async (client, sent) => { order.push('second begins'); return insert(2)(client, sent); });
    await Promise.all([first, second]);
    expect(order).toEqual(['first sent', 'second begins', 'first answered']);
    expect(await lines()).toEqual([1, 2]);
  });

  it('tries a lost race again without touching the transaction that is already behind it', async () => {
    let tries = 0;
    const lost = writer.inTurn((client, sent) => insert(3, { lose: tries++ === 0 })(client, sent));
    const behind = writer.inTurn(insert(4));
    expect(await Promise.all([lost, behind])).toEqual([3, 4]);
    expect(tries).toBe(2);
    expect(await lines()).toEqual([1, 2, 3, 4]);
  });

  it('rolls back what fails before its commit is sent, and the next transaction is whole', async () => {
    const broken = writer.inTurn(async (client) => {
      await client.query('begin');
      await client.query('insert into line (n) values (5)');
      await client.query("select 'x'::int");
    });
    const next = writer.inTurn(insert(6));
    await expect(broken).rejects.toMatchObject({ code: '22P02' });
    await next;
    expect(await lines()).toEqual([1, 2, 3, 4, 6]);
  });

  it('says the store is unavailable when the connection goes, and opens another for the next turn', async () => {
    const cut = writer.inTurn(async (client) => {
      const { rows: [row] } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
      await pool.query('select pg_terminate_backend($1)', [row!.pid]);
      await client.query('select 1');
    });
    await expect(cut).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await writer.inTurn(insert(7));
    expect(await lines()).toEqual([1, 2, 3, 4, 6, 7]);
  });

  it('takes a server that is silent for too long for one that is gone, and goes on when it speaks again', async () => {
    const { port, freeze, close } = await freezable(Number(new URL(database.url).port));
    const url = new URL(database.url);
    url.port = String(port);
    const patient = createWriter(url.href, 300);
    try {
      await patient.inTurn(insert(8));
      const thaw = freeze();
      const [stuck, behind] = await Promise.allSettled([patient.inTurn(insert(9)), patient.inTurn(insert(10))]);
      for (const each of [stuck, behind]) expect(each).toMatchObject({ status: 'rejected', reason: { code: 'STORE_UNAVAILABLE' } });
      thaw();
      await patient.inTurn(insert(11));
      expect(await lines()).toContain(11);
    } finally {
      await patient.close();
      close();
    }
  });
});
