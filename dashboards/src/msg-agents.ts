import type { Board } from './board.ts';
import { runbook, toDashboard } from './links.ts';
import { agentsByPace, agentsBySpeed, agentsByUtilisation, concurrency, openPerAgent, utilisation, utilisationSpread } from './panels/agents-load.ts';
import { byTeam, concurrencyOverTime, lengths, ownReaction, paceOverTime, timeToSolve, transfers, transfersOverTime, utilisationOverTime } from './panels/agents-over-time.ts';
import { agentsSideBySide } from './panels/agents-table.ts';
import { dataAge } from './panels/freshness.ts';
import { agentsNow } from './panels/staffing.ts';
import { AGENT, CHANNEL, INBOX } from './variables.ts';

/** Is the work spread fairly? */
export const msgAgents: Board = {
  uid: 'msg-agents', title: 'Agents', runbook: 'AgentsOverloaded', refresh: '5m', from: 'now-7d', variables: [CHANNEL, INBOX, AGENT],
  description: 'Is the work spread fairly? Load before pace, distributions before names. Agents are ids; in Grafana, give access to this page only to those who may see figures per person.',
  screen: [
    { height: 4, panels: [utilisationSpread(), utilisation(), openPerAgent(), concurrency(), agentsNow([toDashboard('msg-peak-hours', 'Peak hours and staffing'), runbook('AgentsOverloaded')]), dataAge()] },
    { height: 6, panels: [agentsByUtilisation(), agentsByPace(), agentsBySpeed()] },
    { height: 8, panels: [agentsSideBySide()] },
  ],
  more: [
    { title: 'When is it too much?', lines: [{ height: 8, panels: [utilisationOverTime(), concurrencyOverTime()] }] },
    { title: 'How fast do agents answer and solve?', lines: [{ height: 8, panels: [paceOverTime(), ownReaction()] }, { height: 8, panels: [timeToSolve(), lengths()] }] },
    { title: 'Who hands over, and which team has what?', lines: [{ height: 8, panels: [[4, transfers()], [8, transfersOverTime()], [12, byTeam()]] }] },
  ],
};
