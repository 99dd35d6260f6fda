/** The two statements of a batch (docs/architecture.md), and their parameters. Arrays travel as text: one parse on each side. */
import { eventData } from './rows.ts';
import type { CanonicalEvent } from '../core/event.ts';

/** Sent together with BEGIN. Stores what is new; returns which, the states of all conversations named, and what is known of messages. */
export const STORE_EVENTS = `
with stored as (
  insert into replywatch.event (id, twin, conversation, contact, message, source, kind, channel, inbox, t, received_at, seq, data)
  select u.id, u.twin, u.conversation, u.contact, u.message, u.source, u.kind, u.channel, u.inbox,
         to_timestamp(u.t / 1000), to_timestamp(u.received_at / 1000), u.seq, u.data::json
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
         where event.message = any ($16::uuid[]) and event.kind in ('message.status', 'survey.sent')) as receipts`;

/** Sent together with COMMIT. 22012 when a conversation was saved by somebody else in between: nothing of it stays. */
export const SAVE = `
with saved as (
  insert into replywatch.conversation as conversation (id, version, state, wake_at, waiting_since, channel, inbox)
  select u.id, u.version, u.state, to_timestamp(u.wake_at / 1000), to_timestamp(u.waiting_since / 1000), u.channel, u.inbox
    from unnest($1::uuid[], $2::bigint[], string_to_array($3, E'\\n'), $4::float8[], $5::float8[], $6::text[], $7::text[])
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
), observed as (
  insert into replywatch.observation as observation
  select * from json_populate_recordset(null::replywatch.observation, $12::json)
  on conflict (conversation, number, type, nth) do update set at = excluded.at, seconds = excluded.seconds, business_seconds = excluded.business_seconds,
         agent = excluded.agent, data = excluded.data
  returning (observation.settled and observation.xmax <> 0)::int as corrected
), episodes as (
  insert into replywatch.episode_facts select * from json_populate_recordset(null::replywatch.episode_facts, $13::json)
  on conflict (conversation, number) do nothing
  returning 1
)
select 1 / ((select count(*) from saved) = $14)::int as saved, (select count(*) from totals) + (select count(*) from seen) + (select count(*) from episodes) as written,
       (select coalesce(sum(observed.corrected), 0) from observed)::int as corrected`;

const plain = (values: readonly (string | number | null | undefined)[]): string => `{${values.map((value) => value ?? 'NULL').join(',')}}`;

/** A Postgres array of texts that may hold anything. */
export const textArray = (values: readonly (string | null | undefined)[]): string =>
  `{${values.map((value) => (value == null ? 'NULL' : `"${value.replace(/[\\"]/g, '\\$&')}"`)).join(',')}}`;

/** A Postgres array of numbers or UUIDs. */
export const plainArray = plain;

export function storeParameters(events: readonly CanonicalEvent[], conversations: readonly string[], messages: readonly string[]): readonly unknown[] {
  const column = <T>(pick: (event: CanonicalEvent) => T): T[] => events.map(pick);
  return [
    plain(column((event) => event.id)), plain(column((event) => event.twin)), plain(column((event) => event.conversation)), plain(column((event) => event.contact)),
    plain(column((event) => ('message' in event ? event.message : undefined))), textArray(column((event) => event.source)), plain(column((event) => event.kind)),
    plain(column((event) => event.channel)), textArray(column((event) => event.inbox)), plain(column((event) => event.t)),
    plain(column((event) => event.receivedAt)), plain(column((event) => event.seq ?? 0)), textArray(column(eventData)), events.length,
    plain(conversations), plain(messages),
  ];
}
