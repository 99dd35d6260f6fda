/** What messages cost: this month, by day, and where it goes. One currency at a time. */
import { sqlTable } from '../kinds/table.ts';
import { stat } from '../kinds/stat.ts';
import { timeSeries } from '../kinds/time-series.ts';
import { runbook, toDashboard, toPlainDashboard } from '../links.ts';
import type { Panel } from '../panel.ts';
import { FIRST_DAY, TODAY, dayAsTime, inPlace, onDays, share } from '../sql.ts';
import { UNITS } from '../style.ts';

const DELIVERY = toDashboard('msg-delivery', 'Delivery and campaigns');
const STALE = runbook('RollupStale', 'Figures are old');
const PIPELINE = toPlainDashboard('msg-pipeline', 'Pipeline health');

const IN_CURRENCY = "costs.currency = '$currency'";
const costs = `from reporting.costs where ${onDays('costs.local_day')} and ${IN_CURRENCY} and ${inPlace('costs')}`;

/** `clock.today` is the local day at the end of the chosen time; `spent` has a row per day since the month before. */
const MONTH = `with clock as (
  select ${TODAY} as today
), spent as (
  select costs.local_day, sum(costs.cost) as cost from reporting.costs cross join clock
  where ${IN_CURRENCY} and ${inPlace('costs')} and costs.local_day >= date_trunc('month', clock.today) - interval '1 month' and costs.local_day <= clock.today
  group by costs.local_day
)`;

export const monthSoFar = (): Panel => stat({
  title: 'This month so far', of: 'period', unit: UNITS.count, noValue: 'nothing was charged', kpis: ['J1'], links: [DELIVERY, STALE],
  description: 'What the messages of the month at the end of the chosen time have cost up to now, by the price lists, after monthly allowances, in the currency chosen above; '
    + 'below it the month before, up to the same day. A month with one campaign more costs one campaign more; otherwise they should be alike.',
  queries: [{ sql: `${MONTH}
select sum(spent.cost) filter (where spent.local_day >= date_trunc('month', clock.today)) as "this month",
  sum(spent.cost) filter (where spent.local_day < date_trunc('month', clock.today) and extract(day from spent.local_day) <= extract(day from clock.today)) as before
from spent cross join clock` }],
  columns: [{ from: 'this month', title: 'this month', decimals: 2 }, { from: 'before', title: 'month before, same day', decimals: 2 }],
});

export const monthEnd = (): Panel => stat({
  title: 'At the end of the month', of: 'period', unit: UNITS.count, noValue: 'nothing was charged', kpis: ['J1'], links: [DELIVERY, runbook('CostOverBudget')],
  description: 'What the month will have cost: what was spent, and for each day left, today included, what the same weekday cost on average in the four weeks before. Beside it, now and for '
    + 'all inboxes together: what the alert expects ÷ the budget of the configuration (`budgets`), if there is one. '
    + 'It knows nothing of campaigns that are planned anew. Above 100 % of the budget: look which category or campaign grows.',
  queries: [{ sql: `${MONTH}, usual as (
  select extract(isodow from day.at) as weekday, sum(coalesce(past.cost, 0)) / count(*) as cost
  from clock cross join lateral generate_series(greatest(clock.today - 28, (select min(costs.local_day) from reporting.costs)), clock.today - 1, interval '1 day') as day (at)
  left join (
    select costs.local_day, sum(costs.cost) as cost from reporting.costs where ${IN_CURRENCY} and ${inPlace('costs')} group by costs.local_day
  ) as past on past.local_day = day.at::date
  group by 1
), month as (
  select case
    when day.at::date < clock.today then coalesce(spent.cost, 0)
    when day.at::date = clock.today then greatest(coalesce(spent.cost, 0), coalesce(usual.cost, 0))
    else coalesce(usual.cost, 0) end as cost
  from clock cross join lateral generate_series(
    date_trunc('month', clock.today), date_trunc('month', clock.today) + interval '1 month' - interval '1 day', interval '1 day') as day (at)
  left join spent on spent.local_day = day.at::date left join usual on usual.weekday = extract(isodow from day.at)
)
select nullif(sum(month.cost), 0) as expected from month` },
  { legend: 'of the budget', expr: 'max(chat_month_cost_projected{currency="$currency"}) / max(chat_month_cost_budget{currency="$currency"})', unit: UNITS.ratio, decimals: 0, instant: true,
    color: { base: 'good', steps: [[0.9, 'warn'], [1, 'bad']] } }],
  columns: [
    { from: 'expected', title: 'expected', decimals: 2 },
  ],
});

