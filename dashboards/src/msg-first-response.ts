import type { Board } from './board.ts';
import { repeated } from './panel.ts';
import { dataAge } from './panels/freshness.ts';
import { burnHour, burnHours, burnOverTime, byResponder, everyWait, firstAndLater, kept, keptOverTime, latestMissed, left, missedByInbox, perChannel, promised, slowestTenth, wallAndBusiness } from './panels/promise.ts';
import { firstResponseHeat, quantiles } from './panels/slow.ts';
import { CHANNEL, EPISODES, INBOX } from './variables.ts';

/** Do we keep our promise, and how long until we break it? */
export const msgFirstResponse: Board = {
  uid: 'msg-first-response', title: 'First response', runbook: 'FirstResponseBudgetBurn', refresh: '1m', from: 'now-7d', variables: [CHANNEL, INBOX, EPISODES],
  description: 'Do we keep our promise, and how long until we break it? Above: what is promised, what was kept, what is left and how fast it goes. Below: when, and how slow.',
  screen: [
    { height: 4, panels: [promised(), kept(), left(), burnHour(), burnHours(), slowestTenth()] },
    { height: 7, panels: [[12, keptOverTime()], [9, burnOverTime()], [3, dataAge()]] },
    { height: 7, panels: [firstResponseHeat(), quantiles()] },
  ],
  more: [
    { title: 'Which ones did we miss?', lines: [{ height: 9, panels: [[17, latestMissed()], [7, missedByInbox()]] }] },
    { title: 'Who answers: the bot, people, in opening hours?', lines: [{ height: 8, panels: [byResponder(), wallAndBusiness(), everyWait()] }, { height: 8, panels: [firstAndLater()] }] },
    { title: 'On which channel?', lines: [{ height: 8, panels: [repeated(perChannel(), 'channel')] }] },
  ],
};
