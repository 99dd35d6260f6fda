/** Customers who sound negative, and whether anybody helps them in time. */
import { barGauge } from '../kinds/bar-gauge.ts';
import { stat } from '../kinds/stat.ts';
import { sqlTable } from '../kinds/table.ts';
import { timeSeries } from '../kinds/time-series.ts';
import { runbook, toDashboard, toTimeline, toTraces } from '../links.ts';
import type { Panel } from '../panel.ts';
import { of, orUnknown } from '../promql.ts';
import { during, inPlace, inSteps, percentile, share } from '../sql.ts';
import { UNITS } from '../style.ts';
import { NEGATIVE_SOLVED_GOAL_RATIO } from '../targets.ts';

const LINKS = [toDashboard('msg-slow', 'Slow conversations'), toTraces('{ span.conversation.keep_reason = "negative_sentiment" }', 'Unhappy conversations'), runbook('UnhappyCustomersWaiting'), runbook('SentimentDropping', 'Runbook: mood sinks')];
const HERE = `${during('negative_episodes.since')} and ${inPlace('negative_episodes')}`;
const IN_TIME = 'negative_episodes.seconds <= negative_episodes.target_seconds';
/** What counts: solved, left alone, or open for longer than the target; others are not decided yet, or were no requests. */
const DECIDED = `(negative_episodes.outcome in ('resolved_agent', 'resolved_bot', 'missed', 'abandoned', 'dropped', 'bot_abandoned')
  or (negative_episodes.outcome = 'open' and $__timeTo()::timestamptz - negative_episodes.since > make_interval(secs => negative_episodes.target_seconds)))`;

export const negativeShare = (): Panel => stat({
  title: 'Negative messages', of: 'period', unit: UNITS.ratio, noValue: 'nothing scored yet', kpis: ['D4'], links: LINKS,
  description: 'Messages of customers that sound negative ÷ those whose sentiment is known, with both numbers, and how many of all messages that is. '
    + 'Many messages say nothing either way and are left out. '
    + '30 to 50 % is normal for a support desk; compare with your own weeks. A jump is an incident: look at the topics below.',
  queries: [{ sql: `select ${share('sum(hourly.negative)', 'sum(hourly.scored)')} as share, sum(hourly.negative)::double precision as negative,
  sum(hourly.scored)::double precision as scored,
  ${share('sum(hourly.scored)', 'sum(hourly.messages_contact)')} as "of all messages"
from reporting.hourly where ${during('hourly.hour')} and ${inPlace('hourly')} having sum(hourly.scored) > 0` }],
  columns: [
    { from: 'share', title: 'share', unit: UNITS.ratio, decimals: 0 }, { from: 'negative', title: 'negative', unit: UNITS.count, decimals: 0 },
    { from: 'scored', title: 'scored', unit: UNITS.count, decimals: 0 },
    { from: 'of all messages', title: 'scored, of all', unit: UNITS.ratio, decimals: 0 },
  ],
});

export const negativeSolved = (): Panel => stat({
  title: 'Unhappy and helped in time', of: 'period', unit: UNITS.ratio, noValue: 'nobody sounded unhappy', kpis: ['D5'], links: LINKS,
  description: 'Conversations with a negative message that were solved within the target (setting negative_target) of it ÷ all of them that are decided, with both numbers; and customers who are beyond it now. '
    + `The target is strict: ${NEGATIVE_SOLVED_GOAL_RATIO * 100} % is good. None beyond it now is the aim: open the list below and help the oldest first.`,
  queries: [
    { sql: `select ${share(`count(*) filter (where ${IN_TIME})`, 'count(*)')} as "in time", (count(*) filter (where ${IN_TIME}))::double precision as helped,
  count(*)::double precision as decided
from reporting.negative_episodes where ${HERE} and ${DECIDED} having count(*) > 0` },
    { legend: 'beyond it now', expr: orUnknown(`sum(${of('chat_negative_overdue_conversations')})`), unit: UNITS.count, decimals: 0, instant: true, color: { base: 'good', steps: [[1, 'bad']] } },
  ],
  columns: [
    { from: 'in time', title: 'in time', unit: UNITS.ratio, decimals: 0, color: { base: 'warn', steps: [[NEGATIVE_SOLVED_GOAL_RATIO, 'good']] } },
    { from: 'helped', title: 'helped', unit: UNITS.count, decimals: 0 }, { from: 'decided', title: 'decided', unit: UNITS.count, decimals: 0 },
  ],
});

export const moodOverTime = (): Panel => timeSeries({
  title: 'How customers sound', unit: UNITS.count, stacked: true, minInterval: '6h', noValue: 'nothing scored yet', kpis: ['D4'], links: LINKS,
  description: 'Messages whose sentiment is known, by sentiment, per step of the graph. The mix is steady over weeks and follows the topics. '
    + 'Much more red than on the same weekday is an incident or a bad change; read some of them. Follows the chosen channels, not the inboxes.',
  queries: [{ legend: '{{sentiment}}', expr: 'sum by (sentiment) (increase(chat_sentiment_messages_total{channel=~"$channel"}[$__rate_interval]))' }],
  colors: { negative: 'negative', neutral: 'neutral', positive: 'positive' },
});

