/** Customers: who is active, who is new, who comes back, who agreed. */
import type { Key } from './key.ts';

const onDay = (name: string, expression: string): Key => ({ name, needs: 'time', sql: `select ${expression} as value from reporting.activity_on(:day) as activity` });

const CHURN = 'activity.lost_contacts::float8 / nullif(activity.earlier_contacts, 0)';

/** Figures of customers on a day. */
export const CUSTOMERS: readonly Key[] = [
  onDay('dau', 'activity.dau'), onDay('wau', 'activity.wau'), onDay('mau', 'activity.mau'), onDay('stickiness', 'activity.dau::float8 / nullif(activity.mau, 0)'),
  onDay('new_contacts', 'activity.new_contacts'), onDay('returning_contacts', 'activity.returning_contacts'),
  onDay('churn_30d', CHURN), onDay('retention_30d', `1 - ${CHURN}`),
  {
    name: 'cohorts', needs: 'time',
    sql: `select coalesce(json_object_agg(to_char(cohort.begins, 'YYYY-MM'), cohort.months), '{}') as value from (
      select cohorts.cohort as begins, json_object_agg(cohorts.months_later, cohorts.active_contacts::float8 / cohorts.contacts order by cohorts.months_later) as months
      from reporting.cohorts_on(:day) as cohorts group by cohorts.cohort order by cohorts.cohort) as cohort`,
  },
  { name: 'opt_in_rate', sql: `select count(*) filter (where contacts.consent = 'granted')::float8 / nullif(count(*), 0) as value from reporting.contacts` },
];
