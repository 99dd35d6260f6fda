import type { Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { CanonicalEvent } from '../../exporter/core/event.ts';
import { DEFAULT_SETTINGS } from '../../exporter/core/settings.ts';
import { BACKLOG } from '../../exporter/rollups/backlog.ts';
import type { GaugeRow } from '../../exporter/rollups/rollup.ts';
import { createStore } from '../../exporter/store/apply.ts';
import { countingOf } from '../../exporter/workplace.ts';
import { freshDatabase } from '../support/postgres.ts';
import type { FreshDatabase } from '../support/postgres.ts';
import { SETTINGS, poolOf, transactionsOf, uuid, writer } from './world.ts';

let database: FreshDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await freshDatabase('backlog rollup');
  pool = poolOf(database.url);
});
beforeEach(() => pool.query('delete from replywatch.rollup_state')); // the next run reads every conversation
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

test('what changed since the last run is read again: taken over, closed by somebody, closed by the clock', async () => {
  const settings = { ...DEFAULT_SETTINGS, settleSeconds: 0, hasResolution: false };
  const store = createStore({ url: database.url, pool, settingsFor: () => settings, counting: countingOf(), now: () => NOW });
  const t = NOW - 120_000;
  const event = (conversation: string, at: number, kind: string, more: object = {}): CanonicalEvent => ({
    id: uuid(`${conversation} ${at} ${kind}`), source: 'desk', channel: 'whatsapp', inbox: 'main', t: at, receivedAt: at, conversation: uuid(conversation), contact: uuid(conversation), kind, ...more,
  }) as unknown as CanonicalEvent; // any UUID may be a pseudonym
  const asked = (conversation: string): CanonicalEvent => event(conversation, t, 'message.inbound', { message: uuid(`question ${conversation}`), content: 'text' });
  const young = async (): Promise<readonly number[]> => {
    const all = await rows();
    return ['true', 'false'].map((assigned) => all.find(({ labels }) => labels['age'] === '0-5m' && labels['assigned'] === assigned)!.value);
  };
  try {
    const before = await young();
    const more = async (): Promise<readonly number[]> => (await young()).map((n, i) => n - before[i]!);
    await store.apply(['new 1', 'new 2', 'new 3'].map(asked));
    expect(await more()).toEqual([0, 3]);
    await store.apply([event('new 1', t + 1_000, 'conversation.assigned', { toType: 'agent', toId: 'ana' }), event('new 2', t + 1_000, 'conversation.resolved', { by: 'agent' })]);
    expect(await more()).toEqual([1, 1]);
    const due = Date.now() + 86_400_000;
    await store.applyTicks(await store.due(due, 10));
    expect(await more()).toEqual([0, 0]);
  } finally {
    await store.close();
  }
});
