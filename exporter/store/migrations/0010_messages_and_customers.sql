-- Facts that cross conversations: messages with what they cost and whether they were allowed, and what follows from them for a customer.
-- They are derived per customer, after the events are stored; `contact` is the customer after merges, or the conversation when nobody is named.

-- Customers who are one, and who that is.
create table if not exists replywatch.contact_alias (
  contact uuid primary key,
  root uuid not null
);
create index if not exists contact_alias_root on replywatch.contact_alias (root);

-- Where a customer's events are found.
create table if not exists replywatch.contact_conversation (
  conversation uuid not null,
  contact uuid not null,
  primary key (conversation, contact)
);
create index if not exists contact_conversation_contact on replywatch.contact_conversation (contact);
create index if not exists event_of_contact on replywatch.event (contact) where contact is not null and conversation is null;
create index if not exists event_merge_from on replywatch.event ((event.data ->> 'from')) where kind = 'contact.merged';
create index if not exists event_merge_into on replywatch.event ((event.data ->> 'into')) where kind = 'contact.merged';

-- Customers whose facts are out of date, and when their turn is.
create table if not exists replywatch.contact_due (
  contact uuid primary key,
  due_at timestamptz not null
);
create index if not exists contact_due_at on replywatch.contact_due (due_at);

-- How much there is to read for a customer: long histories wait longer between two readings.
create table if not exists replywatch.contact_size (
  contact uuid primary key,
  events int not null
);

-- One row per message, ours or the customer's.
create table if not exists replywatch.message_facts (
  message uuid primary key,
  conversation uuid,
  contact uuid not null,
  source text not null,
  channel text not null,
  inbox text not null,
  direction text not null,
  author text not null,                     -- contact, or who wrote it
  author_id text,
  content text not null,
  template text,
  template_category text,
  campaign text,
  market text,                              -- for prices: as the source says, else the customer's country
  language text,
  country text,
  needs_reply boolean,
  survey_answer boolean not null,
  opt_out boolean not null,
  fallback boolean not null,
  by_receipt boolean not null,              -- known by its receipts alone
  at timestamptz not null,
  status text,                              -- highest receipt; null without any
  sent_at timestamptz,
  delivered_at timestamptz,
  read_at timestamptz,
  failed_at timestamptz,
  error_code text,
  price_category text,
  price_type text,
  price_model text,
  priced_at timestamptz,                    -- first delivered or read receipt with a price
  charge text,                              -- message, conversation, or null: nothing is owed for it
  cost float8,                              -- by the price list, before monthly allowances; null: no charge or no price
  allowance int,                            -- conversations of its category that are free per month
  currency text,
  "window" text,                            -- inside, outside; null where there is no such rule
  form text,                                -- template or freeform
  consented boolean,                        -- of marketing templates: whether consent stood when it was sent
  sentiment text,
  counted text,
  changed_at timestamptz not null default now()
);
create index if not exists message_facts_contact on replywatch.message_facts (contact);
create index if not exists message_facts_at on replywatch.message_facts using brin (at);
create index if not exists message_facts_changed on replywatch.message_facts using brin (changed_at) with (pages_per_range = 32);
create index if not exists message_facts_campaign on replywatch.message_facts (campaign, at) where campaign is not null;
create index if not exists message_facts_priced on replywatch.message_facts (priced_at) where charge is not null;
create index if not exists message_facts_marketing on replywatch.message_facts (at) where consented is not null;
create index if not exists message_facts_conversation on replywatch.message_facts (conversation, at);

-- One row per local day on which a customer wrote.
create table if not exists replywatch.activity_days (
  contact uuid not null,
  day date not null,
  messages int not null,
  changed_at timestamptz not null default now(),
  primary key (contact, day)
);
create index if not exists activity_days_changed on replywatch.activity_days using brin (changed_at) with (pages_per_range = 32);
create index if not exists activity_days_day on replywatch.activity_days (day);

-- Came by an import: facts made of it are counted by nobody. Null costs no room.
alter table replywatch.event add column if not exists imported boolean;

-- Events that name neither conversation nor contact, but a message or a survey we know: clicks of link shorteners, answers of survey tools.
create index if not exists event_click on replywatch.event (message) where kind = 'link.clicked' and contact is null and conversation is null;
create index if not exists event_survey_answer on replywatch.event ((event.data ->> 'survey')) where kind = 'survey.answered' and contact is null and conversation is null;

-- Campaign messages that reached somebody, and what followed before the next one.
create table if not exists replywatch.touch_facts (
  message uuid primary key,
  contact uuid not null,
  source text not null,
  channel text not null,
  inbox text not null,
  campaign text,
  template text,
  at timestamptz not null,                  -- of the sending
  responded_at timestamptz,
  clicked_at timestamptz,
  converted_at timestamptz,
  changed_at timestamptz not null default now()
);
create index if not exists touch_facts_contact on replywatch.touch_facts (contact);
create index if not exists touch_facts_campaign on replywatch.touch_facts (campaign, contact);
create index if not exists touch_facts_times on replywatch.touch_facts using brin (at, changed_at) with (pages_per_range = 32);

