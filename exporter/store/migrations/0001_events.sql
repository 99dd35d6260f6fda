-- The log: what providers said happened, once each, without anything personal. Facts, totals and traces follow from it.
create schema if not exists replywatch;

create table if not exists replywatch.event (
  id uuid primary key,                      -- keyed hash of (source, message) or (source, event id)
  twin uuid,                                -- second identity of the same fact, where a source has two
  conversation uuid,                        -- null: belongs to none (presence, orders)
  contact uuid,
  message uuid,                             -- the message this event is or is about
  source text not null,
  kind text not null,
  channel text not null,
  inbox text not null,
  t timestamptz not null,                   -- when it happened at the source
  received_at timestamptz not null,         -- our clock
  seq bigint not null default 0,            -- the source's own order within one instant
  data json                                 -- the remaining fields of the kind; null when there are none
);

create unique index if not exists event_twin on replywatch.event (twin) where twin is not null;
create index if not exists event_conversation on replywatch.event (conversation, t) where conversation is not null;
-- Receipts and surveys are looked up by the message they name; messages themselves by primary key.
create index if not exists event_message on replywatch.event (message) where kind in ('message.status', 'survey.sent');
-- Ranges of time for rollups: 88 kB at ten million events, because rows arrive nearly in time order.
create index if not exists event_t on replywatch.event using brin (t);
