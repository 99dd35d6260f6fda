-- Traces of episodes that are still open, and what may not change once it was sent.
alter table replywatch.trace_outbox drop constraint if exists trace_outbox_state_check;
alter table replywatch.trace_outbox add constraint trace_outbox_state_check check (state in ('due', 'open', 'exported', 'sampled_out', 'dropped'));
alter table replywatch.trace_outbox add column if not exists whole boolean not null default true;     -- what is due is the whole trace, not a checkpoint of an open episode
alter table replywatch.trace_outbox add column if not exists revision int not null default 0;         -- raised when it is asked for anew: marks of an older one are void
alter table replywatch.trace_outbox add column if not exists checkpoint_at timestamptz;               -- last checkpoint that was accepted
alter table replywatch.trace_outbox add column if not exists sent json;                               -- what was sent before the end, and surveys
create index if not exists trace_outbox_trace on replywatch.trace_outbox (trace_id);
create index if not exists trace_outbox_exported on replywatch.trace_outbox (exported_at) where exported_at is not null;
create index if not exists survey_facts_conversation on replywatch.survey_facts (conversation) where conversation is not null;
