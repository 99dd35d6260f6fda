import type { Gauge } from '../metrics/metric.ts';
import { changedSince } from './changes.ts';
import type { GaugeRow, Rollup } from './rollup.ts';

/** Ages of open episodes: label and lower bound in milliseconds. */
const AGES = [['0-5m', -Infinity], ['5-15m', 300_000], ['15-60m', 900_000], ['1-4h', 3_600_000], ['4-24h', 14_400_000], ['1d+', 86_400_000]] as const;

const BACKLOG_GAUGE: Gauge = {
  type: 'gauge', name: 'chat_backlog_conversations', labels: ['age', 'assigned'],
  help: 'Open episodes with a message of the contact, by time since that message and by whether an agent is assigned; as of the last run of the rollup.',
};

/**
 * The backlog by age. Which episodes are open stands in the state of their conversations only: an index on it would cost every event an
 * index entry, and reading all states took two minutes at a million. Hence a table of those that are open, brought up to date from the
 * conversations that changed.
 */
export const BACKLOG: Rollup = {
  name: 'backlog',
  schedule: '*/2 * * * *',
  intervalSeconds: 120,
  timeoutMs: 300_000, // the first run reads every conversation
  gauges: [BACKLOG_GAUGE],
  async run({ transaction, now }) {
    const rows = await transaction(async (sql) => {
      const since = await changedSince(sql, 'backlog', '', now);
      const changed = since === undefined ? null : (await sql(CHANGED, [since])).map((row) => row['conversation']);
      await sql('delete from replywatch.backlog_episode as known where $1::uuid[] is null or known.conversation = any ($1::uuid[])', [changed]);
      await sql(`${OPEN} ${changed === null ? '' : 'and conversation.id = any ($1::uuid[])'}`, changed === null ? [] : [changed]);
      return sql(COUNT, [now, AGES.map(([label]) => label), AGES.map(([, seconds]) => seconds)]);
    });
    return { [BACKLOG_GAUGE.name]: rows.map(toGauge) };
  },
};

/** Conversations with news, and those that the clock closed: by our clock, which may differ from that of the database by some minutes. */
const CHANGED = `
  select event.conversation from replywatch.event where event.stored_at >= $1 and event.conversation is not null
  union
  select observation.conversation from replywatch.observation where observation.settle_at >= $1::timestamptz - interval '10 minutes' and observation.type = 'closed'`;

/** The text is looked at first: JSON is parsed for open episodes alone. */
const OPEN = `
  insert into replywatch.backlog_episode (conversation, demand_at, assigned)
  select conversation.id, to_timestamp((episode.open ->> 'demandAt')::float8 / 1000), episode.agent is not null
  from replywatch.conversation
  cross join lateral json_to_record(conversation.state::json) as episode (open json, agent text)
  where position('"open":{' in conversation.state) > 0 and episode.open ->> 'demandAt' is not null`;

/** All twelve combinations, so that an age that nobody has any more is 0, not gone. */
const COUNT = `
  with counted as (
    select width_bucket($1 - (extract(epoch from known.demand_at) * 1000)::float8, $3::float8[]) as nth, known.assigned, count(*) as conversations
    from replywatch.backlog_episode as known group by 1, 2
  )
  select age.label as age, assigned.value as assigned, coalesce(counted.conversations, 0) as conversations
  from unnest($2::text[]) with ordinality as age (label, nth)
  cross join (values (true), (false)) as assigned (value)
  left join counted on counted.nth = age.nth and counted.assigned = assigned.value`;

const toGauge = (row: Readonly<Record<string, unknown>>): GaugeRow =>
  ({ labels: { age: String(row.age), assigned: String(row.assigned) }, value: Number(row.conversations) });
