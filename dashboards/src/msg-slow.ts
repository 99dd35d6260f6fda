import type { Board } from './board.ts';
import { dataAge } from './panels/freshness.ts';
import { firstResponseHeat, oneTrace, quantiles, slowest, slowPlaces, waitingList } from './panels/slow.ts';
import { failedDeliveries, keptByRule, lateFirstResponses, longOnOurSide, longQueues, queuedMoreThanHelped, reopened, unhappy } from './panels/trace-searches.ts';
import { CHANNEL, choice, EPISODES, INBOX, TRACE } from './variables.ts';

/** Which conversations are slow, and what happened in them? */
export const msgSlow: Board = {
  uid: 'msg-slow', title: 'Slow conversations', runbook: 'CustomersWaiting', refresh: '', from: 'now-24h',
  variables: [CHANNEL, INBOX, choice('longer', 'Longer than, seconds', ['60', '30', '120', '300', '600', '1800', '3600', '14400']), TRACE, EPISODES],
  description: 'Which conversations are slow, and what happened in them? Pick one in the graph or in a list; it opens below when its trace was sent to Tempo, and as a '
    + 'timeline on a page of the exporter in any case.',
  screen: [
    { height: 7, panels: [[7, firstResponseHeat()], [13, slowest()], [4, dataAge()]] },
    { height: 11, panels: [[7, lateFirstResponses()], [17, oneTrace()]] },
  ],
  more: [
    { title: 'Who is waiting now?', lines: [{ height: 9, panels: [waitingList()] }] },
    { title: 'Where are they slow?', lines: [{ height: 9, panels: [[10, quantiles()], [14, slowPlaces()]] }] },
    { title: 'What did they wait for? (Tempo)', lines: [{ height: 8, panels: [longQueues(), queuedMoreThanHelped(), longOnOurSide()] }] },
    { title: 'What else went wrong? (Tempo)', lines: [{ height: 8, panels: [unhappy(), failedDeliveries()] }, { height: 8, panels: [reopened(), keptByRule()] }] },
  ],
};
