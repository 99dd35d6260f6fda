import type { Board } from './board.ts';
import { dataAge } from './panels/freshness.ts';
import { inboundNow, waitingNow } from './panels/answering.ts';
import { CHANNEL, INBOX } from './variables.ts';

/** What will this month cost? */
export const msgCost: Board = {
  uid: 'msg-cost', title: 'Cost', runbook: 'RollupStale', refresh: '1m', from: 'now-7d', variables: [CHANNEL, INBOX],
  description: 'What will this month cost?',
  screen: [
    { height: 4, panels: [waitingNow(), inboundNow(), dataAge()] },
  ],
  more: [],
};
