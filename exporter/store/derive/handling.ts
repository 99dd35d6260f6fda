import type { ContactHistory } from '../../core/contact-history.ts';
import type { CanonicalEvent } from '../../core/event.ts';
import { agentIntervals } from '../../core/handling.ts';
import { groupByConversation } from '../batch.ts';
import { iso, type DerivedRow, type Deriver, type Rules } from './deriver.ts';

/** What a customer's conversations asked of agents: waits on them, conversations they owned, time to wrap up. */
export const HANDLING: Deriver = {
  tables: [{ name: 'agent_intervals', key: ['conversation', 'number', 'kind', 'agent', 'from_at'] }],
  derive: (history, rules) => ({ agent_intervals: [...groupByConversation(history.events)].flatMap(([id, events]) => rowsOf(history, id, events, rules)) }),
};

function rowsOf({ contact, episodes }: ContactHistory, conversation: string, events: readonly CanonicalEvent[], { settingsFor }: Rules): readonly DerivedRow[] {
  const [first] = events;
  if (first === undefined) return [];
  const settings = settingsFor(first.source, first.inbox);
  // The clock has been as far as the last close it made.
  const until = Math.max(...episodes.map((episode) => (episode.conversation === conversation ? episode.closedAt ?? 0 : 0)), 0);
  return agentIntervals(conversation, events, settings, until).map(({ agent, number, kind, from, to }) => ({
    row: { conversation, number, kind, agent, from_at: iso(from), to_at: iso(to), max_seconds: kind === 'handling' && to === null ? settings.maxHandlingSeconds : null, contact },
  }));
}
