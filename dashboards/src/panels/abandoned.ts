/** Customers who left without an answer. */
import { stat } from '../kinds/stat.ts';
import { timeSeries } from '../kinds/time-series.ts';
import { runbook, toDashboard, toTraces } from '../links.ts';
import type { Panel } from '../panel.ts';
import { of, ratio, total } from '../promql.ts';
import { UNITS } from '../style.ts';

const closed = (outcomes: string): string => total(of('chat_conversations_closed_total', { outcome: `/${outcomes}/` }), '24h');
const GONE = closed('missed|abandoned');
/** What ended with people; the bot's own endings and spam are no part of it. */
const ENDED = closed('resolved_agent|dropped|missed|abandoned');
const LINKS = [toDashboard('msg-peak-hours', 'Peak hours and staffing'), runbook('CustomersWaiting')];
const TO_TRACES = toTraces('{ name = "conversation" && span.conversation.outcome =~ "missed|abandoned|dropped" }', 'Conversations without an answer');

export const abandonment = (): Panel => stat({
  title: 'Left without an answer, 24 h', of: 'period', unit: UNITS.ratio, kpis: ['E1'], noValue: 'none ended yet',
  description: 'Missed and abandoned episodes ÷ those resolved by people, dropped, missed or abandoned, over 24 hours, and how many those are. A few in a hundred are '
    + 'normal; with a small number one customer more is a jump. If it grows with the waiting times, people are missing at those hours.',
  links: [...LINKS, TO_TRACES],
  queries: [
    { legend: 'abandoned', expr: ratio(GONE, ENDED), color: 'waiting', decimals: 1, instant: true },
    { legend: 'episodes', expr: ENDED, unit: UNITS.count, decimals: 0, instant: true, color: 'plain' },
  ],
});

export const abandonmentOverTime = (): Panel => timeSeries({
  title: 'Left without an answer, 24 hours before each point', unit: UNITS.ratio, kpis: ['E1'], noValue: 'none ended yet', minInterval: '10m',
  description: 'The same share over time, and on the right the number of episodes it is of. Steady is normal. A rise while that number stays is slower answers; '
    + 'a rise with it is a rush: compare with the peak hours.',
  links: LINKS,
  queries: [
    { legend: 'abandoned', expr: ratio(GONE, ENDED), color: 'waiting' },
    { legend: 'episodes', expr: ENDED, unit: UNITS.count, color: 'plain', dashed: true, rightAxis: true },
  ],
});

export const unanswered = (): Panel => timeSeries({
  title: 'Closed while the customer waited, per hour', unit: UNITS.count, kpis: ['E2'], noValue: 'none yet', minInterval: '1m',
  description: 'Episodes that closed while the customer waited for an answer, first or later, in the hour before each point; and those of them in which people had '
    + 'answered before. Near zero is normal. The latter hurt most: somebody dropped them in the middle. Read them.',
  links: [toDashboard('msg-slow', 'Slow conversations'), TO_TRACES],
  queries: [
    { legend: 'unanswered', expr: total(of('chat_unanswered_turns_total'), '1h'), color: 'waiting' },
    { legend: 'dropped', expr: total(of('chat_conversations_closed_total', { outcome: 'dropped' }), '1h'), color: 'failed' },
  ],
});
