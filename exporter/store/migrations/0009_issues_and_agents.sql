-- What customers came for, over all conversations, and what it asked of agents.
alter table replywatch.episode_facts add column if not exists assigned boolean;   -- an agent or a team had it; null: closed before this was kept

-- One row per issue, named after its first episode.
create table if not exists replywatch.issue_facts (
  conversation uuid not null,
  number int not null,
  contact uuid not null,
  source text not null,
  channel text not null,
  inbox text not null,
  topic text,                               -- of its first episode that has one
  episodes int not null,
  demand_at timestamptz not null,
  first_outcome text not null,
  first_closed_at timestamptz,
  mature_at timestamptz,                    -- from then on nothing can make it a repeat; null: its first episode is open
  first_agent_messages int not null,
  last_outcome text not null,
  last_ended_at timestamptz,
  full_resolution_seconds float8,           -- null unless its last episode is resolved
  changed_at timestamptz not null default now(),
  primary key (conversation, number)
);
create index if not exists issue_facts_contact on replywatch.issue_facts (contact);
create index if not exists issue_facts_closed on replywatch.issue_facts (first_closed_at);
create index if not exists issue_facts_mature on replywatch.issue_facts (mature_at);
create index if not exists issue_facts_changed on replywatch.issue_facts using brin (changed_at) with (pages_per_range = 32);

-- Which issue an episode belongs to. Courtesy, spam, withdrawn and outbound episodes belong to none.
create table if not exists replywatch.issue_episode (
  conversation uuid not null,
  number int not null,
  contact uuid not null,
  issue_conversation uuid not null,
  issue_number int not null,
  position int not null,                    -- within the issue, from 1
  reopened boolean not null,                -- it continues the issue in the same conversation, after a resolution
  opened_at timestamptz not null,
  counted text,
  primary key (conversation, number)
);
create index if not exists issue_episode_contact on replywatch.issue_episode (contact);
create index if not exists issue_episode_opened on replywatch.issue_episode using brin (opened_at);

-- Episodes in which a customer sounded negative.
create table if not exists replywatch.negative_facts (
  conversation uuid not null,
  number int not null,
  contact uuid not null,
  source text not null,
  channel text not null,
  inbox text not null,
  since timestamptz not null,               -- first negative message
  outcome text not null,                    -- or open
  closed_at timestamptz,
  seconds float8,                           -- from there to the end; null unless resolved
  target_seconds float8 not null,
  counted text,
  primary key (conversation, number)
);
create index if not exists negative_facts_contact on replywatch.negative_facts (contact);
create index if not exists negative_facts_since on replywatch.negative_facts (since);
create index if not exists negative_facts_open on replywatch.negative_facts (channel, inbox) where outcome = 'open';

-- What conversations asked of agents: waits on them (handling), conversations they had (owned), time after their messages (wrap).
create table if not exists replywatch.agent_intervals (
  conversation uuid not null,
  number int not null,
  kind text not null,
  agent text not null,
  from_at timestamptz not null,
  to_at timestamptz,                        -- null: still going on
  max_seconds float8,                       -- of a wait that goes on: only its last part of this length counts
  contact uuid not null,
  primary key (conversation, number, kind, agent, from_at)
);
create index if not exists agent_intervals_contact on replywatch.agent_intervals (contact);
create index if not exists agent_intervals_agent on replywatch.agent_intervals (agent, to_at);
create index if not exists agent_intervals_to on replywatch.agent_intervals (to_at, from_at);

-- When agents were there, one row per status that says so.
create table if not exists replywatch.agent_presence (
  agent text not null,
  from_at timestamptz not null,
  to_at timestamptz not null,               -- may lie ahead: until then, unless something else is said
  primary key (agent, from_at)
);
create index if not exists agent_presence_to on replywatch.agent_presence (to_at, from_at);

-- What was said of each agent last, and until when their seconds are counted.
create table if not exists replywatch.agent_state (
  agent text primary key,
  status text not null,
  since timestamptz not null,
  until timestamptz not null,               -- from then on the status is taken for lost
  counted_until timestamptz                 -- null: nothing is counted yet
);

create index if not exists event_agent_status on replywatch.event ((event.data ->> 'agent'), t) where kind = 'agent.status';
alter table replywatch.event add column if not exists stored_at timestamptz not null default now();   -- our clock when it was stored
create index if not exists event_agent_status_stored on replywatch.event (stored_at) where kind = 'agent.status';

