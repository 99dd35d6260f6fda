import { changedSince } from './changes.ts';
import type { Rollup } from './rollup.ts';

/** Runs of flows per local day on which they were completed or given up, by the last step. The late window is counted anew, and days that changed before it. */
export const FLOWS: Rollup = {
  name: 'flows',
  schedule: '6-59/15 * * * *',
  intervalSeconds: 900,
  timeoutMs: 60_000,
  gauges: [],
  async run({ transaction, settings, now }) {
    await transaction(async (sql) => {
      const since = await changedSince(sql, 'flows', settings.tz, now);
      const recent = new Date(now - settings.lateWindowSeconds * 1000);
      // As text: a date has no zone, and would get ours on the way.
      const days = since === undefined ? undefined : (await sql(DIRTY, [since, recent, new Date(now), settings.tz])).map((row) => row['day']);
      await sql(`delete from replywatch.flow_day where $1::date[] is null or flow_day.local_day = any ($1::date[])`, [days ?? null]);
      await sql(FILL, [days ?? null, new Date(now), settings.tz]);
    });
    return {};
  },
};

const DIRTY = `
  select (run.decided_at at time zone $4)::date::text as day from replywatch.flow_run_facts as run where run.changed_at >= $1
  union
  select day.value::date::text from generate_series(($2::timestamptz at time zone $4)::date, ($3::timestamptz at time zone $4)::date, interval '1 day') as day (value)`;

const FILL = `
  insert into replywatch.flow_day (local_day, flow, step, completed, abandoned)
  select day.value, run.flow, coalesce(run.last_step, ''), count(run.completed_at), count(*) filter (where run.completed_at is null)
  from replywatch.flow_run_facts as run
  cross join lateral (select (run.decided_at at time zone $3)::date as value) as day
  where (run.completed_at is not null or run.decided_at < $2) and ($1::date[] is null or day.value = any ($1::date[]))
  group by day.value, run.flow, coalesce(run.last_step, '')`;
