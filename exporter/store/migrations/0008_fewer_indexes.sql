-- One block-range index with both times instead of two: each index costs every insert, and ranges of either column are found as before.
create index if not exists event_times on replywatch.event using brin (t, received_at) with (pages_per_range = 32);
drop index if exists replywatch.event_t;
drop index if exists replywatch.event_received;
create index if not exists observation_times on replywatch.observation using brin (at, settle_at) with (pages_per_range = 32);
drop index if exists replywatch.observation_at;
drop index if exists replywatch.observation_settle;