-- Issues per local day of their first close. Counts, so that they add up over days and places.
create table if not exists replywatch.rollup_issue_day (
  local_day date not null,
  channel text not null,
  inbox text not null,
  issues bigint not null,
  mature bigint not null,                   -- of these the outcome cannot change any more
  first_contact bigint not null,            -- mature, one episode, resolved
  repeated bigint not null,                 -- mature, more than one episode
  agent_first bigint not null,              -- mature, first episode resolved by an agent
  one_touch bigint not null,                -- of these: one episode, one agent message
  bot_first bigint not null,                -- mature, first episode resolved by the bot
  bot_durable bigint not null,              -- of these: one episode
  primary key (local_day, channel, inbox)
);

-- The same view with two columns more.
create or replace view reporting.episodes as
select facts.conversation, facts.number, facts.contact, facts.source, facts.channel, facts.inbox, facts.team, facts.agent, facts.topic, facts.initiator,
  facts.outcome, facts.opened_at, facts.demand_at, facts.closed_at, facts.ended_at, facts.closed_by, facts.close_reason, facts.bot, facts.confirmed,
  facts.unanswered, facts.waiting_since, facts.inbound_messages, facts.agent_messages, facts.bot_messages, facts.failed_messages, facts.handoffs,
  facts.transfers, facts.frt_seconds, facts.frt_business_seconds, facts.frt_at, facts.frt_agent, facts.frt_total_seconds, facts.first_human_at,
  facts.bot_frt_seconds, facts.first_any_response_seconds, facts.queue_seconds, facts.assign_to_response_seconds, facts.resolution_seconds,
  facts.resolution_business_seconds, facts.human_resolution_seconds, facts.working_resolution_seconds, facts.conversation_length_seconds,
  facts.engaged_seconds, facts.sla_first_response, facts.sla_resolution, facts.assigned, null::timestamptz as snoozed_since
