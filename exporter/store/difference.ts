/** What a new computation changed, by table: rows are compared by their primary key. */
import { escapeIdentifier, type ClientBase } from 'pg';

/** Numbers of rows. */
export interface Difference { readonly added: number; readonly removed: number; readonly changed: number; readonly same: number }
/** By table. */
export type Differences = Readonly<Record<string, Difference>>;

/** Columns that say how a row came about, not what it says. */
const ABOUT: ReadonlySet<string> = new Set(['version', 'settled', 'settle_at', 'counted', 'changed_at']);

/** A digest of each row, by table and key. */
export type Rows = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Reads the rows of these tables whose `column` is one of `ids`; all rows when there is no column. */
export async function rowsOf(client: ClientBase, tables: readonly string[], column?: string, ids: readonly string[] = []): Promise<Rows> {
  const found = new Map<string, ReadonlyMap<string, string>>();
  for (const table of tables) {
    const { rows } = await client.query<{ key: string; row: string }>(
      `${await digestsOf(client, table)} ${column === undefined ? '' : `where each.${column} = any ($1::uuid[])`}`, column === undefined ? [] : [ids]);
    found.set(table, new Map(rows.map((each) => [each.key, each.row])));
  }
  return found;
}

/** Compares two readings of the same tables. */
export function differences(before: Rows, after: Rows): Differences {
  return Object.fromEntries([...after].map(([table, rows]): [string, Difference] => {
    const old = before.get(table) ?? new Map<string, string>();
    let [added, changed, same] = [0, 0, 0];
    for (const [key, row] of rows) {
      const was = old.get(key);
      if (was === undefined) added += 1;
      else if (was === row) same += 1;
      else changed += 1;
    }
    return [table, { added, removed: old.size - changed - same, changed, same }];
  }));
}

/** Keeps digests of whole tables in the session, however large they are, until `compared` says what has changed since. */
export async function remember(client: ClientBase, tables: readonly string[]): Promise<void> {
  for (const table of tables) await client.query(`create temp table ${was(table)} as ${await digestsOf(client, table)}`);
}

/** What has changed since `remember`, which must have run on this connection. */
export async function compared(client: ClientBase, tables: readonly string[]): Promise<Differences> {
  const found: Record<string, Difference> = {};
  for (const table of tables) {
    const { rows: [row] } = await client.query<Record<keyof Difference, string>>(
      `select count(*) filter (where was.key is null) as added, count(*) filter (where now.key is null) as removed,
         count(*) filter (where was.row <> now.row) as changed, count(*) filter (where was.row = now.row) as same
       from ${was(table)} as was full join (${await digestsOf(client, table)}) as now on now.key = was.key`);
    found[table] = { added: Number(row!.added), removed: Number(row!.removed), changed: Number(row!.changed), same: Number(row!.same) };
    await client.query(`drop table ${was(table)}`);
  }
  return found;
}

const was = (table: string): string => escapeIdentifier(`was ${table}`);

/** Adds up what two parts of one computation changed. */
export function sum(a: Differences, b: Differences): Differences {
  const tables = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  const zero: Difference = { added: 0, removed: 0, changed: 0, same: 0 };
  return Object.fromEntries(tables.map((table) => {
    const [left, right] = [a[table] ?? zero, b[table] ?? zero];
    return [table, { added: left.added + right.added, removed: left.removed + right.removed, changed: left.changed + right.changed, same: left.same + right.same }];
  }));
}

/** One digest per row, made in the database: rows as JSON took four times as long. */
async function digestsOf(client: ClientBase, table: string): Promise<string> {
  const { key, rest } = await columnsOf(client, table);
  return `select ${list(key)}::text as key, md5(${list(rest)}::text) as row from replywatch.${table} as each`;
}

const list = (columns: readonly string[]): string => `row(${columns.map((name) => `each.${escapeIdentifier(name)}`).join(', ')})`;

interface Columns { readonly key: readonly string[]; readonly rest: readonly string[] }
const known = new Map<string, Columns>();

async function columnsOf(client: ClientBase, table: string): Promise<Columns> {
  const before = known.get(table);
  if (before) return before;
  const { rows } = await client.query<{ name: string; key: boolean }>(
    `select attribute.attname as name, exists (
       select from pg_catalog.pg_index as index where index.indrelid = attribute.attrelid and index.indisprimary and attribute.attnum = any (index.indkey)) as key
     from pg_catalog.pg_attribute as attribute
     where attribute.attrelid = ('replywatch.' || $1)::regclass and attribute.attnum > 0 and not attribute.attisdropped order by attribute.attname`, [table]);
  const names = (isKey: boolean): readonly string[] => rows.filter((row) => row.key === isKey && !ABOUT.has(row.name)).map((row) => row.name);
  const columns = { key: names(true), rest: names(false) };
  known.set(table, columns);
  return columns;
}
