/** Issues: which episodes of a customer belong together. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../exporter/core/fact.ts';
import { chainIssues, isReopen, type IssueEpisode } from '../../exporter/core/issues.ts';

const DAY = 86_400_000;
const SEED = Number(process.env.PROPERTY_SEED ?? 20_260_504);
const RUNS = Number(process.env.PROPERTY_RUNS ?? 400);

/** `conversation/number topic demand-close outcome`; times are days, a missing close is an open episode. */
function episode(text: string): IssueEpisode {
  const [name = '', topic = '', span = '', outcome = 'resolved_agent'] = text.split(' ');
  const [conversation = '', number = ''] = name.split('/');
  const [demand = '', close = ''] = span.split('-');
  const closedAt = close === '' ? null : Number(close) * DAY;
  return { conversation, number: Number(number), topic: topic === '?' ? null : topic, outcome: closedAt === null ? 'open' : (outcome as Outcome), // a row of the table
    demandAt: demand === '' ? null : Number(demand) * DAY, closedAt, endedAt: closedAt };
}

const names = (episodes: readonly IssueEpisode[]): string => episodes.map(({ conversation, number }) => `${conversation}/${number}`).join(' ');
const chained = (lines: readonly string[]): readonly string[] => chainIssues(lines.map(episode), 7).map((issue) => names(issue.episodes));

