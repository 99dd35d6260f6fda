import type { Board } from './board.ts';
import { dataAge } from './panels/freshness.ts';
import { inboundNow, waitingNow } from './panels/answering.ts';
import { CHANNEL, INBOX } from './variables.ts';

/** When do customers write, and are we there? */
export const msgPeakHours: Board = {
  uid: 'msg-peak-hours', title: 'Peak hours and staffing', runbook: 'CustomersWaiting', refresh: '1m', from: 'now-7d', variables: [CHANNEL, INBOX],
  description: 'When do customers write, and are we there?',
  screen: [
    { height: 4, panels: [waitingNow(), inboundNow(), dataAge()] },
  ],
  more: [],
};
