import type { Board } from './board.ts';
import { note } from './kinds/note.ts';
import { expectedAndCame, expectedNow, forecastError, unusualHours } from './panels/forecast.ts';
import { dataAge } from './panels/freshness.ts';
import { hoursOfDay, peakShare, peaksByInbox, peaksByTopic, weekOfConversations, weekOfMisses } from './panels/hours.ts';
import { agentsNow, arrivalsAndAgents, arrivalsByDay, daysAhead, neededByDay, understaffedHours, weekAhead, workload } from './panels/staffing.ts';
import { CHANNEL, INBOX, ZONE, choice } from './variables.ts';

const PEAK = choice('peak', 'Peak', ['18-21', '6-9', '9-12', '12-15', '15-18', '21-24', '0-6', '9-18', '18-9']);

const LIMITS = `- **Holidays and campaigns** are not known to the forecast. A holiday lowers the same weekday for four weeks, a campaign or an outage raises it.
- **All inboxes are one team** in the staffing model. Teams that share nothing need more people in sum.
- **Agents needed** are people who answer. Breaks, meetings and sick leave come on top.
- **Nights** count like days: what customers write while an inbox is closed asks for agents at night.
- The grids follow the chosen channels, inboxes and zone; forecast and staffing do not.`;

/** When do customers write, and are we there? */
export const msgPeakHours: Board = {
  uid: 'msg-peak-hours', title: 'Peak hours and staffing', runbook: 'CustomersWaiting', refresh: '5m', from: 'now-28d', variables: [CHANNEL, INBOX, ZONE, PEAK],
  description: 'When do customers write, and are we there? The grids say when and how well, the graph how many people were there, the last grid how many it takes next week.',
  screen: [
    { height: 4, panels: [agentsNow(), expectedNow(), understaffedHours(), peakShare(), forecastError(), dataAge()] },
    { height: 7, panels: [weekOfConversations(), weekOfMisses(), weekAhead()] },
    { height: 7, panels: [[16, arrivalsAndAgents()], [8, daysAhead()]] },
  ],
  more: [
    { title: 'How many people does next week take?', lines: [{ height: 10, panels: [neededByDay()] }, { height: 10, panels: [arrivalsByDay()] }] },
    { title: 'Which hours, inboxes and topics?', lines: [{ height: 9, panels: [hoursOfDay(), peaksByInbox(), peaksByTopic()] }] },
    { title: 'Can the forecast be trusted?', lines: [{ height: 9, panels: [[16, expectedAndCame()], [8, unusualHours()]] }, { height: 8, panels: [[8, workload()], [16, note('What the figures leave out', LIMITS)]] }] },
  ],
};