create table if not exists replywatch.order_facts (
  contact uuid not null,
  order_id uuid not null,
  source text not null,
  at timestamptz not null,
  type text,
  value float8,
  currency text,
  touch uuid,                               -- the campaign message it is credited to
  campaign text,
  changed_at timestamptz not null default now(),
  primary key (contact, order_id)
);
create index if not exists order_facts_order on replywatch.order_facts (order_id);
create index if not exists order_facts_at on replywatch.order_facts (at);

create table if not exists replywatch.experiment_facts (
  contact uuid not null,
  experiment text not null,
  variant text not null,                    -- the first one
  assigned_at timestamptz not null,
  reached_at timestamptz,
  responded boolean not null,
  clicked boolean not null,
  converted boolean not null,
  primary key (contact, experiment)
);
create index if not exists experiment_facts_experiment on replywatch.experiment_facts (experiment, variant);

-- The business's turns: consecutive messages without one of the customer between.
create table if not exists replywatch.turn_facts (
  message uuid primary key,                 -- its first
  contact uuid not null,
  conversation uuid,
  source text not null,
  channel text not null,
  inbox text not null,
  author text not null,                     -- of its last message
  started_at timestamptz not null,
  ended_at timestamptz not null,
  answered_at timestamptz,
  decided_at timestamptz not null,          -- from here on it is known whether it was answered
  changed_at timestamptz not null default now()
);
create index if not exists turn_facts_contact on replywatch.turn_facts (contact);
create index if not exists turn_facts_ended on replywatch.turn_facts using brin (ended_at, changed_at) with (pages_per_range = 32);

create table if not exists replywatch.flow_run_facts (
  contact uuid not null,
  flow text not null,
  run uuid not null,
  source text not null,
  channel text not null,
  inbox text not null,
  started_at timestamptz not null,
  last_step text,
  last_step_at timestamptz not null,
  completed_at timestamptz,
  decided_at timestamptz not null,          -- completed, or left if it was not by then
  changed_at timestamptz not null default now(),
  primary key (contact, flow, run)
);
create index if not exists flow_run_facts_decided on replywatch.flow_run_facts (decided_at);

create table if not exists replywatch.contact_facts (
  contact uuid primary key,
  source text not null,
  first_event_at timestamptz not null,
  created_at timestamptz,
  origin text,
  deleted_at timestamptz,
  erasure_requested_at timestamptz,
  first_message_at timestamptz,
  last_message_at timestamptz,
  country text,
  language text,
  consent text not null,                    -- to marketing: none, requested, granted, revoked
  consent_at timestamptz
);

-- When what identified a customer was removed, after a request.
create table if not exists replywatch.erasure (
  contact uuid primary key,
  done_at timestamptz not null
);

-- Surveys per customer, with the rating that counts; survey_facts is what the counters know.
create table if not exists replywatch.survey_rating (
  contact uuid not null,
  source text not null,
  survey text not null,
  conversation uuid,
  channel text not null,
  inbox text not null,
  type text not null,
  sent_at timestamptz,
  failed boolean not null,                  -- its message could not be sent
  answered_at timestamptz,
  score int,
  message uuid,                             -- the message that answered
  credited_to text,                         -- agent or bot
  agent text,                               -- author of the last agent message before it
  primary key (contact, source, survey)
);
create index if not exists survey_rating_sent on replywatch.survey_rating (sent_at);

create or replace view reporting.messages as
select facts.message, facts.conversation, facts.contact, facts.source, facts.channel, facts.inbox, facts.at, facts.direction, facts.author, facts.author_id,
  facts.content, facts.campaign, facts.by_receipt, facts.status, facts.sent_at, facts.delivered_at, facts.read_at, facts.failed_at, facts.error_code,
  facts.template, facts.template_category, facts.form, facts.market, facts.country, facts.language, facts.needs_reply, facts.survey_answer, facts.opt_out,
  facts.fallback, facts."window", facts.consented, facts.sentiment, facts.price_category, facts.price_type, facts.price_model, facts.priced_at, facts.charge,
  facts.cost, facts.currency
from replywatch.message_facts as facts;

