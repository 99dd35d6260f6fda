import { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTask } from 'node-cron';
import { ROLLUPS } from '../../exporter/rollups/index.ts';
import type { Rollup, Transaction } from '../../exporter/rollups/rollup.ts';
import { createRunner } from '../../exporter/rollups/runner.ts';
import type { Runner, RunnerOptions } from '../../exporter/rollups/runner.ts';
import { freshDatabase } from '../support/postgres.ts';
import type { FreshDatabase } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { SETTINGS, TABLES, gaugeBook, poolOf, transactionsOf } from './world.ts';

const NEVER = '0 0 1 1 *';
const LAST_SUCCESS = 'chat_rollup_last_success_timestamp_seconds';

let database: FreshDatabase;
let pool: Pool;
let transaction: Transaction;
let gauges = gaugeBook();
let runs: string[] = [];
let logged: string[] = [];
let now = 1_000_000;
let runner: Runner | undefined;

beforeAll(async () => {
  database = await freshDatabase('rollup runner');
  pool = poolOf(database.url);
  transaction = transactionsOf(pool);
});
beforeEach(async () => {
  gauges = gaugeBook();
  runs = [];
  logged = [];
  now = 1_000_000;
  await pool.query(`truncate ${TABLES}`);
});
afterEach(() => runner?.stop());
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const rollup = (run: Rollup['run'], more: Partial<Rollup> = {}): Rollup => ({
  name: 'probe', schedule: NEVER, intervalSeconds: 60, timeoutMs: 5_000,
  gauges: [{ type: 'gauge', name: 'chat_probe', help: 'A probe.', labels: ['part'] }], run, ...more,
});

function running(rollups: readonly Rollup[], more: Partial<RunnerOptions> = {}): Runner {
  return (runner = createRunner({
    transaction, rollups, settings: SETTINGS, now: () => now, setGauges: gauges.set, jitterMs: 0,
    onRun: (name, outcome) => void runs.push(`${name} ${outcome}`),
    log: { error: (_, message) => void logged.push(message), warn: (_, message) => void logged.push(message), debug: () => undefined }, ...more,
  }));
}

describe('a run', () => {
  test('publishes its gauges, its time and its duration; a row that is gone is gone', async () => {
    let parts = ['a', 'b'];
    const it = running([rollup(async () => ({ chat_probe: parts.map((part) => ({ labels: { part }, value: 1 })) }))]);
    expect(await it.runNow('probe')).toBe('success');
    expect(gauges.value('chat_probe', { part: 'b' })).toBe(1);
    expect(gauges.value(LAST_SUCCESS, { rollup: 'probe' })).toBe(1_000);
    expect(gauges.value('chat_rollup_interval_seconds', { rollup: 'probe' })).toBe(60);
    expect(gauges.value('chat_rollup_duration_seconds', { rollup: 'probe' })).toBeGreaterThan(0);
    parts = ['a'];
    await it.runNow('probe');
    expect(gauges.value('chat_probe', { part: 'b' })).toBeUndefined();
    expect(runs).toEqual(['probe success', 'probe success']);
  });

  test('that fails keeps the figures and the time of the last success, writes nothing, is logged once, and the next one heals', async () => {
    let broken = false;
    const it = running([rollup(async (context) => {
      await context.transaction(async (sql) => {
        await sql(`insert into replywatch.rollup_dirty_hour (hour) values ($1)`, [new Date(now)]);
        if (broken) await sql('select 1 / 0');
      });
      return { chat_probe: [{ labels: { part: 'a' }, value: now }] };
    })]);
    await it.runNow('probe');
    broken = true;
    now = 2_000_000;
    expect(await it.runNow('probe')).toBe('failure');
    expect(gauges.value('chat_probe', { part: 'a' })).toBe(1_000_000);
    expect(gauges.value(LAST_SUCCESS, { rollup: 'probe' })).toBe(1_000);
    expect((await pool.query('select count(*)::int as n from replywatch.rollup_dirty_hour')).rows).toEqual([{ n: 1 }]);
    expect(logged).toHaveLength(1);
    broken = false;
    expect(await it.runNow('probe')).toBe('success');
    expect(gauges.value(LAST_SUCCESS, { rollup: 'probe' })).toBe(2_000);
  });

  test('that takes too long in one statement is ended by Postgres', async () => {
    const it = running([rollup(async (context) => {
      await context.transaction((sql) => sql('select pg_sleep(20)'));
      return {};
    }, { timeoutMs: 100 })]);
    expect(await it.runNow('probe')).toBe('timeout');
    expect(gauges.value(LAST_SUCCESS, { rollup: 'probe' })).toBe(0);
  });

  test('that takes too long in many short statements is ended too', async () => {
    const it = running([rollup(async (context) => {
      await context.transaction(async (sql) => {
        for (let i = 0; i < 1_000; i++) await sql('select pg_sleep(0.02)');
      });
      return {};
    }, { timeoutMs: 150 })]);
    expect(await it.runNow('probe')).toBe('timeout');
  });

  test('leaves no time limit behind on its connection', async () => {
    const single = new Pool({ connectionString: database.url, max: 1 });
    await running([rollup(async () => ({}))], { transaction: transactionsOf(single) }).runNow('probe');
    expect((await single.query('show statement_timeout')).rows).toEqual([{ statement_timeout: '0' }]);
    await single.end();
  });

  test('beside another of the same rollup is skipped and says so; other rollups are not held up', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => { release = resolve; });
    const it = running([rollup(async () => (await held, {})), rollup(async () => ({}), { name: 'other' })]);
    const first = it.runNow('probe');
    expect(await it.runNow('probe')).toBe('skipped');
    expect(await it.runNow('other')).toBe('success');
    release();
    expect(await first).toBe('success');
    expect(runs).toEqual(['probe skipped', 'other success', 'probe success']);
  });

  test('of a rollup that does not exist is the caller\'s mistake', async () => {
    await expect(running([]).runNow('nothing')).rejects.toThrow(RangeError);
  });
});

