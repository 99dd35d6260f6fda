import type { Gauge } from '../metrics/metric.ts';
import type { GaugeRow, Rollup, RollupContext, Sql } from './rollup.ts';

const AGENTS: Gauge = { type: 'gauge', name: 'chat_agents', labels: ['status'], help: 'Agents by what their help desk said last; who has been online longer than the limit without a word is offline.' };
const OPEN: Gauge = { type: 'gauge', name: 'chat_agent_open_conversations', labels: ['agent'], help: 'Open conversations of an agent with a message of the contact, snoozed ones left out.' };

const STATUSES = ['online', 'busy', 'away', 'offline'] as const;

/** When agents were there, from what their help desk says about them. Only agents of whom something new was said are looked at. */
export const PRESENCE: Rollup = {
  name: 'presence',
  schedule: '*/15 * * * * *',
  intervalSeconds: 15,
  timeoutMs: 30_000,
  gauges: [AGENTS, OPEN],
  async run({ transaction, settings, now }) {
    return transaction(async (sql) => {
      await update(sql, { settings, now });
      return { [AGENTS.name]: (await sql(BY_STATUS, [new Date(now), STATUSES])).map(toGauge('status')), [OPEN.name]: (await sql(BY_AGENT)).map(toGauge('agent')).map(capped) };
    });
  },
};

/** Rows are looked at again for this long: clocks of replicas differ, and a row is stamped before it is committed. */
const OVERLAP_MS = 10 * 60_000;

async function update(sql: Sql, { settings, now }: Pick<RollupContext, 'settings' | 'now'>): Promise<void> {
  const basis = String(settings.presenceLimitSeconds);
  await sql(`insert into replywatch.rollup_state (rollup) values ('presence') on conflict do nothing`);
  const [state] = await sql(`select rollup_state.watermark, rollup_state.basis from replywatch.rollup_state where rollup_state.rollup = 'presence' for update`);
  const watermark = state?.basis === basis && state.watermark instanceof Date ? state.watermark : undefined;
  if (!watermark) await sql('delete from replywatch.agent_presence');
  const since = watermark ? new Date(watermark.getTime() - OVERLAP_MS) : '-infinity';
  await sql(`${DIRTY} delete from replywatch.agent_presence using dirty where agent_presence.agent = dirty.agent and agent_presence.from_at >= dirty.since`, [since]);
  await sql(STRETCHES, [since, settings.presenceLimitSeconds]);
  await sql(LAST_WORDS, [since, settings.presenceLimitSeconds]);
  await sql(`update replywatch.rollup_state set watermark = $1, basis = $2 where rollup_state.rollup = 'presence'`, [new Date(now), basis]);
}

/** Agents of whom something was said since $1, and from where on their time has to be told again: the word before the earliest new one. */
const DIRTY = `
  with dirty as materialized (
    select fresh.agent, coalesce((
      select max(event.t) from replywatch.event where event.kind = 'agent.status' and event.data ->> 'agent' = fresh.agent and event.t < fresh.t), fresh.t) as since
    from (
      select event.data ->> 'agent' as agent, min(event.t) as t from replywatch.event
      where event.kind = 'agent.status' and event.stored_at >= $1::timestamptz group by 1
    ) as fresh
  )`;

const STORY = `${DIRTY}, story as (
    select dirty.agent, event.t as at, event.data ->> 'status' as status, lead(event.t) over turns as next_at, lead(event.data ->> 'status') over turns as next_status
    from dirty join replywatch.event on event.kind = 'agent.status' and event.data ->> 'agent' = dirty.agent and event.t >= dirty.since
    window turns as (partition by dirty.agent order by event.t, event.seq, event.source, event.id)
  )`;

/** Away and offline end it, whenever they come. Where no end was told, because nothing came or the agent was said to be there again, it lasts $2 at most. */
const STRETCHES = `${STORY}, stretch as (
    select story.agent, story.at, case when story.next_status in ('away', 'offline') then story.next_at
      else least(story.next_at, story.at + make_interval(secs => $2::float8)) end as until
    from story where story.status in ('online', 'busy')
  )
  insert into replywatch.agent_presence (agent, from_at, to_at)
  select stretch.agent, stretch.at, stretch.until from stretch where stretch.until > stretch.at
  on conflict do nothing`;

const LAST_WORDS = `${STORY}
  insert into replywatch.agent_state as known (agent, status, since, until)
  select story.agent, story.status, story.at, case when story.status in ('online', 'busy') then story.at + make_interval(secs => $2::float8) else 'infinity' end
  from story where story.next_at is null
  on conflict (agent) do update set status = excluded.status, since = excluded.since, until = excluded.until
  where (known.status, known.since, known.until) is distinct from (excluded.status, excluded.since, excluded.until)`;

/** Every status, so that the last agent who goes leaves a 0. */
const BY_STATUS = `
  select status.name as label, count(known.agent) as value
  from unnest($2::text[]) as status (name)
  left join replywatch.agent_state as known on case when known.until <= $1 then 'offline' else known.status end = status.name
  group by status.name`;

/** Agents we have heard of, and whoever else has a conversation. */
const BY_AGENT = `
  select agent.name as label, count(intervals.conversation) as value
  from (
    select known.agent as name from replywatch.agent_state as known
    union select owned.agent from replywatch.agent_intervals as owned where owned.to_at is null and owned.kind = 'owned'
  ) as agent
  left join replywatch.agent_intervals as intervals on intervals.agent = agent.name and intervals.to_at is null and intervals.kind = 'owned'
  group by agent.name order by agent.name`;

/** As many agents as the counters have series of their own; the rest is one. */
const MAX_AGENTS = 200;
const capped = (row: GaugeRow, index: number): GaugeRow => (index < MAX_AGENTS ? row : { ...row, labels: { agent: 'other' } });

const toGauge = (label: string) => (row: Readonly<Record<string, unknown>>): GaugeRow => ({ labels: { [label]: String(row['label']) }, value: Number(row['value']) });
