/** Rows come with what a viewer chose: a time, whose days are those of the workspace, and labels, whatever is in them. */
import { Pool } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hoursOfWeek } from '../../dashboards/src/sql.ts';
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts';
import { chosenIn, sqlOf } from './ask.ts';
import { loadDashboards, panelsOf, targetsOf } from './dashboards.ts';

/** In Sydney the 21st, seven in the morning. */
const TO = Date.UTC(2026, 1, 20, 20) / 1000;
/** What was talked about, by local day and inbox. */
const TOPICS = [
  ['2026-02-19', 'shop', 'early'], ['2026-02-20', 'shop', 'yesterday'], ['2026-02-21', 'shop', 'today'], ['2026-02-22', 'shop', 'tomorrow'],
  ['2026-01-10', 'Shop (EU), "new"', 'returns, refunds'], ['2026-01-10', 'shop', "driver's tip"], ['2026-01-10', 'shop', 'over $$50$$ (cash)'], ['2026-01-10', 'shop', 'returns'],
] as const;

let database: FreshDatabase;
let reader: Pool;
beforeAll(async () => {
  database = await freshDatabase('choosing');
  reader = new Pool({ connectionString: database.url, max: 1, options: '-c role=replywatch_reader' });
  const owner = new Pool({ connectionString: database.url, max: 1 });
  try {
    await owner.query("insert into replywatch.rollup_state (rollup, basis) values ('hourly', $1)", [JSON.stringify({ tz: 'Australia/Sydney' })]);
    await owner.query(`insert into replywatch.daily_figure (local_day, channel, inbox, initiator, dimension, value, closed)
      select topic.day, 'whatsapp', topic.inbox, 'contact', 'topic', topic.name, 1 from unnest($1::date[], $2::text[], $3::text[]) as topic (day, inbox, name)`,
    [0, 1, 2].map((column) => TOPICS.map((topic) => topic[column])));
    await owner.query(`insert into replywatch.cost_day (local_day, channel, inbox, category, market, currency, billed, allowed, unpriced, cost)
      select day::date, 'whatsapp', 'shop', 'utility', 'AU', 'EUR', 1, 0, 0, 1 from generate_series(timestamp '2026-02-15', timestamp '2026-02-25', interval '1 day') as day`);
  } finally {
    await owner.end();
  }
});
afterAll(async () => {
  await reader.end();
  await database.drop();
});

const overview = (await loadDashboards()).find(({ uid }) => uid === 'msg-overview')!;
const [table] = targetsOf(panelsOf(overview).find(({ title }) => title === 'What it was about')!);

/** The topics in the table of the overview, for hours that end at `to`, of all but what is named. */
async function topics(hours: number, to = TO, picked: Readonly<Record<string, readonly string[]>> = {}): Promise<readonly string[]> {
  const all = chosenIn(overview);
  const { rows } = await reader.query<{ topic: string }>(sqlOf(table?.rawSql ?? '', (name) => picked[name] ?? all(name), { from: to - hours * 3600, to, step: 600 }));
  return rows.map(({ topic }) => topic).sort();
}

it('days are those of the workspace: today, where it is still yesterday in UTC, and not the day before the first', async () => {
  expect(await topics(6)).toEqual(['today']);
  expect(await topics(24)).toEqual(['today', 'yesterday']);
});

it.each([
  ['all', {}, ["driver's tip", 'over $$50$$ (cash)', 'returns', 'returns, refunds']],
  ['a comma', { topic: ['returns, refunds'] }, ['returns, refunds']],
  ['several, with a quote, dollars and parentheses', { topic: ["driver's tip", 'over $$50$$ (cash)'] }, ["driver's tip", 'over $$50$$ (cash)']],
  ['an inbox with a comma', { inbox: ['Shop (EU), "new"'] }, ['returns, refunds']],
  ['what no longer is there', { topic: ['gone'] }, []],
])('labels: %s', async (_, picked, expected) => {
  expect(await topics(24, Date.UTC(2026, 0, 10, 12) / 1000, picked)).toEqual(expected);
});

it('a day stands at noon of the workspace, and today at the end of the chosen time until it is noon', async () => {
  const cost = (await loadDashboards()).find(({ uid }) => uid === 'msg-cost')!;
  const [perDay] = targetsOf(panelsOf(cost).find(({ title }) => title === 'Cost per day, by category')!);
  const { rows } = await reader.query<{ time: Date }>(sqlOf(perDay?.rawSql ?? '', chosenIn(cost), { from: TO - 48 * 3600, to: TO, step: 600 }));
  expect(rows.map(({ time }) => time.toISOString())).toEqual(['2026-02-19T01:00:00.000Z', '2026-02-20T01:00:00.000Z', '2026-02-20T20:00:00.000Z']);
});

it('an hour of the week stands at its end, and what is not known is no number', async () => {
  const { rows } = await reader.query<Readonly<Record<string, number>>>(hoursOfWeek('select 1 as weekday, 9 as hour, 0 as value'));
  expect(rows.map(({ hour }) => hour)).toEqual(Array.from({ length: 24 }, (_, hour) => hour + 1));
  expect(rows[9]).toEqual({ hour: 10, Sun: Number.NaN, Sat: Number.NaN, Fri: Number.NaN, Thu: Number.NaN, Wed: Number.NaN, Tue: Number.NaN, Mon: 0 });
  expect((await reader.query(hoursOfWeek('select 1 as weekday, 9 as hour, null::int as value'))).rows).toEqual([]);
});
