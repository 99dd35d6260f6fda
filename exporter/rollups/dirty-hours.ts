/** Which hours are out of date. */
import type { Sql } from './rollup.ts';

/**
 * Everything stored before this instant is committed: rows carry the time their transaction began, and none that runs now began before it. A
 * watermark of arrival times would miss what was spooled. The minutes give what is derived from events later, per customer, time to be there.
 */
export async function readHorizon(sql: Sql): Promise<Date> {
  const [row] = await sql(`
    select least(now(), min(activity.xact_start)) - interval '10 minutes' as horizon
    from pg_catalog.pg_stat_activity as activity where activity.datname = current_database()`);
  return row?.['horizon'] as Date; // one row, of timestamptz
}

/** Every hour that has figures to give, and every hour that holds some: $1 zone, $2 now. */
export const MARK_ALL = `
  insert into replywatch.rollup_dirty_hour (hour)
  select date_trunc('hour', event.t, $1) from replywatch.event where event.conversation is not null
  union select date_trunc('hour', episode_facts.opened_at, $1) from replywatch.episode_facts
  union select date_trunc('hour', episode_facts.closed_at, $1) from replywatch.episode_facts
  union select date_trunc('hour', observation.at, $1) from replywatch.observation
  union select date_trunc('hour', message_facts.at, $1) from replywatch.message_facts
  union select date_trunc('hour', hour.at, $1)
  from replywatch.agent_presence as presence
  cross join lateral generate_series(presence.from_at, least(presence.to_at, $2::timestamptz), interval '30 minutes') as hour (at)
  union select hourly_figure.hour from replywatch.hourly_figure
  union select agent_hour.hour from replywatch.agent_hour
  on conflict do nothing`;

/**
 * Hours that what was stored since $2 may have changed, none before $3; $1 zone, $4 now by our clock, $5 the watermark of that clock.
 * An event changes facts from its own time on, or from the time of the message it takes back, until it was stored: what followed then was
 * concluded without it. Who has an episode and what it is about counts for all of it, from its opening. Messages are read later than they
 * are stored, and say when they became different. Observations find what the clock closed, without an event, however late the clock was.
 */
export const MARK_CHANGED = `
  with arrived as materialized (
    select event.conversation, least(event.t, original.t) as since, greatest(event.t, least(event.stored_at, $4::timestamptz)) as until
    from replywatch.event
    left join replywatch.event as original on original.id = event.message and event.kind in ('message.status', 'message.deleted')
    where event.stored_at >= $2 and (event.conversation is not null or event.kind = 'agent.status')
  ), span as (
    select date_trunc('hour', arrived.since, $1) as since, max(date_trunc('hour', arrived.until, $1)) as until from arrived group by 1
  ), conversation as materialized (
    select arrived.conversation, min(arrived.since) as since from arrived where arrived.conversation is not null group by 1
    union
    select observation.conversation, min(observation.at) from replywatch.observation where observation.settle_at >= $5 and observation.type = 'closed' group by 1
  ), episode as (
    select facts.conversation, facts.number, facts.opened_at
    from conversation cross join lateral (
      select facts.conversation, facts.number, facts.opened_at from replywatch.episode_facts as facts
      where facts.conversation = conversation.conversation and facts.closed_at >= conversation.since offset 0
    ) as facts
    union all
    select open.conversation, open.number, open.opened_at
    from conversation cross join lateral (
      select stored.id as conversation, (state.open ->> 'number')::int as number, to_timestamp((state.open ->> 'openedAt')::float8 / 1000) as opened_at
      from replywatch.conversation as stored cross join lateral json_to_record(stored.state::json) as state (open json)
      where stored.id = conversation.conversation and state.open is not null offset 0
    ) as open
  ), touched as (
    select date_trunc('hour', hour.at, $1) as hour
    from span cross join lateral generate_series(greatest(span.since, date_trunc('hour', $3::timestamptz, $1)), span.until, interval '30 minutes') as hour (at)
    union
    select date_trunc('hour', episode.opened_at, $1) from episode
    union
    select date_trunc('hour', own.at, $1)
    from episode cross join lateral (
      select observation.at from replywatch.observation where observation.conversation = episode.conversation and observation.number = episode.number
      union all
      select message.at from replywatch.message_facts as message where message.conversation = episode.conversation and message.at >= episode.opened_at
      union all
      -- Of a long wait only the last part counts, and which that is shows at its end.
      select hour.at from replywatch.agent_intervals as intervals
      cross join lateral generate_series(date_trunc('hour', intervals.from_at, $1), intervals.to_at, interval '30 minutes') as hour (at)
      where intervals.conversation = episode.conversation and intervals.number = episode.number and intervals.kind = 'handling'
    ) as own
    union
    -- Agents are there without doing anything: every hour that passes.
    select date_trunc('hour', hour.at, $1)
    from generate_series($5::timestamptz, $4::timestamptz, interval '30 minutes') as hour (at)
    where exists (select from replywatch.agent_presence as presence where presence.to_at > $5)
    union
    select date_trunc('hour', observation.at, $1) from replywatch.observation where observation.settle_at >= $5
    union
    select date_trunc('hour', message_facts.at, $1) from replywatch.message_facts where message_facts.changed_at >= $2
  )
  insert into replywatch.rollup_dirty_hour (hour)
  select touched.hour from touched where touched.hour >= date_trunc('hour', $3::timestamptz, $1)
  on conflict do nothing`;
