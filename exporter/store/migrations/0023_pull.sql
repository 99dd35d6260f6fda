-- What is read from platforms' APIs on a schedule: how far each reading is, and figures that only the platform has.
create table if not exists replywatch.pull_state (
  pull text primary key,
  cursor json,                              -- where to go on; null: from the beginning
  succeeded_at timestamptz,
  failed_at timestamptz,
  reason text,                              -- of the last failure, from a closed list
  failures bigint not null default 0
);

-- What the provider says messages cost, as it says it now: a day is read again until its figures no longer change.
create table if not exists replywatch.provider_cost (
  source text not null,
  starts_at timestamptz not null,           -- of the provider's day
  category text not null,
  price_type text not null,                 -- '' where the provider says none
  market text not null,                     -- '' unknown
  currency text not null,                   -- '' unknown
  messages bigint not null,
  cost float8,                              -- null where the provider keeps it to itself
  primary key (source, starts_at, category, price_type, market)
);

-- What the provider says became of templates.
create table if not exists replywatch.provider_template (
  source text not null,
  starts_at timestamptz not null,           -- of the provider's day
  template_id text not null,
  template text not null,
  category text not null,
  sent bigint not null,
  delivered bigint not null,
  read bigint not null,
  clicked bigint not null,
  cost float8,
  primary key (source, starts_at, template_id)
);

create or replace view reporting.provider_costs as
with told as (
  select ((provider_cost.starts_at + interval '12 hours') at time zone 'UTC')::date as local_day, provider_cost.category, nullif(provider_cost.market, '') as market, nullif(provider_cost.currency, '') as currency,
    sum(provider_cost.messages)::bigint as messages, sum(provider_cost.cost) as cost
  from replywatch.provider_cost
  group by ((provider_cost.starts_at + interval '12 hours') at time zone 'UTC')::date, provider_cost.category, nullif(provider_cost.market, ''), nullif(provider_cost.currency, '')
), ours as (
  select costs.local_day, costs.category, costs.market, costs.currency, sum(costs.billed)::bigint as billed, sum(costs.unpriced)::bigint as unpriced, sum(costs.cost) as cost
  from reporting.costs where costs.channel = 'whatsapp'
  group by costs.local_day, costs.category, costs.market, costs.currency
)
select coalesce(told.local_day, ours.local_day) as local_day, coalesce(told.category, ours.category) as category, coalesce(told.market, ours.market) as market,
  coalesce(told.currency, ours.currency) as currency, coalesce(told.messages, 0) as provider_messages, told.cost as provider_cost, coalesce(ours.billed, 0) as billed,
  coalesce(ours.unpriced, 0) as unpriced, ours.cost, told.cost - coalesce(ours.cost, 0) as difference
from told full join ours on ours.local_day = told.local_day and ours.category = told.category and ours.market is not distinct from told.market and ours.currency is not distinct from told.currency;

comment on view reporting.provider_costs is 'What WhatsApp says messages cost, beside what price lists make of their receipts. The provider''s days need not be local ones, and receipts of a night may fall on either side.';
comment on column reporting.provider_costs.local_day is 'The provider''s day, or ours.';
comment on column reporting.provider_costs.category is 'As the provider charges: marketing, utility, authentication, service …';
comment on column reporting.provider_costs.market is 'Country of the price; null when unknown.';
comment on column reporting.provider_costs.currency is 'ISO 4217; null when unknown.';
comment on column reporting.provider_costs.provider_messages is 'Messages delivered, free ones included, by the provider''s count.';
comment on column reporting.provider_costs.provider_cost is 'What the provider charges; null where it does not say, or says nothing of this day.';
comment on column reporting.provider_costs.billed is 'Messages that are charged by our count.';
comment on column reporting.provider_costs.unpriced is 'Of those, without a price in any list: their cost is missing here.';
comment on column reporting.provider_costs.cost is 'What price lists make of them.';
comment on column reporting.provider_costs.difference is 'provider_cost less cost.';

create or replace view reporting.provider_templates as
select ((provider_template.starts_at + interval '12 hours') at time zone 'UTC')::date as local_day, provider_template.source, provider_template.template, provider_template.template_id, provider_template.category,
  provider_template.sent, provider_template.delivered, provider_template.read, provider_template.clicked, provider_template.cost
from replywatch.provider_template;

comment on view reporting.provider_templates is 'What WhatsApp says became of each template per day of the last ninety.';
comment on column reporting.provider_templates.local_day is 'The provider''s day.';
comment on column reporting.provider_templates.source is 'The connection.';
comment on column reporting.provider_templates.template is 'Its name.';
comment on column reporting.provider_templates.template_id is 'The provider''s number; each language has one.';
comment on column reporting.provider_templates.category is 'marketing, utility or authentication.';
comment on column reporting.provider_templates.sent is 'Messages sent with it.';
comment on column reporting.provider_templates.delivered is 'Of those, delivered.';
comment on column reporting.provider_templates.read is 'Of those, read, as far as customers let it be known.';
comment on column reporting.provider_templates.clicked is 'Clicks on its buttons.';
comment on column reporting.provider_templates.cost is 'In the account''s currency; null where the provider does not say.';
