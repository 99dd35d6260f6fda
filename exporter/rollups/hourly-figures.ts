/** The open episode of a conversation, one look-up per row: the planner takes a joined list for one row long and reads it through for each. */
const OPEN = `
    select (state.open ->> 'number')::int as number, state.open ->> 'initiator' as initiator, to_timestamp((state.open ->> 'openedAt')::float8 / 1000) as opened_at
    from replywatch.conversation cross join lateral json_to_record(conversation.state::json) as state (open json)`;

/**
 * Computes the figures of whole hours from events and facts: $1 hours (instants they begin), $2 zone, $3 bucket bounds, negated, ascending.
 * Openings belong to the hour they happen in, responses to that of the reply, resolutions and outcomes to that of the close.
 */
export const REPLACE_HOURS = `
with hour as (
  select unnest($1::timestamptz[]) as start
), log as materialized (
  select hour.start, event.id, event.conversation, event.message, event.kind, event.channel, event.inbox, event.t, event.data
  from hour
  join replywatch.event on event.t >= hour.start and event.t < hour.start + interval '1 hour' and date_trunc('hour', event.t, $2) = hour.start
  where event.conversation is not null
), open as materialized (
  -- An episode that is still open has no facts yet. Whatever happens in it is an event, so its conversation is in the log of the hour.
  select touched.conversation, (state.open ->> 'number')::int as number, state.open ->> 'initiator' as initiator, state.open ->> 'channel' as channel,
    state.open ->> 'inbox' as inbox, to_timestamp((state.open ->> 'openedAt')::float8 / 1000) as opened_at
  from (select distinct log.conversation from log) as touched
  join replywatch.conversation on conversation.id = touched.conversation
  cross join lateral json_to_record(conversation.state::json) as state (open json)
  where state.open is not null
), message as (
  select log.start, log.conversation, log.channel, log.inbox, log.t,
    case log.kind when 'message.inbound' then 'contact' when 'message.outbound' then log.data ->> 'author' else 'by_receipt' end as author
  from log
  where log.kind in ('message.inbound', 'message.outbound')
    or log.kind = 'message.status' and log.message is not null
      and not exists (select from replywatch.event as shown where shown.id = log.message)
      and not exists (
        select from replywatch.event as earlier
        where earlier.message = log.message and earlier.kind = 'message.status' and (earlier.t, earlier.id) < (log.t, log.id))
), part as (
  select hour.start, facts.channel, facts.inbox, facts.initiator, 'opened' as what, null::float8 as seconds
  from hour
  join replywatch.episode_facts as facts on facts.opened_at >= hour.start and facts.opened_at < hour.start + interval '1 hour'
    and date_trunc('hour', facts.opened_at, $2) = hour.start
  union all
  select hour.start, open.channel, open.inbox, open.initiator, 'opened', null
  from hour join open on date_trunc('hour', open.opened_at, $2) = hour.start
  union all
  select hour.start, facts.channel, facts.inbox, facts.initiator, closed.what, closed.seconds
  from hour
  join replywatch.episode_facts as facts on facts.closed_at >= hour.start and facts.closed_at < hour.start + interval '1 hour'
    and date_trunc('hour', facts.closed_at, $2) = hour.start
  cross join lateral (values (facts.outcome, null), ('closed', null), ('resolution', facts.resolution_seconds)) as closed (what, seconds)
  where closed.what <> 'resolution' or closed.seconds is not null
  union all
  select hour.start, observation.channel, observation.inbox, coalesce(facts.initiator, open.initiator, 'contact'), response.what, observation.seconds
  from hour
  join replywatch.observation on observation.at >= hour.start and observation.at < hour.start + interval '1 hour'
    and date_trunc('hour', observation.at, $2) = hour.start
  left join replywatch.episode_facts as facts on facts.conversation = observation.conversation and facts.number = observation.number
  left join lateral (${OPEN} where conversation.id = observation.conversation offset 0) as open on open.number = observation.number
  cross join lateral (values ('response', true), ('first_response', (observation.data ->> 'first')::boolean)) as response (what, counts)
  where observation.type = 'response' and response.counts
  union all
  -- A message belongs to the last episode that had begun by then; before the first one, to whoever wrote it.
  select message.start, message.channel, message.inbox,
    coalesce(open.initiator, closed.initiator, case message.author when 'contact' then 'contact' when 'campaign' then 'campaign' else 'agent' end),
    'message_' || message.author, null
  from message
  left join lateral (${OPEN} where conversation.id = message.conversation offset 0) as open on open.opened_at <= message.t
  left join lateral (
    select facts.initiator from replywatch.episode_facts as facts
    where facts.conversation = message.conversation and facts.opened_at <= message.t order by facts.number desc limit 1
  ) as closed on open.number is null
), cell as (
  select part.start, part.channel, part.inbox, part.initiator,
    count(*) filter (where part.what = 'opened') as opened,
    count(*) filter (where part.what = 'closed') as closed,
    count(*) filter (where part.what = 'outbound_only') as outbound_only,
    count(*) filter (where part.what = 'withdrawn') as withdrawn,
    count(*) filter (where part.what = 'dropped') as dropped,
    count(*) filter (where part.what = 'resolved_agent') as resolved_agent,
    count(*) filter (where part.what = 'courtesy') as courtesy,
    count(*) filter (where part.what = 'dismissed') as dismissed,
    count(*) filter (where part.what = 'abandoned') as abandoned,
    count(*) filter (where part.what = 'missed') as missed,
    count(*) filter (where part.what = 'bot_abandoned') as bot_abandoned,
    count(*) filter (where part.what = 'resolved_bot') as resolved_bot,
    count(*) filter (where part.what = 'message_contact') as messages_contact,
    count(*) filter (where part.what = 'message_agent') as messages_agent,
    count(*) filter (where part.what = 'message_bot') as messages_bot,
    count(*) filter (where part.what = 'message_automation') as messages_automation,
    count(*) filter (where part.what = 'message_campaign') as messages_campaign,
    count(*) filter (where part.what = 'message_system') as messages_system,
    count(*) filter (where part.what = 'message_by_receipt') as messages_by_receipt,
    count(*) filter (where part.what = 'first_response') as first_responses,
    coalesce(sum(part.seconds) filter (where part.what = 'first_response'), 0) as first_response_seconds,
    count(*) filter (where part.what = 'response') as responses,
    coalesce(sum(part.seconds) filter (where part.what = 'response'), 0) as response_seconds,
    count(*) filter (where part.what = 'resolution') as resolutions,
    coalesce(sum(part.seconds) filter (where part.what = 'resolution'), 0) as resolution_seconds
  from part
  group by part.start, part.channel, part.inbox, part.initiator
), bucket as (
  select part.start, part.channel, part.inbox, part.initiator, part.what,
    cardinality($3::float8[]) - width_bucket(-part.seconds, $3::float8[]) as nth, count(*) as n
  from part where part.seconds is not null
  group by part.start, part.channel, part.inbox, part.initiator, part.what, nth
), histogram as (
  select cell.start, cell.channel, cell.inbox, cell.initiator,
    array_agg(coalesce(first.n, 0) order by nth.n) as first_response_buckets,
    array_agg(coalesce(every.n, 0) order by nth.n) as response_buckets,
    array_agg(coalesce(resolved.n, 0) order by nth.n) as resolution_buckets
  from cell
  cross join generate_series(0, cardinality($3::float8[])) as nth (n)
  left join bucket as first on first.what = 'first_response' and first.nth = nth.n
    and (first.start, first.channel, first.inbox, first.initiator) = (cell.start, cell.channel, cell.inbox, cell.initiator)
  left join bucket as every on every.what = 'response' and every.nth = nth.n
    and (every.start, every.channel, every.inbox, every.initiator) = (cell.start, cell.channel, cell.inbox, cell.initiator)
  left join bucket as resolved on resolved.what = 'resolution' and resolved.nth = nth.n
    and (resolved.start, resolved.channel, resolved.inbox, resolved.initiator) = (cell.start, cell.channel, cell.inbox, cell.initiator)
  group by cell.start, cell.channel, cell.inbox, cell.initiator
)
insert into replywatch.rollup_hour (hour, local_day, local_hour, channel, inbox, initiator, opened, closed, outbound_only, withdrawn, dropped, resolved_agent,
  courtesy, dismissed, abandoned, missed, bot_abandoned, resolved_bot, messages_contact, messages_agent, messages_bot, messages_automation,
  messages_campaign, messages_system, messages_by_receipt, first_responses, first_response_seconds, first_response_buckets, responses, response_seconds,
  response_buckets, resolutions, resolution_seconds, resolution_buckets)
select cell.start, (cell.start at time zone $2)::date, extract(hour from cell.start at time zone $2)::smallint, cell.channel, cell.inbox, cell.initiator,
  cell.opened, cell.closed, cell.outbound_only, cell.withdrawn, cell.dropped, cell.resolved_agent, cell.courtesy, cell.dismissed, cell.abandoned,
  cell.missed, cell.bot_abandoned, cell.resolved_bot, cell.messages_contact, cell.messages_agent, cell.messages_bot, cell.messages_automation,
  cell.messages_campaign, cell.messages_system, cell.messages_by_receipt, cell.first_responses, cell.first_response_seconds,
  histogram.first_response_buckets, cell.responses, cell.response_seconds, histogram.response_buckets, cell.resolutions, cell.resolution_seconds,
  histogram.resolution_buckets
from cell
join histogram on (histogram.start, histogram.channel, histogram.inbox, histogram.initiator) = (cell.start, cell.channel, cell.inbox, cell.initiator)`;
