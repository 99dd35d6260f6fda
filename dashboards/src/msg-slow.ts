import type { Board } from './board.ts';
import { dataAge } from './panels/freshness.ts';
import { inboundNow, waitingNow } from './panels/answering.ts';
import { CHANNEL, INBOX } from './variables.ts';

/** Which conversations are slow, and what happened in them? */
export const msgSlow: Board = {
  uid: 'msg-slow', title: 'Slow conversations', runbook: 'CustomersWaiting', refresh: '1m', from: 'now-7d', variables: [CHANNEL, INBOX],
  description: 'Which conversations are slow, and what happened in them?',
  screen: [
    { height: 4, panels: [waitingNow(), inboundNow(), dataAge()] },
  ],
  more: [],
};
