import type { PoolClient } from 'pg';
import type { Pseudonym } from '../../core/event.ts';
import { rootsOf, withoutShared, type Merge } from '../../core/merges.ts';
import { textArray } from '../statements.ts';
import { FRESH } from './mark.ts';

/**
 * Keeps who is who: recomputes the groups of customers that new merges belong to. Without `fresh`, all groups.
 * A merge may arrive late and change who a group goes by, so a group is computed from all its merges. Marked are those for whom it changed something.
 */
export async function updateAliases(client: PoolClient, fresh?: { readonly since: Date; readonly basis: string }): Promise<void> {
  const seeds = fresh
    ? await client.query<{ contact: string }>(`${FRESH}
        select unnest(array[fresh.data ->> 'from', fresh.data ->> 'into']) as contact from fresh where fresh.kind = 'contact.merged'`, [fresh.since, fresh.basis])
    : undefined;
  if (seeds?.rows.length === 0) return;
  const merges = await mergesOf(client, seeds?.rows.map((row) => row.contact));
  const members = [...new Set(merges.flatMap(({ from, into }) => [from, into]))];
  const roots = rootsOf(withoutShared(merges));
  const before = await client.query<{ contact: string; root: string }>('select alias.contact, alias.root from replywatch.contact_alias as alias where alias.contact = any ($1::uuid[])', [textArray(members)]);
  const formerly = new Map(before.rows.map(({ contact, root }) => [contact, root]));
  const moved = members.filter((contact) => (formerly.get(contact) ?? contact) !== (roots.get(contact) ?? contact));
  if (!fresh) await client.query('delete from replywatch.contact_alias');
  else await client.query('delete from replywatch.contact_alias where contact_alias.contact = any ($1::uuid[])', [textArray(members)]);
  const aliased = [...roots].sort(([a], [b]) => (a < b ? -1 : 1));
  await client.query('insert into replywatch.contact_alias (contact, root) select u.contact, u.root from unnest($1::uuid[], $2::uuid[]) as u (contact, root)',
    [textArray(aliased.map(([contact]) => contact)), textArray(aliased.map(([, root]) => root))]);
  await client.query(`insert into replywatch.contact_due (contact, due_at) select u.contact, '-infinity' from unnest($1::uuid[]) as u (contact) order by 1
    on conflict (contact) do update set due_at = excluded.due_at`, [textArray([...new Set(moved.flatMap((contact) => [contact, formerly.get(contact) ?? contact]))])]);
}

/** Every merge, or every one of the groups these customers belong to. */
async function mergesOf(client: PoolClient, contacts: readonly string[] | undefined): Promise<readonly Merge[]> {
  const columns = `event.id, event.source, (extract(epoch from event.t) * 1000)::float8 as t, event.seq::float8 as seq, event.data ->> 'from' as "from", event.data ->> 'into' as "into",
    event.data ->> 'by' is not null as concluded`;
  const { rows } = contacts === undefined
    ? await client.query<MergeRow>(`select ${columns} from replywatch.event where event.kind = 'contact.merged'`)
    : await client.query<MergeRow>(`
      with recursive member (contact) as (
        select unnest($1::text[])
        union
        select case event.data ->> 'from' when member.contact then event.data ->> 'into' else event.data ->> 'from' end
        from member
        join replywatch.event on event.kind = 'contact.merged' and (event.data ->> 'from' = member.contact or event.data ->> 'into' = member.contact)
      )
      select ${columns} from replywatch.event where event.kind = 'contact.merged' and event.data ->> 'from' in (select member.contact from member)`, [contacts]);
  // What was concluded from a number or an address holds at any time, and its event has that of whatever arrived first: its place is before all.
  return rows.map(({ id, source, t, seq, from, into, concluded }) => ({ from, into, concluded, key: concluded ? [0, 0, 0, '', id] : [t, 0, seq, source, id] }));
}

interface MergeRow { readonly id: Pseudonym; readonly source: string; readonly t: number; readonly seq: number; readonly from: string; readonly into: string; readonly concluded: boolean }
