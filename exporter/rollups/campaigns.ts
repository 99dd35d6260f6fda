import { changedSince } from './changes.ts';
import type { Rollup } from './rollup.ts';

/** Campaigns: whom they reached, what followed, what they earned and cost. Campaigns of which something changed are counted anew as a whole. */
export const CAMPAIGNS: Rollup = {
  name: 'campaigns',
  schedule: '1-59/10 * * * *',
  intervalSeconds: 600,
  timeoutMs: 120_000,
  gauges: [],
  async run({ transaction, now }) {
    await transaction(async (sql) => {
      const since = await changedSince(sql, 'campaigns', '', now);
      const changed = await sql(since === undefined ? EVERY : CHANGED, since === undefined ? [] : [since]);
      const campaigns = changed.map((row) => row['campaign']);
      await sql(`delete from replywatch.campaign_figure where ${since === undefined ? 'true or ' : ''}campaign_figure.campaign = any ($1::text[])`, [campaigns]);
      await sql(`delete from replywatch.campaign_money where ${since === undefined ? 'true or ' : ''}campaign_money.campaign = any ($1::text[])`, [campaigns]);
      await sql(FIGURES, [campaigns]);
      await sql(MONEY, [campaigns]);
    });
    return {};
  },
};

const EVERY = `select distinct message_facts.campaign from replywatch.message_facts where message_facts.campaign is not null`;

const CHANGED = `
  select message_facts.campaign from replywatch.message_facts where message_facts.changed_at >= $1 and message_facts.campaign is not null
  union select touch_facts.campaign from replywatch.touch_facts where touch_facts.changed_at >= $1 and touch_facts.campaign is not null
  union select order_facts.campaign from replywatch.order_facts where order_facts.changed_at >= $1 and order_facts.campaign is not null`;

const FIGURES = `
  insert into replywatch.campaign_figure (campaign, first_sent_at, last_sent_at, sent, attempted, delivered, read, failed, reached, responded, clicked, converted)
  select message.campaign, min(message.at), max(message.at), count(*), count(message.status), count(*) filter (where message.status in ('delivered', 'read')),
    count(*) filter (where message.status = 'read'), count(*) filter (where message.status = 'failed'), count(distinct touch.contact),
    count(distinct touch.contact) filter (where touch.responded_at is not null), count(distinct touch.contact) filter (where touch.clicked_at is not null),
    count(distinct touch.contact) filter (where touch.converted_at is not null)
  from replywatch.message_facts as message
  left join replywatch.touch_facts as touch on touch.message = message.message
  where message.campaign = any ($1::text[]) and message.author = 'campaign'
  group by message.campaign`;

/** Orders and costs meet per currency only. */
const MONEY = `
  insert into replywatch.campaign_money (campaign, currency, orders, revenue, cost)
  select money.campaign, money.currency, sum(money.orders), sum(money.revenue), sum(money.cost)
  from (
    select orders.campaign, orders.currency, count(*) as orders, coalesce(sum(orders.value), 0) as revenue, 0::float8 as cost
    from reporting.orders where orders.campaign = any ($1::text[]) and orders.currency is not null group by orders.campaign, orders.currency
    union all
    select message.campaign, message.currency, 0, 0, sum(message.cost)
    from replywatch.message_facts as message
    where message.campaign = any ($1::text[]) and message.charge is not null and message.cost is not null group by message.campaign, message.currency
  ) as money
  group by money.campaign, money.currency`;
