/**
 * The two statements of a batch (docs/architecture.md), and their parameters. Arrays travel as text: one parse on each side. Each is filled in
 * one pass over the rows: an array and a closure per column cost as much as the texts.
 */
import { nextWake } from '../core/conversation.ts';
import { versionOf } from '../core/definitions.ts';
import type { CanonicalEvent } from '../core/event.ts';
import type { EpisodeFact } from '../core/fact.ts';
import type { Settings } from '../core/settings.ts';
import { waitStart, type ConversationState } from '../core/state.ts';
import { episodeToRow, eventData, type ObservationWrite } from './rows.ts';
import type { Statement } from './two-steps.ts';

/** A conversation as `parseStates` reads it. */
export const STORED_LINE = `'{"id":"' || conversation.id || '","version":' || conversation.version || ',"state":' || conversation.state || '}'`;

const storing = (imported: boolean): string => `
with stored as (
  insert into replywatch.event (id, twin, conversation, contact, message, source, kind, channel, inbox, t, received_at, seq, data${imported ? ', imported' : ''})
  select u.id, u.twin, u.conversation, u.contact, u.message, u.source, u.kind, u.channel, u.inbox,
         to_timestamp(u.t / 1000), to_timestamp(u.received_at / 1000), u.seq, u.data::json${imported ? ', true' : ''}
    from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[],
                $10::float8[], $11::float8[], $12::bigint[], string_to_array($13, E'\\n', ''))
         as u(id, twin, conversation, contact, message, source, kind, channel, inbox, t, received_at, seq, data)
  on conflict do nothing
  returning event.id
)
select (select case when count(*) = $14 then '' else coalesce(string_agg(stored.id::text, ','), '-') end from stored) as fresh,
       (select string_agg(${STORED_LINE}, ',')
          from replywatch.conversation where conversation.id = any ($15::uuid[])) as states,
       (select json_agg(json_build_array(event.id, event.kind, event.data)) from replywatch.event
         where event.id = any ($16::uuid[]) and event.kind in ('message.inbound', 'message.outbound')) as messages,
       (select json_agg(json_build_array(event.message, event.kind, event.data)) from replywatch.event
         where event.message = any ($17::uuid[]) and event.kind in ('message.status', 'survey.sent')) as receipts`;

/** Stores what is new; returns which, the states of all conversations named, and what is known of messages. */
export const STORE_EVENTS = { name: 'store_events', text: storing(false) };
/** The same for history, which is never counted, whenever facts are made of it. */
export const STORE_HISTORY = { name: 'store_history', text: storing(true) };
/** The states of conversations whose time has come. */
export const STATES = { name: 'states', text: `select string_agg(${STORED_LINE}, ',') from replywatch.conversation where conversation.id = any ($1::uuid[])` };

const OBSERVED = `, observed as (
  insert into replywatch.observation as observation
         (conversation, number, type, nth, source, channel, inbox, episode, at, seconds, business_seconds, agent, data, settle_at, settled)
  select u.conversation, u.number, u.type, u.nth, u.source, u.channel, u.inbox, u.episode, to_timestamp(u.at / 1000), u.seconds, u.business_seconds, u.agent,
         u.data::json, to_timestamp(u.settle_at / 1000), u.settled
    from unnest($12::uuid[], $13::int[], $14::text[], $15::int[], $16::text[], $17::text[], $18::text[], $19::text[], $20::float8[], $21::float8[],
                $22::float8[], $23::text[], string_to_array($24, E'\\n', ''), $25::float8[], $26::boolean[])
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

/**
 * 22012 when a conversation was saved by somebody else in between: nothing of it stays. Most batches close nothing,
 * and an insert of no rows still costs its set-up: hence four of them.
 */
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
  let text = '{';
  for (let i = 0; i < values.length; i++) text += i === 0 ? values[i] ?? 'NULL' : `,${values[i] ?? 'NULL'}`;
  return `${text}}`;
};

/** A Postgres array of texts that may hold anything. */
export const textArray = (values: readonly (string | null | undefined)[]): string => {
  let text = '{';
  for (let i = 0; i < values.length; i++) text += i === 0 ? quoted(values[i]) : `,${quoted(values[i])}`;
  return `${text}}`;
};

const quoted = (value: string | null | undefined): string => {
  if (value == null) return 'NULL';
  return value.includes('"') || value.includes('\\') ? `"${value.replace(/[\\"]/g, '\\$&')}"` : `"${value}"`;
};

/** JSON texts, one per line, for `string_to_array`; null stands for none. As elements of an array each of their quotes would be escaped and read again. */
const jsonLines = (texts: readonly (string | null | undefined)[]): string | null => (texts.length === 0 ? null : texts.join('\n'));

type Texts = (string | null | undefined)[];
type Numbers = (number | null | undefined)[];