comment on view reporting.messages is 'One row per message, never its text; some seconds behind what was received.';
comment on column reporting.messages.contact is 'Pseudonym of the customer after merges; of the conversation when its source names nobody.';
comment on column reporting.messages.author is 'contact, agent, bot, automation, campaign or system.';
comment on column reporting.messages.delivered_at is 'First receipt delivered or read.';
comment on column reporting.messages.template is 'Name of the template.';
comment on column reporting.messages.template_category is 'Category of the template as the source gives it.';
comment on column reporting.messages.form is 'Of the business''s messages: template or freeform.';
comment on column reporting.messages.market is 'Country whose price holds: as the source says, else the country of the customer''s number.';
comment on column reporting.messages.country is 'Of the customer''s messages: country of the number.';
comment on column reporting.messages.language is 'Of the customer''s messages: language.';
comment on column reporting.messages.needs_reply is 'Of the customer''s messages: false for thanks and the like.';
comment on column reporting.messages.survey_answer is 'The message answered a survey.';
comment on column reporting.messages.opt_out is 'The customer asked not to be written to any more.';
comment on column reporting.messages.fallback is 'The bot did not understand.';
comment on column reporting.messages."window" is 'Whether the channel''s window for free messages was open: inside or outside; null where there is no such rule.';
comment on column reporting.messages.consented is 'Of marketing templates: whether consent stood when it was sent.';
comment on column reporting.messages.sentiment is 'negative, neutral or positive; null when nothing tells.';
comment on column reporting.messages.price_category is 'Category the provider charged.';
comment on column reporting.messages.price_type is 'regular, free_customer_service, free_entry_point …';
comment on column reporting.messages.price_model is 'What the provider charges by: PMP per message, CBP per conversation.';
comment on column reporting.messages.priced_at is 'First delivered or read receipt with a price: the day of the cost.';
comment on column reporting.messages.charge is 'What is owed for it: message, conversation (it opened a priced one), or null for nothing.';
comment on column reporting.messages.cost is 'By the price list in force, before monthly allowances; null without a charge or without a price.';
comment on column reporting.messages.currency is 'Currency of the cost; never added to another.';

create or replace view reporting.touches as
select touch_facts.message, touch_facts.contact, touch_facts.source, touch_facts.channel, touch_facts.inbox, touch_facts.campaign, touch_facts.template, touch_facts.at,
  touch_facts.responded_at, touch_facts.clicked_at, touch_facts.converted_at
from replywatch.touch_facts;

comment on view reporting.touches is 'One row per campaign message that reached somebody, with what the customer did before the next one.';
comment on column reporting.touches.message is 'Pseudonym of the message.';
comment on column reporting.touches.contact is 'Pseudonym of the customer.';
comment on column reporting.touches.source is 'Connection to the provider.';
comment on column reporting.touches.channel is 'What the customer uses.';
comment on column reporting.touches.inbox is 'The business''s end.';
comment on column reporting.touches.campaign is 'Campaign it was sent for; null when the source names none.';
comment on column reporting.touches.template is 'Name of the template.';
comment on column reporting.touches.at is 'When it was sent.';
comment on column reporting.touches.responded_at is 'First message of the customer within the reply window; opt-outs and survey answers are none.';
comment on column reporting.touches.clicked_at is 'First click on a link of it, crawlers left out.';
comment on column reporting.touches.converted_at is 'First order within the attribution window.';

create or replace view reporting.orders as
select own.order_id, own.contact, own.source, own.at, own.type, own.value, own.currency, own.touch, own.campaign, own.touch is not null as attributed
from replywatch.order_facts as own
where not exists (
  select from replywatch.order_facts as other where other.order_id = own.order_id and (other.at, other.contact) < (own.at, own.contact));

comment on view reporting.orders is 'One row per order; of an order that two customers are said to have made, the first.';
comment on column reporting.orders.order_id is 'Pseudonym of the order.';
comment on column reporting.orders.contact is 'Pseudonym of the customer.';
comment on column reporting.orders.source is 'Connection that told of it.';
comment on column reporting.orders.at is 'When it was placed.';
comment on column reporting.orders.type is 'Kind of conversion, as the source names it.';
comment on column reporting.orders.value is 'In the currency.';
comment on column reporting.orders.currency is 'ISO 4217; never added to another.';
comment on column reporting.orders.touch is 'Campaign message it is credited to.';
comment on column reporting.orders.campaign is 'Campaign of that message.';
comment on column reporting.orders.attributed is 'Whether it is credited to a campaign message.';

create or replace view reporting.turns as
select turn_facts.message, turn_facts.contact, turn_facts.conversation, turn_facts.source, turn_facts.channel, turn_facts.inbox, turn_facts.author, turn_facts.started_at,
  turn_facts.ended_at, turn_facts.answered_at, turn_facts.decided_at
from replywatch.turn_facts;

comment on view reporting.turns is 'One row per turn of the business: consecutive messages of agents, bots and campaigns. Count those that are decided: decided_at is not after now.';
comment on column reporting.turns.message is 'Pseudonym of its first message.';
comment on column reporting.turns.contact is 'Pseudonym of the customer.';
comment on column reporting.turns.conversation is 'Pseudonym of the conversation.';
comment on column reporting.turns.source is 'Connection to the provider.';
comment on column reporting.turns.channel is 'What the customer uses.';
comment on column reporting.turns.inbox is 'The business''s end.';
comment on column reporting.turns.author is 'Who wrote its last message: agent, bot or campaign.';
comment on column reporting.turns.started_at is 'First message.';
comment on column reporting.turns.ended_at is 'Last message.';
comment on column reporting.turns.answered_at is 'Reply of the customer within the reply window.';
comment on column reporting.turns.decided_at is 'The reply, or when the time for one is over.';

