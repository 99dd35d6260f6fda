/** Values of a dimension that have rows of their own in an hour, the most frequent first; the rest are `other`. */
const CAPS = { team: 50, agent: 200, topic: 50 } as const;

/** Columns of the rows of a table within each hour, found by its index however long the table is: of a join the planner reads all of it. */
const within = (table: string, time: string, columns: string): string => `
  cross join lateral (
    select ${qualified('entry', columns)} from replywatch.${table} as entry
    where entry.${time} >= hour.start and entry.${time} < hour.start + interval '1 hour' and date_trunc('hour', entry.${time}, $2) = hour.start offset 0
  )`;

/** The open episode of a conversation, one look-up per row: the planner takes a joined list for one row long and reads it through for each. */
const OPEN = `
    select (state.open ->> 'number')::int as number, state.open ->> 'initiator' as initiator, to_timestamp((state.open ->> 'openedAt')::float8 / 1000) as opened_at,
      state.team, coalesce(state.agent, state.open ->> 'frtAgent') as agent, state.open ->> 'topic' as topic
    from replywatch.conversation cross join lateral json_to_record(conversation.state::json) as state (open json, agent text, team text)`;

/** Columns that count. Each is a measure of the same name. */
const COUNTS = [
  'opened', 'closed', 'outbound_only', 'withdrawn', 'dropped', 'resolved_agent', 'courtesy', 'dismissed', 'abandoned', 'missed', 'bot_abandoned', 'resolved_bot',
  'messages_contact', 'messages_agent', 'messages_bot', 'messages_automation', 'messages_campaign', 'messages_system', 'messages_by_receipt', 'reopened', 'unanswered',
  'handoffs', 'transfers', 'transferred', 'bot_involved', 'bot_escalated', 'bot_contained', 'bot_confirmed', 'first_response_met', 'first_response_missed',
  'resolution_met', 'resolution_missed', 'attempted', 'delivered', 'read', 'failed', 'scored', 'negative',
] as const;

/** Measures that last, with the column that counts them; `…_seconds` and `…_buckets` are beside it. */
const DURATIONS = {
  first_response: 'first_responses', response: 'responses', resolution: 'resolutions', first_response_business: 'first_responses_business',
  first_response_total: 'first_responses_total', bot_first_response: 'bot_first_responses', response_business: 'responses_business', queue: 'queued',
  resolution_business: 'resolutions_business', conversation_length: 'conversations_with_length', engaged: 'conversations_engaged',
} as const;

const FIGURES = [...COUNTS, ...Object.entries(DURATIONS).flatMap(([measure, column]) => [column, `${measure}_seconds`, `${measure}_buckets`])];
const CELL = 'channel, inbox, initiator, dimension, value';

/**
 * Computes the figures of whole hours from facts: $1 hours (instants they begin), $2 zone, $3 bucket bounds, negated, ascending.
 * Openings belong to the hour they happen in, responses to that of the reply, closes and what is known by them to that of the close, messages to
 * that of the message. Every part counts in `all` and once in each other dimension. @param bounds how many $3 has
 */
