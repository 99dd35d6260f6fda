import type { Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FORECAST } from '../../exporter/rollups/forecast.ts';
import type { GaugeRow } from '../../exporter/rollups/rollup.ts';
import { STAFFING } from '../../exporter/rollups/staffing.ts';
import { freshDatabase } from '../support/postgres.ts';
import type { FreshDatabase } from '../support/postgres.ts';
import { SETTINGS, TABLES, poolOf, transactionsOf, writer } from './world.ts';

let database: FreshDatabase;
let pool: Pool;
let write: ReturnType<typeof writer>;

beforeAll(async () => {
  database = await freshDatabase('forecast');
  pool = poolOf(database.url);
  write = writer(pool);
});
beforeEach(() => pool.query(`truncate ${TABLES}`));
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const run = (now: string, rollup = FORECAST, settings = SETTINGS): Promise<Readonly<Record<string, readonly GaugeRow[]>>> => rollup.run({
  transaction: (work) => transactionsOf(pool)(work, rollup.timeoutMs), settings, now: Date.parse(now), signal: new AbortController().signal,
});
const hour = async (at: string): Promise<Record<string, unknown> | undefined> => (await pool.query('select * from reporting.forecast where hour = $1', [at])).rows[0];
const value = (gauges: Readonly<Record<string, readonly GaugeRow[]>>, name: string): number | undefined => gauges[name]?.[0]?.value;

/** Four Mondays at 18:00 Madrid time. */
async function fourWeeks(volumes: readonly number[] = [60, 32, 34, 30]): Promise<void> {
  for (const [week, n] of volumes.entries()) await write.opened(new Date(Date.parse('2026-02-23T17:00:00Z') - week * 7 * 86_400_000).toISOString(), n);
}

describe('the forecast', () => {
  test('is the median of the same hour of four weeks, with three median absolute deviations to each side', async () => {
    await fourWeeks();
    const gauges = await run('2026-03-02T17:20:00Z');
    expect(await hour('2026-03-02T17:00:00Z')).toMatchObject({ actual: null, observations: 4, forecast: 33, low: 27, high: 39, anomaly: null, local_hour: 18 });
    expect(value(gauges, 'chat_forecast_conversations')).toBe(33);
    expect(value(gauges, 'chat_forecast_upper_conversations')).toBe(43); // at least ten apart
    expect(value(gauges, 'chat_forecast_lower_conversations')).toBe(23);
  });

  test.each([[55, 1], [41, 0], [43, 1], [39, 0], [23, -1], [24, 0], [0, -1]])('%i instead of 33 is anomaly %i', async (actual, anomaly) => {
    await fourWeeks();
    await write.opened('2026-03-02T17:00:00Z', actual);
    const gauges = await run('2026-03-02T18:00:00Z');
    expect(await hour('2026-03-02T17:00:00Z')).toMatchObject({ actual, anomaly });
    expect(value(gauges, 'chat_volume_anomaly')).toBe(anomaly);
  });

  test('the error weighs the hours by their volume', async () => {
    for (let week = 1; week <= 8; week++) await write.opened(new Date(Date.parse('2026-03-02T17:00:00Z') - week * 7 * 86_400_000).toISOString(), week <= 4 ? 50 : 45);
    const gauges = await run('2026-03-02T17:20:00Z');
    // Forecasts 45, 45, 47.5 and 50 for 50 each: 12.5 of 200.
    const { rows } = await pool.query<{ forecast: number }>('select forecast from reporting.forecast where actual > 0 order by hour');
    expect(rows.map(({ forecast }) => forecast)).toEqual([45, 45, 47.5, 50]);
    expect(value(gauges, 'chat_forecast_error_ratio')).toBe(0.0625);
  });

  test('hours before the first figure are unknown, hours without figures after it are 0', async () => {
    await write.opened('2026-02-16T10:00:00Z', 5);
    await run('2026-03-02T17:20:00Z');
    expect(await hour('2026-03-02T10:00:00Z')).toMatchObject({ observations: 2, forecast: 2.5, actual: 0, anomaly: null });
    expect(await hour('2026-03-02T09:00:00Z')).toMatchObject({ observations: 1, forecast: 0 });
    expect(await hour('2026-02-16T09:00:00Z')).toMatchObject({ observations: 0, forecast: null, actual: null });
  });

  test('reaches seven local days ahead, each hour once, with the wall clock across the clock change', async () => {
    for (let week = 1; week <= 4; week++) await write.opened(new Date(Date.parse('2026-03-29T16:00:00Z') - week * 7 * 86_400_000 + 3_600_000).toISOString(), 12);
    await run('2026-03-27T10:00:00Z');
    // 18:00 is 17:00 UTC in winter and 16:00 UTC in summer.
    expect(await hour('2026-03-29T16:00:00Z')).toMatchObject({ local_hour: 18, forecast: 12, observations: 4 });
    const { rows } = await pool.query(`select local_day::text as day, count(*)::int as hours from reporting.forecast where hour >= '2026-03-27T10:00:00Z' group by 1 order by 1`);
    expect(rows).toEqual([['2026-03-27', 13], ['2026-03-28', 24], ['2026-03-29', 23], ['2026-03-30', 24], ['2026-03-31', 24], ['2026-04-01', 24], ['2026-04-02', 24]]
      .map(([day, hours]) => ({ day, hours })));
  });

  test('an hour that the clock skipped in one week is known from the other three, one that came twice from five', async () => {
    for (let day = 0; day < 60; day++) await write.opened(new Date(Date.parse('2026-03-01T00:00:00Z') + day * 86_400_000).toISOString(), 1);
    await run('2026-04-24T10:00:00Z');
    expect(await hour('2026-04-26T00:00:00Z')).toMatchObject({ local_hour: 2, observations: 3 });
    await pool.query('delete from replywatch.hourly_figure');
    for (let day = 0; day < 60; day++) await write.opened(new Date(Date.parse('2026-10-01T01:00:00Z') + day * 86_400_000).toISOString(), 1);
    await run('2026-11-20T10:00:00Z');
    expect(await hour('2026-11-22T01:00:00Z')).toMatchObject({ local_hour: 2, observations: 5 });
  });

  test('a zone that moves its clocks by half an hour has every hour once', async () => {
    await write.opened('2026-03-01T00:00:00Z', 1);
    await run('2026-04-04T10:00:00Z', FORECAST, { ...SETTINGS, tz: 'Australia/Lord_Howe' });
    const { rows } = await pool.query(`select count(*)::int as n, count(distinct hour)::int as hours from replywatch.forecast_hour`);
    expect(rows[0].n).toBe(rows[0].hours);
  });

  test('with nothing known there are no gauges, and running twice changes nothing', async () => {
    const gauges = await run('2026-03-02T17:20:00Z');
    for (const rows of Object.values(gauges)) expect(rows).toEqual([]);
    await fourWeeks();
    await run('2026-03-02T17:20:00Z');
    const once = (await pool.query('select * from replywatch.forecast_hour order by hour')).rows;
    await Promise.all([run('2026-03-02T17:20:00Z'), run('2026-03-02T17:20:00Z')]);
    expect((await pool.query('select * from replywatch.forecast_hour order by hour')).rows).toEqual(once);
  });
});

