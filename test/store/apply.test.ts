import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CanonicalEvent } from '../../exporter/core/event.ts';
import { DEFAULT_SETTINGS } from '../../exporter/core/settings.ts';
import { createStore, type Store } from '../../exporter/store/apply.ts';
import { createPool } from '../../exporter/store/connection.ts';
import { settle } from '../../exporter/store/settle.ts';
import { countingOf } from '../../exporter/workplace.ts';
import { freshDatabase } from '../support/postgres.ts';

const T0 = Date.parse('2026-03-02T09:00:00Z');
const settings = { ...DEFAULT_SETTINGS, settleSeconds: 0 };
const id = (text: string): never => createHash('sha256').update(text).digest('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5') as never;

/** `at`: seconds after nine o'clock. Message events are identified by their message, as `enrich` does it. */
function event(at: number, kind: CanonicalEvent['kind'], more: Record<string, unknown> = {}): CanonicalEvent {
  const name = (more.message as string | undefined) ?? `${kind} ${at} ${JSON.stringify(more)}`;
  const isMessage = kind === 'message.inbound' || kind === 'message.outbound';
  const conversation = (more.conversation as string | undefined) ?? 'c1';
  return {
    source: 'test', channel: 'whatsapp', inbox: 'main', receivedAt: T0 + 3_600_000, t: T0 + at * 1000, kind, ...(isMessage ? { content: 'text' } : {}), ...more,
    ...(isMessage || more.message !== undefined ? { message: id(`message ${name}`) } : {}),
    id: isMessage ? id(`message ${name}`) : id(`event ${kind} ${at} ${JSON.stringify(more)}`), conversation: id(conversation), contact: id(`contact ${conversation}`),
  } as unknown as CanonicalEvent;
}

const PLAIN = [
  event(0, 'message.inbound'), event(45, 'message.outbound', { author: 'agent', authorId: 'ana' }), event(120, 'message.inbound'),
  event(150, 'message.outbound', { author: 'agent', authorId: 'ana' }), event(180, 'conversation.resolved', { by: 'agent' }),
];

const MIXED = [
  ...PLAIN,
  event(400, 'message.inbound', { message: 'late question' }), event(410, 'message.outbound', { author: 'bot' }), event(420, 'message.inbound'),
  event(425, 'conversation.handoff', { by: 'bot' }), event(430, 'conversation.assigned', { toType: 'agent', toId: 'ben' }),
  event(500, 'message.outbound', { message: 'r1', author: 'agent', authorId: 'ben' }), event(501, 'message.status', { message: 'r1', status: 'sent' }),
  event(505, 'message.status', { message: 'r1', status: 'failed', errorCode: '131047' }), event(520, 'message.outbound', { message: 'r2', author: 'agent', authorId: 'ben' }),
  event(521, 'message.status', { message: 'r2', status: 'delivered' }), event(530, 'message.inbound', { message: 'oops' }), event(531, 'message.deleted', { message: 'oops' }),
  event(540, 'message.status', { message: 'r3', status: 'sent' }), event(541, 'message.status', { message: 'r3', status: 'read' }),
  event(560, 'conversation.resolved', { by: 'contact' }),
];