export const replaceHours = (bounds: number): string => `
with hour as (
  select unnest($1::timestamptz[]) as start
), touched as (
  -- An episode that is still open has no facts yet. Whatever happens in it is an event, so its conversation is in the log of the hour.
  select distinct event.conversation
  from hour ${within('event', 't', 'conversation')} as event
  where event.conversation is not null
), open as materialized (
  select touched.conversation, (state.open ->> 'number')::int as number, state.open ->> 'initiator' as initiator, state.open ->> 'channel' as channel,
    state.open ->> 'inbox' as inbox, to_timestamp((state.open ->> 'openedAt')::float8 / 1000) as opened_at,
    state.team, coalesce(state.agent, state.open ->> 'frtAgent') as agent, state.open ->> 'topic' as topic
  from touched
  cross join lateral (select conversation.state from replywatch.conversation where conversation.id = touched.conversation offset 0) as stored
  cross join lateral json_to_record(stored.state::json) as state (open json, agent text, team text)
  where state.open is not null
), part as materialized (
  select hour.start, facts.channel, facts.inbox, facts.initiator, facts.team, coalesce(facts.agent, facts.frt_agent) as agent, facts.topic,
    opened.measure, 1 as n, null::float8 as seconds
  from hour ${within('episode_facts', 'opened_at', 'number, channel, inbox, initiator, team, agent, frt_agent, topic')} as facts
  cross join lateral (values ('opened', true), ('reopened', facts.number > 1)) as opened (measure, counts) where opened.counts
  union all
  select hour.start, open.channel, open.inbox, open.initiator, open.team, open.agent, open.topic, opened.measure, 1, null
  from hour join open on date_trunc('hour', open.opened_at, $2) = hour.start
  cross join lateral (values ('opened', true), ('reopened', open.number > 1)) as opened (measure, counts) where opened.counts
  union all
  select hour.start, facts.channel, facts.inbox, facts.initiator, facts.team, coalesce(facts.agent, facts.frt_agent), facts.topic, closed.measure, closed.n, closed.seconds
  from hour ${within('episode_facts', 'closed_at', `channel, inbox, initiator, team, agent, frt_agent, topic, outcome, bot, confirmed, unanswered, handoffs, transfers,
      sla_first_response, sla_resolution, resolution_seconds, resolution_business_seconds, conversation_length_seconds, engaged_seconds`)} as facts
  cross join lateral (
    select facts.bot <> 'none' and facts.initiator = 'contact'
      and facts.outcome in ('resolved_agent', 'dropped', 'missed', 'abandoned', 'resolved_bot', 'bot_abandoned') as involved
  ) as bot
  cross join lateral (values
    ('closed', 1, null), (facts.outcome, 1, null), ('unanswered', facts.unanswered::int, null), ('handoffs', facts.handoffs, null),
    ('transfers', facts.transfers, null), ('transferred', (facts.transfers > 0)::int, null), ('bot_involved', bot.involved::int, null),
    ('bot_escalated', (bot.involved and facts.bot = 'escalated')::int, null),
    ('bot_contained', (bot.involved and facts.outcome = 'resolved_bot')::int, null),
    ('bot_confirmed', (bot.involved and facts.outcome = 'resolved_bot' and facts.confirmed)::int, null),
    ('first_response_' || facts.sla_first_response, 1, null), ('resolution_' || facts.sla_resolution, 1, null),
    ('resolution', (facts.resolution_seconds is not null)::int, facts.resolution_seconds),
    ('resolution_business', (facts.resolution_business_seconds is not null)::int, facts.resolution_business_seconds),
    ('conversation_length', (facts.conversation_length_seconds is not null)::int, facts.conversation_length_seconds),
    ('engaged', (facts.engaged_seconds is not null)::int, facts.engaged_seconds)) as closed (measure, n, seconds)
  where closed.n > 0 and closed.measure is not null
  union all
  select hour.start, observation.channel, observation.inbox, coalesce(facts.initiator, open.initiator, 'contact'), coalesce(facts.team, open.team),
    coalesce(observation.agent, facts.agent, open.agent), coalesce(facts.topic, open.topic), measured.measure, 1, measured.seconds
  from hour ${within('observation', 'at', 'conversation, number, type, channel, inbox, agent, seconds, business_seconds, data')} as observation
  left join lateral (
    select facts.initiator, facts.team, facts.agent, facts.topic from replywatch.episode_facts as facts
    where facts.conversation = observation.conversation and facts.number = observation.number offset 0
  ) as facts on true
  left join lateral (${OPEN} where conversation.id = observation.conversation offset 0) as open on open.number = observation.number
  cross join lateral (values
    (case observation.type when 'response' then 'response' when 'first_human' then 'first_response_total' when 'first_bot' then 'bot_first_response' when 'queue' then 'queue' end,
      observation.seconds),
    (case when observation.type = 'response' then 'response_business' end, observation.business_seconds),
    (case when observation.type = 'response' and (observation.data ->> 'first')::boolean then 'first_response' end, observation.seconds),
    (case when observation.type = 'response' and (observation.data ->> 'first')::boolean then 'first_response_business' end, observation.business_seconds)
  ) as measured (measure, seconds)
  where observation.type in ('response', 'first_human', 'first_bot', 'queue') and measured.measure is not null and measured.seconds is not null
  union all
  -- A message belongs to the last episode that had begun by then; before the first one, to whoever wrote it.
  select hour.start, message.channel, message.inbox,
    coalesce(open.initiator, closed.initiator, case message.author when 'contact' then 'contact' when 'campaign' then 'campaign' else 'agent' end),
    coalesce(open.team, closed.team), case when message.author = 'agent' then message.author_id else coalesce(open.agent, closed.agent) end,
    coalesce(open.topic, closed.topic), written.measure, 1, null
  from hour ${within('message_facts', 'at', 'conversation, channel, inbox, author, author_id, direction, at, by_receipt, status, sentiment')} as message
  left join lateral (${OPEN} where conversation.id = message.conversation offset 0) as open on open.opened_at <= message.at
  left join lateral (
    select facts.initiator, facts.team, coalesce(facts.agent, facts.frt_agent) as agent, facts.topic from replywatch.episode_facts as facts
    where facts.conversation = message.conversation and facts.opened_at <= message.at order by facts.number desc limit 1
  ) as closed on open.number is null
  cross join lateral (values
    ('messages_' || message.author, true), ('messages_by_receipt', message.by_receipt), ('attempted', message.direction = 'outbound' and message.status is not null),
    ('delivered', message.status in ('delivered', 'read')), ('read', message.status = 'read'), ('failed', message.status = 'failed'),
    ('scored', message.sentiment is not null), ('negative', message.sentiment = 'negative')) as written (measure, counts)
  where written.counts
), ranked as (
  select used.start, used.dimension, used.value, row_number() over (partition by used.start, used.dimension order by used.n desc, used.value) as rank
  from (
    select part.start, cut.dimension, cut.value, count(*) as n
    from part cross join lateral (values ('team', part.team), ('agent', part.agent), ('topic', part.topic)) as cut (dimension, value)
    where cut.value is not null
    group by part.start, cut.dimension, cut.value
  ) as used
), placed as (
  select part.start, part.channel, part.inbox, part.initiator, part.measure, part.n, part.seconds, ${labelled('team', 'none')}, ${labelled('agent', 'none')}, ${labelled('topic', 'unknown')}
  from part ${joined('team')} ${joined('agent')} ${joined('topic')}
), cut as (
  select placed.start, placed.channel, placed.inbox, placed.initiator, cut.dimension, cut.value, placed.measure, placed.n, placed.seconds,
    cardinality($3::float8[]) - width_bucket(-placed.seconds, $3::float8[]) + 1 as bucket
  from placed cross join lateral (values ('all', ''), ('team', placed.team), ('agent', placed.agent), ('topic', placed.topic)) as cut (dimension, value)
), measured as (
  select cut.start, ${qualified('cut', CELL)}, cut.measure, sum(cut.n) as n, null::float8 as seconds, null::int[] as buckets
  from cut where cut.seconds is null group by cut.start, ${qualified('cut', CELL)}, cut.measure
  union all
  select cut.start, ${qualified('cut', CELL)}, cut.measure, count(*), sum(cut.seconds),
    array[${Array.from({ length: bounds + 1 }, (_, i) => `count(*) filter (where cut.bucket = ${i + 1})`).join(', ')}]::int[]
  from cut where cut.seconds is not null group by cut.start, ${qualified('cut', CELL)}, cut.measure
)
insert into replywatch.hourly_figure (hour, local_day, local_hour, ${CELL}, ${FIGURES.join(', ')})
select measured.start, (measured.start at time zone $2)::date, extract(hour from measured.start at time zone $2)::smallint, ${qualified('measured', CELL)},
  ${[
    ...COUNTS.map((measure) => `coalesce(sum(measured.n) filter (where measured.measure = '${measure}'), 0)`),
    ...Object.keys(DURATIONS).map((measure) => {
      const only = `filter (where measured.measure = '${measure}')`; // one row per cell and measure
      return `coalesce(sum(measured.n) ${only}, 0), coalesce(sum(measured.seconds) ${only}, 0), max(measured.buckets) ${only}`;
    }),
  ].join(',\n  ')}
from measured
group by measured.start, ${qualified('measured', CELL)}`;

