/** Who writes, how often, and whether they come back. */
import { countryMap } from '../kinds/country-map.ts';
import { stat } from '../kinds/stat.ts';
import { sqlTable } from '../kinds/table.ts';
import { timeSeries } from '../kinds/time-series.ts';
import { runbook, toPlainDashboard } from '../links.ts';
import type { Panel } from '../panel.ts';
import { LAST_DAY, TODAY, dayAsTime, onDays, share } from '../sql.ts';
import { UNITS } from '../style.ts';

const STALE = runbook('RollupStale', 'Figures are old');
const DELIVERY = toPlainDashboard('msg-delivery', 'Delivery and campaigns');
const PEAKS = toPlainDashboard('msg-peak-hours', 'Peak hours');
const COST = toPlainDashboard('msg-cost', 'Cost');

/** Today is not over: figures of one day are those of the last whole one in the chosen time. */
const isOver = `daily_activity.local_day < ${TODAY}`;
const lastWholeDay = `from reporting.daily_activity where ${isOver} order by daily_activity.local_day desc limit 1`;
/** Before the thirtieth day a month is not full, and its share of a day too large. */
export const MONTH_IS_FULL = 'daily_activity.local_day >= (select min(first.local_day) + 29 from reporting.daily_activity as first)';
const days = `from reporting.daily_activity where ${onDays('daily_activity.local_day')}`;

export const active = (): Panel => stat({
  title: 'Active customers, last day', of: 'period', unit: UNITS.count, noValue: 'no whole day yet', kpis: ['I1'], links: [PEAKS, STALE],
  description: 'Customers who wrote at least once on the last whole day of the chosen time, in the seven and in the thirty days that end with it. Weekends are quieter by nature: '
    + 'compare with the same weekday. Installed for less than a month, the month is still filling.',
  queries: [{ sql: `select daily_activity.dau as day, daily_activity.wau as week, daily_activity.mau as month\n${lastWholeDay}` }],
  columns: [{ from: 'day', title: 'day', decimals: 0 }, { from: 'week', title: 'week', decimals: 0 }, { from: 'month', title: 'month', decimals: 0 }],
});

export const stickiness = (): Panel => stat({
  title: 'Stickiness', of: 'period', unit: UNITS.ratio, noValue: 'needs a month of history', kpis: ['I1'], links: [DELIVERY, STALE],
  description: 'Customers active on a day ÷ customers active in the thirty days that end with it: mean of the whole days in the chosen time, and the last one. Known from the '
    + 'thirtieth day of history on. A shop sees a few percent, a service people live with far more; only your own past tells what is normal.',
  queries: [
    { sql: `select avg(daily_activity.stickiness) as mean ${days} and ${isOver} and ${MONTH_IS_FULL}` },
    { sql: `select case when ${MONTH_IS_FULL} then daily_activity.stickiness end as last\n${lastWholeDay}` },
  ],
  columns: [{ from: 'mean', title: 'mean', decimals: 1 }, { from: 'last', title: 'last day', decimals: 1 }],
});

export const newcomers = (): Panel => stat({
  title: 'New customers', of: 'period', unit: UNITS.count, noValue: 'nobody wrote yet', kpis: ['I2'], links: [DELIVERY, STALE],
  description: 'Customers who wrote for the first time ever in the chosen time, and their share of everybody who was active on a day, summed over the days. In the first weeks '
    + 'after the installation everybody is new. A jump follows a campaign or a mention; none at all means that a link or number is gone.',
  queries: [{ sql: `select sum(daily_activity.new_contacts)::bigint as new, ${share('sum(daily_activity.new_contacts)', 'sum(daily_activity.dau)')} as share ${days}` }],
  columns: [{ from: 'new', title: 'new', decimals: 0 }, { from: 'share', title: 'of the active', unit: UNITS.ratio, decimals: 0 }],
});