create or replace view reporting.flow_runs as
select flow_run_facts.contact, flow_run_facts.flow, flow_run_facts.run, flow_run_facts.source, flow_run_facts.channel, flow_run_facts.inbox, flow_run_facts.started_at,
  flow_run_facts.last_step, flow_run_facts.last_step_at, flow_run_facts.completed_at, flow_run_facts.decided_at
from replywatch.flow_run_facts;

comment on view reporting.flow_runs is 'One row per run of a scripted flow. A run that is not completed counts as left from decided_at on.';
comment on column reporting.flow_runs.contact is 'Pseudonym of the customer.';
comment on column reporting.flow_runs.flow is 'Name of the flow.';
comment on column reporting.flow_runs.run is 'Pseudonym of the run.';
comment on column reporting.flow_runs.source is 'Connection that told of it.';
comment on column reporting.flow_runs.channel is 'What the customer uses.';
comment on column reporting.flow_runs.inbox is 'The business''s end.';
comment on column reporting.flow_runs.started_at is 'First step.';
comment on column reporting.flow_runs.last_step is 'Step the run reached.';
comment on column reporting.flow_runs.last_step_at is 'When it did.';
comment on column reporting.flow_runs.completed_at is 'When it was completed; null when it was not, or too late.';
comment on column reporting.flow_runs.decided_at is 'The completion, or the end of the time for the next step.';

create or replace view reporting.contacts as
select contact_facts.contact, contact_facts.source, contact_facts.first_event_at, contact_facts.created_at, contact_facts.origin, contact_facts.deleted_at,
  contact_facts.erasure_requested_at, erasure.done_at as erased_at, contact_facts.first_message_at, contact_facts.last_message_at, contact_facts.country,
  contact_facts.language, contact_facts.consent, contact_facts.consent_at
from replywatch.contact_facts
left join replywatch.erasure on erasure.contact = contact_facts.contact;

comment on view reporting.contacts is 'One row per customer; merged ones are one.';
comment on column reporting.contacts.contact is 'Pseudonym of the customer; of the conversation when its source names nobody.';
comment on column reporting.contacts.source is 'Connection that told of the customer first.';
comment on column reporting.contacts.first_event_at is 'First sign of the customer.';
comment on column reporting.contacts.created_at is 'When the source created the contact; null when it does not say.';
comment on column reporting.contacts.origin is 'How: inbound, ad, manual, import or api.';
comment on column reporting.contacts.deleted_at is 'When the source removed the contact.';
comment on column reporting.contacts.erasure_requested_at is 'When erasure was asked for.';
comment on column reporting.contacts.erased_at is 'When it was done here.';
comment on column reporting.contacts.first_message_at is 'First message of the customer.';
comment on column reporting.contacts.last_message_at is 'Latest message of the customer.';
comment on column reporting.contacts.country is 'Country of the number.';
comment on column reporting.contacts.language is 'Language of the latest message that tells.';
comment on column reporting.contacts.consent is 'To marketing: none, requested, granted or revoked. A double opt-in is granted only after it was requested.';
comment on column reporting.contacts.consent_at is 'Since when.';

create or replace view reporting.surveys as
select rating.source, rating.survey, rating.conversation, rating.contact, rating.channel, rating.inbox, rating.type, rating.sent_at, rating.answered_at, rating.score,
  rating.failed, rating.credited_to, rating.agent
from replywatch.survey_rating as rating;

comment on view reporting.surveys is 'One row per survey, with the rating that counts: the last answer in time.';
comment on column reporting.surveys.source is 'Connection that told of it.';
comment on column reporting.surveys.survey is 'Id of the survey.';
comment on column reporting.surveys.conversation is 'Pseudonym of the conversation.';
comment on column reporting.surveys.contact is 'Pseudonym of the customer.';
comment on column reporting.surveys.channel is 'What the customer uses.';
comment on column reporting.surveys.inbox is 'The business''s end.';
comment on column reporting.surveys.type is 'csat, 1 to 5, or nps, 0 to 10.';
comment on column reporting.surveys.sent_at is 'When it was sent.';
comment on column reporting.surveys.answered_at is 'When the answer came that counts.';
comment on column reporting.surveys.score is 'The rating.';
comment on column reporting.surveys.failed is 'It could not be sent, and is left out of the response rate.';
comment on column reporting.surveys.credited_to is 'agent when one wrote before the survey, else bot; null when nobody did.';
comment on column reporting.surveys.agent is 'Author of the last agent message before the survey.';

