/** Pieces of PromQL the panels share. `$channel` and `$inbox` are multi-value variables, always matched as regular expressions. */
import type { PromQuery } from './query.ts';
import { UNITS } from './style.ts';

type Matchers = Readonly<Record<string, string>>;

/** `metric{channel=~"$channel",inbox=~"$inbox",…}` for series that carry both labels. A value in `/…/` is a regular expression. */
export const of = (metric: string, matchers: Matchers = {}): string => selector(metric, ['channel=~"$channel"', 'inbox=~"$inbox"'], matchers);

/** `metric{inbox=~"$inbox",…}` for series without a channel; wrap what is built from it in `inChannel`. */
export const ofInbox = (metric: string, matchers: Matchers = {}): string => selector(metric, ['inbox=~"$inbox"'], matchers);

/**
 * Keeps the inboxes that the chosen channels use, for series that have no channel themselves.
 * Messages serve as the list because the counter exists from the first scrape and stays while the database is away.
 */
export const inChannel = (expr: string): string => `(${expr}) and on (inbox) ${of('chat_messages_total')}`;

/** The total of a counter over a fixed window, all series together or per label. */
export const total = (counter: string, window: string, by: readonly string[] = []): string => `sum${grouping(by)} (increase(${counter}[${window}]))`;

/** The same for a counter without a channel. */
export const totalInChannel = (counter: string, window: string, by: readonly string[] = []): string =>
  `sum${grouping(by)} (${inChannel(`increase(${counter}[${window}])`)})`;

/** a ÷ b, without a result instead of NaN where b is 0. Both sides must keep the same labels. */
export const ratio = (numerator: string, denominator: string): string => `${numerator} / (${denominator} > 0)`;

/** A quantile of a histogram, buckets summed before the quantile is taken. */
export const quantile = (q: number, histogram: string, window: string, by: readonly string[] = []): string =>
  `histogram_quantile(${q}, sum by (${['le', ...by].join(', ')}) (rate(${histogram}[${window}])))`;

/** The target of an SLA in seconds; the strictest when the chosen inboxes differ. */
export const target = (sla: 'first_response' | 'resolution'): string => `min(${inChannel(ofInbox('chat_sla_target_seconds', { sla }))})`;

/** The share of episodes that must meet the target, 0 to 1. */
export const objective = (sla: 'first_response' | 'resolution'): string => `max(chat_sla_objective_ratio{sla="${sla}"})`;

/** Share of first responses that met or missed the target over a window, the chosen inboxes together. */
export const firstResponses = (result: 'met' | 'missed', window: string): string =>
  ratio(totalInChannel(ofInbox('chat_sla_results_total', { sla: 'first_response', result }), window), totalInChannel(ofInbox('chat_sla_results_total', { sla: 'first_response' }), window));

/** The same of four weeks, from rates that are recorded per minute: every scrape of four weeks is fifty times as much to read. */
export const firstResponses28d = (result: 'met' | 'missed'): string => {
  const sum = (matchers: Matchers): string => `sum(${inChannel(`sum_over_time(${ofInbox('inbox_sla_result:chat_sla_results:rate5m', { sla: 'first_response', ...matchers })}[28d])`)})`;
  return ratio(sum({ result }), sum({}));
};

/** Goals of the configuration, the strictest of the chosen inboxes: recorded for alerts, and with their defaults while the exporter is away. */
export const CSAT_GOAL = `max(${inChannel(ofInbox('inbox:chat_csat_goal:ratio'))})`;
export const FAILED_LIMIT = `min(${inChannel(ofInbox('inbox:chat_message_failure_limit:ratio'))})`;
export const UTILISATION_LIMIT = 'cluster:chat_utilisation_limit:ratio';

const RECORDED_RATINGS = ofInbox('inbox:chat_csat_responses:increase7d');
const RECORDED_CSAT = ofInbox('inbox:chat_csat_satisfied_per_responses:ratio_increase7d');

