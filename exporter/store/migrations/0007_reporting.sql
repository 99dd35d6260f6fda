-- What others may read: stable, documented views. Tables behind them may change, columns here are only ever added.
create schema if not exists reporting;

create or replace view reporting.episodes as
select facts.conversation, facts.number, facts.contact, facts.source, facts.channel, facts.inbox, facts.team, facts.agent, facts.topic, facts.initiator,
  facts.outcome, facts.opened_at, facts.demand_at, facts.closed_at, facts.ended_at, facts.closed_by, facts.close_reason, facts.bot, facts.confirmed,
  facts.unanswered, facts.waiting_since, facts.inbound_messages, facts.agent_messages, facts.bot_messages, facts.failed_messages, facts.handoffs,
  facts.transfers, facts.frt_seconds, facts.frt_business_seconds, facts.frt_at, facts.frt_agent, facts.frt_total_seconds, facts.first_human_at,
  facts.bot_frt_seconds, facts.first_any_response_seconds, facts.queue_seconds, facts.assign_to_response_seconds, facts.resolution_seconds,
  facts.resolution_business_seconds, facts.human_resolution_seconds, facts.working_resolution_seconds, facts.conversation_length_seconds,
  facts.engaged_seconds, facts.sla_first_response, facts.sla_resolution
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
  nullif(open."slaFirstResponse", 'undecided'), nullif(open."slaResolution", 'undecided')
from replywatch.conversation
cross join lateral json_to_record(conversation.state::json) as state (open json, agent text, team text)
cross join lateral json_to_record(state.open) as open (
  number int, contact uuid, source text, channel text, inbox text, topic text, initiator text, "openedAt" float8, "demandAt" float8, "handoffAt" float8,
  list json, "inboundMessages" int, "withdrawnMessages" int, "agentMessages" int, "botMessages" int, "failedMessages" int, handoffs int, transfers int,
  "frtStart" float8, "frtAt" float8, "frtBusinessSeconds" float8, "frtAgent" text, "firstHumanAt" float8, "firstBotAt" float8, "botFrtSeconds" float8,
  "queueSeconds" float8, "assignToResponseSeconds" float8, "slaFirstResponse" text, "slaResolution" text)
where position('"open":{' in conversation.state) > 0;

comment on view reporting.episodes is 'One row per episode, closed or open: a round of a conversation from its first message to its end. Times are instants, durations seconds, null means never measured.';
comment on column reporting.episodes.conversation is 'Pseudonym of the conversation.';
comment on column reporting.episodes.number is 'Position of the episode within its conversation, from 1; above 1 the conversation was reopened.';
comment on column reporting.episodes.contact is 'Pseudonym of the customer.';
comment on column reporting.episodes.source is 'Connection to the provider.';
comment on column reporting.episodes.channel is 'What the customer uses: whatsapp, webchat, sms …';
comment on column reporting.episodes.inbox is 'The business''s end: phone number id, page, help-desk inbox.';
comment on column reporting.episodes.team is 'Team assigned last.';
comment on column reporting.episodes.agent is 'Agent assigned last.';
comment on column reporting.episodes.topic is 'Last topic set in the episode.';
comment on column reporting.episodes.initiator is 'Who opened it: contact, agent or campaign.';
comment on column reporting.episodes.outcome is 'How it ended, or open.';
comment on column reporting.episodes.opened_at is 'When it opened.';
comment on column reporting.episodes.demand_at is 'First message of the customer that was not withdrawn.';
comment on column reporting.episodes.closed_at is 'When it closed; null while open.';
comment on column reporting.episodes.ended_at is 'The close, or the last message when it closed by inactivity.';
comment on column reporting.episodes.closed_by is 'Who closed it: agent, bot, contact, automation or system.';
comment on column reporting.episodes.close_reason is 'done, confirmed or inactivity.';
comment on column reporting.episodes.bot is 'The bot''s part in an episode the customer opened: none, involved or escalated; none while open.';
comment on column reporting.episodes.confirmed is 'The customer confirmed the bot''s solution.';
comment on column reporting.episodes.unanswered is 'The customer was waiting when it closed.';
comment on column reporting.episodes.waiting_since is 'Start of the wait that is pending, or was at the close.';
comment on column reporting.episodes.inbound_messages is 'Messages of the customer, withdrawn ones included.';
comment on column reporting.episodes.agent_messages is 'Messages of agents that did not fail.';
comment on column reporting.episodes.bot_messages is 'Messages of bots that did not fail.';
comment on column reporting.episodes.failed_messages is 'Messages that never reached the customer.';
comment on column reporting.episodes.handoffs is 'Hand-offs from bot to human.';
comment on column reporting.episodes.transfers is 'Transfers between agents or teams.';
comment on column reporting.episodes.frt_seconds is 'First response time: the wait that the first agent message ended.';
comment on column reporting.episodes.frt_business_seconds is 'The part of it within opening hours.';
comment on column reporting.episodes.frt_at is 'When the first response was written.';
comment on column reporting.episodes.frt_agent is 'Who wrote it.';
comment on column reporting.episodes.frt_total_seconds is 'From the demand to the first agent message, bot phase included.';
comment on column reporting.episodes.first_human_at is 'First agent message after the demand.';
comment on column reporting.episodes.bot_frt_seconds is 'From the demand to the first bot message.';
comment on column reporting.episodes.first_any_response_seconds is 'From the demand to the first agent or bot message.';
comment on column reporting.episodes.queue_seconds is 'From the hand-off, or the demand, to the first assignment to an agent.';
comment on column reporting.episodes.assign_to_response_seconds is 'From the assignment to the first response, for the agent who wrote it.';
comment on column reporting.episodes.resolution_seconds is 'From the demand to the end, for resolved episodes.';
comment on column reporting.episodes.resolution_business_seconds is 'The part of it within opening hours.';
comment on column reporting.episodes.human_resolution_seconds is 'Resolution time without the bot phase.';
comment on column reporting.episodes.working_resolution_seconds is 'Resolution time without snoozes.';
comment on column reporting.episodes.conversation_length_seconds is 'From the demand to the last message of a closed, answered episode.';
comment on column reporting.episodes.engaged_seconds is 'Sum of its gaps between messages, long ones left out.';
comment on column reporting.episodes.sla_first_response is 'First-response target: met, missed, or null while undecided.';
comment on column reporting.episodes.sla_resolution is 'Resolution target: met, missed, or null while undecided.';

