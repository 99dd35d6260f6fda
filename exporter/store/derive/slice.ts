import type { PoolClient } from 'pg';
import { historyOf, ownersOf } from '../../core/contact-history.ts';
import type { CanonicalEvent } from '../../core/event.ts';
import type { EpisodeFact } from '../../core/fact.ts';
import { EVENT_COLUMNS, rowToEpisode, rowToEvent, type EventRow } from '../rows.ts';
import { addTotals } from '../settle.ts';
import { textArray } from '../statements.ts';
import type { DerivedRow, DeriveOptions, FactTable } from './deriver.ts';
import { DERIVERS } from './index.ts';
import { replace } from './replace.ts';
import { createTeller } from './tell.ts';

/** Customers and events of one transaction: half a second at most, because the end of the process waits for it. A single customer may have more. */
const CONTACTS = 100;
const EVENTS = 5_000;

/** Derives the customers whose turn has come, up to a slice. @returns how many: 0 when nobody is left */
export async function deriveSlice(client: PoolClient, options: DeriveOptions, now: number, limit: number): Promise<number> {
  const taken = await take(client, now, Math.min(limit, CONTACTS));
  if (taken.length === 0) return 0;
  const group = await groupOf(client, taken);
  const histories = await historiesOf(client, group, options);
  const rows = new Map<FactTable, DerivedRow[]>(DERIVERS.flatMap(({ tables }) => tables.map((table) => [table, []] as const)));
  for (const history of histories) {
    for (const { tables, derive } of DERIVERS) {
      const derived = derive(history, options.rules);
      for (const table of tables) rows.get(table)!.push(...derived[table.name] ?? []);
    }
  }
  const teller = createTeller(options, now);
  for (const [table, own] of rows) await replace(client, table, group.everyName, own, { teller, version: options.rules.version });
  await rememberSizes(client, group.everyName, histories);
  await teller.wakeUps(client);
  await addTotals(client, await teller.totals()); // last: the totals are shared with whoever stores events
  return taken.length;
}

async function take(client: PoolClient, now: number, limit: number): Promise<readonly string[]> {
  const { rows } = await client.query<{ contact: string }>(
    `delete from replywatch.contact_due using (
       select due.contact, sum(coalesce(size.events, 1)) over (order by due.due_at, due.contact) - coalesce(size.events, 1) as before
       from (select contact_due.contact, contact_due.due_at from replywatch.contact_due where contact_due.due_at <= $1 order by contact_due.due_at, contact_due.contact limit $2) as due
       left join replywatch.contact_size as size on size.contact = due.contact
     ) as next
     where contact_due.contact = next.contact and next.before < $3 returning contact_due.contact`, [new Date(now), limit, EVENTS]);
  return rows.map((row) => row.contact);
}

/** Customers of one slice: everyone merged with the ones whose turn it is, and where their events are. */
interface Group {
  readonly roots: ReadonlyMap<string, string>;
  readonly contacts: readonly string[];
  readonly conversations: readonly string[];
  /** Every name under which facts of these customers may stand. */
  readonly everyName: readonly string[];
}

async function groupOf(client: PoolClient, taken: readonly string[]): Promise<Group> {
  // What is taken may be a conversation that has come to name its customer since.
  const { rows } = await client.query<{ contact: string; root: string }>(
    `with asked as (
       select coalesce(known.contact, taken.id) as contact from unnest($1::uuid[]) as taken (id)
       left join replywatch.contact_conversation as known on known.conversation = taken.id
     ), root as (
       select distinct coalesce(alias.root, asked.contact) as id from asked left join replywatch.contact_alias as alias on alias.contact = asked.contact
     )
     select root.id as contact, root.id as root from root
     union select alias.contact, alias.root from root join replywatch.contact_alias as alias on alias.root = root.id`, [textArray(taken)]);
  const contacts = rows.map((row) => row.contact);
  const known = await client.query<{ conversation: string }>(
    'select distinct known.conversation from replywatch.contact_conversation as known where known.contact = any ($1::uuid[])', [textArray(contacts)]);
  const conversations = [...new Set([...known.rows.map((row) => row.conversation), ...contacts])]; // a customer may be a conversation
  return { roots: new Map(rows.map((row) => [row.contact, row.root])), contacts, conversations, everyName: [...new Set([...conversations, ...taken])] };
}

