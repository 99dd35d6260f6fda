import type { Board } from './board.ts';
import { msgAgents } from './msg-agents.ts';
import { msgAudience } from './msg-audience.ts';
import { msgChatbot } from './msg-chatbot.ts';
import { msgConsistency } from './msg-consistency.ts';
import { msgCost } from './msg-cost.ts';
import { msgDelivery } from './msg-delivery.ts';
import { msgFirstResponse } from './msg-first-response.ts';
import { msgOverview } from './msg-overview.ts';
import { msgPeakHours } from './msg-peak-hours.ts';
import { msgPipeline } from './msg-pipeline.ts';
import { msgSatisfaction } from './msg-satisfaction.ts';
import { msgSlow } from './msg-slow.ts';
import { msgStart } from './msg-start.ts';

/** Every dashboard; add a line to add one. */
export const BOARDS: readonly Board[] = [
  msgStart, msgOverview, msgFirstResponse, msgSatisfaction, msgPeakHours, msgAgents, msgChatbot,
  msgDelivery, msgAudience, msgSlow, msgPipeline, msgCost, msgConsistency,
];
