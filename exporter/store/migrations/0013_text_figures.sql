-- What follows from texts that are not kept: answers to surveys, how alike answers are, samples for review; and texts, if somebody wants them kept.
alter table replywatch.survey_facts add column if not exists message uuid;   -- the message that answered, when it was typed or tapped

-- Answers of agents per local week and topic.
create table if not exists replywatch.answer_consistency (
  local_week date not null,                 -- its Monday
  topic text not null,
  answers int not null,                     -- first answers of agents that were long enough to compare
  similarity float8,                        -- mean over all pairs, 0 to 1; null below five answers
  far_answers int not null,                 -- answers far from the most typical one
  primary key (local_week, topic)
);

-- How agents write, per local week.
create table if not exists replywatch.agent_style (
  local_week date not null,
  source text not null,
  agent text not null,
  messages int not null,
  characters bigint not null,
  messages_with_emoji int not null,
  emoji bigint not null,
  primary key (local_week, source, agent)
);

-- Episodes picked for people to look at.
create table if not exists replywatch.review_sample (
  local_week date not null,
  conversation uuid not null,
  number int not null,
  agent text not null,
  reason text not null,                     -- random, far_answer, negative
  topic text not null,
  similarity float8,                        -- of the answer to the most typical one of its topic
  primary key (local_week, conversation, number)
);

-- Texts under a key of their own, for a limited time. Empty unless somebody turned it on.
create table if not exists replywatch.kept_text (
  message uuid primary key,
  conversation uuid,
  t timestamptz not null,
  sealed bytea not null,                    -- nonce, ciphertext and tag of AES-256-GCM
  expires_at timestamptz not null
);
create index if not exists kept_text_expiry on replywatch.kept_text (expires_at);
create index if not exists kept_text_conversation on replywatch.kept_text (conversation, t);

create or replace view reporting.answer_consistency as
select consistency.local_week, consistency.topic, consistency.answers, consistency.similarity, consistency.far_answers
from replywatch.answer_consistency as consistency;

comment on view reporting.answer_consistency is 'How alike the first answers of agents are, per local week and topic, estimated from signatures; the texts are not kept.';
comment on column reporting.answer_consistency.local_week is 'Monday of the local week.';
comment on column reporting.answer_consistency.topic is 'Request type of the episode; unknown when nothing told it.';
comment on column reporting.answer_consistency.answers is 'First answers of agents that were long enough to compare.';
comment on column reporting.answer_consistency.similarity is 'Mean similarity of all pairs of them, 0 to 1; null below five answers.';
comment on column reporting.answer_consistency.far_answers is 'Answers that have little in common with the most typical one of the topic.';

create or replace view reporting.agent_style as
select style.local_week, style.source, style.agent, style.messages,
  style.characters::float8 / nullif(style.messages, 0) as mean_characters,
  style.messages_with_emoji::float8 / nullif(style.messages, 0) as emoji_ratio, style.emoji
from replywatch.agent_style as style;

comment on view reporting.agent_style is 'How agents write, per local week, for coaching.';
comment on column reporting.agent_style.local_week is 'Monday of the local week.';
comment on column reporting.agent_style.source is 'Connection to the provider.';
comment on column reporting.agent_style.agent is 'Who wrote.';
comment on column reporting.agent_style.messages is 'Messages with text.';
comment on column reporting.agent_style.mean_characters is 'Mean length of a message in characters.';
comment on column reporting.agent_style.emoji_ratio is 'Share of the messages that hold an emoji, 0 to 1.';
comment on column reporting.agent_style.emoji is 'Emoji in all of them together.';

create or replace view reporting.review_sample as
select sample.local_week, sample.conversation, sample.number, sample.agent, sample.reason, sample.topic, sample.similarity
from replywatch.review_sample as sample;

comment on view reporting.review_sample is 'Episodes picked for review, the same ones whenever they are computed.';
comment on column reporting.review_sample.local_week is 'Monday of the local week in which the episode closed.';
comment on column reporting.review_sample.conversation is 'Pseudonym of the conversation.';
comment on column reporting.review_sample.number is 'Number of the episode within its conversation.';
comment on column reporting.review_sample.agent is 'Who gave the first answer.';
comment on column reporting.review_sample.reason is 'Why it was picked: random, far_answer or negative.';
comment on column reporting.review_sample.topic is 'Request type of the episode; unknown when nothing told it.';
comment on column reporting.review_sample.similarity is 'How alike its first answer is to the most typical one of the topic, 0 to 1.';