/** The parameters of the first. */
export function storeParameters(events: readonly CanonicalEvent[], conversations: readonly string[]): (string | null)[] {
  const id: Texts = [], twin: Texts = [], conversation: Texts = [], contact: Texts = [], message: Texts = [], source: Texts = [], kind: Texts = [], channel: Texts = [], inbox: Texts = [];
  const t: Numbers = [], receivedAt: Numbers = [], seq: Numbers = [], data: Texts = [];
  // Whose receipts they are, and whether receipts came before a message: both are asked for what this batch names.
  const told = new Set<string>();
  const sent: string[] = [];
  for (const event of events) {
    const about = 'message' in event ? event.message : undefined;
    id.push(event.id); twin.push(event.twin); conversation.push(event.conversation); contact.push(event.contact); message.push(about);
    source.push(event.source); kind.push(event.kind); channel.push(event.channel); inbox.push(event.inbox);
    t.push(event.t); receivedAt.push(event.receivedAt); seq.push(event.seq ?? 0); data.push(eventData(event));
    if (event.kind === 'message.status') told.add(event.message);
    else if (event.kind === 'message.outbound') sent.push(event.message);
  }
  return [
    plainArray(id), plainArray(twin), plainArray(conversation), plainArray(contact), plainArray(message), textArray(source), plainArray(kind), plainArray(channel),
    textArray(inbox), plainArray(t), plainArray(receivedAt), plainArray(seq), jsonLines(data), String(events.length), plainArray(conversations), plainArray([...told]), plainArray([...told, ...sent]),
  ];
}

/** A conversation as a save writes it, with the place it is counted under. */
export interface ConversationWrite {
  readonly id: string; readonly version: number; readonly state: ConversationState; readonly settings: Settings; readonly channel: string; readonly inbox: string;
  readonly observations: readonly ObservationWrite[]; readonly episodes: readonly EpisodeFact[];
}

/** One order of conversations for all writers: crossed batches cannot deadlock. */
export const byId = (a: { readonly id: string }, b: { readonly id: string }): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** The save of conversations, in their order, of what is added to totals, and of the newest event of each source. */
export function saveOf(rows: readonly ConversationWrite[], totals: ReadonlyMap<string, number>, newest: ReadonlyMap<string, number>): Statement {
  const id: Texts = [], version: Numbers = [], states: string[] = [], wakeAt: Numbers = [], waitingSince: Numbers = [], channel: Texts = [], inbox: Texts = [];
  const observations: ObservationWrite[] = [];
  const episodes: Record<string, unknown>[] = [];
  for (const row of rows) {
    id.push(row.id); version.push(row.version); states.push(JSON.stringify(row.state)); wakeAt.push(nextWake(row.state, row.settings));
    waitingSince.push(row.state.open && waitStart(row.state.open)); channel.push(row.channel); inbox.push(row.inbox);
    for (const observation of row.observations) observations.push(observation);
    for (const episode of row.episodes) episodes.push({ ...episodeToRow(episode), version: versionOf(row.settings) });
  }
  const keys = [...totals.keys()].sort(); // in one order, too
  const values = [
    plainArray(id), plainArray(version), jsonLines(states), plainArray(wakeAt), plainArray(waitingSince), plainArray(channel), textArray(inbox),
    textArray(keys), plainArray(keys.map((key) => totals.get(key)!)), textArray([...newest.keys()]), plainArray([...newest.values()]),
  ];
  if (observations.length > 0) values.push(...observationParameters(observations));
  if (episodes.length > 0) values.push(JSON.stringify(episodes));
  return { ...SAVES[observations.length > 0 ? (episodes.length > 0 ? 3 : 2) : episodes.length > 0 ? 1 : 0]!, values };
}

function observationParameters(rows: readonly ObservationWrite[]): readonly (string | null)[] {
  const conversation: Texts = [], type: Texts = [], source: Texts = [], channel: Texts = [], inbox: Texts = [], episode: Texts = [], agent: Texts = [], data: Texts = [];
  const number: Numbers = [], nth: Numbers = [], at: Numbers = [], seconds: Numbers = [], business: Numbers = [], settleAt: Numbers = [], settled: boolean[] = [];
  for (const row of rows) {
    conversation.push(row.conversation); number.push(row.number); type.push(row.type); nth.push(row.nth); source.push(row.source); channel.push(row.channel);
    inbox.push(row.inbox); episode.push(row.episode); at.push(row.at); seconds.push(row.seconds); business.push(row.business_seconds); agent.push(row.agent);
    data.push(row.data && JSON.stringify(row.data)); settleAt.push(row.settle_at); settled.push(row.settled);
  }
  return [
    plainArray(conversation), plainArray(number), plainArray(type), plainArray(nth), textArray(source), plainArray(channel), textArray(inbox), plainArray(episode),
    plainArray(at), plainArray(seconds), plainArray(business), textArray(agent), jsonLines(data), plainArray(settleAt), plainArray(settled),
  ];
}
