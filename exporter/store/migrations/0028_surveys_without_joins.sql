-- What a survey was about is looked up for who asks for it: subqueries, because a view with joins looks it up for every survey that is merely counted.
create or replace view reporting.surveys as
select rating.source, rating.survey, rating.conversation, rating.contact, rating.channel, rating.inbox, rating.type, rating.sent_at, rating.answered_at, rating.score,
  rating.failed, rating.credited_to, rating.agent,
  coalesce((select (state.open ->> 'number')::int from replywatch.conversation cross join lateral json_to_record(conversation.state::json) as state (open json, team text)
    where conversation.id = rating.conversation and strpos(conversation.state, '"open":{') > 0 and to_timestamp((state.open ->> 'openedAt')::float8 / 1000) <= coalesce(rating.sent_at, rating.answered_at)),
    (select facts.number from replywatch.episode_facts as facts where facts.conversation = rating.conversation and facts.opened_at <= coalesce(rating.sent_at, rating.answered_at)
    order by facts.number desc limit 1)) as number,
  case when (select (state.open ->> 'number')::int from replywatch.conversation cross join lateral json_to_record(conversation.state::json) as state (open json, team text)
    where conversation.id = rating.conversation and strpos(conversation.state, '"open":{') > 0 and to_timestamp((state.open ->> 'openedAt')::float8 / 1000) <= coalesce(rating.sent_at, rating.answered_at)) is null
    then (select facts.team from replywatch.episode_facts as facts where facts.conversation = rating.conversation and facts.opened_at <= coalesce(rating.sent_at, rating.answered_at)
    order by facts.number desc limit 1)
    else (select state.team from replywatch.conversation cross join lateral json_to_record(conversation.state::json) as state (open json, team text)
    where conversation.id = rating.conversation and strpos(conversation.state, '"open":{') > 0 and to_timestamp((state.open ->> 'openedAt')::float8 / 1000) <= coalesce(rating.sent_at, rating.answered_at)) end as team,
  coalesce(case when (select (state.open ->> 'number')::int from replywatch.conversation cross join lateral json_to_record(conversation.state::json) as state (open json, team text)
    where conversation.id = rating.conversation and strpos(conversation.state, '"open":{') > 0 and to_timestamp((state.open ->> 'openedAt')::float8 / 1000) <= coalesce(rating.sent_at, rating.answered_at)) is null
    then (select facts.topic from replywatch.episode_facts as facts where facts.conversation = rating.conversation and facts.opened_at <= coalesce(rating.sent_at, rating.answered_at)
    order by facts.number desc limit 1)
    else (select state.open ->> 'topic' from replywatch.conversation cross join lateral json_to_record(conversation.state::json) as state (open json, team text)
    where conversation.id = rating.conversation and strpos(conversation.state, '"open":{') > 0 and to_timestamp((state.open ->> 'openedAt')::float8 / 1000) <= coalesce(rating.sent_at, rating.answered_at)) end, 'unknown') as topic
from replywatch.survey_rating as rating;
