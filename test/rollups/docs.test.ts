import { readFileSync } from 'node:fs';
import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROLLUPS } from '../../exporter/rollups/index.ts';
import { freshDatabase } from '../support/postgres.ts';
import type { FreshDatabase } from '../support/postgres.ts';
import { poolOf } from './world.ts';

const page = readFileSync(new URL('../../docs/reporting.md', import.meta.url), 'utf8');
let database: FreshDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await freshDatabase('reporting page');
  pool = poolOf(database.url);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

test('the example queries of the page run', async () => {
  const examples = [...page.matchAll(/```sql\n([^`]+)```/g)].flatMap(([, block]) => block!.split(/;\n/)).filter((sql) => /^(--.*\n)?select/.test(sql.trim()));
  expect(examples).toHaveLength(2);
  for (const sql of examples) await pool.query(sql);
});

test('the page names every view and every rollup', async () => {
  const { rows } = await pool.query<{ name: string }>(`select 'reporting.' || viewname as name from pg_catalog.pg_views where schemaname = 'reporting'`);
  expect(rows.length).toBeGreaterThan(0);
  for (const name of [...rows.map((row) => row.name), ...ROLLUPS.map((rollup) => rollup.name)]) expect(page).toContain(`\`${name}\``);
});
