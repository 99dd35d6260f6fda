-- Counters of the whole cluster. Keys are exposition prefixes; the value is raised in the transaction that stores the cause.
-- xid: readers ask for what changed since their last snapshot without an index, so updates stay HOT.
create table if not exists replywatch.metric_total (
  key text primary key,
  value float8 not null,
  xid xid8 not null default pg_current_xact_id()
) with (fillfactor = 20);

create table if not exists replywatch.metric_exemplar (
  key text primary key,
  trace_id text not null,
  value float8 not null,
  at timestamptz not null,
  xid xid8 not null default pg_current_xact_id()
) with (fillfactor = 50);

-- Values that open label sets have taken, first come first served; what comes after the cap is exported as `other`.
create table if not exists replywatch.label_slot (
  label text not null,
  value text not null,
  primary key (label, value)
);

create table if not exists replywatch.source_seen (
  source text primary key,
  last_event_at timestamptz not null        -- newest event time
) with (fillfactor = 20);

-- Times in which a figure could not be known: the exporter or a source was blind.
create table if not exists replywatch.blind_interval (
  id bigint generated always as identity primary key,
  source text,                              -- null: everything
  started_at timestamptz not null,
  ended_at timestamptz not null,
  reason text not null
);

create table if not exists replywatch.cluster (
  one boolean primary key default true check (one),   -- exactly one row
  id text not null,
  heartbeat_at timestamptz
);
