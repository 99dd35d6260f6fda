-- Figures per local hour and day with all dimensions, the forecast, and the staff it asks for.

-- When a row entered the log: the database's clock at the beginning of the transaction. What was spooled or imported arrives late by its own times, never by this one.
alter table replywatch.event add column if not exists stored_at timestamptz not null default now();
drop index if exists replywatch.event_times;
create index event_times on replywatch.event using brin (t, received_at, stored_at) with (pages_per_range = 32, autosummarize = on);
alter index replywatch.observation_times set (autosummarize = on);
alter table replywatch.rollup_state add column if not exists horizon timestamptz;   -- rows stored before were committed, and looked at

-- One row per local hour, place, initiator and cut, a column per figure. A cut is one dimension beside these, not the product of all: the table grows
-- with what was there in an hour, and values beyond the cap of a dimension share the row `other`. Everything adds up.
create table if not exists replywatch.hourly_figure (
  hour timestamptz not null,                -- the instant it begins: the hour that a clock change repeats has two
  local_day date not null,
  local_hour smallint not null,             -- 0 to 23
  channel text not null,
  inbox text not null,
  initiator text not null,
  dimension text not null,                  -- all, team, agent or topic
  value text not null,                      -- which one; '' of all
  primary key (hour, dimension, value, channel, inbox, initiator)
);
create index if not exists hourly_figure_day on replywatch.hourly_figure (local_day) where dimension = 'all';
create index if not exists hourly_figure_detail on replywatch.hourly_figure (local_day) where dimension <> 'all';

-- The same per local day: the sum of its hours.
create table if not exists replywatch.daily_figure (
  local_day date not null,
  channel text not null,
  inbox text not null,
  initiator text not null,
  dimension text not null,
  value text not null,
  primary key (local_day, dimension, value, channel, inbox, initiator)
);

-- Adds histograms up. In `reporting`, because readers need it for theirs.
create or replace function reporting.add_buckets(total bigint[], more bigint[]) returns bigint[] language sql immutable as $$
  select case when total is null then more when more is null then total else (
    select array_agg(coalesce(pair.a, 0) + coalesce(pair.b, 0) order by pair.nth) from unnest(total, more) with ordinality as pair (a, b, nth)) end
$$;
do $$
begin
  create aggregate reporting.sum_buckets(bigint[]) (sfunc = reporting.add_buckets, stype = bigint[]);
exception when duplicate_function then
  null;
end
$$;
comment on function reporting.add_buckets(bigint[], bigint[]) is 'Adds two histograms bucket by bucket.';
comment on aggregate reporting.sum_buckets(bigint[]) is 'Adds histograms up, bucket by bucket.';

-- What each agent did per local hour, cut to the time the agent was online.
create table if not exists replywatch.agent_hour (
  hour timestamptz not null,
  local_day date not null,
  local_hour smallint not null,
  agent text not null,
  online_seconds float8 not null,
  busy_seconds float8 not null,             -- waits and wrap-up, parallel ones once
  handling_seconds float8 not null,         -- waits, parallel ones each
  owned_seconds float8 not null,            -- conversations owned times seconds; by online seconds it is the concurrency
  primary key (hour, agent)
);
create index if not exists agent_hour_day on replywatch.agent_hour (local_day);

-- Volume of every local hour of the last four weeks and the next seven days, and what it could have been expected to be.
create table if not exists replywatch.forecast_hour (
  hour timestamptz primary key,
  local_day date not null,
  local_hour smallint not null,
  actual int,                               -- null: the hour is not over
  observations int not null,                -- same hours of the four weeks before that are known
  forecast float8,                          -- their median; null without any
  deviation float8,                         -- their median absolute deviation
  anomaly smallint                          -- 1 above the band, -1 below, 0 within; null: not over, or too little known
);

-- Agents that each hour asks for.
create table if not exists replywatch.staffing_hour (
  hour timestamptz primary key,
  local_day date not null,
  local_hour smallint not null,
  arrivals float8,                          -- what came, or is expected
  expected boolean not null,                -- whether it is yet to come
  handling_seconds float8,                  -- per arrival, over the four weeks before
  agents_online float8,                     -- mean; null: not over, or nobody says when agents are there
  agents_needed int                         -- null: arrivals or handling time are not known
);

-- The figures, and the views of them: of everything, or by one of the other dimensions. The first view was there before, so its columns keep their order.
create function pg_temp.say(view text, name text, text text) returns void language plpgsql as $$
begin
  execute format('comment on column reporting.%I.%I is %L', view, name, text);
