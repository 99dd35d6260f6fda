/** Facts of customers: the same rows whatever the order, the batches and the passes, and each counted once. On a real Postgres. */
import fc from 'fast-check';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CanonicalEvent } from '../../exporter/core/event.ts';
import type { PriceList } from '../../exporter/core/prices.ts';
import { DEFAULT_SETTINGS } from '../../exporter/core/settings.ts';
import { forgetAll } from '../../exporter/rollups/all.ts';
import { createStore } from '../../exporter/store/apply.ts';
import { deriveDue } from '../../exporter/store/derive/due.ts';
import { DERIVERS } from '../../exporter/store/derive/index.ts';
import type { Counting } from '../../exporter/store/store.ts';
import { transactions } from '../../exporter/store/transaction.ts';
import { countingOf } from '../../exporter/workplace.ts';
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts';
import { uuid } from '../rollups/world.ts';
import { customerHistories, START } from './customers.ts';

const SETTINGS = { ...DEFAULT_SETTINGS, tz: 'Europe/Madrid', settleSeconds: 0 };
const PRICES: readonly PriceList[] = [{ from: '2025-07-01', currency: 'EUR', rates: { 'marketing:ES': 0.05, 'marketing:*': 0.07, 'utility:*': 0.02 } }];
const rules = { settingsFor: () => SETTINGS, prices: PRICES };
const LATER = START + 40 * 86_400_000;

/** On a machine that does much else. */
const LONG = 180_000;

let database: FreshDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await freshDatabase('derive');
  pool = new Pool({ connectionString: database.url, max: 4 });
  pool.on('error', () => undefined);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const storeOf = (count: Counting) => createStore({ url: database.url, pool, settingsFor: () => SETTINGS, counting: count, now: () => LATER });

async function facts(): Promise<Readonly<Record<string, readonly string[]>>> {
  const tables: Record<string, readonly string[]> = {};
  for (const { name } of [...DERIVERS.flatMap((deriver) => deriver.tables), { name: 'contact_alias' }]) {
    const { rows } = await pool.query<{ row: string }>(`select (to_jsonb(fact) - 'changed_at' - 'counted')::text as row from replywatch.${name} as fact order by 1`);
    tables[name] = rows.map(({ row }) => row);
  }
  return tables;
}

/** All at once, in the order of time, read by one pass. */
async function plainly(events: readonly CanonicalEvent[]): Promise<Readonly<Record<string, readonly string[]>>> {
  await database.empty();
  const store = storeOf(countingOf());
  try {
    await store.apply(events.toSorted((a, b) => a.t - b.t));
    for (let due = await store.due(LATER, 500); due.length > 0; due = await store.due(LATER, 500)) await store.applyTicks(due);
  } finally {
    await store.close();
  }
  await transactions(pool)(forgetAll, 10_000);
  await deriveDue({ pool, rules }, LATER);
  return facts();
}

/** As they come: in batches, some twice, with passes in between. */
async function asTheyCome(events: readonly CanonicalEvent[], sizes: readonly number[]): Promise<Counting> {
  await database.empty();
  const count = countingOf();
  const store = storeOf(count);
  try {
    for (let at = 0, batch = 0; at < events.length; batch++) {
      const size = sizes[batch % sizes.length]!;
      const part = events.slice(at, at + size);
      at += size;
      await store.apply([...part, ...part.slice(0, batch % 3)]);
      if (batch % 2 === 0) await deriveDue({ pool, rules, counting: count }, Math.max(...part.map((event) => event.receivedAt)) + 500);
    }
    for (let due = await store.due(LATER, 500); due.length > 0; due = await store.due(LATER, 500)) await store.applyTicks(due);
  } finally {
    await store.close();
  }
  await deriveDue({ pool, rules, counting: count }, START + 30 * 86_400_000 + 100_000);
  return count;
}

