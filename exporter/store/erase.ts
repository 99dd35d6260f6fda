/** Erasure on request: a customer becomes nobody. Events and facts stay, so past totals do not move; nothing leads back to a person. */
import { randomUUID } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import { textArray } from './statements.ts';

/** What an erasure did. */
export interface Erased {
  /** Pseudonyms that were replaced, those of merged customers included. */
  readonly contacts: number;
  readonly conversations: number;
  readonly events: number;
  /** Traces that carry the old pseudonyms, to be deleted where they are stored. */
  readonly traceIds: readonly string[];
}

interface Found { readonly id: string; readonly twin: string | null; readonly conversation: string | null; readonly contact: string | null; readonly message: string | null; readonly data: string | null }

/** Fields that describe a person or follow from the words of the talk, beside the pseudonyms. */
const PERSONAL: ReadonlySet<string> = new Set(['language', 'country', 'referral', 'shingles']);
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/**
 * Replaces every pseudonym of these customers (contacts, conversations, messages, orders, events) by a random one, which no key leads to, in
 * one transaction. What arrives later from the same person is a new customer. @returns undefined when none of them is known
 */
export async function erase(pool: Pool, contacts: readonly string[], now: number): Promise<Erased | undefined> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query('set local statement_timeout = 0');
    const names = await everyNameOf(client, contacts);
    const conversations = await conversationsOf(client, names);
    // Locked first, and saved under a new version: whoever folds one of them this moment folds again.
    const { rows: states } = await client.query<{ id: string; state: string }>(
      'select conversation.id, conversation.state from replywatch.conversation where conversation.id = any ($1::uuid[]) order by conversation.id for update', [conversations]);
    const { rows: events } = await client.query<Found>(
      `select event.id, event.twin, event.conversation, event.contact, event.message, event.data::text as data from replywatch.event
       where event.conversation = any ($1::uuid[]) or event.contact = any ($2::uuid[])
         or (event.kind = 'contact.merged' and (event.data ->> 'from' = any ($3::text[]) or event.data ->> 'into' = any ($3::text[])))`, [conversations, names, names]);
    if (events.length === 0) return undefined;
    const { rows: traces } = await client.query<{ id: string }>(
      `select traced.id from replywatch.trace_outbox as outbox
         cross join lateral (select outbox.trace_id as id union all select json_array_elements_text(outbox.sent -> 'traceIds')) as traced
       where outbox.conversation = any ($1::uuid[]) and coalesce(outbox.exported_at, outbox.checkpoint_at) is not null order by 1`, [conversations]);
    const fresh = strangers([...names, ...conversations, ...events.flatMap((event) => [event.id, event.twin, event.message, ...event.data?.match(UUID) ?? []])]);
    await rewriteEvents(client, events, fresh);
    await client.query('delete from replywatch.trace_outbox where trace_outbox.conversation = any ($1::uuid[])', [conversations]);
    await client.query('delete from replywatch.kept_text where kept_text.conversation = any ($1::uuid[])', [conversations]);
    await client.query(
      `update replywatch.conversation set version = conversation.version + 1, state = u.state from unnest($1::uuid[], $2::text[]) as u (id, state) where conversation.id = u.id`,
      [states.map(({ id }) => id), textArray(states.map(({ state }) => renamed(state, fresh)))]);
    await renameFacts(client, fresh);
    await client.query(
      `insert into replywatch.erasure (contact, done_at) select u.contact, to_timestamp($2::float8 / 1000) from unnest($1::uuid[]) as u (contact)`, [names.map((name) => fresh.get(name)), now]);
    await client.query('commit');
    return { contacts: names.length, conversations: conversations.length, events: events.length, traceIds: traces.map(({ id }) => id) };
  } finally {
    await client.query('rollback').catch(() => undefined); // nothing is left of it after a commit
    client.release();
  }
}

