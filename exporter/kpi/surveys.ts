/** Satisfaction: what surveyed customers answered. */
import type { Key } from './key.ts';

const CSAT = `reporting.surveys where surveys.type = 'csat'`;
const DELIVERABLE = 'surveys.sent_at is not null and not surveys.failed';

/** Figures of surveys. */
export const SURVEYS: readonly Key[] = [
  { name: 'csat', sql: `select count(*) filter (where surveys.score >= 4)::float8 / nullif(count(surveys.score), 0) as value from ${CSAT}` },
  { name: 'csat_average', sql: `select avg(surveys.score::float8) as value from ${CSAT}` },
  {
    name: 'csat_counts',
    sql: `select json_build_array(count(*) filter (where surveys.score >= 4), count(surveys.score), count(*) filter (where ${DELIVERABLE})) as value from ${CSAT}`,
  },
  {
    name: 'csat_response_rate',
    sql: `select count(surveys.score) filter (where ${DELIVERABLE})::float8 / nullif(count(*) filter (where ${DELIVERABLE}), 0) as value from ${CSAT}`,
  },
  {
    name: 'nps',
    sql: `select 100.0 * (count(*) filter (where surveys.score >= 9) - count(*) filter (where surveys.score <= 6)) / nullif(count(surveys.score), 0) as value
      from reporting.surveys where surveys.type = 'nps'`,
  },
];
