import { REPLACE_HOURS } from './hourly-figures.ts';
import type { Rollup, RollupContext, RollupSettings, Sql } from './rollup.ts';

/**
 * Volumes and histograms per local hour, channel, inbox and initiator. Only hours that something new may have changed are computed again,
 * each as a whole, so running twice changes nothing.
 */
export const HOURLY: Rollup = {
  name: 'hourly',
  schedule: '*/5 * * * *',
  intervalSeconds: 300,
  timeoutMs: 60_000,
  gauges: [],
  async run(context) {
    await context.transaction((sql) => findDirty(sql, context));
    while (!context.signal.aborted && await context.transaction((sql) => recompute(sql, context.settings)) === CHUNK) { /* next chunk */ }
    return {};
  },
};

/** Makes the next run compute all of history anew; for `rebuild` and `import`, in their transaction. */
export async function forgetHours(sql: Sql): Promise<void> {
  await sql(`update replywatch.rollup_state set watermark = null where rollup_state.rollup = 'hourly'`);
}

/** Hours per transaction: 28 hours with 100,000 events took 1.9 s. */
const CHUNK = 48;

/** Rows are looked at again for this long: clocks of replicas differ, and a row is stamped before it is committed. */
const OVERLAP_MS = 10 * 60_000;

async function findDirty(sql: Sql, { settings, now }: RollupContext): Promise<void> {
  const known = await lockState(sql);
  const basis = JSON.stringify({ tz: settings.tz, bounds: settings.durationBuckets });
  if (known.basis !== basis) await sql('delete from replywatch.rollup_hour');
  if (known.basis !== basis || known.watermark === null) {
    await sql(MARK_ALL, [settings.tz]);
  } else {
    const oldest = new Date(now - settings.lateWindowSeconds * 1000);
    await sql(MARK_CHANGED, [settings.tz, new Date(known.watermark.getTime() - OVERLAP_MS), oldest]);
  }
  await sql(`update replywatch.rollup_state set watermark = $1, basis = $2 where rollup_state.rollup = 'hourly'`, [new Date(now), basis]);
}

async function recompute(sql: Sql, { tz, durationBuckets }: RollupSettings): Promise<number> {
  await lockState(sql);
  const taken = await sql(`
    delete from replywatch.rollup_dirty_hour using (
      select rollup_dirty_hour.hour from replywatch.rollup_dirty_hour order by rollup_dirty_hour.hour desc limit $1
    ) as next where rollup_dirty_hour.hour = next.hour returning rollup_dirty_hour.hour`, [CHUNK]);
  if (taken.length === 0) return 0;
  const hours = taken.map((row) => row.hour);
  await sql('delete from replywatch.rollup_hour where rollup_hour.hour = any($1::timestamptz[])', [hours]);
  // Negated and reversed, because width_bucket counts the lower bound in and histograms count the upper one.
  await sql(REPLACE_HOURS, [hours, tz, durationBuckets.map((bound) => -bound).reverse()]);
  return taken.length;
}

/** Holds the row of this rollup, so that a second leader waits instead of inserting the same hours. */
async function lockState(sql: Sql): Promise<{ readonly watermark: Date | null; readonly basis: string | null }> {
  await sql(`insert into replywatch.rollup_state (rollup) values ('hourly') on conflict do nothing`);
  const [row] = await sql(`select rollup_state.watermark, rollup_state.basis from replywatch.rollup_state where rollup_state.rollup = 'hourly' for update`);
  // Column types are those of migration 0006.
  return row as { watermark: Date | null; basis: string | null };
}

/** Every hour that has figures to give, and every hour that holds some. */
const MARK_ALL = `
  insert into replywatch.rollup_dirty_hour (hour)
  select date_trunc('hour', event.t, $1) from replywatch.event where event.conversation is not null
  union select date_trunc('hour', episode_facts.opened_at, $1) from replywatch.episode_facts
  union select date_trunc('hour', episode_facts.closed_at, $1) from replywatch.episode_facts
  union select date_trunc('hour', observation.at, $1) from replywatch.observation
  union select rollup_hour.hour from replywatch.rollup_hour
  on conflict do nothing`;

/**
 * Hours that what arrived since $2 may have changed, none before $3.
 * An event changes facts from its own time on, or from the time of the message it takes back, until it arrived: what followed then was
 * concluded without it. Observations find what the clock closed, without an event, however late the clock was.
 */
const MARK_CHANGED = `
  with arrived as (
    select distinct date_trunc('hour', least(event.t, original.t), $1) as since, date_trunc('hour', greatest(event.t, event.received_at), $1) as until
    from replywatch.event
    left join replywatch.event as original on original.id = event.message and event.kind in ('message.status', 'message.deleted')
    where event.received_at >= $2 and event.conversation is not null
  ), span as (
    select arrived.since, max(arrived.until) as until from arrived group by arrived.since
  ), touched as (
    select date_trunc('hour', hour.at, $1) as hour
    from span cross join lateral generate_series(greatest(span.since, date_trunc('hour', $3::timestamptz, $1)), span.until, interval '30 minutes') as hour (at)
    union
    select date_trunc('hour', observation.at, $1) from replywatch.observation where observation.settle_at >= $2
    union
    select date_trunc('hour', episode_facts.opened_at, $1)
    from replywatch.observation
    join replywatch.episode_facts on episode_facts.conversation = observation.conversation and episode_facts.number = observation.number
    where observation.settle_at >= $2 and observation.type = 'closed'
  )
  insert into replywatch.rollup_dirty_hour (hour)
  select touched.hour from touched where touched.hour >= date_trunc('hour', $3::timestamptz, $1)
  on conflict do nothing`;
