/** Online time and negative messages: small rules, one row each. */
import { describe, expect, it } from 'vitest';
import type { AgentStatus } from '../../exporter/core/event.ts';
import { negativeSince } from '../../exporter/core/negative.ts';
import { onlineStretches } from '../../exporter/core/presence.ts';

const HOUR = 3_600_000;
const LIMIT = 12 * 3_600;

describe('online time', () => {
  it.each<[string, readonly (readonly [hour: number, status: AgentStatus])[], readonly (readonly [from: number, to: number])[]]>([
    ['from online to offline', [[9, 'online'], [17, 'offline']], [[9, 17]]],
    ['busy is online, away is not', [[9, 'online'], [10, 'busy'], [11, 'away'], [12, 'online'], [13, 'offline']], [[9, 10], [10, 11], [12, 13]]],
    ['without an end it lasts twelve hours', [[9, 'online']], [[9, 21]]],
    ['an end that was told counts, however late', [[0, 'online'], [20, 'offline']], [[0, 20]]],
    ['the next morning says that the end of the day was lost', [[8, 'online'], [32, 'online'], [40, 'offline']], [[8, 20], [32, 40]]],
    ['a sign of life renews it', [[0, 'online'], [11, 'busy']], [[0, 11], [11, 23]]],
    ['offline again is nothing', [[9, 'offline'], [10, 'offline']], []],
    ['two words in one instant: the last one counts', [[9, 'online'], [9, 'away']], []],
  ])('%s', (_, events, expected) => {
    expect(onlineStretches(events.map(([hour, status]) => ({ at: hour * HOUR, status })), LIMIT).map(({ from, to }) => [from / HOUR, to / HOUR])).toEqual(expected);
  });
});

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
