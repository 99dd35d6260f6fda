import type { Gauge } from '../metrics/metric.ts';
import type { Rollup } from './rollup.ts';

const OVERDUE: Gauge = {
  type: 'gauge', name: 'chat_negative_overdue_conversations', labels: ['channel', 'inbox'],
  help: 'Open episodes in which the contact sounded negative longer ago than the target for solving that.',
};

/** Unhappy customers whom nobody has helped in time yet: for the alert. */
export const UNHAPPY: Rollup = {
  name: 'unhappy',
  schedule: '5-59/15 * * * * *',
  intervalSeconds: 15,
  timeoutMs: 10_000,
  gauges: [OVERDUE],
  async run({ transaction, now }) {
    const rows = await transaction((sql) => sql(QUERY, [new Date(now)]));
    return { [OVERDUE.name]: rows.map((row) => ({ labels: { channel: String(row['channel']), inbox: String(row['inbox']) }, value: Number(row['conversations']) })) };
  },
};

/** Places where somebody ever was unhappy lately stay at 0: an alert must be seen to end. */
const QUERY = `
  select place.channel, place.inbox, (
    select count(*) from replywatch.negative_facts as negative
    where negative.outcome = 'open' and negative.channel = place.channel and negative.inbox = place.inbox
      and negative.since < $1::timestamptz - make_interval(secs => negative.target_seconds)
  ) as conversations
  from (select distinct recent.channel, recent.inbox from replywatch.negative_facts as recent where recent.since >= $1::timestamptz - interval '1 day' or recent.outcome = 'open') as place`;
