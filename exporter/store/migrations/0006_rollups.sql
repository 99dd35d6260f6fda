-- Figures computed on a schedule. Everything here can be computed again from events and facts.
create table if not exists replywatch.rollup_state (
  rollup text primary key,
  watermark timestamptz,                    -- what arrived before was looked at; null: nothing was
  basis text,                               -- settings the figures were computed with; others make all of them void
  succeeded_at timestamptz,
  seconds float8                            -- duration of the last run that succeeded
);

-- Hours whose figures are out of date. Found in one transaction, worked off in others, so that years of history need no long one.
create table if not exists replywatch.rollup_dirty_hour (
  hour timestamptz primary key
);

-- One local hour of the workspace zone, per place and initiator. Everything adds up: counts, sums, histograms.
create table if not exists replywatch.rollup_hour (
  hour timestamptz not null,                -- the instant it begins: the hour that a clock change repeats is two rows
  local_day date not null,
  local_hour smallint not null,             -- 0 to 23
  channel text not null,
  inbox text not null,
  initiator text not null,
  opened bigint not null,
  closed bigint not null,
  outbound_only bigint not null,
  withdrawn bigint not null,
  dropped bigint not null,
  resolved_agent bigint not null,
  courtesy bigint not null,
  dismissed bigint not null,
  abandoned bigint not null,
  missed bigint not null,
  bot_abandoned bigint not null,
  resolved_bot bigint not null,
  messages_contact bigint not null,
  messages_agent bigint not null,
  messages_bot bigint not null,
  messages_automation bigint not null,
  messages_campaign bigint not null,
  messages_system bigint not null,
  messages_by_receipt bigint not null,      -- outbound messages known only by their receipts
  first_responses bigint not null,
  first_response_seconds float8 not null,
  first_response_buckets bigint[] not null,
  responses bigint not null,
  response_seconds float8 not null,
  response_buckets bigint[] not null,
  resolutions bigint not null,
  resolution_seconds float8 not null,
  resolution_buckets bigint[] not null,
  primary key (hour, channel, inbox, initiator)
);
create index if not exists rollup_hour_day on replywatch.rollup_hour (local_day);

-- Episodes that contacts opened, per hour of the week, over the last eight whole weeks.
create table if not exists replywatch.peak_hour (
  weekday smallint not null,                -- 1 Monday to 7 Sunday
  local_hour smallint not null,             -- 0 to 23
  conversations bigint not null,
  occurrences int not null,                 -- how often this hour came in those weeks; clock changes skip and repeat hours
  primary key (weekday, local_hour)
);

-- What arrived lately. Both columns grow with the tables, so block ranges find it, and rows that are updated stay where they are.
create index if not exists event_received on replywatch.event using brin (received_at) with (pages_per_range = 32);
create index if not exists observation_settle on replywatch.observation using brin (settle_at) with (pages_per_range = 32);