describe('issues', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['one episode is one issue', ['a/1 ? 0-1'], ['a/1']],
    ['a return within the window continues it', ['a/1 ? 0-1', 'a/2 ? 3-4'], ['a/1 a/2']],
    ['in another conversation too', ['a/1 ? 0-1', 'b/1 ? 3-4'], ['a/1 b/1']],
    ['at the very end of the window it does not', ['a/1 ? 0-1', 'a/2 ? 8-9'], ['a/1', 'a/2']],
    ['a moment before, it does', ['a/1 ? 0-1', 'a/2 ? 7.999-9'], ['a/1 a/2']],
    ['at the instant of the close it does', ['a/1 ? 0-1', 'a/2 ? 1-2'], ['a/1 a/2']],
    ['the window counts from the last close: a chain may be longer', ['a/1 ? 0-1', 'a/2 ? 6-7', 'a/3 ? 13-14'], ['a/1 a/2 a/3']],
    ['another topic is another issue', ['a/1 billing 0-1', 'a/2 returns 2-3'], ['a/1', 'a/2']],
    ['an unknown topic fits any', ['a/1 billing 0-1', 'a/2 ? 2-3', 'a/3 returns 4-5'], ['a/1 a/2 a/3']],
    ['the word unknown is no topic', ['a/1 billing 0-1', 'a/2 unknown 2-3'], ['a/1 a/2']],
    ['only the issue that closed last is asked', ['a/1 billing 0-1', 'b/1 returns 1.5-2', 'a/2 billing 3-4'], ['a/1', 'b/1', 'a/2']],
    ['what is still open is parallel', ['a/1 ? 0-5', 'b/1 ? 2-3'], ['a/1', 'b/1']],
    ['the issue of a parallel episode may be continued by a third', ['a/1 ? 0-5', 'b/1 ? 2-3', 'c/1 ? 4-6'], ['a/1', 'b/1 c/1']],
    ['an issue whose last episode is open is not continued', ['a/1 ? 0-1', 'a/2 ? 2-', 'b/1 ? 3-4'], ['a/1 a/2', 'b/1']],
    ['thanks, spam, withdrawn and outbound episodes are passed over',
      ['a/1 ? 0-1', 'a/2 ? 2-2.1 courtesy', 'a/3 ? 2.2-2.3 dismissed', 'a/4 ? 2.4-2.5 withdrawn', 'a/5  -3 outbound_only', 'a/6 ? 7-9'], ['a/1 a/6']],
    ['a missed episode is part of its issue', ['a/1 ? 0-1 missed', 'a/2 ? 1-2'], ['a/1 a/2']],
    ['two issues that closed at once: the topic decides', ['a/1 billing 0-1', 'b/1 returns 0-1', 'c/1 billing 2-3'], ['a/1 c/1', 'b/1']],
    ['and the other way round', ['a/1 billing 0-1', 'b/1 returns 0-1', 'c/1 returns 2-3'], ['a/1', 'b/1 c/1']],
  ])('%s', (_, given, expected) => expect([...chained(given)].sort()).toEqual([...expected].sort()));

  it.each<[string, readonly string[], boolean]>([
    ['a resolved conversation that comes back is reopened', ['a/1 ? 0-1', 'a/2 ? 2-3'], true],
    ['a bot resolved it: the same', ['a/1 ? 0-1 resolved_bot', 'a/2 ? 2-'], true],
    ['another conversation is none', ['a/1 ? 0-1', 'b/1 ? 2-3'], false],
    ['after a missed episode nothing is reopened', ['a/1 ? 0-1 missed', 'a/2 ? 2-3'], false],
  ])('reopening: %s', (_, given, expected) => expect(isReopen(chainIssues(given.map(episode), 7)[0]!, 1)).toBe(expected));

  const episodes = fc.array(fc.record({
    conversation: fc.constantFrom('a', 'b', 'c'), topic: fc.constantFrom(null, 'billing', 'returns'), from: fc.integer({ min: 0, max: 60 }),
    length: fc.option(fc.integer({ min: 0, max: 12 }), { freq: 8 }), outcome: fc.constantFrom<Outcome>('resolved_agent', 'missed', 'courtesy', 'resolved_bot'),
  }), { maxLength: 14 }).map((list) => list.map(({ conversation, topic, from, length, outcome }, index): IssueEpisode => ({
    conversation, number: index + 1, topic, outcome: length === null ? 'open' : outcome, demandAt: from * (DAY / 2), closedAt: length === null ? null : (from + length) * (DAY / 2), endedAt: null,
  })));

  it('does not depend on the order of its episodes, and each belongs to one issue or to none', () => {
    fc.assert(fc.property(episodes, fc.nat(), (list, turn) => {
      const issues = chainIssues(list, 7);
      expect(chainIssues([...list.slice(turn % (list.length + 1)), ...list.slice(0, turn % (list.length + 1))].reverse(), 7)).toEqual(issues);
      expect(issues.flatMap(({ episodes: own }) => own).sort((a, b) => a.number - b.number)).toEqual(list.filter(({ outcome }) => outcome !== 'courtesy'));
    }), { seed: SEED, numRuns: RUNS });
  });

  it('agrees with asking, for each episode, who closed last before it', () => {
    fc.assert(fc.property(episodes, (list) => {
      const demands = list.filter(({ outcome }) => outcome !== 'courtesy').sort((a, b) => a.demandAt! - b.demandAt! || (a.closedAt ?? Infinity) - (b.closedAt ?? Infinity) || (a.conversation < b.conversation ? -1 : a.conversation > b.conversation ? 1 : a.number - b.number));
      const next = new Map<IssueEpisode, IssueEpisode>(); // who continued whom
      for (const [index, each] of demands.entries()) {
        const ends = demands.slice(0, index).filter((other) => !next.has(other) && other.closedAt !== null && other.closedAt <= each.demandAt!);
        const latest = Math.max(...ends.map(({ closedAt }) => closedAt!));
        const fits = (other: IssueEpisode): boolean => other.topic === null || each.topic === null || other.topic === each.topic;
        const before = ends.filter(({ closedAt }) => closedAt === latest).filter(fits);
        if (before.length > 0 && each.demandAt! - latest < 7 * DAY) next.set(before.length === 1 ? before[0]! : chosen(list, each, before), each);
      }
      const links = chainIssues(list, 7).flatMap(({ episodes: own }) => own.slice(1).map((each, index) => [own[index], each] as const));
      expect(new Map(links)).toEqual(next);
    }), { seed: SEED, numRuns: RUNS });
  });

  /** Several fit equally: any of them, so the one that was taken. */
  const chosen = (list: readonly IssueEpisode[], each: IssueEpisode, among: readonly IssueEpisode[]): IssueEpisode =>
    among.find((other) => chainIssues(list, 7).some(({ episodes: own }) => own.indexOf(each) > 0 && own[own.indexOf(each) - 1] === other)) ?? among[0]!;

  it('keeps what the definition says of every link', () => {
    fc.assert(fc.property(episodes, (list) => {
      for (const { episodes: own } of chainIssues(list, 7)) {
        for (const [index, each] of own.slice(1).entries()) {
          const gap = each.demandAt! - (own[index]!.closedAt ?? Infinity);
          expect(gap).toBeGreaterThanOrEqual(0);
          expect(gap).toBeLessThan(7 * DAY);
          expect(each.topic === null || own[index]!.topic === null || each.topic === own[index]!.topic).toBe(true);
        }
      }
    }), { seed: SEED, numRuns: RUNS });
  });
});
