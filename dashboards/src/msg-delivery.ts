import type { Board } from './board.ts';
import { dataAge } from './panels/freshness.ts';
import { inboundNow, waitingNow } from './panels/answering.ts';
import { CHANNEL, INBOX } from './variables.ts';

/** Do our messages arrive, and what comes of them? */
export const msgDelivery: Board = {
  uid: 'msg-delivery', title: 'Delivery and campaigns', runbook: 'WebhooksRejected', refresh: '1m', from: 'now-7d', variables: [CHANNEL, INBOX],
  description: 'Do our messages arrive, and what comes of them?',
  screen: [
    { height: 4, panels: [waitingNow(), inboundNow(), dataAge()] },
  ],
  more: [],
};
