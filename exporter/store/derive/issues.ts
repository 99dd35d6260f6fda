import { arrivalOf, type ContactHistory } from '../../core/contact-history.ts';
import type { EpisodeFact } from '../../core/fact.ts';
import { chainIssues, isReopen, isResolved, type Issue } from '../../core/issues.ts';
import { countableAt, iso, type DerivedRow, type Deriver, type Rules } from './deriver.ts';

const DAY_MS = 86_400_000;

/** What a customer came for: chains of episodes, and which of them reopened a conversation. */
export const ISSUES: Deriver = {
  tables: [{ name: 'issue_facts', key: ['conversation', 'number'], dated: true }, { name: 'issue_episode', key: ['conversation', 'number'], counted: true }],
  derive(history, rules) {
    const windowDays = rules.settingsFor('', '').fcrWindowDays; // one for all: issues cross inboxes
    const issues = chainIssues(history.episodes, windowDays);
    return {
      issue_facts: issues.map((issue) => ({ row: issueOf(history, issue, windowDays) })),
      issue_episode: issues.flatMap((issue) => issue.episodes.map((_, position) => episodeOf(history, issue, position, rules))),
    };
  },
};

function issueOf({ contact }: ContactHistory, { episodes }: Issue<EpisodeFact>, windowDays: number): Readonly<Record<string, unknown>> {
  const [first] = episodes;
  const last = episodes[episodes.length - 1] ?? first;
  const full = isResolved(last.outcome) && last.endedAt !== null && first.demandAt !== null ? Math.max(0, last.endedAt - first.demandAt) / 1000 : null;
  return {
    conversation: first.conversation, number: first.number, contact, source: first.source, channel: first.channel, inbox: first.inbox,
    topic: episodes.find(({ topic }) => topic !== null)?.topic ?? null, episodes: episodes.length, demand_at: iso(first.demandAt), first_outcome: first.outcome,
    first_closed_at: iso(first.closedAt), mature_at: first.closedAt === null ? null : iso(first.closedAt + windowDays * DAY_MS),
    first_agent_messages: first.agentMessages, last_outcome: last.outcome, last_ended_at: iso(last.endedAt), full_resolution_seconds: full,
  };
}

function episodeOf(history: ContactHistory, issue: Issue<EpisodeFact>, position: number, { settingsFor }: Rules): DerivedRow {
  const [first] = issue.episodes;
  const episode = issue.episodes[position] ?? first;
  const { conversation, number, channel, inbox, source, closedAt } = episode;
  const reopened = isReopen(issue, position);
  const row = {
    conversation, number, contact: history.contact, issue_conversation: first.conversation, issue_number: first.number, position: position + 1, reopened, opened_at: iso(episode.openedAt),
  };
  // While it is open it may still turn out to be a mere thank-you.
  if (!reopened || closedAt === null) return { row };
  const at = countableAt(closedAt, arrivalOf(history, episode), settingsFor(source, inbox));
  return { row, counts: { reopen: { as: 'reopened', facts: [{ type: 'reopen', channel, inbox }], at } } };
}
