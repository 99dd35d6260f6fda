/** Stored history as the moments at which metrics would have counted it, oldest first. */
import type { Pool } from 'pg';
import type { Fact } from '../core/fact.ts';

/** A change of a live gauge; everything else is a fact as it is counted. */
export interface GaugeChange { readonly type: 'gauge'; readonly name: string; readonly channel: string; readonly inbox: string; readonly by: number }
/** `at`: epoch milliseconds. */
export interface Moment { readonly at: number; readonly fact: Fact | GaugeChange }

const PAGE = 5_000;

/** Reads all moments before `until` from one snapshot of the database. @param settleSeconds how long durations rest before they count */
export async function* moments(pool: Pool, until: number, settleSeconds: number): AsyncIterable<readonly Moment[]> {
  const client = await pool.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    await client.query('set local statement_timeout = 0'); // as long as the history is
    await client.query(`declare history cursor for ${MOMENTS.replaceAll(':until', `to_timestamp(${Number(until)} / 1000.0)`).replaceAll(':settle', `interval '${Number(settleSeconds)} seconds'`)}`);
    for (;;) {
      const { rows } = await client.query<{ at: string; fact: Moment['fact'] }>(`fetch ${PAGE} from history`);
      if (rows.length === 0) return;
      yield rows.map(({ at, fact }) => ({ at: Number(at), fact }));
    }
  } finally {
    await client.query('rollback').catch(() => undefined); // nothing was written
    client.release();
  }
}

/** Hand-offs and transfers have no time of their own in the facts: they count with the end of their episode. */
const MOMENTS = `
  select (extract(epoch from moment.at) * 1000)::bigint as at, moment.fact from (
    select facts.at, json_build_object('type', 'message', 'channel', facts.channel, 'inbox', facts.inbox, 'direction', facts.direction, 'author', facts.author) as fact
    from replywatch.message_facts as facts
    union all
    select receipt.at, json_build_object('type', receipt.type, 'channel', facts.channel, 'inbox', facts.inbox, 'author', facts.author, 'status', receipt.status, 'code', coalesce(facts.error_code, 'unknown'))
    from replywatch.message_facts as facts
    cross join lateral (values
      ('receipt', 'sent', facts.sent_at), ('receipt', 'delivered', least(facts.delivered_at, facts.read_at)), ('receipt', 'read', facts.read_at),
      ('receipt', 'failed', case when facts.failed_at < least(facts.delivered_at, facts.read_at) or facts.status = 'failed' then facts.failed_at end),
      ('failure', null, case when facts.failed_at < least(facts.delivered_at, facts.read_at) or facts.status = 'failed' then facts.failed_at end),
      ('attempt', null, least(facts.sent_at, facts.delivered_at, facts.read_at, facts.failed_at))
    ) as receipt (type, status, at)
    where facts.direction = 'outbound' and receipt.at is not null
    union all
    select facts.at + :settle, json_build_object('type', concluded.type, 'channel', facts.channel, 'inbox', facts.inbox, 'window', facts."window", 'form', facts.form,
      'sentiment', facts.sentiment, 'currency', facts.currency, 'category', facts.price_category, 'amount', facts.cost)
    from replywatch.message_facts as facts
    cross join lateral (values
      ('window_send', facts."window" is not null and facts.form is not null), ('unconsented_send', not facts.consented), ('sentiment', facts.sentiment is not null),
      ('message_cost', facts.cost is not null)
    ) as concluded (type, holds)
    where concluded.holds
    union all
    select episodes.opened_at, json_build_object('type', 'opened', 'channel', episodes.channel, 'inbox', episodes.inbox, 'initiator', episodes.initiator,
      'episode', case when episodes.number = 1 then 'first' else 'reopened' end)
    from reporting.episodes
    union all
    select coalesce(episodes.closed_at, episodes.opened_at), json_build_object('type', happened.type, 'channel', episodes.channel, 'inbox', episodes.inbox)
    from reporting.episodes
    cross join lateral (values ('handoff', episodes.handoffs), ('transfer', episodes.transfers)) as happened (type, times)
    cross join lateral generate_series(1, happened.times)
    union all
    select surveys.sent_at, json_build_object('type', 'survey_sent', 'channel', surveys.channel, 'inbox', surveys.inbox)
    from replywatch.survey_facts as surveys where surveys.sent_at is not null
    union all
    select surveys.answered_at, json_build_object('type', 'survey_answered', 'channel', surveys.channel, 'inbox', surveys.inbox, 'score', surveys.first_score)
    from replywatch.survey_facts as surveys where surveys.answered_at is not null and surveys.type = 'csat'
    union all
    select observation.at + :settle, (coalesce(observation.data::jsonb, '{}') || jsonb_build_object('type', observation.type, 'nth', observation.nth, 'conversation', observation.conversation,
      'number', observation.number, 'source', observation.source, 'channel', observation.channel, 'inbox', observation.inbox, 'episode', observation.episode,
      'seconds', observation.seconds, 'businessSeconds', observation.business_seconds, 'agent', observation.agent))::json
    from replywatch.observation
    union all
    select change.at, json_build_object('type', 'gauge', 'name', change.name, 'channel', episodes.channel, 'inbox', episodes.inbox, 'by', change.by)
    from reporting.episodes
    cross join lateral (values
      ('chat_conversations_open', episodes.demand_at, 1), ('chat_conversations_open', episodes.closed_at, -1),
      ('chat_conversations_waiting', episodes.waiting_since, 1), ('chat_conversations_waiting', case when episodes.waiting_since is not null then episodes.closed_at end, -1)
    ) as change (name, at, by)
    where episodes.demand_at is not null and change.at is not null
    union all
    select change.at, json_build_object('type', 'gauge', 'name', 'chat_conversations_waiting', 'channel', responses.channel, 'inbox', responses.inbox, 'by', change.by)
    from reporting.responses
    cross join lateral (values (responses.at - responses.seconds * interval '1 second', 1), (responses.at, -1)) as change (at, by)
  ) as moment
  where moment.at < :until
  order by moment.at`;
