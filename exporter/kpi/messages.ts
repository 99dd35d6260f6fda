/** Messages: how many, what became of them, whether they were allowed, what they cost. */
import type { Key } from './key.ts';

const OUTBOUND = `reporting.messages where messages.direction = 'outbound' and messages.status is not null`;

/** Figures of messages. */
export const MESSAGES: readonly Key[] = [
  {
    name: 'messages',
    sql: `select coalesce(json_object_agg(sender.name, sender.messages), '{}') as value from (
      select case messages.author when 'contact' then 'inbound' else messages.author end as name, count(*) as messages from reporting.messages group by 1) as sender`,
  },
  {
    name: 'delivery_counts',
    sql: `select json_build_object('attempted', count(*), 'delivered', count(*) filter (where messages.status in ('delivered', 'read')),
      'read', count(*) filter (where messages.status = 'read'), 'failed', count(*) filter (where messages.status = 'failed')) as value from ${OUTBOUND}`,
  },
  { name: 'delivery_rate', sql: `select count(*) filter (where messages.status in ('delivered', 'read'))::float8 / nullif(count(*), 0) as value from ${OUTBOUND}` },
  { name: 'failure_rate', sql: `select count(*) filter (where messages.status = 'failed')::float8 / nullif(count(*), 0) as value from ${OUTBOUND}` },
  {
    name: 'read_rate',
    sql: `select count(*) filter (where messages.status = 'read')::float8 / nullif(count(*) filter (where messages.status in ('delivered', 'read')), 0) as value from ${OUTBOUND}`,
  },
  {
    name: 'window',
    sql: `select json_build_object('inside', count(*) filter (where messages."window" = 'inside'), 'outside', count(*) filter (where messages."window" = 'outside')) as value
      from reporting.messages`,
  },
  {
    // Of several numbers of the business the one that is open longest; only channels that have a window.
    name: 'window_seconds_left', needs: 'time',
    sql: `select coalesce(json_object_agg(open.contact, open.seconds), '{}') as value from (
      select messages.contact, greatest(0, extract(epoch from max(messages.at) + interval '24 hours' - :now)) as seconds
      from reporting.messages where messages.direction = 'inbound' and messages.channel in ('whatsapp', 'messenger', 'instagram') group by messages.contact) as open`,
  },
  { name: 'sends_without_consent', sql: `select count(*) as value from reporting.messages where not messages.consented` },
  { name: 'negative_share', sql: `select count(*) filter (where messages.sentiment = 'negative')::float8 / nullif(count(messages.sentiment), 0) as value from reporting.messages` },
  { name: 'billed_messages', sql: `select count(*) as value from reporting.messages where messages.charge is not null` },
  { name: 'cost', needs: 'rates', sql: 'select coalesce(sum(messages.cost), 0) as value from reporting.messages' },
];