export const churn = (): Panel => stat({
  title: 'Churn, 30 days', of: 'period', unit: UNITS.ratio, noValue: 'needs two months of history', kpis: ['I4'], links: [DELIVERY, STALE],
  description: 'Of the customers active in the thirty days before the last thirty, the share that was not active in the last thirty, as of the last whole day; below it how many '
    + 'they were. In support silence can be content: judge it together with satisfaction. A rise of several points in a month is worth asking why.',
  queries: [{ sql: `select daily_activity.churn_ratio as lost, nullif(daily_activity.earlier_contacts, 0) as earlier\n${lastWholeDay}` }],
  columns: [{ from: 'lost', title: 'lost', decimals: 0 }, { from: 'earlier', title: 'of', unit: UNITS.count, decimals: 0 }],
});

export const optIn = (): Panel => stat({
  title: 'Opted in', of: 'now', unit: UNITS.ratio, noValue: 'no customer yet', kpis: ['K1'], links: [DELIVERY, COST],
  description: 'Customers whose latest word on marketing is a yes ÷ all customers, now; below it how many said no. It grows slowly where people are asked. Where consents are '
    + 'kept elsewhere and never told, it is 0: have them told as events.',
  queries: [{ sql: `select ${share("count(*) filter (where contacts.consent = 'granted')", 'count(*)')} as yes, count(*) filter (where contacts.consent = 'revoked') as no
from reporting.contacts` }],
  columns: [{ from: 'yes', title: 'yes', decimals: 1 }, { from: 'no', title: 'said no', unit: UNITS.count, decimals: 0 }],
});

export const activity = (): Panel => timeSeries({
  title: 'Active customers over time', unit: UNITS.count, noValue: 'nobody wrote yet', kpis: ['I1'], links: [PEAKS, STALE],
  description: 'Customers who wrote on the day, in the seven and in the thirty days that end with it. The day swings with the week, the month should be calm; a month that sinks '
    + 'while the days look as ever means that fewer different people write more. Today is not over.',
  queries: [{ sql: `select ${dayAsTime('daily_activity.local_day')} as time, daily_activity.dau as day, daily_activity.wau as week, daily_activity.mau as month
${days} order by 1` }],
  colors: { day: 'inbound', week: 'agent', month: 'bot' },
});

export const newAndReturning = (): Panel => timeSeries({
  title: 'New and returning, per day', unit: UNITS.count, noValue: 'nobody wrote yet', stacked: true, kpis: ['I2'], links: [DELIVERY, STALE],
  description: 'Customers active on the day: those who wrote for the first time ever, and those who had written before. Both together are the day\'s active customers. More new '
    + 'ones follow campaigns; only returning ones for long means nobody finds you.',
  queries: [{ sql: `select ${dayAsTime('daily_activity.local_day')} as time, daily_activity.returning_contacts as returning, daily_activity.new_contacts as new
${days} order by 1`, bars: true }],
  colors: { returning: 'inbound', new: 'good' },
});

/** Customers who wrote in the chosen time; of ranges that end in the past, those who wrote before and after, too. */
const WROTE = 'contacts.last_message_at >= $__timeFrom() and contacts.first_message_at < $__timeTo()';

export const map = (): Panel => countryMap({
  title: 'Countries', unit: UNITS.count, noValue: 'no country is known', kpis: ['I6'], links: [DELIVERY, COST],
  description: 'Customers who wrote in the chosen time by the country of their number; customers without a number, as in web chats, are not on it. The size of a circle is their '
    + 'number. A country that is new here may be spam, or a market: look at its language and what it asks.',
  sql: `select contacts.country, count(*)::double precision as value
from reporting.contacts where ${WROTE} and contacts.country is not null group by contacts.country order by 2 desc`,
});

const MONTHS = Array.from({ length: 12 }, (_, later) => `max(cohorts.retention_ratio) filter (where cohorts.months_later = ${later}) as "+${later}"`);

