/** Figures that panels compute themselves, from rows whose answer is known. */
import { Pool } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts';
import { chosenIn, sqlOf } from './ask.ts';
import { loadDashboards, panelsOf, targetsOf, variableList } from './dashboards.ts';

const dashboards = await loadDashboards();
let database: FreshDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await freshDatabase('figures of dashboards');
  pool = new Pool({ connectionString: database.url, max: 1, options: '-c role=replywatch_reader' });
  const owner = new Pool({ connectionString: database.url, max: 1 });
  try {
    for (const sql of [COSTS, TURNS, TRACES, RATINGS, TOPICS, STAFF]) await owner.query(sql);
  } finally {
    await owner.end();
  }
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** A Friday noon, in a month of 28 days whose Tuesdays are 3, 10, 17 and 24. */
const TO = Date.UTC(2026, 1, 20, 12) / 1000;

/** One a day and eleven on Tuesdays, when a campaign goes out; half a day of the Friday. */
const COSTS = `insert into replywatch.cost_day (local_day, channel, inbox, category, market, currency, billed, allowed, unpriced, cost)
  select day::date, 'whatsapp', 'shop', 'utility', 'ES', 'EUR', 10, 0, 0, case when day = '2026-02-20' then 0.5 when extract(isodow from day) = 2 then 11 else 1 end
  from generate_series(timestamp '2025-12-01', timestamp '2026-02-20', interval '1 day') as day`;

/** Two turns that ended on a day that is decided, one of them answered; one of yesterday that was answered at once beside one that still may be. */
const TURNS = `insert into replywatch.turn_facts (message, contact, conversation, source, channel, inbox, author, started_at, ended_at, answered_at, decided_at)
  select gen_random_uuid(), gen_random_uuid(), null, 'whatsapp', 'whatsapp', 'shop', 'agent', turn.at, turn.at, turn.answered_at, turn.decided_at
  from (values
    ('2026-02-16 10:00Z'::timestamptz, '2026-02-16 10:05Z'::timestamptz, '2026-02-16 10:05Z'::timestamptz), ('2026-02-16 11:00Z', null, '2026-02-19 11:00Z'),
    ('2026-02-19 10:00Z', '2026-02-19 10:01Z', '2026-02-19 10:01Z'), ('2026-02-19 11:00Z', null, 'infinity')
  ) as turn (at, answered_at, decided_at)`;

const TRACES = `insert into replywatch.trace_outbox (conversation, number, trace_id, state, keep_reason, due_at, enqueued_at, exported_at) values
  (gen_random_uuid(), 1, 'aa', 'exported', 'ratio', now(), now(), now()), (gen_random_uuid(), 2, 'bb', 'exported', 'first_response_late', now(), now(), now() - interval '1 hour'),
  (gen_random_uuid(), 1, 'cc', 'due', null, now(), now(), null)`;

/** Ten bad ratings on the 8th, and a good one on each day from the 13th on. */
const RATINGS = `insert into replywatch.survey_rating (contact, source, survey, channel, inbox, type, failed, answered_at, score)
  select gen_random_uuid(), 'chatwoot', 'survey', 'webchat', 'shop', 'csat', false, rating.at, rating.score
  from (select '2026-02-08 12:00Z'::timestamptz as at, 1 as score from generate_series(1, 10)
    union all select day.at, 5 from generate_series('2026-02-13 11:00Z'::timestamptz, '2026-02-20 11:00Z', '1 day') as day (at)) as rating`;

const TOPICS = `insert into replywatch.daily_figure (local_day, channel, inbox, initiator, dimension, value, closed) values
  ('2026-02-18', 'webchat', 'shop', 'contact', 'topic', 'delivery', 30), ('2026-02-18', 'webchat', 'shop', 'contact', 'topic', 'returns', 10)`;

/** Too few people eight days ago, enough since. */
const STAFF = `insert into replywatch.staffing_hour (hour, local_day, local_hour, arrivals, expected, agents_online, agents_needed)
  select past.hour, past.hour::date, 12, 9, false, past.online, 2
  from (values ('2026-02-12 12:00Z'::timestamptz, 1), ('2026-02-19 12:00Z', 3)) as past (hour, online)`;