/** What was spent beside what it was spent on: sums of both, divided last. */
const perEpisode = `from (select sum(costs.cost) as cost ${costs}) as spent
cross join (select sum(daily.closed)::double precision as closed, sum(daily.resolved_agent + daily.resolved_bot)::double precision as resolved
  from reporting.daily where ${onDays('daily.local_day')} and ${inPlace('daily')}) as ended`;

export const unitCost = (): Panel => stat({
  title: 'One conversation costs', of: 'period', unit: UNITS.count, noValue: 'nothing was charged', kpis: ['J2'], links: [toDashboard('msg-overview', 'Overview'), STALE],
  description: 'What messages cost on the chosen days ÷ conversations resolved by agents or the bot in them; and ÷ all that closed, whatever their outcome. Campaigns are part of '
    + 'the cost: without campaigns it is near 0, because answers within the window are free on most channels. '
    + 'It rises when answers come after the window has closed, or campaigns bring few talks.',
  queries: [{ sql: `select spent.cost / nullif(ended.resolved, 0) as resolved, spent.cost / nullif(ended.closed, 0) as closed ${perEpisode}` }],
  columns: [{ from: 'resolved', title: 'per resolution', decimals: 4 }, { from: 'closed', title: 'per closed one', decimals: 4 }],
});

export const campaignReturn = (): Panel => stat({
  title: 'Return on campaigns', of: 'period', unit: UNITS.ratio, noValue: 'no campaign was charged', kpis: ['J3'], links: [DELIVERY, toPlainDashboard('msg-audience', 'Audience')],
  description: 'Campaigns with a message in the chosen time, each whole: (revenue credited to them − their cost) ÷ their cost, sums first; and what one order cost. Orders come '
    + 'up to seven days later, so young campaigns look bad. Below 0 a campaign costs more in messages than it brings in orders; the goods are not in it.',
  queries: [{ sql: `select (sum(money.revenue) - sum(money.cost)) / nullif(sum(money.cost), 0) as "return",
  sum(money.cost) / nullif(sum(money.orders)::double precision, 0) as "per order"
from reporting.campaign_money as money join reporting.campaigns on campaigns.campaign = money.campaign
where money.currency = '$currency' and campaigns.last_sent_at >= $__timeFrom() and campaigns.first_sent_at < $__timeTo()` }],
  columns: [
    { from: 'return', title: 'return', decimals: 0, color: { base: 'bad', steps: [[0, 'good']] } },
    { from: 'per order', title: 'cost per order', unit: UNITS.count, decimals: 2 },
  ],
});

export const withoutPrice = (): Panel => stat({
  title: 'Charged without a price', of: 'period', unit: UNITS.count, noValue: 'nothing was charged', kpis: ['J1'], links: [DELIVERY, PIPELINE],
  description: 'Messages of the chosen days that the provider charges and no price list has a price for, whatever the currency; below it all that are charged. 0 is normal: '
    + 'otherwise every sum on this page is too low. Add the category and market to `prices` in replywatch.yml; the table below says which.',
  queries: [{ sql: `select sum(costs.unpriced)::bigint as unpriced, sum(costs.billed)::bigint as billed
from reporting.costs where ${onDays('costs.local_day')} and ${inPlace('costs')}` }],
  columns: [{ from: 'unpriced', title: 'without a price', decimals: 0, color: { base: 'good', steps: [[1, 'bad']] } }, { from: 'billed', title: 'charged', decimals: 0 }],
});

export const costPerDay = (): Panel => timeSeries({
  title: 'Cost per day, by category', unit: UNITS.count, noValue: 'nothing was charged', stacked: true, kpis: ['J1'], links: [DELIVERY, STALE],
  description: 'What messages cost per local day, after allowances, by what the provider charges them as, in the chosen currency. Marketing comes in spikes, with campaigns; '
    + 'utility and authentication follow orders and log-ins. A category that is new is a template that was filed anew: look it up at the provider.',
  queries: [{ sql: `select ${dayAsTime('costs.local_day')} as time, coalesce(costs.category, 'unknown') as metric, sum(costs.cost) as value
${costs} group by 1, 2 order by 1, 2`, bars: true }],
  colors: { marketing: 'campaign', utility: 'inbound', authentication: 'bot', service: 'agent' },
});

