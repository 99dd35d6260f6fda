import type { Gauge } from '../metrics/metric.ts';
import type { GaugeRow, Rollup, RollupContext, Sql } from './rollup.ts';

const FCR: Gauge = { type: 'gauge', name: 'chat_fcr_ratio', labels: [], help: 'Share of issues solved at the first contact, 0 to 1: mature issues of the last five weeks. Absent when there were none.' };
const DURABLE: Gauge = {
  type: 'gauge', name: 'chat_durable_bot_resolution_ratio', labels: [],
  help: 'Share of issues the bot solved first to which nobody came back, 0 to 1: mature issues of the last five weeks. Absent when there were none.',
};

/** Days of the gauges: a week until issues are mature, and four weeks that are. */
const GAUGE_DAYS = 35;

/** Issues per local day of their first close: solved at the first contact, repeated, one-touch, durable. Days whose issues changed or matured are counted anew. */
export const ISSUES: Rollup = {
  name: 'issues',
  schedule: '3-59/10 * * * *',
  intervalSeconds: 600,
  timeoutMs: 60_000,
  gauges: [FCR, DURABLE],
  async run(context) {
    return context.transaction(async (sql) => {
      await recount(sql, context);
      const [row] = await sql(GAUGES, [new Date(context.now), context.settings.tz, GAUGE_DAYS]);
      return { [FCR.name]: ratio(row?.['fcr']), [DURABLE.name]: ratio(row?.['durable']) };
    });
  },
};

const ratio = (value: unknown): readonly GaugeRow[] => (typeof value === 'number' ? [{ labels: {}, value }] : []);

async function recount(sql: Sql, { settings, now }: RollupContext): Promise<void> {
  await sql(`insert into replywatch.rollup_state (rollup) values ('issues') on conflict do nothing`);
  const [state] = await sql(`select rollup_state.watermark, rollup_state.basis from replywatch.rollup_state where rollup_state.rollup = 'issues' for update`);
  const known = state?.['basis'] === settings.tz && state['watermark'] instanceof Date ? state['watermark'] : undefined;
  if (known) {
    // The last days as a whole: an issue that is gone leaves no trace, and what arrives within the late window can take one away.
    const since = new Date(now - settings.lateWindowSeconds * 1000 - DAY_MS);
    await sql(`${DIRTY} delete from replywatch.rollup_issue_day using dirty where rollup_issue_day.local_day = dirty.day`, [new Date(now), settings.tz, new Date(known.getTime() - OVERLAP_MS), since]);
    await sql(`${DIRTY} ${fill('join dirty on dirty.day = (issue.first_closed_at at time zone $2)::date')}`, [new Date(now), settings.tz, new Date(known.getTime() - OVERLAP_MS), since]);
  } else {
    await sql('delete from replywatch.rollup_issue_day');
    await sql(fill(''), [new Date(now), settings.tz]);
  }
  await sql(`update replywatch.rollup_state set watermark = $1, basis = $2 where rollup_state.rollup = 'issues'`, [new Date(now), settings.tz]);
}

const DAY_MS = 86_400_000;
const OVERLAP_MS = 10 * 60_000;

/** Days to count anew: issues that changed or matured since $3, and all days from $4 to $1. */
const DIRTY = `
  with dirty as materialized (
    select (issue.first_closed_at at time zone $2)::date as day from replywatch.issue_facts as issue where issue.changed_at >= $3 and issue.first_closed_at is not null
    union select (issue.first_closed_at at time zone $2)::date from replywatch.issue_facts as issue where issue.mature_at > $3 and issue.mature_at <= $1
    union select day.value::date from generate_series(($4::timestamptz at time zone $2)::date, ($1::timestamptz at time zone $2)::date + 1, interval '1 day') as day (value)
  )`;

const fill = (only: string): string => `
  insert into replywatch.rollup_issue_day (local_day, channel, inbox, issues, mature, first_contact, repeated, agent_first, one_touch, bot_first, bot_durable)
  select fact.day, fact.channel, fact.inbox, count(*), count(*) filter (where fact.mature),
    count(*) filter (where fact.mature and fact.episodes = 1 and fact.outcome in ('resolved_agent', 'resolved_bot')),
    count(*) filter (where fact.mature and fact.episodes > 1),
    count(*) filter (where fact.mature and fact.outcome = 'resolved_agent'),
    count(*) filter (where fact.mature and fact.outcome = 'resolved_agent' and fact.episodes = 1 and fact.first_agent_messages = 1),
    count(*) filter (where fact.mature and fact.outcome = 'resolved_bot'),
    count(*) filter (where fact.mature and fact.outcome = 'resolved_bot' and fact.episodes = 1)
  from (
    select (issue.first_closed_at at time zone $2)::date as day, issue.channel, issue.inbox, issue.episodes, issue.first_agent_messages,
      issue.first_outcome as outcome, issue.mature_at <= $1 as mature
    from replywatch.issue_facts as issue ${only}
    where issue.first_closed_at is not null
  ) as fact
  group by fact.day, fact.channel, fact.inbox`;

const GAUGES = `
  select sum(days.first_contact)::float8 / nullif(sum(days.mature), 0)::float8 as fcr, sum(days.bot_durable)::float8 / nullif(sum(days.bot_first), 0)::float8 as durable
  from replywatch.rollup_issue_day as days where days.local_day > ($1::timestamptz at time zone $2)::date - $3::int`;
