import { WINDOW_MS } from '../core/message-rules.ts';
import type { Gauge } from '../metrics/metric.ts';
import type { Rollup } from './rollup.ts';

const EXPIRING: Gauge = {
  type: 'gauge', name: 'chat_window_expiring_conversations', labels: ['channel', 'inbox'],
  help: 'Conversations whose contact waits for an answer that can be written freely for less than an hour more.',
};

/** Unanswered conversations whose window closes within the hour. Looks at those that wait, and at the last message of each. */
export const WINDOWS: Rollup = {
  name: 'windows',
  schedule: '* * * * *',
  intervalSeconds: 60,
  timeoutMs: 20_000,
  gauges: [EXPIRING],
  async run({ transaction, now }) {
    const channels = Object.entries(WINDOW_MS);
    const rows = await transaction((sql) => sql(QUERY, [channels.map(([channel]) => channel), channels.map(([, { people }]) => people / 1000), new Date(now)]));
    return { [EXPIRING.name]: rows.map((row) => ({ labels: { channel: String(row['channel']), inbox: String(row['inbox']) }, value: Number(row['conversations']) })) };
  },
};

const QUERY = `
  select waiting.channel, waiting.inbox, count(*) filter (where last.at + make_interval(secs => rule.seconds) > $3 and last.at + make_interval(secs => rule.seconds) <= $3 + interval '1 hour') as conversations
  from unnest($1::text[], $2::float8[]) as rule (channel, seconds)
  join replywatch.conversation as waiting on waiting.channel = rule.channel and waiting.waiting_since is not null
  cross join lateral (
    select max(message.at) as at from replywatch.message_facts as message where message.conversation = waiting.id and message.direction = 'inbound'
  ) as last
  group by waiting.channel, waiting.inbox`;
