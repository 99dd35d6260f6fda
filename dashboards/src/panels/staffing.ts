/** How many people the hours ask for, beside how many were there. The model is that of docs/staffing.md. */
import { barChart } from '../kinds/bar-chart.ts';
import { weekGrid } from '../kinds/heatmap.ts';
import { stat } from '../kinds/stat.ts';
import { sqlTable } from '../kinds/table.ts';
import { timeSeries } from '../kinds/time-series.ts';
import { runbook, toPlainDashboard } from '../links.ts';
import type { Panel } from '../panel.ts';
import { orUnknown } from '../promql.ts';
import { during, hoursOfWeek, share } from '../sql.ts';
import { UNITS } from '../style.ts';

const LINKS = [toPlainDashboard('msg-agents', 'Agents'), runbook('AgentsOverloaded'), runbook('CustomersWaiting', 'Runbook: customers wait')];
const ALL_INBOXES = 'All inboxes and channels together.';

/** @param onward where it leads to from the page it stands on */
export const agentsNow = (onward = LINKS): Panel => {
  const online = 'sum(chat_agents{status=~"online|busy"})';
  return stat({
    title: 'Agents now', of: 'now', unit: UNITS.count, noValue: 'not known', kpis: ['C7'], links: onward,
    description: `Agents online or busy, how many this hour's forecast asks for, and the first ÷ the second. `
      + `From 100 % on is normal; below it, call somebody in or expect customers to wait. ${ALL_INBOXES} `
      + 'Without presence from the help desk, or in the first weeks, one of the numbers is not known.',
    queries: [
      { legend: 'online', expr: orUnknown(online), decimals: 0 },
      { legend: 'needed', expr: orUnknown('max(chat_agents_needed)'), decimals: 0 },
      { legend: 'of needed', expr: orUnknown(`${online} / (max(chat_agents_needed) > 0)`), unit: UNITS.ratio, decimals: 0, color: { base: 'bad', steps: [[1, 'good']] } },
    ],
  });
};

export const understaffedHours = (): Panel => stat({
  title: 'Hours with too few people, 7 days', of: 'period', unit: UNITS.ratio, noValue: 'presence of agents is not known', kpis: ['C7'], links: LINKS,
  description: 'Hours of the last seven days with fewer agents online than what came asked for ÷ hours of which both are known; below it both counts, and how many agents were missing in the worst hour. '
    + 'A few hours are normal. When there are more, look in the graph below whether they are always the same ones, and move people there.',
  queries: [{ sql: `select ${share('count(*) filter (where staffing.surplus < 0)', 'count(*)')} as share,
  (count(*) filter (where staffing.surplus < 0))::double precision as "too few",
  count(*)::double precision as known, ceil(greatest(-min(staffing.surplus), 0)) as "missing at worst"
from reporting.staffing where not staffing.expected and staffing.surplus is not null and staffing.hour >= least($__timeTo()::timestamptz, now()) - interval '7 days' having count(*) > 0` }],
  columns: [
    { from: 'share', title: 'share', unit: UNITS.ratio, decimals: 0 }, { from: 'too few', title: 'too few', unit: UNITS.count, decimals: 0 },
    { from: 'known', title: 'known', unit: UNITS.count, decimals: 0 }, { from: 'missing at worst', title: 'missing at worst', unit: UNITS.count, decimals: 0 },
  ],
});

export const arrivalsAndAgents = (): Panel => timeSeries({
  title: 'Arrivals, agents online, agents needed', unit: UNITS.count, timeFrom: '7d', noValue: 'no staffing figures yet: they need whole hours', kpis: ['C7', 'G2'],
  links: LINKS, minInterval: '1h',
  description: 'Per hour: conversations that asked for people (bars, right axis), agents online on average, and agents that these conversations asked for. '
    + 'Online above needed is normal. '
    + `Where needed is above online, customers waited longer than the target: move a shift or a break. ${ALL_INBOXES}`,
  queries: [
    { sql: lastWeek('staffing.arrivals', 'arrivals'), color: 'inbound', bars: true, rightAxis: true },
    { sql: lastWeek('staffing.agents_online', 'online'), color: 'agent' },
    { sql: lastWeek('staffing.agents_needed::double precision', 'needed'), color: 'waiting' },
  ],
});

function lastWeek(column: string, legend: string): string {
  return `select staffing.hour as time, ${column} as "${legend}" from reporting.staffing
where ${during('staffing.hour')} and not staffing.expected and ${column} is not null order by staffing.hour`;
}

/** The hour that has begun counts as to come. */
const AHEAD = 'staffing.expected';

