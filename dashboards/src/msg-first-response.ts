import type { Board } from './board.ts';
import { dataAge } from './panels/freshness.ts';
import { inboundNow, waitingNow } from './panels/answering.ts';
import { CHANNEL, INBOX } from './variables.ts';

/** Do we keep our promise, and how long until we break it? */
export const msgFirstResponse: Board = {
  uid: 'msg-first-response', title: 'First response', runbook: 'FirstResponseBudgetBurn', refresh: '1m', from: 'now-7d', variables: [CHANNEL, INBOX],
  description: 'Do we keep our promise, and how long until we break it?',
  screen: [
    { height: 4, panels: [waitingNow(), inboundNow(), dataAge()] },
  ],
  more: [],
};