end
$$;

do $$
declare
  counts constant text[][] := array[
    ['opened', 'Episodes that opened.'],
    ['closed', 'Episodes that closed; the sum of the ten outcomes.'],
    ['outbound_only', 'Closed without a message of the customer.'],
    ['withdrawn', 'Closed after the customer took back what was written.'],
    ['dropped', 'Closed while the customer waited for a further reply.'],
    ['resolved_agent', 'Closed after an agent had replied.'],
    ['courtesy', 'Reopened by a thank-you and closed without a reply.'],
    ['dismissed', 'Closed by an agent without a reply.'],
    ['abandoned', 'The customer left before a reply.'],
    ['missed', 'Nobody ever replied.'],
    ['bot_abandoned', 'The customer left the bot''s question unanswered.'],
    ['resolved_bot', 'Closed after the bot alone had answered.'],
    ['messages_contact', 'Messages of customers.'],
    ['messages_agent', 'Messages of agents.'],
    ['messages_bot', 'Messages of bots.'],
    ['messages_automation', 'Automatic messages, such as out-of-office texts.'],
    ['messages_campaign', 'Messages of campaigns.'],
    ['messages_system', 'Lines the system wrote.'],
    ['messages_by_receipt', 'Outbound messages known by their receipts only; they are in the column of their author as well.']];
  first_durations constant text[][] := array[
    ['first_response', 'first_responses', 'First responses that were written.'],
    ['response', 'responses', 'All responses that were written, first ones included.'],
    ['resolution', 'resolutions', 'Resolution times of resolved episodes that closed.']];
  more_counts constant text[][] := array[
    ['reopened', 'Episodes that opened in a conversation that had one before; part of opened.'],
    ['unanswered', 'Episodes that closed while the customer waited.'],
    ['handoffs', 'Hand-offs from bot to human, in episodes that closed.'],
    ['transfers', 'Transfers between agents or teams, in episodes that closed.'],
    ['transferred', 'Closed episodes with a transfer.'],
    ['bot_involved', 'Closed episodes of customers that the bot had a part in: the denominator of containment and escalation.'],
    ['bot_escalated', 'Of bot_involved: people were needed.'],
    ['bot_contained', 'Of bot_involved: the bot resolved it.'],
    ['bot_confirmed', 'Of bot_contained: the customer said so.'],
    ['first_response_met', 'Episodes that met the first-response target.'],
    ['first_response_missed', 'Episodes that missed the first-response target.'],
    ['resolution_met', 'Episodes that met the resolution target.'],
    ['resolution_missed', 'Episodes that missed the resolution target.'],
    ['attempted', 'Outbound messages with any receipt: the denominator of delivery and failure.'],
    ['delivered', 'Outbound messages that were delivered or read.'],
    ['read', 'Outbound messages that were read.'],
    ['failed', 'Outbound messages that failed.'],
    ['scored', 'Messages of customers with a sentiment.'],
    ['negative', 'Of scored: negative.']];
  more_durations constant text[][] := array[
    ['first_response_business', 'first_responses_business', 'First responses, measured within opening hours.'],
    ['first_response_total', 'first_responses_total', 'First agent messages, measured from the first message of the customer.'],
    ['bot_first_response', 'bot_first_responses', 'First messages of the bot.'],
    ['response_business', 'responses_business', 'All responses, measured within opening hours.'],
    ['queue', 'queued', 'First assignments to an agent.'],
    ['resolution_business', 'resolutions_business', 'Resolution times, measured within opening hours.'],
    ['conversation_length', 'conversations_with_length', 'Lengths of closed episodes that were answered.'],
    ['engaged', 'conversations_engaged', 'Engaged times of the same episodes.']];
  bounds constant text := $sql$(select array_agg(bound.value::float8 order by bound.nth)
    from replywatch.rollup_state cross join lateral json_array_elements_text(rollup_state.basis::json -> 'bounds') with ordinality as bound (value, nth)
    where rollup_state.rollup = 'hourly')$sql$;
  measured constant text := $sql$figure.%2$I::bigint as %2$I, figure.%1$s_seconds,
    coalesce(figure.%1$s_buckets::bigint[], array_fill(0::bigint, array[cardinality(bounds.bounds) + 1])) as %1$s_buckets$sql$;
  columns text; keys text; view text; source text; line text[];
