/** A campaign on WhatsApp, an order in the shop: one customer, whatever arrives first. On a real Postgres. */
import { Pool } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CanonicalEvent, ParsedEvent } from '../../exporter/core/event.ts';
import { DEFAULT_SETTINGS } from '../../exporter/core/settings.ts';
import { createEnricher } from '../../exporter/ingest/enrich.ts';
import { createIdentities, joinsOf } from '../../exporter/ingest/identity.ts';
import { pseudonymOf } from '../../exporter/ingest/pseudonym.ts';
import { salesforce } from '../../exporter/sources/salesforce.ts';
import { shopify } from '../../exporter/sources/shopify.ts';
import { stripe } from '../../exporter/sources/stripe.ts';
import { zohoCrm } from '../../exporter/sources/zoho-crm.ts';
import { createStore } from '../../exporter/store/apply.ts';
import { deriveDue } from '../../exporter/store/derive/due.ts';
import { erase } from '../../exporter/store/erase.ts';
import { countingOf } from '../../exporter/workplace.ts';
import { fixturesOf, NOW, post } from '../sources/kits.ts';
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts';

const KEY = 'k'.repeat(64);
const settingsFor = () => DEFAULT_SETTINGS;
const { enrich } = createEnricher({ key: KEY, settingsFor });

let database: FreshDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await freshDatabase('buyers');
  pool = new Pool({ connectionString: database.url, max: 4 });
  pool.on('error', () => undefined);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const SENT = Date.UTC(2026, 5, 9, 9);
const chat = { source: 'whatsapp', channel: 'whatsapp', inbox: '1055', receivedAt: NOW, conversation: '1055:447700900123', contact: '447700900123', phone: '447700900123' } as const;
const CAMPAIGN: readonly ParsedEvent[] = [
  { ...chat, kind: 'message.outbound', id: 'w1', message: 'w1', t: SENT, author: 'campaign', campaign: 'spring', content: 'template' },
  { ...chat, kind: 'message.status', id: 'w1:delivered', message: 'w1', t: SENT + 3_000, status: 'delivered' },
];
const bought = (source: typeof shopify, fixture = 'whole-purchase'): readonly ParsedEvent[] => fixturesOf(source.id).get(fixture)!.flatMap((body) => source.parse(post(body), { source: source.id }).events);

/** As requests bring them: each with the joins that follow from it. Facts are derived after the last, and after the `early`th. */
async function live(events: readonly ParsedEvent[], isLinking = true, early = 0): Promise<void> {
  await database.empty();
  const identities = createIdentities({ key: KEY });
  const store = createStore({ url: database.url, pool, settingsFor, counting: countingOf(), now: () => NOW });
  const derive = () => deriveDue({ pool, rules: { settingsFor, prices: [] } }, NOW);
  try {
    for (const [index, event] of events.entries()) {
      const stored = enrich(event)!;
      const joined: readonly CanonicalEvent[] = isLinking ? identities.of(event, stored) : [];
      await store.apply([stored, ...joined]);
      identities.note(joined);
      if (index + 1 === early) await derive();
    }
    await derive();
  } finally {
    await store.close();
  }
}

const orders = async () => (await pool.query('select orders.source, orders.type, orders.value, orders.currency, orders.campaign, orders.attributed from reporting.orders order by 1, 2')).rows;
const runs = async () => (await pool.query('select run.flow, run.last_step, run.completed_at is not null as completed from replywatch.flow_run_facts as run')).rows;
const customers = async () => Number((await pool.query('select count(*) from reporting.contacts')).rows[0]['count']);

