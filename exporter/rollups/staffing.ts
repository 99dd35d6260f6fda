import type { Gauge } from '../metrics/metric.ts';
import { agentsNeeded } from './erlang.ts';
import type { Rollup, RollupSettings, Row, Sql } from './rollup.ts';

const NEEDED: Gauge = { type: 'gauge', name: 'chat_agents_needed', labels: [], help: 'Agents that the forecast of the current local hour asks for to keep the first-response objective.' };

/** Agents that the last seven local days asked for, and that the next seven will. Arrivals are those of the forecast rollup. */
export const STAFFING: Rollup = {
  name: 'staffing',
  schedule: '3-59/5 * * * *',
  intervalSeconds: 300,
  timeoutMs: 30_000,
  gauges: [NEEDED],
  async run({ transaction, settings, now }) {
    const needed = await transaction((sql) => replace(sql, settings, now));
    return { [NEEDED.name]: needed === null ? [] : [{ labels: {}, value: needed }] };
  },
};

async function replace(sql: Sql, settings: RollupSettings, now: number): Promise<number | null> {
  await sql('lock table replywatch.staffing_hour in share row exclusive mode'); // two at once would insert the same hours
  await sql('delete from replywatch.staffing_hour');
  const rows = (await sql(HOURS, [new Date(now), settings.tz])).map((row) => ({ ...row, needed: needed(row, settings) }));
  const column = (name: string): readonly unknown[] => rows.map((row: Row) => row[name]);
  await sql(INSERT, [column('hour'), column('local_day'), column('local_hour'), column('arrivals'), column('expected'), column('handling'), column('online'), column('needed')]);
  return rows.find((row: Row) => row['present'])?.needed ?? null;
}

function needed(row: Row, { staffing }: RollupSettings): number | null {
  const [arrivals, handling] = [row['arrivals'], row['handling']];
  if (arrivals === null || handling === null) return null;
  return agentsNeeded({ arrivalsPerHour: Number(arrivals), handlingSeconds: Number(handling), ...staffing });
}

/**
 * Arrivals are the openings by customers, or the forecast of them, without the share that the bot resolves alone. Handling time is what agents' waits
 * took in four weeks over what came for people then; null until agents are known to have handled anything.
 */
const HOURS = `
  with today as (
    select ($1::timestamptz at time zone $2)::date as day
  ), demand as (
    select coalesce(sum(figure.opened), 0) as opened, 1 - coalesce(sum(figure.resolved_bot)::float8 / nullif(sum(figure.closed), 0), 0) as people
    from replywatch.daily_figure as figure cross join today
    where figure.local_day >= today.day - 28 and figure.local_day < today.day and figure.dimension = 'all' and figure.initiator = 'contact'
  ), work as (
    select sum(extract(epoch from intervals.to_at - intervals.from_at))::float8 as seconds
    from replywatch.agent_intervals as intervals cross join today
    where intervals.kind = 'handling' and intervals.to_at >= (today.day - 28)::timestamp at time zone $2 and intervals.to_at < today.day::timestamp at time zone $2
  ), online as (
    select agent_hour.hour, sum(agent_hour.online_seconds) / 3600 as agents
    from replywatch.agent_hour cross join today where agent_hour.local_day >= today.day - 7 group by agent_hour.hour
  )
  select forecast_hour.hour, forecast_hour.local_day::text as local_day, forecast_hour.local_hour, forecast_hour.actual is null as expected,
    coalesce(forecast_hour.actual, forecast_hour.forecast) * demand.people as arrivals,
    work.seconds / nullif(demand.opened * demand.people, 0) as handling,
    case when forecast_hour.actual is not null and exists (select from online) then coalesce(online.agents, 0) end as online,
    forecast_hour.hour <= $1 and forecast_hour.hour + interval '1 hour' > $1 as present
  from replywatch.forecast_hour cross join today cross join demand cross join work
  left join online on online.hour = forecast_hour.hour
  where forecast_hour.local_day >= today.day - 7`;

const INSERT = `
  insert into replywatch.staffing_hour (hour, local_day, local_hour, arrivals, expected, handling_seconds, agents_online, agents_needed)
  select each.hour, each.local_day, each.local_hour, each.arrivals, each.expected, each.handling_seconds, each.agents_online, each.agents_needed
  from unnest($1::timestamptz[], $2::date[], $3::smallint[], $4::float8[], $5::boolean[], $6::float8[], $7::float8[], $8::int[])
    as each (hour, local_day, local_hour, arrivals, expected, handling_seconds, agents_online, agents_needed)`;
