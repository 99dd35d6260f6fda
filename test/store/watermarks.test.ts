import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CanonicalEvent } from '../../exporter/core/event.ts';
import { DEFAULT_SETTINGS } from '../../exporter/core/settings.ts';
import { createEnricher } from '../../exporter/ingest/enrich.ts';
import { createStore, type Store } from '../../exporter/store/apply.ts';
import { createPool } from '../../exporter/store/connection.ts';
import { withWatermarks } from '../../exporter/store/watermarks.ts';
import { countingOf } from '../../exporter/workplace.ts';
import { freshDatabase } from '../support/postgres.ts';

const T0 = Date.parse('2026-03-02T09:00:00Z');
const { enrich } = createEnricher({ key: 'k'.repeat(64), settingsFor: () => DEFAULT_SETTINGS });

/** `at`: seconds after nine o'clock. */
const event = (at: number, what: Record<string, unknown>, conversation = 'c1'): CanonicalEvent => enrich({
  source: 'test', channel: 'messenger', inbox: 'page', receivedAt: T0 + 3_600_000, t: T0 + at * 1000, conversation, contact: `of ${conversation}`,
  id: String(what['message'] ?? JSON.stringify([at, what, conversation])), ...what,
} as never)!;
const sent = (at: number, message: string, conversation?: string) => event(at, { kind: 'message.outbound', message, content: 'text', author: 'agent' }, conversation);
const seen = (at: number, upTo: number, status = 'read') => event(at, { kind: 'message.watermark', status, upTo: T0 + upTo * 1000 });
const receipt = (at: number, message: string, status: string) => ({ ...event(at, { kind: 'message.status', message, status, id: `${message}:${status}` }) });

let database: Awaited<ReturnType<typeof freshDatabase>>;
let pool: ReturnType<typeof createPool>;
let store: Store;
beforeAll(async () => {
  database = await freshDatabase('watermarks');
  pool = createPool(database.url);
  store = withWatermarks(createStore({ url: database.url, pool, settingsFor: () => DEFAULT_SETTINGS, counting: countingOf(), now: () => T0 + 3_600_000 }), pool);
});
afterAll(async () => {
  await store.close();
  await pool.end();
  await database.drop();
});

const counted = async (status: string): Promise<number> =>
  Number((await pool.query("select coalesce(sum(value), 0) as n from replywatch.metric_total where key like 'chat_message_status_total%' and key like $1", [`%"${status}"%`])).rows[0].n);

it('makes a receipt of every message up to the watermark, once', async () => {
  await store.apply([sent(10, 'a'), sent(20, 'b'), sent(90, 'after'), sent(15, 'of somebody else', 'c2')]);
  await store.apply([seen(60, 30)]);
  expect(await counted('read')).toBe(2);
  await store.apply([seen(60, 30)]); // sent again
  await store.apply([seen(70, 30), seen(71, 25)]); // says nothing new
  expect(await counted('read')).toBe(2);
  await store.apply([seen(100, 95)]);
  expect(await counted('read')).toBe(3);
  const { rows } = await pool.query("select kind, count(*)::int as n from replywatch.event group by kind order by kind");
  expect(rows).toEqual([{ kind: 'message.outbound', n: 4 }, { kind: 'message.status', n: 3 }]);
});

it('gives receipts that name their message alone to its conversation, and those of a message nobody saw a conversation of its own', async () => {
  const alone = (at: number, message: string, status: string): CanonicalEvent => {
    const { conversation: _conversation, contact: _contact, ...rest } = receipt(at, message, status);
    return rest;
  };
  const before = await counted('delivered');
  await store.apply([sent(120, 'known', 'c3')]);
  await store.apply([alone(121, 'known', 'delivered'), sent(122, 'with it', 'c4'), alone(123, 'with it', 'delivered'), alone(124, 'unseen', 'delivered')]);
  await store.apply([alone(125, 'unseen', 'read')]);
  expect(await counted('delivered')).toBe(before + 3);
  const { rows } = await pool.query(`select receipt.data->>'status' as status, sent.conversation is not null as shown, receipt.contact is not distinct from sent.contact as same
    from replywatch.event as receipt left join replywatch.event as sent on sent.id = receipt.message and sent.conversation = receipt.conversation
    where receipt.kind = 'message.status' and receipt.t >= $1 and receipt.t < $2 order by receipt.t`, [new Date(T0 + 121_000), new Date(T0 + 126_000)]);
  const [known, unseen] = [{ status: 'delivered', shown: true, same: true }, { shown: false, same: true }];
  expect(rows).toEqual([known, known, { ...unseen, status: 'delivered' }, { ...unseen, status: 'read' }]);
  const { rows: [own] } = await pool.query("select count(distinct conversation)::int as n from replywatch.event where message is not null and conversation = message");
  expect(own.n).toBe(1);
});

it('sees messages and receipts that come in the same batch', async () => {
  const before = await counted('delivered');
  await store.apply([sent(200, 'd'), sent(201, 'e'), receipt(202, 'd', 'delivered'), seen(203, 202, 'delivered')]);
  // The three of the conversation before were read, which counted as delivered already.
  expect(await counted('delivered')).toBe(before + 2);
});

it('gives a message that shows itself late its receipt with the next watermark', async () => {
  const before = await counted('read');
  await store.apply([seen(300, 290)]);
  expect(await counted('read')).toBe(before + 2); // d and e
  await store.apply([sent(280, 'late')]);
  await store.apply([seen(310, 290)]);
  expect(await counted('read')).toBe(before + 3);
});
