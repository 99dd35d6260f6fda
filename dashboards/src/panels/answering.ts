/** The first line of the overview: six numbers, each a headline and what judges it. */
import { stat } from '../kinds/stat.ts';
import { runbook, toDashboard, toTraces } from '../links.ts';
import type { Panel } from '../panel.ts';
import { FAILED_LIMIT, csat7d, inChannel, lastFourWeeks, objective, of, ofInbox, orUnknown, ratio, total, totalInChannel } from '../promql.ts';
import { UNITS } from '../style.ts';
import { ALLOWANCE_LOW_RATIO, CSAT_MIN_RATINGS, USUAL_RANGE, WAIT_ALARM_TARGETS } from '../targets.ts';

export const waitingNow = (): Panel => stat({
  title: 'Waiting now', of: 'now', unit: UNITS.count, kpis: ['A11'], noValue: 'no data',
  description: 'Customers whose last message nobody has answered yet, and open conversations older than the overdue limit. A few waiting is normal, overdue '
    + 'is not: open the table below to see which inbox, and send help there.',
  links: [toDashboard('msg-first-response', 'First response'), runbook('CustomersWaiting'), runbook('ConversationsOverdue', 'Runbook: overdue')],
  queries: [
    { legend: 'waiting', expr: orUnknown(`sum(${of('chat_conversations_waiting')})`), color: 'waiting' },
    { legend: 'overdue', expr: orUnknown(`sum(${of('chat_conversations_overdue')})`), color: { base: 'good', steps: [[1, 'bad']] } },
  ],
});

export const oldestWait = (): Panel => {
  const oldest = of('chat_oldest_wait_seconds');
  const target = `max by (inbox) (${ofInbox('chat_sla_target_seconds', { sla: 'first_response' })})`;
  return stat({
    title: 'Oldest wait', of: 'now', unit: UNITS.seconds, kpis: ['A11'], noValue: 'no data',
    description: 'How long the customer who has waited longest is waiting, and the same as a multiple of that inbox\'s first-response target. Below 1 × is '
      + `normal; from ${WAIT_ALARM_TARGETS} × on somebody is alerted: find the conversation and answer it.`,
    links: [toDashboard('msg-slow', 'Slow conversations'), runbook('CustomersWaiting')],
    queries: [
      { legend: 'oldest', expr: orUnknown(`max(${oldest})`), color: 'waiting' },
      { legend: 'of target', expr: orUnknown(`max(${oldest} / on (inbox) group_left () ${target})`), unit: UNITS.times, decimals: 1,
        color: { base: 'good', steps: [[1, 'warn'], [WAIT_ALARM_TARGETS, 'bad']] } },
    ],
  });
};

export const firstResponsesInTarget = (): Panel => {
  const results = ofInbox('chat_sla_results_total', { sla: 'first_response' });
  const met = ofInbox('chat_sla_results_total', { sla: 'first_response', result: 'met' });
  const missed = ofInbox('chat_sla_results_total', { sla: 'first_response', result: 'missed' });
  return stat({
    title: 'First responses in target, 24 h', of: 'period', unit: UNITS.ratio, kpis: ['A10'], noValue: 'none due yet',
    description: 'Episodes answered within the first-response target ÷ episodes met or missed, over 24 hours; below it the share missed ÷ the share that may '
      + 'be missed. Up to 100 % of the allowance is normal; above it the promise is broken: look at when and where in the graph and the table.',
    links: [toDashboard('msg-first-response', 'First response'), runbook('FirstResponseBudgetBurn')],
    queries: [
      { legend: 'in target', expr: ratio(totalInChannel(met, '24h'), totalInChannel(results, '24h')), color: 'plain', decimals: 1, instant: true },
      { legend: 'of allowance used', expr: `(${ratio(totalInChannel(missed, '24h'), totalInChannel(results, '24h'))}) / (1 - ${objective('first_response')})`,
        decimals: 0, instant: true, color: { base: 'good', steps: [[ALLOWANCE_LOW_RATIO, 'warn'], [1, 'bad']] } },
    ],
  });
};

export const csat = (): Panel => stat({
  title: 'CSAT, 7 days', of: 'period', unit: UNITS.ratio, kpis: ['D1'], noValue: 'no ratings yet',
  description: `Ratings of 4 or 5 ÷ all ratings of the last seven days, their number, and the goal of the configuration. With fewer than `
    + `${CSAT_MIN_RATINGS} ratings the share is shown as "too few" and not coloured. If it sinks, read the badly rated conversations before the averages.`,
  links: [toDashboard('msg-satisfaction', 'CSAT and sentiment'), toTraces('{ span.conversation.csat.score <= 3 }', 'Badly rated conversations')],
  queries: csat7d(CSAT_MIN_RATINGS),
});

export const delivered = (): Panel => {
  const attempts = total(of('chat_message_attempts_total'), '24h');
  const reached = (status: string): string => ratio(total(of('chat_message_status_total', { status }), '24h'), attempts);
  return stat({
    title: 'Delivered, 24 h', of: 'period', unit: UNITS.ratio, kpis: ['H1'], noValue: 'no receipts yet',
    description: 'Outbound messages that were delivered ÷ those with any receipt, the share that failed, and that share ÷ what may fail, over 24 hours. Channels without receipts are not '
      + 'counted. Up to 100 % of what may fail is normal; above it look at the failure codes below.',
    links: [toDashboard('msg-delivery', 'Delivery and campaigns'), toTraces('{ name = "deliver message" && status = error }', 'Failed deliveries')],
    queries: [
      { legend: 'delivered', expr: reached('delivered'), color: 'plain', decimals: 1, instant: true },
      { legend: 'failed', expr: reached('failed'), decimals: 1, instant: true, color: 'plain' },
      { legend: 'of what may fail', expr: `(${reached('failed')}) / ${FAILED_LIMIT}`, decimals: 0, instant: true, color: { base: 'good', steps: [[1, 'bad']] } },
    ],
  });
};

export const inboundNow = (): Panel => {
  const inbound = of('chat_messages_total', { direction: 'inbound' });
  const lastHour = total(inbound, '1h');
  const usual = lastFourWeeks('avg', (offset) => `sum(increase(${inbound}[1h] ${offset}))`);
  return stat({
    title: 'Inbound, last hour', of: 'now', unit: UNITS.count, kpis: ['C2', 'C7'], noValue: 'no data',
    description: 'Messages from customers in the last hour, and the same as a share of the mean of this hour in the last four weeks. 50 to 150 % is normal. '
      + 'Far below: are webhooks still coming in? Far above: is there an incident, are enough people online?',
    links: [toDashboard('msg-peak-hours', 'Peak hours and staffing'), runbook('SourceSilent')],
    queries: [
      { legend: 'messages', expr: orUnknown(lastHour), color: 'inbound', decimals: 0 },
      { legend: 'of usual', expr: orUnknown(ratio(lastHour, usual)), unit: UNITS.ratio, decimals: 0,
        color: { base: 'warn', steps: [[USUAL_RANGE.low, 'good'], [USUAL_RANGE.high, 'warn']] } },
    ],
  });
};

/** The share of first responses in target over the last hour, drawn against the objective. */
export const inTargetExpr = (): string => ratio(
  `sum(${inChannel(`increase(${ofInbox('chat_sla_results_total', { sla: 'first_response', result: 'met' })}[1h])`)})`,
  `sum(${inChannel(`increase(${ofInbox('chat_sla_results_total', { sla: 'first_response' })}[1h])`)})`,
);
