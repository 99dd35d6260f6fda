import { turnsOf } from '../../core/turns.ts';
import { iso, type Deriver } from './deriver.ts';

/** The business's turns and whether customers replied. */
export const TURNS: Deriver = {
  tables: [{ name: 'turn_facts', key: ['message'], dated: true }],
  derive: ({ contact, messages }, { settingsFor }) => ({
    turn_facts: turnsOf(messages, settingsFor).map(({ message, last, answeredAt, decidedAt }) => ({
      row: {
        message: message.message, contact, conversation: message.conversation ?? null, source: last.source, channel: last.channel, inbox: last.inbox, author: last.author,
        started_at: iso(message.at), ended_at: iso(last.at), answered_at: iso(answeredAt), decided_at: iso(decidedAt),
      },
    })),
  }),
};