create or replace view reporting.experiment_participants as
select experiment_facts.contact, experiment_facts.experiment, experiment_facts.variant, experiment_facts.assigned_at, experiment_facts.reached_at,
  experiment_facts.responded, experiment_facts.clicked, experiment_facts.converted
from replywatch.experiment_facts;

comment on view reporting.experiment_participants is 'One row per customer and experiment; a customer stays in the first variant.';
comment on column reporting.experiment_participants.contact is 'Pseudonym of the customer.';
comment on column reporting.experiment_participants.experiment is 'Name of the experiment.';
comment on column reporting.experiment_participants.variant is 'The variant.';
comment on column reporting.experiment_participants.assigned_at is 'When the customer was put into it.';
comment on column reporting.experiment_participants.reached_at is 'First campaign message after that.';
comment on column reporting.experiment_participants.responded is 'Wrote after one of them.';
comment on column reporting.experiment_participants.clicked is 'Clicked in one of them.';
comment on column reporting.experiment_participants.converted is 'Ordered after one of them.';

create or replace view reporting.activity_days as
select activity_days.contact, activity_days.day, activity_days.messages from replywatch.activity_days;

comment on view reporting.activity_days is 'Local days on which customers wrote.';
comment on column reporting.activity_days.contact is 'Pseudonym of the customer.';
comment on column reporting.activity_days.day is 'Local date of the workspace zone.';
comment on column reporting.activity_days.messages is 'Messages of the customer on that day.';

-- Who was active on a local day, in the seven and thirty days that end with it, and who of the thirty days before came back (I1, I2, I4).
create or replace function reporting.activity_on(of_day date)
returns table (dau bigint, wau bigint, mau bigint, new_contacts bigint, returning_contacts bigint, earlier_contacts bigint, lost_contacts bigint)
language sql stable as $$
  with active as (
    select activity_days.contact, max(activity_days.day) as last_day, bool_or(activity_days.day = of_day) as today,
      bool_or(activity_days.day < of_day - 29) as earlier
    from reporting.activity_days where activity_days.day > of_day - 60 and activity_days.day <= of_day group by activity_days.contact
  ), judged as (
    select active.last_day, active.today, active.earlier, active.today and not exists (
      select from reporting.activity_days as before where before.contact = active.contact and before.day < of_day) as is_new
    from active
  )
  select count(*) filter (where judged.today), count(*) filter (where judged.last_day > of_day - 7), count(*) filter (where judged.last_day > of_day - 30),
    count(*) filter (where judged.is_new), count(*) filter (where judged.today and not judged.is_new),
    count(*) filter (where judged.earlier), count(*) filter (where judged.earlier and judged.last_day <= of_day - 30)
  from judged
$$;
comment on function reporting.activity_on is 'Active customers on a local day, in the 7 and the 30 days that end with it; new and returning ones of the day; of those active in the 30 days before, how many did not come back.';

-- Of the customers first active in a month, how many were active so many months later (I3).
create or replace function reporting.cohorts_on(of_day date)
returns table (cohort date, months_later int, contacts bigint, active_contacts bigint)
language sql stable as $$
  with month as (
    select distinct activity_days.contact, date_trunc('month', activity_days.day)::date as begins from reporting.activity_days where activity_days.day <= of_day
  ), first as (
    select month.contact, min(month.begins) as cohort from month group by month.contact
  ), size as (
    select first.cohort, count(*) as contacts from first group by first.cohort
  ), seen as (
    select first.cohort, month.begins, count(*) as active from first join month on month.contact = first.contact group by first.cohort, month.begins
  )
  select size.cohort, ((extract(year from later.begins) - extract(year from size.cohort)) * 12 + extract(month from later.begins) - extract(month from size.cohort))::int,
    size.contacts, coalesce(seen.active, 0)
  from size
  cross join lateral (select each::date as begins from generate_series(size.cohort, date_trunc('month', of_day)::date, interval '1 month') as each) as later
  left join seen on seen.cohort = size.cohort and seen.begins = later.begins
$$;
comment on function reporting.cohorts_on is 'Customers by the local month of their first message, and how many of them wrote so many months later, as known on a day.';

-- Figures of customers per local day, as they stood then.
create table if not exists replywatch.activity_figure (
  local_day date primary key,
  dau bigint not null,
  wau bigint not null,
  mau bigint not null,
  new_contacts bigint not null,
  returning_contacts bigint not null,
  earlier_contacts bigint not null,         -- active in the 30 days before the last 30
  lost_contacts bigint not null             -- of those, the ones not active in the last 30
);

-- Customers active in a month, by the month in which they first were.
create table if not exists replywatch.cohort_month (
  cohort date not null,
  month date not null,
  contacts bigint not null,
  primary key (cohort, month)
);

