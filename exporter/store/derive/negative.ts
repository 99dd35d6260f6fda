import { arrivalOf, type ContactHistory } from '../../core/contact-history.ts';
import type { EpisodeFact } from '../../core/fact.ts';
import { withdrawnMessages } from '../../core/history.ts';
import { isResolved } from '../../core/issues.ts';
import { negativeSince } from '../../core/negative.ts';
import { countableAt, iso, type DerivedRow, type Deriver, type Rules } from './deriver.ts';

/** Episodes in which the customer sounded negative, and how long it took to solve them from there. */
export const NEGATIVE: Deriver = {
  tables: [{ name: 'negative_facts', key: ['conversation', 'number'], counted: true }],
  derive: (history, rules) => ({ negative_facts: [...byConversation(history.episodes)].flatMap(([id, episodes]) => rowsOf(history, id, episodes, rules)) }),
};

/** Episodes with demand, in order. */
function byConversation(all: readonly EpisodeFact[]): ReadonlyMap<string, EpisodeFact[]> {
  const groups = new Map<string, EpisodeFact[]>();
  for (const episode of all.toSorted((a, b) => a.number - b.number)) {
    if (episode.demandAt !== null) groups.set(episode.conversation, [...groups.get(episode.conversation) ?? [], episode]);
  }
  return groups;
}

function rowsOf(history: ContactHistory, conversation: string, episodes: readonly EpisodeFact[], { settingsFor }: Rules): readonly DerivedRow[] {
  const negative = history.messages.filter(({ inbound, sentiment, conversation: own }) =>
    own === conversation && sentiment === 'negative' && inbound && !inbound.surveyAnswer && !inbound.optOut);
  const [first] = negative;
  if (first === undefined) return [];
  const takenBack = withdrawnMessages(conversation, history.events.filter((event) => event.conversation === conversation), settingsFor(first.source, first.inbox));
  const spans = episodes.map(({ demandAt, openedAt, closedAt }) => ({ openedAt: demandAt ?? openedAt, closedAt }));
  const since = negativeSince(spans, negative.filter(({ message }) => !takenBack.has(message)).map(({ at }) => at));
  return episodes.flatMap((episode, index) => {
    const from = since[index];
    if (from === undefined) return [];
    const arrived = arrivalOf(history, episode);
    const scored = negative.filter(({ at }) => at === from).map(({ receivedAt }) => receivedAt); // a score may come after the close
    return rowOf(history.contact, episode, from, arrived === -Infinity ? arrived : Math.max(arrived, ...scored), settingsFor);
  });
}

function rowOf(contact: string, episode: EpisodeFact, since: number, arrived: number, settingsFor: Rules['settingsFor']): DerivedRow {
  const { conversation, number, source, channel, inbox, outcome, closedAt, endedAt } = episode;
  const settings = settingsFor(source, inbox);
  const seconds = isResolved(outcome) && endedAt !== null ? Math.max(0, endedAt - since) / 1000 : null;
  const row = {
    conversation, number, contact, source, channel, inbox, since: iso(since), outcome, closed_at: iso(closedAt), seconds, target_seconds: settings.negativeTargetSeconds,
  };
  if (seconds === null || closedAt === null) return { row };
  return { row, counts: { negative_resolution: { as: String(seconds), facts: [{ type: 'negative_resolution', channel, inbox, seconds }], at: countableAt(closedAt, arrived, settings) } } };
}
