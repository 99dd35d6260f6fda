import type { Board } from './board.ts';
import { abandonment, abandonmentOverTime, unanswered } from './panels/abandoned.ts';
import { csat, delivered, firstResponsesInTarget, inboundNow, oldestWait, waitingNow } from './panels/answering.ts';
import { botShare, handovers, openConversations, opened, outcomes, waitingByInbox } from './panels/backlog.ts';
import { failures, receipts } from './panels/delivery.ts';
import { blind, eventAge, events } from './panels/pipeline.ts';
import { backlogAge, fcrOverTime, reopenRate, resolutionInHours, resolutionInTarget, resolutionParts, solvedForGood, topics } from './panels/resolution.ts';
import { firstResponse, resolution, response } from './panels/speed.ts';
import { byInbox, freshness, inTargetOverTime, messagesPerMinute, openAlerts } from './panels/where.ts';
import { CHANNEL, INBOX, TOPIC } from './variables.ts';

/** Are customers being answered right now? */
export const msgOverview: Board = {
  uid: 'msg-overview', title: 'Overview', runbook: 'CustomersWaiting', refresh: '30s', from: 'now-6h', variables: [CHANNEL, INBOX, TOPIC],
  description: 'Are customers being answered right now? Read from left to right and top to bottom: how it stands, how it came about, where it is worst. The rows below are for the cause.',
  screen: [
    { height: 4, panels: [waitingNow(), oldestWait(), firstResponsesInTarget(), csat(), delivered(), inboundNow()] },
    { height: 8, panels: [messagesPerMinute(), inTargetOverTime(), openAlerts()] },
    { height: 6, panels: [[18, byInbox()], [6, freshness()]] },
  ],
  more: [
    { title: 'How long do they wait?', lines: [{ height: 8, panels: [firstResponse(), response(), resolution()] }] },
    { title: 'How long until it is solved, and for good?', lines: [
      { height: 8, panels: [resolutionInTarget(), resolutionInHours(), resolutionParts()] }, { height: 8, panels: [[4, solvedForGood()], [8, fcrOverTime()], [6, reopenRate()], [6, backlogAge()]] },
    ] },
    { title: 'Who is waiting?', lines: [{ height: 8, panels: [waitingByInbox(), openConversations(), handovers()] }] },
    { title: 'What comes in, and how does it end?', lines: [
      { height: 8, panels: [opened(), outcomes(), botShare()] }, { height: 8, panels: [[4, abandonment()], [10, abandonmentOverTime()], [10, unanswered()]] },
    ] },
    { title: 'What is it about?', lines: [{ height: 9, panels: [topics()] }] },
    { title: 'Do our messages arrive?', lines: [{ height: 8, panels: [receipts(), failures()] }] },
    { title: 'Is anything missing from these numbers?', lines: [{ height: 8, panels: [eventAge(), events(), blind()] }] },
  ],
};
