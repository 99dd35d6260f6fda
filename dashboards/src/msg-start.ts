import type { Board } from './board.ts';
import { dataAge } from './panels/freshness.ts';
import { inboundNow, waitingNow } from './panels/answering.ts';
import { CHANNEL, INBOX } from './variables.ts';

/** How fast do we answer, and are customers happy? */
export const msgStart: Board = {
  uid: 'msg-start', title: 'Start', runbook: 'CustomersWaiting', refresh: '1m', from: 'now-7d', variables: [CHANNEL, INBOX],
  description: 'How fast do we answer, and are customers happy? The two figures to begin with; everything else is on the other dashboards.',
  screen: [
    { height: 4, panels: [waitingNow(), inboundNow(), dataAge()] },
  ],
  more: [],
};
