/** The two statements of a batch (docs/architecture.md), and their parameters. Arrays travel as text: one parse on each side. */
import { eventData, type ObservationWrite } from './rows.ts';
import type { CanonicalEvent } from '../core/event.ts';

const storing = (imported: boolean): string => `
with stored as (
  insert into replywatch.event (id, twin, conversation, contact, message, source, kind, channel, inbox, t, received_at, seq, data${imported ? ', imported' : ''})
  select u.id, u.twin, u.conversation, u.contact, u.message, u.source, u.kind, u.channel, u.inbox,
         to_timestamp(u.t / 1000), to_timestamp(u.received_at / 1000), u.seq, u.data::json${imported ? ', true' : ''}
    from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[],
                $10::float8[], $11::float8[], $12::bigint[], $13::text[])
         as u(id, twin, conversation, contact, message, source, kind, channel, inbox, t, received_at, seq, data)
  on conflict do nothing
  returning event.id
)
select (select case when count(*) = $14 then '' else coalesce(string_agg(stored.id::text, ','), '-') end from stored) as fresh,
       (select string_agg(conversation.id::text || conversation.version || conversation.state, E'\\n')
          from replywatch.conversation where conversation.id = any ($15::uuid[])) as states,
       (select json_agg(json_build_array(event.id, event.kind, event.data)) from replywatch.event
         where event.id = any ($16::uuid[]) and event.kind in ('message.inbound', 'message.outbound')) as messages,
       (select json_agg(json_build_array(event.message, event.kind, event.data)) from replywatch.event
         where event.message = any ($17::uuid[]) and event.kind in ('message.status', 'survey.sent')) as receipts`;

/** Sent together with BEGIN. Stores what is new; returns which, the states of all conversations named, and what is known of messages. */
export const STORE_EVENTS = storing(false);
/** The same for history, which is never counted, whenever facts are made of it. */
export const STORE_HISTORY = storing(true);

/** What a batch saves besides its conversations and totals: most batches close nothing, and an insert of no rows still costs its set-up. */
export interface SaveParts { readonly observations: boolean; readonly episodes: boolean }

/** Sent together with COMMIT. 22012 when a conversation was saved by somebody else in between: nothing of it stays. */
export const saveStatement = ({ observations, episodes }: SaveParts): { readonly name: string; readonly text: string } =>
  SAVES[observations ? (episodes ? 3 : 2) : episodes ? 1 : 0]!;

const OBSERVED = `, observed as (
  insert into replywatch.observation as observation
         (conversation, number, type, nth, source, channel, inbox, episode, at, seconds, business_seconds, agent, data, settle_at, settled)
  select u.conversation, u.number, u.type, u.nth, u.source, u.channel, u.inbox, u.episode, to_timestamp(u.at / 1000), u.seconds, u.business_seconds, u.agent,
         u.data::json, to_timestamp(u.settle_at / 1000), u.settled
    from unnest($12::uuid[], $13::int[], $14::text[], $15::int[], $16::text[], $17::text[], $18::text[], $19::text[], $20::float8[], $21::float8[],
                $22::float8[], $23::text[], $24::text[], $25::float8[], $26::boolean[])
         as u(conversation, number, type, nth, source, channel, inbox, episode, at, seconds, business_seconds, agent, data, settle_at, settled)
  on conflict (conversation, number, type, nth) do update set at = excluded.at, seconds = excluded.seconds, business_seconds = excluded.business_seconds,
         agent = excluded.agent, data = excluded.data
  returning (observation.settled and observation.xmax <> 0)::int as corrected
)`;

const episodesFrom = (parameter: string): string => `, episodes as (
  insert into replywatch.episode_facts select * from json_populate_recordset(null::replywatch.episode_facts, ${parameter}::json)
  on conflict (conversation, number) do nothing
  returning 1
)`;

