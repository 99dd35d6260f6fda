/** SQL against the reference on random histories. Set PROPERTY_SEED to try others, PROPERTY_RUNS for more. */
import fc from 'fast-check';
import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DURATION_BUCKETS } from '../../exporter/metrics/labels.ts';
import { HOURLY } from '../../exporter/rollups/hourly.ts';
import { rollupSettings } from '../../exporter/rollups/rollup.ts';
import { createStore } from '../../exporter/store/apply.ts';
import { deriveDue } from '../../exporter/store/derive/due.ts';
import { countingOf } from '../../exporter/workplace.ts';
import { LONG_AFTER } from '../core/histories.ts';
import { settings, traffic, wipe } from '../history/world.ts';
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts';
import { referenceCells, storedCells } from './reference.ts';
import { poolOf, transactionsOf } from './world.ts';

const SEED = Number(process.env['PROPERTY_SEED'] ?? 20_261_121);
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 10);
console.log(`figures of hours and days: seed ${SEED}, ${RUNS} runs`);

let database: FreshDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await freshDatabase('rollup reference');
  pool = poolOf(database.url);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const zone = fc.constantFrom('UTC', 'Europe/Madrid', 'America/New_York', 'Asia/Kolkata', 'Asia/Kathmandu', 'Australia/Lord_Howe');

it('hours and days, computed while events arrive in any order, are those of the reference', { timeout: 300_000 }, async () => {
  let compared = 0;
  await fc.assert(fc.asyncProperty(traffic, fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 3 }), zone, async (events, sizes, tz) => {
    await wipe(pool);
    const zoned = { ...settings, tz };
    const store = createStore({ url: database.url, pool, settingsFor: () => zoned, counting: countingOf(), now: () => LONG_AFTER });
    // Everything is young enough to be corrected, and hours by dimension are kept.
    const rollup = rollupSettings({ ...zoned, lateWindowSeconds: 4_000 * 86_400 }, DURATION_BUCKETS);
    const roll = async (): Promise<void> => {
      await deriveDue({ pool, rules: { settingsFor: () => zoned, prices: [] } }, LONG_AFTER * 2);
      await HOURLY.run({ transaction: (work) => transactionsOf(pool)(work, 10_000), settings: rollup, now: LONG_AFTER, signal: new AbortController().signal });
    };
    for (let at = 0, n = 0; at < events.length; at += sizes[n++ % sizes.length]!) {
      await store.apply(events.slice(at, at + sizes[n % sizes.length]!));
      await roll();
    }
    for (let due = await store.due(LONG_AFTER, 500); due.length > 0; due = await store.due(LONG_AFTER, 500)) await store.applyTicks(due);
    await roll();
    await store.close();
    const { hours, days } = await referenceCells(pool, tz, DURATION_BUCKETS);
    expect(await storedCells(pool, 'hourly')).toEqual(hours);
    expect(await storedCells(pool, 'daily')).toEqual(days);
    compared += Object.values(hours).flatMap((cell) => Object.keys(cell)).length;
  }), { seed: SEED, numRuns: RUNS });
  console.log(`${compared} figures of hours compared`);
  expect(compared).toBeGreaterThan(RUNS * 20);
});
