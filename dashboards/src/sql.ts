/**
 * Pieces of SQL the panels share. Macros of Grafana's Postgres source are found up to the next `)`: no argument may hold parentheses or commas.
 * Ranges are half-open, so `$__timeFilter`, which is not, stays out.
 */
import { ALL } from './variables.ts';

/** Rows within the chosen time, by an instant, e.g. `episodes.opened_at`. */
export const during = (column: string): string => `${column} >= $__timeFrom() and ${column} < $__timeTo()`;

/** The zone of the workspace, whose days and hours the rollups have. */
const CLOCKS = "coalesce((select workspace.tz from reporting.workspace), 'UTC')";

/** The local date of an instant. */
const localDate = (instant: string): string => `(${instant} at time zone ${CLOCKS})::date`;

/** The local dates at both ends of the chosen time: east of Greenwich today begins while it is yesterday in UTC. */
export const FIRST_DAY = localDate('$__timeFrom()::timestamptz');
export const LAST_DAY = localDate('$__timeTo()::timestamptz');

/** The local date at the end of the chosen time, or now where that lies ahead. */
export const TODAY = localDate('least($__timeTo()::timestamptz, now())');

/** Rows within the chosen time, by a local date; days at the ends count whole. */
export const onDays = (column: string): string => `${column} >= ${FIRST_DAY} and ${column} <= ${LAST_DAY}`;

/**
 * A day as a point in time: noon of the workspace, which is that day for viewers up to half the world away, too. `midnight` is an instant. Days that the
 * chosen time cuts stand at its end, or nobody would see today before noon.
 */
const atNoon = (midnight: string): string => `least(greatest(${midnight} + interval '12 hours', $__timeFrom()::timestamptz), $__timeTo()::timestamptz)`;

/** A local date as a point in time (see `atNoon`). */
export const dayAsTime = (column: string): string => atNoon(`${column}::timestamp at time zone ${CLOCKS}`);

/** The week of a local date as a point in time: the noon of its Thursday, or the end of the chosen time that cuts it. */
export const weekAsTime = (column: string): string => dayAsTime(`(date_trunc('week', ${column}::timestamp) + interval '3 days')`);

/** The local day of an instant as a point in time (see `atNoon`). */
export const localDay = (column: string): string => atNoon(`date_trunc('day', ${column}, ${CLOCKS})`);

/** Whether the chosen time is so short that graphs have points per hour. */
const IS_SHORT = "$__timeTo()::timestamptz - $__timeFrom()::timestamptz <= interval '3 days'";

/** Where an instant stands in a graph: per local hour for up to three days, else per local day, so that a short time has points as well. */
export const inSteps = (column: string): string =>
  `case when ${IS_SHORT} then date_trunc('hour', ${column}, ${CLOCKS}) else ${localDay(column)} end`;

/** The same steps on the clock of the workspace, for windows that reach back before the chosen time: `inSteps` puts all that lies there on its first point. */
export const localStep = (column: string): string => `date_trunc(case when ${IS_SHORT} then 'hour' else 'day' end, ${column} at time zone ${CLOCKS})`;

/** What a window of seven days takes in before such a step. */
export const WEEK_BEFORE = `(case when ${IS_SHORT} then interval '167 hours' else interval '6 days' end)`;

/** Such a step as a point in time. */
export const stepAsTime = (step: string): string => inSteps(`(${step} at time zone ${CLOCKS})`);

/** Conversations that are over: the others are read from the state of the machine, each of them anew in every query, for figures that few of them change. */
export const ENDED = 'episodes.closed_at is not null';

/**
 * Rows of the chosen values of a variable, e.g. `chosen('episodes.inbox', 'inbox')`. Where a column may be null, give it a word: `coalesce(episodes.team, 'none')`.
 * With All the planner drops the whole condition, and with it what it takes to look the column up; otherwise Grafana quotes each value, whatever is in it.
 */
export const chosen = (column: string, variable: string): string => {
  const values = `(\${${variable}:sqlstring})`;
  return `(${ALL} in ${values} or ${column} in ${values})`;
};

/** The chosen channels and inboxes of a view that has both. */
export const inPlace = (view: string): string => `${chosen(`${view}.channel`, 'channel')} and ${chosen(`${view}.inbox`, 'inbox')}`;

/** a ÷ b as a double; null where b is 0 or null. */
export const share = (numerator: string, denominator: string): string => `(${numerator})::double precision / nullif((${denominator})::double precision, 0)`;

/** Median (0.5) or another percentile from observations; an array of several gives an array. */
export const percentile = (q: number | `array[${string}]`, expression: string): string => `percentile_cont(${q}) within group (order by ${expression})`;

/** Ends of the 95 % Wilson interval of a share `p` of `n`; null without `n`. Columns or plain expressions. */
export const wilson = (end: 'low' | 'high', p: string, n: string): string =>
  `((${p}) + 1.9208 / nullif(${n}, 0) ${end === 'low' ? '-' : '+'} 1.96 * sqrt(greatest(0, (${p}) * (1 - (${p})) / nullif(${n}, 0) + 0.9604 / nullif((${n})::double precision ^ 2, 0)))) / (1 + 3.8416 / nullif(${n}, 0))`;

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

/**
 * The 24 × 7 grid `weekGrid` draws. `cells` gives `weekday` (1 Monday to 7 Sunday), `hour` (0 to 23) and `value`. The panel takes what stands in the first column for the end
 * of a cell, and draws null as 0: hence the hour after, and not a number where nothing is known. Without any value there are no rows, so that the panel says what is missing.
 */
export const hoursOfWeek = (cells: string): string => `with cell as (${cells})
select grid.hour + 1 as hour, ${WEEKDAYS.map((name, i) => `coalesce((max(cell.value) filter (where cell.weekday = ${i + 1}))::double precision, 'NaN') as "${name}"`).toReversed().join(', ')}
from generate_series(0, 23) as grid (hour) left join cell on cell.hour = grid.hour where exists (select from cell where cell.value is not null)
group by grid.hour order by grid.hour`;
