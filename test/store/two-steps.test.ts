/** Transactions without BEGIN and COMMIT: what ends them, what undoes them, and that the one behind is whole whatever happens. */
import { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { TwoSteps, type Answer, type Statement } from '../../exporter/store/two-steps.ts';
import { createWriter, type Writer } from '../../exporter/store/writer.ts';
import { freezable } from '../support/freezable.ts';
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts';

let database: FreshDatabase;
let pool: Pool;
let writer: Writer;

beforeAll(async () => {
  database = await freshDatabase('two-steps');
  pool = new Pool({ connectionString: database.url });
  await pool.query('create table line (n int primary key, at timestamptz default now())');
  writer = createWriter(database.url);
});
afterEach(() => pool.query('delete from line'));
afterAll(async () => {
  await writer.close();
  await pool.end();
  await database.drop();
});

const lines = async (): Promise<readonly number[]> => (await pool.query<{ n: number }>('select n from line order by n')).rows.map(({ n }) => n);

const INSERT = { name: 'insert', text: 'insert into line (n) values ($1::int) returning n' };
/** Divides by what it is given, as a save that lost a race does. */
const LAST = { name: 'last', text: 'insert into line (n) select 1000 / $2::int + $1::int returning n' };
const insert = (n: string): Statement => ({ ...INSERT, values: [n] });
const last = (n: string, divisor = '1000'): Statement => ({ ...LAST, values: [n, divisor] });

const mistake = (): TypeError => Object.assign(new TypeError('a mistake'), { code: 'MISTAKE' });

/** A transaction that inserts 10 and 21. */
const whole = (between?: (steps: TwoSteps) => Promise<unknown>, end = last('20')) => writer.inTurn(async (client, sent): Promise<readonly Answer[]> => {
  const steps = new TwoSteps(client);
  try {
    const first = await steps.first(insert('10'));
    await between?.(steps);
    return [first, await steps.last(end, sent)];
  } catch (error) {
    steps.abandon();
    throw error;
  }
});
/** The transaction behind it. */
const behind = (): Promise<unknown> => writer.inTurn(async (client, sent) => {
  const steps = new TwoSteps(client);
  await steps.first(insert('30'));
  return steps.last(last('40'), sent);
});

describe('a transaction of two statements', () => {
  it('shows nobody anything before its last statement, and is durable when that is answered', async () => {
    expect(await whole(async () => expect(await lines()).toEqual([]))).toEqual([['10'], ['21']]);
    expect(await lines()).toEqual([10, 21]);
    expect((await pool.query('select from line group by at')).rowCount).toBe(1); // of one transaction
  });

  it('is one with the statements in between', async () => {
    const between = async (steps: TwoSteps): Promise<void> => {
      expect((await steps.query<{ n: number }>('select n from line where n = $1', [10])).rows).toEqual([{ n: 10 }]);
      await steps.query('insert into line (n) values (15)');
      expect(await lines()).toEqual([]);
    };
    expect(await whole(between)).toEqual([['10'], ['21']]);
    expect(await lines()).toEqual([10, 15, 21]);
    expect((await pool.query('select from line group by at')).rowCount).toBe(1);
  });

  it.each([
    ['its first statement fails', () => writer.inTurn(async (client) => new TwoSteps(client).first(insert('no number'))), '22P02'],
    ['its last statement fails', () => whole(undefined, last('20', 'no number')), '22P02'],
    ['its last statement fails after others in between', () => whole((steps) => steps.query('insert into line (n) values (15)'), last('20', 'no number')), '22P02'],
    ['a statement in between fails', () => whole((steps) => steps.query('select 1 / 0 as n, $1::text', ['x'])), 'STORE_UNAVAILABLE'], // as races that are lost for ever
    ['its work makes a mistake between the statements', () => whole(() => Promise.reject(mistake())), 'MISTAKE'],
    ['its work makes a mistake after a statement in between', () => whole(async (steps) => { await steps.query('select 1'); throw mistake(); }), 'MISTAKE'],
    ['another connection fails between the statements', () => whole(() => pool.query("select 'x'::int")), '22P02'],
    ['another connection fails after a statement in between', () => whole(async (steps) => { await steps.query('select 1'); await pool.query("select 'x'::int"); }), '22P02'],
  ])('leaves nothing when %s, and the one behind it is whole', async (_, fails, code) => {
    const failed = fails();
    const next = behind();
    await expect(failed).rejects.toMatchObject({ code });
    await next;
    expect(await lines()).toEqual([30, 41]);
  });

  it('is tried again after a lost race without touching the one that is already behind it', async () => {
    let tries = 0;
    const lost = writer.inTurn(async (client, sent) => {
      const steps = new TwoSteps(client);
      await steps.first(insert('10'));
      return steps.last(last('20', tries++ === 0 ? '0' : '1000'), sent);
    });
    const next = behind();
    await Promise.all([lost, next]);
    expect(tries).toBe(2);
    expect(await lines()).toEqual([10, 21, 30, 41]);
  });

  it('says the store is unavailable when the connection goes between the statements, and the next turn gets another', async () => {
    const cut = whole(async () => {
      await pool.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'replywatch writer' and datname = current_database()");
    });
    await expect(cut).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await behind();
    expect(await lines()).toEqual([30, 41]);
  });

  it('takes a server that falls silent between the statements for one that is gone', async () => {
    const { port, freeze, close } = await freezable(Number(new URL(database.url).port));
    const url = new URL(database.url);
    url.port = String(port);
    const patient = createWriter(url.href, 300);
    try {
      const stuck = patient.inTurn(async (client) => {
        const steps = new TwoSteps(client);
        await steps.first(insert('10'));
        freeze();
        return steps.last(last('20'), () => undefined);
      });
      await expect(stuck).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    } finally {
      await patient.close();
      close();
    }
  });

  it('stores nothing of a transaction whose BEGIN fails, not even what was sent behind it', async () => {
    const { port, close } = await freezable(Number(new URL(database.url).port), (chunk) => Buffer.from(chunk.toString('latin1').replace('begin', 'begun'), 'latin1'));
    const url = new URL(database.url);
    url.port = String(port);
    const misheard = createWriter(url.href);
    try {
      const failed = misheard.inTurn(async (client, sent) => {
        const steps = new TwoSteps(client);
        await steps.first(insert('10'));
        steps.query('insert into line (n) values (15)').catch(() => undefined); // its failure is the last one's
        return steps.last(last('20'), sent);
      });
      await expect(failed).rejects.toMatchObject({ code: '42601' });
      expect(await lines()).toEqual([]);
    } finally {
      await misheard.close();
      close();
    }
  });
});
