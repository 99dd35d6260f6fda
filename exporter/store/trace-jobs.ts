/** What the traces of episodes are made of, read for many of them at once: facts, events, surveys, and what they link to. */
import type { Pool } from 'pg';
import { episodeOf } from '../core/episode.ts';
import { compareEvents, type CanonicalEvent } from '../core/event.ts';
import type { EpisodeFact } from '../core/fact.ts';
import type { ConversationState } from '../core/state.ts';
import type { AnsweredSurvey, EpisodeObservation, SentSpans, TraceJob, TraceKey } from '../core/trace-job.ts';
import { EPISODE_COLUMNS, rowToEpisode, rowToEvent } from './rows.ts';
import { plainArray } from './statements.ts';

/** All that is needed of a pool or a client inside a transaction. */
export type Queryable = Pick<Pool, 'query'>;

/** A row of the outbox, as far as a job needs it. */
export interface JobRow extends TraceKey {
  readonly revision: number;
  readonly keep_reason: string | null;
  readonly enqueued_at: Date;
  readonly exported: boolean;
  readonly sent: SentSpans | null;
  readonly previous_trace_id: string | null;
}

/** The jobs of these rows, in their order; a row whose episode is not there has none. Open episodes are as they stand now. */
export async function loadJobs(db: Queryable, rows: readonly JobRow[]): Promise<readonly TraceJob[]> {
  const episodes = await episodesOf(db, rows);
  const found = rows.flatMap((row) => { const known = episodes.get(keyOf(row)); return known ? [{ row, ...known }] : []; });
  if (found.length === 0) return [];
  const values = [
    ...keysOf(found.map(({ row }) => row)), plainArray(found.map(({ episode }) => episode.openedAt)), plainArray(found.map(({ episode }) => episode.closedAt)),
    plainArray(found.map(({ followedAt }) => followedAt && followedAt.getTime())), plainArray(found.map(({ episode }) => episode.contact)),
  ];
  const canAnswerEarlier = found.some(({ row }) => row.number > 1);
  const [observations, events, surveys, campaigns] = await Promise.all([
    db.query<ObservationTuple>(OBSERVATIONS, values), db.query<EventTuple>(EVENTS, values), db.query<SurveyRow>(SURVEYS, values),
    canAnswerEarlier ? db.query<CampaignRow>(CAMPAIGNS, values) : { rows: [] },
  ]);
  const observationsOf = Map.groupBy(observations.rows, ([place]) => place);
  const eventsOf = Map.groupBy(events.rows, ([place]) => place);
  const surveysOf = Map.groupBy(await beforeTheOpenOne(db, surveys.rows), placeOf);
  const campaignOf = new Map(campaigns.rows.map((row) => [row.place, { traceId: row.trace_id, message: row.message }]));
  return found.map(({ row, episode }, index): TraceJob => {
    const place = index + 1;
    const campaign = campaignOf.get(place);
    return {
      conversation: row.conversation, number: row.number, revision: row.revision, keepReason: row.keep_reason, enqueuedAt: row.enqueued_at.getTime(), episode,
      observations: (observationsOf.get(place) ?? []).map(observationOf), events: (eventsOf.get(place) ?? []).map(eventOf).sort(compareEvents),
      surveys: (surveysOf.get(place) ?? []).map(surveyOf), exported: row.exported, sent: row.sent,
      ...(row.previous_trace_id === null ? {} : { previousTraceId: row.previous_trace_id }), ...(campaign && { campaign }),
    };
  });
}

export const keyOf = (key: TraceKey): string => `${key.conversation} ${key.number}`;

/** `place`: of the job among those asked for, from 1. */
type Placed<T> = T & { readonly place: number };
type SurveyRow = Placed<TraceKey & { readonly survey: string; readonly sent_at: Date | null; readonly answered_at: Date; readonly score: number }>;
type CampaignRow = Placed<{ readonly message: string; readonly trace_id: string }>;
/** `followedAt`: when the next episode opened. */
interface Known { readonly episode: EpisodeFact; readonly followedAt: Date | null }

