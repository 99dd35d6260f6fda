/** Since when an episode is negative. */
import { describe, expect, it } from 'vitest';
import { negativeSince } from '../../exporter/core/negative.ts';

describe('negative since', () => {
  it.each<[string, readonly (readonly [opened: number, closed: number | null])[], readonly number[], readonly (number | undefined)[]]>([
    ['the first negative message of each episode', [[0, 10], [20, null]], [5, 3, 25], [3, 25]],
    ['none of them', [[0, 10]], [], [undefined]],
    ['opening and close belong to the episode', [[0, 10], [20, 30]], [0, 30], [0, 30]],
    ['at the instant in which silence closed one and a message opened the next, the next', [[0, 10], [10, null]], [10], [undefined, 10]],
    ['between episodes there is none', [[0, 10], [20, null]], [15], [undefined, undefined]],
  ])('%s', (_, spans, messages, expected) => {
    expect(negativeSince(spans.map(([openedAt, closedAt]) => ({ openedAt, closedAt })), messages)).toEqual(expected);
  });
});
