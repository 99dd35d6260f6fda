import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BACKLOG } from '../../exporter/rollups/backlog.ts';
import type { GaugeRow } from '../../exporter/rollups/rollup.ts';
import { freshDatabase } from '../support/postgres.ts';
import type { FreshDatabase } from '../support/postgres.ts';
import { SETTINGS, poolOf, transactionsOf, writer } from './world.ts';

let database: FreshDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await freshDatabase('backlog rollup');
  pool = poolOf(database.url);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const NOW = Date.parse('2026-03-02T12:00:00Z');
const ago = (seconds: number): string => new Date(NOW - seconds * 1000).toISOString();

async function rows(): Promise<readonly GaugeRow[]> {
  const result = await BACKLOG.run({ transaction: (work) => transactionsOf(pool)(work, 1_000), settings: SETTINGS, now: NOW, signal: new AbortController().signal });
  return result['chat_backlog_conversations'] ?? [];
}

test('without conversations all twelve series are there, at 0', async () => {
  expect(await rows()).toHaveLength(12);
  expect((await rows()).every((row) => row.value === 0)).toBe(true);
});

test('open episodes with demand, by the age of the demand and by whether an agent is assigned', async () => {
  const write = writer(pool);
  await write.open('in the future', ago(-5));
  await write.open('4:59', ago(299));
  await write.open('5:00', ago(300));
  await write.open('14:59', ago(899), { agentAssigned: 'agent 1' });
  await write.open('15:00', ago(900));
  await write.open('1 h', ago(3_600));
  await write.open('4 h', ago(14_400));
  await write.open('a day', ago(86_400), { agentAssigned: 'agent 1' });
  await write.open('a year', ago(365 * 86_400));
  await write.open('campaign, answered a minute ago', ago(86_400), { initiator: 'campaign', demandAt: NOW - 60_000 });
  await write.closedConversation('closed, although its thread says "open"');
  const found = Object.fromEntries((await rows()).map(({ labels, value }) => [`${labels['age']} ${labels['assigned']}`, value]));
  expect(found).toEqual({
    '0-5m false': 3, '0-5m true': 0, '5-15m false': 1, '5-15m true': 1, '15-60m false': 1, '15-60m true': 0,
    '1-4h false': 1, '1-4h true': 0, '4-24h false': 1, '4-24h true': 0, '1d+ false': 1, '1d+ true': 1,
  });
});
