/** Figures of issues, unhappy customers and agents, from events to counters. On a real Postgres. */
import { Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CanonicalEvent } from '../../exporter/core/event.ts';
import { DEFAULT_SETTINGS } from '../../exporter/core/settings.ts';
import { ISSUES } from '../../exporter/rollups/issues.ts';
import { PRESENCE } from '../../exporter/rollups/presence.ts';
import { UNHAPPY } from '../../exporter/rollups/unhappy.ts';
import type { Rollup } from '../../exporter/rollups/rollup.ts';
import { countAgentSeconds } from '../../exporter/store/agent-seconds.ts';
import { createStore, type Store } from '../../exporter/store/apply.ts';
import { deriveDue } from '../../exporter/store/derive/due.ts';
import type { Counting } from '../../exporter/store/store.ts';
import { countingOf } from '../../exporter/workplace.ts';
import { SETTINGS as ROLLUP_SETTINGS, transactionsOf, uuid } from '../rollups/world.ts';
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts';

const SETTINGS = { ...DEFAULT_SETTINGS, settleSeconds: 0 };
const START = Date.parse('2026-03-02T09:00:00Z');
const DAY = 86_400;

let database: FreshDatabase;
let pool: Pool;
let store: Store;
let counting: Counting;
let ids = 0;