const SAVES = [[false, false], [false, true], [true, false], [true, true]].map(([observations, episodes]) => ({
  name: `save${observations ? '_observations' : ''}${episodes ? '_episodes' : ''}`,
  text: `
with saved as (
  insert into replywatch.conversation as conversation (id, version, state, wake_at, waiting_since, channel, inbox)
  select u.id, u.version, u.state, to_timestamp(u.wake_at / 1000), to_timestamp(u.waiting_since / 1000), u.channel, u.inbox
    from unnest($1::uuid[], $2::bigint[], string_to_array($3, E'\n'), $4::float8[], $5::float8[], $6::text[], $7::text[])
         as u(id, version, state, wake_at, waiting_since, channel, inbox)
  on conflict (id) do update set version = excluded.version, state = excluded.state, wake_at = excluded.wake_at, waiting_since = excluded.waiting_since,
         channel = excluded.channel, inbox = excluded.inbox
   where conversation.version = excluded.version - 1
  returning 1
), totals as (
  insert into replywatch.metric_total as total (key, value)
  select u.key, u.value from unnest($8::text[], $9::float8[]) as u(key, value)
  on conflict (key) do update set value = total.value + excluded.value, xid = pg_current_xact_id()
  returning 1
), seen as (
  insert into replywatch.source_seen as seen (source, last_event_at)
  select u.source, to_timestamp(u.t / 1000) from unnest($10::text[], $11::float8[]) as u(source, t)
  on conflict (source) do update set last_event_at = excluded.last_event_at where seen.last_event_at < excluded.last_event_at
  returning 1
)${observations ? OBSERVED : ''}${episodes ? episodesFrom(observations ? '$27' : '$12') : ''}
select 1 / ((select count(*) from saved) = cardinality($1::uuid[]))::int as saved,
       (select count(*) from totals) + (select count(*) from seen)${episodes ? ' + (select count(*) from episodes)' : ''} as written,
       ${observations ? '(select coalesce(sum(observed.corrected), 0) from observed)::int' : '0'} as corrected`,
}));

/** A Postgres array of numbers, UUIDs or words without punctuation. */
export const plainArray = (values: readonly (string | number | boolean | null | undefined)[]): string => {
  let text = '';
  for (const value of values) text += text === '' ? (value ?? 'NULL') : `,${value ?? 'NULL'}`;
  return `{${text}}`;
};

/** A Postgres array of texts that may hold anything. */
export const textArray = (values: readonly (string | null | undefined)[]): string => {
  let text = '';
  for (const value of values) text += text === '' ? quoted(value) : `,${quoted(value)}`;
  return `{${text}}`;
};

const quoted = (value: string | null | undefined): string => {
  if (value == null) return 'NULL';
  return value.includes('"') || value.includes('\\') ? `"${value.replace(/[\\"]/g, '\\$&')}"` : `"${value}"`;
};

/** The parameters of both, in their order. */
export function storeParameters(events: readonly CanonicalEvent[], conversations: readonly string[]): readonly unknown[] {
  // Whose receipts they are, and whether receipts came before a message: both are asked for what this batch names.
  const told = new Set(events.flatMap((event) => (event.kind === 'message.status' ? event.message : [])));
  const sent = events.flatMap((event) => (event.kind === 'message.outbound' ? event.message : []));
  const column = <T>(pick: (event: CanonicalEvent) => T): T[] => events.map(pick);
  return [
    plainArray(column((event) => event.id)), plainArray(column((event) => event.twin)), plainArray(column((event) => event.conversation)),
    plainArray(column((event) => event.contact)), plainArray(column((event) => ('message' in event ? event.message : undefined))),
    textArray(column((event) => event.source)), plainArray(column((event) => event.kind)), plainArray(column((event) => event.channel)),
    textArray(column((event) => event.inbox)), plainArray(column((event) => event.t)), plainArray(column((event) => event.receivedAt)),
    plainArray(column((event) => event.seq ?? 0)), textArray(column(eventData)), events.length, plainArray(conversations), plainArray([...told]), plainArray([...told, ...sent]),
  ];
}

/** The parameters of a save that come after its first eleven. */
export function factParameters(observations: readonly ObservationWrite[], episodes: readonly Record<string, unknown>[]): readonly unknown[] {
  const column = <T>(pick: (row: ObservationWrite) => T): T[] => observations.map(pick);
  return [
    ...(observations.length === 0 ? [] : [
      plainArray(column((row) => row.conversation)), plainArray(column((row) => row.number)), plainArray(column((row) => row.type)), plainArray(column((row) => row.nth)),
      textArray(column((row) => row.source)), plainArray(column((row) => row.channel)), textArray(column((row) => row.inbox)), plainArray(column((row) => row.episode)),
      plainArray(column((row) => row.at)), plainArray(column((row) => row.seconds)), plainArray(column((row) => row.business_seconds)),
      textArray(column((row) => row.agent)), textArray(column((row) => row.data && JSON.stringify(row.data))), plainArray(column((row) => row.settle_at)),
      plainArray(column((row) => row.settled)),
    ]),
    ...(episodes.length === 0 ? [] : [JSON.stringify(episodes)]),
  ];
}
