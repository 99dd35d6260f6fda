import { changedSince } from './changes.ts';
import type { Rollup } from './rollup.ts';

/** Marketing templates per local day, and those sent without consent. Days that changed are counted anew. */
export const CONSENTS: Rollup = {
  name: 'consents',
  schedule: '9-59/15 * * * *',
  intervalSeconds: 900,
  timeoutMs: 60_000,
  gauges: [],
  async run({ transaction, settings, now }) {
    await transaction(async (sql) => {
      const since = await changedSince(sql, 'consents', settings.tz, now);
      const days = since === undefined ? null : (await sql(DIRTY, [since, settings.tz])).map((row) => row['day']);
      await sql('delete from replywatch.consent_day where $1::date[] is null or consent_day.local_day = any ($1::date[])', [days]);
      await sql(FILL, [days, settings.tz]);
    });
    return {};
  },
};

const DIRTY = `
  select distinct (message.at at time zone $2)::date::text as day from replywatch.message_facts as message where message.changed_at >= $1 and message.consented is not null`;

const FILL = `
  insert into replywatch.consent_day (local_day, inbox, marketing_sends, without_consent)
  select day.value, message.inbox, count(*), count(*) filter (where not message.consented)
  from replywatch.message_facts as message
  cross join lateral (select (message.at at time zone $2)::date as value) as day
  where message.consented is not null and message.at >= coalesce((select min(dirty.value) from unnest($1::date[]) as dirty (value))::timestamp at time zone $2, '-infinity')
    and ($1::date[] is null or day.value = any ($1::date[]))
  group by day.value, message.inbox`;
