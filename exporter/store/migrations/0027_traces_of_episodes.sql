-- For the dashboard of slow conversations: which episodes have a trace, under which id, and why not where they have none.
create or replace view reporting.traces as
select job.conversation, job.number, job.trace_id, job.state, job.keep_reason, coalesce(job.exported_at, job.checkpoint_at) as sent_at
from replywatch.trace_outbox as job;

comment on view reporting.traces is 'Traces of episodes, from when one is asked for. Empty where no receiver of traces is configured; episodes of imported history have none.';
comment on column reporting.traces.conversation is 'Pseudonym of the conversation.';
comment on column reporting.traces.number is 'Number of the episode within its conversation.';
comment on column reporting.traces.trace_id is '32 hexadecimal digits.';
comment on column reporting.traces.state is 'due: waits to be sent. open: the first part was sent, the episode goes on. exported: sent whole. sampled_out: not kept. dropped: could not be sent.';
comment on column reporting.traces.keep_reason is 'Rule that kept it, or ratio; null while undecided.';
comment on column reporting.traces.sent_at is 'When the receiver last took it, or a first part of it; null: there is nothing to look up.';

-- Whoever looks for what failed, or for templates, looks at few of many messages.
-- Not by `status`, which every receipt changes: an index on that would have to be written each time.
create index if not exists message_facts_failed on replywatch.message_facts (at) where failed_at is not null;
create index if not exists message_facts_template on replywatch.message_facts (at) where template is not null;
