import { describe, expect, it } from 'vitest';
import { LUMEN_HOME, type Agent } from '../../exporter/simulator/business.ts';
import { localClock } from '../../exporter/simulator/local-time.ts';
import { random } from '../../exporter/simulator/random.ts';
import { EXPIRES_AFTER, roster, staff, type Incident } from '../../exporter/simulator/staff.ts';
import { DAY, FRIDAY, HOUR } from './reading.ts';

const [ana, marc] = LUMEN_HOME.agents as [Agent, Agent];

describe('the line', () => {
  it('gives two chats to each agent, the freest first, and makes the fifth customer wait', () => {
    const team = staff([ana, marc], () => true);
    const tickets = [1, 2, 3, 4, 5].map((now) => team.queue(now));
    expect(tickets.map(({ agent }) => agent?.id)).toEqual([ana.id, marc.id, ana.id, marc.id, undefined]);
    expect(team.waiting).toBe(1);
    team.release(marc, 9);
    expect(tickets[4]?.agent).toBe(marc);
  });

  it('serves in order of arrival, urgent tickets first', () => {
    const alone = { ...ana, chats: 1 };
    const team = staff([alone], () => true);
    team.queue(0);
    const [early, late, urgent] = [team.queue(1), team.queue(2), team.queue(3, true)];
    const served: string[] = [];
    early.onTaken(() => served.push('early'));
    late.onTaken(() => served.push('late'));
    urgent.onTaken(() => served.push('urgent'));
    for (const now of [10, 11, 12]) team.release(alone, now);
    expect(served).toEqual(['urgent', 'early', 'late']);
  });

  it('waits for a shift to begin, and drops what waited too long', () => {
    let isOpen = false;
    const team = staff([ana], () => isOpen);
    const [old, young] = [team.queue(0), team.queue(HOUR)];
    const told: unknown[] = [];
    old.onAgent((agent) => told.push(agent));
    isOpen = true;
    team.dispatch(EXPIRES_AFTER + 1);
    expect([old.state, young.state]).toEqual(['expired', 'taken']);
    expect(told).toEqual([]);
  });
});

describe('the roster', () => {
  const clock = localClock(LUMEN_HOME.tz);
  const present = (t: number, incident?: Incident): number[] =>
    LUMEN_HOME.agents.filter((agent) => roster({ seed: 'test', business: LUMEN_HOME, incidents: incident ? [incident] : [] }, clock)(agent, t)).map(({ id }) => id);

  it('has somebody at work in every quarter of an hour of four weeks', () => {
    const onDuty = roster({ seed: 'test', business: LUMEN_HOME, incidents: [] }, clock);
    const empty: string[] = [];
    for (let t = FRIDAY; t < FRIDAY + 28 * DAY; t += HOUR / 4) {
      if (!LUMEN_HOME.agents.some((agent) => onDuty(agent, t))) empty.push(new Date(t).toISOString());
    }
    expect(empty).toEqual([]);
  });

  it('follows the wall clock across the change to winter time', () => {
    const nineOnSaturday = Date.UTC(2026, 9, 24, 7);
    const nineOnMonday = Date.UTC(2026, 9, 26, 8);
    expect([present(nineOnSaturday - 1), present(nineOnSaturday)].map((ids) => ids.includes(13))).toEqual([false, true]);
    expect([present(nineOnMonday - 1), present(nineOnMonday)].map((ids) => ids.includes(13))).toEqual([false, true]);
  });

  it('leaves one person in a forced incident', () => {
    const afternoon = FRIDAY + 15 * HOUR;
    expect(present(afternoon).length).toBeGreaterThan(2);
    expect(present(afternoon, { from: afternoon })).toHaveLength(1);
  });

  it('leaves half of them where half are missing, and nobody is missing when the bot is', () => {
    const afternoon = FRIDAY + 15 * HOUR;
    expect(present(afternoon, { from: afternoon, kind: 'half-staff' })).toHaveLength(Math.floor(present(afternoon).length / 2));
    expect(present(afternoon, { from: afternoon, kind: 'bot' })).toEqual(present(afternoon));
  });
});

describe('chance', () => {
  it('has the means it promises', () => {
    const r = random('means');
    const mean = (draw: () => number): number => Array.from({ length: 20_000 }, draw).reduce((sum, each) => sum + each, 0) / 20_000;
    expect(mean(() => r.next())).toBeCloseTo(0.5, 1);
    expect(mean(() => r.exp(3))).toBeCloseTo(3, 0);
    expect(mean(() => (r.around(10, 0.5) < 10 ? 1 : 0))).toBeCloseTo(0.5, 1);
    expect(mean(() => r.weighted([[0, 1], [1, 3]]))).toBeCloseTo(0.75, 1);
  });

  it('starts differently for neighbouring keys', () => {
    const first = Array.from({ length: 1_000 }, (_, key) => random('key', key).next());
    expect(new Set(first).size).toBe(1_000);
    expect(first.reduce((sum, each) => sum + each, 0) / 1_000).toBeCloseTo(0.5, 1);
  });

  it('refuses to pick from nothing', () => {
    expect(() => random('x').pick([])).toThrow(RangeError);
  });
});
