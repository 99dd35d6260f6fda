/** C3 and C7: when customers write, and how many were to be expected. */
import type { Key } from './key.ts';

const OPENED = `reporting.hourly where hourly.initiator = 'contact'`;

/** From 22 to 2 is over midnight. */
const PEAK = `case when :peak_from <= :peak_to then hourly.local_hour >= :peak_from and hourly.local_hour < :peak_to
  else hourly.local_hour >= :peak_from or hourly.local_hour < :peak_to end`;

const PRESENT = 'reporting.forecast where forecast.hour <= :now and forecast.hour + interval \'1 hour\' > :now';

/** Figures of volume and its forecast. */
export const DEMAND: readonly Key[] = [
  {
    name: 'heatmap',
    sql: `select coalesce(json_object_agg(cell.name, cell.n), '{}') as value from (
      select (array['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])[extract(isodow from hourly.local_day)::int] || ' ' || lpad(hourly.local_hour::text, 2, '0') as name,
        sum(hourly.opened)::int as n
      from ${OPENED} and hourly.opened > 0 group by 1, extract(isodow from hourly.local_day) order by extract(isodow from hourly.local_day), 1) as cell`,
  },
  { name: 'peak_share', sql: `select coalesce(sum(hourly.opened) filter (where ${PEAK}), 0)::float8 / nullif(sum(hourly.opened), 0) as value from ${OPENED}` },
  { name: 'forecast', needs: 'time', sql: `select forecast.forecast as value from ${PRESENT}` },
  { name: 'forecast_band', needs: 'time', sql: `select json_build_array(forecast.low, forecast.high) as value from ${PRESENT} and forecast.forecast is not null` },
  {
    name: 'forecast_wape', needs: 'time',
    sql: `select sum(abs(forecast.actual - forecast.forecast)) / nullif(sum(forecast.actual) filter (where forecast.forecast is not null), 0) as value from reporting.forecast`,
  },
  { name: 'volume_anomaly', needs: 'time', sql: 'select forecast.anomaly as value from reporting.forecast where forecast.actual is not null order by forecast.hour desc limit 1' },
];
