/** Group A: how fast customers are answered. */
import { list, type Key } from './key.ts';

const EPISODES = 'reporting.episodes';
const RESPONSES = 'reporting.responses';

const percentile = (name: string, fraction: number): Key =>
  ({ name, sql: `select percentile_cont(${fraction}) within group (order by episodes.frt_seconds) as value from ${EPISODES}` });

/** Open episodes with a message of the customer. */
const OPEN = `from ${EPISODES} where episodes.outcome = 'open' and episodes.demand_at is not null`;

/** Figures of response times and targets. */
export const SPEED: readonly Key[] = [
  list('frt_seconds', EPISODES, 'episodes.frt_seconds', 'episodes.frt_at'),
  list('frt_business_seconds', EPISODES, 'episodes.frt_business_seconds', 'episodes.frt_at, episodes.frt_seconds'),
  list('frt_total_seconds', EPISODES, 'episodes.frt_total_seconds', 'episodes.first_human_at'),
  list('bot_frt_seconds', EPISODES, 'episodes.bot_frt_seconds', 'episodes.opened_at'),
  list('first_any_response_seconds', EPISODES, 'episodes.first_any_response_seconds', 'episodes.opened_at'),
  list('response_seconds', RESPONSES, 'responses.seconds', 'responses.at'),
  list('response_business_seconds', RESPONSES, 'responses.business_seconds', 'responses.at, responses.seconds'),
  list('nrt_seconds', `(select responses.seconds, responses.at from ${RESPONSES} where not responses.first) as later`, 'later.seconds', 'later.at'),
  list('queue_seconds', EPISODES, 'episodes.queue_seconds', 'episodes.opened_at'),
  list('assign_to_response_seconds', EPISODES, 'episodes.assign_to_response_seconds', 'episodes.opened_at'),
  { name: 'frt_mean_seconds', sql: `select avg(episodes.frt_seconds) as value from ${EPISODES}` },
  percentile('frt_p50_seconds', 0.5),
  percentile('frt_p90_seconds', 0.9),
  {
    name: 'frt_by_agent',
    sql: `select coalesce(json_object_agg(author.agent, author.waits), '{}') as value from (
      select episodes.frt_agent as agent, json_agg(episodes.frt_seconds order by episodes.frt_at, episodes.frt_seconds) as waits
      from ${EPISODES} where episodes.frt_seconds is not null and episodes.frt_agent is not null group by episodes.frt_agent) as author`,
  },
  ...['first_response', 'resolution'].flatMap((sla) => target(sla === 'first_response' ? 'sla_frt' : 'sla_resolution', `episodes.sla_${sla}`)),
  { name: 'open_now', needs: 'time', sql: `select count(*) as value ${OPEN}` },
  { name: 'waiting_now', needs: 'time', sql: `select count(*) as value ${OPEN} and episodes.waiting_since is not null` },
  { name: 'oldest_wait_seconds', needs: 'time', sql: `select extract(epoch from :now - min(episodes.waiting_since)) as value ${OPEN}` },
  {
    name: 'overdue_now', needs: 'time',
    sql: `select count(*) as value ${OPEN} and episodes.snoozed_since is null
      and extract(epoch from :now - episodes.demand_at) > (:settings ->> 'overdueSeconds')::float8`,
  },
];

/** How many episodes met and missed a target, and the share that met it. */
function target(name: string, column: string): readonly Key[] {
  const [met, missed] = ['met', 'missed'].map((result) => `count(*) filter (where ${column} = '${result}')`);
  return [
    { name, sql: `select json_build_object('met', ${met}, 'missed', ${missed}) as value from ${EPISODES}` },
    { name: `${name}_attainment`, sql: `select (${met})::float8 / nullif(count(${column}), 0) as value from ${EPISODES}` },
  ];
}
