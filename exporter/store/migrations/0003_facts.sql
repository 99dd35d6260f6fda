-- One row per closed episode; open ones are read from the state (see reporting.episodes).
create table if not exists replywatch.episode_facts (
  conversation uuid not null,
  number int not null,
  contact uuid,
  source text not null,
  channel text not null,
  inbox text not null,
  team text,
  agent text,
  topic text,
  initiator text not null,
  outcome text not null,
  opened_at timestamptz not null,
  demand_at timestamptz,
  closed_at timestamptz not null,
  ended_at timestamptz not null,
  closed_by text,
  close_reason text,
  bot text not null,
  confirmed boolean not null,
  unanswered boolean not null,
  waiting_since timestamptz,
  inbound_messages int not null,
  agent_messages int not null,
  bot_messages int not null,
  failed_messages int not null,
  handoffs int not null,
  transfers int not null,
  frt_seconds float8,
  frt_business_seconds float8,
  frt_at timestamptz,
  frt_agent text,
  frt_total_seconds float8,
  first_human_at timestamptz,
  bot_frt_seconds float8,
  first_any_response_seconds float8,
  queue_seconds float8,
  assign_to_response_seconds float8,
  resolution_seconds float8,
  resolution_business_seconds float8,
  human_resolution_seconds float8,
  working_resolution_seconds float8,
  conversation_length_seconds float8,
  engaged_seconds float8,
  sla_first_response text,
  sla_resolution text,
  primary key (conversation, number)
);
create index if not exists episode_facts_closed on replywatch.episode_facts (closed_at);
create index if not exists episode_facts_opened on replywatch.episode_facts (opened_at);
create index if not exists episode_facts_contact on replywatch.episode_facts (contact, closed_at);

-- Everything that is counted after it settled, one row each: durations, target results, closes.
create table if not exists replywatch.observation (
  conversation uuid not null,
  number int not null,
  type text not null,
  nth int not null,                         -- position among its kind within the episode
  source text not null,
  channel text not null,
  inbox text not null,
  episode text not null,
  at timestamptz not null,
  seconds float8,
  business_seconds float8,
  agent text,
  data json,                                -- fields only this type has
  settle_at timestamptz not null,
  settled boolean not null default false,
  primary key (conversation, number, type, nth)
) with (fillfactor = 80);
create index if not exists observation_due on replywatch.observation (settle_at) where not settled;
create index if not exists observation_at on replywatch.observation using brin (at);

-- One row per survey: the last answer within the window counts.
create table if not exists replywatch.survey_facts (
  source text not null,
  survey text not null,
  conversation uuid,
  contact uuid,
  channel text not null,
  inbox text not null,
  type text not null,
  sent_at timestamptz,
  answered_at timestamptz,
  first_score int,
  score int,
  primary key (source, survey)
);
