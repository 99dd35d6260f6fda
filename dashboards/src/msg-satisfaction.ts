import type { Board } from './board.ts';
import { dataAge } from './panels/freshness.ts';
import { inboundNow, waitingNow } from './panels/answering.ts';
import { CHANNEL, INBOX } from './variables.ts';

/** Are customers happy, and do we know it or guess it? */
export const msgSatisfaction: Board = {
  uid: 'msg-satisfaction', title: 'CSAT and sentiment', runbook: 'CustomersWaiting', refresh: '1m', from: 'now-7d', variables: [CHANNEL, INBOX],
  description: 'Are customers happy, and do we know it or guess it?',
  screen: [
    { height: 4, panels: [waitingNow(), inboundNow(), dataAge()] },
  ],
  more: [],
};
