import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { agentsNeeded, serviceLevel, waitProbability } from '../../exporter/rollups/erlang.ts';

/** Erlang's formula as it is printed, with factorials; good for small numbers only. */
function printed(load: number, servers: number): number {
  const term = (n: number): number => Array.from({ length: n }, (_, i) => load / (i + 1)).reduce((product, factor) => product * factor, 1);
  const delayed = (term(servers) * servers) / (servers - load);
  return delayed / (Array.from({ length: servers }, (_, n) => term(n)).reduce((sum, each) => sum + each, 0) + delayed);
}

describe('Erlang C', () => {
  test.each([
    ['one server: the probability to wait is the load', 0.7, 1, 0.7],
    ['two servers, load 1: 2ρ² / (1 + ρ)', 1, 2, 1 / 3],
    ['three servers, load 2: 4/9', 2, 3, 4 / 9],
    ['10 Erlangs, 14 agents, a common textbook case', 10, 14, 0.1741],
    ['48 Erlangs, 55 agents: 360 calls of 4 minutes in half an hour', 48, 55, 0.239],
    ['nothing comes', 0, 3, 0],
    ['more than can be served', 5, 5, 1],
  ])('%s', (_, load, servers, probability) => {
    expect(waitProbability(load, servers)).toBeCloseTo(probability, 3);
  });

  test.each([
    ['10 Erlangs, 14 agents, 180 s each, 20 s', 10, 14, 180, 20, 0.8884],
    ['48 Erlangs, 55 agents, 240 s each, 15 s', 48, 55, 240, 15, 0.8456],
    ['immediately: those who need not wait', 1, 2, 60, 0, 2 / 3],
    ['overload', 6, 5, 60, 60, 0],
  ])('share served in time: %s', (_, load, servers, service, within, level) => {
    expect(serviceLevel(load, servers, service, within)).toBeCloseTo(level, 3);
  });

  test('the recurrence is the printed formula', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 40 }), fc.double({ min: 0.01, max: 0.99, noNaN: true }), (servers, occupancy) => {
      expect(waitProbability(servers * occupancy, servers)).toBeCloseTo(printed(servers * occupancy, servers), 9);
    }), { seed: 20_261_121 });
  });
});

describe('agents needed', () => {
  const HOUR = { arrivalsPerHour: 200, handlingSeconds: 180, parallelChats: 1, targetSeconds: 20, objectiveRatio: 0.8, maxOccupancyRatio: 1 };

  test.each([
    ['10 Erlangs, 80 % in 20 s', HOUR, 14],
    ['an occupancy of 60 % asks for more than the target', { ...HOUR, maxOccupancyRatio: 0.6 }, 17],
    ['three chats at once', { ...HOUR, parallelChats: 3 }, 5],
    ['one chat an hour needs one agent', { ...HOUR, arrivalsPerHour: 1 }, 1],
    ['nothing comes', { ...HOUR, arrivalsPerHour: 0 }, 0],
    ['no handling time', { ...HOUR, handlingSeconds: 0 }, 0],
  ])('%s', (_, hour, agents) => {
    expect(agentsNeeded(hour)).toBe(agents);
  });

  const hours = fc.record({
    arrivalsPerHour: fc.double({ min: 0, max: 5_000, noNaN: true }), handlingSeconds: fc.double({ min: 1, max: 3_600, noNaN: true }), parallelChats: fc.integer({ min: 1, max: 6 }),
    targetSeconds: fc.double({ min: 0, max: 600, noNaN: true }), objectiveRatio: fc.double({ min: 0.5, max: 0.99, noNaN: true }), maxOccupancyRatio: fc.double({ min: 0.5, max: 1, noNaN: true }),
  });

  test('it is enough, one fewer is not, and more arrivals never need fewer', () => {
    fc.assert(fc.property(hours, (hour) => {
      const agents = agentsNeeded(hour);
      const load = (hour.arrivalsPerHour * hour.handlingSeconds) / 3_600;
      const enough = (n: number): boolean => load === 0 || (n > 0 && load / (n * hour.parallelChats) <= hour.maxOccupancyRatio
        && serviceLevel(load, n * hour.parallelChats, hour.handlingSeconds, hour.targetSeconds) >= hour.objectiveRatio);
      expect(enough(agents)).toBe(true);
      if (agents > 0) expect(enough(agents - 1)).toBe(false);
      expect(agentsNeeded({ ...hour, arrivalsPerHour: hour.arrivalsPerHour * 1.1 })).toBeGreaterThanOrEqual(agents);
    }), { seed: 20_261_121 });
  });
});
