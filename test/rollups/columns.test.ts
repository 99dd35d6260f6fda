/**
 * Views are a promise to people whose dashboards we never see: neither their columns nor how they are computed changes without a line in the changelog. After a change:
 * `npm test -- test/rollups/columns.test.ts --update`, look at the difference of the page, and name the new version in CHANGELOG.md.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrations } from '../../exporter/store/migrate.ts';
import { freshDatabase } from '../support/postgres.ts';
import type { FreshDatabase } from '../support/postgres.ts';
import { poolOf } from './world.ts';

const CHANGELOG = readFileSync(new URL('../../CHANGELOG.md', import.meta.url), 'utf8');
const PAGE = new URL('../../docs/reporting-columns.md', import.meta.url).pathname;

interface Column { readonly view: string; readonly about: string; readonly name: string; readonly type: string; readonly comment: string }

let database: FreshDatabase;
let pool: Pool;
let columns: readonly Column[];
beforeAll(async () => {
  database = await freshDatabase('reporting columns');
  pool = poolOf(database.url);
  ({ rows: columns } = await pool.query<Column>(`
    select class.relname as view, pg_catalog.obj_description(class.oid) as about, attribute.attname as name,
      pg_catalog.format_type(attribute.atttypid, attribute.atttypmod) as type, pg_catalog.col_description(class.oid, attribute.attnum) as comment
    from pg_catalog.pg_class as class join pg_catalog.pg_attribute as attribute on attribute.attrelid = class.oid and attribute.attnum > 0
    where class.relnamespace = 'reporting'::regnamespace and class.relkind = 'v' order by class.relname collate "C", attribute.attnum`));
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** The latest statement that made each view or function, and blocks that make several: the same names may come to mean something else. */
const MAKING = /^(?:create (?:or replace )?(?:view|function) (reporting\.\w+)[\s\S]*?(?:\$\$[\s\S]*?\$\$)?|do \$\$[\s\S]*?^\$\$);\n/gm;
const definitions = new Map(migrations().flatMap(({ number, sql }) => [...sql.matchAll(MAKING)]
  .filter(([statement]) => statement.includes('view reporting.') || statement.includes('function reporting.'))
  .map(([statement, name]) => [name ?? `block ${number}`, statement.replaceAll(/--.*|\s+/g, ' ')] as const)));

/** Names, types and how they are computed are the promise; what a comment says of them may get better. */
const version = (): string => createHash('sha256')
  .update([...columns.map(({ view, name, type }) => `${view}.${name} ${type}`), ...[...definitions].sort().flat()].join('\n')).digest('hex').slice(0, 8);

function render(): string {
  const views = Map.groupBy(columns, ({ view }) => view);
  const sections = [...views].map(([view, own]) =>
    `## ${view}\n\n${own[0]!.about}\n\n| column | type | meaning |\n|---|---|---|\n${own.map(({ name, type, comment }) => `| \`${name}\` | ${type} | ${comment.replaceAll('|', '\\|')} |`).join('\n')}\n`);
  return `# Columns of the reporting views\n\nRead from the database by a test; version \`${version()}\`. What the views are for: [reporting.md](reporting.md).\n\n${sections.join('\n')}`;
}

test('the page lists every column as it is in the database', async () => {
  await expect(render()).toMatchFileSnapshot(PAGE);
});

test('every view is among the definitions that make the version', () => {
  const blocks = [...definitions].filter(([name]) => name.startsWith('block')).map(([, text]) => text).join(' ');
  const views = [...new Set(columns.map(({ view }) => view))];
  expect(views.filter((view) => !definitions.has(`reporting.${view}`) && !blocks.includes(`'${view}'`))).toEqual([]);
});

test('the changelog names this version of the views', () => {
  expect(CHANGELOG).toContain(`version \`${version()}\``);
});

test('words mean the same in every view', () => {
  const types = Map.groupBy(columns, ({ name }) => name);
  // What is a flag or a number of one row is a number of many in a sum.
  const mixed = [...types].filter(([name, own]) => !VARIES.has(name) && new Set(own.map(({ type }) => (SUMMED.has(type) ? 'bigint' : type))).size > 1);
  expect(mixed.map(([name, own]) => `${name}: ${own.map(({ view, type }) => `${view} ${type}`).join(', ')}`)).toEqual([]);
  const units = columns.filter(({ name, type }) => /_(at|since)$/.test(name) !== (type === 'timestamp with time zone') && !INSTANTS.has(name));
  expect(units.map(({ view, name, type }) => `${view}.${name} ${type}`)).toEqual([]);
  expect(columns.filter(({ name, type }) => /(_seconds|^seconds)$/.test(name) && type !== 'double precision').map(({ view, name }) => `${view}.${name}`)).toEqual([]);
});

const SUMMED: ReadonlySet<string> = new Set(['boolean', 'integer']);
/** Money, or a value of a dimension. */
const VARIES: ReadonlySet<string> = new Set(['value']);
/** Instants whose name is a word of its own. */
const INSTANTS: ReadonlySet<string> = new Set(['at', 'hour', 'since']);
