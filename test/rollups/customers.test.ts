/** Rollups of customers against a slow, obvious reading of the same facts, and against themselves from nothing. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Pool } from 'pg';
import type { CanonicalEvent } from '../../exporter/core/event.ts';
import { DEFAULT_SETTINGS } from '../../exporter/core/settings.ts';
import { ACTIVITY } from '../../exporter/rollups/activity.ts';
import { CAMPAIGNS } from '../../exporter/rollups/campaigns.ts';
import { CONSENTS } from '../../exporter/rollups/consents.ts';
import { COSTS } from '../../exporter/rollups/costs.ts';
import { EXPERIMENTS } from '../../exporter/rollups/experiments.ts';
import { FLOWS } from '../../exporter/rollups/flows.ts';
import { WINDOWS } from '../../exporter/rollups/windows.ts';
import type { GaugeRow, Rollup } from '../../exporter/rollups/rollup.ts';
import { createStore } from '../../exporter/store/apply.ts';
import { deriveDue } from '../../exporter/store/derive/due.ts';
import { countingOf } from '../../exporter/workplace.ts';
import { customerHistories, START } from '../store/customers.ts';
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts';
import { SETTINGS, poolOf, transactionsOf, uuid } from './world.ts';

/** On a machine that does much else. */
const LONG = 180_000;
const DAY = 86_400_000;
const NOW = START + 7 * DAY + 3_600_000;
const settings = { ...SETTINGS, lateWindowSeconds: 30 * 86_400 };
const workspace = { ...DEFAULT_SETTINGS, tz: settings.tz };
const PRICES = [{ from: '2020-01-01', currency: 'EUR', rates: { 'marketing:ES': 0.05, 'marketing:*': 0.07, 'utility:*': 0.02, 'service:*': 0.01 }, freePerMonth: { service: 2, utility: 1 } }];
const rules = { settingsFor: () => workspace, prices: PRICES };
const MINE: readonly Rollup[] = [ACTIVITY, CAMPAIGNS, EXPERIMENTS, FLOWS, COSTS, CONSENTS, WINDOWS];
const TABLES = ['activity_figure', 'cohort_month', 'campaign_figure', 'campaign_money', 'ab_test', 'flow_day', 'cost_day', 'consent_day'];

let database: FreshDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await freshDatabase('customers');
  pool = poolOf(database.url);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

async function store(events: readonly CanonicalEvent[]): Promise<void> {
  const opened = createStore({ url: database.url, pool, settingsFor: () => workspace, counting: countingOf(), now: () => NOW });
  try {
    await opened.apply(events);
  } finally {
    await opened.close();
  }
  await deriveDue({ pool, rules }, NOW);
}

async function run(now = NOW): Promise<Readonly<Record<string, readonly GaugeRow[]>>> {
  const gauges: Record<string, readonly GaugeRow[]> = {};
  for (const rollup of MINE) Object.assign(gauges, await rollup.run({ transaction: (work) => transactionsOf(pool)(work, 30_000), settings, now, signal: new AbortController().signal }));
  return gauges;
}

const rows = async <T = Record<string, unknown>>(sql: string): Promise<readonly T[]> => (await pool.query(sql)).rows as T[];
const figures = async (): Promise<unknown> => Object.fromEntries(await Promise.all(TABLES.map(async (table) =>
  [table, (await rows<{ row: string }>(`select to_jsonb(figure)::text as row from replywatch.${table} as figure order by 1`)).map(({ row }) => row)])));

const count = (set: ReadonlySet<number>, is: (each: number) => boolean): number => [...set].filter(is).length;

/** The Madrid date of an instant, as a number of days. */
const dayOf = (at: number): number => Date.parse(`${new Intl.DateTimeFormat('sv', { timeZone: 'Europe/Madrid' }).format(at)}T00:00:00Z`) / DAY;

