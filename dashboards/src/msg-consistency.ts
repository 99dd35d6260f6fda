import type { Board } from './board.ts';
import { dataAge } from './panels/freshness.ts';
import { inboundNow, waitingNow } from './panels/answering.ts';
import { CHANNEL, INBOX } from './variables.ts';

/** Do customers get the same answer whoever they ask? */
export const msgConsistency: Board = {
  uid: 'msg-consistency', title: 'Answer consistency', runbook: 'RollupStale', refresh: '1m', from: 'now-7d', variables: [CHANNEL, INBOX],
  description: 'Do customers get the same answer whoever they ask?',
  screen: [
    { height: 4, panels: [waitingNow(), inboundNow(), dataAge()] },
  ],
  more: [],
};