function joined(dimension: keyof typeof CAPS): string {
  return `left join ranked as ${dimension} on ${dimension}.dimension = '${dimension}' and ${dimension}.start = part.start and ${dimension}.value = part.${dimension}`;
}

function labelled(dimension: keyof typeof CAPS, nobody: string): string {
  return `case when part.${dimension} is null then '${nobody}' when ${dimension}.rank <= ${CAPS[dimension]} then part.${dimension} else 'other' end as ${dimension}`;
}

/** Days are sums of their hours: $1 local days. */
export const replaceDays = (bounds: number): string => `
insert into replywatch.daily_figure (local_day, ${CELL}, ${FIGURES.join(', ')})
select figure.local_day, ${qualified('figure', CELL)},
  ${FIGURES.map((column) => (column.endsWith('_buckets') ? addedUp(column, bounds) : `sum(figure.${column})`)).join(',\n  ')}
from replywatch.hourly_figure as figure
where figure.local_day = any($1::date[])
group by figure.local_day, ${qualified('figure', CELL)}`;

/** Bucket by bucket: an aggregate in SQL took ten times as long. */
const addedUp = (column: string, bounds: number): string =>
  `case when count(figure.${column}) > 0 then array[${Array.from({ length: bounds + 1 }, (_, i) => `sum(figure.${column}[${i + 1}])`).join(', ')}]::int[] end`;

function qualified(table: string, columns: string): string {
  return columns.split(/,\s+/).map((column) => `${table}.${column}`).join(', ');
}
