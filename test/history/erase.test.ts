import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CanonicalEvent } from '../../exporter/core/event.ts';
import { createEnricher } from '../../exporter/ingest/enrich.ts';
import { pseudonymOf } from '../../exporter/ingest/pseudonym.ts';
import { createStore } from '../../exporter/store/apply.ts';
import { createPool } from '../../exporter/store/connection.ts';
import { erase } from '../../exporter/store/erase.ts';
import { conversationsAfter, refoldConversations } from '../../exporter/store/refold.ts';
import { countingOf } from '../../exporter/workplace.ts';
import { freshDatabase } from '../support/postgres.ts';
import { figures, settings } from './world.ts';

const KEY = 'k';
const enricher = createEnricher({ key: KEY, settingsFor: () => settings });
const T0 = Date.parse('2026-03-02T09:00:00Z');
/** Seconds after nine; ids as a provider would give them. */
const event = (at: number, kind: string, conversation: string | undefined, contact: string, more: object = {}): CanonicalEvent =>
  enricher.enrich({ id: `${kind} ${at} ${conversation} ${contact}`, source: 'desk', channel: 'whatsapp', inbox: 'main', t: T0 + at * 1000, receivedAt: T0 + at * 1000, kind,
    ...(conversation === undefined ? {} : { conversation }), contact, ...(kind.startsWith('message.') ? { message: `m${at}${contact}`, content: 'text' } : {}), ...more } as never)!;

let database: Awaited<ReturnType<typeof freshDatabase>>;
let pool: ReturnType<typeof createPool>;
beforeAll(async () => {
  database = await freshDatabase('erase');
  pool = createPool(database.url);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

it('leaves facts and totals, and nothing that leads to the customer or to who was merged with him', async () => {
  const store = createStore({ url: database.url, pool, settingsFor: () => settings, counting: countingOf(), now: () => T0 + 86_400_000 });
  await store.apply([
    event(0, 'message.inbound', 'c1', 'u1', { language: 'es', country: 'ES' }), event(0, 'message.inbound', 'c1', 'u1', { id: 'other', message: 'same instant' }),
    event(45, 'message.outbound', 'c1', 'u1', { author: 'agent', authorId: 'ana' }), event(60, 'message.status', 'c1', 'u1', { message: 'm45u1', status: 'read' }),
    event(90, 'conversation.resolved', 'c1', 'u1', { by: 'agent' }), event(100, 'message.inbound', 'c1', 'u1'),
    event(0, 'message.inbound', 'c2', 'u2'), event(30, 'message.outbound', 'c2', 'u2', { author: 'agent' }), event(80, 'contact.merged', undefined, 'u1', { from: 'u2', into: 'u1' }),
    event(110, 'message.outbound', 'c1', 'u1', { author: 'automation', survey: { type: 'csat', scale: '1-5' } }), event(115, 'flow.step', undefined, 'u1', { flow: 'checkout', step: 'cart' }),
    event(110, 'contact.erased', undefined, 'u1'), event(120, 'conversion.recorded', undefined, 'u2', { order: 'o1', value: 5, currency: 'EUR' }),
    event(0, 'message.inbound', 'c3', 'u3'), event(20, 'message.outbound', 'c3', 'u3', { author: 'agent' }),
  ]);
  await store.close();
  await figures(pool);
  const sent = 'f'.repeat(32);
  await pool.query(`insert into replywatch.trace_outbox (conversation, number, trace_id, state, due_at, enqueued_at, exported_at) values ($1, 1, $2, 'exported', now(), now(), now())`,
    [pseudonymOf(KEY, 'conversation', 'desk', 'c1'), sent]);
  const shown = async (): Promise<unknown> => ({
    episodes: (await pool.query('select outcome, frt_seconds, resolution_seconds, opened_at, inbound_messages from reporting.episodes order by opened_at, frt_seconds')).rows,
    messages: (await pool.query('select author, status, at from replywatch.message_facts order by at, author')).rows,
    days: (await pool.query('select count(*), count(distinct contact) as contacts from replywatch.activity_days')).rows,
    totals: (await pool.query('select key, value from replywatch.metric_total order by key')).rows,
  });
  const before = await shown();
  const old = [...['c1', 'c2'].map((id) => pseudonymOf(KEY, 'conversation', 'desk', id)), ...['u1', 'u2'].map((id) => pseudonymOf(KEY, 'contact', 'desk', id)),
    pseudonymOf(KEY, 'message', 'desk', 'm0u1'), pseudonymOf(KEY, 'message', 'desk', 'm110u1'), pseudonymOf(KEY, 'event', 'desk', 'flow.step 115 undefined u1'),
    pseudonymOf(KEY, 'order', 'desk', 'o1'), pseudonymOf(KEY, 'event', 'desk', 'conversation.resolved 90 c1 u1')];
  const everything = async (): Promise<string> => {
    const { rows } = await pool.query<{ name: string }>(`select tablename as name from pg_catalog.pg_tables where schemaname = 'replywatch'`);
    return (await Promise.all(rows.map(async ({ name }) => (await pool.query<{ text: string | null }>(`select string_agg(each::text, ' ') as text from replywatch.${name} as each`)).rows[0]!.text))).join(' ');
  };
  for (const id of old) expect(await everything()).toContain(id);

  const erased = await erase(pool, [pseudonymOf(KEY, 'contact', 'desk', 'u2')], T0 + 3_600_000);
  expect(erased).toMatchObject({ contacts: 2, conversations: 2, events: 13, traceIds: [sent] });
  const left = await everything();
  expect(old.filter((id) => left.includes(id))).toEqual([]);
  expect(left).toContain(pseudonymOf(KEY, 'contact', 'desk', 'u3'));
  expect(await shown()).toEqual(before);
  expect((await pool.query(`select 1 from replywatch.event where data ->> 'language' is not null`)).rows).toEqual([]);

  expect((await pool.query('select requested_at, done_at, in_time from reporting.erasures')).rows).toEqual([{ requested_at: new Date(T0 + 110_000), done_at: new Date(T0 + 3_600_000), in_time: true }]);

  // A rebuild finds the same history of a stranger.
  const again = await refoldConversations({ pool, settingsFor: () => settings, counting: countingOf() }, await conversationsAfter(pool, undefined, 10), async () => undefined);
  for (const { added, removed, changed } of Object.values(again.differences)) expect([added, removed, changed]).toEqual([0, 0, 0]);
  await figures(pool);
  expect(await shown()).toEqual(before);
  expect(await erase(pool, [pseudonymOf(KEY, 'contact', 'desk', 'u2')], T0)).toBeUndefined();
});
