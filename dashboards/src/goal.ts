import type { PromQuery, SqlQuery } from './query.ts';

/** A target as a line of its own, dashed and grey, so that it is visible where the figures are. For targets the configuration knows use `target`, `objective` of `promql.ts`. */
export const goal = (value: number, legend = 'goal'): PromQuery => ({ expr: `vector(${value})`, legend, color: 'target', dashed: true });

/** The same where the other queries are SQL: one point at each end of the chosen time. */
export const sqlGoal = (value: number, legend = 'goal'): SqlQuery =>
  ({
    sql: `select ends.at as time, ${value}::double precision as "${legend}" from (values ($__timeFrom()::timestamptz), ($__timeTo()::timestamptz)) as ends (at) order by 1`,
    color: 'target', dashed: true,
  });