create table if not exists replywatch.campaign_figure (
  campaign text primary key,
  first_sent_at timestamptz not null,
  last_sent_at timestamptz not null,
  sent bigint not null,
  attempted bigint not null,
  delivered bigint not null,
  read bigint not null,
  failed bigint not null,
  reached bigint not null,                  -- customers
  responded bigint not null,
  clicked bigint not null,
  converted bigint not null
);
create table if not exists replywatch.campaign_money (
  campaign text not null,
  currency text not null,
  orders bigint not null,
  revenue float8 not null,
  cost float8 not null,
  primary key (campaign, currency)
);

-- Two variants of an experiment compared: the second against the first by name.
create table if not exists replywatch.ab_test (
  experiment text not null,
  rate text not null,                       -- response, click, conversion
  variant_a text not null,
  variant_b text not null,
  contacts_a bigint not null,
  successes_a bigint not null,
  contacts_b bigint not null,
  successes_b bigint not null,
  lift float8,
  z float8,
  p_value float8,
  verdict text,                             -- significant, not significant; null: too few customers to say
  primary key (experiment, rate, variant_a, variant_b)
);

create table if not exists replywatch.flow_day (
  local_day date not null,                  -- of the completion, or of the end of the time for the next step
  flow text not null,
  step text not null,                       -- the last one reached
  completed bigint not null,
  abandoned bigint not null,
  primary key (local_day, flow, step)
);

create table if not exists replywatch.cost_day (
  local_day date not null,                  -- of the receipt that set the price
  channel text not null,
  inbox text not null,
  category text not null,
  market text not null,                     -- '' unknown
  currency text not null,                   -- '' no price list has it
  billed bigint not null,
  allowed bigint not null,                  -- of those, free by the monthly allowance
  unpriced bigint not null,                 -- of those, without a price in any list
  cost float8 not null,
  primary key (local_day, channel, inbox, category, market, currency)
);

create table if not exists replywatch.consent_day (
  local_day date not null,
  inbox text not null,
  marketing_sends bigint not null,
  without_consent bigint not null,
  primary key (local_day, inbox)
);

create or replace view reporting.daily_activity as
select figure.local_day, figure.dau, figure.wau, figure.mau, figure.dau::float8 / nullif(figure.mau, 0) as stickiness, figure.new_contacts, figure.returning_contacts,
  figure.earlier_contacts, figure.lost_contacts, figure.lost_contacts::float8 / nullif(figure.earlier_contacts, 0) as churn_ratio,
  1 - figure.lost_contacts::float8 / nullif(figure.earlier_contacts, 0) as retention_ratio
from replywatch.activity_figure as figure;

comment on view reporting.daily_activity is 'Active, new, returning and lost customers per local day, as of that day.';
comment on column reporting.daily_activity.local_day is 'Local date.';
comment on column reporting.daily_activity.dau is 'Customers who wrote on the day.';
comment on column reporting.daily_activity.wau is 'Customers who wrote in the seven days that end with it.';
comment on column reporting.daily_activity.mau is 'Customers who wrote in the thirty days that end with it.';
comment on column reporting.daily_activity.stickiness is 'dau divided by mau.';
comment on column reporting.daily_activity.new_contacts is 'Wrote for the first time ever.';
comment on column reporting.daily_activity.returning_contacts is 'Wrote, and had written before.';
comment on column reporting.daily_activity.earlier_contacts is 'Wrote in the thirty days before the last thirty: the base of churn.';
comment on column reporting.daily_activity.lost_contacts is 'Of those, who did not write in the last thirty days.';
comment on column reporting.daily_activity.churn_ratio is 'lost_contacts divided by earlier_contacts.';
comment on column reporting.daily_activity.retention_ratio is '1 minus churn, on the same base.';

create or replace view reporting.cohorts as
select size.cohort, ((extract(year from later.month) - extract(year from size.cohort)) * 12 + extract(month from later.month) - extract(month from size.cohort))::int as months_later,
  size.contacts, coalesce(cell.contacts, 0) as active_contacts, coalesce(cell.contacts, 0)::float8 / size.contacts as retention_ratio
from replywatch.cohort_month as size
cross join lateral (
  select each::date as month from generate_series(size.cohort, (select max(last.month) from replywatch.cohort_month as last), interval '1 month') as each
) as later
left join replywatch.cohort_month as cell on cell.cohort = size.cohort and cell.month = later.month
where size.month = size.cohort;

comment on view reporting.cohorts is 'Customers by the local month of their first message, and how many of them wrote so many months later.';
comment on column reporting.cohorts.cohort is 'First day of the month of the first message.';
comment on column reporting.cohorts.months_later is '0 is the month itself.';
comment on column reporting.cohorts.contacts is 'Customers of the cohort.';
comment on column reporting.cohorts.active_contacts is 'Of those, who wrote in that later month.';
comment on column reporting.cohorts.retention_ratio is 'active_contacts divided by contacts.';

