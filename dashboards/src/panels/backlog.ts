/** Who is waiting, and what comes in and goes out. */
import { timeSeries } from '../kinds/time-series.ts';
import { runbook, toDashboard, toInbox, toTraces } from '../links.ts';
import type { Panel } from '../panel.ts';
import { of, total } from '../promql.ts';
import { UNITS } from '../style.ts';

const TO_INBOX = [toInbox('msg-overview', 'This inbox only', 'series')];

export const waitingByInbox = (): Panel => timeSeries({
  title: 'Waiting, by inbox', unit: UNITS.count, kpis: ['A11'], noValue: 'no data', stacked: true, dataLinks: TO_INBOX,
  description: 'Customers waiting for an answer, stacked by inbox. It normally rises and falls with the messages; a step that stays is a queue nobody works '
    + 'on: click it to see the inbox alone.',
  links: [toDashboard('msg-peak-hours', 'Peak hours and staffing'), runbook('CustomersWaiting')],
  queries: [{ legend: '{{inbox}}', expr: `sum by (inbox) (${of('chat_conversations_waiting')})` }],
});

export const openConversations = (): Panel => timeSeries({
  title: 'Open conversations', unit: UNITS.count, kpis: ['A11'], noValue: 'no data',
  description: 'Open conversations, those that belong to nobody, and those older than the overdue limit. Unassigned near zero and none overdue is normal in '
    + 'opening hours; if unassigned grows, assignment is broken or nobody is online.',
  links: [toDashboard('msg-agents', 'Agents'), runbook('ConversationsOverdue')],
  queries: [
    { legend: 'open', expr: `sum(${of('chat_conversations_open')})`, color: 'inbound' },
    { legend: 'unassigned', expr: `sum(${of('chat_conversations_unassigned')})`, color: 'waiting' },
    { legend: 'overdue', expr: `sum(${of('chat_conversations_overdue')})`, color: 'failed' },
  ],
});

export const handovers = (): Panel => timeSeries({
  title: 'Hand-offs and transfers, per hour', unit: UNITS.count, kpis: ['F3', 'G4'], noValue: 'none yet', minInterval: '1m',
  description: 'Conversations handed from the bot to people, and passed from one agent or team to another, in the hour before each point. Hand-offs normally '
    + 'follow the messages; if they jump alone the bot is failing, and many transfers mean that conversations start in the wrong place.',
  links: [toDashboard('msg-chatbot', 'Chatbot'), toTraces('{ name = "conversation" && span.conversation.handoff.count > 1 }', 'Conversations handed over twice')],
  queries: [
    { legend: 'bot to people', expr: total(of('chat_handoffs_total'), '1h'), color: 'bot' },
    { legend: 'between people', expr: total(of('chat_transfers_total'), '1h'), color: 'agent' },
  ],
});

export const opened = (): Panel => timeSeries({
  title: 'Conversations opened, per hour', unit: UNITS.count, kpis: ['C1'], noValue: 'none yet', stacked: true, minInterval: '1m',
  description: 'Episodes opened in the hour before each point, by who wrote first; reopened ones are those that continue a resolved issue. A steady small '
    + 'share of reopened ones is normal; if it grows, issues are closed too early.',
  links: [toDashboard('msg-peak-hours', 'Peak hours and staffing'), runbook('SourceSilent')],
  queries: [{ legend: '{{initiator}}, {{episode}}', expr: total(of('chat_conversations_opened_total'), '1h', ['initiator', 'episode']) }],
});

export const outcomes = (): Panel => timeSeries({
  title: 'How conversations end, per hour', unit: UNITS.count, kpis: ['B6'], noValue: 'none closed yet', stacked: true, minInterval: '1m',
  description: 'Episodes closed in the hour before each point, by outcome. Mostly resolved is normal. Missed and abandoned are customers nobody answered: '
    + 'compare with the waiting times above and add people for those hours.',
  links: [toDashboard('msg-first-response', 'First response'), runbook('CustomersWaiting')],
  queries: [{ legend: '{{outcome}}', expr: `${total(of('chat_conversations_closed_total'), '1h', ['outcome'])} > 0` }],
  colors: { resolved_agent: 'agent', resolved_bot: 'bot', missed: 'failed', abandoned: 'waiting', dropped: 'campaign' },
});

export const botShare = (): Panel => timeSeries({
  title: 'The bot\'s part, per hour', unit: UNITS.count, kpis: ['F1', 'F3'], noValue: 'none closed yet', stacked: true, minInterval: '1m',
  description: 'Episodes opened by customers and closed in the hour before each point: without the bot, with the bot alone, or passed on by it to people. The '
    + 'shares are normally steady; more "escalated" means the bot no longer understands: look at hand-offs.',
  links: [toDashboard('msg-chatbot', 'Chatbot'), toTraces('{ name = "conversation" && span.conversation.handled_by = "mixed" }', 'Escalated conversations')],
  queries: [{ legend: '{{bot}}', expr: total(of('chat_conversations_closed_total', { initiator: 'contact' }), '1h', ['bot']) }],
  colors: { none: 'agent', involved: 'bot', escalated: 'waiting' },
});
