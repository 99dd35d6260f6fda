/** The first hours after an installation: with nothing, and with one conversation, every query of every dashboard is answered, and fails at nothing. */
import { readFileSync } from 'node:fs';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readExamples } from '../../exporter/kpi/example.ts';
import { openWorkbench, type Workbench } from '../../exporter/kpi/workbench.ts';
import { emptyDatabase, type FreshDatabase } from '../support/postgres.ts';
import { chosenIn, spanOf, sqlOf } from './ask.ts';
import { loadDashboards, panelsOf, targetsOf, variableList } from './dashboards.ts';

const [example] = readExamples(readFileSync(new URL('../kpi/examples/answering.json', import.meta.url), 'utf8'), () => undefined);
if (!example) throw new Error('there is no first example');
/** An hour after its last event, epoch seconds. */
const AT = Math.max(...example.events.map(({ t }) => t)) / 1000 + 3_600;

let database: FreshDatabase;
let workbench: Workbench;
let reader: Pool;
beforeAll(async () => {
  database = await emptyDatabase('empty dashboards');
  workbench = await openWorkbench(database.url);
  reader = new Pool({ connectionString: database.url, max: 1, options: '-c role=replywatch_reader -c statement_timeout=15s' });
});
afterAll(async () => {
  await reader.end();
  await workbench.close();
  await database.drop();
});

const queries = (await loadDashboards()).flatMap((dashboard) => [
  ...panelsOf(dashboard).flatMap((panel) => targetsOf(panel).flatMap(({ rawSql, refId }) => (rawSql === undefined
    ? [] : [{ where: `${dashboard.uid ?? ''}: ${panel.title ?? ''} ${refId ?? ''}`, sql: sqlOf(rawSql, chosenIn(dashboard), spanOf(dashboard, AT, panel)) }]))),
  ...variableList(dashboard).flatMap(({ name, definition, datasource }) => (datasource?.uid !== 'postgres'
    ? [] : [{ where: `${dashboard.uid ?? ''}: $${name}`, sql: sqlOf(definition ?? '', chosenIn(dashboard), spanOf(dashboard, AT)) }])),
]);

describe('on an empty database', () => {
  it.each(queries)('$where', async ({ sql }) => expect(Array.isArray((await reader.query(sql)).rows)).toBe(true));
});

describe('with one conversation', () => {
  beforeAll(async () => void (await workbench.run(example)));

  it('is there', async () => expect((await reader.query('select from reporting.episodes')).rowCount).toBe(1));
  it.each(queries)('$where', async ({ sql }) => expect(Array.isArray((await reader.query(sql)).rows)).toBe(true));
});
