import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PullRunner } from '../../exporter/pull/runner.ts';
import { WHATSAPP_PULLS } from '../../exporter/pull/whatsapp.ts';
import { bench, serve, type Asked, type Bench, type FakeApi, type Said } from './api.ts';

const DAY = 86_400;
/** Midnight of the ninth in Madrid, where the account lives. */
const START = Date.UTC(2026, 5, 8, 22) / 1000;
const point = (volume: number, cost: number | undefined, more: object = {}) => ({ start: START, end: START + DAY, country: 'ES', pricing_type: 'REGULAR', pricing_category: 'MARKETING', tier: '0:1000', volume, ...(cost !== undefined && { cost }), ...more });
let pricing: readonly object[] = [point(10, 0.55), point(2, 0.1, { tier: '1000:2000' }), point(5, undefined, { pricing_category: 'SERVICE', pricing_type: 'FREE_CUSTOMER_SERVICE' }), { start: 'soon' }];
/** 12 templates: two requests for figures, two pages of names. */
const NAMES = Array.from({ length: 12 }, (_, n) => ({ id: String(900 + n), name: `offer_${n}`, category: 'MARKETING' }));

function route({ path, query, headers }: Asked, url: string): Said {
  if (headers.authorization !== 'Bearer tok') return { status: 400, body: { error: { message: 'Invalid OAuth access token', type: 'OAuthException', code: 190 } } };
  if (path === '/v23.0/1022') return { body: { currency: 'EUR', pricing_analytics: { data: [{ data_points: pricing }] }, id: '1022' } };
  if (path === '/v23.0/1022/message_templates') {
    const after = query.get('after');
    return { body: after === null ? { data: NAMES.slice(0, 7), paging: { cursors: { after: 'b' }, next: `${url}${path}?after=b&access_token=tok` } } : { data: NAMES.slice(7), paging: { cursors: { before: 'b' } } } };
  }
  if (path === '/v23.0/1022/template_analytics') {
    const ids = JSON.parse(query.get('template_ids')!) as number[]; // ours
    const days = ids.map((id) => ({ template_id: String(id), start: START, end: START + DAY, sent: 100, delivered: 90, read: 60, clicked: [{ type: 'url_button', button_content: 'Shop', count: 4 }, { type: 'quick_reply_button', button_content: 'Stop', count: 1 }], cost: [{ type: 'amount_spent', value: 5.5 }, { type: 'cost_per_delivered', value: 0.06 }] }));
    return { body: { data: [{ granularity: 'DAILY', product_type: 'cloud_api', data_points: days }], paging: { cursors: {} } } };
  }
  return { status: 404 };
}

let api: FakeApi;
let desk: Bench;
let runner: PullRunner;
beforeAll(async () => {
  api = await serve(route);
  desk = await bench('pull_whatsapp');
  runner = desk.runner(WHATSAPP_PULLS, { url: `${api.url}/v23.0/1022`, headers: { authorization: 'Bearer tok' } });
  // What price lists made of our receipts.
  await desk.pool.query(`insert into replywatch.cost_day (local_day, channel, inbox, category, market, currency, billed, allowed, unpriced, cost) values
    ('2026-06-09', 'whatsapp', 'a', 'marketing', 'ES', 'EUR', 7, 0, 0, 0.35), ('2026-06-09', 'whatsapp', 'b', 'marketing', 'ES', 'EUR', 4, 0, 1, 0.2), ('2026-06-09', 'sms', 'a', 'marketing', 'ES', 'EUR', 9, 0, 0, 9)`);
});
afterAll(async () => {
  await api.close();
  await desk.close();
});

const costs = async () => (await desk.pool.query(`select costs.local_day::text as day, costs.category, costs.market, costs.currency, costs.provider_messages::int, costs.provider_cost, costs.billed::int, costs.unpriced::int, costs.cost,
  round(costs.difference::numeric, 4)::float8 as difference from reporting.provider_costs as costs order by 1, 2`)).rows;

it('puts what Meta charges beside what price lists say', async () => {
  expect(await runner.runNow('whatsapp_pricing')).toBe('success');
  const fields = api.asked.at(-1)!.query.get('fields')!;
  expect(fields).toMatch(/^currency,pricing_analytics\.start\((\d+)\)\.end\((\d+)\)\.granularity\(DAILY\)\.metric_types\(\["COST","VOLUME"\]\)\.dimensions\(\["PRICING_CATEGORY","PRICING_TYPE","COUNTRY"\]\)$/);
  expect(Number(/start\((\d+)\)/.exec(fields)![1])).toBe(Date.UTC(2026, 5, 2) / 1000); // a week back
  expect(await costs()).toEqual([
    { day: '2026-06-09', category: 'marketing', market: 'ES', currency: 'EUR', provider_messages: 12, provider_cost: 0.65, billed: 11, unpriced: 1, cost: 0.55, difference: 0.1 },
    { day: '2026-06-09', category: 'service', market: 'ES', currency: 'EUR', provider_messages: 5, provider_cost: null, billed: 0, unpriced: 0, cost: null, difference: null },
  ]);
});

it('reads the last days again, and takes their new figures for the old ones', async () => {
  pricing = [point(14, 0.77)];
  desk.ahead += DAY * 1000;
  expect(await runner.runNow('whatsapp_pricing')).toBe('success');
  expect(Number(/start\((\d+)\)/.exec(api.asked.at(-1)!.query.get('fields')!)![1])).toBe(Date.UTC(2026, 5, 5) / 1000); // four days before the last look
  expect((await costs())[0]).toMatchObject({ provider_messages: 14, provider_cost: 0.77 });
});

it('reads what became of every template, ten at a time', async () => {
  api.asked.length = 0;
  expect(await runner.runNow('whatsapp_templates')).toBe('success');
  expect(api.asked.map(({ path }) => path.split('/').at(-1))).toEqual(['message_templates', 'message_templates', 'template_analytics', 'template_analytics']);
  const { rows } = await desk.pool.query(`select templates.local_day::text as day, templates.template, templates.sent::int, templates.delivered::int, templates.read::int, templates.clicked::int, templates.cost
    from reporting.provider_templates as templates order by templates.template_id`);
  expect(rows).toHaveLength(12);
  expect(rows[0]).toEqual({ day: '2026-06-09', template: 'offer_0', sent: 100, delivered: 90, read: 60, clicked: 5, cost: 5.5 });
});

it('says what a wrong token is', async () => {
  expect(await desk.runner(WHATSAPP_PULLS, { url: `${api.url}/v23.0/1022`, headers: { authorization: 'Bearer old' } }).runNow('whatsapp_pricing')).toBe('credentials');
});
