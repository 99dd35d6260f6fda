/** Negative sentiment (D5): which episodes had a message that sounded negative, and since when. Pure. */

/** An episode's stretch of time: epoch milliseconds UTC; null: still open. */
export interface EpisodeSpan { readonly openedAt: number; readonly closedAt: number | null }

/**
 * The time of the first negative message of each episode, by the time of the message, not of its score.
 * @param episodes of one conversation, in order
 * @param messages times of the negative messages of that conversation
 * @returns one entry per episode; undefined: none sounded negative
 */
export function negativeSince(episodes: readonly EpisodeSpan[], messages: readonly number[]): readonly (number | undefined)[] {
  const since: (number | undefined)[] = episodes.map(() => undefined);
  for (const at of messages) {
    // A message of the instant in which silence closed an episode belongs to the one it opened: hence from the end.
    const index = episodes.findLastIndex(({ openedAt, closedAt }) => openedAt <= at && (closedAt === null || at <= closedAt));
    if (index !== -1) since[index] = Math.min(at, since[index] ?? at);
  }
  return since;
}
