import pg, { escapeIdentifier } from 'pg';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { cleanUp, startExporter, temporaryDirectory, type Exporter } from './exporter.ts';
import { expectConsistent, lowered, served } from './figures.ts';
import { chatwootMessage, deliver, load, newTally, pause, redeliver, whatsappMessage } from './load.ts';

const OUTAGE_MS = 6_000;

let database: FreshDatabase;
let pool: pg.Pool;
let server: pg.Client;
let directory: string;
let started: Exporter[];

beforeEach(async () => {
  database = await freshDatabase('outage');
  pool = new pg.Pool({ connectionString: database.url, max: 2 });
  pool.on('error', () => undefined); // the outage ends our own connections as well
  server = new pg.Client({ connectionString: inject('postgresUrl') });
  await server.connect();
  [directory, started] = [temporaryDirectory(), []];
});

afterEach(async () => {
  await cleanUp(started, [directory]);
  await pool.end();
  await server.end();
  await database.drop();
});

/** Postgres lets nobody in any more and ends whoever is there. */
async function take(): Promise<void> {
  const name = new URL(database.url).pathname.slice(1);
  await server.query(`alter database ${escapeIdentifier(name)} allow_connections false`);
  await until('nobody is connected', async () => { // one who was let in just before shows up a moment later
    const { rowCount } = await server.query('select pg_terminate_backend(activity.pid) from pg_stat_activity as activity where activity.datname = $1', [name]);
    return rowCount === 0;
  });
}

async function giveBack(): Promise<void> {
  await server.query(`alter database ${escapeIdentifier(new URL(database.url).pathname.slice(1))} allow_connections true`);
}

test('the database is gone under load: WhatsApp is asked to send again, Chatwoot is spooled, and nothing is lost when it is back', async () => {
  const exporter = await startExporter(database.url, directory);
  started.push(exporter);
  const [whatsapp, chatwoot] = [newTally(), newTally()];
  const to = (): readonly number[] => [exporter.webhookPort];
  const flowing = load((n) => whatsappMessage('outage', n), to, whatsapp, 4);
  const desk = load((n) => chatwootMessage(n), to, chatwoot, 4);
  await until('both flow', () => whatsapp.acked.size > 20 && chatwoot.acked.size > 20);
  const before = await served(exporter);

  await take();
  await pause(500); // what was committed before its connection ended may still be answered
  const [stored, held] = [whatsapp.acked.size, chatwoot.acked.size];
  await pause(OUTAGE_MS);
  expect(whatsapp.acked.size).toBe(stored);
  expect(whatsapp.statuses.get(503)).toBeGreaterThan(0);
  expect(chatwoot.acked.size).toBeGreaterThan(held);
  expect((await fetch(`http://127.0.0.1:${exporter.telemetryPort}/-/ready`)).status).toBe(503);
  await giveBack();

  await until('WhatsApp is stored again', async () => await deliver(exporter.webhookPort, whatsappMessage('back', 0), whatsapp) === 200);
  await Promise.all([flowing.stop(), desk.stop()]);
  expect([...chatwoot.statuses.keys()]).toEqual([200]);
  expect([...whatsapp.statuses.keys()].sort()).toEqual([200, 503]);
  await redeliver(exporter.webhookPort, whatsapp);
  expect(whatsapp.open.size).toBe(0);
  await expectConsistent(pool, exporter, { ...whatsapp, acked: new Map([...whatsapp.acked, ...chatwoot.acked]) });
  expect(lowered(before, await served(exporter))).toEqual([]);
  const metrics = await (await fetch(`http://127.0.0.1:${exporter.telemetryPort}/metrics`)).text();
  const refused = (reason: string): number => Number(new RegExp(`^replywatch_webhook_requests_total\\{[^}]*source="whatsapp"[^}]*reason="${reason}"[^}]*\\} (\\d+)$`, 'm').exec(metrics)?.[1]);
  expect(refused('store_down')).toBeGreaterThan(refused('unexpected')); // known for what it was, not taken for a mistake of ours
  expect(exporter.alive()).toBe(true);
});
