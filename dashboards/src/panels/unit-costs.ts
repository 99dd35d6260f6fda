/** What one conversation costs, where, what was free, and what is being spent now. */
import { sqlTable } from '../kinds/table.ts';
import { timeSeries } from '../kinds/time-series.ts';
import { runbook, toDashboard, toInbox, toPlainDashboard } from '../links.ts';
import type { Panel } from '../panel.ts';
import { ofInbox, ratio, total } from '../promql.ts';
import { dayAsTime, during, inPlace, localDay, onDays, share } from '../sql.ts';
import { UNITS } from '../style.ts';

const DELIVERY = toDashboard('msg-delivery', 'Delivery and campaigns');
const OVERVIEW = toDashboard('msg-overview', 'Overview');
const STALE = runbook('RollupStale', 'Figures are old');

/** Cost and ends per day and place; a day without one of them has the other. */
const BOTH = `(select costs.local_day, costs.channel, costs.inbox, sum(costs.cost) as cost from reporting.costs
  where ${onDays('costs.local_day')} and costs.currency = '$currency' and ${inPlace('costs')} group by 1, 2, 3) as spent
full join (select daily.local_day, daily.channel, daily.inbox, sum(daily.closed)::double precision as closed,
  sum(daily.resolved_agent + daily.resolved_bot)::double precision as resolved from reporting.daily
  where ${onDays('daily.local_day')} and ${inPlace('daily')} group by 1, 2, 3) as ended using (local_day, channel, inbox)`;

export const unitCosts = (): Panel => timeSeries({
  title: 'One conversation costs, by day', unit: UNITS.count, noValue: 'nothing was charged', kpis: ['J2'], links: [OVERVIEW, STALE],
  description: 'What messages cost on a local day ÷ conversations that were resolved on it, and ÷ all that closed on it; in the chosen currency and places. Days with campaigns '
    + 'stand out, for their messages cost and the talks come later: look at weeks, not days.',
  queries: [{ sql: `select ${dayAsTime('local_day')} as time, sum(cost) / nullif(sum(resolved), 0) as "per resolution", sum(cost) / nullif(sum(closed), 0) as "per closed one"
from ${BOTH} group by local_day order by local_day` }],
  colors: { 'per resolution': 'good', 'per closed one': 'inbound' },
});

export const costByInbox = (): Panel => sqlTable({
  title: 'By channel and inbox', unit: UNITS.count, noValue: 'nothing was charged and nothing closed', kpis: ['J1', 'J2'], links: [DELIVERY, OVERVIEW],
  description: 'Per channel and inbox on the chosen days: cost in the chosen currency and its share, conversations closed and resolved, and cost ÷ each of them. Channels that '
    + 'charge nothing are empty. An inbox that is dear per resolution sends much and solves little.',
  sql: `select channel, inbox, sum(cost) as cost, ${share('sum(cost)', 'sum(sum(cost)) over ()')} as share, sum(closed) as closed, sum(resolved) as resolved,
  sum(cost) / nullif(sum(resolved), 0) as per_resolution, sum(cost) / nullif(sum(closed), 0) as per_closed
from ${BOTH} group by channel, inbox order by sum(cost) desc nulls last, sum(closed) desc limit 100`,
  columns: [
    { from: 'channel', title: 'Channel', width: 90 }, { from: 'inbox', title: 'Inbox', links: [toInbox('msg-cost', 'This inbox only')] },
    { from: 'cost', title: 'Cost', decimals: 2, width: 80 }, { from: 'share', title: 'Share', unit: UNITS.ratio, decimals: 0, width: 70 },
    { from: 'closed', title: 'Closed', decimals: 0, width: 75 }, { from: 'resolved', title: 'Resolved', decimals: 0, width: 85 },
    { from: 'per_resolution', title: 'Per resolution', decimals: 4, width: 110 }, { from: 'per_closed', title: 'Per closed one', decimals: 4, width: 110 },
  ],
});

export const freeShare = (): Panel => sqlTable({
  title: 'Free and charged, last day', unit: UNITS.count, noValue: 'no receipt says what it costs', kpis: ['J1'],
  links: [DELIVERY, toPlainDashboard('msg-first-response', 'First response')],
  description: 'Messages of the last day of the chosen time whose receipts say what the provider charges, by kind of price and category: regular is charged, '
    + 'free_customer_service was an answer within the window, free_entry_point followed an ad. Many regular ones where customers had asked: answers came too late to be free.',
  sql: `select coalesce(messages.price_type, 'not told') as type, messages.price_category as category, count(*) as messages, ${share('count(*)', 'sum(count(*)) over ()')} as share
from reporting.messages where messages.at >= greatest($__timeFrom()::timestamptz, $__timeTo()::timestamptz - interval '1 day') and messages.at < $__timeTo()
  and messages.price_category is not null and ${inPlace('messages')}
group by 1, 2 order by 3 desc limit 50`,
  columns: [
    { from: 'type', title: 'Price' }, { from: 'category', title: 'Category' }, { from: 'messages', title: 'Messages', decimals: 0, width: 90 },
    { from: 'share', title: 'Share', unit: UNITS.ratio, decimals: 0, cell: 'bar', width: 130 },
  ],
});