create or replace view reporting.campaigns as
select figure.campaign, figure.first_sent_at, figure.last_sent_at, figure.sent, figure.attempted, figure.delivered, figure.read, figure.failed, figure.reached,
  figure.responded, figure.clicked, figure.converted, figure.responded::float8 / nullif(figure.reached, 0) as response_ratio,
  figure.clicked::float8 / nullif(figure.reached, 0) as click_ratio, figure.converted::float8 / nullif(figure.reached, 0) as conversion_ratio
from replywatch.campaign_figure as figure;

comment on view reporting.campaigns is 'One row per campaign. Ratios are over customers reached.';
comment on column reporting.campaigns.campaign is 'The campaign.';
comment on column reporting.campaigns.first_sent_at is 'First message.';
comment on column reporting.campaigns.last_sent_at is 'Latest message.';
comment on column reporting.campaigns.sent is 'Messages.';
comment on column reporting.campaigns.attempted is 'Messages with any receipt.';
comment on column reporting.campaigns.delivered is 'Messages delivered or read.';
comment on column reporting.campaigns.read is 'Messages read; customers without receipts never read.';
comment on column reporting.campaigns.failed is 'Messages that failed.';
comment on column reporting.campaigns.reached is 'Customers with a message delivered or read.';
comment on column reporting.campaigns.responded is 'Of those, who wrote within the reply window before another campaign touched them.';
comment on column reporting.campaigns.clicked is 'Of those, who clicked.';
comment on column reporting.campaigns.converted is 'Of those, who ordered within the attribution window before another campaign touched them.';
comment on column reporting.campaigns.response_ratio is 'responded divided by reached.';
comment on column reporting.campaigns.click_ratio is 'clicked divided by reached.';
comment on column reporting.campaigns.conversion_ratio is 'converted divided by reached.';

create or replace view reporting.campaign_money as
select money.campaign, money.currency, money.orders, money.revenue, money.cost, (money.revenue - money.cost) / nullif(money.cost, 0) as roi_ratio,
  money.cost / nullif(money.orders, 0) as cost_per_conversion
from replywatch.campaign_money as money;

comment on view reporting.campaign_money is 'What campaigns earned and cost, per currency; currencies are never added.';
comment on column reporting.campaign_money.campaign is 'The campaign.';
comment on column reporting.campaign_money.currency is 'ISO 4217.';
comment on column reporting.campaign_money.orders is 'Orders credited to it.';
comment on column reporting.campaign_money.revenue is 'Their value.';
comment on column reporting.campaign_money.cost is 'Of its messages by the price lists, before monthly allowances.';
comment on column reporting.campaign_money.roi_ratio is 'Return on investment: (revenue − cost) / cost; null when nothing was spent.';
comment on column reporting.campaign_money.cost_per_conversion is 'cost divided by orders.';

create or replace view reporting.ab_tests as
select ab_test.experiment, ab_test.rate, ab_test.variant_a, ab_test.variant_b, ab_test.contacts_a, ab_test.successes_a, ab_test.contacts_b, ab_test.successes_b,
  ab_test.lift, ab_test.z, ab_test.p_value, ab_test.verdict
from replywatch.ab_test;

comment on view reporting.ab_tests is 'Variants of experiments compared: two-proportion z test with pooled variance, two-sided.';
comment on column reporting.ab_tests.experiment is 'The experiment.';
comment on column reporting.ab_tests.rate is 'What is compared: response, click or conversion.';
comment on column reporting.ab_tests.variant_a is 'The first variant by name.';
comment on column reporting.ab_tests.variant_b is 'The other one.';
comment on column reporting.ab_tests.contacts_a is 'Customers of the first variant that a campaign reached.';
comment on column reporting.ab_tests.successes_a is 'Of those, who did it.';
comment on column reporting.ab_tests.contacts_b is 'The same of the other variant.';
comment on column reporting.ab_tests.successes_b is 'The same of the other variant.';
comment on column reporting.ab_tests.lift is 'Rate of B divided by rate of A, minus 1; null when A has none.';
comment on column reporting.ab_tests.z is 'Test statistic.';
comment on column reporting.ab_tests.p_value is 'How likely a difference of this size is by chance alone.';
comment on column reporting.ab_tests.verdict is 'significant or not significant at 0.05; null below 100 customers in one of the variants.';

create or replace view reporting.flow_days as
select flow_day.local_day, flow_day.flow, flow_day.step, flow_day.completed, flow_day.abandoned from replywatch.flow_day;

comment on view reporting.flow_days is 'Runs of scripted flows that ended, per local day and last step. Abandonment is abandoned / (abandoned + completed), summed first.';
comment on column reporting.flow_days.local_day is 'Of the completion, or of the end of the time for the next step.';
comment on column reporting.flow_days.flow is 'The flow.';
comment on column reporting.flow_days.step is 'Last step reached; empty when none was told.';
comment on column reporting.flow_days.completed is 'Runs completed.';
comment on column reporting.flow_days.abandoned is 'Runs left.';

