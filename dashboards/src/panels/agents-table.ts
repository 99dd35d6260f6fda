/** What each agent did, side by side: for the question whether work is spread fairly, not for a ranking. */
import { sqlTable } from '../kinds/table.ts';
import { runbook, toAgent, toDashboard } from '../links.ts';
import type { Panel } from '../panel.ts';
import { chosen, during, inPlace, percentile, share } from '../sql.ts';
import { UNITS, type Column } from '../style.ts';
import { CSAT_GOAL_RATIO, CSAT_MIN_RATINGS, UTILISATION_RANGE } from '../targets.ts';
import { TIME_PER_AGENT } from './agents-load.ts';

/** The definitions are those of `reporting.agent_table`, for the chosen channels and inboxes. */
const SIDE_BY_SIDE = `with time as (${TIME_PER_AGENT}), answered as (
  select responses.agent, count(*) as n, ${percentile(0.5, 'responses.seconds')} as median,
    ${percentile(0.5, 'responses.seconds')} filter (where responses.first) as first_median
  from reporting.responses where ${during('responses.at')} and ${inPlace('responses')} group by 1
), episode as materialized (
  select episodes.agent, episodes.frt_agent, episodes.transfers > 0 as transferred, episodes.resolution_seconds, ${during('episodes.opened_at')} as opened,
    episodes.outcome = 'resolved_agent' and ${during('episodes.closed_at')} as solved
  from reporting.episodes where (${during('episodes.opened_at')} or ${during('episodes.closed_at')}) and ${inPlace('episodes')}
), had as (
  select episode.agent, count(*) as n, count(*) filter (where episode.transferred) as transferred from episode where episode.opened group by 1
), resolved as (
  -- Whose it was: the agent assigned last, else who answered first.
  select coalesce(episode.agent, episode.frt_agent) as agent, episode.resolution_seconds from episode where episode.solved
), solved as (
  select resolved.agent, count(*) as n, ${percentile(0.5, 'resolved.resolution_seconds')} as median from resolved group by 1
), everybody as (
  select ${percentile(0.5, 'resolved.resolution_seconds')} as median from resolved
), rated as (
  select surveys.agent, count(*) as n, count(*) filter (where surveys.score >= 4) as satisfied from reporting.surveys
  where surveys.type = 'csat' and surveys.score is not null and ${during('surveys.answered_at')} and ${inPlace('surveys')} group by 1
), names as (
  select time.agent from time union select answered.agent from answered union select had.agent from had union select solved.agent from solved union select rated.agent from rated
)
select names.agent, time.online, ${share('time.busy', 'time.online')} as utilisation, ${share('time.owned', 'time.online')} as concurrency,
  coalesce(had.n, 0)::double precision as assigned, coalesce(had.transferred, 0)::double precision as transferred, coalesce(answered.n,
  0)::double precision as responses, answered.median as "response median",
  answered.first_median as "first median", coalesce(solved.n, 0)::double precision as resolved, solved.median as "resolution median",
  solved.median - everybody.median as "from all",
  coalesce(rated.n, 0)::double precision as ratings, case when rated.n >= ${CSAT_MIN_RATINGS} then ${share('rated.satisfied', 'rated.n')} end as csat
from names cross join everybody
left join time on time.agent = names.agent left join answered on answered.agent = names.agent left join had on had.agent = names.agent
left join solved on solved.agent = names.agent left join rated on rated.agent = names.agent
where names.agent is not null and ${chosen('names.agent', 'agent')} order by coalesce(answered.n, 0) desc limit 200`;

const seconds = (from: string, title: string): Column => ({ from, title, unit: UNITS.seconds, decimals: 0 });
const count = (from: string, title: string): Column => ({ from, title, unit: UNITS.count, decimals: 0 });

export const agentsSideBySide = (): Panel => sqlTable({
  title: 'Agents side by side', unit: UNITS.count, noValue: 'nobody answered in this time', kpis: ['G1', 'G3', 'G4', 'G5', 'A1', 'A6', 'B1', 'D1'],
  description: `Per agent in the chosen time: presence, load, responses with medians, resolutions with the median and its distance from the median of all, and CSAT from ${CSAT_MIN_RATINGS} ratings on. `
    + 'Similar figures within a team are normal. It is for spreading work and for coaching: who takes the hard topics has the slow figures. '
    + 'Presence is over all channels.',
  links: [toDashboard('msg-consistency', 'Answer consistency'), runbook('ConversationsOverdue')],
  sql: SIDE_BY_SIDE,
  columns: [
    { from: 'agent', title: 'Agent', links: [toAgent('msg-agents', 'This agent only'), toAgent('msg-consistency', 'Review sample')] },
    seconds('online', 'Online'),
    { from: 'utilisation', title: 'Utilisation', unit: UNITS.ratio, decimals: 0, color: { base: 'plain', steps: [[UTILISATION_RANGE.goal, 'good'], [UTILISATION_RANGE.high, 'bad']] } },
    { from: 'concurrency', title: 'At a time', unit: UNITS.count, decimals: 1 },
    count('assigned', 'Assigned'), count('transferred', 'Transferred'), count('responses', 'Responses'), seconds('response median', 'Median response'), seconds('first median', 'Median first'),
    count('resolved', 'Resolved'), seconds('resolution median', 'Median resolution'), seconds('from all', 'From all'), count('ratings', 'Ratings'),
    { from: 'csat', title: 'CSAT', unit: UNITS.ratio, decimals: 0, color: { base: 'bad', steps: [[CSAT_GOAL_RATIO, 'good']] } },
  ],
});
