import type { Board } from './board.ts';
import { dataAge } from './panels/freshness.ts';
import { inboundNow, waitingNow } from './panels/answering.ts';
import { CHANNEL, INBOX } from './variables.ts';

/** Does the bot help or stall? */
export const msgChatbot: Board = {
  uid: 'msg-chatbot', title: 'Chatbot', runbook: 'CustomersWaiting', refresh: '1m', from: 'now-7d', variables: [CHANNEL, INBOX],
  description: 'Does the bot help or stall?',
  screen: [
    { height: 4, panels: [waitingNow(), inboundNow(), dataAge()] },
  ],
  more: [],
};