describe('rollups of customers', () => {
  it('come to the same step by step and from nothing', async () => {
    await fc.assert(fc.asyncProperty(customerHistories, fc.nat(29), async (events, cut) => {
      await database.empty();
      const known = events.filter(({ t }) => t <= NOW);
      await store(known.slice(0, cut));
      await run();
      await store(known.slice(cut));
      await run();
      const stepwise = await figures();
      await pool.query('update replywatch.rollup_state set watermark = null');
      await run();
      expect(await figures()).toEqual(stepwise);
    }), { numRuns: 12 });
  }, LONG);

  it('active, new, returning and lost customers are those a look at every day finds', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.nat(5), fc.nat(130)), { minLength: 1, maxLength: 40 }), async (visits) => {
      await database.empty();
      const first = dayOf(NOW) - 130;
      const written = visits.map(([who, day]) => ({ who, day: first + day }));
      await pool.query(`insert into replywatch.activity_days (contact, day, messages) select distinct u.contact, date '1970-01-01' + u.day, 1 from unnest($1::uuid[], $2::int[]) as u (contact, day)`,
        [written.map(({ who }) => uuid(`visitor ${who}`)), written.map(({ day }) => day)]);
      const gauges = await run();
      const who = (from: number, to: number): Set<number> => new Set(written.filter(({ day }) => day >= from && day <= to).map((visit) => visit.who));
      for (const row of await rows<Record<string, string> & { day: number }>(`select *, local_day - date '1970-01-01' as day from replywatch.activity_figure`)) {
        const { day } = row;
        const today = who(day, day);
        const before = who(0, day - 1);
        const earlier = who(day - 59, day - 30);
        const recent = who(day - 29, day);
        expect([row['dau'], row['wau'], row['mau'], row['new_contacts'], row['returning_contacts'], row['earlier_contacts'], row['lost_contacts']].map(Number)).toEqual([
          today.size, who(day - 6, day).size, recent.size, count(today, (each) => !before.has(each)), count(today, (each) => before.has(each)), earlier.size, count(earlier, (each) => !recent.has(each)),
        ]);
      }
      expect(gauges['chat_active_contacts']!.map(({ value }) => value)).toEqual([who(first + 130, first + 130).size, who(first + 124, first + 130).size, who(first + 101, first + 130).size]);
      const month = (day: number): string => new Date(day * DAY).toISOString().slice(0, 7);
      const firstMonth = (visitor: number): string => month(Math.min(...written.filter((visit) => visit.who === visitor).map(({ day }) => day)));
      for (const cell of await rows<{ cohort: string; month: string; contacts: string }>(`select to_char(cohort, 'YYYY-MM') as cohort, to_char(month, 'YYYY-MM') as month, contacts from replywatch.cohort_month`)) {
        const expected = new Set(written.filter(({ who: visitor, day }) => month(day) === cell.month && firstMonth(visitor) === cell.cohort).map((visit) => visit.who));
        expect(Number(cell.contacts)).toBe(expected.size);
      }
    }), { numRuns: 12 });
  }, LONG);

  const at = (minutes: number, kind: string, more: object): CanonicalEvent => {
    const id = uuid(`${kind} ${minutes} ${JSON.stringify(more)}`);
    return { id, source: 'whatsapp', channel: 'whatsapp', inbox: 'main', t: START + minutes * 60_000, receivedAt: START + minutes * 60_000, kind, conversation: uuid('talk'), contact: uuid('ada'), seq: 0,
      ...(kind === 'message.inbound' || kind === 'message.outbound' ? { message: id, content: 'text' } : {}), ...more } as unknown as CanonicalEvent;
  };

  it('conversations that are charged use up the monthly allowance first', async () => {
    await database.empty();
    const receipts = Array.from({ length: 4 }, (_, n) => at(n * 25 * 60, 'message.status', { message: uuid(`reply ${n}`), status: 'delivered', pricing: { category: 'service', model: 'CBP', billable: true } }));
    await store(receipts);
    await run();
    const [sum] = await rows('select sum(billed)::int as billed, sum(allowed)::int as allowed, sum(cost) as cost from reporting.costs');
    expect(sum).toEqual({ billed: 4, allowed: 2, cost: 0.02 });
  });

  it('a message without a price in any list is told apart from one that is free', async () => {
    await database.empty();
    await store([at(0, 'message.status', { message: uuid('code'), status: 'delivered', pricing: { category: 'authentication', type: 'regular', model: 'PMP' } })]);
    await run();
    expect(await rows('select billed::int, unpriced::int, cost, currency from reporting.costs')).toEqual([{ billed: 1, unpriced: 1, cost: 0, currency: null }]);
  });

  it('a month that costs 2 a day has cost 20 after ten days and comes to 61, with a half day and twenty to go; a week ago is not this month', async () => {
    await database.empty();
    await pool.query(`
      insert into replywatch.message_facts (message, contact, source, channel, inbox, direction, author, content, survey_answer, opt_out, fallback, by_receipt, at, status, price_category, priced_at,
        charge, cost, currency)
      select gen_random_uuid(), gen_random_uuid(), 'whatsapp', 'whatsapp', 'main', 'outbound', 'campaign', 'template', false, false, false, true, day.at, 'delivered', 'marketing', day.at, 'message', 2, 'EUR'
      from generate_series(timestamptz '2025-02-20T12:00:00Z', timestamptz '2025-03-10T12:00:00Z', interval '1 day') as day (at)`);
    const { chat_month_cost: spent, chat_month_cost_projected: projected } = await run(Date.UTC(2025, 2, 11, 11));
    expect([spent, projected]).toEqual([[{ labels: { currency: 'EUR' }, value: 20 }], [{ labels: { currency: 'EUR' }, value: 61 }]]);
    const { chat_month_cost: later } = await run(Date.UTC(2025, 3, 2, 11));
    expect(later).toEqual([{ labels: { currency: 'EUR' }, value: 0 }]);
  }, LONG);

  it('windows that close within the hour are those of customers who wait', async () => {
    await database.empty();
    await store([at(0, 'message.inbound', {}), at(0, 'message.inbound', { conversation: uuid('other'), contact: uuid('bo') }), at(5, 'message.outbound', { conversation: uuid('other'), contact: uuid('bo'), author: 'agent' })]);
    const expiring = async (hours: number): Promise<number | undefined> => (await run(START + hours * 3_600_000))['chat_window_expiring_conversations']![0]?.value;
    expect([await expiring(22.9), await expiring(23), await expiring(23.9), await expiring(24)]).toEqual([0, 1, 1, 0]);
  });

  it('campaigns, experiments and flows have the figures of their facts', async () => {
    await database.empty();
    const send = (who: string, minutes: number, more: object = {}): CanonicalEvent[] => [
      at(minutes, 'message.outbound', { message: uuid(`offer ${who}`), id: uuid(`offer ${who}`), contact: uuid(who), conversation: uuid(`talk ${who}`), author: 'campaign', campaign: 'spring', market: 'ES', ...more }),
      at(minutes, 'message.status', { message: uuid(`offer ${who}`), contact: uuid(who), conversation: uuid(`talk ${who}`), status: 'delivered', pricing: { category: 'marketing', type: 'regular', model: 'PMP' } }),
    ];
    await store([
      at(0, 'experiment.assigned', { experiment: 'spring', variant: 'A', contact: uuid('ada'), conversation: undefined }), at(0, 'experiment.assigned', { experiment: 'spring', variant: 'B', contact: uuid('bo'), conversation: undefined }),
      ...send('ada', 1), ...send('bo', 2), at(10, 'conversion.recorded', { order: uuid('o1'), value: 1.1, currency: 'EUR', contact: uuid('bo'), conversation: undefined }),
      at(0, 'flow.step', { flow: 'checkout', step: 'cart', conversation: undefined }),
    ]);
    await run();
    expect(await rows('select campaign, sent::int, reached::int, converted::int, conversion_ratio from reporting.campaigns')).toEqual([{ campaign: 'spring', sent: 2, reached: 2, converted: 1, conversion_ratio: 0.5 }]);
    const [money] = await rows<{ currency: string; revenue: number; cost: number; roi_ratio: number }>('select currency, revenue, cost, roi_ratio from reporting.campaign_money');
    expect(money).toMatchObject({ currency: 'EUR', revenue: 1.1, cost: 0.1 });
    expect(money!.roi_ratio).toBeCloseTo(10);
    expect(await rows(`select variant_a, variant_b, contacts_a::int, successes_b::int, verdict from reporting.ab_tests where rate = 'conversion'`)).toEqual([{ variant_a: 'A', variant_b: 'B', contacts_a: 1, successes_b: 1, verdict: null }]);
    expect(await rows('select flow, step, abandoned::int, completed::int from reporting.flow_days')).toEqual([{ flow: 'checkout', step: 'cart', abandoned: 1, completed: 0 }]);
  });

  it('1,450 conversations of customers with 1,000 free and 120 of the business cost 9.30', async () => {
    await database.empty();
    await pool.query(`
      insert into replywatch.message_facts (message, contact, source, channel, inbox, direction, author, content, survey_answer, opt_out, fallback, by_receipt, at, status, price_category, priced_at,
        charge, cost, allowance, currency)
      select gen_random_uuid(), gen_random_uuid(), 'whatsapp', 'whatsapp', 'main', 'outbound', 'agent', 'text', false, false, false, true, priced.at, 'delivered', priced.category, priced.at,
        'conversation', priced.cost, priced.allowance, 'EUR'
      from (
        select 'user_initiated' as category, 0.01 as cost, 1000 as allowance, timestamptz '2025-03-02T08:00:00Z' + n * interval '20 minutes' as at from generate_series(1, 1450) as n
        union all select 'business_initiated', 0.04, null, timestamptz '2025-03-02T08:00:00Z' + n * interval '3 hours' from generate_series(1, 120) as n
      ) as priced`);
    await run();
    const [sum] = await rows<{ cost: number; billed: number; allowed: number }>('select sum(cost) as cost, sum(billed)::int as billed, sum(allowed)::int as allowed from reporting.costs');
    expect(sum!.cost).toBeCloseTo(9.3, 9);
    expect(sum).toMatchObject({ billed: 1_570, allowed: 1_000 });
  });

  it('8,000 a month from 250 customers at half a margin and a tenth lost are worth 160 each; 900 for 300 is a return of 2', async () => {
    await database.empty();
    const today = dayOf(NOW);
    // 100 customers of the month before, 90 of whom came back; 160 new ones.
    await pool.query(`insert into replywatch.activity_days (contact, day, messages)
      select md5('c' || n)::uuid, date '1970-01-01' + $1::int - 40, 1 from generate_series(1, 100) as n
      union all select md5('c' || n)::uuid, date '1970-01-01' + $1::int - 3, 1 from generate_series(11, 260) as n`, [today]);
    await pool.query(`insert into replywatch.order_facts (contact, order_id, source, at, value, currency)
      select md5('c' || n)::uuid, gen_random_uuid(), 'shop', $1::timestamptz - interval '5 days', 2000, 'EUR' from generate_series(20, 23) as n
      union all select md5('c1')::uuid, gen_random_uuid(), 'shop', $1::timestamptz - interval '35 days', 999, 'EUR'`, [new Date(NOW)]);
    const [value] = await rows<{ customers: number }>(`select order_value, customers::int, churn_ratio, lifetime_value from reporting.lifetime_value_on(date '1970-01-01' + ${today}, 0.5, 'Europe/Madrid')`);
    expect(value).toEqual({ order_value: 8_000, customers: 250, churn_ratio: 0.1, lifetime_value: 160 });
    await pool.query(`insert into replywatch.campaign_money (campaign, currency, orders, revenue, cost) values ('spring', 'EUR', 3, 900, 300), ('autumn', 'EUR', 1, 900, 0)`);
    expect(await rows('select campaign, roi_ratio, cost_per_conversion from reporting.campaign_money order by campaign')).toEqual([
      { campaign: 'autumn', roi_ratio: null, cost_per_conversion: 0 }, { campaign: 'spring', roi_ratio: 2, cost_per_conversion: 100 }]);
  });
});
