/** Facts and figures do not depend on how events came. Set PROPERTY_SEED to try other histories, PROPERTY_RUNS for more. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CanonicalEvent } from '../../exporter/core/event.ts';
import { createStore, type Store } from '../../exporter/store/apply.ts';
import { createPool } from '../../exporter/store/connection.ts';
import { conversationsAfter, refoldConversations } from '../../exporter/store/refold.ts';
import { countingOf } from '../../exporter/workplace.ts';
import { LONG_AFTER } from '../core/histories.ts';
import { freshDatabase } from '../support/postgres.ts';
import { conclude, counters, everything, figures, settings, traffic, wipe } from './world.ts';

const SEED = Number(process.env.PROPERTY_SEED ?? 20_261_121);
const RUNS = Number(process.env.PROPERTY_RUNS ?? 10);
/** What needs texts, and sums that so few customers seldom come to; the facts they are sums of are compared. */
const EMPTY = ['ab_test', 'agent_style', 'answer_consistency', 'campaign_money', 'review_sample'];
console.log(`facts and figures of histories: seed ${SEED}, ${RUNS} runs`);

describe('any way to the same history', () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let pool: ReturnType<typeof createPool>;
  beforeAll(async () => {
    database = await freshDatabase('rebuild');
    pool = createPool(database.url);
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  const exporter = (): Store => createStore({ url: database.url, pool, settingsFor: () => settings, counting: countingOf(), now: () => LONG_AFTER });
  const stored = async (batches: readonly (readonly CanonicalEvent[])[], restarts: ReadonlySet<number> = new Set(), history: ReadonlySet<number> = new Set()): Promise<unknown> => {
    await wipe(pool);
    let store = exporter();
    for (const [index, batch] of batches.entries()) {
      if (restarts.has(index)) {
        await store.close();
        store = exporter();
      }
      await (history.has(index) ? store.applyHistory(batch) : store.apply(batch));
    }
    await conclude(pool, store);
    await store.close();
    const found = await everything(pool);
    for (const [table, rows] of Object.entries(found)) if (rows.length > 0) reached.add(table);
    else missed.add(table);
    return found;
  };
  /** Tables that some history filled; and that some left empty. */
  const reached = new Set<string>();
  const missed = new Set<string>();
  const split = (events: readonly CanonicalEvent[], sizes: readonly number[]): readonly (readonly CanonicalEvent[])[] => {
    const batches: (readonly CanonicalEvent[])[] = [];
    for (let at = 0, n = 0; at < events.length; at += sizes[n++ % sizes.length]!) batches.push(events.slice(at, at + sizes[n % sizes.length]!));
    return batches;
  };
  const check = <T extends [unknown, ...unknown[]]>(...args: [...{ [K in keyof T]: fc.Arbitrary<T[K]> }, (...values: T) => Promise<void>]): Promise<void> => {
    const predicate = args.pop() as (...values: T) => Promise<void>;
    // The tuple lost its last member one line above.
    return fc.assert(fc.asyncProperty(...(args as unknown as [fc.Arbitrary<unknown>]), (...values: unknown[]) => predicate(...(values as T))), { seed: SEED, numRuns: RUNS, endOnFailure: true });
  };
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 });
  const some = fc.array(fc.nat(12)).map((list) => new Set(list));

  it('order, doubles, batches, restarts and import give the same facts and figures', { timeout: 300_000 }, () =>
    check(traffic, fc.array(fc.nat(60)), sizes, some, some, fc.infiniteStream(fc.nat(9_999)), async (events, doubles, batches, restarts, history, places) => {
      const expected = await stored([events]);
      const again = [...events, ...doubles.flatMap((index) => events[index % events.length] ?? [])];
      const shuffled = again.map((event) => [places.next().value, event] as const).sort(([a], [b]) => a - b).map(([, event]) => event);
      expect(await stored(split(shuffled, batches), restarts, history)).toEqual(expected);
    }));

  it('a rebuild gives what the events gave one by one, row for row, and changes nothing the second time', { timeout: 300_000 }, () =>
    check(traffic, sizes, async (events, batches) => {
      const expected = await stored(split(events, batches));
      await pool.query(`update replywatch.episode_facts set outcome = 'missed', frt_seconds = 1; delete from replywatch.observation where nth = 0`);
      const rebuild = async (): Promise<readonly number[]> => {
        const { differences } = await refoldConversations({ pool, settingsFor: () => settings, counting: countingOf() }, await conversationsAfter(pool, undefined, 100), async () => undefined);
        await figures(pool);
        return Object.values(differences).flatMap(({ added, removed, changed }) => [added, removed, changed]);
      };
      await rebuild();
      expect(await everything(pool)).toEqual(expected);
      expect(new Set(await rebuild())).toEqual(new Set([0]));
      expect(await everything(pool)).toEqual(expected);
    }));

  it('a rebuild beside an exporter that works neither loses nor doubles anything', { timeout: 300_000 }, () =>
    check(traffic, sizes, async (events, batches) => {
      const parts = split(events, batches);
      const expected = await stored(parts);
      const expectedCounters = await counters(pool);
      await wipe(pool);
      const store = exporter();
      const rebuild = async (): Promise<void> => {
        const ids = await conversationsAfter(pool, undefined, 100);
        if (ids.length > 0) await refoldConversations({ pool, settingsFor: () => settings, counting: countingOf() }, ids, async () => undefined);
      };
      for (const part of parts) await Promise.all([store.apply(part), rebuild()]);
      await conclude(pool, store);
      await store.close();
      expect(await everything(pool)).toEqual(expected);
      expect(await counters(pool)).toEqual(expectedCounters);
    }));

  it.runIf(RUNS >= 10)('the histories fill every table that is compared, apart from a few', () => {
    expect([...missed].filter((table) => !reached.has(table) && !EMPTY.includes(table)).sort()).toEqual([]);
  });
});