describe('deriving', () => {
  it('gives the same rows for any order of arrival, batches, repetitions and passes', async () => {
    await fc.assert(fc.asyncProperty(customerHistories, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }), async (events, sizes) => {
      const expected = await plainly(events);
      await asTheyCome(events, sizes);
      expect(await facts()).toEqual(expected);
      expect(await deriveDue({ pool, rules }, LATER)).toBe(0);
    }), { numRuns: 40 });
  }, LONG);

  it('counts each fact once: totals equal facts, apart from what was corrected', async () => {
    await fc.assert(fc.asyncProperty(customerHistories, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }), async (events, sizes) => {
      await asTheyCome(events, sizes);
      const { rows: totals } = await pool.query<{ key: string; value: number }>(`select key, value from replywatch.metric_total`);
      const sum = (name: string, part = ''): number => totals.filter(({ key }) => key.startsWith(`${name}{`) && key.includes(part)).reduce((all, { value }) => all + value, 0);
      const { rows: [stored] } = await pool.query<Record<string, number>>(`select count("window")::int as windows, count(sentiment)::int as sentiments,
        count(*) filter (where not consented)::int as unconsented from replywatch.message_facts`);
      const off = (kpi: string): number => sum('chat_fact_corrections_total', `kpi="${kpi}"`);
      expect(Math.abs(sum('chat_window_sends_total') - stored!['windows']!)).toBeLessThanOrEqual(off('window_send'));
      expect(Math.abs(sum('chat_sentiment_messages_total') - stored!['sentiments']!)).toBeLessThanOrEqual(off('sentiment'));
      expect(Math.abs(sum('chat_sends_without_consent_total') - stored!['unconsented']!)).toBeLessThanOrEqual(off('unconsented_send'));
    }), { numRuns: 20 });
  }, LONG);

  const at = (seconds: number, kind: string, more: object): CanonicalEvent => ({
    id: uuid(`${kind} ${seconds} ${JSON.stringify(more)}`), source: 'whatsapp', channel: 'whatsapp', inbox: 'main', t: START + seconds * 1000, receivedAt: START + seconds * 1000, kind,
    conversation: uuid('talk'), contact: uuid('ada'), ...(kind === 'message.inbound' ? { message: uuid(`${kind} ${seconds} ${JSON.stringify(more)}`), content: 'text' } : {}), ...more,
  }) as unknown as CanonicalEvent;

  async function stored(live: boolean, events: readonly CanonicalEvent[]): Promise<void> {
    const store = storeOf(countingOf());
    try {
      await (live ? store.apply(events) : store.applyHistory(events));
    } finally {
      await store.close();
    }
  }

  it('reads only customers of whom something is new', async () => {
    await database.empty();
    const others = Array.from({ length: 50 }, (_, n) => at(n, 'message.inbound', { contact: uuid(`contact ${n}`), conversation: uuid(`talk ${n}`) }));
    await stored(true, others);
    expect(await deriveDue({ pool, rules }, START + 60_000)).toBe(50);
    await stored(true, [at(61, 'message.inbound', { contact: uuid('contact 7'), conversation: uuid('talk 7') })]);
    expect(await deriveDue({ pool, rules }, START + 62_000)).toBe(1);
    expect(await deriveDue({ pool, rules }, START + 63_000)).toBe(0);
  });

  it('never counts what came by an import, and a later message of the same customer does not change that', async () => {
    await database.empty();
    await deriveDue({ pool, rules, counting: countingOf() }, START - 10_000);
    await stored(false, [at(-3 * 86_400, 'message.inbound', { sentiment: 'negative' }), at(-60, 'message.inbound', { sentiment: 'neutral' })]);
    await deriveDue({ pool, rules, counting: countingOf() }, START - 5_000); // a leader that finds it before the import is over
    await stored(true, [at(0, 'message.inbound', { sentiment: 'positive' })]);
    await deriveDue({ pool, rules, counting: countingOf() }, START + 1_000);
    const { rows } = await pool.query<{ key: string; value: number }>(`select key, value from replywatch.metric_total where key like 'chat_sentiment%'`);
    expect(rows).toEqual([{ key: 'chat_sentiment_messages_total{channel="whatsapp",sentiment="positive"}', value: 1 }]);
  });

  it.each([['never', 'by an import', false, 0], ['once', 'two days late', true, 1]])('counts %s a reopening and a negative resolution that came %s', async (_, __, live, expected) => {
    await database.empty();
    const [first, second] = [0, 3_600].map((from) => [
      at(from, 'message.inbound', { sentiment: 'negative' }), at(from + 30, 'message.outbound', { author: 'agent', authorId: 'lena', message: uuid(`reply ${from}`), content: 'text' }),
      at(from + 60, 'conversation.resolved', { by: 'agent', reason: 'done' }),
    ]);
    const now = START + (live ? 2 * 86_400_000 : 7_200_000);
    const arrived = (events: readonly CanonicalEvent[]): readonly CanonicalEvent[] => events.map((event) => ({ ...event, receivedAt: now }));
    await stored(false, arrived(first!));
    await stored(live, arrived(second!));
    await deriveDue({ pool, rules, counting: countingOf() }, now);
    const { rows } = await pool.query<{ kpi: string; value: number }>(
      `select substring(key from '^[a-z_]+') as kpi, value from replywatch.metric_total where key ~ '^chat_(reopens_total|negative_resolution_seconds.*60$)' and value <> 0 order by 1`);
    expect(rows).toEqual(expected === 0 ? [] : [{ kpi: 'chat_negative_resolution_seconds', value: 1 }, { kpi: 'chat_reopens_total', value: 1 }]);
  });

  it('counts a correction when what was counted is no fact any more: receipts that turn out to be of a survey', async () => {
    await database.empty();
    const message = uuid('asked');
    await stored(true, [at(0, 'message.status', { message, status: 'sent', pricing: { category: 'marketing', type: 'regular', model: 'PMP' } })]);
    await deriveDue({ pool, rules, counting: countingOf() }, START + 1_000);
    await stored(true, [at(2, 'survey.sent', { survey: 's1', message })]);
    await deriveDue({ pool, rules, counting: countingOf() }, START + 3_000);
    const { rows } = await pool.query<{ key: string; value: number }>(`select key, value from replywatch.metric_total where key ~ '^chat_(window|fact)' and value <> 0 order by 1`);
    expect(rows).toMatchObject([{ key: 'chat_fact_corrections_total{kpi="window_send"}', value: 1 }, { value: 1 }]);
    expect((await pool.query('select 1 from replywatch.message_facts')).rows).toEqual([]);
  });

  it('counts after the rest, without anything happening', async () => {
    await database.empty();
    const patient = { settingsFor: () => ({ ...SETTINGS, settleSeconds: 60 }), prices: [] };
    const total = async (): Promise<number> => (await pool.query(`select 1 from replywatch.metric_total where key like 'chat_sentiment%'`)).rows.length;
    await stored(true, [at(0, 'message.inbound', { sentiment: 'negative' })]);
    await deriveDue({ pool, rules: patient, counting: countingOf() }, START + 1_000);
    expect(await total()).toBe(0);
    await deriveDue({ pool, rules: patient, counting: countingOf() }, START + 61_000);
    expect(await total()).toBe(1);
  });

  it('lets two processes derive at the same time', async () => {
    await database.empty();
    await stored(true, Array.from({ length: 300 }, (_, n) => at(n, 'message.inbound', { contact: uuid(`contact ${n}`), conversation: uuid(`talk ${n}`), sentiment: 'neutral' })));
    await Promise.all([deriveDue({ pool, rules, counting: countingOf() }, LATER - 39 * 86_400_000 - 86_000_000), deriveDue({ pool, rules, counting: countingOf() }, LATER - 39 * 86_400_000 - 86_000_000)]);
    const { rows } = await pool.query<{ value: number }>(`select value from replywatch.metric_total where key like 'chat_sentiment%neutral%'`);
    expect(rows).toEqual([{ value: 300 }]);
    expect((await pool.query('select 1 from replywatch.contact_facts')).rows).toHaveLength(300);
  });
});
