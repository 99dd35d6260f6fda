-- For the dashboard of satisfaction: a month with many surveys was read in seconds, because the state of every conversation was parsed. Few are open.
create or replace view reporting.surveys as
select rating.source, rating.survey, rating.conversation, rating.contact, rating.channel, rating.inbox, rating.type, rating.sent_at, rating.answered_at, rating.score,
  rating.failed, rating.credited_to, rating.agent, coalesce(open.number, closed.number) as number, coalesce(open.team, closed.team) as team,
  coalesce(open.topic, closed.topic, 'unknown') as topic
from replywatch.survey_rating as rating
left join lateral (
  select (state.open ->> 'number')::int as number, state.team, state.open ->> 'topic' as topic
  from replywatch.conversation cross join lateral json_to_record(conversation.state::json) as state (open json, team text)
  where conversation.id = rating.conversation and strpos(conversation.state, '"open":{') > 0
    and to_timestamp((state.open ->> 'openedAt')::float8 / 1000) <= coalesce(rating.sent_at, rating.answered_at) offset 0
) as open on true
left join lateral (
  select facts.number, facts.team, facts.topic from replywatch.episode_facts as facts
  where facts.conversation = rating.conversation and facts.opened_at <= coalesce(rating.sent_at, rating.answered_at) order by facts.number desc limit 1
) as closed on open.number is null;

-- Ratings belong to the day of the answer.
create index if not exists survey_rating_answered on replywatch.survey_rating (answered_at) where answered_at is not null;
