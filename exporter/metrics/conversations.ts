import { BOT_PARTS, EPISODE_KINDS, INITIATORS, OUTCOMES } from '../core/fact.ts';
import type { BotPart, Outcome } from '../core/fact.ts';
import { PLACE, TOPIC } from './labels.ts';
import { one, projected } from './metric.ts';

/**
 * The bot's possible parts in an episode that a contact opened, by outcome. An agent message beside a bot message is an
 * escalation, so `involved` excludes the agent's outcomes; those outside the quality ratios carry no part at all.
 */
const BOT_PARTS_OF: Readonly<Record<Outcome, readonly BotPart[]>> = {
  outbound_only: [], withdrawn: ['none'], courtesy: ['none'], dismissed: ['none'],
  resolved_agent: ['none', 'escalated'], dropped: ['none', 'escalated'],
  abandoned: BOT_PARTS, missed: BOT_PARTS,
  resolved_bot: ['involved', 'escalated'], bot_abandoned: ['involved', 'escalated'],
};

/** Episodes: how they begin, how they end, how often they change hands. */
export const CONVERSATIONS = [
  projected({
    type: 'counter', name: 'chat_conversations_opened_total', on: 'opened',
    help: 'Conversation episodes opened, by who opened them.',
    labels: { ...PLACE, initiator: INITIATORS, episode: EPISODE_KINDS },
    from: ({ channel, inbox, initiator, episode }) => one({ channel, inbox, initiator, episode }),
  }),
  projected({
    type: 'counter', name: 'chat_conversations_closed_total', on: 'closed',
    help: 'Conversation episodes closed, by outcome and the bot\'s part in them, counted once settled.',
    labels: { ...PLACE, initiator: INITIATORS, outcome: OUTCOMES, episode: EPISODE_KINDS, bot: BOT_PARTS },
    reachable: isReachable,
    from: ({ channel, inbox, initiator, outcome, episode, bot }) => one({ channel, inbox, initiator, outcome, episode, bot }),
  }),
  projected({
    type: 'counter', name: 'chat_bot_resolutions_total', on: 'closed',
    help: 'Episodes opened by contacts that the bot resolved alone; confirmed when the contact closed or confirmed them.',
    labels: { ...PLACE, confirmed: ['true', 'false'] },
    // Containment has no episodes that the business opened, neither above nor below the line.
    from: ({ channel, inbox, outcome, initiator, confirmed }) =>
      outcome === 'resolved_bot' && initiator === 'contact' ? one({ channel, inbox, confirmed: confirmed ? 'true' : 'false' }) : undefined,
  }),
  projected({
    type: 'counter', name: 'chat_unanswered_turns_total', on: 'closed',
    help: 'Episodes that closed while the contact was still waiting for an answer.',
    labels: PLACE,
    from: ({ channel, inbox, unanswered }) => (unanswered ? one({ channel, inbox }) : undefined),
  }),
  projected({
    type: 'counter', name: 'chat_topic_conversations_total', on: 'closed',
    help: 'Closed episodes with a message of the contact, by the topic set last; unknown when none was.',
    labels: { topic: TOPIC },
    from: ({ outcome, topic }) => (outcome === 'outbound_only' ? undefined : one({ topic: topic ?? 'unknown' })),
  }),
  projected({
    type: 'counter', name: 'chat_bot_fallbacks_total', on: 'bot_fallback',
    help: 'Bot messages that said the bot did not understand.',
    labels: PLACE,
    from: ({ channel, inbox }) => one({ channel, inbox }),
  }),
  projected({
    type: 'counter', name: 'chat_reopens_total', on: 'reopen',
    help: 'Episodes that took a resolved issue up again in the same conversation, counted once they have closed.',
    labels: PLACE,
    from: ({ channel, inbox }) => one({ channel, inbox }),
  }),
  projected({
    type: 'counter', name: 'chat_handoffs_total', on: 'handoff',
    help: 'Hand-offs from the bot to people that were accepted.',
    labels: PLACE,
    from: ({ channel, inbox }) => one({ channel, inbox }),
  }),
  projected({
    type: 'counter', name: 'chat_transfers_total', on: 'transfer',
    help: 'Conversations moved from one agent or team to another.',
    labels: PLACE,
    from: ({ channel, inbox }) => one({ channel, inbox }),
  }),
];

function isReachable({ initiator, outcome, episode, bot }: Readonly<Record<string, string>>): boolean {
  if (outcome === 'courtesy' && episode === 'first') return false;
  if (initiator !== 'contact') return bot === 'none';
  return BOT_PARTS_OF[outcome as Outcome].includes(bot as BotPart); // both come from the closed lists above
}
