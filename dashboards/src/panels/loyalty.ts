/** Whether customers stay, what they are worth, how they were created and whether they want to hear from us. */
import { sqlTable } from '../kinds/table.ts';
import { timeSeries } from '../kinds/time-series.ts';
import { runbook, toPlainDashboard } from '../links.ts';
import type { Panel } from '../panel.ts';
import { TODAY, dayAsTime, during, localDay, onDays, percentile, share } from '../sql.ts';
import { UNITS } from '../style.ts';
import { MONTH_IS_FULL } from './audience.ts';

const DELIVERY = toPlainDashboard('msg-delivery', 'Delivery and campaigns');
const COST = toPlainDashboard('msg-cost', 'Cost');
const STALE = runbook('RollupStale', 'Figures are old');
const days = `from reporting.daily_activity where ${onDays('daily_activity.local_day')}`;

export const churnOverTime = (): Panel => timeSeries({
  title: 'Lost and kept', unit: UNITS.ratio, max: 1, noValue: 'needs two months of history', kpis: ['I4'], links: [DELIVERY, STALE],
  description: 'Of the customers active in the thirty days before the last thirty of each day: the share not active in the last thirty (lost), and the rest (kept). The two are 1 '
    + 'together. In the first two months of a history the base is growing and the line means little.',
  queries: [{ sql: `select ${dayAsTime('daily_activity.local_day')} as time, daily_activity.churn_ratio as lost, daily_activity.retention_ratio as kept ${days} order by 1` }],
  colors: { lost: 'failed', kept: 'good' },
});

export const churnBase = (): Panel => timeSeries({
  title: 'How many that is', unit: UNITS.count, noValue: 'needs two months of history', kpis: ['I4'], links: [DELIVERY, STALE],
  description: 'The two numbers behind churn: customers active in the thirty days before the last thirty, and those of them who were not active since. A share of a few dozen '
    + 'swings by itself; do not act on it.',
  queries: [{ sql: `select ${dayAsTime('daily_activity.local_day')} as time, daily_activity.earlier_contacts as "active before", daily_activity.lost_contacts as lost
${days} order by 1` }],
  colors: { 'active before': 'inbound', lost: 'failed' },
});

export const stickinessOverTime = (): Panel => timeSeries({
  title: 'Stickiness over time', unit: UNITS.ratio, noValue: 'needs a month of history', kpis: ['I1'], links: [DELIVERY, STALE],
  description: 'Customers active on the day ÷ active in the thirty days that end with it. It swings with the week; the level matters. It begins on the thirtieth day of history; '
    + 'today is not over.',
  queries: [{ sql: `select ${dayAsTime('daily_activity.local_day')} as time, daily_activity.stickiness ${days} and ${MONTH_IS_FULL} order by 1`, color: 'inbound' }],
});

export const predictedValue = (): Panel => sqlTable({
  title: 'What a customer is worth: expected', unit: UNITS.count, noValue: 'no orders in thirty days, or nobody left', kpis: ['I5'], links: [DELIVERY, COST],
  description: 'Per currency, as of the last whole day of the chosen time: order value of thirty days ÷ customers active in them × the gross margin chosen above ÷ churn. Read it '
    + 'as an order of magnitude: it takes the last month for the rest of the relationship. Empty while nobody has left. '
    + 'It rises with the basket and falls with churn; work on the one that moves.',
  sql: `select value.currency, value.order_value, value.customers, ${share('value.order_value', 'value.customers')} as per_customer, value.churn_ratio, value.lifetime_value
from reporting.lifetime_value_on(${TODAY} - 1, $margin,
  coalesce((select workspace.tz from reporting.workspace), 'UTC')) as value
order by value.currency`,
  columns: [
    { from: 'currency', title: 'Currency', width: 85 }, { from: 'order_value', title: 'Orders, 30 days', decimals: 0 },
    { from: 'customers', title: 'Active', decimals: 0, width: 80 },
    { from: 'per_customer', title: 'Per active', decimals: 2 }, { from: 'churn_ratio', title: 'Churn', unit: UNITS.ratio, decimals: 0, width: 80 },
    { from: 'lifetime_value', title: 'Lifetime value', decimals: 2 },
  ],
});

export const historicValue = (): Panel => sqlTable({
  title: 'What customers have ordered so far', unit: UNITS.count, noValue: 'no order was told', kpis: ['I5'], links: [DELIVERY, COST],
  description: 'Per currency, of all time: customers with an order, their orders, the value together, and per customer the mean, the median and the 90th percentile; share of '
    + 'them who ordered more than once. A mean far above the median rests on few large ones. Currencies are never added.',
  sql: `select customer_value.currency, count(*) as customers, sum(customer_value.orders)::bigint as orders, sum(customer_value.value) as total, avg(customer_value.value) as mean,
  ${percentile(0.5, 'customer_value.value')} as median, ${percentile(0.9, 'customer_value.value')} as p90,
  ${share('count(*) filter (where customer_value.orders > 1)', 'count(*)')} as again
from reporting.customer_value group by customer_value.currency order by customer_value.currency`,
  columns: [
    { from: 'currency', title: 'Currency', width: 85 }, { from: 'customers', title: 'Customers', decimals: 0, width: 90 },
    { from: 'orders', title: 'Orders', decimals: 0, width: 80 }, { from: 'total', title: 'Value', decimals: 0 },
    { from: 'mean', title: 'Mean', decimals: 2 }, { from: 'median', title: 'Median', decimals: 2 }, { from: 'p90', title: '90th', decimals: 2 },
    { from: 'again', title: 'Ordered again', unit: UNITS.ratio, decimals: 0 },
  ],
});

