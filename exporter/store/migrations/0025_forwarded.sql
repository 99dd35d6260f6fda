-- Events that web analytics was told of, until they are too old to be told.
create table if not exists replywatch.forwarded_event (
  event uuid primary key,
  forwarded_at timestamptz not null default now()
);
create index if not exists event_forwardable on replywatch.event (stored_at) where kind in ('link.clicked', 'conversion.recorded');