export const weekAhead = (): Panel => weekGrid({
  title: 'Agents needed, next seven days', unit: UNITS.count, decimals: 0, noValue: 'nothing to expect yet: the forecast needs a week', kpis: ['C7'], links: LINKS,
  description: 'Agents who keep the first-response objective in each hour of the coming seven days, if as many write as the forecast says; today stands in its weekday. '
    + `Compare with the rota and fill the dark hours first. ${ALL_INBOXES} Public holidays are not known to the forecast.`,
  sql: hoursOfWeek(`select extract(isodow from staffing.hour at time zone '$tz')::int as weekday, extract(hour from staffing.hour at time zone '$tz')::int as hour,
    staffing.agents_needed as value from reporting.staffing where ${AHEAD}`),
});

export const daysAhead = (): Panel => barChart({
  title: 'Conversations expected, next seven days', unit: UNITS.count, noValue: 'nothing to expect yet: the forecast needs a week', x: 'day', kpis: ['C7'],
  links: [toPlainDashboard('msg-overview', 'Overview'), runbook('VolumeAboveForecast')],
  description: 'Conversations that customers are expected to open on each of the next days, beside what came on the same weekday a week ago. '
    + 'The forecast of an hour is the median of the same hour in four weeks. '
    + 'Similar bars are normal; where they differ, last week had something special. Add campaigns and holidays by hand.',
  sql: `select to_char(forecast.local_day, 'Dy DD Mon') as day, sum(forecast.forecast) as expected,
  (select sum(before.actual)::double precision from reporting.forecast as before where before.local_day = forecast.local_day - 7) as "a week before"
from reporting.forecast group by forecast.local_day having sum(forecast.forecast) is not null and count(forecast.actual) = 0 order by forecast.local_day`,
  colors: { expected: 'inbound', 'a week before': 'usual' },
});

const HOURS = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0'));
/** One row per coming day, one column per hour. */
const rota = (value: string): string => `select to_char(staffing.hour at time zone '$tz', 'Dy DD Mon') as day,
  ${HOURS.map((hour) => `max(${value}) filter (where extract(hour from staffing.hour at time zone '$tz') = ${Number(hour)}) as "${hour}"`).join(',\n  ')}
from reporting.staffing where ${AHEAD} group by (staffing.hour at time zone '$tz')::date, 1 having count(${value}) > 0 order by (staffing.hour at time zone '$tz')::date`;

export const neededByDay = (): Panel => sqlTable({
  title: 'Agents needed per hour', unit: UNITS.count, noValue: 'nothing to expect yet: the forecast needs a week', kpis: ['C7'], links: LINKS,
  description: `The same numbers to copy into a rota: one row per day, one column per hour in the chosen zone. ${ALL_INBOXES} They are agents who answer; add breaks, meetings and sick leave.`,
  sql: rota('staffing.agents_needed::double precision'), columns: [{ from: 'day', title: 'Day', width: 110 }],
  pattern: { of: '^\\d\\d$', look: { cell: 'background', color: 'scale', decimals: 0, width: 46 } },
});

export const arrivalsByDay = (): Panel => sqlTable({
  title: 'Conversations for people expected per hour', unit: UNITS.count, noValue: 'nothing to expect yet: the forecast needs a week', kpis: ['C7'], links: LINKS,
  description: `What the numbers of agents are computed from: conversations expected in each hour, less the share that the bot resolves alone. ${ALL_INBOXES} If you know better, because of a campaign or a holiday, change the number of agents in proportion.`,
  sql: rota('staffing.arrivals'), columns: [{ from: 'day', title: 'Day', width: 110 }],
  pattern: { of: '^\\d\\d$', look: { cell: 'background', color: 'scale', decimals: 1, width: 46 } },
});

export const workload = (): Panel => stat({
  title: 'What the model reckons with', of: 'now', unit: UNITS.seconds, noValue: 'not known yet', kpis: ['G2'], links: LINKS,
  description: 'Seconds that customers wait for agents in one conversation, mean of four weeks: the handling time of the staffing model; and the share of conversations that people had to answer. '
    + 'Both move slowly. When handling time jumps, more people are needed for the same number of conversations: look at topics and transfers.',
  queries: [{ sql: `select max(staffing.handling_seconds) as "handling time", ${share('sum(staffing.arrivals)', 'sum(forecast.actual)')} as "asked for people"
from reporting.staffing join reporting.forecast on forecast.hour = staffing.hour where not staffing.expected having max(staffing.handling_seconds) is not null` }],
  columns: [
    { from: 'handling time', title: 'handling time', unit: UNITS.seconds, decimals: 0 },
    { from: 'asked for people', title: 'asked for people', unit: UNITS.ratio, decimals: 0 },
  ],
});