create or replace view reporting.responses as
select observation.conversation, observation.number, observation.nth, observation.source, observation.channel, observation.inbox, observation.episode,
  observation.at, observation.seconds, observation.business_seconds, coalesce((observation.data ->> 'first')::boolean, false) as first, observation.agent,
  (observation.data ->> 'assignSeconds')::float8 as assign_seconds
from replywatch.observation where observation.type = 'response';

comment on view reporting.responses is 'One row per wait of a customer that an agent ended.';
comment on column reporting.responses.conversation is 'Pseudonym of the conversation.';
comment on column reporting.responses.number is 'Number of the episode within its conversation.';
comment on column reporting.responses.nth is 'Position among the responses of the episode.';
comment on column reporting.responses.source is 'Connection to the provider.';
comment on column reporting.responses.channel is 'What the customer uses.';
comment on column reporting.responses.inbox is 'The business''s end.';
comment on column reporting.responses.episode is 'first, or reopened when the conversation had an episode before.';
comment on column reporting.responses.at is 'When the reply was written.';
comment on column reporting.responses.seconds is 'How long the customer waited.';
comment on column reporting.responses.business_seconds is 'The part of it within opening hours.';
comment on column reporting.responses.first is 'Whether it is the first response of the episode.';
comment on column reporting.responses.agent is 'Who wrote the reply.';
comment on column reporting.responses.assign_seconds is 'The agent''s own reaction: from the assignment, if that was later than the start of the wait.';

create or replace view reporting.messages as
select shown.message, shown.conversation, shown.contact, shown.source, shown.channel, shown.inbox, shown.at, shown.direction, shown.author, shown.author_id,
  shown.content, shown.campaign, shown.by_receipt,
  (array['sent', 'failed', 'delivered', 'read'])[receipts.rung] as status, receipts.sent_at, receipts.delivered_at, receipts.read_at, receipts.failed_at, receipts.error_code
from (
  select event.message, event.conversation, event.contact, event.source, event.channel, event.inbox, event.t as at,
    case event.kind when 'message.inbound' then 'inbound' else 'outbound' end as direction,
    case event.kind when 'message.inbound' then 'contact' else event.data ->> 'author' end as author, event.data ->> 'authorId' as author_id,
    event.data ->> 'content' as content, event.data ->> 'campaign' as campaign, false as by_receipt
  from replywatch.event where event.kind in ('message.inbound', 'message.outbound')
  union all
  -- The first receipt stands for a message that the channel never showed us.
  select event.message, event.conversation, event.contact, event.source, event.channel, event.inbox, event.t, 'outbound', null, null, null,
    event.data ->> 'campaign', true
  from replywatch.event
  where event.kind = 'message.status' and event.message is not null
    and not exists (select from replywatch.event as message where message.id = event.message)
    and not exists (
      select from replywatch.event as earlier
      where earlier.message = event.message and earlier.kind = 'message.status' and (earlier.t, earlier.id) < (event.t, event.id))
) as shown
cross join lateral (
  select max(array_position(array['sent', 'failed', 'delivered', 'read'], status.data ->> 'status')) as rung,
    min(status.t) filter (where status.data ->> 'status' = 'sent') as sent_at,
    min(status.t) filter (where status.data ->> 'status' = 'delivered') as delivered_at,
    min(status.t) filter (where status.data ->> 'status' = 'read') as read_at,
    min(status.t) filter (where status.data ->> 'status' = 'failed') as failed_at,
    min(status.data ->> 'errorCode') filter (where status.data ->> 'status' = 'failed') as error_code
  from replywatch.event as status
  where shown.direction = 'outbound' and status.kind = 'message.status' and status.message = shown.message
) as receipts;

