-- Satisfaction by what the customer wanted and who helped (C4, D1): a survey belongs to the episode that was the last to have begun when it was sent.
-- Subqueries, because with a join that episode would be looked up for every survey that is merely counted.
create or replace view reporting.surveys as
select rating.source, rating.survey, rating.conversation, rating.contact, rating.channel, rating.inbox, rating.type, rating.sent_at, rating.answered_at, rating.score,
  rating.failed, rating.credited_to, rating.agent,
  (select episodes.number from reporting.episodes
    where episodes.conversation = rating.conversation and episodes.opened_at <= coalesce(rating.sent_at, rating.answered_at) order by episodes.number desc limit 1) as number,
  (select episodes.team from reporting.episodes
    where episodes.conversation = rating.conversation and episodes.opened_at <= coalesce(rating.sent_at, rating.answered_at) order by episodes.number desc limit 1) as team,
  coalesce((select episodes.topic from reporting.episodes
    where episodes.conversation = rating.conversation and episodes.opened_at <= coalesce(rating.sent_at, rating.answered_at) order by episodes.number desc limit 1), 'unknown') as topic
from replywatch.survey_rating as rating;

-- Ratings belong to the day of the answer.
create index if not exists survey_rating_answered on replywatch.survey_rating (answered_at) where answered_at is not null;

comment on column reporting.surveys.number is 'Number of the episode it asks about: the last that had begun when it was sent.';
comment on column reporting.surveys.team is 'Team that had that episode last; null when none had.';
comment on column reporting.surveys.topic is 'Request type of that episode; unknown when nothing told it.';

create or replace view reporting.satisfaction_days as
select (coalesce(surveys.sent_at, surveys.answered_at) at time zone coalesce(workspace.tz, 'UTC'))::date as local_day, surveys.channel, surveys.inbox, surveys.team, surveys.agent,
  surveys.topic, surveys.type, count(*) filter (where not surveys.failed) as surveys, count(*) filter (where surveys.failed) as failed, count(surveys.score) as ratings,
  coalesce(sum(surveys.score), 0) as score_sum,
  count(*) filter (where surveys.score >= case surveys.type when 'csat' then 4 else 9 end) as satisfied,
  count(*) filter (where surveys.score <= case surveys.type when 'csat' then 2 else 6 end) as dissatisfied
from reporting.surveys
left join (select rollup_state.basis::json ->> 'tz' as tz from replywatch.rollup_state where rollup_state.rollup = 'hourly') as workspace on true
group by 1, 2, 3, 4, 5, 6, 7;

comment on view reporting.satisfaction_days is 'Ratings per local day and whom and what they were about. Shares over several rows: add up first, then divide.';
comment on column reporting.satisfaction_days.local_day is 'Of the sending.';
comment on column reporting.satisfaction_days.channel is 'What the customer uses.';
comment on column reporting.satisfaction_days.inbox is 'The business''s end.';
comment on column reporting.satisfaction_days.team is 'Team that had the episode last; null when none had.';
comment on column reporting.satisfaction_days.agent is 'Author of the last agent message before the survey; null when there was none.';
comment on column reporting.satisfaction_days.topic is 'Request type of the episode; unknown when nothing told it.';
comment on column reporting.satisfaction_days.type is 'csat, 1 to 5, or nps, 0 to 10.';
comment on column reporting.satisfaction_days.surveys is 'Surveys whose message did not fail.';
comment on column reporting.satisfaction_days.failed is 'Surveys that could not be sent.';
comment on column reporting.satisfaction_days.ratings is 'Surveys with a rating that counts. CSAT is satisfied by ratings, the mean score_sum by ratings.';
comment on column reporting.satisfaction_days.score_sum is 'Sum of the ratings.';
comment on column reporting.satisfaction_days.satisfied is 'Ratings of 4 and 5; of nps 9 and 10.';
comment on column reporting.satisfaction_days.dissatisfied is 'Ratings of 1 and 2; of nps 0 to 6. NPS is 100 times satisfied less dissatisfied by ratings.';
