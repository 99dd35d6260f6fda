/** Group B: whether and how fast customers are helped, and whether they come back; D5: how fast when they are unhappy. */
import { list, share, type Key } from './key.ts';

const EPISODES = 'reporting.episodes';
const ISSUES = 'reporting.issues';

const RESOLVED = `episodes.outcome in ('resolved_agent', 'resolved_bot')`;
/** Without a query time everything is: what would come later is not there. */
const MATURE = `issues.mature_at <= coalesce(:asked_now, 'infinity')`;
const FIRST_CONTACT = `issues.episodes = 1 and issues.first_outcome in ('resolved_agent', 'resolved_bot')`;

const count = (name: string, condition: string, from: string): Key => ({ name, sql: `select count(*) filter (where ${condition}) as value from ${from}` });

/** Figures of resolutions, issues and unhappy customers. */
export const RESOLUTION: readonly Key[] = [
  list('resolution_seconds', EPISODES, 'episodes.resolution_seconds', 'episodes.closed_at'),
  list('resolution_business_seconds', EPISODES, 'episodes.resolution_business_seconds', 'episodes.closed_at, episodes.resolution_seconds'),
  list('human_resolution_seconds', EPISODES, 'episodes.human_resolution_seconds', 'episodes.closed_at'),
  list('working_resolution_seconds', EPISODES, 'episodes.working_resolution_seconds', 'episodes.closed_at'),
  list('full_resolution_seconds', ISSUES, 'issues.full_resolution_seconds', 'issues.demand_at'),
  {
    name: 'outcomes',
    sql: `select coalesce(json_object_agg(ended.outcome, ended.episodes), '{}') as value
      from (select episodes.outcome, count(*) as episodes from ${EPISODES} group by episodes.outcome) as ended`,
  },
  count('reopens', 'issue_episodes.reopened', 'reporting.issue_episodes'),
  {
    name: 'reopen_rate',
    sql: `select (select count(*) from reporting.issue_episodes where issue_episodes.reopened)::float8
      / nullif((select count(*) from ${EPISODES} where ${RESOLVED}), 0) as value`,
  },
  { name: 'issues', sql: `select count(*) as value from ${ISSUES}` },
  { name: 'fcr_counts', sql: `select json_build_array(count(*) filter (where ${MATURE} and ${FIRST_CONTACT}), count(*) filter (where ${MATURE})) as value from ${ISSUES}` },
  share('fcr', `${MATURE} and ${FIRST_CONTACT}`, MATURE, ISSUES),
  share('repeat_contact_rate', `${MATURE} and issues.episodes > 1`, MATURE, ISSUES),
  share('one_touch_rate', `${MATURE} and issues.first_outcome = 'resolved_agent' and issues.episodes = 1 and issues.first_agent_messages = 1`,
    `${MATURE} and issues.first_outcome = 'resolved_agent'`, ISSUES),
  share('durable_bot_resolution_rate', `${MATURE} and issues.first_outcome = 'resolved_bot' and issues.episodes = 1`, `${MATURE} and issues.first_outcome = 'resolved_bot'`, ISSUES),
  list('negative_resolution_seconds', 'reporting.negative_episodes', 'negative_episodes.seconds', 'negative_episodes.closed_at'),
  share('negative_within_target_rate', 'negative_episodes.seconds <= negative_episodes.target_seconds',
    `negative_episodes.outcome in ('resolved_agent', 'resolved_bot', 'missed', 'abandoned', 'dropped', 'bot_abandoned')
      or (negative_episodes.outcome = 'open' and extract(epoch from :now - negative_episodes.since) > negative_episodes.target_seconds)`,
    'reporting.negative_episodes'),
];