export const orders = (): Panel => timeSeries({
  title: 'Orders, per day', unit: UNITS.count, noValue: 'no order in this time', stacked: true, kpis: ['I5', 'H6'], links: [DELIVERY, COST],
  description: 'Orders per local day that were told to us: those credited to a campaign message within seven days before, and all others. A campaign without a step in the '
    + 'credited ones brought talk, not trade.',
  queries: [{ sql: `select ${localDay('orders.at')} as time, count(*) filter (where not orders.attributed) as others,
  count(*) filter (where orders.attributed) as "after a campaign"
from reporting.orders where ${during('orders.at')} group by 1 order by 1`, bars: true }],
  colors: { others: 'usual', 'after a campaign': 'campaign' },
});

export const created = (): Panel => timeSeries({
  title: 'Customers created, per day', unit: UNITS.count, noValue: 'no source tells it', stacked: true, kpis: ['I6'], links: [DELIVERY, COST],
  description: 'Customers that sources created, per local day and by how: they wrote (inbound), an ad, by hand, an import, a program. Imports come in spikes. Only sources that '
    + 'tell of it are counted, so it is less than new customers above.',
  queries: [{ sql: `select ${localDay('contacts.created_at')} as time, coalesce(contacts.origin, 'unknown') as metric, count(*) as value
from reporting.contacts where ${during('contacts.created_at')} group by 1, 2 order by 1, 2`, bars: true }],
});

export const deleted = (): Panel => timeSeries({
  title: 'Customers removed or erased, per day', unit: UNITS.count, noValue: 'none', kpis: ['I6', 'K3'], links: [DELIVERY, STALE],
  description: 'Customers that their source removed, requests to be erased and erasures done here, per local day. A few are normal. Many removals at once are a clean-up of the '
    + 'source, or somebody\'s mistake.',
  queries: [{ sql: `select ${localDay('event.at')} as time, count(*) filter (where event.what = 'removed') as removed,
  count(*) filter (where event.what = 'asked') as "asked to be erased", count(*) filter (where event.what = 'erased') as erased
from (select contacts.deleted_at as at, 'removed' as what from reporting.contacts union all select erasures.requested_at, 'asked' from reporting.erasures
  union all select erasures.done_at, 'erased' from reporting.erasures) as event
where ${during('event.at')} group by 1 order by 1`, bars: true }],
  colors: { removed: 'system', 'asked to be erased': 'waiting', erased: 'good' },
});

export const consents = (): Panel => sqlTable({
  title: 'Consent to marketing', unit: UNITS.count, noValue: 'no customer yet', kpis: ['K1'], links: [DELIVERY, COST],
  description: 'All customers by their latest word on marketing, now: granted, requested (asked, no answer yet), revoked, or none. With a double opt-in a yes holds only after it '
    + 'was asked for. Granted and all others together are everybody. Only those who granted it may get marketing.',
  sql: `select contacts.consent, count(*) as customers, ${share('count(*)', 'sum(count(*)) over ()')} as share, max(contacts.consent_at) as latest
from reporting.contacts group by contacts.consent order by 2 desc`,
  columns: [
    { from: 'consent', title: 'Latest word', texts: { granted: 'yes', revoked: 'no', requested: 'asked, no answer', none: 'never asked' } },
    { from: 'customers', title: 'Customers', decimals: 0, width: 100 },
    { from: 'share', title: 'Share', unit: UNITS.ratio, decimals: 1, cell: 'bar', width: 130 }, { from: 'latest', title: 'Latest', unit: UNITS.time, width: 150 },
  ],
});

export const consentsOverTime = (): Panel => timeSeries({
  title: 'Words on marketing, per day', unit: UNITS.count, noValue: 'nobody said anything', kpis: ['K1'], links: [DELIVERY, COST],
  description: 'Customers by the local day of their latest word on marketing, and what it was. A later word moves a customer to its day. More no than yes for days means that '
    + 'what is sent is not wanted.',
  queries: [{ sql: `select ${localDay('contacts.consent_at')} as time, count(*) filter (where contacts.consent = 'granted') as yes,
  count(*) filter (where contacts.consent = 'requested') as asked, count(*) filter (where contacts.consent = 'revoked') as no
from reporting.contacts where ${during('contacts.consent_at')} and contacts.consent <> 'none' group by 1 order by 1`, bars: true }],
  colors: { yes: 'good', asked: 'neutral', no: 'failed' },
});

export const erasures = (): Panel => sqlTable({
  title: 'Erasure in time', unit: UNITS.count, noValue: 'nobody asked to be erased', kpis: ['K3'], links: [STALE, toPlainDashboard('msg-pipeline', 'Pipeline health')],
  description: 'Requests to be erased, of all time, by source: how many; those done; those still open and when the next is due; done within thirty days ÷ those due or done. 100 '
    + '% is the law. Erase with `replywatch erase` what is open.',
  sql: `select erasures.source, count(*) as asked, count(erasures.done_at) as done, count(*) filter (where erasures.done_at is null) as open,
  min(erasures.due_at) filter (where erasures.done_at is null) as next_due,
  ${share('count(*) filter (where erasures.in_time)', 'count(*) filter (where erasures.done_at is not null or erasures.due_at <= now())')} as in_time
from reporting.erasures group by erasures.source order by erasures.source`,
  columns: [
    { from: 'source', title: 'Source' }, { from: 'asked', title: 'Asked', decimals: 0, width: 75 }, { from: 'done', title: 'Done', decimals: 0, width: 70 },
    { from: 'open', title: 'Open', decimals: 0, width: 70, color: { base: 'good', steps: [[1, 'warn']] } }, { from: 'next_due', title: 'Next due', unit: UNITS.time, width: 150 },
    { from: 'in_time', title: 'In time', unit: UNITS.ratio, decimals: 0, width: 80, color: { base: 'bad', steps: [[1, 'good']] } },
  ],
});
