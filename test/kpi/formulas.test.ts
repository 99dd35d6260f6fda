/** The formula examples F01 to F14, whose inputs are too many for a file: the same pipeline, events made here, figures and views read. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../exporter/core/settings.ts';
import { consistencyOf } from '../../exporter/core/similarity.ts';
import { readExamples } from '../../exporter/kpi/example.ts';
import { openWorkbench, type Figures, type Workbench } from '../../exporter/kpi/workbench.ts';
import { DURATION_BUCKETS } from '../../exporter/metrics/labels.ts';
import { forgetAll, runAll } from '../../exporter/rollups/all.ts';
import { rollupSettings } from '../../exporter/rollups/rollup.ts';
import { createPool } from '../../exporter/store/connection.ts';
import { deriveDue } from '../../exporter/store/derive/due.ts';
import { transactions } from '../../exporter/store/transaction.ts';
import { freshDatabase } from '../support/postgres.ts';

type Given = Readonly<Record<string, unknown>>;

const HOUR = 3_600_000;
const at = (time: string, seconds = 0): number => Date.parse(`${time}Z`) + seconds * 1000;

describe('formulas', () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let pool: ReturnType<typeof createPool>;
  let workbench: Workbench;
  let customers = 0;
  beforeAll(async () => {
    database = await freshDatabase('formulas');
    pool = createPool(database.url);
    workbench = await openWorkbench(database.url);
  });
  afterAll(async () => {
    await workbench.close();
    await pool.end();
    await database.drop();
  });

  const run = (events: readonly Given[], query: Given = {}, settings: Given = {}): Promise<Figures> =>
    workbench.run(readExamples(JSON.stringify([{ name: 'formula', settings, query, events }]), () => undefined)[0]!);
  const somebody = (): Given => ({ conversation: `c${++customers}`, contact: `u${customers}` });
  /** A question and its answer after so many seconds. */
  const answered = (t: number, seconds: number, agent = 'ana'): readonly Given[] => {
    const who = somebody();
    return [{ ...who, t, kind: 'message.inbound' }, { ...who, t: t + seconds * 1000, kind: 'message.outbound', author: 'agent', author_id: agent }];
  };
  const opened = (hour: number, n: number): readonly Given[] => Array.from({ length: n }, (_, i) => ({ ...somebody(), t: hour + i * 1000, kind: 'message.inbound' }));

  it('F01 · the share within a target is exact from buckets, because the target is a bound', async () => {
    const figures = await run(Array.from({ length: 240 }, (_, i) => answered(at('2026-03-02T09:00:00', i), i < 180 ? 60 : 61)).flat());
    expect(figures).toMatchObject({ sla_frt: { met: 180, missed: 60 }, sla_frt_attainment: 0.75 });
    const { rows } = await pool.query(`
      select sum(bucket.n) filter (where bucket.nth <= array_position(hourly.bucket_bounds, 60)) / sum(bucket.n) as share
      from reporting.hourly cross join lateral unnest(hourly.first_response_buckets) with ordinality as bucket (n, nth)`);
    expect(Number(rows[0].share)).toBe(0.75);
  });

  it('F02 · the net promoter score is promoters less detractors', async () => {
    const surveys = [10, 10, 9, 8, 7, 5, 2, 9, 6, 10].flatMap((score, i) => {
      const survey = { ...somebody(), survey: `s${i}`, type: 'nps' };
      return [{ ...survey, t: at('2026-03-02T09:00:00'), kind: 'survey.sent' }, { ...survey, t: at('2026-03-02T10:00:00'), kind: 'survey.answered', score }];
    });
    expect(await run(surveys)).toMatchObject({ nps: 20, csat: null });
  });

  it('F03 to F05 · the forecast is the median of the same hour, its band three deviations wide, and ten conversations apart at least', async () => {
    const hour = at('2026-03-30T10:00:00');
    const weeks = [30, 34, 32, 60].flatMap((n, i) => opened(hour - (4 - i) * 7 * 24 * HOUR, n));
    expect(await run([...weeks, ...opened(hour, 55)], { now: new Date(hour + HOUR - 1).toISOString() })).toMatchObject({ forecast: 33, forecast_band: [27, 39] });
    const verdict = async (n: number): Promise<unknown> => (await run([...weeks, ...opened(hour, n)], { now: new Date(hour + HOUR).toISOString() })).volume_anomaly;
    expect([await verdict(55), await verdict(41)]).toEqual([1, 0]);
  });

  it('F06 · the error of the forecast weighs hours by their volume', async () => {
    const monday = at('2026-03-30T10:00:00');
    const volumes = [[45, 50], [50, 40], [10, 10]].flatMap(([forecast, actual], i) =>
      [0, 1, 2, 3, 4].flatMap((week) => opened(monday + i * HOUR - week * 7 * 24 * HOUR, week === 0 ? actual! : forecast!)));
    await run(volumes, { now: new Date(monday + 3 * HOUR).toISOString() });
    const { rows } = await pool.query(`select sum(abs(actual - forecast)) / sum(actual) as wape from reporting.forecast where local_day = '2026-03-30' and forecast > 0`);
    expect(rows).toEqual([{ wape: 0.15 }]);
  });

  /** Customers of two variants, all reached by one campaign; some reply. */
  const trial = (variants: Readonly<Record<string, readonly [contacts: number, replies: number]>>): readonly Given[] =>
    Object.entries(variants).flatMap(([variant, [contacts, replies]]) => Array.from({ length: contacts }, (_, i) => {
      const who = somebody();
      const t = at('2026-03-02T09:00:00', i);
      return [
        { ...who, t, kind: 'experiment.assigned', experiment: 'offer', variant }, { ...who, t, kind: 'message.outbound', author: 'campaign', campaign: 'offer', message: `${who['contact']}` },
        { ...who, t, kind: 'message.status', message: `${who['contact']}`, status: 'delivered' }, ...(i < replies ? [{ ...who, t: t + HOUR, kind: 'message.inbound' }] : []),
      ];
    }).flat());
  const compared = async (): Promise<unknown> => (await pool.query(`select round(lift::numeric, 4)::float8 as lift, round(z::numeric, 4)::float8 as z, round(p_value::numeric, 4)::float8 as p, verdict
    from reporting.ab_tests where rate = 'response'`)).rows;

  it('F07 · 80 of 1,000 and 104 of 1,000 do not differ significantly', async () => {
    await run(trial({ A: [1_000, 80], B: [1_000, 104] }));
    expect(await compared()).toEqual([{ lift: 0.3, z: 1.8568, p: 0.0633, verdict: 'not significant' }]);
  }, 60_000);

  it('F08 · below a hundred customers nothing is said', async () => {
    await run(trial({ A: [80, 9], B: [120, 20] }));
    expect(await compared()).toMatchObject([{ verdict: null }]);
  });

  it('F09 · 8,000 a month from 250 customers at half a margin and a tenth lost are worth 160 each', async () => {
    const day = at('2026-03-31T12:00:00');
    const wrote = (contact: number, daysAgo: number): Given => ({ conversation: `v${contact}`, contact: `v${contact}`, t: day - daysAgo * 24 * HOUR, kind: 'message.inbound' });
    const before = Array.from({ length: 100 }, (_, i) => wrote(i, 40));
    const since = Array.from({ length: 250 }, (_, i) => wrote(i + 10, 3)); // ninety of the hundred came back
    const orders = [20, 21, 22, 23].map((i) => ({ contact: `v${i}`, t: day, kind: 'conversion.recorded', order: `o${i}`, value: 2_000, currency: 'EUR' }));
    await run([...before, ...since, ...orders]);
    const { rows } = await pool.query(`select order_value, customers::int, churn_ratio, lifetime_value from reporting.lifetime_value_on('2026-03-31', 0.5)`);
    expect(rows).toEqual([{ order_value: 8_000, customers: 250, churn_ratio: 0.1, lifetime_value: 160 }]);
  });

  it('F10 · 900 for 300 is a return of 2', async () => {
    const t = at('2026-03-02T09:00:00');
    const sent = Array.from({ length: 3 }, () => somebody()).flatMap((who, i) => [
      { ...who, t, kind: 'message.outbound', author: 'campaign', campaign: 'spring', message: `offer${i}`, market: 'ES' },
      { ...who, t, kind: 'message.status', message: `offer${i}`, status: 'read', pricing: { category: 'marketing', type: 'regular', model: 'PMP' } },
      { contact: who['contact'], t: t + HOUR, kind: 'conversion.recorded', order: `order${i}`, value: 300, currency: 'XXX' },
    ]);
    await run(sent, { rates: { 'marketing:ES': 100 } });
    expect((await pool.query('select revenue, cost, roi_ratio from reporting.campaign_money')).rows).toEqual([{ revenue: 900, cost: 300, roi_ratio: 2 }]);
  });

  it('F11 and F12 · conversations with a monthly allowance cost 9.30, and a resolution 0.05', async () => {
    const charged = (category: string, n: number): readonly Given[] => Array.from({ length: n }, (_, i) => {
      const who = { ...somebody(), t: at('2025-03-03T09:00:00', i) };
      return { ...who, kind: 'message.status', message: `${category} ${i}`, status: 'delivered', pricing: { category, model: 'CBP', billable: true } };
    });
    const resolved = Array.from({ length: 186 }, (_, i) => {
      const who = somebody();
      const t = at('2025-03-03T12:00:00', i);
      return [{ ...who, t, kind: 'message.inbound' }, { ...who, t: t + 1000, kind: 'message.outbound', author: 'agent' }, { ...who, t: t + 2000, kind: 'conversation.resolved', by: 'agent' }];
    }).flat();
    const now = at('2025-03-04T00:00:00');
    await run([...charged('user_initiated', 1_450), ...charged('business_initiated', 120), ...resolved], { now: new Date(now).toISOString() });
    const prices = [{ from: '2020-01-01', currency: 'USD', rates: { 'user_initiated:*': 0.01, 'business_initiated:*': 0.04 }, freePerMonth: { user_initiated: 1_000 } }];
    await transactions(pool)((sql) => forgetAll(sql), 10_000); // the query has no allowances: anew with a list that has one
    await deriveDue({ pool, rules: { settingsFor: () => DEFAULT_SETTINGS, prices } }, now);
    await runAll({ transaction: transactions(pool), settings: rollupSettings(DEFAULT_SETTINGS, DURATION_BUCKETS), now });
    const { rows } = await pool.query(`select round(sum(cost)::numeric, 6)::float8 as cost, sum(resolved)::int as resolved, round(sum(cost_per_resolution)::numeric, 6)::float8 as each
      from reporting.unit_costs where currency = 'USD'`);
    expect(rows).toEqual([{ cost: 9.3, resolved: 186, each: 0.05 }]);
  }, 60_000);

  it('F13 · the likeness of five answers is the mean over their ten pairs; four are too few', () => {
    // Each of its own in eight of the 64 places: any two agree in 48 of them.
    const answers = Array.from({ length: 5 }, (_, n) => Array.from({ length: 64 }, (_each, place) => (Math.floor(place / 8) === n ? 'BCDEF'[n] : 'A')).join(''));
    expect(consistencyOf(answers).similarity).toBeCloseTo(0.75, 2);
    expect(consistencyOf(answers.slice(1)).similarity).toBeNull();
  });

  it('F14 · the median over agents is the median of their observations, not of their medians', async () => {
    const waits = [['ana', 10], ['ana', 20], ['ana', 300], ['ben', 40], ['ben', 50]] as const;
    expect(await run(waits.flatMap(([agent, seconds], i) => answered(at('2026-03-02T09:00:00', i * 600), seconds, agent)))).toMatchObject({ frt_p50_seconds: 40, frt_by_agent: { ana: [10, 20, 300], ben: [40, 50] } });
  });
});
