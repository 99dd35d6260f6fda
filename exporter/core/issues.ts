/** Issues (docs/kpis.md): the episodes of one customer, over all conversations and channels, chained into what they were about. Pure. */
import type { Outcome } from './fact.ts';

/** What chaining needs of an episode. Times are epoch milliseconds UTC. */
export interface IssueEpisode {
  readonly conversation: string;
  readonly number: number;
  readonly topic: string | null;
  readonly outcome: Outcome | 'open';
  readonly demandAt: number | null;
  readonly closedAt: number | null;
  readonly endedAt: number | null;
}

/** One issue: its episodes in the order in which customers came. `T` is the caller's row. */
export interface Issue<T extends IssueEpisode> {
  readonly episodes: readonly [T, ...T[]];
}

/** Neither a question nor an answer: these episodes belong to no issue. */
const NO_ISSUE: ReadonlySet<string> = new Set<Outcome>(['courtesy', 'dismissed', 'withdrawn', 'outbound_only']);

/** Whether an episode ended with the customer helped. */
export const isResolved = (outcome: Outcome | 'open'): boolean => outcome === 'resolved_agent' || outcome === 'resolved_bot';

/**
 * Chains the episodes of one customer. An episode continues the issue whose last episode closed most recently before it, if that was less
 * than `windowDays` ago and the topics do not differ; an issue with an open episode is not continued but ran in parallel.
 */
export function chainIssues<T extends IssueEpisode>(episodes: readonly T[], windowDays: number): readonly Issue<T>[] {
  const windowMs = windowDays * 86_400_000;
  const issues: [T, ...T[]][] = [];
  const demands = episodes.filter((episode) => episode.demandAt !== null && !NO_ISSUE.has(episode.outcome)).sort(byDemand);
  for (const episode of demands) {
    const demandAt = episode.demandAt!; // kept above
    let latest: [T, ...T[]] | undefined;
    for (const issue of issues) {
      const closedAt = lastClose(issue);
      if (closedAt === null || closedAt > demandAt) continue;
      if (!latest || closedAt > lastClose(latest)! || (closedAt === lastClose(latest) && !sameTopic(last(latest), episode))) latest = issue;
    }
    if (latest && demandAt - lastClose(latest)! < windowMs && sameTopic(last(latest), episode)) latest.push(episode);
    else issues.push([episode]);
  }
  return issues.map((each) => ({ episodes: each }));
}

/** Whether the episode at `position` of an issue reopened a conversation: the same one, after a resolution. */
export function isReopen(issue: Issue<IssueEpisode>, position: number): boolean {
  const [before, episode] = [issue.episodes[position - 1], issue.episodes[position]];
  return before !== undefined && episode !== undefined && before.conversation === episode.conversation && isResolved(before.outcome);
}

const last = <T>(list: readonly [T, ...T[]]): T => list[list.length - 1]!; // never empty

const lastClose = (issue: readonly [IssueEpisode, ...IssueEpisode[]]): number | null => last(issue).closedAt;

/** An unknown topic fits every topic. */
function sameTopic(a: IssueEpisode, b: IssueEpisode): boolean {
  return a.topic === b.topic || isUnknown(a.topic) || isUnknown(b.topic);
}

const isUnknown = (topic: string | null): boolean => topic === null || topic === 'unknown';

/** Total, so that the result does not depend on the order given. */
function byDemand(a: IssueEpisode, b: IssueEpisode): number {
  return a.demandAt! - b.demandAt! || (a.closedAt ?? Infinity) - (b.closedAt ?? Infinity) || compareTexts(a.conversation, b.conversation) || a.number - b.number;
}

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
