/** What can be asked of an example, and how an answer is read from the database. */

/** What an example asks beside its events; every part may be absent. Times are epoch milliseconds. */
export interface Query {
  /** The query time; what happens later does not exist yet. */
  readonly now?: number;
  /** A local date of the workspace, `YYYY-MM-DD`. */
  readonly day?: string;
  /** Half-open stretch of time for figures of agents. */
  readonly window?: readonly [from: number, to: number];
  /** Local hours, half-open: `[18, 21]` is 18:00 to 20:59:59. */
  readonly peakHours?: readonly [from: number, to: number];
  /** Price of a message by `category:market`. */
  readonly rates?: Readonly<Record<string, number>>;
}

/**
 * One figure. `sql` gives one row with one column, `value`: a number, text, or json for lists and maps; no row or null means no data. It
 * reads what dashboards read (facts, rollups, `reporting`), and computes nothing that they would have to compute differently.
 */
export interface Key {
  readonly name: string;
  /** The figure is asked for only when the query has this part; `time` is either `now` or `day`. */
  readonly needs?: 'time' | 'window' | 'rates';
  /** May name parameters of {@link PARAMETERS} as `:now`. */
  readonly sql: string;
}

/** Parameters of the statements, with their types. `asked_now` is null when nobody named a query time. Without a `day` the one of `now` is meant, without `peak_hours` 18 to 21. */
const PARAMETERS = {
  now: 'timestamptz', asked_now: 'timestamptz', tz: 'text', day: 'date', window_from: 'timestamptz', window_to: 'timestamptz', peak_from: 'int', peak_to: 'int', rates: 'jsonb',
  settings: 'jsonb',
} as const;
/** Name of a parameter. */
export type Parameter = keyof typeof PARAMETERS;

/** A statement with numbered parameters instead of named ones, and the names in that order. @throws RangeError for a name nobody gives */
export function numbered(sql: string): { readonly text: string; readonly names: readonly Parameter[] } {
  const names: Parameter[] = [];
  const text = sql.replace(/(?<![:\w]):([a-z_]+)/g, (_, name: string) => {
    if (!isParameter(name)) throw new RangeError(`no statement has a parameter :${name}`);
    if (!names.includes(name)) names.push(name);
    return `$${names.indexOf(name) + 1}::${PARAMETERS[name]}`;
  });
  return { text: `select to_json(answer.value) as value from (${text}) as answer`, names };
}

const isParameter = (name: string): name is Parameter => Object.hasOwn(PARAMETERS, name);

/** Whether an example asks for a figure. */
export function isAsked({ needs }: Key, query: Query): boolean {
  switch (needs) {
    case undefined: return true;
    case 'time': return query.now !== undefined || query.day !== undefined;
    case 'window': case 'rates': return query[needs] !== undefined;
    default: return needs satisfies never;
  }
}

/** A list of one column of a view in an order; `[]` when nothing was observed. */
export const list = (name: string, from: string, column: string, order: string): Key =>
  ({ name, sql: `select coalesce(json_agg(${column} order by ${order}, ${column}) filter (where ${column} is not null), '[]') as value from ${from}` });

/** How many rows of a view there are with one property among those with another; no data when there are none of these. */
export const share = (name: string, part: string, whole: string, from: string): Key =>
  ({ name, sql: `select (count(*) filter (where ${part}))::float8 / nullif(count(*) filter (where ${whole}), 0) as value from ${from}` });
