import type { Board } from './board.ts';
import { dataAge } from './panels/freshness.ts';
import { inboundNow, waitingNow } from './panels/answering.ts';
import { CHANNEL, INBOX } from './variables.ts';

/** Is the work spread fairly? */
export const msgAgents: Board = {
  uid: 'msg-agents', title: 'Agents', runbook: 'ConversationsOverdue', refresh: '1m', from: 'now-7d', variables: [CHANNEL, INBOX],
  description: 'Is the work spread fairly?',
  screen: [
    { height: 4, panels: [waitingNow(), inboundNow(), dataAge()] },
  ],
  more: [],
};
