/** Rows come with what a viewer chose: a time, whose days are those of the workspace. */
import { Pool } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts';
import { chosenIn, sqlOf } from './ask.ts';
import { loadDashboards, panelsOf, targetsOf } from './dashboards.ts';

/** In Sydney the 21st, seven in the morning. */
const TO = Date.UTC(2026, 1, 20, 20) / 1000;
/** What was talked about, by local day. */
const TOPICS = [['2026-02-19', 'early'], ['2026-02-20', 'yesterday'], ['2026-02-21', 'today'], ['2026-02-22', 'tomorrow']] as const;

let database: FreshDatabase;
let reader: Pool;
beforeAll(async () => {
  database = await freshDatabase('choosing');
  reader = new Pool({ connectionString: database.url, max: 1, options: '-c role=replywatch_reader' });
  const owner = new Pool({ connectionString: database.url, max: 1 });
  try {
    await owner.query("insert into replywatch.rollup_state (rollup, basis) values ('hourly', $1)", [JSON.stringify({ tz: 'Australia/Sydney' })]);
    await owner.query(`insert into replywatch.daily_figure (local_day, channel, inbox, initiator, dimension, value, closed)
      select topic.day, 'whatsapp', 'shop', 'contact', 'topic', topic.name, 1 from unnest($1::date[], $2::text[]) as topic (day, name)`,
    [TOPICS.map(([day]) => day), TOPICS.map(([, name]) => name)]);
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

/** The topics in the table of the overview, for a time that ends at `TO`. */
async function topics(hours: number): Promise<readonly string[]> {
  const { rows } = await reader.query<{ topic: string }>(sqlOf(table?.rawSql ?? '', chosenIn(overview), { from: TO - hours * 3600, to: TO, step: 600 }));
  return rows.map(({ topic }) => topic).sort();
}

it('days are those of the workspace: today, where it is still yesterday in UTC, and not the day before the first', async () => {
  expect(await topics(6)).toEqual(['today']);
  expect(await topics(24)).toEqual(['today', 'yesterday']);
});
