/** The first minute after an installation: every query of every dashboard finds nothing, and fails at nothing. */
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts';
import { chosenIn, spanOf, sqlOf } from './ask.ts';
import { loadDashboards, panelsOf, targetsOf, variableList } from './dashboards.ts';

let database: FreshDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await freshDatabase('empty dashboards');
  pool = new Pool({ connectionString: database.url, max: 1, options: '-c role=replywatch_reader -c statement_timeout=15s' });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const AT = Date.UTC(2026, 1, 27, 18) / 1000;
const queries = (await loadDashboards()).flatMap((dashboard) => [
  ...panelsOf(dashboard).flatMap((panel) => targetsOf(panel).flatMap(({ rawSql, refId }) =>
    (rawSql === undefined ? [] : [{ where: `${dashboard.uid ?? ''}: ${panel.title ?? ''} ${refId ?? ''}`, sql: sqlOf(rawSql, chosenIn(dashboard), spanOf(dashboard, AT, panel)) }]))),
  ...variableList(dashboard).flatMap(({ name, definition, datasource }) =>
    (datasource?.uid === 'postgres' ? [{ where: `${dashboard.uid ?? ''}: $${name}`, sql: sqlOf(definition ?? '', chosenIn(dashboard), spanOf(dashboard, AT)) }] : [])),
]);

describe('on an empty database', () => {
  it.each(queries)('$where', async ({ sql }) => expect(Array.isArray((await pool.query(sql)).rows)).toBe(true));
});
