/** What holds for every history. Set PROPERTY_SEED to try others; a failure prints its seed and the shortest history that shows it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold, nextWake, tick } from '../../exporter/core/conversation.ts';
import { compareEvents, RECEIPTS } from '../../exporter/core/event.ts';
import type { EpisodeFact, Observation } from '../../exporter/core/fact.ts';
import { isFailed, receive, type KnownMessage } from '../../exporter/core/receipts.ts';
import { DEFAULT_SETTINGS } from '../../exporter/core/settings.ts';
import { liveCounts } from '../../exporter/core/state.ts';
import { Arrivals } from './arrivals.ts';
import { clockLooks, histories, inOrder, LONG_AFTER, settingsOfAllSorts } from './histories.ts';
import { CONVERSATION, story, tell, told, type Told } from './support.ts';

const SEED = Number(process.env.PROPERTY_SEED ?? 20_260_504);
const RUNS = Number(process.env.PROPERTY_RUNS ?? 400);
console.log(`properties of the machine: seed ${SEED}, ${RUNS} runs`);

const all = <T extends [unknown, ...unknown[]]>(...args: [...{ [K in keyof T]: fc.Arbitrary<T[K]> }, (...values: T) => void]): void => {
  const check = args.pop() as (...values: T) => void;
  // The tuple lost its last member one line above.
  fc.assert(fc.property(...(args as unknown as [fc.Arbitrary<unknown>]), (...values: unknown[]) => check(...(values as T))), { seed: SEED, numRuns: RUNS });
};

const durationsOf = (values: EpisodeFact | Observation): readonly number[] =>
  Object.entries(values).flatMap(([key, value]) => (/seconds$/i.test(key) && typeof value === 'number' ? [value] : []));

const rowsAndFigures = ({ episodes, observations, tally }: Told): Omit<Told, 'state'> => ({ episodes, observations, tally });

describe('every history', () => {
  it('gives durations that are never negative, and no more business time than time', () => {
    all(histories, settingsOfAllSorts, (events, settings) => {
      const { episodes, observations } = tell(events, settings, LONG_AFTER);
      for (const fact of [...episodes, ...observations]) for (const value of durationsOf(fact)) expect(value).toBeGreaterThanOrEqual(0);
      for (const fact of observations) if ('businessSeconds' in fact) expect(fact.businessSeconds).toBeLessThanOrEqual(fact.seconds);
      for (const row of episodes) {
        expect(row.frtBusinessSeconds ?? 0).toBeLessThanOrEqual(row.frtSeconds ?? 0);
        expect(row.resolutionBusinessSeconds ?? 0).toBeLessThanOrEqual(row.resolutionSeconds ?? 0);
        expect(row.workingResolutionSeconds ?? 0).toBeLessThanOrEqual(row.resolutionSeconds ?? 0);
        expect(row.engagedSeconds ?? 0).toBeLessThanOrEqual(row.conversationLengthSeconds ?? 0);
      }
    });
  });

  it('gives each episode one number, at most one first response and one close, said once', () => {
    all(histories, settingsOfAllSorts, (events, settings) => {
      const machine = fold(CONVERSATION, undefined, inOrder(events).map((event) => ({ event })), settings);
      const count = (keep: (fact: Observation) => boolean): number[] => {
        const counts = new Map<number, number>();
        for (const fact of machine.facts) if ('conversation' in fact && keep(fact)) counts.set(fact.number, (counts.get(fact.number) ?? 0) + 1);
        return [...counts.values()];
      };
      expect(Math.max(0, ...count((fact) => fact.type === 'response' && fact.first))).toBeLessThanOrEqual(1);
      expect(Math.max(0, ...count((fact) => fact.type === 'closed'))).toBeLessThanOrEqual(1);
      expect(Math.max(0, ...count((fact) => fact.type === 'resolution'))).toBeLessThanOrEqual(1);
      const { episodes } = told(machine.state, machine.closed, machine.facts);
      expect(episodes.map((row) => row.number)).toEqual(episodes.map((_, index) => index + 1));
      expect(machine.facts.filter((fact) => fact.type === 'opened')).toHaveLength(episodes.length);
    });
  });

  it('gives the same in any order of arrival, on every way an arrival can take', () => {
    const ways = { folded: 0, fromBase: 0, fromNothing: 0 };
    all(histories, settingsOfAllSorts, (events, settings) => {
      const arrivals = new Arrivals(settings);
      for (const event of events) arrivals.take(event);
      expect(rowsAndFigures(arrivals.told())).toEqual(rowsAndFigures(tell(events, settings)));
      for (const way of ['folded', 'fromBase', 'fromNothing'] as const) ways[way] += arrivals.ways[way];
    });
    expect(Math.min(...Object.values(ways)), JSON.stringify(ways)).toBeGreaterThan(RUNS);
  });

  it('gives the same however often the clock looked', () => {
    all(histories, settingsOfAllSorts, clockLooks, (events, settings, looks) => {
      const arrivals = new Arrivals(settings);
      const pending = [...looks].sort((a, b) => a - b);
      for (const event of inOrder(events)) {
        while (pending.length > 0 && pending[0]! < event.t) arrivals.tick(pending.shift()!);
        arrivals.take(event);
      }
      for (const look of [...pending, LONG_AFTER]) arrivals.tick(look);
      expect(rowsAndFigures(arrivals.told())).toEqual(rowsAndFigures(tell(events, settings, LONG_AFTER)));
    });
  });

  it('gives the same when events arrive late, in any order, between looks of the clock', () => {
    all(histories, settingsOfAllSorts, clockLooks, (events, settings, looks) => {
      const arrivals = new Arrivals(settings);
      const pending = [...looks].sort((a, b) => a - b);
      for (const event of events) {
        arrivals.take(event);
        const now = pending.shift();
        if (now !== undefined) arrivals.tick(now);
      }
      arrivals.tick(LONG_AFTER);
      expect(rowsAndFigures(arrivals.told())).toEqual(rowsAndFigures(tell(events, settings, LONG_AFTER)));
    });
  });

  it('survives a round trip through JSON between any two events', () => {
    all(histories, settingsOfAllSorts, (events, settings) => {
      const kept = new Arrivals(settings);
      const written = new Arrivals(settings, true);
      for (const event of events) { kept.take(event); written.take(event); }
      expect(written.told()).toStrictEqual(JSON.parse(JSON.stringify(kept.told())));
    });
  });

  it('wakes in the future or never, once the clock has looked', () => {
    all(histories, settingsOfAllSorts, clockLooks, (events, settings, looks) => {
      let { state } = fold(CONVERSATION, undefined, inOrder(events).map((event) => ({ event })), settings);
      for (const now of [...looks].filter((look) => look >= (state.key?.[0] ?? 0)).sort((a, b) => a - b)) {
        ({ state } = tick(CONVERSATION, state, now, settings));
        expect(nextWake(state, settings) ?? Infinity).toBeGreaterThan(now);
      }
    });
  });

  it('changes nothing between two wakes', () => {
    all(histories, settingsOfAllSorts, (events, settings) => {
      let { state } = fold(CONVERSATION, undefined, inOrder(events).map((event) => ({ event })), settings);
      for (let wake = nextWake(state, settings); wake !== undefined; wake = nextWake(state, settings)) {
        const early = tick(CONVERSATION, state, wake - 1, settings);
        expect(early.facts).toEqual([]);
        expect(liveCounts(early.state)).toEqual(liveCounts(state));
        const due = tick(CONVERSATION, state, wake, settings);
        expect(due.state).not.toEqual(state);
        ({ state } = due);
      }
    });
  });
});

describe('every run of receipts', () => {
  it('climbs: no rung twice, no failure after a delivery, and what reached the customer stays there', () => {
    all(fc.array(fc.constantFrom(...RECEIPTS), { maxLength: 12 }), fc.constantFrom('outbound' as const, 'none' as const), (statuses, kind) => {
      const known: KnownMessage = { kind, author: 'agent', seen: 0 };
      const rungs: string[] = [];
      let reached = false;
      for (const status of statuses) {
        const [event] = story([`09:00 receipt r ${status}`]);
        if (event?.kind !== 'message.status') throw new Error('a receipt is a status');
        const { facts } = receive(known, event, DEFAULT_SETTINGS);
        rungs.push(...facts.flatMap((fact) => (fact.type === 'receipt' ? [fact.status] : [])));
        reached ||= status === 'delivered' || status === 'read';
        expect(isFailed(known.seen)).toBe(statuses.slice(0, 1).length > 0 && !reached && known.seen !== 0 && rungs.includes('failed'));
      }
      expect(new Set(rungs).size).toBe(rungs.length);
      if (rungs.includes('failed') && rungs.includes('delivered')) expect(rungs.indexOf('failed')).toBeLessThan(rungs.indexOf('delivered'));
      expect(rungs.includes('delivered')).toBe(reached);
    });
  });
});

describe('the order of events', () => {
  it('is total and does not depend on arrival', () => {
    all(histories, (events) => {
      const ordered = inOrder(events);
      expect(inOrder([...events].reverse())).toEqual(ordered);
      expect(ordered.every((event, i) => i === 0 || compareEvents(ordered[i - 1]!, event) < 0)).toBe(true);
    });
  });
});