export const negativeOverTime = (): Panel => timeSeries({
  title: 'Negative share, and helped in time', unit: UNITS.ratio, max: 1, noValue: 'nothing scored yet', kpis: ['D4', 'D5'], links: LINKS,
  description: 'Per local day, or hour in up to three days: negative ÷ scored messages, and unhappy conversations helped in time ÷ decided ones. Flat lines are normal. '
    + 'When the first rises, something else went wrong; when only the second falls, there were too few people for those who are unhappy.',
  queries: [
    { sql: `select ${inSteps('hourly.hour')} as time, ${share('sum(hourly.negative)', 'sum(hourly.scored)')} as "negative ÷ scored"
from reporting.hourly where ${during('hourly.hour')} and ${inPlace('hourly')} group by 1 having sum(hourly.scored) > 0 order by 1`, color: 'negative' },
    { sql: `select ${inSteps('negative_episodes.since')} as time, ${share(`count(*) filter (where ${IN_TIME})`, 'count(*)')} as "helped in time"
from reporting.negative_episodes where ${HERE} and ${DECIDED} group by 1 order by 1`, color: 'agent' },
  ],
});

export const timeToHelp = (): Panel => timeSeries({
  title: 'Time to help unhappy customers', unit: UNITS.seconds, noValue: 'nobody unhappy was helped yet', kpis: ['D5'], links: LINKS,
  description: 'From the first negative message to the end of the conversation, for solved ones: median and 90th percentile by the message, and the target, dashed. '
    + 'Most are above the target, because people get angry in the middle. '
    + 'When the median rises, angry customers wait with all others: let them go first.',
  queries: [
    { sql: `select ${inSteps('negative_episodes.since')} as time, ${percentile(0.5, 'negative_episodes.seconds')} as p50,
  ${percentile(0.9, 'negative_episodes.seconds')} as p90
from reporting.negative_episodes where ${HERE} and negative_episodes.seconds is not null group by 1 order by 1` },
    { sql: `select ${inSteps('negative_episodes.since')} as time, min(negative_episodes.target_seconds) as target from reporting.negative_episodes
  where ${HERE} group by 1 order by 1`, color: 'target', dashed: true },
  ],
  colors: { p50: 'inbound', p90: 'agent' },
});

export const lastWord = (): Panel => barGauge({
  title: 'How they sound in the end', unit: UNITS.ratio, max: 1, noValue: 'nobody sounded unhappy', kpis: ['D4', 'D5'], links: LINKS,
  description: 'Of the newest 1,000 conversations in which the customer sounded negative at some time and that are closed: how the last message that tells sounded. '
    + 'A third or more that end positive is good. '
    + 'If nearly all stay negative, problems are closed and not solved.',
  queries: [{ sql: `with unhappy as (
  select negative_episodes.conversation, negative_episodes.since, negative_episodes.closed_at from reporting.negative_episodes where ${HERE}
  and negative_episodes.closed_at is not null
  order by negative_episodes.since desc limit 1000
), ended as (
  select (select messages.sentiment from reporting.messages where messages.conversation = unhappy.conversation and messages.at >= unhappy.since
  and messages.at <= unhappy.closed_at and messages.sentiment is not null
    order by messages.at desc limit 1) as sentiment from unhappy
)
select ${['positive', 'neutral', 'negative'].map((mood) => `${share(`count(*) filter (where ended.sentiment = '${mood}')`, 'count(ended.sentiment)')} as ${mood}`).join(', ')} from ended having count(ended.sentiment) > 0` }],
  colors: { positive: 'positive', neutral: 'neutral', negative: 'negative' },
});

export const unhappyNow = (): Panel => sqlTable({
  title: 'Unhappy and not helped in time', unit: UNITS.seconds, noValue: 'nobody: all were helped in time', kpis: ['D5'], links: LINKS,
  description: 'Conversations with a negative message that are open beyond the target, or closed without an answer; open ones first, then the newest. Empty is the aim. '
    + 'The name leads to the timeline of the conversation: find it in the help desk and answer.',
  sql: `select left(negative_episodes.conversation::text, 8) || ' #' || negative_episodes.number as name, negative_episodes.since, negative_episodes.channel,
  negative_episodes.inbox, negative_episodes.outcome,
  extract(epoch from coalesce(negative_episodes.closed_at, $__timeTo()::timestamptz) - negative_episodes.since)::double precision as unhappy_for,
  negative_episodes.target_seconds as target,
  negative_episodes.conversation || '.' || negative_episodes.number as episode
from reporting.negative_episodes where ${HERE} and ${DECIDED} and negative_episodes.seconds is null
order by negative_episodes.outcome = 'open' desc, negative_episodes.since desc limit 50`,
  columns: [
    { from: 'name', title: 'Conversation', width: 120, links: [toTimeline('of/${__data.fields.episode}')] },
    { from: 'since', title: 'Since', unit: UNITS.time, width: 160 }, { from: 'channel', title: 'Channel' }, { from: 'inbox', title: 'Inbox' },
    { from: 'outcome', title: 'Outcome' }, { from: 'unhappy_for', title: 'Unhappy for', unit: UNITS.seconds, decimals: 0 },
    { from: 'target', title: 'Target', unit: UNITS.seconds, decimals: 0 }, { from: 'episode', title: 'Episode', width: 80 },
  ],
});
