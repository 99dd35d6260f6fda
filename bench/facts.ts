/** Plausible history of any size, written by SQL: events and the facts that follow from them, ten events per episode, as dense at every size. */
import type { Pool } from 'pg';

export const EVENTS_PER_EPISODE = 10;
export const EPISODES_PER_DAY = 11_100;
/** The first episode opens then. */
export const BEGIN = Date.parse('2026-01-05T00:00:00Z');
const SLICE = 50_000;

/** When an episode opens: evenings are busier than mornings. */
export const openedAt = (episode: number): number => {
  const days = episode / EPISODES_PER_DAY;
  return BEGIN + 86_400_000 * (days - (0.6 * Math.sin(2 * Math.PI * days)) / (2 * Math.PI));
};

/** Writes the episodes from `from` to before `until`. @param storedAt SQL: when they entered the log, for history their own time */
export async function writeEpisodes(pool: Pool, from: number, until: number, storedAt: 'now()' | 'one.t' = 'one.t'): Promise<void> {
  for (let at = from; at < until; at += SLICE) {
    const range = [at, Math.min(at + SLICE, until) - 1];
    for (const statement of STATEMENTS) await pool.query(statement.replaceAll('STORED_AT', storedAt), range);
  }
}

/** Episode number i: its ids, place, people and pace are functions of i alone. */
const EPISODE = `
  episode as materialized (
    select i, md5('conversation ' || i / 2)::uuid as conversation, 1 + i % 2 as number, md5('contact ' || i / 2)::uuid as contact,
      (array['whatsapp', 'whatsapp', 'webchat', 'instagram', 'messenger', 'email'])[1 + i % 6] as channel, 'inbox ' || i % 6 as inbox,
      'agent ' || hash % 40 as agent, 'team ' || hash % 6 as team, 'topic ' || hash % 23 as topic,
      case when hash % 20 = 0 then 'campaign' else 'contact' end as initiator, 5 + hash % 600 as wait, hash % 10 < 8 as answered,
      to_timestamp(${BEGIN / 1000} + 86400 * (i / ${EPISODES_PER_DAY}.0 - 0.6 * sin(2 * pi() * i / ${EPISODES_PER_DAY}.0) / (2 * pi()))) as t
    from generate_series($1::int, $2::int) as i cross join lateral (select (hashint4(i) & 1048575) as hash) as drawn
  )`;

/** Three questions, three answers with a receipt each, the end; who writes and when. */
const LINES = `(values
  (0, 'message.inbound', 'contact', 0), (1, 'message.outbound', 'agent', 1), (2, 'message.status', null, 1), (3, 'message.inbound', 'contact', 2), (4, 'message.outbound', 'agent', 3),
  (5, 'message.status', null, 3), (6, 'message.inbound', 'contact', 4), (7, 'message.outbound', 'bot', 5), (8, 'message.status', null, 5), (9, 'conversation.resolved', null, 6))
  as line (nth, kind, author, step)`;

const MESSAGE = `md5('message ' || episode.i || ' ' || case line.kind when 'message.status' then line.nth - 1 else line.nth end)::uuid`;

const STATEMENTS: readonly string[] = [
  `with ${EPISODE}, one as (
    select case when line.kind like 'message.%bound' then ${MESSAGE} else md5('event ' || episode.i || ' ' || line.nth)::uuid end as id, episode.conversation, episode.contact,
      case when line.kind like 'message.%' then ${MESSAGE} end as message, line.kind, episode.channel, episode.inbox,
      episode.t + make_interval(secs => line.step * episode.wait + (line.kind = 'message.status')::int) as t,
      case line.kind when 'message.inbound' then '{"content":"text"}' when 'message.outbound' then json_build_object('content', 'text', 'author', line.author)::text
        when 'message.status' then '{"status":"delivered"}' else '{"by":"agent"}' end::json as data
    from episode cross join ${LINES}
  )
  insert into replywatch.event (id, conversation, contact, message, source, kind, channel, inbox, t, received_at, data, stored_at)
  select one.id, one.conversation, one.contact, one.message, 'desk', one.kind, one.channel, one.inbox, one.t, one.t, one.data, STORED_AT from one order by one.t`,
  `with ${EPISODE}, one as (
    select episode.*, ${MESSAGE} as message, line.author, episode.t + make_interval(secs => line.step * episode.wait) as at from episode cross join ${LINES} where line.author is not null
  )
  insert into replywatch.message_facts (message, conversation, contact, source, channel, inbox, direction, author, author_id, content, survey_answer, opt_out, fallback, by_receipt, at, status, changed_at)
  select one.message, one.conversation, one.contact, 'desk', one.channel, one.inbox, case one.author when 'contact' then 'inbound' else 'outbound' end, one.author,
    case one.author when 'agent' then one.agent end, 'text', false, false, false, false, one.at, case when one.author <> 'contact' then 'delivered' end, STORED_AT from one order by one.at`,
  `with ${EPISODE}
  insert into replywatch.episode_facts (conversation, number, contact, source, channel, inbox, team, agent, topic, initiator, outcome, opened_at, demand_at, closed_at, ended_at,
    bot, confirmed, unanswered, inbound_messages, agent_messages, bot_messages, failed_messages, handoffs, transfers, frt_seconds, frt_at, frt_agent, resolution_seconds, sla_first_response)
  select one.conversation, one.number, one.contact, 'desk', one.channel, one.inbox, one.team, one.agent, one.topic, one.initiator,
    case when one.answered then 'resolved_agent' else 'dropped' end, one.t, one.t, one.t + make_interval(secs => 6 * one.wait), one.t + make_interval(secs => 6 * one.wait),
    'escalated', false, not one.answered, 3, 2, 1, 0, 0, 0, one.wait, one.t + make_interval(secs => one.wait), one.agent,
    case when one.answered then 6 * one.wait end, case when one.wait <= 60 then 'met' else 'missed' end
  from episode as one order by one.t`,
  `with ${EPISODE}, one as (
    select episode.*, kind.type, kind.nth, episode.t + make_interval(secs => kind.step * episode.wait) as at
    from episode cross join (values ('response', 0, 1), ('response', 1, 3), ('first_human', 0, 1), ('first_bot', 0, 5), ('closed', 0, 6)) as kind (type, nth, step)
  )
  insert into replywatch.observation (conversation, number, type, nth, source, channel, inbox, episode, at, seconds, business_seconds, agent, data, settle_at, settled)
  select one.conversation, one.number, one.type, one.nth, 'desk', one.channel, one.inbox, 'first', one.at, case when one.type <> 'closed' then one.wait end,
    case when one.type = 'response' then one.wait end, case when one.type = 'response' then one.agent end,
    case when one.type = 'response' then json_build_object('first', one.nth = 0) end, one.at + interval '1 minute', true
  from one order by one.at`,
  `with ${EPISODE}
  insert into replywatch.agent_intervals (conversation, number, kind, agent, from_at, to_at, contact)
  select one.conversation, one.number, 'handling', one.agent, one.t, one.t + make_interval(secs => one.wait), one.contact from episode as one order by one.t`,
  `with ${EPISODE}
  insert into replywatch.conversation (id, version, state, channel, inbox)
  select distinct one.conversation, 1, '{"episodes":2}', one.channel, one.inbox from episode as one on conflict do nothing`,
];