/** Columns in their order: there are many rows, and as objects they take a fifth longer. */
type EventTuple = [place: number, id: string, message: string | null, source: string, kind: string, channel: string, inbox: string, t: number, received_at: number,
  seq: string | null, data: Record<string, unknown> | null];
type ObservationTuple = [place: number, type: string, nth: number, at: number, seconds: number | null, businessSeconds: number | null, data: Record<string, unknown> | null];

const eventOf = ([, id, message, source, kind, channel, inbox, t, received_at, seq, data]: EventTuple): CanonicalEvent =>
  rowToEvent({ id, message, source, kind, channel, inbox, t, received_at, seq: seq ?? '0', data });

/** The fact as it was stored, less its place; the union is restored field by field. */
const observationOf = ([, type, nth, at, seconds, businessSeconds, data]: ObservationTuple): EpisodeObservation =>
  Object.assign({ type, nth, at, seconds, businessSeconds }, data) as unknown as EpisodeObservation;

const placeOf = ({ place }: Placed<unknown>): number => place;

const surveyOf = ({ survey, sent_at: sentAt, answered_at: answeredAt, score }: SurveyRow): AnsweredSurvey =>
  ({ survey, sentAt: (sentAt ?? answeredAt).getTime(), answeredAt: answeredAt.getTime(), score });

const keysOf = (keys: readonly TraceKey[]): readonly [string, string] => [plainArray(keys.map((key) => key.conversation)), plainArray(keys.map((key) => key.number))];

/** Closed episodes are rows, the open one of a conversation is in its state. */
async function episodesOf(db: Queryable, keys: readonly TraceKey[]): Promise<ReadonlyMap<string, Known>> {
  const { rows } = await db.query<Record<string, unknown> & { followed_at: Date | null }>(EPISODES, [...keysOf(keys)]);
  const known = new Map(rows.map((row): [string, Known] => { const episode = rowToEpisode(row); return [keyOf(episode), { episode, followedAt: row.followed_at }]; }));
  const missing = keys.filter((key) => !known.has(keyOf(key)));
  for (const [id, state] of await openStates(db, missing)) {
    const key = missing.find(({ conversation, number }) => conversation === id && number === state.open?.number);
    if (key && state.open) known.set(keyOf(key), { episode: episodeOf(id, state, state.open), followedAt: null });
  }
  return known;
}

async function openStates(db: Queryable, keys: readonly TraceKey[]): Promise<ReadonlyMap<string, ConversationState>> {
  if (keys.length === 0) return new Map();
  const { rows } = await db.query<{ id: string; state: string }>(OPEN, [[...new Set(keys.map(({ conversation }) => conversation))]]);
  return new Map(rows.map(({ id, state }) => [id, JSON.parse(state) as ConversationState])); // written by a save of the same shape
}

/** Without the surveys of a later episode that is still open. */
async function beforeTheOpenOne(db: Queryable, surveys: readonly SurveyRow[]): Promise<readonly SurveyRow[]> {
  const states = await openStates(db, surveys);
  return surveys.filter((row) => {
    const open = states.get(row.conversation)?.open;
    return !open || open.number <= row.number || surveyOf(row).sentAt < open.openedAt;
  });
}

// Times travel as epoch milliseconds: written as dates they cost more than everything else about a statement's values.
const STRETCH = `(
    select asked.place::int, asked.conversation, asked.number, to_timestamp(asked.opened_at / 1000) as opened_at, to_timestamp(asked.closed_at / 1000) as closed_at,
           to_timestamp(asked.followed_at / 1000) as followed_at, asked.contact
      from unnest($1::uuid[], $2::int[], $3::float8[], $4::float8[], $5::float8[], $6::uuid[]) with ordinality
           as asked (conversation, number, opened_at, closed_at, followed_at, contact, place)) as picked`;

// Those that are asked often are prepared: planning them anew each time took Postgres longer than some of them take.
const EPISODES = { name: 'trace_episodes', text: `
  select ${EPISODE_COLUMNS}, following.opened_at as followed_at
    from unnest($1::uuid[], $2::int[]) as picked (conversation, number)
    join replywatch.episode_facts as episode on episode.conversation = picked.conversation and episode.number = picked.number
    left join replywatch.episode_facts as following on following.conversation = picked.conversation and following.number = picked.number + 1` };

