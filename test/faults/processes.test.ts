import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { cleanUp, startExporter, temporaryDirectory, type Exporter } from './exporter.ts';
import { expectConsistent, lowered, served, type Figures } from './figures.ts';
import { NO_ANSWER, load, newTally, pause, redeliver, whatsappMessage } from './load.ts';

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

const start = async (directory = directories[0]!): Promise<Exporter> => {
  const exporter = await startExporter(database.url, directory);
  started.push(exporter);
  return exporter;
};

test('kill -9 under load, three times: what was acknowledged is stored once, counters equal the log and never go down', async () => {
  const tally = newTally();
  let before: Figures = new Map();
  for (let round = 0; round < 3; round++) {
    const exporter = await start();
    expect(lowered(before, await served(exporter))).toEqual([]);
    await redeliver(exporter.webhookPort, tally);
    const traffic = load((n) => whatsappMessage(`kill${round}`, n), () => [exporter.webhookPort], tally);
    await pause(1_500);
    before = await served(exporter);
    await exporter.end('SIGKILL');
    await traffic.stop();
  }
  const last = await start();
  expect(lowered(before, await served(last))).toEqual([]);
  await redeliver(last.webhookPort, tally);
  expect(tally.open.size).toBe(0);
  expect(tally.acked.size).toBeGreaterThan(100);
  await expectConsistent(pool, last, tally);
});

test('two exporters on one database: redelivered traffic counts once, and the second one continues the counters of the first', async () => {
  directories.push(temporaryDirectory());
  const leader = await start();
  await served(leader);
  const other = await start(directories[1]);
  const tally = newTally();
  // Each message goes to both at the same moment.
  const both = load((n) => whatsappMessage('both', n), () => [leader.webhookPort, other.webhookPort], tally, 6);
  await pause(2_500);
  await both.stop();
  expect([...tally.statuses.keys()].filter((status) => status !== 200 && status !== 503)).toEqual([]);
  await redeliver(other.webhookPort, tally);
  await expectConsistent(pool, leader, tally);

  const traffic = load((n) => whatsappMessage('takeover', n), () => [other.webhookPort], tally, 4);
  const before = await served(leader);
  await leader.end('SIGKILL');
  expect(lowered(before, await served(other, 10_000))).toEqual([]);
  await traffic.stop();
  expect([...tally.statuses.keys()].filter((status) => status !== 200 && status !== 503)).toEqual([]);
  await redeliver(other.webhookPort, tally);
  await expectConsistent(pool, other, tally);
});

test('SIGTERM under load: the end comes within 5 s with code 0, and every 200 is stored', async () => {
  const exporter = await start();
  const tally = newTally();
  const traffic = load((n) => whatsappMessage('term', n), () => [exporter.webhookPort], tally, 16);
  await until('traffic flows', () => tally.acked.size > 50);
  const asked = performance.now();
  expect(await exporter.end('SIGTERM')).toBe(0);
  expect(performance.now() - asked).toBeLessThan(5_000);
  await traffic.stop();
  expect([...tally.statuses.keys()].filter((status) => ![200, 503, NO_ANSWER].includes(status))).toEqual([]);
  await expectConsistent(pool, await start(), tally);
});