comment on view reporting.messages is 'One row per message, never its text. Give it a range of time (at) when you query it: it reads the event log.';
comment on column reporting.messages.message is 'Pseudonym of the message.';
comment on column reporting.messages.conversation is 'Pseudonym of the conversation.';
comment on column reporting.messages.contact is 'Pseudonym of the customer.';
comment on column reporting.messages.source is 'Connection to the provider.';
comment on column reporting.messages.channel is 'What the customer uses.';
comment on column reporting.messages.inbox is 'The business''s end.';
comment on column reporting.messages.at is 'When it was written; for messages known by receipts only, the time of the first one.';
comment on column reporting.messages.direction is 'inbound or outbound.';
comment on column reporting.messages.author is 'contact, agent, bot, automation, campaign or system; null when known by receipts only.';
comment on column reporting.messages.author_id is 'Who wrote it, where the source says so.';
comment on column reporting.messages.content is 'Type of the message: text, image, template …';
comment on column reporting.messages.campaign is 'Campaign it was sent for.';
comment on column reporting.messages.by_receipt is 'Whether the message is known by its receipts only.';
comment on column reporting.messages.status is 'Highest receipt of an outbound message: sent, failed, delivered, read; null when none came.';
comment on column reporting.messages.sent_at is 'First receipt sent.';
comment on column reporting.messages.delivered_at is 'First receipt delivered.';
comment on column reporting.messages.read_at is 'First receipt read.';
comment on column reporting.messages.failed_at is 'First receipt failed.';
comment on column reporting.messages.error_code is 'The provider''s code of the failure.';

create or replace view reporting.hourly as
select rollup_hour.hour, rollup_hour.local_day, rollup_hour.local_hour, rollup_hour.channel, rollup_hour.inbox, rollup_hour.initiator, rollup_hour.opened,
  rollup_hour.closed, rollup_hour.outbound_only, rollup_hour.withdrawn, rollup_hour.dropped, rollup_hour.resolved_agent, rollup_hour.courtesy,
  rollup_hour.dismissed, rollup_hour.abandoned, rollup_hour.missed, rollup_hour.bot_abandoned, rollup_hour.resolved_bot, rollup_hour.messages_contact,
  rollup_hour.messages_agent, rollup_hour.messages_bot, rollup_hour.messages_automation, rollup_hour.messages_campaign, rollup_hour.messages_system,
  rollup_hour.messages_by_receipt, rollup_hour.first_responses, rollup_hour.first_response_seconds, rollup_hour.first_response_buckets,
  rollup_hour.responses, rollup_hour.response_seconds, rollup_hour.response_buckets, rollup_hour.resolutions, rollup_hour.resolution_seconds,
  rollup_hour.resolution_buckets,
  (select array_agg(bound.value::float8 order by bound.nth)
   from replywatch.rollup_state cross join lateral json_array_elements_text(rollup_state.basis::json -> 'bounds') with ordinality as bound (value, nth)
   where rollup_state.rollup = 'hourly') as bucket_bounds
from replywatch.rollup_hour;

