import type { Board } from './board.ts';
import { dataAge } from './panels/freshness.ts';
import { inboundNow, waitingNow } from './panels/answering.ts';
import { CHANNEL, INBOX } from './variables.ts';

/** Can the other dashboards be believed? */
export const msgPipeline: Board = {
  uid: 'msg-pipeline', title: 'Pipeline health', runbook: 'SourceSilent', refresh: '1m', from: 'now-7d', variables: [CHANNEL, INBOX],
  description: 'Can the other dashboards be believed?',
  screen: [
    { height: 4, panels: [waitingNow(), inboundNow(), dataAge()] },
  ],
  more: [],
};
