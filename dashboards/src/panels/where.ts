/** The rest of the first screen: the course of the day, what is wrong, and where. */
import { table } from '../kinds/table.ts';
import { timeSeries } from '../kinds/time-series.ts';
import { runbook, toDashboard, toInbox, toPlainDashboard } from '../links.ts';
import type { Panel } from '../panel.ts';
import { CSAT_7D_BY_INBOX, budgetLeft, firstResponses, inChannel, lastFourWeeks, objective, of, ofInbox, ratio, total } from '../promql.ts';
import { UNITS } from '../style.ts';
import { FAILED_LIMIT_RATIO, SILENT_SECONDS } from '../targets.ts';
import { inTargetExpr } from './answering.ts';

export const messagesPerMinute = (): Panel => {
  const inbound = of('chat_messages_total', { direction: 'inbound' });
  const week = (offset: string): string => `sum(increase(${inbound}[1h] ${offset})) / 60`;
  const mean = lastFourWeeks('avg', week);
  const spread = `2 * ${lastFourWeeks('stddev', week)}`;
  return timeSeries({
    title: 'Messages per minute', unit: UNITS.perMinute, kpis: ['C2'], noValue: 'no messages yet', minInterval: '1m',
    description: 'Messages from customers and from us by author. The grey band is the mean ± 2 standard deviations of the same hour in the last four weeks, '
      + 'for messages from customers; inside it is normal. It appears after a week and is worth something after four. Below the band, check that webhooks '
      + 'arrive; above it, look for an incident.',
    links: [toDashboard('msg-peak-hours', 'Peak hours and staffing'), runbook('SourceSilent')],
    queries: [
      { legend: 'customers', expr: `60 * sum(rate(${inbound}[$__rate_interval]))`, color: 'inbound' },
      { legend: '{{author}}', expr: `60 * sum by (author) (rate(${of('chat_messages_total', { direction: 'outbound' })}[$__rate_interval]))` },
      { legend: 'usual, most', expr: `${mean} + ${spread}`, color: 'usual', dashed: true, fillTo: 'usual, least', step: '5m' },
      { legend: 'usual, least', expr: `clamp_min(${mean} - ${spread}, 0)`, color: 'usual', dashed: true, step: '5m' },
    ],
    colors: { agent: 'agent', bot: 'bot', automation: 'automation', campaign: 'campaign', system: 'system' },
  });
};

export const inTargetOverTime = (): Panel => timeSeries({
  title: 'First responses in target, and budget left', unit: UNITS.ratio, max: 1, kpis: ['A10'], noValue: 'none due yet', minInterval: '1m',
  description: 'Episodes answered within the first-response target ÷ episodes met or missed, over the hour before each point; dashed is the objective. Orange '
    + 'is what is left of the answers that may be late, over 24 hours. Above the dashed line is normal. Below it, compare with the messages on the left: too '
    + 'many customers, or too few answers? At zero the promise of the day is broken.',
  links: [toDashboard('msg-first-response', 'First response'), runbook('FirstResponseBudgetBurn')],
  queries: [
    { legend: 'in target', expr: inTargetExpr(), color: 'agent' },
    { legend: 'budget left, 24 h', expr: `clamp_min(${budgetLeft(firstResponses('missed', '24h'))}, 0)`, color: 'waiting', step: '5m' },
    { legend: 'objective', expr: objective('first_response'), color: 'target', dashed: true },
  ],
});

export const openAlerts = (): Panel => {
  const severe = 'severity=~"critical|warning"';
  return table({
    title: 'Open alerts', unit: UNITS.seconds, noValue: 'no open alerts',
    description: 'Alerts that fire now, and for how long their condition has held. Empty is normal. Each name leads to the page that says what to do. Alerts '
      + 'without an inbox concern the whole installation; the variables above do not filter this list.',
    links: [toPlainDashboard('msg-pipeline', 'Pipeline health'), { title: 'Alerts', url: '/alerting/list' }],
    queries: [`max by (alertname, severity, inbox, source) ((time() - ALERTS_FOR_STATE{${severe}}) and ignoring (alertstate) ALERTS{alertstate="firing",${severe}})`],
    columns: [
      { from: 'alertname', title: 'Alert', links: [runbook('${__value.raw}', 'What to do')] },
      { from: 'severity', title: 'Severity', width: 80 },
      { from: 'inbox', title: 'Inbox', links: [toInbox('msg-overview', 'This inbox only')] },
      { from: 'source', title: 'Source' },
      { from: 0, title: 'For', unit: UNITS.seconds, decimals: 0, width: 80 },
    ],
    sortBy: { column: 'Severity', descending: false },
  });
};