from replywatch.episode_facts as facts
union all
select conversation.id, open.number, open.contact, open.source, open.channel, open.inbox, state.team, state.agent, open.topic, open.initiator,
  'open', to_timestamp(open."openedAt" / 1000), to_timestamp(open."demandAt" / 1000), null, null, null, null, 'none', false,
  false, to_timestamp(coalesce(open."handoffAt", (open.list #>> '{0,1}')::float8) / 1000), open."inboundMessages" + open."withdrawnMessages",
  open."agentMessages", open."botMessages", open."failedMessages", open.handoffs,
  open.transfers, case when open."frtAt" is not null then greatest(open."frtAt" - open."frtStart", 0) / 1000 end, open."frtBusinessSeconds", to_timestamp(open."frtAt" / 1000), open."frtAgent",
  -- greatest() and least() pass over nulls: without an answer there is no duration, not a duration of 0.
  case when open."firstHumanAt" is not null then greatest(open."firstHumanAt" - open."demandAt", 0) / 1000 end, to_timestamp(open."firstHumanAt" / 1000),
  open."botFrtSeconds",
  case when coalesce(open."firstHumanAt", open."firstBotAt") is not null then greatest(least(open."firstHumanAt", open."firstBotAt") - open."demandAt", 0) / 1000 end,
  open."queueSeconds", open."assignToResponseSeconds", null, null, null, null, null, null,
  nullif(open."slaFirstResponse", 'undecided'), nullif(open."slaResolution", 'undecided'), open.assigned, to_timestamp(open."snoozedAt" / 1000)
from replywatch.conversation
cross join lateral json_to_record(conversation.state::json) as state (open json, agent text, team text)
cross join lateral json_to_record(state.open) as open (
  number int, contact uuid, source text, channel text, inbox text, topic text, initiator text, "openedAt" float8, "demandAt" float8, "handoffAt" float8,
  list json, "inboundMessages" int, "withdrawnMessages" int, "agentMessages" int, "botMessages" int, "failedMessages" int, handoffs int, transfers int,
  "frtStart" float8, "frtAt" float8, "frtBusinessSeconds" float8, "frtAgent" text, "firstHumanAt" float8, "firstBotAt" float8, "botFrtSeconds" float8,
  "queueSeconds" float8, "assignToResponseSeconds" float8, "slaFirstResponse" text, "slaResolution" text, assigned boolean, "snoozedAt" float8)
where position('"open":{' in conversation.state) > 0;

comment on column reporting.episodes.assigned is 'Whether an agent or a team had it at any time; null when it closed before this was kept.';
comment on column reporting.episodes.snoozed_since is 'Since when it is parked; null: it is not, or it is closed.';

create or replace view reporting.issues as
select issue.conversation, issue.number, issue.contact, issue.source, issue.channel, issue.inbox, issue.topic, issue.episodes, issue.demand_at, issue.first_outcome,
  issue.first_closed_at, issue.mature_at, issue.first_agent_messages, issue.last_outcome, issue.last_ended_at, issue.full_resolution_seconds
from replywatch.issue_facts as issue;

comment on view reporting.issues is 'One row per issue: episodes of one customer, over all conversations and channels, that follow each other closely and on the same topic.';
comment on column reporting.issues.conversation is 'Pseudonym of the conversation of its first episode.';
comment on column reporting.issues.number is 'Number of that episode within its conversation.';
comment on column reporting.issues.contact is 'Pseudonym of the customer, after merges.';
comment on column reporting.issues.source is 'Connection to the provider, of the first episode.';
comment on column reporting.issues.channel is 'What the customer used first.';
comment on column reporting.issues.inbox is 'The business''s end, of the first episode.';
comment on column reporting.issues.topic is 'Topic of its first episode that has one.';
comment on column reporting.issues.episodes is 'How many episodes it took so far.';
comment on column reporting.issues.demand_at is 'First message of the customer.';
comment on column reporting.issues.first_outcome is 'How the first episode ended, or open.';
comment on column reporting.issues.first_closed_at is 'When the first episode closed: the day of the issue.';
comment on column reporting.issues.mature_at is 'From then on nobody can come back on it in time: shares of issues count mature ones only.';
comment on column reporting.issues.first_agent_messages is 'Messages of agents in the first episode.';
comment on column reporting.issues.last_outcome is 'How its last episode ended, or open.';
comment on column reporting.issues.last_ended_at is 'When its last episode ended.';
comment on column reporting.issues.full_resolution_seconds is 'From the first message to the end of the last episode, if that is resolved.';

create or replace view reporting.issue_episodes as
select link.conversation, link.number, link.contact, link.issue_conversation, link.issue_number, link.position, link.reopened, link.opened_at
from replywatch.issue_episode as link;

comment on view reporting.issue_episodes is 'Which issue an episode belongs to. Courtesy, dismissed, withdrawn and outbound episodes belong to none.';
comment on column reporting.issue_episodes.conversation is 'Pseudonym of the conversation.';
comment on column reporting.issue_episodes.number is 'Number of the episode within its conversation.';
comment on column reporting.issue_episodes.contact is 'Pseudonym of the customer, after merges.';
comment on column reporting.issue_episodes.issue_conversation is 'With issue_number: the issue, see reporting.issues.';
comment on column reporting.issue_episodes.issue_number is 'See issue_conversation.';
comment on column reporting.issue_episodes.position is 'Position within the issue, from 1.';
comment on column reporting.issue_episodes.reopened is 'A reopening: it continues the issue in the same conversation, after a resolved episode.';
comment on column reporting.issue_episodes.opened_at is 'When the episode opened: the day of a reopening.';

create or replace view reporting.issue_days as
select days.local_day, days.channel, days.inbox, days.issues, days.mature, days.first_contact, days.repeated, days.agent_first, days.one_touch, days.bot_first,
  days.bot_durable, days.first_contact::float8 / nullif(days.mature, 0) as fcr, days.mature < days.issues as provisional
from replywatch.rollup_issue_day as days;

comment on view reporting.issue_days is 'Issues per local day of their first close. Add the counts, then divide; ratios do not add up.';
comment on column reporting.issue_days.local_day is 'Local date on which the first episode closed.';
comment on column reporting.issue_days.channel is 'What the customer used first.';
comment on column reporting.issue_days.inbox is 'The business''s end, of the first episode.';
comment on column reporting.issue_days.issues is 'Issues whose first episode closed on that day.';
comment on column reporting.issue_days.mature is 'Of these, the ones nobody can come back on in time: the denominator of fcr and of repeat contacts.';
comment on column reporting.issue_days.first_contact is 'Mature issues with one episode, resolved.';
comment on column reporting.issue_days.repeated is 'Mature issues with more than one episode.';
comment on column reporting.issue_days.agent_first is 'Mature issues whose first episode an agent resolved: the denominator of one-touch.';
comment on column reporting.issue_days.one_touch is 'Of agent_first: one episode with exactly one agent message.';
comment on column reporting.issue_days.bot_first is 'Mature issues whose first episode the bot resolved: the denominator of durable bot resolutions.';
comment on column reporting.issue_days.bot_durable is 'Of bot_first: nobody came back.';
comment on column reporting.issue_days.fcr is 'First-contact resolution: first_contact / mature; null without mature issues.';
comment on column reporting.issue_days.provisional is 'Some issues of the day are not mature yet.';

create or replace view reporting.negative_episodes as
select negative.conversation, negative.number, negative.contact, negative.source, negative.channel, negative.inbox, negative.since, negative.outcome, negative.closed_at,
  negative.seconds, negative.target_seconds
from replywatch.negative_facts as negative;

comment on view reporting.negative_episodes is 'Episodes in which the customer sounded negative.';
comment on column reporting.negative_episodes.conversation is 'Pseudonym of the conversation.';
comment on column reporting.negative_episodes.number is 'Number of the episode within its conversation.';
comment on column reporting.negative_episodes.contact is 'Pseudonym of the customer, after merges.';
comment on column reporting.negative_episodes.source is 'Connection to the provider.';
comment on column reporting.negative_episodes.channel is 'What the customer uses.';
comment on column reporting.negative_episodes.inbox is 'The business''s end.';
comment on column reporting.negative_episodes.since is 'First negative message, by the time of the message.';
comment on column reporting.negative_episodes.outcome is 'How the episode ended, or open.';
comment on column reporting.negative_episodes.closed_at is 'When it closed; null while open.';
comment on column reporting.negative_episodes.seconds is 'From the negative message to the end; null unless resolved.';
comment on column reporting.negative_episodes.target_seconds is 'Within how many seconds it was to be solved.';

create or replace view reporting.agent_intervals as
select intervals.agent, intervals.kind, intervals.conversation, intervals.number, intervals.from_at, intervals.to_at, intervals.max_seconds
from replywatch.agent_intervals as intervals
union all
select presence.agent, 'online', null, null, presence.from_at, presence.to_at, null
from replywatch.agent_presence as presence;

comment on view reporting.agent_intervals is 'Stretches of agents'' time: there (online), a customer waiting on them (handling), a conversation of theirs open (owned), finishing a message (wrap).';
comment on column reporting.agent_intervals.agent is 'Id of the agent, as the source gives it.';
comment on column reporting.agent_intervals.kind is 'online, handling, owned or wrap.';
comment on column reporting.agent_intervals.conversation is 'Pseudonym of the conversation; null for online.';
comment on column reporting.agent_intervals.number is 'Number of the episode within its conversation; null for online.';
comment on column reporting.agent_intervals.from_at is 'First instant.';
comment on column reporting.agent_intervals.to_at is 'End, exclusive; null: still going on. Online without an end lasts its limit, so this may lie ahead.';
comment on column reporting.agent_intervals.max_seconds is 'Of handling that still goes on: only its last part of this length counts.';

-- Seconds of a set of stretches of time.
create or replace function reporting.seconds_of(stretches tstzmultirange) returns float8 language sql immutable parallel safe as $$
  select coalesce(sum(extract(epoch from upper(part.stretch) - lower(part.stretch))), 0)::float8 from unnest(stretches) as part (stretch)
$$;

comment on function reporting.seconds_of(tstzmultirange) is 'Seconds that a set of stretches of time holds, each instant once.';

-- Not a view, because everything is cut to a window before it is united: no sum over days gives it.
create or replace function reporting.agent_time(from_at timestamptz, to_at timestamptz, as_of timestamptz default now())
returns table (agent text, online_seconds float8, busy_seconds float8, handling_seconds float8, owned_seconds float8, utilisation float8, avg_concurrency float8)
language sql stable parallel safe as $$
  with stretch as (
    select intervals.agent, intervals.kind, tstzrange(
      greatest(case when intervals.to_at is null then greatest(intervals.from_at, as_of - make_interval(secs => intervals.max_seconds)) end, intervals.from_at, $1),
      least(coalesce(intervals.to_at, as_of), as_of, $2)) as span
    from reporting.agent_intervals as intervals
    where intervals.from_at < least($2, as_of) and coalesce(intervals.to_at, as_of) > $1
      and greatest(case when intervals.to_at is null then greatest(intervals.from_at, as_of - make_interval(secs => intervals.max_seconds)) end, intervals.from_at, $1)
        < least(coalesce(intervals.to_at, as_of), as_of, $2)
  ), online as (
    select stretch.agent, coalesce(range_agg(stretch.span) filter (where stretch.kind = 'online'), '{}') as spans from stretch group by stretch.agent
  ), figures as (
    select online.agent, reporting.seconds_of(online.spans) as online_seconds,
      reporting.seconds_of(coalesce(range_agg(stretch.span) filter (where stretch.kind in ('handling', 'wrap')), '{}') * online.spans) as busy_seconds,
      coalesce(sum(reporting.seconds_of(tstzmultirange(stretch.span) * online.spans)) filter (where stretch.kind = 'handling'), 0) as handling_seconds,
      coalesce(sum(reporting.seconds_of(tstzmultirange(stretch.span) * online.spans)) filter (where stretch.kind = 'owned'), 0) as owned_seconds
    from online left join stretch on stretch.agent = online.agent and stretch.kind <> 'online'
    group by online.agent, online.spans
  )
  select figures.agent, figures.online_seconds, figures.busy_seconds, figures.handling_seconds, figures.owned_seconds,
    figures.busy_seconds / nullif(figures.online_seconds, 0), figures.owned_seconds / nullif(figures.online_seconds, 0)
  from figures
$$;

comment on function reporting.agent_time(timestamptz, timestamptz, timestamptz) is 'Online, busy and handling seconds of each agent of whom anything is known in [from_at, to_at), utilisation (busy / online) and concurrency (conversations owned at the same time, averaged over online time). What goes on still is counted until as_of.';

-- Medians do not add up, so this is a function of the window as well. It reads views of a later migration: its body is not looked at yet.
set local check_function_bodies = off;
create or replace function reporting.agent_table(from_at timestamptz, to_at timestamptz)
returns table (agent text, assigned bigint, messages bigint, responses bigint, response_median_seconds float8, first_responses bigint, frt_median_seconds float8,
  resolved bigint, resolution_median_seconds float8, resolution_deviation_seconds float8, ratings bigint, satisfied bigint, csat float8)
language sql stable parallel safe as $$
  with wrote as (
    select messages.author_id as agent, count(*) as n from reporting.messages
    where messages.author = 'agent' and messages.status is distinct from 'failed' and messages.at >= $1 and messages.at < $2 group by 1
  ), answered as (
    select responses.agent, count(*) as n, percentile_cont(0.5) within group (order by responses.seconds) as median, count(*) filter (where responses.first) as first,
      percentile_cont(0.5) within group (order by responses.seconds) filter (where responses.first) as first_median
    from reporting.responses where responses.at >= $1 and responses.at < $2 group by 1
  ), had as (
    select episodes.agent, count(*) as n from reporting.episodes where episodes.opened_at >= $1 and episodes.opened_at < $2 group by 1
  ), solved as (
    select coalesce(episodes.agent, episodes.frt_agent) as agent, count(*) as n, percentile_cont(0.5) within group (order by episodes.resolution_seconds) as median
    from reporting.episodes where episodes.outcome = 'resolved_agent' and episodes.closed_at >= $1 and episodes.closed_at < $2 group by 1
  ), team as (
    select percentile_cont(0.5) within group (order by episodes.resolution_seconds) as median
    from reporting.episodes where episodes.outcome = 'resolved_agent' and episodes.closed_at >= $1 and episodes.closed_at < $2
  ), rated as (
    select surveys.agent, count(*) as n, count(*) filter (where surveys.score >= 4) as satisfied
    from reporting.surveys where surveys.type = 'csat' and surveys.score is not null and surveys.answered_at >= $1 and surveys.answered_at < $2 group by 1
  ), everybody as (
    select wrote.agent from wrote union select answered.agent from answered union select had.agent from had union select solved.agent from solved union select rated.agent from rated
  )
  select everybody.agent, coalesce(had.n, 0), coalesce(wrote.n, 0), coalesce(answered.n, 0), answered.median, coalesce(answered.first, 0), answered.first_median,
    coalesce(solved.n, 0), solved.median, solved.median - team.median, coalesce(rated.n, 0), coalesce(rated.satisfied, 0), rated.satisfied::float8 / nullif(rated.n, 0)
  from everybody cross join team
  left join wrote on wrote.agent = everybody.agent left join answered on answered.agent = everybody.agent left join had on had.agent = everybody.agent
  left join solved on solved.agent = everybody.agent left join rated on rated.agent = everybody.agent
  where everybody.agent is not null
$$;

comment on function reporting.agent_table(timestamptz, timestamptz) is 'What each agent did in [from_at, to_at): episodes opened then that were assigned to them last, messages, responses and first responses they wrote with medians, episodes resolved (of the agent assigned last, else of who answered first) with the median and its distance from the median of all, and ratings credited to them.';

do $$
begin
  if exists (select from pg_catalog.pg_roles where pg_roles.rolname = 'replywatch_reader') then
    grant select on all tables in schema reporting to replywatch_reader;
  end if;
end
$$;
