import type { Gauge } from '../metrics/metric.ts';
import type { GaugeRow, Rollup } from './rollup.ts';

const OVERDUE: Gauge = {
  type: 'gauge', name: 'chat_negative_overdue_conversations', labels: ['channel', 'inbox'],
  help: 'Episodes neither solved nor snoozed in which the contact sounded negative longer ago than the target; where nothing tells of solutions, those that wait.',
};

/** Unhappy customers whom nobody has helped in time yet: for the alert. */
export const UNHAPPY: Rollup = {
  name: 'unhappy',
  schedule: '5-59/15 * * * * *',
  intervalSeconds: 15,
  timeoutMs: 10_000,
  gauges: [OVERDUE],
  async run({ transaction, settings, now }) {
    const rows = await transaction((sql) => sql(QUERY, [new Date(now)]));
    const places = new Map<string, GaugeRow>();
    for (const { source, channel, inbox, unsolved, waiting } of rows) {
      const labels = { channel: String(channel), inbox: String(inbox) };
      const value = Number(settings.hasResolution(String(source), labels.inbox) ? unsolved : waiting);
      const key = JSON.stringify(labels);
      places.set(key, { labels, value: value + (places.get(key)?.value ?? 0) });
    }
    return { [OVERDUE.name]: [...places.values()] };
  },
};

/** Places where somebody ever was unhappy lately stay at 0: an alert must be seen to end. The text of a state is looked at, not parsed. */
const QUERY = `
  with late as (
    select negative.source, negative.channel, negative.inbox,
      conversation.waiting_since < $1::timestamptz - make_interval(secs => negative.target_seconds) as waits
    from replywatch.negative_facts as negative
    join replywatch.conversation on conversation.id = negative.conversation
    where negative.outcome = 'open' and negative.since < $1::timestamptz - make_interval(secs => negative.target_seconds)
      and position('"snoozedAt":' in conversation.state) = 0
  )
  select place.source, place.channel, place.inbox, count(late.source) as unsolved, count(*) filter (where late.waits) as waiting
  from (
    select distinct recent.source, recent.channel, recent.inbox from replywatch.negative_facts as recent
    where recent.since >= $1::timestamptz - interval '1 day' or recent.outcome = 'open'
  ) as place
  left join late on late.source = place.source and late.channel = place.channel and late.inbox = place.inbox
  group by place.source, place.channel, place.inbox`;
