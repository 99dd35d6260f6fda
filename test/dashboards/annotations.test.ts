/** Annotations that ask the database, asked as Grafana does: as the reader, on the real views. */
import { Pool } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts';
import { annotationsOf, loadDashboards } from './dashboards.ts';

const dashboards = await loadDashboards();
let database: FreshDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await freshDatabase('annotations');
  pool = new Pool({ connectionString: database.url, max: 1 });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

it('says where stored numbers changed, and nothing where a rebuild changed none', async () => {
  await pool.query(`insert into replywatch.rebuild (reason, basis, total, started_at, finished_at, differences) values
    ('settings', '', 1, now() - interval '1 hour', now() - interval '50 minutes', '{"episode_facts": {"added": 1, "removed": 0, "changed": 4, "same": 9}}'),
    ('asked', '', 1, now() - interval '1 hour', now() - interval '30 minutes', '{"episode_facts": {"added": 0, "removed": 0, "changed": 0, "same": 9}}')`);
  await pool.query('set role replywatch_reader');
  for (const dashboard of dashboards) {
    const [annotation] = annotationsOf(dashboard).filter(({ name }) => name === 'Numbers changed here');
    const { rawSql } = annotation!.target as unknown as { rawSql: string };
    const { rows } = await pool.query(rawSql.replace(/\$__timeFilter\(([^)]*)\)/, "$1 >= now() - interval '1 day' and $1 < now()"));
    expect(rows).toMatchObject([{ title: 'Numbers changed here', text: 'settings: 5 stored figures are different from before', tags: 'settings' }]);
  }
});