export const runningMonth = (): Panel => timeSeries({
  title: 'The month, adding up', unit: UNITS.count, noValue: 'nothing was charged', kpis: ['J1'], links: [DELIVERY, STALE],
  description: 'What each month had cost up to the day; it begins anew with the month. Dashed is the budget of a month for all inboxes, where the configuration has one (`budgets`). The slope is what '
    + 'counts: a line on its way to cross the budget early does so for a reason you can still stop.',
  queries: [
    { sql: `select ${dayAsTime('added.local_day')} as time, added.cost as "month to date" from (
  select day.local_day, sum(day.cost) over (partition by date_trunc('month', day.local_day) order by day.local_day) as cost
  from (select costs.local_day, sum(costs.cost) as cost from reporting.costs
    where ${IN_CURRENCY} and ${inPlace('costs')} and costs.local_day >= date_trunc('month', ${FIRST_DAY}::timestamp) group by costs.local_day) as day
) as added where ${onDays('added.local_day')} order by 1`, color: 'inbound' },
    { legend: 'budget', expr: 'max(chat_month_cost_budget{currency="$currency"})', color: 'target', dashed: true },
  ],
});

export const byCategory = (): Panel => sqlTable({
  title: 'By category and market', unit: UNITS.count, noValue: 'nothing was charged', kpis: ['J1'], links: [DELIVERY, PIPELINE],
  description: 'Messages charged on the chosen days by category and market, the dearest first: charged, free by an allowance, what they cost, share of all, and the price of one. '
    + 'Prices differ tenfold between markets: a campaign to the wrong list shows here. Rows without currency have no price.',
  sql: `select coalesce(costs.category, 'unknown') as category, coalesce(costs.market, 'unknown') as market, sum(costs.billed)::bigint as billed,
  sum(costs.allowed)::bigint as allowed, sum(costs.unpriced)::bigint as unpriced,
  sum(costs.cost) as cost, ${share('sum(costs.cost)', 'sum(sum(costs.cost)) over ()')} as share,
  sum(costs.cost) / nullif(sum(costs.billed - costs.allowed - costs.unpriced)::double precision, 0) as each
from reporting.costs where ${onDays('costs.local_day')} and (${IN_CURRENCY} or costs.currency is null) and ${inPlace('costs')}
group by 1, 2 order by sum(costs.cost) desc nulls last, 3 desc limit 100`,
  columns: [
    { from: 'category', title: 'Category' }, { from: 'market', title: 'Market', width: 75 }, { from: 'billed', title: 'Charged', decimals: 0, width: 80 },
    { from: 'allowed', title: 'Allowance', decimals: 0, width: 85 },
    { from: 'unpriced', title: 'No price', decimals: 0, width: 75, color: { base: 'good', steps: [[1, 'bad']] } }, { from: 'cost', title: 'Cost', decimals: 2, width: 85 },
    { from: 'share', title: 'Share', unit: UNITS.ratio, decimals: 0, cell: 'bar', width: 110 }, { from: 'each', title: 'Each', decimals: 4, width: 80 },
  ],
});

export const byCampaign = (): Panel => sqlTable({
  title: 'By campaign', unit: UNITS.count, noValue: 'no campaign was charged in this time', kpis: ['J2', 'J3'], links: [DELIVERY, toPlainDashboard('msg-audience', 'Audience')],
  description: 'Campaigns with a message in the chosen time, each whole, newest first: messages, cost by the price lists before allowances, orders credited to it and their '
    + 'value, cost of an order, and (revenue − cost) ÷ cost. Orders come up to seven days later. A dear order or a return below 0: send to fewer, who asked for it.',
  sql: `select campaigns.campaign, campaigns.first_sent_at, campaigns.sent, money.cost, money.orders, money.revenue, money.cost_per_conversion, money.roi_ratio
from reporting.campaigns join reporting.campaign_money as money on money.campaign = campaigns.campaign
where money.currency = '$currency' and campaigns.last_sent_at >= $__timeFrom() and campaigns.first_sent_at < $__timeTo() order by campaigns.first_sent_at desc limit 100`,
  columns: [
    { from: 'campaign', title: 'Campaign' }, { from: 'first_sent_at', title: 'First sent', unit: UNITS.time, width: 150 },
    { from: 'sent', title: 'Sent', decimals: 0, width: 65 }, { from: 'cost', title: 'Cost', decimals: 2, width: 80 },
    { from: 'orders', title: 'Orders', decimals: 0, width: 70 }, { from: 'revenue', title: 'Revenue', decimals: 2, width: 90 },
    { from: 'cost_per_conversion', title: 'Per order', decimals: 2, width: 85 },
    { from: 'roi_ratio', title: 'Return', unit: UNITS.ratio, decimals: 0, width: 85, color: { base: 'bad', steps: [[0, 'good']] } },
  ],
});