async function ask(uid: string, title: string, days: number, chosen: Readonly<Record<string, string>> = {}): Promise<readonly Record<string, unknown>[]> {
  const dashboard = dashboards.find((each) => each.uid === uid)!;
  const [target] = targetsOf(panelsOf(dashboard).find((panel) => panel.title === title)!);
  const values = chosenIn(dashboard);
  const { rows } = await pool.query<Record<string, unknown>>(sqlOf(target?.rawSql ?? '', (name) => chosen[name] ?? values(name), { from: TO - days * 86_400, to: TO, step: 600 }));
  return rows;
}

it('the month so far is compared with the same days of the month before', async () => {
  // 16 days at 1, Tuesdays 3, 10 and 17 at 11, half of the 20th; in January Tuesdays 6, 13 and 20 among 20 days.
  expect(await ask('msg-cost', 'This month so far', 30)).toEqual([{ 'this month': 49.5, before: 50 }]);
});

it('the end of the month is what was spent and the usual of each weekday that is left', async () => {
  // 49 until yesterday, a usual Friday for today, and eight days with one Tuesday.
  expect(await ask('msg-cost', 'At the end of the month', 30)).toEqual([{ expected: 68 }]);
});

it('the running sum begins anew with the month, whatever time is chosen', async () => {
  const days = await ask('msg-cost', 'The month, adding up', 21);
  const sums = new Map(days.map((row) => [(row['time'] as Date).toISOString().slice(0, 10), row['month to date']]));
  expect([sums.get('2026-01-31'), sums.get('2026-02-01'), sums.get('2026-02-03')]).toEqual([71, 1, 13]); // four Tuesdays in January
});

it('a day of replies appears when all of its turns are decided', async () => {
  expect(await ask('msg-delivery', 'Do customers answer us?', 7)).toEqual([{ time: new Date('2026-02-16T12:00:00Z'), metric: 'agent', value: 0.5 }]);
});

it('the reply rate leaves out what is too young', async () => {
  expect((await ask('msg-delivery', 'Customer reply rate', 7)).find(({ author }) => author === 'all')).toMatchObject({ answered: '2', decided: '3', undecided: '1', rate: 2 / 3 });
});

it('the page of slow conversations opens with the newest late one', async () => {
  const trace = variableList(dashboards.find(({ uid }) => uid === 'msg-slow')!).find(({ name }) => name === 'trace');
  const { rows } = await pool.query<{ __value: string }>(trace?.definition ?? '');
  expect(rows.map(({ __value }) => __value)).toEqual(['bb', 'aa']);
});

it('seven days before a point are seven, also where they begin before the chosen time', async () => {
  const points = await ask('msg-satisfaction', 'CSAT, seven days before each point', 7);
  const shares = points.map((row) => [(row['time'] as Date).toISOString().slice(8, 10), row['satisfied']]);
  expect(shares.slice(0, 3)).toEqual([['13', expect.closeTo(1 / 11)], ['14', expect.closeTo(2 / 12)], ['15', 1]]);
  expect(shares.slice(3).map(([, share]) => share)).toEqual([1, 1, 1, 1, 1]);
});

it('and in hours they are as many', async () => {
  const points = await ask('msg-satisfaction', 'CSAT, seven days before each point', 1);
  expect(points.map((row) => [(row['time'] as Date).toISOString(), row['satisfied']])).toEqual([['2026-02-20T11:00:00.000Z', 1]]);
});

it('the share of a topic is of all topics, whichever is chosen', async () => {
  expect(await ask('msg-overview', 'What it was about', 7, { topic: "'returns'" })).toMatchObject([{ topic: 'returns', closed: '10', part: 0.25 }]);
});

it('hours with too few people are those of seven days', async () => {
  expect(await ask('msg-peak-hours', 'Hours with too few people, 7 days', 28)).toEqual([{ share: 0, 'too few': 0, known: 1, 'missing at worst': 0 }]);
});
