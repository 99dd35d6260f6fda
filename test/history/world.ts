/** Random histories on a real database, and everything that was concluded from them. */
import fc from 'fast-check';
import type { Pool } from 'pg';
import type { CanonicalEvent, ParsedEvent } from '../../exporter/core/event.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../exporter/core/settings.ts';
import { createEnricher } from '../../exporter/ingest/enrich.ts';
import { DURATION_BUCKETS } from '../../exporter/metrics/labels.ts';
import { forgetAll, runAll } from '../../exporter/rollups/all.ts';
import { rollupSettings } from '../../exporter/rollups/rollup.ts';
import { deriveDue } from '../../exporter/store/derive/due.ts';
import { rowsOf } from '../../exporter/store/difference.ts';
import { settle } from '../../exporter/store/settle.ts';
import { transactions } from '../../exporter/store/transaction.ts';
import { countingOf } from '../../exporter/workplace.ts';
import { histories, LONG_AFTER } from '../core/histories.ts';
import { instant } from '../core/support.ts';

export const settings: Settings = { ...DEFAULT_SETTINGS, tz: 'Europe/Madrid', settleSeconds: 0 };
const START = instant('08:00');
const enricher = createEnricher({ key: 'k', settingsFor: () => settings });

const PRICES = [{ from: '2020-01-01', currency: 'EUR', rates: { 'marketing:*': 0.05 }, freePerMonth: { marketing: 1 } }];

const anyone = fc.nat(2).map((n) => `u${n}`);
const agent = fc.constantFrom('lena', 'omar');
const purpose = fc.constantFrom({ purpose: 'marketing' }, {});

/** What is said of customers and agents outside of a conversation. */
const extra = fc.record({
  id: fc.nat(9_999), offset: fc.oneof(fc.integer({ min: 0, max: 40 }).map((n) => n * 30), fc.integer({ min: 0, max: 60 }).map((hours) => hours * 3_600)), contact: anyone,
  payload: fc.oneof(
    fc.record({ kind: fc.constant('contact.merged'), from: anyone, into: anyone }), fc.record({ kind: fc.constant('contact.created'), origin: fc.constantFrom('ad', 'import') }),
    fc.tuple(fc.constantFrom('consent.requested', 'consent.granted', 'consent.revoked'), purpose).map(([kind, more]) => ({ kind, ...more })),
    fc.record({ kind: fc.constant('conversion.recorded'), order: fc.nat(2).map((n) => `o${n}`), value: fc.nat(50), currency: fc.constantFrom('EUR', 'USD') }),
    fc.record({ kind: fc.constant('link.clicked'), message: fc.nat(11).map((n) => `0 out-${n}`), link: fc.constant('l'), automated: fc.boolean() }),
    fc.record({ kind: fc.constant('flow.step'), flow: fc.constant('checkout'), step: fc.constantFrom('cart', 'pay') }), fc.constant({ kind: 'flow.completed', flow: 'checkout' }),
    fc.record({ kind: fc.constant('experiment.assigned'), experiment: fc.constant('offer'), variant: fc.constantFrom('a', 'b') }),
    fc.record({ kind: fc.constant('agent.status'), agent, status: fc.constantFrom('online', 'busy', 'away', 'offline') }),
    fc.record({ kind: fc.constant('sentiment.scored'), message: fc.nat(11).map((n) => `0 in-${n}`), sentiment: fc.constantFrom('negative', 'neutral') }),
    fc.record({ kind: fc.constant('survey.sent'), survey: fc.constantFrom('s1', 's2') }), fc.record({ kind: fc.constant('survey.answered'), survey: fc.constantFrom('s1', 's2'), score: fc.integer({ min: 1, max: 5 }) }),
  ),
});

/** Events of up to four conversations of three customers, in one order of arrival. */
export const traffic: fc.Arbitrary<readonly CanonicalEvent[]> = fc.tuple(fc.array(histories, { minLength: 1, maxLength: 4 }), fc.array(extra, { minLength: 4, maxLength: 16 }), fc.infiniteStream(fc.nat(9_999))).map(([stories, extras, places]) =>
  [...stories.flatMap((events, c) => events.map((event) => stored(event, c))), ...extras.map(apart)]
    .map((event) => [places.next().value, event] as const).sort(([a], [b]) => a - b).map(([, event]) => event));

/** As the enricher would have made it of a provider's event: a message is its own identity. */
function stored(event: CanonicalEvent, c: number): CanonicalEvent {
  const message = 'message' in event && event.message !== undefined ? { message: `${c} ${event.message}` } : {};
  return enricher.enrich({ ...event, ...message, ...detail(event, c), id: `${c} ${event.id}`, conversation: `c${c}`, contact: `u${c % 3}` } as ParsedEvent)!;
}

