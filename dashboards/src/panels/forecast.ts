/** Whether the forecast can be trusted. */
import { stat } from '../kinds/stat.ts';
import { sqlTable } from '../kinds/table.ts';
import { timeSeries } from '../kinds/time-series.ts';
import { runbook, toPlainDashboard } from '../links.ts';
import type { Panel } from '../panel.ts';
import { orUnknown } from '../promql.ts';
import { during } from '../sql.ts';
import { UNITS } from '../style.ts';
import { FORECAST_ERROR_HIGH_RATIO } from '../targets.ts';

const LINKS = [toPlainDashboard('msg-overview', 'Overview'), runbook('VolumeAboveForecast', 'Runbook: more than expected'), runbook('VolumeBelowForecast', 'Runbook: fewer')];

export const expectedNow = (): Panel => stat({
  title: 'Expected this hour', of: 'now', unit: UNITS.count, noValue: 'not known', kpis: ['C7'], links: LINKS,
  description: 'Conversations that customers are expected to open in the current hour: the median of the same hour in the last four weeks, and the band outside which an hour counts as unusual. '
    + 'Inside the band is normal. Above it look for an incident, below it check that events arrive. All inboxes and channels together.',
  queries: [
    { legend: 'expected', expr: orUnknown('max(chat_forecast_conversations)'), color: 'inbound', decimals: 0 },
    { legend: 'at least', expr: orUnknown('max(chat_forecast_lower_conversations)'), decimals: 0 },
    { legend: 'at most', expr: orUnknown('max(chat_forecast_upper_conversations)'), decimals: 0 },
  ],
});

export const forecastError = (): Panel => stat({
  title: 'Forecast error, 4 weeks', of: 'now', unit: UNITS.ratio, noValue: 'not known', kpis: ['C7'], links: LINKS,
  description: 'Sum of the differences between what came and what was expected ÷ all that came, over the hours of four weeks. '
    + `Around 30 % is normal for some conversations per hour, less for hundreds. `
    + `Above ${FORECAST_ERROR_HIGH_RATIO * 100} % plan by hand: weeks with holidays, outages or campaigns lie behind.`,
  queries: [{ legend: 'error', expr: orUnknown('max(chat_forecast_error_ratio)'), decimals: 0, color: { base: 'good', steps: [[FORECAST_ERROR_HIGH_RATIO, 'warn']] } }],
});

const line = (column: string, legend: string): string =>
  `select forecast.hour as time, (${column})::double precision as "${legend}" from reporting.forecast where ${during('forecast.hour')}
  and (${column}) is not null order by forecast.hour`;

export const expectedAndCame = (): Panel => timeSeries({
  title: 'Expected and came', unit: UNITS.perHour, noValue: 'no forecast yet: it needs a week', kpis: ['C7'], links: LINKS, minInterval: '1h', wide: true,
  description: 'Conversations that customers opened per hour, the forecast of that hour, and the band of three median absolute deviations around it. '
    + 'Inside the band is normal. '
    + 'What lies outside was an incident, a campaign, a holiday or a gap in the data: see the list beside. All inboxes and channels together.',
  queries: [
    { sql: line('forecast.actual', 'came'), color: 'inbound' },
    { sql: line('forecast.forecast', 'expected'), color: 'target', dashed: true },
    { sql: line('forecast.high', 'most'), color: 'usual', dashed: true, fillTo: 'least' },
    { sql: line('case when forecast.low < 0 then 0 else forecast.low end', 'least'), color: 'usual', dashed: true },
  ],
});

export const unusualHours = (): Panel => sqlTable({
  title: 'Unusual hours', unit: UNITS.count, noValue: 'none: every hour was as expected', kpis: ['C7'], links: LINKS,
  description: 'Hours of the chosen time that were outside the band and at least ten conversations away from the forecast, newest first. Empty is normal. '
    + 'For each, find out what happened: it will be in the forecast of the next four weeks, too.',
  sql: `select forecast.hour, forecast.actual::double precision as came, forecast.forecast as expected, forecast.anomaly::double precision as side
from reporting.forecast where ${during('forecast.hour')} and forecast.anomaly <> 0 order by forecast.hour desc limit 100`,
  columns: [
    { from: 'hour', title: 'Hour', unit: UNITS.time, width: 170 }, { from: 'came', title: 'Came', unit: UNITS.count, decimals: 0 },
    { from: 'expected', title: 'Expected', unit: UNITS.count, decimals: 0 }, { from: 'side', title: 'Which way', texts: { 1: 'more', '-1': 'fewer' } },
  ],
});