export const cohorts = (): Panel => sqlTable({
  title: 'Who came back, by month of the first message', unit: UNITS.ratio, noValue: 'nobody wrote yet', kpis: ['I3'], links: [DELIVERY, STALE],
  description: 'A row per month: customers who wrote for the first time in it, and the share of them who wrote so many months later; +0 is the month itself. The running month is '
    + 'not over, so the last cell of each row is still growing. Rows that fade more slowly than those above them mean that people have more reason to return.',
  sql: `select to_char(cohorts.cohort, 'YYYY-MM') as month, max(cohorts.contacts) as customers, ${MONTHS.join(',\n  ')}
from reporting.cohorts where cohorts.cohort > ${LAST_DAY} - interval '13 months'
  and cohorts.cohort <= ${LAST_DAY}
group by cohorts.cohort order by cohorts.cohort desc`,
  columns: [{ from: 'month', title: 'Month', width: 80 }, { from: 'customers', title: 'Customers', unit: UNITS.count, decimals: 0, width: 90 }],
  pattern: { of: '^\\+\\d+$', look: { unit: UNITS.ratio, decimals: 0, color: 'scale', cell: 'background', width: 60 } },
});

/** Customers who wrote, by a property of theirs. */
const byProperty = (property: string): string => `select coalesce(contacts.${property}, 'unknown') as ${property}, count(*) as customers,
  ${share('count(*)', 'sum(count(*)) over ()')} as share
from reporting.contacts where ${WROTE} group by 1 order by 2 desc limit 30`;

export const languages = (): Panel => sqlTable({
  title: 'Languages', unit: UNITS.count, noValue: 'nobody wrote in this time', kpis: ['I6'], links: [PEAKS, toPlainDashboard('msg-agents', 'Agents')],
  description: 'Customers who wrote in the chosen time by the language of their latest message that tells one, ISO 639. Compare with what your agents and templates speak. A '
    + 'large unknown is normal where messages are short.',
  sql: byProperty('language'),
  columns: [
    { from: 'language', title: 'Language' }, { from: 'customers', title: 'Customers', decimals: 0, width: 90 },
    { from: 'share', title: 'Share', unit: UNITS.ratio, decimals: 0, cell: 'bar', width: 110 },
  ],
});

export const origins = (): Panel => sqlTable({
  title: 'Where they came from', unit: UNITS.count, noValue: 'nobody wrote in this time', kpis: ['I6'], links: [DELIVERY, COST],
  description: 'Customers who wrote in the chosen time by how they became known: they wrote first (inbound), came by an ad, were entered by hand, imported, or created by a '
    + 'program. unknown where the source does not say. Ads that bring nobody who writes are not worth their price.',
  sql: byProperty('origin'),
  columns: [
    { from: 'origin', title: 'Origin' }, { from: 'customers', title: 'Customers', decimals: 0, width: 90 },
    { from: 'share', title: 'Share', unit: UNITS.ratio, decimals: 0, cell: 'bar', width: 110 },
  ],
});

export const countries = (): Panel => sqlTable({
  title: 'Countries in numbers', unit: UNITS.count, noValue: 'nobody wrote in this time', kpis: ['I6'], links: [DELIVERY, COST],
  description: 'Customers who wrote in the chosen time by the country of their number, ISO 3166: all, and those who wrote for the first time in it. unknown are those without a '
    + 'number. A country with many new ones and no language you speak needs a template or a bot.',
  sql: `select coalesce(contacts.country, 'unknown') as country, count(*) as customers, ${share('count(*)', 'sum(count(*)) over ()')} as share,
  count(*) filter (where contacts.first_message_at >= $__timeFrom()) as new
from reporting.contacts where ${WROTE} group by 1 order by 2 desc limit 100`,
  columns: [
    { from: 'country', title: 'Country' }, { from: 'customers', title: 'Customers', decimals: 0, width: 90 },
    { from: 'share', title: 'Share', unit: UNITS.ratio, decimals: 1, width: 75 },
    { from: 'new', title: 'New', decimals: 0, width: 75 },
  ],
});
