/** Groups C, E and F as far as episodes tell: how many, how long, who left, what the bot did alone. */
import { list, share, type Key } from './key.ts';

const EPISODES = 'reporting.episodes';
/** Closed episodes that customers opened and a bot had a part in. */
const WITH_BOT = `episodes.bot in ('involved', 'escalated')`;
const LEFT = `episodes.outcome in ('missed', 'abandoned')`;

/** Figures of episodes. */
export const CONVERSATIONS: readonly Key[] = [
  { name: 'episodes', sql: `select count(*) as value from ${EPISODES}` },
  counted('opened_by_initiator', 'episodes.initiator'),
  counted('opened_per_day', `(episodes.opened_at at time zone :tz)::date`),
  list('conversation_length_seconds', EPISODES, 'episodes.conversation_length_seconds', 'episodes.closed_at'),
  list('engaged_seconds', EPISODES, 'episodes.engaged_seconds', 'episodes.closed_at, episodes.conversation_length_seconds'),
  counted('topics', `coalesce(episodes.topic, 'unknown')`, 'episodes.demand_at is not null'),
  share('abandonment_rate', LEFT, `${LEFT} or episodes.outcome in ('resolved_agent', 'dropped')`, EPISODES),
  { name: 'unanswered_turns', sql: `select count(*) filter (where episodes.unanswered) as value from ${EPISODES}` },
  share('containment_rate', `${WITH_BOT} and episodes.outcome = 'resolved_bot'`, WITH_BOT, EPISODES),
  share('confirmed_containment_rate', `${WITH_BOT} and episodes.outcome = 'resolved_bot' and episodes.confirmed`, WITH_BOT, EPISODES),
  share('escalation_rate', `episodes.bot = 'escalated'`, WITH_BOT, EPISODES),
  { name: 'handoffs', sql: `select coalesce(sum(episodes.handoffs), 0) as value from ${EPISODES}` },
  { name: 'transfers', sql: `select coalesce(sum(episodes.transfers), 0) as value from ${EPISODES}` },
  share('transfer_rate', 'episodes.assigned and episodes.transfers > 0', 'episodes.assigned', EPISODES),
  { name: 'fallback_rate', sql: `select count(*) filter (where messages.fallback)::float8 / nullif(count(*), 0) as value from replywatch.message_facts as messages where messages.author = 'bot'` },
  received('duplicates', 'duplicate'),
  received('future_clamped', 'future'),
];

function counted(name: string, by: string, where = 'true'): Key {
  return { name, sql: `select coalesce(json_object_agg(groups.name, groups.episodes order by groups.name), '{}') as value
    from (select ${by} as name, count(*) as episodes from ${EPISODES} where ${where} group by 1) as groups` };
}

/** Events by what became of them, as the counter has it. */
function received(name: string, result: string): Key {
  return { name, sql: `select coalesce(sum(total.value), 0) as value from replywatch.metric_total as total
    where starts_with(total.key, 'chat_events_total{') and position('result="${result}"' in total.key) > 0` };
}
