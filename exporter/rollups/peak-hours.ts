import type { Rollup } from './rollup.ts';

/** Whole weeks, so that every weekday counts equally often. */
const WEEKS = 8;

/**
 * When customers write: episodes opened by contacts per weekday and local hour, over the 56 local days before today. Computed from the
 * hourly rollup, so it knows what that knows.
 */
export const PEAK_HOURS: Rollup = {
  name: 'peak-hours',
  schedule: '7 * * * *',
  intervalSeconds: 3_600,
  timeoutMs: 30_000,
  gauges: [],
  async run({ transaction, settings, now }) {
    await transaction(async (sql) => {
      await sql('lock table replywatch.peak_hour in share row exclusive mode'); // two at once would insert the same cells
      await sql('delete from replywatch.peak_hour');
      await sql(FILL, [new Date(now), settings.tz, WEEKS * 7]);
    });
    return {};
  },
};

/**
 * `occurrences` counts real hours: of the wall-clock hours in a year one does not exist and one exists twice. It begins with the first
 * day that has any figures, so a young installation is not diluted with weeks before it.
 */
const FILL = `
  with today as (
    select ($1::timestamptz at time zone $2)::date as day
  ), span as (
    select today.day as until, greatest(today.day - $3::int, first.day) as since
    from today cross join (select min(daily_figure.local_day) as day from replywatch.daily_figure) as first
    where first.day is not null
  ), instant as (
    select hour.at at time zone $2 as wall
    from span cross join lateral generate_series(
      span.since::timestamp at time zone $2, (span.until::timestamp at time zone $2) - interval '1 second', interval '1 hour') as hour (at)
  ), occurrence as (
    select extract(isodow from instant.wall)::int as weekday, extract(hour from instant.wall)::int as hour, count(*) as n from instant group by 1, 2
  ), opened as (
    select extract(isodow from figure.local_day)::int as weekday, figure.local_hour::int as hour, sum(figure.opened) as n
    from span join replywatch.hourly_figure as figure on figure.local_day >= span.since and figure.local_day < span.until
    where figure.dimension = 'all' and figure.initiator = 'contact' group by 1, 2
  )
  insert into replywatch.peak_hour (weekday, local_hour, conversations, occurrences)
  select weekday.n, hour.n, coalesce(opened.n, 0), coalesce(occurrence.n, 0)
  from generate_series(1, 7) as weekday (n)
  cross join generate_series(0, 23) as hour (n)
  left join opened on opened.weekday = weekday.n and opened.hour = hour.n
  left join occurrence on occurrence.weekday = weekday.n and occurrence.hour = hour.n`;
