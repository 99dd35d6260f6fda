import { changedSince } from './changes.ts';
import type { Gauge } from '../metrics/metric.ts';
import type { GaugeRow, Rollup, Row } from './rollup.ts';

const SPENT: Gauge = {
  type: 'gauge', name: 'chat_month_cost', labels: ['currency'],
  help: 'What messages of the current local month have cost by the price lists, allowances taken off, in units of the currency.',
};
const PROJECTED: Gauge = {
  type: 'gauge', name: 'chat_month_cost_projected', labels: ['currency'],
  help: 'The same at the end of the month, if its remaining days cost as much as those of the four weeks before.',
};

/**
 * What messages cost per local day, by price category and market. Days that changed are counted anew. Where conversations are charged (before
 * July 2025), so is the rest of their month: the monthly allowance goes to the first ones.
 */
export const COSTS: Rollup = {
  name: 'costs',
  schedule: '8-59/15 * * * *',
  intervalSeconds: 900,
  timeoutMs: 120_000,
  gauges: [SPENT, PROJECTED],
  async run({ transaction, settings, now }) {
    const months = await transaction(async (sql) => {
      const since = await changedSince(sql, 'costs', settings.tz, now);
      const days = since === undefined ? null : (await sql(DIRTY, [since, settings.tz])).map((row) => row['day']);
      await sql('delete from replywatch.cost_day where $1::date[] is null or cost_day.local_day = any ($1::date[])', [days]);
      await sql(FILL, [days, settings.tz]);
      return sql(MONTH, [new Date(now), settings.tz]);
    });
    const gauge = (column: string): readonly GaugeRow[] => months.map((row: Row) => ({ labels: { currency: String(row['currency']) }, value: Number(row[column]) }));
    return { [SPENT.name]: gauge('spent'), [PROJECTED.name]: gauge('projected') };
  },
};

const DIRTY = `
  with changed as materialized (
    select distinct (message.priced_at at time zone $2)::date as day, message.charge = 'conversation' as monthly
    from replywatch.message_facts as message where message.changed_at >= $1 and message.priced_at is not null
  )
  select changed.day::text as day from changed
  union
  select rest.value::date::text from changed
  cross join lateral generate_series(date_trunc('month', changed.day), date_trunc('month', changed.day) + interval '1 month - 1 day', interval '1 day') as rest (value)
  where changed.monthly`;

/** Days of conversation pricing come as whole months, so that an allowance is counted from the first of the month. */
const FILL = `
  insert into replywatch.cost_day (local_day, channel, inbox, category, market, currency, billed, allowed, unpriced, cost)
  select owed.day, owed.channel, owed.inbox, owed.category, owed.market, owed.currency, count(*), count(*) filter (where owed.free),
    count(*) filter (where owed.cost is null), coalesce(sum(owed.cost) filter (where not owed.free), 0)
  from (
    select (message.priced_at at time zone $2)::date as day, message.channel, message.inbox, coalesce(message.price_category, '') as category,
      coalesce(message.market, '') as market, coalesce(message.currency, '') as currency, message.cost,
      message.charge = 'conversation' and coalesce(row_number() over (
        partition by message.charge, message.price_category, message.currency, date_trunc('month', message.priced_at at time zone $2) order by message.priced_at, message.message
      ) <= message.allowance, false) as free
    from replywatch.message_facts as message
    where message.charge is not null and message.priced_at >= coalesce((select min(day.value) from unnest($1::date[]) as day (value))::timestamp at time zone $2, '-infinity')
  ) as owed
  where $1::date[] is null or owed.day = any ($1::date[])
  group by owed.day, owed.channel, owed.inbox, owed.category, owed.market, owed.currency`;

/** A day's worth is the mean of the four weeks before today, campaigns and quiet Sundays alike; of fewer days while there are fewer. */
const MONTH = `
  with moment as (
    select $1::timestamptz at time zone $2 as local, date_trunc('month', $1::timestamptz at time zone $2) as month
  ), paid as (
    select cost_day.currency, coalesce(sum(cost_day.cost) filter (where cost_day.local_day >= moment.month), 0) as spent,
      coalesce(sum(cost_day.cost) filter (where cost_day.local_day >= moment.local::date - 28 and cost_day.local_day < moment.local::date), 0)
        / greatest(1, least(28, moment.local::date - min(cost_day.local_day))) as daily
    from replywatch.cost_day cross join moment
    where cost_day.currency <> '' and cost_day.local_day >= least(moment.month::date, moment.local::date - 28) and cost_day.local_day <= moment.local::date
    group by cost_day.currency, moment.local
  )
  select paid.currency, paid.spent, paid.spent + paid.daily * extract(epoch from moment.month + interval '1 month' - moment.local) / 86400 as projected
  from paid cross join moment`;
