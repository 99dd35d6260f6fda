/**
 * What agents did in whole hours: $1 hours (instants they begin), $2 zone, $3 now. Everything is cut to the hour and to the time the agent was
 * online before it is united. Waits count once they are over: only the last part of a long one counts.
 */
export const REPLACE_AGENT_HOURS = `
with hour as (
  select unnest($1::timestamptz[]) as start
), range as (
  select min(hour.start) as since, max(hour.start) + interval '1 hour' as until from hour
), stretch as (
  select intervals.agent, intervals.kind, intervals.from_at, intervals.to_at
  from range join replywatch.agent_intervals as intervals on intervals.to_at > range.since and intervals.from_at < range.until
  union all
  select intervals.agent, intervals.kind, intervals.from_at, $3::timestamptz
  from range join replywatch.agent_intervals as intervals on intervals.to_at is null and intervals.from_at < range.until and intervals.kind = 'owned'
  union all
  select presence.agent, 'online', presence.from_at, presence.to_at
  from range join replywatch.agent_presence as presence on presence.to_at > range.since and presence.from_at < range.until
), cut as materialized (
  select hour.start, stretch.agent, stretch.kind, tstzrange(part.since, part.until) as span
  from hour
  join stretch on stretch.to_at > hour.start and stretch.from_at < hour.start + interval '1 hour'
  cross join lateral (select greatest(stretch.from_at, hour.start) as since, least(stretch.to_at, hour.start + interval '1 hour', $3::timestamptz) as until) as part
  where part.since < part.until
), online as (
  select cut.start, cut.agent, range_agg(cut.span) as spans from cut where cut.kind = 'online' group by cut.start, cut.agent
)
insert into replywatch.agent_hour (hour, local_day, local_hour, agent, online_seconds, busy_seconds, handling_seconds, owned_seconds)
select online.start, (online.start at time zone $2)::date, extract(hour from online.start at time zone $2)::smallint, online.agent,
  reporting.seconds_of(online.spans),
  reporting.seconds_of(coalesce(range_agg(cut.span) filter (where cut.kind in ('handling', 'wrap')), '{}') * online.spans),
  coalesce(sum(reporting.seconds_of(tstzmultirange(cut.span) * online.spans)) filter (where cut.kind = 'handling'), 0),
  coalesce(sum(reporting.seconds_of(tstzmultirange(cut.span) * online.spans)) filter (where cut.kind = 'owned'), 0)
from online left join cut on cut.start = online.start and cut.agent = online.agent and cut.kind <> 'online'
group by online.start, online.agent, online.spans`;
