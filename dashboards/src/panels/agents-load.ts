/** How much is asked of agents, and how evenly. Agents are pseudonymous ids as their help desk gives them. */
import { barChart } from '../kinds/bar-chart.ts';
import { stat } from '../kinds/stat.ts';
import { runbook, toDashboard } from '../links.ts';
import type { Panel } from '../panel.ts';
import { orUnknown, ratio } from '../promql.ts';
import { chosen, during, inPlace, percentile, share } from '../sql.ts';
import { UNITS } from '../style.ts';
import { UTILISATION_RANGE } from '../targets.ts';

const LINKS = [toDashboard('msg-peak-hours', 'Peak hours and staffing'), runbook('AgentsOverloaded'), runbook('AgentsIdleWhileCustomersWait', 'Runbook: idle while customers wait')];
/** Series of the chosen agents; all of them where the setting agents_label leaves the label out. */
const OF_AGENT = '{agent=~"$agent|"}';
/** Online for less than this, nobody's share says anything. */
const FEWEST_ONLINE_SECONDS = 3_600;

/** Per agent, over the whole hours of the chosen time. */
export const TIME_PER_AGENT = `select agent_hours.agent, sum(agent_hours.online_seconds) as online, sum(agent_hours.busy_seconds) as busy,
    sum(agent_hours.handling_seconds) as handling, sum(agent_hours.owned_seconds) as owned
  from reporting.agent_hours where ${during('agent_hours.hour')} and ${chosen('agent_hours.agent', 'agent')} group by agent_hours.agent`;

export const utilisation = (): Panel => {
  const lastHour = (what: string): string => `sum(increase(chat_agent_${what}_seconds_total${OF_AGENT}[1h]))`;
  const steps = { base: 'plain', steps: [[UTILISATION_RANGE.goal, 'good'], [UTILISATION_RANGE.high, 'bad']] } as const;
  return stat({
    title: 'Utilisation', of: 'period', unit: UNITS.ratio, noValue: 'presence is not known', kpis: ['G1'], links: LINKS,
    description: 'Time in which a customer waited for the agent or a message was being finished ÷ time online: over the chosen time with both sides, and over the last hour. '
      + `${UTILISATION_RANGE.goal * 100} to ${UTILISATION_RANGE.high * 100} % is planned for. Above it for an hour, people are overloaded: get help. `
      + `Low while customers wait means that chats are not given out.`,
    queries: [
      { sql: `select ${share('sum(time.busy)', 'sum(time.online)')} as "share", sum(time.busy) as busy, sum(time.online) as online
  from (${TIME_PER_AGENT}) as time having sum(time.online) > 0` },
      { legend: 'last hour', expr: ratio(lastHour('busy'), lastHour('online')), decimals: 0, instant: true, color: steps },
    ],
    columns: [
      { from: 'share', title: 'share', unit: UNITS.ratio, decimals: 0, color: steps },
      { from: 'busy', title: 'busy', unit: UNITS.seconds, decimals: 0 }, { from: 'online', title: 'online', unit: UNITS.seconds, decimals: 0 },
    ],
  });
};

export const utilisationSpread = (): Panel => stat({
  title: 'Busiest and idlest', of: 'period', unit: UNITS.ratio, noValue: 'presence is not known', kpis: ['G1'], links: LINKS,
  description: 'Highest, median and lowest utilisation among agents who were online for an hour or more, and how many those are. Close together is fair. '
    + 'Far apart, look at how chats are given out, at skills and at shifts, before you look at people.',
  queries: [{ sql: `select max(time.share) as busiest, ${percentile(0.5, 'time.share')} as median, min(time.share) as idlest, count(*)::double precision as agents
from (select time.busy / time.online as share from (${TIME_PER_AGENT}) as time where time.online >= ${FEWEST_ONLINE_SECONDS}) as time having count(*) > 0` }],
  columns: [...['busiest', 'median', 'idlest'].map((from) => ({ from, title: from, unit: UNITS.ratio, decimals: 0 })), { from: 'agents', title: 'agents', unit: UNITS.count, decimals: 0 }],
});

export const openPerAgent = (): Panel => {
  const open = `chat_agent_open_conversations${OF_AGENT}`;
  return stat({
    title: 'Open per agent now', of: 'now', unit: UNITS.count, noValue: 'not known', kpis: ['G3'],
    links: [toDashboard('msg-overview', 'Overview'), runbook('ConversationsOverdue')],
    description: 'Open conversations that agents have now: the most anybody has, the median, and all. '
      + 'The most should be near what agents can answer at a time (setting parallel_chats). '
      + 'Far above it, hand some over: their customers wait for one person.',
    queries: [
      { legend: 'most', expr: orUnknown(`max(${open})`), color: 'waiting', decimals: 0 },
      { legend: 'median', expr: orUnknown(`quantile(0.5, ${open})`), decimals: 0 },
      { legend: 'all', expr: orUnknown(`sum(${open})`), decimals: 0 },
    ],
  });
};

