import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { cleanUp, startExporter, temporaryDirectory, type Exporter } from './exporter.ts';
import { expectConsistent, lowered, served, type Figures } from './figures.ts';
import { NO_ANSWER, load, newTally, redeliver, whatsappPair } from './load.ts';
import { killPostgres, embeddedUrl } from './server.ts';

const ROUNDS = 10;
/** Answers of 200 in a round before everything is killed. */
const PER_ROUND = 500;

let dataDir: string;
let started: Exporter[];

beforeEach(() => { [dataDir, started] = [temporaryDirectory(), []]; });
afterEach(() => cleanUp(started, [dataDir]));

const start = async (): Promise<Exporter> => {
  const exporter = await startExporter({ dataDir });
  started.push(exporter);
  return exporter;
};

test(`exporter and Postgres are killed together under load, ${ROUNDS} times: what was acknowledged is stored once, counters equal log and facts and never go down`, async () => {
  const tally = newTally();
  let before: Figures = new Map();
  for (let round = 0; round < ROUNDS; round++) {
    const exporter = await start();
    expect(lowered(before, await served(exporter))).toEqual([]);
    await redeliver(exporter.webhookPort, tally);
    const goal = tally.acked.size + PER_ROUND;
    const traffic = load((n) => whatsappPair(`crash${round}`, n), () => [exporter.webhookPort], tally, 16);
    await until('traffic flows', () => tally.acked.size >= goal);
    before = await served(exporter);
    // Whichever goes first has a moment without the other.
    if (round % 2 === 0) killPostgres(dataDir);
    const ended = exporter.end('SIGKILL');
    if (round % 2 === 1) killPostgres(dataDir);
    await Promise.all([ended, traffic.stop()]);
  }
  const last = await start();
  expect(lowered(before, await served(last))).toEqual([]);
  await redeliver(last.webhookPort, tally);
  expect(tally.open.size).toBe(0);
  const pool = new pg.Pool({ connectionString: embeddedUrl(dataDir), max: 2 });
  try {
    await expectConsistent(pool, last, tally);
  } finally {
    await pool.end();
  }
  expect(await last.end('SIGTERM')).toBe(0);
  console.log(`exporter and Postgres killed: ${ROUNDS} rounds, ${tally.acked.size} events acknowledged, ${tally.statuses.get(NO_ANSWER) ?? 0} requests cut`);
}, 600_000);
