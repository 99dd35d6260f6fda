import type { Gauge } from '../metrics/metric.ts';
import type { GaugeRow, Rollup, Row } from './rollup.ts';

/** Weeks that a forecast looks back, and that are compared with what came. */
export const WEEKS = 4;
/** Local days ahead. The same hour a week before them is over. */
const DAYS_AHEAD = 7;
/** Width of the band to each side, in median absolute deviations. */
const DEVIATIONS = 3;
/** An anomaly is at least so many episodes from its forecast: at night one chat is no news. */
const APART = 10;
/** Same hours that must be known before an hour can be called an anomaly. */
const KNOWN = 3;

const gauge = (name: string, help: string): Gauge => ({ type: 'gauge', name, labels: [], help });
const EXPECTED = gauge('chat_forecast_conversations', 'Episodes that customers are expected to open in the current local hour: median of the same hour in the last four weeks.');
const UPPER = gauge('chat_forecast_upper_conversations', 'Upper end of the band: above it the current hour is an anomaly. The forecast plus three median absolute deviations, at least ten.');
const LOWER = gauge('chat_forecast_lower_conversations', 'Lower end of the band, 0 or more.');
const ANOMALY = gauge('chat_volume_anomaly', 'Whether the last whole hour was above (1) or below (-1) the band of its forecast, or within it (0).');
const ERROR = gauge('chat_forecast_error_ratio', 'Weighted absolute percentage error of the forecasts of the last four weeks: 0 is perfect.');

/**
 * Expected volume per local hour: the last four weeks beside what came, and the next seven local days. A pure function of the hourly figures, so
 * late events change it like them.
 */
export const FORECAST: Rollup = {
  name: 'forecast',
  schedule: '2-59/5 * * * *',
  intervalSeconds: 300,
  timeoutMs: 30_000,
  gauges: [EXPECTED, UPPER, LOWER, ANOMALY, ERROR],
  async run({ transaction, settings, now }) {
    const [row] = await transaction(async (sql) => {
      await sql('lock table replywatch.forecast_hour in share row exclusive mode'); // two at once would insert the same hours
      await sql('delete from replywatch.forecast_hour');
      await sql(FILL, [new Date(now), settings.tz, WEEKS, DAYS_AHEAD, DEVIATIONS, APART, KNOWN]);
      return sql(PUBLISH, [new Date(now), DEVIATIONS, APART]);
    });
    return {
      [EXPECTED.name]: valueOf(row, 'forecast'), [UPPER.name]: valueOf(row, 'upper'), [LOWER.name]: valueOf(row, 'lower'),
      [ANOMALY.name]: valueOf(row, 'anomaly'), [ERROR.name]: valueOf(row, 'error'),
    };
  },
};

/** Nothing known is no series, not 0. */
const valueOf = (row: Row | undefined, column: string): readonly GaugeRow[] => (row?.[column] == null ? [] : [{ labels: {}, value: Number(row[column]) }]);

/**
 * Every local hour of the days from four weeks ago to a week ahead, with the same wall-clock hours of the four weeks before it: in the week of a
 * clock change there may be none or two. Hours before the first figure are unknown; later ones without figures are 0.
 */
const FILL = `
  with today as (
    select ($1::timestamptz at time zone $2)::date as day
  ), first as (
    select min(figure.hour) as hour from replywatch.hourly_figure as figure cross join today
    where figure.dimension = 'all' and figure.local_day >= today.day - 14 * $3::int - 1
  ), hour as materialized (
    -- In half hours, because some zones move their clocks by one.
    select distinct instant.hour, (instant.hour at time zone $2)::date as day, extract(hour from instant.hour at time zone $2)::int as local_hour
    from today cross join lateral (
      select date_trunc('hour', step.at, $2) as hour from generate_series(
        (today.day - 14 * $3::int)::timestamp at time zone $2, ((today.day + $4::int)::timestamp at time zone $2) - interval '1 second', interval '30 minutes') as step (at)
    ) as instant
  ), opened as (
    select figure.hour, sum(figure.opened)::int as n from replywatch.hourly_figure as figure cross join today
    where figure.local_day >= today.day - 14 * $3::int and figure.dimension = 'all' and figure.initiator = 'contact'
    group by figure.hour
  ), known as materialized (
    select hour.hour, hour.day, hour.local_hour, coalesce(opened.n, 0) as n
    from hour join first on hour.hour >= first.hour left join opened on opened.hour = hour.hour
    where hour.hour + interval '1 hour' <= $1::timestamptz
  ), past as (
    select hour.hour, known.n
    from hour cross join today
    join generate_series(1, $3::int) as week (number) on true
    join known on known.day = hour.day - 7 * week.number and known.local_hour = hour.local_hour
    where hour.day >= today.day - 7 * $3::int
  ), median as (
    select past.hour, count(*)::int as observations, percentile_cont(0.5) within group (order by past.n) as forecast from past group by past.hour
  ), band as (
    select median.hour, median.observations, median.forecast, percentile_cont(0.5) within group (order by abs(past.n - median.forecast)) as deviation
    from median join past on past.hour = median.hour group by median.hour, median.observations, median.forecast
  )
  insert into replywatch.forecast_hour (hour, local_day, local_hour, actual, observations, forecast, deviation, anomaly)
  select hour.hour, hour.day, hour.local_hour, known.n, coalesce(band.observations, 0), band.forecast, band.deviation,
    case when known.n is null or band.observations is null or band.observations < $7::int then null
      when abs(known.n - band.forecast) < $6::float8 then 0
      when known.n > band.forecast + $5::float8 * band.deviation then 1
      when known.n < band.forecast - $5::float8 * band.deviation then -1
      else 0 end
  from hour cross join today
  left join known on known.hour = hour.hour
  left join band on band.hour = hour.hour
  where hour.day >= today.day - 7 * $3::int`;

const PUBLISH = `
  select present.forecast, present.forecast + greatest($2::float8 * present.deviation, $3::float8) as upper,
    case when present.forecast is not null then greatest(present.forecast - greatest($2::float8 * present.deviation, $3::float8), 0) end as lower, last.anomaly, error.ratio as error
  from (values (1)) as one (row)
  left join replywatch.forecast_hour as present on present.hour <= $1 and present.hour + interval '1 hour' > $1
  left join lateral (
    select forecast_hour.anomaly from replywatch.forecast_hour where forecast_hour.actual is not null order by forecast_hour.hour desc limit 1
  ) as last on true
  cross join (
    select sum(abs(forecast_hour.actual - forecast_hour.forecast)) / nullif(sum(forecast_hour.actual) filter (where forecast_hour.forecast is not null), 0) as ratio
    from replywatch.forecast_hour where forecast_hour.actual is not null
  ) as error`;
