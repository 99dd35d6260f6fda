import type { Board } from './board.ts';
import { handovers } from './panels/backlog.ts';
import { anybody, botSpeed, durableOverTime, fallbacksOverTime, moodAfter, moodBefore, timeWithBot, whoComesBack } from './panels/bot-handover.ts';
import { botByInbox, botByTopic, botFirstResponse, containment, containmentOverTime, durable, escalation, fallbacks, funnel, ratedByWhom } from './panels/bot.ts';
import { dataAge } from './panels/freshness.ts';
import { CHANNEL, INBOX } from './variables.ts';

/** Does the bot help or stall? */
export const msgChatbot: Board = {
  uid: 'msg-chatbot', title: 'Chatbot', runbook: 'BotContainmentDropped', refresh: '5m', from: 'now-14d', variables: [CHANNEL, INBOX],
  description: 'Does the bot help or stall? What it resolves alone, and whether that stays solved; what it hands over, and what that costs customers.',
  screen: [
    { height: 4, panels: [containment(), escalation(), durable(), botFirstResponse(), fallbacks(), dataAge()] },
    { height: 8, panels: [funnel(), containmentOverTime(), ratedByWhom()] },
    { height: 6, panels: [botByInbox()] },
  ],
  more: [
    { title: 'What does it know, and what not?', lines: [{ height: 9, panels: [[14, botByTopic()], [10, fallbacksOverTime()]] }] },
    { title: 'What does a hand-over cost the customer?', lines: [{ height: 8, panels: [[12, timeWithBot()], [6, moodBefore()], [6, moodAfter()]] }, { height: 8, panels: [handovers()] }] },
    { title: 'Do they come back?', lines: [{ height: 8, panels: [durableOverTime(), whoComesBack()] }] },
    { title: 'How fast is it?', lines: [{ height: 8, panels: [botSpeed(), anybody()] }] },
  ],
};