export const freeOverTime = (): Panel => timeSeries({
  title: 'Written within the free window', unit: UNITS.ratio, max: 1, noValue: 'no channel with a window', minInterval: '3h', kpis: ['H8', 'J1'],
  links: [DELIVERY, toPlainDashboard('msg-first-response', 'First response')],
  description: 'Messages of ours sent while the customer\'s window for free messages was open ÷ messages on channels that have one, over the day before each point. Near 100 % '
    + 'outside of campaigns; a fall without a campaign means that answers come after a day.',
  queries: [{ legend: '{{inbox}}', expr: ratio(total(ofInbox('chat_window_sends_total', { window: 'inside' }), '1d', ['inbox']), total(ofInbox('chat_window_sends_total'), '1d', ['inbox'])) }],
});

export const unpricedRows = (): Panel => sqlTable({
  title: 'Which prices are missing', unit: UNITS.count, noValue: 'every charged message has a price', kpis: ['J1'], links: [DELIVERY, STALE],
  description: 'Categories and markets of the chosen days that the provider charges and no price list has a price for, and the latest day. Empty is normal. Add a line '
    + '`category:market` or `category:*` to `prices` in replywatch.yml, and run `replywatch rebuild` for the past.',
  sql: `select costs.channel, costs.inbox, coalesce(costs.category, 'unknown') as category, coalesce(costs.market, 'unknown') as market,
  sum(costs.unpriced)::bigint as unpriced, to_char(max(costs.local_day), 'YYYY-MM-DD') as latest
from reporting.costs where ${onDays('costs.local_day')} and costs.unpriced > 0 and ${inPlace('costs')} group by 1, 2, 3, 4 order by 5 desc limit 100`,
  columns: [
    { from: 'channel', title: 'Channel', width: 90 }, { from: 'inbox', title: 'Inbox' }, { from: 'category', title: 'Category' }, { from: 'market', title: 'Market', width: 75 },
    { from: 'unpriced', title: 'Messages', decimals: 0, width: 85, color: { base: 'good', steps: [[1, 'bad']] } }, { from: 'latest', title: 'Latest', width: 100 },
  ],
});

export const spendingNow = (): Panel => timeSeries({
  title: 'Being spent, per hour', unit: UNITS.count, noValue: 'nothing was charged since the start', minInterval: '5m', kpis: ['J1'], links: [DELIVERY, STALE],
  description: 'What messages of the hour before each point cost, as their receipts came, by currency and category, over all inboxes; before allowances. It is there at once, '
    + 'where the other figures follow within a quarter of an hour. A steep rise outside of a campaign is something that sends by itself: find it in the failed and sent '
    + 'messages.',
  queries: [{ legend: '{{currency}} {{category}}', expr: total('chat_message_cost_total', '1h', ['currency', 'category']) }],
});

export const revenue = (): Panel => timeSeries({
  title: 'Revenue after campaigns, per day', unit: UNITS.count, noValue: 'no order was told', kpis: ['J3', 'H6'], links: [DELIVERY, toPlainDashboard('msg-audience', 'Audience')],
  description: 'Value of orders per local day in the chosen currency, by whether a campaign message of the seven days before is credited with them. The rest would have come '
    + 'anyway, as far as we know.',
  queries: [{ sql: `select ${localDay('orders.at')} as time, sum(orders.value) filter (where orders.attributed) as "after a campaign",
  sum(orders.value) filter (where not orders.attributed) as others
from reporting.orders where ${during('orders.at')} and orders.currency = '$currency' group by 1 order by 1`, bars: true }],
  colors: { 'after a campaign': 'campaign', others: 'usual' },
});

export const providerSays = (): Panel => timeSeries({
  title: 'Does the provider count the same?', unit: UNITS.count, noValue: 'nothing was charged', kpis: ['J1'], links: [DELIVERY, toPlainDashboard('msg-pipeline', 'Pipeline health')],
  description: 'Per day, over all channels and inboxes: what the provider itself charges, where that is fetched from it (docs/pull.md), and what the price lists make of the '
    + 'receipts. A difference of a few percent is normal: the provider\'s days are not ours, and receipts come late. '
    + 'A gap that stays means that prices are old, or receipts do not arrive.',
  queries: [{ sql: `select ${dayAsTime('provider_costs.local_day')} as time, sum(provider_costs.provider_cost) as provider, sum(provider_costs.cost) as "by our lists"
from reporting.provider_costs where ${onDays('provider_costs.local_day')} and provider_costs.currency = '$currency' group by 1 order by 1` }],
  colors: { provider: 'waiting', 'by our lists': 'inbound' },
});