const OPEN = `
  select conversation.id, conversation.state from replywatch.conversation
   where conversation.id = any ($1::uuid[]) and position('"open":{' in conversation.state) > 0`;

// Multiplied as floats, times are several times cheaper than as numeric, and exact to the millisecond.
const millisOf = (column: string): string => `round(date_part('epoch', ${column}) * 1000)`;

// Only observations that are drawn as spans.
const OBSERVATIONS = { name: 'trace_observations', rowMode: 'array' as const, text: `
  select picked.place, observation.type, observation.nth, ${millisOf('observation.at')} as at, observation.seconds, observation.business_seconds, observation.data from ${STRETCH}
    join replywatch.observation as observation on observation.conversation = picked.conversation and observation.number = picked.number
   where observation.type in ('response', 'queue')
   order by observation.at, observation.type, observation.nth` };

// All that spans are made of.
const COLUMNS = `picked.place, event.id, event.message, event.source, event.kind, event.channel, event.inbox,
  ${millisOf('event.t')} as t, ${millisOf('event.received_at')} as received_at, nullif(event.seq, 0), event.data`;

// Inside the episode everything; after it receipts; before it who held the conversation.
// Receipts of messages sent before the episode are left out: to the trace they would look like messages of it.
const EVENTS = { name: 'trace_events', rowMode: 'array' as const, text: `
  select ${COLUMNS} from ${STRETCH}
    left join lateral (
      select array_agg(earlier.message) as messages from replywatch.event as earlier
       where earlier.conversation = picked.conversation and earlier.t < picked.opened_at and earlier.message is not null) as earlier on true
    join replywatch.event as event on event.conversation = picked.conversation and event.t >= picked.opened_at
     and (picked.closed_at is null or event.t <= picked.closed_at or event.kind = 'message.status')
   where event.kind <> 'message.status' or earlier.messages is null or event.message <> all (earlier.messages)
  union all
  select ${COLUMNS} from ${STRETCH}
    cross join lateral (
      select holder.id from replywatch.event as holder
       where holder.conversation = picked.conversation and holder.t < picked.opened_at
         and holder.kind in ('conversation.assigned', 'conversation.unassigned', 'conversation.snapshot')
       order by holder.t desc limit 20) as latest
    join replywatch.event as event on event.id = latest.id` };

// A survey belongs to the episode it follows, until the next one opens.
const SURVEYS = { name: 'trace_surveys', text: `
  select picked.place, picked.conversation, picked.number, survey.survey, survey.sent_at, survey.answered_at, survey.score from ${STRETCH}
    join replywatch.survey_facts as survey on survey.conversation = picked.conversation and survey.type = 'csat' and survey.score is not null
     and coalesce(survey.sent_at, survey.answered_at) >= picked.opened_at
     and (picked.followed_at is null or coalesce(survey.sent_at, survey.answered_at) < picked.followed_at)
   order by survey.answered_at, survey.survey` };

// The campaign message the customer answered, if it was sent before this episode and its own episode is traced.
const CAMPAIGNS = { name: 'trace_campaigns', text: `
  select picked.place, touch.message, outbox.trace_id from ${STRETCH}
    cross join lateral (
      select touch.message, touch.at from replywatch.touch_facts as touch
       where touch.contact = picked.contact and touch.at < picked.opened_at and touch.responded_at >= picked.opened_at
         and (picked.closed_at is null or touch.responded_at <= picked.closed_at)
       order by touch.at desc limit 1) as touch
    join replywatch.event as sent on sent.id = touch.message
    join replywatch.episode_facts as of_touch on of_touch.conversation = sent.conversation and of_touch.opened_at <= touch.at and of_touch.closed_at >= touch.at
    join replywatch.trace_outbox as outbox on outbox.conversation = of_touch.conversation and outbox.number = of_touch.number and outbox.state in ('due', 'exported')
   where picked.number > 1` };
