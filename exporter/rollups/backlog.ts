import type { Gauge } from '../metrics/metric.ts';
import type { GaugeRow, Rollup } from './rollup.ts';

/** Ages of open episodes: label and lower bound in seconds, oldest first. */
const AGES = [['1d+', 86_400], ['4-24h', 14_400], ['1-4h', 3_600], ['15-60m', 900], ['5-15m', 300], ['0-5m', -Infinity]] as const;

const BACKLOG_GAUGE: Gauge = {
  type: 'gauge', name: 'chat_backlog_conversations', labels: ['age', 'assigned'],
  help: 'Open episodes with a message of the contact, by time since that message and by whether an agent is assigned; as of the last run of the rollup.',
};

/**
 * The backlog by age. Which episodes are open stands in the state of their conversations only: an index on it would cost every event an
 * index entry, so the rollup reads the table through (the text test is cheap, JSON is parsed for open episodes alone).
 */
export const BACKLOG: Rollup = {
  name: 'backlog',
  schedule: '*/2 * * * *',
  intervalSeconds: 120,
  timeoutMs: 30_000,
  gauges: [BACKLOG_GAUGE],
  async run({ transaction, now }) {
    const rows = await transaction((sql) => sql(QUERY, [now, AGES.map(([label]) => label), AGES.map(([, seconds]) => seconds)]));
    return { [BACKLOG_GAUGE.name]: rows.map(toGauge) };
  },
};

/** All twelve combinations, so that an age that nobody has any more is 0, not gone. */
const QUERY = `
  with demand as (
    select ($1 - (episode.open ->> 'demandAt')::float8) / 1000 as seconds, episode.agent is not null as assigned
    from replywatch.conversation
    cross join lateral json_to_record(conversation.state::json) as episode (open json, agent text)
    where position('"open":{' in conversation.state) > 0 and episode.open ->> 'demandAt' is not null
  ), aged as (
    select demand.assigned, (
      select bound.label from unnest($2::text[], $3::float8[]) with ordinality as bound (label, seconds, nth)
      where demand.seconds >= bound.seconds order by bound.nth limit 1
    ) as age
    from demand
  )
  select age.label as age, assigned.value as assigned, count(aged.age) as conversations
  from unnest($2::text[]) as age (label)
  cross join (values (true), (false)) as assigned (value)
  left join aged on aged.age = age.label and aged.assigned = assigned.value
  group by age.label, assigned.value`;

const toGauge = (row: Readonly<Record<string, unknown>>): GaugeRow =>
  ({ labels: { age: String(row.age), assigned: String(row.assigned) }, value: Number(row.conversations) });