begin
  foreach source in array array['hourly_figure', 'daily_figure'] loop
    foreach line slice 1 in array counts || more_counts loop
      execute format('alter table replywatch.%I add column if not exists %I int not null default 0', source, line[1]);
    end loop;
    foreach line slice 1 in array first_durations || more_durations loop -- how many, their sum, and how many per bucket; null: none in any
      execute format('alter table replywatch.%1$I add column if not exists %3$I int not null default 0, add column if not exists %2$s_seconds float8 not null default 0,
        add column if not exists %2$s_buckets int[]', source, line[1], line[2]);
    end loop;
  end loop;
  foreach view in array array['hourly', 'hourly_by', 'daily', 'daily_by'] loop
    source := case when view like 'hourly%' then 'hourly_figure' else 'daily_figure' end;
    keys := case when view like 'hourly%' then 'figure.hour, figure.local_day, figure.local_hour' else 'figure.local_day' end || ', figure.channel, figure.inbox, figure.initiator';
    if view like '%_by' then keys := keys || ', figure.dimension, figure.value'; end if;
    columns := keys;
    foreach line slice 1 in array counts loop columns := columns || ', ' || format('figure.%1$I::bigint as %1$I', line[1]); end loop;
    foreach line slice 1 in array first_durations loop columns := columns || ', ' || format(measured, line[1], line[2]); end loop;
    columns := columns || ', bounds.bounds as bucket_bounds';
    foreach line slice 1 in array more_counts loop columns := columns || ', ' || format('figure.%1$I::bigint as %1$I', line[1]); end loop;
    foreach line slice 1 in array more_durations loop columns := columns || ', ' || format(measured, line[1], line[2]); end loop;
    execute format('create or replace view reporting.%I as select %s from replywatch.%I as figure cross join %s as bounds (bounds) where figure.dimension %s',
      view, columns, source, bounds, case when view like '%_by' then $c$<> 'all'$c$ else $c$= 'all'$c$ end);

    if view like 'hourly%' then
      perform pg_temp.say(view, 'hour', 'The instant the hour begins. The hour that a clock change repeats has two.');
      perform pg_temp.say(view, 'local_hour', 'Local hour, 0 to 23.');
    end if;
    if view like '%_by' then
      perform pg_temp.say(view, 'dimension', 'team, agent or topic. Rows of one dimension add up to the view without it; never add up several.');
      perform pg_temp.say(view, 'value', 'Which team, agent or topic; none or unknown where there was none; other beyond the cap of an hour.');
    end if;
    perform pg_temp.say(view, 'local_day', 'Local date.');
    perform pg_temp.say(view, 'channel', 'What customers use.');
    perform pg_temp.say(view, 'inbox', 'The business''s end.');
    perform pg_temp.say(view, 'initiator', 'Who opened the episodes: contact, agent or campaign.');
    perform pg_temp.say(view, 'bucket_bounds', 'Upper bounds of the buckets in seconds, inclusive; one more bucket follows for everything longer.');
    foreach line slice 1 in array counts || more_counts loop perform pg_temp.say(view, line[1], line[2]); end loop;
    foreach line slice 1 in array first_durations || more_durations loop
      perform pg_temp.say(view, line[2], line[3]);
      perform pg_temp.say(view, line[1] || '_seconds', 'Sum of these durations.');
      perform pg_temp.say(view, line[1] || '_buckets', 'How many of them per bucket, each counted once; see bucket_bounds.');
    end loop;
  end loop;
end
$$;
drop function pg_temp.say(text, text, text);

comment on view reporting.hourly is 'Figures per local hour of the workspace zone, channel, inbox and initiator. Everything adds up; averages are sums divided by counts.';
comment on view reporting.hourly_by is 'The same by team, agent or topic, for the last five weeks. An episode counts for the team, agent and topic it had last, a reply for its author.';
comment on view reporting.daily is 'Figures per local day of the workspace zone, channel, inbox and initiator: reporting.hourly, summed.';
comment on view reporting.daily_by is 'The same by team, agent or topic. An episode counts for the team, agent and topic it had last, a reply for its author.';

create or replace view reporting.agent_hours as
select agent_hour.hour, agent_hour.local_day, agent_hour.local_hour, agent_hour.agent, agent_hour.online_seconds, agent_hour.busy_seconds,
  agent_hour.handling_seconds, agent_hour.owned_seconds, agent_hour.busy_seconds / nullif(agent_hour.online_seconds, 0) as utilisation,
  agent_hour.owned_seconds / nullif(agent_hour.online_seconds, 0) as avg_concurrency
from replywatch.agent_hour;

comment on view reporting.agent_hours is 'What each agent did per local hour, within the time the agent was online. Add the seconds up over hours, then divide. Hours in which an agent was not online are left out.';
comment on column reporting.agent_hours.hour is 'The instant the hour begins.';
comment on column reporting.agent_hours.local_day is 'Local date.';
comment on column reporting.agent_hours.local_hour is 'Local hour, 0 to 23.';
comment on column reporting.agent_hours.agent is 'Id of the agent, as the source gives it.';
comment on column reporting.agent_hours.online_seconds is 'Seconds online or busy.';
comment on column reporting.agent_hours.busy_seconds is 'Of these, with a customer waiting or a message to wrap up; parallel ones count once, waits when they are over.';
comment on column reporting.agent_hours.handling_seconds is 'Waits of customers on the agent, parallel ones each.';
comment on column reporting.agent_hours.owned_seconds is 'Open conversations of the agent times seconds.';
comment on column reporting.agent_hours.utilisation is 'busy_seconds / online_seconds, 0 to 1.';
comment on column reporting.agent_hours.avg_concurrency is 'Conversations owned at the same time, on average.';

create or replace view reporting.forecast as
select forecast_hour.hour, forecast_hour.local_day, forecast_hour.local_hour, forecast_hour.actual, forecast_hour.observations, forecast_hour.forecast,
  forecast_hour.forecast - 3 * forecast_hour.deviation as low, forecast_hour.forecast + 3 * forecast_hour.deviation as high, forecast_hour.anomaly
from replywatch.forecast_hour;

comment on view reporting.forecast is 'Episodes opened by customers per hour: what came in the last four weeks, what was to be expected, and what is for the next seven local days.';
comment on column reporting.forecast.hour is 'The instant the hour begins.';
comment on column reporting.forecast.local_day is 'Local date.';
comment on column reporting.forecast.local_hour is 'Local hour, 0 to 23.';
comment on column reporting.forecast.actual is 'What came; null while the hour is not over.';
comment on column reporting.forecast.observations is 'How many of the same hours of the four weeks before are known.';
comment on column reporting.forecast.forecast is 'Their median; null when none is known.';
comment on column reporting.forecast.low is 'Forecast minus three median absolute deviations.';
comment on column reporting.forecast.high is 'Forecast plus three median absolute deviations.';
comment on column reporting.forecast.anomaly is '1 above the band, -1 below it, and at least ten episodes from the forecast; else 0. Null while the hour is not over, or with fewer than three observations.';

create or replace view reporting.staffing as
select staffing_hour.hour, staffing_hour.local_day, staffing_hour.local_hour, staffing_hour.arrivals, staffing_hour.expected, staffing_hour.handling_seconds,
  staffing_hour.agents_online, staffing_hour.agents_needed, staffing_hour.agents_online - staffing_hour.agents_needed as surplus
from replywatch.staffing_hour;

comment on view reporting.staffing is 'Agents that each local hour asks for, in the last seven days and the next seven. The model and its limits: docs/staffing.md.';
comment on column reporting.staffing.hour is 'The instant the hour begins.';
comment on column reporting.staffing.local_day is 'Local date.';
comment on column reporting.staffing.local_hour is 'Local hour, 0 to 23.';
comment on column reporting.staffing.arrivals is 'Episodes that asked for people: what came, or what is expected.';
comment on column reporting.staffing.expected is 'Whether arrivals are a forecast.';
comment on column reporting.staffing.handling_seconds is 'Time an episode takes an agent, mean of the four weeks before.';
comment on column reporting.staffing.agents_online is 'Agents online, mean over the hour; null for hours to come, and where no source tells.';
comment on column reporting.staffing.agents_needed is 'Agents that keep the first-response objective; null while arrivals or handling time are unknown.';
comment on column reporting.staffing.surplus is 'agents_online minus agents_needed; negative: too few.';

do $$
begin
  if exists (select from pg_catalog.pg_roles where pg_roles.rolname = 'replywatch_reader') then
    grant usage on schema reporting to replywatch_reader;
    grant select on all tables in schema reporting to replywatch_reader;
    alter default privileges in schema reporting grant select on tables to replywatch_reader;
  end if;
end
$$;

-- Computed anew by the next run, into the tables above.
drop table if exists replywatch.rollup_hour;
update replywatch.rollup_state set watermark = null where rollup_state.rollup = 'hourly';