create or replace view reporting.costs as
select cost_day.local_day, cost_day.channel, cost_day.inbox, cost_day.category, nullif(cost_day.market, '') as market, nullif(cost_day.currency, '') as currency,
  cost_day.billed, cost_day.allowed, cost_day.unpriced, cost_day.cost
from replywatch.cost_day;

comment on view reporting.costs is 'What messages cost per local day. Never add different currencies.';
comment on column reporting.costs.local_day is 'Of the receipt that set the price.';
comment on column reporting.costs.channel is 'What customers use.';
comment on column reporting.costs.inbox is 'The business''s end.';
comment on column reporting.costs.category is 'As the provider charges: marketing, utility, authentication, service …';
comment on column reporting.costs.market is 'Country of the price; null when unknown.';
comment on column reporting.costs.currency is 'ISO 4217; null when no price list has a price.';
comment on column reporting.costs.billed is 'Messages, or conversations before July 2025, that are charged.';
comment on column reporting.costs.allowed is 'Of those, free by the monthly allowance.';
comment on column reporting.costs.unpriced is 'Of those, without a price in any list: their cost is missing here.';
comment on column reporting.costs.cost is 'In the currency.';

create or replace view reporting.consent_days as
select consent_day.local_day, consent_day.inbox, consent_day.marketing_sends, consent_day.without_consent from replywatch.consent_day;

comment on view reporting.consent_days is 'Marketing templates per local day, and those sent without consent.';
comment on column reporting.consent_days.local_day is 'Of the sending.';
comment on column reporting.consent_days.inbox is 'The business''s end.';
comment on column reporting.consent_days.marketing_sends is 'Marketing templates sent.';
comment on column reporting.consent_days.without_consent is 'Of those, to customers whose latest word on marketing was no yes.';

create or replace view reporting.erasures as
select contacts.contact, contacts.source, contacts.erasure_requested_at as requested_at, contacts.erased_at as done_at,
  contacts.erasure_requested_at + interval '30 days' as due_at, contacts.erased_at <= contacts.erasure_requested_at + interval '30 days' as in_time
from reporting.contacts where contacts.erasure_requested_at is not null;

comment on view reporting.erasures is 'Requests to be erased. Done in time: in_time among those that are due or done.';
comment on column reporting.erasures.contact is 'Pseudonym of the customer.';
comment on column reporting.erasures.source is 'Connection that told of it.';
comment on column reporting.erasures.requested_at is 'When it was asked for.';
comment on column reporting.erasures.done_at is 'When it was done here.';
comment on column reporting.erasures.due_at is 'Thirty days after the request.';
comment on column reporting.erasures.in_time is 'Done by then; null while it is not done.';

create or replace view reporting.customer_value as
select orders.contact, orders.currency, count(*) as orders, sum(orders.value) as value, min(orders.at) as first_order_at, max(orders.at) as last_order_at
from reporting.orders where orders.currency is not null group by orders.contact, orders.currency;

comment on view reporting.customer_value is 'Historic lifetime value: what each customer has ordered, per currency.';
comment on column reporting.customer_value.contact is 'Pseudonym of the customer.';
comment on column reporting.customer_value.currency is 'ISO 4217.';
comment on column reporting.customer_value.orders is 'Orders.';
comment on column reporting.customer_value.value is 'Their value together.';
comment on column reporting.customer_value.first_order_at is 'First order.';
comment on column reporting.customer_value.last_order_at is 'Latest order.';

-- Predictive lifetime value per currency, as of a day: value of thirty days per active customer, times the margin, over the churn of a month.
create or replace function reporting.lifetime_value_on(of_day date, gross_margin float8 default 1, tz text default 'UTC')
returns table (currency text, order_value float8, customers bigint, churn_ratio float8, lifetime_value float8)
language sql stable as $$
  select recent.currency, recent.value, activity.mau, activity.lost_contacts::float8 / nullif(activity.earlier_contacts, 0),
    recent.value / nullif(activity.mau, 0) * gross_margin / nullif(activity.lost_contacts::float8 / nullif(activity.earlier_contacts, 0), 0)
  from reporting.activity_on(of_day) as activity
  cross join (
    select orders.currency, sum(orders.value) as value from reporting.orders
    where orders.at >= (of_day - 29)::timestamp at time zone tz and orders.at < (of_day + 1)::timestamp at time zone tz and orders.currency is not null
    group by orders.currency
  ) as recent
$$;
comment on function reporting.lifetime_value_on is 'Predictive lifetime value per currency: (order value of 30 days / customers active in them) × gross margin / churn. Churn 0 or unknown gives null.';