const purchase = bought(shopify);
it.each<[string, readonly ParsedEvent[]]>([
  ['the campaign first', [...CAMPAIGN, ...purchase]], ['the shop first', [...purchase, ...CAMPAIGN]], ['everything backwards', [...CAMPAIGN, ...purchase].toReversed()],
])('credits an order in the shop to the campaign on WhatsApp, less what was refunded: %s', async (_is, events) => {
  await live(events);
  expect(await orders()).toEqual([{ source: 'shopify', type: 'order', value: 58.7, currency: 'EUR', campaign: 'spring', attributed: true }]);
  expect(await runs()).toEqual([{ flow: 'checkout', last_step: 'address', completed: true }]);
  expect(await customers()).toBe(1);
});

it('counts it as nobody\'s campaign while customers are not linked, and buyers who never wrote as no customers', async () => {
  await live([...CAMPAIGN, ...purchase], false);
  expect(await orders()).toEqual([{ source: 'shopify', type: 'order', value: 58.7, currency: 'EUR', campaign: null, attributed: false }]);
  expect(await customers()).toBe(1);
});

it('knows a payer by number and address, and counts one payment once', async () => {
  await live([...bought(stripe), ...CAMPAIGN]);
  expect(await orders()).toEqual([{ source: 'stripe', type: 'order', value: 59, currency: 'EUR', campaign: 'spring', attributed: true }]);
});

it.each([[salesforce, 'message-won'], [zohoCrm, 'a-workflow-won']] as const)('credits a deal that was won: %#', async (source, fixture) => {
  await live([...bought(source, fixture), ...CAMPAIGN]);
  expect(await orders()).toEqual([{ source: source.id, type: 'deal', value: 1200, currency: 'EUR', campaign: 'spring', attributed: true }]);
});

it('shows clicks with the customer they belong to, whatever name that is, and crawlers as such', async () => {
  const click = { source: 'links', channel: 'other', inbox: 'links', receivedAt: NOW, kind: 'link.clicked', link: 'tea', contact: '447700900123', contactSource: 'whatsapp', campaign: 'spring' } as const;
  await live([...CAMPAIGN, { ...click, id: 'k1', t: SENT + 60_000 }, { ...click, id: 'k2', t: SENT + 4_000, automated: true }, ...purchase]);
  const { rows } = await pool.query(`select click.source, click.link, click.campaign, click.automated, click.contact = orders.contact as is_buyer
    from reporting.link_clicks as click cross join reporting.orders order by click.at`);
  expect(rows).toEqual([true, false].map((automated) => ({ source: 'links', link: 'tea', campaign: 'spring', automated, is_buyer: true })));
  expect((await pool.query('select touches.clicked_at from reporting.touches')).rows).toEqual([{ clicked_at: new Date(SENT + 60_000) }]);
});

it('leaves buyers apart who all gave the number of the till, also those who were joined while they were few', async () => {
  const sold = Array.from({ length: 22 }, (_, n): ParsedEvent => ({
    id: `o${n}`, source: 'shopify', channel: 'other', inbox: 'shop', t: NOW - 60_000, receivedAt: NOW, kind: 'conversion.recorded', order: `o${n}`, contact: `buyer${n}`, phone: '442079460000' }));
  const buyers = async () => Number((await pool.query('select count(distinct orders.contact) from replywatch.order_facts as orders')).rows[0]['count']);
  await live(sold.slice(0, 20));
  expect(await buyers()).toBe(1);
  await live(sold, true, 5);
  expect(await buyers()).toBe(22);
});

it('forgets the customer of the chat and of the shop when asked by the number, or by the address', async () => {
  for (const asked of ['+44 7700 900123', 'Rosa.Lind@example.com']) {
    await live([...CAMPAIGN, ...purchase]);
    expect(await erase(pool, joinsOf(KEY, asked), NOW)).toMatchObject({ conversations: 1 });
    const { rows: [{ text }] } = await pool.query(`select string_agg(event::text, ' ') as text from replywatch.event`);
    for (const id of [pseudonymOf(KEY, 'contact', 'whatsapp', '447700900123'), pseudonymOf(KEY, 'contact', 'shopify', '7200000000001'), ...joinsOf(KEY, asked)]) expect(text).not.toContain(id);
  }
});
