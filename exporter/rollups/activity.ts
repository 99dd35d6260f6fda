import type { Gauge } from '../metrics/metric.ts';
import { changedSince } from './changes.ts';
import type { GaugeRow, Rollup, RollupContext, Sql } from './rollup.ts';

const ACTIVE: Gauge = { type: 'gauge', name: 'chat_active_contacts', labels: ['period'], help: 'Contacts who wrote today, in the last seven and in the last thirty local days, today included.' };
const RETENTION: Gauge = {
  type: 'gauge', name: 'chat_retention_ratio', labels: [],
  help: 'Of the contacts active in the thirty days before the last thirty, the share active in the last thirty, 0 to 1. Absent when there were none.',
};

/** Active, new, returning and lost customers per local day, and monthly cohorts. From the first day on that changed, because a day counts for sixty. */
export const ACTIVITY: Rollup = {
  name: 'activity',
  schedule: '4-59/10 * * * *',
  intervalSeconds: 600,
  timeoutMs: 120_000,
  gauges: [ACTIVE, RETENTION],
  async run(context) {
    return context.transaction(async (sql) => {
      await recompute(sql, context);
      const [row] = await sql('select figure.dau, figure.wau, figure.mau, figure.lost_contacts, figure.earlier_contacts from replywatch.activity_figure as figure order by figure.local_day desc limit 1');
      return { [ACTIVE.name]: row ? active(row) : [], [RETENTION.name]: row ? retention(row) : [] };
    });
  },
};

const active = (row: Readonly<Record<string, unknown>>): readonly GaugeRow[] =>
  [['day', row['dau']], ['week', row['wau']], ['month', row['mau']]].map(([period, value]) => ({ labels: { period: String(period) }, value: Number(value) }));

const retention = (row: Readonly<Record<string, unknown>>): readonly GaugeRow[] =>
  (Number(row['earlier_contacts']) === 0 ? [] : [{ labels: {}, value: 1 - Number(row['lost_contacts']) / Number(row['earlier_contacts']) }]);

async function recompute(sql: Sql, { settings, now }: RollupContext): Promise<void> {
  const since = await changedSince(sql, 'activity', settings.tz, now);
  const oldest = new Date(now - settings.lateWindowSeconds * 1000);
  const [first] = since === undefined
    ? await sql('select min(activity_days.day)::text as day from replywatch.activity_days')
    : await sql(FIRST_CHANGED, [since, oldest, settings.tz]);
  if (since === undefined) await sql('delete from replywatch.cohort_month');
  await sql(`delete from replywatch.activity_figure where ${since === undefined ? 'true or ' : ''}activity_figure.local_day >= $1::date`, [first?.['day'] ?? null]);
  if (typeof first?.['day'] !== 'string') return;
  await sql(DAYS, [first['day'], new Date(now), settings.tz]);
  await sql(`delete from replywatch.cohort_month where cohort_month.month >= date_trunc('month', $1::date)`, [first['day']]);
  await sql(COHORTS, [first['day']]);
}

/** The first local day that is out of date: one whose activity changed, not before the late window, or the last with figures. */
const FIRST_CHANGED = `
  select least(
    (select max(figure.local_day) from replywatch.activity_figure as figure),
    (select min(greatest(activity_days.day, ($2::timestamptz at time zone $3)::date)) from replywatch.activity_days where activity_days.changed_at >= $1)
  )::text as day`;

const DAYS = `
  insert into replywatch.activity_figure (local_day, dau, wau, mau, new_contacts, returning_contacts, earlier_contacts, lost_contacts)
  select day.value::date, activity.dau, activity.wau, activity.mau, activity.new_contacts, activity.returning_contacts, activity.earlier_contacts, activity.lost_contacts
  from generate_series($1::date, ($2::timestamptz at time zone $3)::date, interval '1 day') as day (value)
  cross join lateral reporting.activity_on(day.value::date) as activity`;

/** Whoever first wrote in a month is of its cohort; the first day is one look-up per customer. */
const COHORTS = `
  insert into replywatch.cohort_month (cohort, month, contacts)
  select first.cohort, active.month, count(*)
  from (
    select distinct activity_days.contact, date_trunc('month', activity_days.day)::date as month
    from replywatch.activity_days where activity_days.day >= date_trunc('month', $1::date)
  ) as active
  cross join lateral (
    select date_trunc('month', min(before.day))::date as cohort from replywatch.activity_days as before where before.contact = active.contact
  ) as first
  group by first.cohort, active.month`;