describe('the store on a real Postgres', () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let pool: ReturnType<typeof createPool>;
  let store: Store;
  beforeAll(async () => {
    database = await freshDatabase('apply');
    pool = createPool(database.url);
    store = createStore({ url: database.url, pool, settingsFor: () => settings, counting: countingOf(), now: () => T0 + 3_600_000 });
  });
  afterAll(async () => {
    await store.close();
    await pool.end();
    await database.drop();
  });

  const wipe = (): Promise<unknown> => pool.query('truncate replywatch.event, replywatch.conversation, replywatch.episode_facts, replywatch.observation, replywatch.metric_total, replywatch.survey_facts');
  const facts = async (): Promise<unknown> => ({
    episodes: (await pool.query('select * from replywatch.episode_facts order by conversation, number')).rows,
    observations: (await pool.query('select conversation, number, type, nth, at, seconds, business_seconds, agent, data from replywatch.observation order by 1, 2, 3, 4')).rows,
  });
  const total = async (key: string): Promise<number> => Number((await pool.query('select value from replywatch.metric_total where key = $1', [key])).rows[0]?.value ?? 0);
  /** What was counted of messages and episodes, whatever became of their deliveries. */
  const counters = async (): Promise<unknown> =>
    (await pool.query(`select key, value from replywatch.metric_total where key like 'chat_messages%' or key like 'chat_conversations_opened%' or key like 'chat_receipts%' or key like '@live|%' order by key`)).rows
      .filter(({ value }) => Number(value) !== 0);
  const settleAll = async (): Promise<void> => { while (await settle({ pool, counting: countingOf() }, T0 + 9e9) > 0); };

  it('turns a plain conversation into facts and totals', async () => {
    await wipe();
    expect(await store.apply(PLAIN)).toEqual({ stored: 5, duplicates: 0 });
    await settleAll();
    const { rows: [episode] } = await pool.query('select * from replywatch.episode_facts');
    expect(episode).toMatchObject({ outcome: 'resolved_agent', frt_seconds: 45, resolution_seconds: 180, frt_agent: 'ana', sla_first_response: 'met' });
    expect(await total('chat_messages_total{channel="whatsapp",inbox="main",direction="inbound",author="contact"}')).toBe(2);
    expect(await total('chat_first_response_seconds{channel="whatsapp",inbox="main",episode="first"}|sum')).toBe(45);
    expect(await total('chat_sla_results_total{sla="first_response",inbox="main",result="met"}')).toBe(1);
    expect(await total('@live|open|whatsapp|main')).toBe(0);
  });

  it('stores a redelivery once, and counts it as a duplicate', async () => {
    await wipe();
    await store.apply(PLAIN);
    const before = await facts();
    expect(await store.apply([...PLAIN, ...PLAIN])).toEqual({ stored: 0, duplicates: 10 });
    expect(await facts()).toEqual(before);
    expect(await total('chat_events_total{source="test",kind="message.inbound",result="duplicate"}')).toBe(4);
  });

  it('gives the same facts in any order of arrival and any split into batches', async () => {
    await wipe();
    await store.apply(MIXED);
    const expected = await facts();
    expect((expected as { episodes: unknown[] }).episodes).toHaveLength(2);
    await fc.assert(fc.asyncProperty(fc.shuffledSubarray(MIXED, { minLength: MIXED.length }), fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 25, maxLength: 25 }), async (order, sizes) => {
      await wipe();
      for (let i = 0, n = 0; i < order.length; i += sizes[n++]!) await store.apply(order.slice(i, i + sizes[n]!));
      expect(await facts()).toEqual(expected);
      for (const name of ['open', 'waiting', 'overdue', 'unassigned']) expect(await total(`@live|${name}|whatsapp|main`)).toBe(0);
    }), { numRuns: 40, seed: 20261121 });
  });

  it('gives the same facts and counts when batches follow each other closely and another exporter takes some of them', async () => {
    await wipe();
    await store.apply(MIXED);
    const [expected, counted] = [await facts(), await counters()];
    const step = fc.record({ size: fc.integer({ min: 1, max: 4 }), exporter: fc.constantFrom(0, 0, 0, 1), awaited: fc.boolean(), again: fc.boolean() });
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 25, maxLength: 25 }), async (steps) => {
      await wipe();
      const exporters = [0, 1].map(() => createStore({ url: database.url, pool, settingsFor: () => settings, counting: countingOf(), now: () => T0 + 3_600_000 }));
      const under: Promise<unknown>[] = [];
      for (let i = 0, n = 0; i < MIXED.length; n++) {
        const { size, exporter, awaited, again } = steps[n]!;
        const batch = MIXED.slice(i, i += size);
        under.push(exporters[exporter]!.apply(batch));
        if (again) under.push(exporters[1 - exporter]!.apply(batch));
        if (awaited) await Promise.all(under);
      }
      await Promise.all(under);
      await Promise.all(exporters.map((each) => each.close()));
      expect(await facts()).toEqual(expected);
      expect(await counters()).toEqual(counted);
    }), { numRuns: 15, seed: 20261121 });
  });

  it('counts a fact once however often its history is folded again', async () => {
    await wipe();
    const question = event(0, 'message.inbound');
    await store.apply([event(60, 'message.outbound', { author: 'agent' }), event(600, 'conversation.resolved', { by: 'agent' })]);
    await settleAll();
    await store.apply([question]);
    await settleAll();
    await store.apply([event(30, 'message.outbound', { author: 'agent' })]);
    await settleAll();
    expect(await total('chat_first_response_seconds{channel="whatsapp",inbox="main",episode="first"}|60')).toBe(1);
    expect(await total('chat_conversations_opened_total{channel="whatsapp",inbox="main",initiator="agent",episode="first"}')).toBe(1);
    expect(await total('chat_fact_corrections_total{kpi="response"}')).toBe(1);
  });

  it('keeps waiting conversations in the live figures and lets the clock decide misses', async () => {
    await wipe();
    await store.apply([event(0, 'message.inbound')]);
    expect(await total('@live|waiting|whatsapp|main')).toBe(1);
    const now = T0 + 400_000;
    const due = await store.due(now, 10);
    expect(due).toHaveLength(1);
    await store.applyTicks(due);
    expect(await store.due(now, 10)).toHaveLength(0);
    await settleAll();
    expect(await total('@live|overdue|whatsapp|main')).toBe(1);
    expect(await total('chat_sla_results_total{sla="first_response",inbox="main",result="missed"}')).toBe(1);
  });

  it('survives two exporters that get the same traffic in opposite order', async () => {
    await wipe();
    const other = createStore({ url: database.url, pool, settingsFor: () => settings, counting: countingOf(), now: () => T0 });
    const traffic = Array.from({ length: 40 }, (_, c) => MIXED.map((each) => ({ ...each, id: id(`${each.id}${c}`), conversation: id(`many ${c}`),
      ...('message' in each && each.message !== undefined ? { message: id(`${each.message}${c}`) } : {}) }) as CanonicalEvent)).flat();
    for (const each of traffic) if (each.kind === 'message.inbound' || each.kind === 'message.outbound') Object.assign(each, { id: each.message });
    const slices = Array.from({ length: Math.ceil(traffic.length / 37) }, (_, i) => traffic.slice(i * 37, i * 37 + 37));
    const [a, b] = await Promise.all([
      (async () => { let n = 0; for (const slice of slices) n += (await store.apply(slice)).stored; return n; })(),
      (async () => { let n = 0; for (const slice of slices.toReversed()) n += (await other.apply(slice)).stored; return n; })(),
    ]);
    await other.close();
    expect(a + b).toBe(traffic.length);
    const both = await facts();
    await wipe();
    await store.apply(traffic);
    expect(both).toEqual(await facts());
  });
});
