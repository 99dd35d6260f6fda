import { REPLACE_AGENT_HOURS } from './agent-hours.ts';
import { MARK_ALL, MARK_CHANGED, readHorizon } from './dirty-hours.ts';
import { replaceDays, replaceHours } from './hourly-figures.ts';
import type { Rollup, RollupContext, Sql } from './rollup.ts';

/**
 * Figures per local hour and day, channel, inbox and initiator, each also by team, agent and topic. Only hours that something new may have
 * changed are computed again, each as a whole, and their days with them, so running twice changes nothing.
 */
export const HOURLY: Rollup = {
  name: 'hourly',
  schedule: '*/5 * * * *',
  intervalSeconds: 300,
  timeoutMs: 60_000,
  gauges: [],
  async run(context) {
    await context.transaction((sql) => findDirty(sql, context));
    while (!context.signal.aborted && await context.transaction((sql) => recompute(sql, context)) === CHUNK) { /* next chunk */ }
    return {};
  },
};

/** Local days per transaction. */
const CHUNK = 2;

/** Times of our own clocks are looked at again for this long: clocks of replicas differ. */
const OVERLAP_MS = 10 * 60_000;

/** Hours by team, agent and topic are kept for so many days; days are kept for good. */
const DETAIL_DAYS = 35;

/** What the figures were computed with; reports read the bounds of the buckets from it. */
const VERSION = 3;

async function findDirty(sql: Sql, { settings, now }: RollupContext): Promise<void> {
  const known = await lockState(sql);
  const horizon = await readHorizon(sql); // before anything is read
  const basis = JSON.stringify({ version: VERSION, tz: settings.tz, bounds: settings.durationBuckets });
  if (known.basis !== basis) {
    for (const table of ['hourly_figure', 'daily_figure', 'agent_hour']) await sql(`delete from replywatch.${table}`);
  }
  if (known.basis !== basis || known.watermark === null || known.horizon === null) {
    await sql(MARK_ALL, [settings.tz, new Date(now)]);
  } else {
    const oldest = new Date(now - settings.lateWindowSeconds * 1000);
    await sql(MARK_CHANGED, [settings.tz, known.horizon, oldest, new Date(now), new Date(known.watermark.getTime() - OVERLAP_MS)]);
  }
  await sql(`update replywatch.rollup_state set watermark = $1, horizon = $2, basis = $3 where rollup_state.rollup = 'hourly'`, [new Date(now), horizon, basis]);
}

async function recompute(sql: Sql, { settings: { tz, durationBuckets, lateWindowSeconds }, now }: RollupContext): Promise<number> {
  await lockState(sql);
  const taken = await sql(TAKE, [tz, CHUNK]);
  if (taken.length === 0) return 0;
  const hours = taken.map((row) => row['hour']);
  const days = [...new Set(taken.map((row) => row['day']))];
  await sql('delete from replywatch.hourly_figure where hourly_figure.hour = any($1::timestamptz[])', [hours]);
  // Negated and reversed, because width_bucket counts the lower bound in and histograms count the upper one.
  await sql(replaceHours(durationBuckets.length), [hours, tz, durationBuckets.map((bound) => -bound).reverse()]);
  await sql('delete from replywatch.daily_figure where daily_figure.local_day = any($1::date[])', [days]);
  await sql(replaceDays(durationBuckets.length), [days]);
  const keep = Math.max(DETAIL_DAYS, Math.ceil(lateWindowSeconds / 86_400) + 2); // what may still change needs its hours
  await sql("delete from replywatch.hourly_figure where hourly_figure.dimension <> 'all' and hourly_figure.local_day < ($1::timestamptz at time zone $2)::date - $3::int", [new Date(now), tz, keep]);
  await sql('delete from replywatch.agent_hour where agent_hour.hour = any($1::timestamptz[])', [hours]);
  await sql(REPLACE_AGENT_HOURS, [hours, tz, new Date(now)]);
  return days.length;
}

/** The dirty hours of the newest $2 local days that have any; whole days, because a day is the sum of its hours. */
const TAKE = `
  with dirty as (
    select rollup_dirty_hour.hour, (rollup_dirty_hour.hour at time zone $1)::date as day from replywatch.rollup_dirty_hour
  ), newest as (
    select distinct dirty.day from dirty order by dirty.day desc limit $2
  )
  delete from replywatch.rollup_dirty_hour using dirty join newest on newest.day = dirty.day
  where rollup_dirty_hour.hour = dirty.hour returning rollup_dirty_hour.hour, dirty.day::text as day`;

/** Holds the row of this rollup, so that a second leader waits instead of inserting the same hours. */
async function lockState(sql: Sql): Promise<{ readonly watermark: Date | null; readonly horizon: Date | null; readonly basis: string | null }> {
  await sql(`insert into replywatch.rollup_state (rollup) values ('hourly') on conflict do nothing`);
  const [row] = await sql(`select rollup_state.watermark, rollup_state.horizon, rollup_state.basis from replywatch.rollup_state where rollup_state.rollup = 'hourly' for update`);
  // Column types are those of migrations 0006 and 0011.
  return row as { watermark: Date | null; horizon: Date | null; basis: string | null };
}
