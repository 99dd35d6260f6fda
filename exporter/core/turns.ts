/** The business's turns in a conversation, and whether the customer replied (H4). */
import { hasFailed, isAnswer, type Message } from './messages.ts';
import type { SettingsFor } from './settings.ts';

/** Consecutive messages of agents, bots and campaigns. Times are epoch milliseconds UTC. */
export interface Turn {
  /** Its first message. */
  readonly message: Message;
  /** Its last message. */
  last: Message;
  /** The customer's reply, when it came in time. */
  answeredAt?: number;
  /** From here on it is known whether it was answered: the reply, or the end of the time for one. */
  decidedAt: number;
}

/** @param messages in order; conversations are told apart */
export function turnsOf(messages: readonly Message[], settingsFor: SettingsFor): readonly Turn[] {
  const turns: Turn[] = [];
  const open = new Map<string, Turn>();
  for (const message of messages) {
    const place = message.conversation ?? '';
    const turn = open.get(place);
    if (message.author === 'contact') {
      if (!turn || !isAnswer(message)) continue;
      if (message.at < turn.decidedAt) turn.answeredAt = turn.decidedAt = message.at;
      open.delete(place);
    } else if (message.author === 'agent' || message.author === 'bot' || message.author === 'campaign') {
      if (hasFailed(message)) continue;
      const decidedAt = message.at + settingsFor(message.source, message.inbox).replyWindowSeconds * 1000;
      if (turn && message.at < turn.decidedAt) {
        turn.last = message;
        turn.decidedAt = decidedAt;
        continue;
      }
      const next: Turn = { message, last: message, decidedAt };
      open.set(place, next);
      turns.push(next);
    }
  }
  return turns;
}
