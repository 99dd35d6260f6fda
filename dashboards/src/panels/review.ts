/** Conversations to look at, and how agents write: for a talk with a coach, not for a ranking. */
import { stat } from '../kinds/stat.ts';
import { sqlTable } from '../kinds/table.ts';
import { timeSeries } from '../kinds/time-series.ts';
import { runbook, toAgent, toDashboard, toTimeline } from '../links.ts';
import type { Panel } from '../panel.ts';
import { chosen, dayAsTime, inPlace, share } from '../sql.ts';
import { UNITS } from '../style.ts';
import { inWeeks } from './consistency.ts';

const LINKS = [toDashboard('msg-agents', 'Agents'), runbook('RollupStale')];
const SAMPLE = `reporting.review_sample join reporting.episodes on episodes.conversation = review_sample.conversation and episodes.number = review_sample.number
where episodes.closed_at is not null and ${inWeeks('review_sample.local_week')} and ${chosen('review_sample.agent', 'agent')}
  and ${chosen('review_sample.topic', 'topic')} and ${inPlace('episodes')}`;

export const sampleSize = (): Panel => stat({
  title: 'To look at, newest week', of: 'period', unit: UNITS.count, noValue: 'no closed week with answers of agents yet', kpis: ['G6'], links: LINKS,
  description: 'Conversations picked for review in the newest week, by reason: an unhappy customer, an answer unlike the others, chance; and of how many agents. '
    + 'Up to nine per agent and week is normal. Nobody chooses them, so they are fair; read them with the agent.',
  queries: [{ sql: `with sample as (select review_sample.local_week, review_sample.agent, review_sample.reason from ${SAMPLE})
select (count(*) filter (where sample.reason = 'negative'))::double precision as unhappy,
  (count(*) filter (where sample.reason = 'far_answer'))::double precision as unlike,
  (count(*) filter (where sample.reason = 'random'))::double precision as chance, count(distinct sample.agent)::double precision as agents
from sample where sample.local_week = (select max(sample.local_week) from sample) having count(*) > 0` }],
  columns: ['unhappy', 'unlike', 'chance', 'agents'].map((from) => ({ from, title: from, unit: UNITS.count, decimals: 0 })),
});

export const reviewSample = (): Panel => sqlTable({
  title: 'Conversations to look at', unit: UNITS.count, noValue: 'no closed week with answers of agents yet', kpis: ['G6'], links: LINKS,
  description: 'Up to nine conversations per agent and week, picked by hashes: three with an unhappy customer, three whose first answer is unlike the others, three by chance. The same list comes out however often it is computed. '
    + 'The name leads to the timeline; read the texts in the help desk, or with "replywatch review" where texts are kept.',
  sql: `select left(review_sample.conversation::text, 8) || ' #' || review_sample.number as name, review_sample.local_week::text as week, review_sample.agent,
  review_sample.reason, review_sample.topic, review_sample.similarity,
  episodes.channel, episodes.inbox, episodes.outcome, episodes.frt_seconds as first_response, episodes.closed_at,
  review_sample.conversation || '.' || review_sample.number as episode
from ${SAMPLE} order by review_sample.local_week desc, review_sample.agent, review_sample.reason limit 200`,
  columns: [
    { from: 'name', title: 'Conversation', width: 120, links: [toTimeline('of/${__data.fields.episode}')] }, { from: 'week', title: 'Week of', width: 100 },
    { from: 'agent', title: 'Agent', links: [toAgent('msg-agents', 'This agent')] },
    { from: 'reason', title: 'Why', texts: { negative: 'unhappy customer', far_answer: 'unlike the others', random: 'chance' } },
    { from: 'topic', title: 'Topic' }, { from: 'similarity', title: 'How alike', unit: UNITS.ratio, decimals: 0 }, { from: 'channel', title: 'Channel' },
    { from: 'inbox', title: 'Inbox' }, { from: 'outcome', title: 'Outcome' },
    { from: 'first_response', title: 'First response', unit: UNITS.seconds, decimals: 0 }, { from: 'closed_at', title: 'Closed', unit: UNITS.time, width: 160 },
    { from: 'episode', title: 'Episode', width: 80 },
  ],
});

const STYLE = `reporting.agent_style where ${inWeeks('agent_style.local_week')} and ${chosen('agent_style.agent', 'agent')}`;
const MEANS = `${share('sum(agent_style.mean_characters * agent_style.messages)', 'sum(agent_style.messages)')} as characters,
  ${share('sum(agent_style.emoji_ratio * agent_style.messages)', 'sum(agent_style.messages)')} as emoji`;

export const styleNow = (): Panel => stat({
  title: 'How agents write', of: 'period', unit: UNITS.count, noValue: 'no messages of agents yet', links: LINKS,
  description: 'Mean length of agents\' messages in characters, share of messages with emoji, and how many messages, over the weeks of the chosen time. '
    + 'Chats are read on phones: 80 to 200 characters are easy to read. Neither number says anything about quality.',
  queries: [{ sql: `select ${MEANS}, sum(agent_style.messages)::double precision as messages from ${STYLE} having sum(agent_style.messages) > 0` }],
  columns: [
    { from: 'characters', title: 'characters', unit: UNITS.count, decimals: 0 }, { from: 'emoji', title: 'with emoji', unit: UNITS.ratio, decimals: 0 },
    { from: 'messages', title: 'messages', unit: UNITS.count, decimals: 0 },
  ],
});

export const styleOverTime = (): Panel => timeSeries({
  title: 'Length and emoji per week', unit: UNITS.count, timeFrom: '84d', noValue: 'no messages of agents yet', links: LINKS,
  description: 'Mean characters per message (left) and share of messages with emoji (right) of the chosen agents, per local week, drawn at its Monday. '
    + 'Both change slowly. A jump is a new template or somebody new; choose an agent above to see one alone.',
  queries: [
    { sql: `select ${dayAsTime('agent_style.local_week')} as time, ${share('sum(agent_style.mean_characters * agent_style.messages)', 'sum(agent_style.messages)')} as characters from ${STYLE} group by agent_style.local_week order by agent_style.local_week`, color: 'agent' },
    { sql: `select ${dayAsTime('agent_style.local_week')} as time, ${share('sum(agent_style.emoji_ratio * agent_style.messages)', 'sum(agent_style.messages)')} as "with emoji" from ${STYLE} group by agent_style.local_week order by agent_style.local_week`,
      unit: UNITS.ratio, rightAxis: true, color: 'campaign' },
  ],
});

export const styleByAgent = (): Panel => sqlTable({
  title: 'How each agent writes', unit: UNITS.count, noValue: 'no messages of agents yet', links: LINKS,
  description: 'Messages with text, their mean length and the share with emoji per agent, over the weeks of the chosen time. People write differently, and may. '
    + 'Talk about it when it does not fit the channel or the tone you agreed on.',
  sql: `select agent_style.agent, sum(agent_style.messages)::double precision as messages,
  ${MEANS} from ${STYLE} group by agent_style.agent order by sum(agent_style.messages) desc limit 200`,
  columns: [
    { from: 'agent', title: 'Agent', links: [toAgent('msg-agents', 'This agent'), toAgent('msg-consistency', 'Sample of this agent')] },
    { from: 'messages', title: 'Messages', unit: UNITS.count, decimals: 0 },
    { from: 'characters', title: 'Mean characters', unit: UNITS.count, decimals: 0 }, { from: 'emoji', title: 'With emoji', unit: UNITS.ratio, decimals: 0 },
  ],
});
