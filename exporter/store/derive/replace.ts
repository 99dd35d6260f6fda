import type { PoolClient } from 'pg';
import { textArray } from '../statements.ts';
import type { DerivedRow, FactTable } from './deriver.ts';
import type { Teller } from './tell.ts';

interface Writing {
  readonly teller: Teller;
  readonly version: string | undefined;
}

/**
 * Makes the rows of some customers equal to what was derived. Rows that are right already are left alone: a customer who writes one
 * message more does not rewrite years of rows.
 */
export async function replace(client: PoolClient, { name, key, counted, dated }: FactTable, contacts: readonly string[], derived: readonly DerivedRow[], { teller, version }: Writing): Promise<void> {
  const told = counted ? await toldOf(client, name, key, contacts) : new Map<string, string | null>();
  // Two customers of one slice may claim the same row when a source mixes them up: one of them gets it.
  const own = [...new Map(derived.map((each) => [keyOf(each.row, key), each])).values()];
  const rows = own.map(({ row, counts }) => (counted ? { ...row, counted: teller.tell(row, counts ?? {}, told.get(keyOf(row, key)) ?? null) } : row));
  const kept = new Set(own.map(({ row }) => keyOf(row, key)));
  for (const [gone, was] of told) if (!kept.has(gone)) teller.tell({}, {}, was); // counted, and no fact any more
  const same = key.map((column) => `fresh.${column} = fact.${column}`).join(' and ');
  await client.query(
    `delete from replywatch.${name} as fact where fact.contact = any ($1::uuid[])
      and not exists (select from json_populate_recordset(null::replywatch.${name}, $2::json) as fresh where ${same})`,
    [textArray(contacts), JSON.stringify(rows.map((row) => Object.fromEntries(key.map((column) => [column, row[column]]))))]);
  const [first] = rows;
  if (first === undefined) return;
  const columns = Object.keys(first).map((column) => `"${column}"`);
  const values = [...columns.filter((column) => !key.includes(column.slice(1, -1))), 'version'];
  const list = (prefix: string): string => values.map((column) => `${prefix}.${column}`).join(', ');
  const set = [...values.map((column) => `${column} = excluded.${column}`), ...(dated ? ['changed_at = now()'] : [])].join(', ');
  await client.query(
    `insert into replywatch.${name} as fact (${columns.join(', ')}, version)
     select ${columns.map((column) => `fresh.${column}`).join(', ')}, $2 from json_populate_recordset(null::replywatch.${name}, $1::json) as fresh
     on conflict (${key.join(', ')}) do update set ${set} where (${list('fact')}) is distinct from (${list('excluded')})`,
    [JSON.stringify(rows), version ?? null]);
}

const keyOf = (row: Readonly<Record<string, unknown>>, key: readonly string[]): string => key.map((column) => String(row[column])).join(' ');

/** What metrics have been told of the rows these customers hold now. */
async function toldOf(client: PoolClient, name: string, key: readonly string[], contacts: readonly string[]): Promise<ReadonlyMap<string, string | null>> {
  const { rows } = await client.query<Record<string, unknown> & { counted: string | null }>(
    `select ${key.map((column) => `fact.${column}::text`).join(', ')}, fact.counted from replywatch.${name} as fact where fact.contact = any ($1::uuid[])`, [textArray(contacts)]);
  return new Map(rows.map((row) => [keyOf(row, key), row.counted]));
}
