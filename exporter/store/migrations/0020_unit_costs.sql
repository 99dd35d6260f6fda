-- What a conversation and a resolution cost (J2): counts beside the sums, so that any stretch of days can be divided anew.
create or replace view reporting.unit_costs as
with cost as (
  select costs.local_day, costs.currency, sum(costs.cost) as cost, sum(costs.unpriced)::bigint as unpriced from reporting.costs group by costs.local_day, costs.currency
), ended as (
  select daily.local_day, sum(daily.closed)::bigint as closed, sum(daily.resolved_agent + daily.resolved_bot)::bigint as resolved from reporting.daily group by daily.local_day
)
select cost.local_day, cost.currency, cost.cost, cost.unpriced, coalesce(ended.closed, 0) as closed, coalesce(ended.resolved, 0) as resolved,
  cost.cost / nullif(ended.closed, 0) as cost_per_conversation, cost.cost / nullif(ended.resolved, 0) as cost_per_resolution
from cost left join ended on ended.local_day = cost.local_day;

comment on view reporting.unit_costs is 'What a conversation and a resolution cost per local day and currency. For longer stretches divide the sums.';
comment on column reporting.unit_costs.local_day is 'Of the receipts that set the prices, and of the closes.';
comment on column reporting.unit_costs.currency is 'ISO 4217; null when no price list has a price.';
comment on column reporting.unit_costs.cost is 'In the currency.';
comment on column reporting.unit_costs.unpriced is 'Charged messages without a price in any list: their cost is missing here.';
comment on column reporting.unit_costs.closed is 'Episodes that closed, whatever their outcome.';
comment on column reporting.unit_costs.resolved is 'Of those, resolved by an agent or the bot.';
comment on column reporting.unit_costs.cost_per_conversation is 'cost divided by closed.';
comment on column reporting.unit_costs.cost_per_resolution is 'cost divided by resolved.';
