-- One row per conversation: the state of the machine, as JSON text that only the fold reads.
-- fillfactor: every event rewrites its row; room on the page keeps those updates HOT.
create table if not exists replywatch.conversation (
  id uuid primary key,
  version bigint not null,                  -- raised by one at each save; a save that finds another value lost a race
  state text not null,
  wake_at timestamptz,                      -- not later than the next deadline; may be earlier
  waiting_since timestamptz,                -- start of the pending wait
  channel text not null,
  inbox text not null
) with (fillfactor = 60);

create index if not exists conversation_wake on replywatch.conversation (wake_at) where wake_at is not null;
create index if not exists conversation_waiting on replywatch.conversation (channel, inbox, waiting_since) where waiting_since is not null;