/** What the machine does not look at and facts of customers do. */
function detail(event: CanonicalEvent, c: number): object {
  switch (event.kind) {
    case 'message.inbound': return c % 2 === 0 ? { sentiment: 'negative' } : {};
    case 'message.outbound': return event.author === 'campaign' ? { campaign: 'spring', template: { name: 'offer', category: 'marketing' } } : {};
    case 'message.status': return c % 2 === 0 && event.status !== 'failed' ? { pricing: { category: 'marketing', type: 'regular', model: 'PMP' } } : {};
    default: return {};
  }
}

/** Ids are made of the payload, so that one event exists once. */
function apart({ id, offset, contact, payload }: { readonly id: number; readonly offset: number; readonly contact: string; readonly payload: object }): CanonicalEvent {
  const t = START + offset * 1000;
  return enricher.enrich({ ...payload, id: `${id} ${offset} ${contact} ${JSON.stringify(payload)}`, source: 'desk', t, receivedAt: t, channel: 'webchat', inbox: 'front', contact } as never)!;
}

const BASE = ['migration', 'cluster'];

export async function wipe(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ name: string }>(`select tablename as name from pg_catalog.pg_tables where schemaname = 'replywatch' and tablename <> all ($1)`, [BASE]);
  await pool.query(rows.map(({ name }) => `delete from replywatch.${name}`).join('; '));
}

/** Lets time pass until nothing is open to time any more, settles, and computes every figure. */
export async function conclude(pool: Pool, store: { due(now: number, limit: number): Promise<readonly never[] | readonly unknown[]>; applyTicks(ticks: never): Promise<void> }): Promise<void> {
  for (let due = await store.due(LONG_AFTER, 500); due.length > 0; due = await store.due(LONG_AFTER, 500)) await store.applyTicks(due as never);
  while (await settle({ pool, counting: countingOf() }, LONG_AFTER * 2) > 0) { /* the next slice */ }
  await figures(pool);
}

export async function figures(pool: Pool): Promise<void> {
  const transaction = transactions(pool);
  await transaction((sql) => forgetAll(sql), 10_000);
  await deriveDue({ pool, rules: { settingsFor: () => settings, prices: PRICES } }, LONG_AFTER * 2);
  await runAll({ transaction, settings: rollupSettings(settings, DURATION_BUCKETS), now: LONG_AFTER });
}

/** Tables that are no facts or figures, or depend on arrival, each with the reason why two ways to the same history may differ in it. */
const EXCEPT: Readonly<Record<string, string>> = {
  event: 'says when each event arrived', conversation: 'counts its saves, and says what was counted', trace_outbox: 'is a queue', survey_facts: 'says which answer was counted first: survey_rating has the one that counts',
  contact_due: 'is a queue', contact_size: 'says how much was read last', rollup_state: 'says when a rollup ran', pull_state: 'says how far a reading is', provider_cost: 'is what a platform said', provider_template: 'is what a platform said', rollup_dirty_hour: 'is a queue', agent_state: 'says until when seconds were counted',
  metric_total: 'is compared as counters', metric_exemplar: 'belongs to counters', label_slot: 'goes by who came first', source_seen: 'belongs to a live exporter', blind_interval: 'belongs to a live exporter',
  computation: 'says what versions mean', rebuild: 'is the list of rebuilds', import: 'is the list of imports', erasure: 'is the list of erasures', kept_text: 'has nothing in it: texts are not kept here', forwarded_event: 'is what was told to web analytics',
};

/** All facts and figures, row by row, as digests: what two ways to the same history must agree on. */
export async function everything(pool: Pool): Promise<Readonly<Record<string, readonly string[]>>> {
  const { rows } = await pool.query<{ name: string }>(
    `select tablename as name from pg_catalog.pg_tables where schemaname = 'replywatch' and tablename <> all ($1) order by 1`, [[...BASE, ...Object.keys(EXCEPT)]]);
  const client = await pool.connect();
  try {
    const found = await rowsOf(client, rows.map((row) => row.name));
    return Object.fromEntries([...found].map(([table, each]) => [table, [...each].map(([key, row]) => `${key} ${row}`).sort()]));
  } finally {
    client.release();
  }
}

/** Counters as they stand, without live gauges and without what counts arrivals. */
export async function counters(pool: Pool): Promise<Readonly<Record<string, number>>> {
  const { rows } = await pool.query<{ key: string; value: number }>(
    `select total.key, total.value from replywatch.metric_total as total where total.key !~ '^(@live|chat_events_total|chat_ingest|chat_fact_corrections|chat_rollup)' and total.value <> 0 order by 1`);
  return Object.fromEntries(rows.map(({ key, value }) => [key, value]));
}