export const byInbox = (): Panel => {
  const results = (matchers: Readonly<Record<string, string>>): string =>
    `sum by (inbox) (${inChannel(`increase(${ofInbox('chat_sla_results_total', { sla: 'first_response', ...matchers })}[24h])`)})`;
  const waits = of('chat_oldest_wait_seconds');
  return table({
    title: 'Where', unit: UNITS.count, kpis: ['A1', 'A10', 'A11', 'D1', 'H1'], noValue: 'no inbox has been heard of yet',
    description: 'One row per inbox, worst wait first, with its name in the configuration. Open: inside its opening hours. First response p90, in target and delivered: 24 hours; CSAT: ratings '
      + 'of 4 or 5 ÷ ratings of 7 days, and that ÷ the goal of the inbox; in target: met ÷ (met + missed); delivered: delivered ÷ with any receipt. × target: oldest wait ÷ first-response '
      + 'target, red from 1. Click an inbox to see it alone.',
    links: [toDashboard('msg-first-response', 'First response'), runbook('CustomersWaiting')],
    queries: [
      `max by (inbox) (${inChannel(ofInbox('chat_inbox_open'))})`,
      `sum by (inbox) (${of('chat_conversations_waiting')})`,
      `max by (inbox) (${waits})`,
      `max by (inbox) (${waits} / on (inbox) group_left () max by (inbox) (${ofInbox('chat_sla_target_seconds', { sla: 'first_response' })}))`,
      total(of('chat_messages_total', { direction: 'inbound' }), '24h', ['inbox']),
      `histogram_quantile(0.9, sum by (le, inbox) (increase(${of('chat_first_response_seconds_bucket')}[24h]))) >= 0`,
      ratio(results({ result: 'met' }), results({})),
      CSAT_7D_BY_INBOX,
      ratio(total(of('chat_message_status_total', { status: 'delivered' }), '24h', ['inbox']), total(of('chat_message_attempts_total'), '24h', ['inbox'])),
      `${CSAT_7D_BY_INBOX} / on (inbox) max by (inbox) (${ofInbox('inbox:chat_csat_goal:ratio')})`,
      `max by (inbox, name) (${inChannel(ofInbox('chat_inbox_info'))})`,
    ],
    columns: [
      { from: 'name', title: 'Name', links: [toInbox('msg-overview', 'This inbox only')] },
      { from: 'inbox', title: 'Inbox', links: [toInbox('msg-overview', 'This inbox only')] },
      { from: 0, title: 'Open', texts: { 0: 'closed', 1: 'open' }, width: 70 },
      { from: 1, title: 'Waiting', unit: UNITS.count, width: 80, links: [toInbox('msg-slow', 'Slow conversations')] },
      { from: 2, title: 'Oldest wait', unit: UNITS.seconds, decimals: 0, width: 100, links: [toInbox('msg-slow', 'Slow conversations')] },
      { from: 3, title: '× target', unit: UNITS.times, decimals: 1, width: 80, color: { base: 'good', steps: [[1, 'bad']] } },
      { from: 4, title: 'Inbound', unit: UNITS.count, decimals: 0, width: 80, links: [toInbox('msg-peak-hours', 'Peak hours')] },
      { from: 5, title: 'First resp. p90', unit: UNITS.seconds, decimals: 0, width: 110, links: [toInbox('msg-first-response', 'First response')] },
      { from: 6, title: 'In target', unit: UNITS.ratio, decimals: 0, width: 80, links: [toInbox('msg-first-response', 'First response')] },
      { from: 7, title: 'CSAT', unit: UNITS.ratio, decimals: 0, width: 70, links: [toInbox('msg-satisfaction', 'CSAT and sentiment')] },
      { from: 9, title: '÷ goal', unit: UNITS.ratio, decimals: 0, width: 70, color: { base: 'warn', steps: [[1, 'good']] } },
      { from: 8, title: 'Delivered', unit: UNITS.ratio, decimals: 0, width: 85, color: { base: 'bad', steps: [[1 - FAILED_LIMIT_RATIO, 'good']] }, links: [toInbox('msg-delivery', 'Delivery')] },
    ],
    sortBy: { column: '× target', descending: true },
  });
};

export const freshness = (): Panel => table({
  title: 'Can these numbers be believed?', unit: UNITS.seconds, kpis: ['L'], noValue: 'no source has been heard of yet',
  description: 'Per source: age of its newest event, and how long we were blind to it in the chosen time range. Seconds to a few minutes old and never blind '
    + 'is normal in opening hours. What a silent or blind source would have told us is missing from every figure on this page: they are unknown, not good.',
  links: [toPlainDashboard('msg-pipeline', 'Pipeline health'), runbook('SourceSilent')],
  queries: [
    'time() - (max by (source) (chat_source_last_event_timestamp_seconds) > 0)',
    'sum by (source) (increase(chat_blind_seconds_total[$__range]))',
  ],
  columns: [
    { from: 'source', title: 'Source' },
    { from: 0, title: 'Newest event', unit: UNITS.seconds, decimals: 0, color: { base: 'good', steps: [[SILENT_SECONDS, 'warn'], [4 * SILENT_SECONDS, 'bad']] } },
    { from: 1, title: 'Blind', unit: UNITS.seconds, decimals: 0, color: { base: 'good', steps: [[1, 'bad']] } },
  ],
  sortBy: { column: 'Newest event', descending: true },
});
