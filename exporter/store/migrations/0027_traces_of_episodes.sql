-- For the dashboard of slow conversations: who waits now, which episodes have a trace, under which id, and why not where they have none.
-- Those who wait are found by their index: reporting.episodes reads the state of every conversation for them.
create or replace view reporting.waiting as
select conversation.id as conversation, open.number, open.contact, open.source, conversation.channel, conversation.inbox, state.team, state.agent, open.topic,
  to_timestamp(open."openedAt" / 1000) as opened_at, conversation.waiting_since
from replywatch.conversation
cross join lateral json_to_record(conversation.state::json) as state (open json, team text, agent text)
cross join lateral json_to_record(state.open) as open (number int, contact uuid, source text, topic text, "openedAt" float8)
where conversation.waiting_since is not null;

comment on view reporting.waiting is 'One row per open episode whose customer waits for a person now.';
comment on column reporting.waiting.conversation is 'Pseudonym of the conversation.';
comment on column reporting.waiting.number is 'Number of the episode within its conversation.';
comment on column reporting.waiting.contact is 'Pseudonym of the customer.';
comment on column reporting.waiting.source is 'Connection to the provider.';
comment on column reporting.waiting.channel is 'What the customer uses.';
comment on column reporting.waiting.inbox is 'The business''s end.';
comment on column reporting.waiting.team is 'Team assigned last.';
comment on column reporting.waiting.agent is 'Agent assigned last.';
comment on column reporting.waiting.topic is 'Last topic set in the episode.';
comment on column reporting.waiting.opened_at is 'When the episode opened.';
comment on column reporting.waiting.waiting_since is 'Start of the wait.';

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