/** The customers and everybody merged with them. */
async function everyNameOf(client: PoolClient, contacts: readonly string[]): Promise<readonly string[]> {
  const { rows } = await client.query<{ contact: string }>(
    `with recursive member (contact) as (
       select unnest($1::text[])
       union
       select case event.data ->> 'from' when member.contact then event.data ->> 'into' else event.data ->> 'from' end
       from member join replywatch.event on event.kind = 'contact.merged' and (event.data ->> 'from' = member.contact or event.data ->> 'into' = member.contact)
     ) select member.contact from member order by 1`, [contacts]);
  return rows.map((row) => row.contact);
}

async function conversationsOf(client: PoolClient, names: readonly string[]): Promise<readonly string[]> {
  const { rows } = await client.query<{ id: string }>(
    `select distinct event.conversation as id from replywatch.event where event.contact = any ($1::uuid[]) and event.conversation is not null order by 1`, [names]);
  return rows.map((row) => row.id);
}

/** A random pseudonym for each, in the same order: events of one instant are told apart by their ids, and facts must stay as they are. */
function strangers(ids: readonly (string | null)[]): ReadonlyMap<string, string> {
  const old = [...new Set(ids.filter((id) => id !== null))].sort();
  const fresh = old.map((): string => randomUUID()).sort();
  return new Map(old.map((id, index) => [id, fresh[index]!]));
}

const renamed = (text: string, fresh: ReadonlyMap<string, string>): string => text.replace(UUID, (id) => fresh.get(id) ?? id);

async function rewriteEvents(client: PoolClient, events: readonly Found[], fresh: ReadonlyMap<string, string>): Promise<void> {
  const name = (id: string | null): string | null => (id === null ? null : fresh.get(id) ?? id);
  const column = (pick: (event: Found) => string | null): string => textArray(events.map(pick));
  await client.query(
    `update replywatch.event set id = u.fresh, twin = u.twin, conversation = u.conversation, contact = u.contact, message = u.message, data = u.data::json
     from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[]) as u (id, fresh, twin, conversation, contact, message, data)
     where event.id = u.id`,
    [column(({ id }) => id), column(({ id }) => name(id)), column(({ twin }) => name(twin)), column(({ conversation }) => name(conversation)), column(({ contact }) => name(contact)),
      column(({ message }) => name(message)), column(({ data }) => impersonal(data, fresh))]);
}

function impersonal(data: string | null, fresh: ReadonlyMap<string, string>): string | null {
  if (data === null) return null;
  const fields = Object.entries(JSON.parse(renamed(data, fresh)) as Record<string, unknown>).filter(([field]) => !PERSONAL.has(field)); // written by eventData
  return fields.length === 0 ? null : JSON.stringify(Object.fromEntries(fields));
}

/** Every column of every other table that may hold one of them. */
async function renameFacts(client: PoolClient, fresh: ReadonlyMap<string, string>): Promise<void> {
  await client.query('create temp table erased (old uuid primary key, fresh uuid not null) on commit drop');
  await client.query('insert into erased (old, fresh) select u.old, u.fresh from unnest($1::uuid[], $2::uuid[]) as u (old, fresh)', [[...fresh.keys()], [...fresh.values()]]);
  await client.query('analyze erased');
  const { rows } = await client.query<{ table: string; column: string }>(
    `select columns.table_name as table, columns.column_name as column from information_schema.columns
     join pg_catalog.pg_tables as tables on tables.schemaname = columns.table_schema and tables.tablename = columns.table_name
     where columns.table_schema = 'replywatch' and columns.data_type = 'uuid' and columns.table_name <> 'event' order by 1, 2`);
  for (const { table, column } of rows) {
    await client.query(`update replywatch.${table} as each set ${column} = erased.fresh from erased where each.${column} = erased.old`);
  }
  // A survey that is a message goes by its message.
  for (const table of ['survey_facts', 'survey_rating']) {
    await client.query(`update replywatch.${table} as each set survey = 'message:' || erased.fresh from erased where each.survey = 'message:' || erased.old`);
  }
  await client.query(`update replywatch.contact_facts as each set country = null, language = null from erased where each.contact = erased.fresh`);
  await client.query(`update replywatch.message_facts as each set country = null, language = null from erased where each.message = erased.fresh`);
}
