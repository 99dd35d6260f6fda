import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { cleanUp, startExporter, temporaryDirectory, type Exporter } from './exporter.ts';
import { expectConsistent, lowered, served, type Figures } from './figures.ts';
import { NO_ANSWER, NOT_THERE, load, newTally, redeliver, whatsappMessage, whatsappPair } from './load.ts';

const ROUNDS = 10;
/** Answers of 200 in a round before the process is killed. */
const PER_ROUND = 500;

let database: FreshDatabase;
let pool: pg.Pool;
let directories: string[];
let started: Exporter[];

beforeEach(async () => {
  database = await freshDatabase('faults');
  pool = new pg.Pool({ connectionString: database.url, max: 2 });
  pool.on('error', () => undefined);
  [directories, started] = [[temporaryDirectory()], []];
});

afterEach(async () => {
  await cleanUp(started, directories);
  await pool.end();
  await database.drop();
});

const start = async (dataDir = directories[0]!): Promise<Exporter> => {
  const exporter = await startExporter({ databaseUrl: database.url, dataDir });
  started.push(exporter);
  return exporter;
};

test(`kill -9 under load, ${ROUNDS} times: what was acknowledged is stored once, counters equal log and facts and never go down`, async () => {
  const tally = newTally();
  let before: Figures = new Map();
  for (let round = 0; round < ROUNDS; round++) {
    const exporter = await start();
    expect(lowered(before, await served(exporter))).toEqual([]);
    await redeliver(exporter.webhookPort, tally);
    const goal = tally.acked.size + PER_ROUND;
    const traffic = load((n) => whatsappPair(`kill${round}`, n), () => [exporter.webhookPort], tally, 16);
    await until('traffic flows', () => tally.acked.size >= goal);
    before = await served(exporter);
    await exporter.end('SIGKILL');
    await traffic.stop();
  }
  const last = await start();
  expect(lowered(before, await served(last))).toEqual([]);
  await redeliver(last.webhookPort, tally);
  expect(tally.open.size).toBe(0);
  await expectConsistent(pool, last, tally);
  console.log(`kill -9: ${ROUNDS} rounds, ${tally.acked.size} events acknowledged, ${tally.statuses.get(NO_ANSWER) ?? 0} requests cut`);
}, 600_000);

test('two exporters on one database: the same traffic to both, redelivered, is counted once and nobody waits for ever', async () => {
  directories.push(temporaryDirectory());
  const leader = await start();
  await served(leader);
  const other = await start(directories[1]);
  const tally = newTally();
  // Each message goes to both at the same moment, into few conversations: batches meet in the same rows.
  const both = load((n) => whatsappMessage('both', n), () => [leader.webhookPort, other.webhookPort], tally, 24);
  await until('batches met often', () => tally.acked.size >= 3_000, 60_000);
  await both.stop();
  expect([...tally.statuses.keys()].filter((status) => status !== 200 && status !== 503)).toEqual([]);
  await redeliver(other.webhookPort, tally);
  expect(tally.open.size).toBe(0);
  await expectConsistent(pool, leader, tally, true);
  const { rows } = await pool.query<{ deadlocks: number }>('select stat.deadlocks::int from pg_stat_database as stat where stat.datname = current_database()');
  expect(rows).toEqual([{ deadlocks: 0 }]);
  console.log(`two exporters: ${tally.acked.size} events, each to both; answers ${JSON.stringify([...tally.statuses])}`);
}, 300_000);

test('SIGTERM under load: the end comes within 5 s with code 0, and every 200 is stored', async () => {
  const exporter = await start();
  const tally = newTally();
  const traffic = load((n) => whatsappPair('term', n), () => [exporter.webhookPort], tally, 32);
  await until('traffic flows', () => tally.acked.size > 200);
  const asked = performance.now();
  expect(await exporter.end('SIGTERM')).toBe(0);
  const took = performance.now() - asked;
  expect(took).toBeLessThan(5_000);
  await traffic.stop();
  expect([...tally.statuses.keys()].filter((status) => ![200, 503, NOT_THERE].includes(status))).toEqual([]);
  const next = await start();
  await redeliver(next.webhookPort, tally);
  await expectConsistent(pool, next, tally);
  console.log(`SIGTERM: ended in ${Math.round(took)} ms, answers ${JSON.stringify([...tally.statuses])}`);
}, 120_000);
