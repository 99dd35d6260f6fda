import type { Board } from './board.ts';
import { dataAge } from './panels/freshness.ts';
import { inboundNow, waitingNow } from './panels/answering.ts';
import { CHANNEL, INBOX } from './variables.ts';

/** Who writes, and do they come back? */
export const msgAudience: Board = {
  uid: 'msg-audience', title: 'Audience', runbook: 'SourceSilent', refresh: '1m', from: 'now-7d', variables: [CHANNEL, INBOX],
  description: 'Who writes, and do they come back?',
  screen: [
    { height: 4, panels: [waitingNow(), inboundNow(), dataAge()] },
  ],
  more: [],
};