/** Ratings of the seven days before each point. Recorded for alerts: sixty points with a week each would read a week of scrapes sixty times. */
export const RATINGS_7D = `sum(${inChannel(RECORDED_RATINGS)})`;

/** Share of 4 and 5 among them, the chosen inboxes together. */
export const CSAT_7D = ratio(`sum(${inChannel(`${RECORDED_CSAT} * ${RECORDED_RATINGS}`)})`, RATINGS_7D);

/** Numbers of a stat: the share in the colour that the goal gives it, or in none below `fewest` ratings, and how many there are. One of the first three has a result. */
export const csat7d = (fewest: number): readonly PromQuery[] => {
  const known = `(${CSAT_7D}) and (${RATINGS_7D} >= ${fewest})`;
  const look = { decimals: 0, instant: true } as const;
  return [
    { legend: 'satisfied', expr: `(${known}) >= ${CSAT_GOAL}`, color: 'good', ...look }, { legend: 'satisfied, below the goal', expr: `(${known}) < ${CSAT_GOAL}`, color: 'bad', ...look },
    { legend: 'satisfied (too few)', expr: `(${CSAT_7D}) and (${RATINGS_7D} < ${fewest})`, color: 'plain', ...look },
    { legend: 'ratings', expr: RATINGS_7D, unit: UNITS.count, color: 'plain', ...look }, { legend: 'goal', expr: CSAT_GOAL, color: 'target', ...look },
  ];
};

/** The same for each inbox. */
export const CSAT_7D_BY_INBOX = `max by (inbox) (${inChannel(RECORDED_CSAT)})`;

/** How many times faster than allowed first responses are missed: 1 uses up the budget exactly. At most 1 ÷ (1 − objective). */
export const burnRate = (window: string): string => `(${firstResponses('missed', window)}) / (1 - ${objective('first_response')})`;

/** What an alert asks of each window, as in `alerts/rules/recording.yml`: the highest factor, and its place between the budget and 80 % missed. */
export const BURN_WINDOWS = [{ window: '1h', most: 6, step: '1' }, { window: '6h', most: 4, step: '2 / 3' }, { window: '1d', most: 2, step: '1 / 3' }, { window: '3d', most: 1, step: '0' }] as const;

/** From what burn rate on the alert of a window speaks: it follows from the objective. */
export const burnLimit = ({ most, step }: (typeof BURN_WINDOWS)[number]): string =>
  `clamp_max(1 + ${step} * clamp_min(0.8 / (1 - ${objective('first_response')}) - 1, 0), ${most})`;

/** Share of the late answers that may be which are still left, of those missed; below 0 when there were more. */
export const budgetLeft = (missed: string): string => `1 - (${missed}) / (1 - ${objective('first_response')})`;

/**
 * For figures about this moment: the sparkline ends in NaN instead of a stale value when the exporter is gone,
 * and the panel's value mapping prints NaN as "no data".
 */
export const orUnknown = (expr: string): string => `${expr} or vector(NaN)`;

/** The same hour of the last four weeks; weeks without history do not count. `at` builds the expression for one offset. */
export function lastFourWeeks(aggregate: 'avg' | 'stddev', at: (offset: string) => string): string {
  const weeks = [1, 2, 3, 4].map((week) => `label_replace(${at(`offset ${week}w`)}, "week", "${week}", "", "")`);
  return `${aggregate} without (week) (${weeks.join(' or ')})`;
}

function selector(metric: string, always: readonly string[], matchers: Matchers): string {
  const rest = Object.entries(matchers).map(([label, value]) => (/^\/.*\/$/.test(value) ? `${label}=~"${value.slice(1, -1)}"` : `${label}="${value}"`));
  return `${metric}{${[...always, ...rest].join(',')}}`;
}

const grouping = (by: readonly string[]): string => (by.length === 0 ? '' : ` by (${by.join(', ')})`);