comment on view reporting.hourly is 'Volumes and durations per local hour of the workspace zone, channel, inbox and initiator. Everything adds up; averages are sums divided by counts.';
comment on column reporting.hourly.hour is 'The instant the hour begins. The hour that a clock change repeats has two.';
comment on column reporting.hourly.local_day is 'Local date.';
comment on column reporting.hourly.local_hour is 'Local hour, 0 to 23.';
comment on column reporting.hourly.channel is 'What customers use.';
comment on column reporting.hourly.inbox is 'The business''s end.';
comment on column reporting.hourly.initiator is 'Who opened the episodes: contact, agent or campaign.';
comment on column reporting.hourly.opened is 'Episodes that opened in this hour.';
comment on column reporting.hourly.closed is 'Episodes that closed in this hour; the sum of the ten outcomes.';
comment on column reporting.hourly.outbound_only is 'Closed without a message of the customer.';
comment on column reporting.hourly.withdrawn is 'Closed after the customer took back what was written.';
comment on column reporting.hourly.dropped is 'Closed while the customer waited for a further reply.';
comment on column reporting.hourly.resolved_agent is 'Closed after an agent had replied.';
comment on column reporting.hourly.courtesy is 'Reopened by a thank-you and closed without a reply.';
comment on column reporting.hourly.dismissed is 'Closed by an agent without a reply.';
comment on column reporting.hourly.abandoned is 'The customer left before a reply.';
comment on column reporting.hourly.missed is 'Nobody ever replied.';
comment on column reporting.hourly.bot_abandoned is 'The customer left the bot''s question unanswered.';
comment on column reporting.hourly.resolved_bot is 'Closed after the bot alone had answered.';
comment on column reporting.hourly.messages_contact is 'Messages of customers.';
comment on column reporting.hourly.messages_agent is 'Messages of agents.';
comment on column reporting.hourly.messages_bot is 'Messages of bots.';
comment on column reporting.hourly.messages_automation is 'Automatic messages, such as out-of-office texts.';
comment on column reporting.hourly.messages_campaign is 'Messages of campaigns.';
comment on column reporting.hourly.messages_system is 'Lines the system wrote.';
comment on column reporting.hourly.messages_by_receipt is 'Outbound messages known by their receipts only.';
comment on column reporting.hourly.first_responses is 'First responses written in this hour.';
comment on column reporting.hourly.first_response_seconds is 'Sum of their waits.';
comment on column reporting.hourly.first_response_buckets is 'How many of them per bucket, each counted once; see bucket_bounds.';
comment on column reporting.hourly.responses is 'All responses written in this hour, first ones included.';
comment on column reporting.hourly.response_seconds is 'Sum of their waits.';
comment on column reporting.hourly.response_buckets is 'How many of them per bucket.';
comment on column reporting.hourly.resolutions is 'Episodes resolved in this hour.';
comment on column reporting.hourly.resolution_seconds is 'Sum of their resolution times.';
comment on column reporting.hourly.resolution_buckets is 'How many of them per bucket.';
comment on column reporting.hourly.bucket_bounds is 'Upper bounds of the buckets in seconds, inclusive; one more bucket follows for everything longer.';

create or replace view reporting.peak_hours as
select peak_hour.weekday, peak_hour.local_hour, peak_hour.conversations, peak_hour.occurrences,
  peak_hour.conversations::float8 / nullif(peak_hour.occurrences, 0) as mean_conversations
from replywatch.peak_hour;

comment on view reporting.peak_hours is 'Episodes opened by customers per hour of the local week, over the last eight whole weeks; 168 rows.';
comment on column reporting.peak_hours.weekday is '1 Monday to 7 Sunday.';
comment on column reporting.peak_hours.local_hour is 'Local hour, 0 to 23.';
comment on column reporting.peak_hours.conversations is 'Episodes opened in all those hours together.';
comment on column reporting.peak_hours.occurrences is 'How often this hour came in those weeks; clock changes skip and repeat hours.';
comment on column reporting.peak_hours.mean_conversations is 'Episodes per such hour; null when there was none.';

create or replace view reporting.blind_intervals as
select blind_interval.source, blind_interval.started_at, blind_interval.ended_at, blind_interval.reason from replywatch.blind_interval;

comment on view reporting.blind_intervals is 'Times in which figures could not be known, because the exporter or a source was blind.';
comment on column reporting.blind_intervals.source is 'Which connection was blind; null: all of them.';
comment on column reporting.blind_intervals.started_at is 'First instant of the gap.';
comment on column reporting.blind_intervals.ended_at is 'End of the gap, exclusive.';
comment on column reporting.blind_intervals.reason is 'Why nothing was known.';

-- The role that reads them. Roles belong to the server: another database may have made it, and a user who may not make roles still gets the views.
do $$
begin
  create role replywatch_reader nologin;
  alter role replywatch_reader set default_transaction_read_only = on;
  alter role replywatch_reader set statement_timeout = '15s';
exception when insufficient_privilege or duplicate_object or unique_violation then
  null;
end
$$;

do $$
begin
  if exists (select from pg_catalog.pg_roles where pg_roles.rolname = 'replywatch_reader') then
    grant usage on schema reporting to replywatch_reader;
    grant select on all tables in schema reporting to replywatch_reader;
    alter default privileges in schema reporting grant select on tables to replywatch_reader;
  end if;
end
$$;
