-- Episodes whose trace is due, sent, or was not kept. Drained with leases, so any replica may send.
create table if not exists replywatch.trace_outbox (
  conversation uuid not null,
  number int not null,
  trace_id text not null,
  state text not null check (state in ('due', 'exported', 'sampled_out', 'dropped')),
  keep_reason text,
  due_at timestamptz not null,
  lease_until timestamptz,
  attempts int not null default 0,
  enqueued_at timestamptz not null,
  exported_at timestamptz,
  primary key (conversation, number)
);
create index if not exists trace_outbox_due on replywatch.trace_outbox (due_at) where state = 'due';