describe('a runner', () => {
  test('that takes over knows when rollups last succeeded, and runs each once at the start', async () => {
    await running([rollup(async () => ({}))]).runNow('probe');
    const seen: (number | undefined)[] = [];
    now = 5_000_000;
    const successor = running([rollup(async () => {
      seen.push(gauges.value(LAST_SUCCESS, { rollup: 'probe' }));
      return {};
    })]);
    await successor.start();
    expect(seen).toEqual([1_000]);
    expect(gauges.value(LAST_SUCCESS, { rollup: 'probe' })).toBe(5_000);
  });

  test('runs on schedule', async () => {
    let count = 0;
    let twice = (): void => undefined;
    const done = new Promise<void>((resolve) => { twice = resolve; });
    const it = running([rollup(async () => {
      if (++count === 2) twice(); // once at the start, once a second later
      return {};
    }, { schedule: '* * * * * *' })]);
    await it.start();
    await done;
    await it.stop();
    expect(runs[0]).toBe('probe success');
  });

  test('that was stopped waits for what runs, publishes nothing of it, and starts nothing more', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => { release = resolve; });
    const it = running([rollup(async () => (await held, { chat_probe: [{ labels: { part: 'a' }, value: 1 }] }))]);
    const run = it.runNow('probe');
    const stopped = it.stop();
    release();
    await stopped;
    expect(await run).toBe('skipped');
    expect(gauges.value('chat_probe', { part: 'a' })).toBeUndefined();
    expect(await it.runNow('probe')).toBe('skipped');
    expect(runs).toEqual([]);
  });

  test('that is stopped in the middle of a statement has it cancelled, and nobody calls that a failure', async () => {
    const it = running([rollup(async (context) => {
      await context.transaction((sql) => sql('select pg_sleep(30)'));
      return {};
    }, { timeoutMs: 60_000 })]);
    const run = it.runNow('probe');
    await until('it sleeps', async () => (await pool.query("select from pg_stat_activity where query = 'select pg_sleep(30)' and state = 'active'")).rowCount === 1);
    const from = performance.now();
    await it.stop();
    expect(performance.now() - from).toBeLessThan(5_000);
    expect([await run, runs, logged]).toEqual(['skipped', [], []]);
  });

  test('without a database counts failures and goes on', async () => {
    const gone = new Pool({ connectionString: 'postgres://nobody@127.0.0.1:1/none' });
    const it = running(ROLLUPS, { transaction: transactionsOf(gone) });
    await it.start();
    expect(runs).toEqual(ROLLUPS.map(({ name }) => `${name} failure`));
    expect(gauges.value(LAST_SUCCESS, { rollup: 'hourly' })).toBe(0);
    await gone.end();
  });
});

test('every rollup in the list runs on an empty database, under a schedule that its interval describes', async () => {
  const it = running(ROLLUPS);
  await it.start();
  expect(runs).toEqual(ROLLUPS.map(({ name }) => `${name} success`));
  for (const { schedule, intervalSeconds } of ROLLUPS) {
    const task = createTask(schedule, () => undefined, { timezone: 'UTC' });
    const [first, second] = task.getNextRuns(2).map((date) => date.getTime());
    expect(second! - first!).toBe(intervalSeconds * 1000);
    await task.destroy();
  }
  expect(new Set(ROLLUPS.map(({ name }) => name)).size).toBe(ROLLUPS.length);
});