beforeAll(async () => {
  database = await freshDatabase('agent seconds');
  pool = new Pool({ connectionString: database.url, max: 4 });
  pool.on('error', () => undefined);
});
beforeEach(async () => {
  await database.empty();
  counting = countingOf();
  store = createStore({ url: database.url, pool, settingsFor: () => SETTINGS, counting, now: () => START });
  ids = 0;
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** An event `seconds` after the start, received at once. */
function at(seconds: number, kind: string, more: Record<string, unknown> = {}): CanonicalEvent {
  const id = uuid(`event ${ids++}`);
  const message = kind === 'message.inbound' || kind === 'message.outbound' ? { message: id, content: 'text' } : {};
  const home = kind === 'agent.status' ? {} : { conversation: uuid('talk'), contact: uuid('visitor') };
  // A test may call any UUID a pseudonym.
  return { id, source: 'desk', channel: 'webchat', inbox: 'main', t: START + seconds * 1000, receivedAt: START + seconds * 1000, kind, ...message, ...home, ...more } as unknown as CanonicalEvent;
}

const ana = { author: 'agent', authorId: 'ana' };
const run = (rollup: Rollup, now: number, settings = ROLLUP_SETTINGS): ReturnType<Rollup['run']> =>
  rollup.run({ transaction: (work) => transactionsOf(pool)(work, rollup.timeoutMs), settings, now: START + now * 1000, signal: new AbortController().signal });

/** What the leader does every few seconds. */
async function round(now: number, agentsLabel = true): Promise<void> {
  await deriveDue({ pool, counting, rules: { settingsFor: () => SETTINGS, prices: [] } }, START + now * 1000);
  await run(PRESENCE, now);
  await countAgentSeconds({ pool, counting, settings: SETTINGS, agentsLabel }, START + now * 1000);
}

async function total(start: string): Promise<number> {
  const { rows } = await pool.query<{ value: number }>('select total.value from replywatch.metric_total as total where starts_with(total.key, $1) order by total.key', [start]);
  return rows.reduce((sum, { value }) => sum + value, 0);
}

describe('the counters of agents', () => {
  const shift = (): readonly CanonicalEvent[] => [
    at(0, 'agent.status', { agent: 'ana', status: 'online' }), at(0, 'message.inbound'), at(0, 'conversation.assigned', { toType: 'agent', toId: 'ana' }),
    at(600, 'message.outbound', ana), at(2_400, 'message.inbound'), at(2_760, 'message.outbound', ana), at(3_000, 'conversation.resolved', { by: 'agent' }),
    at(3_600, 'agent.status', { agent: 'ana', status: 'offline' }),
  ];

  it('come to what the facts say, however often they are counted', async () => {
    const events = shift();
    for (let now = 0; now <= 4_000; now += 500) {
      await store.apply(events.filter(({ t }) => t > START + (now - 500) * 1000 && t <= START + now * 1000));
      await round(now);
      await round(now);
    }
    await store.close();
    expect([await total('chat_agent_online'), await total('chat_agent_busy'), await total('chat_agent_handling')]).toEqual([3_600, 960, 960]);
    const { rows: [facts] } = await pool.query(`select online_seconds, busy_seconds, handling_seconds from reporting.agent_time('2026-03-02T00:00:00Z', '2026-03-03T00:00:00Z')`);
    expect(facts).toEqual({ online_seconds: 3_600, busy_seconds: 960, handling_seconds: 960 });
  });

  it('hold back what a pending wait may still become', async () => {
    await store.apply(shift().slice(0, 3));
    await round(0);
    await round(1_200); // the wait may end now, or in an hour: then the first of it does not count
    expect(await total('chat_agent_online')).toBe(0);
    await round(4_800);
    expect([await total('chat_agent_online'), await total('chat_agent_busy')]).toEqual([3_000, 0]);
    await store.apply([at(5_000, 'message.outbound', ana)]);
    await round(5_200);
    await store.close();
    expect([await total('chat_agent_online'), await total('chat_agent_busy')]).toEqual([5_200, 1_800]);
  });

  it('name nobody when agents are to have no series of their own', async () => {
    await store.apply([at(0, 'agent.status', { agent: 'ana', status: 'online' }), at(0, 'agent.status', { agent: 'ben', status: 'online' })]);
    await round(50, false);
    await round(100, false);
    await store.close();
    expect([await total('chat_agent_online_seconds_total{agent="all"}'), await total('chat_agent_online')]).toEqual([200, 200]);
  });

  it('begin with an agent who is met, not with the history an import brought', async () => {
    await store.applyHistory([at(-10 * DAY, 'agent.status', { agent: 'ana', status: 'online' }), at(-10 * DAY + 3_600, 'agent.status', { agent: 'ana', status: 'offline' })]);
    await round(0);
    await store.apply([at(10, 'agent.status', { agent: 'ana', status: 'online' })]);
    await round(20);
    await round(110);
    await store.close();
    expect(await total('chat_agent_online')).toBe(100);
  });
});

describe('reopenings and unhappy customers', () => {
  it('count once they have closed, and once only', async () => {
    await store.apply([at(0, 'message.inbound'), at(60, 'message.outbound', ana), at(90, 'conversation.resolved', { by: 'agent' }), at(DAY, 'message.inbound', { sentiment: 'negative' })]);
    await round(DAY + 10);
    expect([await total('chat_reopens_total'), await total('chat_negative_resolution_seconds')]).toEqual([0, 0]);
    await store.apply([at(DAY + 100, 'message.outbound', ana), at(DAY + 150, 'conversation.resolved', { by: 'agent' })]);
    await round(DAY + 160);
    await round(DAY + 170);
    await store.close();
    expect([await total('chat_reopens_total'), await total('chat_negative_resolution_seconds{channel="webchat"}|180'), await total('chat_negative_resolution_seconds{channel="webchat"}|sum')]).toEqual([1, 1, 150]);
  });

  it('unhappy customers show until they are helped, and leave a 0', async () => {
    const waiting = async (now: number): Promise<unknown> => (await run(UNHAPPY, now))['chat_negative_overdue_conversations'];
    await store.apply([at(0, 'message.inbound', { sentiment: 'negative' })]);
    await round(10);
    const row = (value: number): unknown => [{ labels: { channel: 'webchat', inbox: 'main' }, value }];
    expect([await waiting(180), await waiting(181)]).toEqual([row(0), row(1)]);
    await store.apply([at(200, 'message.outbound', ana), at(210, 'conversation.resolved', { by: 'agent' })]);
    await round(220);
    await store.close();
    expect(await waiting(221)).toEqual(row(0));
  });

  it('unhappy customers who are snoozed do not show; where nothing says that a case is solved, those who are answered do not either', async () => {
    const show = async (now: number, hasResolution = true): Promise<unknown> =>
      (await run(UNHAPPY, now, { ...ROLLUP_SETTINGS, hasResolution: () => hasResolution }))['chat_negative_overdue_conversations'];
    const row = (value: number): unknown => [{ labels: { channel: 'webchat', inbox: 'main' }, value }];
    await store.apply([at(0, 'message.inbound', { sentiment: 'negative' })]);
    await round(10);
    expect([await show(200), await show(200, false)]).toEqual([row(1), row(1)]);
    await store.apply([at(210, 'message.outbound', ana)]);
    await round(220);
    expect([await show(400), await show(400, false)]).toEqual([row(1), row(0)]);
    await store.apply([at(410, 'message.inbound')]);
    await round(420);
    expect([await show(590, false), await show(591, false)]).toEqual([row(0), row(1)]); // waits again, for as long as the target from 410 s on
    await store.apply([at(600, 'conversation.snoozed')]);
    await round(610);
    await store.close();
    expect([await show(900), await show(900, false)]).toEqual([row(0), row(0)]);
  });

  it('a thank-you that is closed without an answer was no reopening', async () => {
    await store.apply([at(0, 'message.inbound'), at(60, 'message.outbound', ana), at(90, 'conversation.resolved', { by: 'agent' }), at(100, 'message.inbound'), at(110, 'conversation.resolved', { by: 'agent' })]);
    await round(120);
    await store.close();
    expect(await total('chat_reopens_total')).toBe(0);
  });
});

describe('issues per day', () => {
  const days = async (): Promise<readonly unknown[]> => (await pool.query(
    `select days.local_day::text as day, days.issues::int, days.mature::int, days.first_contact::int, days.repeated::int, days.fcr, days.provisional from reporting.issue_days as days order by 1`)).rows;

  it('ripen: a share counts once nobody can come back in time', async () => {
    await store.apply([at(0, 'message.inbound'), at(60, 'message.outbound', ana), at(90, 'conversation.resolved', { by: 'agent' })]);
    await round(100);
    const early = await run(ISSUES, 100);
    expect(early['chat_fcr_ratio']).toEqual([]);
    expect(await days()).toEqual([{ day: '2026-03-02', issues: 1, mature: 0, first_contact: 0, repeated: 0, fcr: null, provisional: true }]);
    const ripe = await run(ISSUES, 7 * DAY + 90);
    expect(ripe['chat_fcr_ratio']).toEqual([{ labels: {}, value: 1 }]);
    expect(await days()).toEqual([{ day: '2026-03-02', issues: 1, mature: 1, first_contact: 1, repeated: 0, fcr: 1, provisional: false }]);
    await store.close();
  });

  it('a return within the window makes a repeat of the first day', async () => {
    await store.apply([at(0, 'message.inbound'), at(60, 'message.outbound', ana), at(90, 'conversation.resolved', { by: 'agent' })]);
    await round(100);
    await run(ISSUES, 100);
    await store.apply([at(6 * DAY, 'message.inbound')]);
    await round(6 * DAY + 10);
    await run(ISSUES, 8 * DAY);
    await store.close();
    expect(await days()).toEqual([{ day: '2026-03-02', issues: 1, mature: 1, first_contact: 0, repeated: 1, fcr: 0, provisional: false }]);
  });
});
