import type { Board } from './board.ts';
import { dataAge } from './panels/freshness.ts';
import { answerTime, answerTimes, inTarget, satisfaction, satisfactionOverTime } from './panels/pilot.ts';
import { CHANNEL, INBOX } from './variables.ts';

/** The pilot's page: two figures and how they got there. Wide panels, because telephones show them one below the other. */
export const msgStart: Board = {
  uid: 'msg-start', title: 'Start', runbook: 'FirstResponseBudgetBurn', refresh: '1m', from: 'now-7d', variables: [CHANNEL, INBOX],
  description: 'How fast do we answer, and are customers happy? The two figures to begin with, and nothing else; the menu above leads to the other dashboards.',
  screen: [
    { height: 5, panels: [[10, answerTime()], [10, satisfaction()], [4, dataAge()]] },
    { height: 7, panels: [answerTimes(), satisfactionOverTime()] },
    { height: 6, panels: [inTarget()] },
  ],
  more: [],
};