const COLUMNS = `${EVENT_COLUMNS}, event.imported`;
type LogRow = EventRow & { readonly imported: boolean | null };

/** What came by an import arrived at no time: nothing made of it alone is counted. */
const eventOf = (row: LogRow): CanonicalEvent => (row.imported ? { ...rowToEvent(row), receivedAt: -Infinity } : rowToEvent(row));

async function historiesOf(client: PoolClient, { roots, contacts, conversations }: Group, { rules }: DeriveOptions): Promise<readonly ReturnType<typeof historyOf>[]> {
  const { rows } = await client.query<LogRow>(
    `select ${COLUMNS} from replywatch.event as event where event.conversation = any ($1::uuid[])
     union all select ${COLUMNS} from replywatch.event as event where event.contact = any ($2::uuid[]) and event.conversation is null`,
    [textArray(conversations), textArray(contacts)]);
  const found = rows.map(eventOf);
  const owners = ownersOf([...found, ...await straysOf(client, found)]);
  const events = new Map<string, CanonicalEvent[]>([...new Set(roots.values())].map((root) => [root, []]));
  const rootOf = new Map<string, string>();
  for (const [event, owner] of owners) {
    const root = roots.get(owner);
    if (root === undefined) continue; // somebody else in the same conversation
    events.get(root)!.push(event);
    if (event.conversation !== undefined) rootOf.set(event.conversation, root);
  }
  const episodes = await episodesOf(client, [...rootOf.keys()]);
  return [...events].filter(([, own]) => own.length > 0)
    .map(([root, own]) => historyOf(root, own, episodes.filter(({ conversation, contact }) => (contact === null ? rootOf.get(conversation) : roots.get(contact)) === root), rules.settingsFor));
}

/** Clicks and answers that name nobody, about messages and surveys of these customers. */
async function straysOf(client: PoolClient, events: readonly CanonicalEvent[]): Promise<readonly CanonicalEvent[]> {
  const messages = events.flatMap((event) => (event.kind === 'message.outbound' && event.author === 'campaign' ? event.message : []));
  const surveys = events.flatMap((event) => (event.kind === 'survey.sent' ? event.survey : []));
  if (messages.length === 0 && surveys.length === 0) return [];
  const { rows } = await client.query<LogRow>(
    `select ${COLUMNS} from replywatch.event as event
      where event.kind = 'link.clicked' and event.contact is null and event.conversation is null and event.message = any ($1::uuid[])
     union all select ${COLUMNS} from replywatch.event as event
      where event.kind = 'survey.answered' and event.contact is null and event.conversation is null and event.data ->> 'survey' = any ($2::text[])`,
    [textArray(messages), textArray(surveys)]);
  return rows.map(eventOf);
}

async function episodesOf(client: PoolClient, conversations: readonly string[]): Promise<readonly EpisodeFact[]> {
  const { rows } = await client.query<Record<string, unknown>>('select episodes.* from reporting.episodes where episodes.conversation = any ($1::uuid[])', [textArray(conversations)]);
  return rows.map(rowToEpisode);
}

async function rememberSizes(client: PoolClient, names: readonly string[], histories: readonly { readonly contact: string; readonly events: readonly unknown[] }[]): Promise<void> {
  const sizes = histories.toSorted((a, b) => (a.contact < b.contact ? -1 : 1));
  await client.query('delete from replywatch.contact_size where contact_size.contact = any ($1::uuid[]) and contact_size.contact <> all ($2::uuid[])',
    [textArray(names), textArray(sizes.map(({ contact }) => contact))]);
  await client.query(`insert into replywatch.contact_size (contact, events) select u.contact, u.events from unnest($1::uuid[], $2::int[]) as u (contact, events)
    on conflict (contact) do update set events = excluded.events`, [textArray(sizes.map(({ contact }) => contact)), sizes.map(({ events }) => events.length)]);
}