describe('staffing', () => {
  const staffing = async (at: string): Promise<Record<string, unknown> | undefined> => (await pool.query('select * from reporting.staffing where hour = $1', [at])).rows[0];

  /** Four Mondays of 33 at 18:00; each takes an agent three minutes, half are the bot's. */
  async function known(): Promise<void> {
    await fourWeeks([33, 33, 33, 33]);
    await pool.query(`insert into replywatch.daily_figure (local_day, channel, inbox, initiator, dimension, value, opened, closed, resolved_bot)
      select local_day, channel, inbox, initiator, dimension, value, opened, opened, case when local_day = '2026-02-23' then 33 else 11 end from replywatch.hourly_figure`);
    for (let n = 0; n < 66; n++) await write.interval('ana', 'handling', `c${n}`, '2026-02-23T17:00:00Z', '2026-02-23T17:03:00Z');
  }

  test('expected arrivals without those the bot resolves, handling time, and the agents both ask for', async () => {
    await known();
    await run('2026-03-02T17:20:00Z');
    const gauges = await run('2026-03-02T17:20:00Z', STAFFING);
    // 16.5 in an hour for 180 s each: 0.825 Erlangs; one agent with three chats keeps 80 % within 60 s.
    expect(await staffing('2026-03-02T17:00:00Z')).toMatchObject({ arrivals: 16.5, expected: true, handling_seconds: 180, agents_online: null, agents_needed: 1, surplus: null });
    expect(value(gauges, 'chat_agents_needed')).toBe(1);
    expect((await pool.query(`select max(local_day)::text as last, min(local_day)::text as first from replywatch.staffing_hour`)).rows).toEqual([{ first: '2026-02-23', last: '2026-03-08' }]);
  });

  test('one chat at a time needs more, and agents who were there are compared', async () => {
    await known();
    await pool.query(`insert into replywatch.agent_hour (hour, local_day, local_hour, agent, online_seconds, busy_seconds, handling_seconds, owned_seconds)
      values ('2026-02-23T17:00:00Z', '2026-02-23', 18, 'ana', 3600, 0, 0, 0), ('2026-02-23T17:00:00Z', '2026-02-23', 18, 'ben', 1800, 0, 0, 0)`);
    await run('2026-03-02T17:20:00Z');
    await run('2026-03-02T17:20:00Z', STAFFING, { ...SETTINGS, staffing: { ...SETTINGS.staffing, parallelChats: 1 } });
    expect(await staffing('2026-02-23T17:00:00Z')).toMatchObject({ expected: false, arrivals: 16.5, agents_online: 1.5, agents_needed: 2, surplus: -0.5 });
    expect(await staffing('2026-02-23T18:00:00Z')).toMatchObject({ arrivals: 0, agents_online: 0, agents_needed: 0 });
  });

  test('nothing is said while nobody is known to have handled anything', async () => {
    await fourWeeks();
    await run('2026-03-02T17:20:00Z');
    const gauges = await run('2026-03-02T17:20:00Z', STAFFING);
    expect(await staffing('2026-03-02T17:00:00Z')).toMatchObject({ arrivals: 33, handling_seconds: null, agents_needed: null });
    expect(gauges['chat_agents_needed']).toEqual([]);
  });
});
