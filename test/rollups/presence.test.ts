/** Online time from status events, against a slow reference; and the time of agents in any window, against another. */
import fc from 'fast-check';
import type { Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { agentTime, type KindStretch } from '../../exporter/core/agent-time.ts';
import { PRESENCE } from '../../exporter/rollups/presence.ts';
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts';
import { poolOf, SETTINGS, transactionsOf, writer } from './world.ts';

const SEED = Number(process.env.PROPERTY_SEED ?? 20_260_504);
const RUNS = Number(process.env.PROPERTY_RUNS ?? 60);
const HOUR = 3_600_000;
const START = Date.parse('2026-03-02T00:00:00Z');

let database: FreshDatabase;
let pool: Pool;
let write: ReturnType<typeof writer>;

beforeAll(async () => {
  database = await freshDatabase('presence');
  pool = poolOf(database.url);
  write = writer(pool);
});
beforeEach(() => wipe());
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const wipe = async (): Promise<void> => void (await pool.query('truncate replywatch.event, replywatch.agent_presence, replywatch.agent_intervals, replywatch.agent_state, replywatch.rollup_state'));

const run = (now: number): ReturnType<typeof PRESENCE.run> => PRESENCE.run({
  transaction: (work) => transactionsOf(pool)(work, PRESENCE.timeoutMs), settings: SETTINGS, now, signal: new AbortController().signal,
});

interface Said { readonly agent: string; readonly at: number; readonly status: string; readonly id: string }

const say = ({ agent, at, status, id }: Said): Promise<unknown> =>
  write.event(id, 'agent.status', 'nobody', new Date(START + at * HOUR).toISOString(), { conversation: null, message: null, data: { agent, status } });

const online = async (): Promise<readonly string[]> => (await pool.query<{ agent: string; from: number; to: number }>(
  `select presence.agent, (extract(epoch from presence.from_at) * 1000)::float8 as "from", (extract(epoch from presence.to_at) * 1000)::float8 as "to"
   from replywatch.agent_presence as presence order by presence.agent, presence.from_at`)).rows.map(({ agent, from, to }) => `${agent} ${(from - START) / HOUR}-${(to - START) / HOUR}`);

describe('online time', () => {
  test.each<[string, readonly (readonly [hour: number, status: string])[], readonly string[]]>([
    ['from online to offline', [[9, 'online'], [17, 'offline']], ['ana 9-17']],
    ['busy is online, away is not', [[9, 'online'], [10, 'busy'], [11, 'away'], [12, 'online'], [13, 'offline']], ['ana 9-10', 'ana 10-11', 'ana 12-13']],
    ['without an end it lasts twelve hours', [[9, 'online']], ['ana 9-21']],
    ['an end that was told counts, however late', [[0, 'online'], [20, 'offline']], ['ana 0-20']],
    ['the next morning says that the end of the day was lost', [[8, 'online'], [32, 'online'], [40, 'offline']], ['ana 8-20', 'ana 32-40']],
    ['a sign of life renews it', [[0, 'online'], [11, 'busy']], ['ana 0-11', 'ana 11-23']],
    ['offline again is nothing', [[9, 'offline'], [10, 'offline']], []],
  ])('%s', async (_, said, expected) => {
    for (const [index, [at, status]] of said.entries()) await say({ agent: 'ana', at, status, id: `said-${index}` });
    await run(START + 48 * HOUR);
    expect(await online()).toEqual(expected);
  });

  test('status of now: who is there, who is away, and who has been silent for too long', async () => {
    await say({ agent: 'ana', at: 9, status: 'online', id: 'a' });
    await say({ agent: 'ben', at: 9, status: 'away', id: 'b' });
    await say({ agent: 'eva', at: 0, status: 'busy', id: 'c' });
    await write.interval('ana', 'owned', 'c1', '2026-03-02T09:00:00Z', null);
    await write.interval('ana', 'owned', 'c2', '2026-03-02T09:00:00Z', '2026-03-02T09:30:00Z');
    const gauges = await run(START + 12 * HOUR);
    expect(Object.fromEntries(gauges['chat_agents']!.map(({ labels, value }) => [labels['status'], value]))).toEqual({ online: 1, busy: 0, away: 1, offline: 1 });
    expect(Object.fromEntries(gauges['chat_agent_open_conversations']!.map(({ labels, value }) => [labels['agent'], value]))).toEqual({ ana: 1, ben: 0, eva: 0 });
  });

  test('any order of arrival, in any number of runs, gives what the whole story says', async () => {
    const stories = fc.uniqueArray(fc.record({
      agent: fc.constantFrom('ana', 'ben'), at: fc.integer({ min: 0, max: 40 }), status: fc.constantFrom('online', 'busy', 'away', 'offline'),
      id: fc.integer({ min: 0, max: 99_999 }).map(String), batch: fc.nat(3),
    }), { selector: ({ agent, at }) => `${agent} ${at}`, maxLength: 14 });
    await fc.assert(fc.asyncProperty(stories, async (said) => {
      await wipe();
      for (const batch of [0, 1, 2, 3]) {
        for (const each of said) if (each.batch === batch) await say(each);
        await run(Date.now());
      }
      expect(await online()).toEqual(['ana', 'ben'].flatMap((agent) => reference(said.filter((each) => each.agent === agent)).map(([from, to]) => `${agent} ${from}-${to}`)));
    }), { seed: SEED, numRuns: RUNS });
  });
});

/** Hour by hour, in words of the definition. */
function reference(said: readonly Said[]): readonly (readonly [from: number, to: number])[] {
  const story = said.toSorted((a, b) => a.at - b.at);
  return story.flatMap(({ at, status }, index): (readonly [number, number])[] => {
    if (status !== 'online' && status !== 'busy') return [];
    let to = at;
    const next = story[index + 1];
    const hasEnd = next !== undefined && next.status !== 'online' && next.status !== 'busy';
    while ((next === undefined || to < next.at) && (hasEnd || to < at + 12)) to += 1;
    return [[at, to]];
  });
}

describe('the time of agents in a window', () => {
  const minute = fc.integer({ min: 0, max: 120 });
  const stretches = fc.array(fc.record({ kind: fc.constantFrom('online' as const, 'handling' as const, 'owned' as const, 'wrap' as const), from: minute, length: fc.integer({ min: 1, max: 50 }) }), { maxLength: 12 });

  test('agrees with counting minute by minute, in SQL and in the counters', async () => {
    await fc.assert(fc.asyncProperty(stretches, minute, minute, async (given, one, other) => {
      await wipe();
      const window = { from: Math.min(one, other), to: Math.max(one, other) };
      const at = (minutes: number): string => new Date(START + minutes * 60_000).toISOString();
      const used = new Set<string>();
      const kept: KindStretch[] = [];
      for (const [index, { kind, from, length }] of given.entries()) {
        if (kind === 'online' && used.has(String(from))) continue; // one word at a time
        if (kind === 'online') used.add(String(from));
        kept.push({ kind, from, to: from + length });
        await (kind === 'online' ? write.presence('ana', at(from), at(from + length)) : write.interval('ana', kind, `c${index}`, at(from), at(from + length)));
      }
      const covered = (minutes: number, ...kinds: readonly string[]): number => kept.filter(({ kind, from, to }) => kinds.includes(kind) && from <= minutes && minutes < to).length;
      const expected = { online: 0, busy: 0, handling: 0, owned: 0 };
      for (let minutes = window.from; minutes < window.to; minutes += 1) {
        if (covered(minutes, 'online') === 0) continue;
        expected.online += 60;
        expected.busy += covered(minutes, 'handling', 'wrap') > 0 ? 60 : 0;
        expected.handling += 60 * covered(minutes, 'handling');
        expected.owned += 60 * covered(minutes, 'owned');
      }
      const scale = (value: number): number => value * 60_000;
      expect(agentTime(kept.map(({ kind, from, to }) => ({ kind, from: scale(from), to: scale(to) })), { from: scale(window.from), to: scale(window.to) })).toEqual(expected);
      const { rows: [row] } = await pool.query(
        `select online_seconds as online, busy_seconds as busy, handling_seconds as handling, owned_seconds as owned from reporting.agent_time($1, $2, $3)`, [at(window.from), at(window.to), at(1_000)]);
      expect(row ?? { online: 0, busy: 0, handling: 0, owned: 0 }).toEqual(expected);
    }), { seed: SEED, numRuns: RUNS });
  });

  test('what goes on counts until the time asked for, a wait with its last part only', async () => {
    await write.presence('ana', '2026-03-02T08:00:00Z', '2026-03-02T20:00:00Z');
    await write.interval('ana', 'owned', 'c1', '2026-03-02T09:00:00Z', null);
    await pool.query(`insert into replywatch.agent_intervals (conversation, contact, number, kind, agent, from_at, max_seconds)
      values (gen_random_uuid(), gen_random_uuid(), 1, 'handling', 'ana', '2026-03-02T09:00:00Z', 1800)`);
    const { rows } = await pool.query(`select * from reporting.agent_time('2026-03-02T08:00:00Z', '2026-03-03T00:00:00Z', '2026-03-02T10:00:00Z')`);
    expect(rows).toEqual([{ agent: 'ana', online_seconds: 7_200, busy_seconds: 1_800, handling_seconds: 1_800, owned_seconds: 3_600, utilisation: 0.25, avg_concurrency: 0.5 }]);
  });
});