export const concurrency = (): Panel => stat({
  title: 'At the same time', of: 'period', unit: UNITS.count, noValue: 'presence is not known', kpis: ['G2', 'G3'], links: LINKS,
  description: 'Open conversations that an agent had at the same time, on average while online, and the time that customers waited for agents per hour online (conversations at the same time count each). '
    + 'Concurrency below the number of parallel chats is normal. Much higher, conversations are left open: close what is done.',
  queries: [{ sql: `select ${share('sum(time.owned)', 'sum(time.online)')} as "conversations",
  3600 * ${share('sum(time.handling)', 'sum(time.online)')} as "handling per hour"
from (${TIME_PER_AGENT}) as time having sum(time.online) > 0` }],
  columns: [{ from: 'conversations', title: 'conversations', unit: UNITS.count, decimals: 2 },
    { from: 'handling per hour', title: 'handling per hour', unit: UNITS.seconds, decimals: 0 }],
});

export const agentsByUtilisation = (): Panel => barChart({
  title: 'Agents by utilisation', unit: UNITS.count, noValue: 'presence is not known', x: 'utilisation', kpis: ['G1'], links: LINKS,
  description: 'How many agents had which utilisation, among those online for an hour or more. One narrow hump is fair. '
    + 'Two humps are two groups with different work: shifts, skills or rules of assignment.',
  sql: `with time as (select time.busy / time.online as share from (${TIME_PER_AGENT}) as time where time.online >= ${FEWEST_ONLINE_SECONDS})
select (band.n * 10) || '–' || (band.n * 10 + 10) || ' %' as utilisation, (select count(*) from time where least(floor(time.share * 10),
  9) = band.n)::double precision as agents
from generate_series(0, 9) as band (n) where exists (select from time) order by band.n`,
  colors: { agents: 'agent' },
});

export const agentsByPace = (): Panel => barChart({
  title: 'Agents by responses per hour online', unit: UNITS.count, noValue: 'presence is not known', x: 'responses', kpis: ['G5'], links: LINKS,
  description: 'How many agents gave how many responses per hour online, in eight bands up to the highest. '
    + 'One hump is fair; difficult topics make few responses, so compare people of the same team. '
    + 'Somebody far to the left may not get any chats, or is online and away.',
  sql: `with time as (${TIME_PER_AGENT}), pace as (
  select 3600 * count(responses.at) / max(time.online) as per_hour
  from time left join reporting.responses on responses.agent = time.agent and ${during('responses.at')} and ${inPlace('responses')}
  where time.online >= ${FEWEST_ONLINE_SECONDS} group by time.agent
), step as (select greatest(1, ceil(max(pace.per_hour) / 8)) as width from pace)
select (band.n * step.width) || '–' || ((band.n + 1) * step.width) as responses, (select count(*) from pace where least(floor(pace.per_hour / step.width),
  7) = band.n)::double precision as agents
from generate_series(0, 7) as band (n) cross join step where exists (select from pace) order by band.n`,
  colors: { agents: 'agent' },
});

export const agentsBySpeed = (): Panel => barChart({
  title: 'Agents by median response, compared with all', unit: UNITS.count, noValue: 'no responses yet', x: 'median', kpis: ['A6', 'G5'],
  links: [toDashboard('msg-first-response', 'First response'), runbook('CustomersWaiting')],
  description: 'How many agents have a median response time of which share of the median of all responses; agents with at least twenty. Around 100 % is normal. '
    + 'Slow ones may have too many chats at a time or the hardest topics: look at the table below before you judge.',
  sql: `with answered as (
  select responses.agent, responses.seconds from reporting.responses where responses.agent is not null and ${during('responses.at')} and ${inPlace('responses')}
  and ${chosen('responses.agent', 'agent')}
), everybody as (select ${percentile(0.5, 'answered.seconds')} as median from answered), one as (
  select ${percentile(0.5, 'answered.seconds')} / nullif(max(everybody.median),
  0) as share from answered cross join everybody group by answered.agent having count(*) >= 20
)
select band.name as median, count(one.share)::double precision as agents
from (values (0, 0.5, 'below 50 %'), (0.5, 0.8, '50–80 %'), (0.8, 1.2, '80–120 %'), (1.2, 1.5, '120–150 %'), (1.5, 2, '150–200 %'), (2, 'infinity',
  'above 200 %')) as band (low, high, name)
left join one on one.share >= band.low and one.share < band.high::double precision
where exists (select from one) group by band.low, band.name order by band.low`,
  colors: { agents: 'agent' },
});
