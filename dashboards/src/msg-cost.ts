import type { Board } from './board.ts';
import { dataAge } from './panels/freshness.ts';
import { byCampaign, byCategory, campaignReturn, costPerDay, monthEnd, monthSoFar, runningMonth, unitCost, withoutPrice } from './panels/spending.ts';
import { costByInbox, freeOverTime, freeShare, providerSays, revenue, spendingNow, unitCosts, unpricedRows } from './panels/unit-costs.ts';
import { CHANNEL, CURRENCY, INBOX } from './variables.ts';

/** What will this month cost? */
export const msgCost: Board = {
  uid: 'msg-cost', title: 'Cost', runbook: 'CostOverBudget', refresh: '', from: 'now-30d', variables: [CHANNEL, INBOX, CURRENCY],
  description: 'What will this month cost? Messages at the prices of your own lists, in the currency chosen above; currencies are never added. First the month and '
    + 'where it leads, then what it is spent on; the rows below say what one conversation costs and what is free.',
  screen: [
    { height: 4, panels: [monthSoFar(), monthEnd(), unitCost(), campaignReturn(), withoutPrice(), dataAge()] },
    { height: 7, panels: [[14, costPerDay()], [10, runningMonth()]] },
    { height: 7, panels: [byCategory(), byCampaign()] },
  ],
  more: [
    { title: 'What does one conversation cost?', lines: [{ height: 8, panels: [[10, unitCosts()], [14, costByInbox()]] }] },
    { title: 'What is free, what has no price, and what does the provider say?', lines: [
      { height: 8, panels: [freeOverTime(), freeShare()] }, { height: 8, panels: [unpricedRows(), providerSays()] },
    ] },
    { title: 'What is being spent, and what comes back?', lines: [{ height: 8, panels: [spendingNow(), revenue()] }] },
  ],
};
