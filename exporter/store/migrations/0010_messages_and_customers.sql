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
create index if not exists message_facts_conversation on replywatch.message_facts (conversation, at);

-- One row per local day on which a customer wrote.
create table if not exists replywatch.activity_days (
  contact uuid not null,
  day date not null,
  messages int not null,
  primary key (contact, day)
);
create index if not exists activity_days_day on replywatch.activity_days (day);

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
