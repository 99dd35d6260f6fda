import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogger } from '../../exporter/log.ts';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../exporter/store/embedded.ts';
import { until } from '../support/until.ts';
import { cleanUp, startExporter, temporaryDirectory, type Exporter } from './exporter.ts';
import { expectConsistent, lowered, refusals, served } from './figures.ts';
import { chatwootMessage, deliver, load, newTally, pause, redeliver, whatsappPair } from './load.ts';
import { killPostgres, stableAddress, type Address } from './server.ts';

const OUTAGE_MS = 30_000;
const CUTS = 40;

let directories: string[];
let postgres: EmbeddedPostgres;
let address: Address;
let databaseUrl: string;
let started: Exporter[];

const startPostgres = (): Promise<EmbeddedPostgres> => startEmbeddedPostgres({ dataDir: directories[0]!, log: createLogger('silent') });

beforeEach(async () => {
  [directories, started] = [[temporaryDirectory(), temporaryDirectory()], []];
  postgres = await startPostgres();
  address = await stableAddress(() => Number(new URL(postgres.url).port));
  databaseUrl = Object.assign(new URL(postgres.url), { port: String(address.port) }).href;
});

afterEach(async () => {
  await cleanUp(started, directories.slice(1));
  address.close();
  await postgres.stop();
  await cleanUp([], directories);
});

test('Postgres is killed under load and away for 30 s: WhatsApp is asked to send again, Chatwoot is spooled, and nothing is lost when it is back', async () => {
  const exporter = await startExporter({ databaseUrl, dataDir: directories[1]!, logLevel: 'debug' });
  started.push(exporter);
  const [whatsapp, chatwoot] = [newTally(), newTally()];
  const to = (): readonly number[] => [exporter.webhookPort];
  const flowing = load((n) => whatsappPair('outage', n), to, whatsapp, 4);
  const desk = load((n) => chatwootMessage(n), to, chatwoot, 4, 50);
  await until('both flow', () => whatsapp.acked.size > 200 && chatwoot.acked.size > 20);
  const before = await served(exporter);

  killPostgres(directories[0]!);
  await postgres.exited;
  await pause(500); // what was committed just before may still be answered
  const [stored, held] = [whatsapp.acked.size, chatwoot.acked.size];
  await pause(OUTAGE_MS);
  expect(whatsapp.acked.size).toBe(stored);
  expect(whatsapp.statuses.get(503)).toBeGreaterThan(100);
  expect(chatwoot.acked.size).toBeGreaterThan(held + 100);
  expect(lowered(before, await served(exporter))).toEqual([]); // counters stay in sight
  expect((await fetch(`http://127.0.0.1:${exporter.telemetryPort}/-/ready`)).status).toBe(503);
  postgres = await startPostgres();

  const back = performance.now();
  await until('WhatsApp is stored again', async () => await deliver(exporter.webhookPort, whatsappPair('back', 0), whatsapp) === 200);
  const recovery = performance.now() - back;
  await Promise.all([flowing.stop(), desk.stop()]);
  expect([...chatwoot.statuses.keys()]).toEqual([200]);
  expect([...whatsapp.statuses.keys()].sort()).toEqual([200, 503]);
  await redeliver(exporter.webhookPort, whatsapp);
  expect(whatsapp.open.size).toBe(0);
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  try {
    await expectConsistent(pool, exporter, { ...whatsapp, acked: new Map([...whatsapp.acked, ...chatwoot.acked]) });
  } finally {

    await pool.end();
  }
  expect(lowered(before, await served(exporter))).toEqual([]);
  const refused = await refusals(exporter, 'whatsapp');
  expect(Object.keys(refused)).toEqual(['store_down']); // known for what it is, never taken for a mistake of ours
  expect(exporter.alive()).toBe(true);
  console.log(`outage of ${OUTAGE_MS / 1000} s: ${whatsapp.acked.size} events of WhatsApp stored, ${refused['store_down']} refusals, ${chatwoot.acked.size} of Chatwoot, stored again ${Math.round(recovery)} ms after Postgres`);
}, 300_000);

test(`the server ends every connection under load, ${CUTS} times: each request in the middle of it is stored or refused as store_down`, async () => {
  const exporter = await startExporter({ databaseUrl, dataDir: directories[1]!, logLevel: 'debug' });
  started.push(exporter);
  const tally = newTally();
  const flowing = load((n) => whatsappPair('cut', n), () => [exporter.webhookPort], tally, 32);
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  pool.on('error', () => undefined);
  try {
    for (let cut = 0; cut < CUTS; cut++) {
      const goal = tally.acked.size + 30;
      await until('traffic flows', () => tally.acked.size >= goal);
      await pool.query('select pg_terminate_backend(activity.pid) from pg_stat_activity as activity where activity.datname = current_database() and activity.pid <> pg_backend_pid()');
    }
    await flowing.stop();
    await redeliver(exporter.webhookPort, tally);
    expect(tally.open.size).toBe(0);
    await expectConsistent(pool, exporter, tally);
  } finally {
    await pool.end();
  }
  const refused = await refusals(exporter, 'whatsapp');
  expect(Object.keys(refused)).toEqual(['store_down']);
  console.log(`connections ended ${CUTS} times: ${tally.acked.size} events stored, ${refused['store_down']} refusals`);
}, 300_000);
