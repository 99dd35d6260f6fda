import type { Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { forgetAll } from '../../exporter/rollups/all.ts';
import { HOURLY } from '../../exporter/rollups/hourly.ts';
import { PEAK_HOURS } from '../../exporter/rollups/peak-hours.ts';
import { freshDatabase } from '../support/postgres.ts';
import type { FreshDatabase } from '../support/postgres.ts';
import { SETTINGS, TABLES, poolOf, transactionsOf, uuid, writer } from './world.ts';

let database: FreshDatabase;
let pool: Pool;
let write: ReturnType<typeof writer>;

beforeAll(async () => {
  database = await freshDatabase('hourly rollup');
  pool = poolOf(database.url);
  write = writer(pool);
});
beforeEach(() => pool.query(`truncate ${TABLES}`));
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const run = async (now: string, settings = SETTINGS, rollup = HOURLY): Promise<unknown> => rollup.run({
  transaction: (work) => transactionsOf(pool)(work, rollup.timeoutMs), settings, now: Date.parse(now), signal: new AbortController().signal,
});

interface Hour {
  readonly hour: Date; readonly day: string; readonly local_hour: number; readonly opened: string; readonly written: string;
  readonly first_response_buckets: readonly string[]; readonly response_buckets: readonly string[]; readonly resolution_buckets: readonly string[];
  readonly [column: string]: unknown;
}

const hours = async (): Promise<readonly Hour[]> => (await pool.query<Hour>(
  `select hourly.*, hourly.local_day::text as day, (
     select max(hourly_figure.xmin::text::bigint)::text from replywatch.hourly_figure where hourly_figure.hour = hourly.hour) as written
   from reporting.hourly order by hour, channel, inbox, initiator`)).rows;

/** A question at 09:30 Madrid time, answered at 09:31 and again at 10:05, resolved at 10:10. */
async function plainAfternoon(): Promise<void> {
  await write.event('q', 'message.inbound', 'c1', '2026-03-02T08:30:00Z');
  await write.message('q', 'contact', 'c1', '2026-03-02T08:30:00Z');
  await write.event('a', 'message.outbound', 'c1', '2026-03-02T08:31:00Z', { data: { author: 'agent' } });
  await write.message('a', 'agent', 'c1', '2026-03-02T08:31:00Z', { author_id: 'ana', status: 'read' });
  await write.message('auto', 'automation', 'c1', '2026-03-02T08:30:01Z');
  await write.event('b', 'message.outbound', 'c1', '2026-03-02T09:05:00Z', { data: { author: 'agent' } });
  await write.message('b', 'agent', 'c1', '2026-03-02T09:05:00Z', { author_id: 'ben', status: 'failed' });
  await write.episode('c1', '2026-03-02T08:30:00Z', '2026-03-02T09:10:00Z');
  await write.observation('c1', 'response', '2026-03-02T08:31:00Z', { seconds: 60, data: { first: true } });
  await write.observation('c1', 'response', '2026-03-02T09:05:00Z', { nth: 1, seconds: 60.5, data: { first: false } });
  await write.observation('c1', 'closed', '2026-03-02T09:10:00Z');
}

describe('figures', () => {
  test('each fact counts in the local hour it belongs to', async () => {
    await plainAfternoon();
    await run('2026-03-02T09:15:00Z');
    expect(await hours()).toMatchObject([
      { day: '2026-03-02', local_hour: 9, channel: 'webchat', inbox: 'support', initiator: 'contact', opened: '1', closed: '0', messages_contact: '1',
        messages_agent: '1', messages_automation: '1', first_responses: '1', first_response_seconds: 60, responses: '1', resolutions: '0' },
      { day: '2026-03-02', local_hour: 10, opened: '0', closed: '1', resolved_agent: '1', messages_contact: '0', messages_agent: '1', first_responses: '0',
        responses: '1', response_seconds: 60.5, resolutions: '1', resolution_seconds: 2_400 },
    ]);
  });

  test('a duration equal to a bound is within it, and what is longer than all bounds has a bucket of its own', async () => {
    await plainAfternoon();
    await write.observation('c1', 'response', '2026-03-02T09:06:00Z', { nth: 2, seconds: 604_801, data: { first: false } });
    await write.observation('c1', 'response', '2026-03-02T09:07:00Z', { nth: 3, seconds: 0, data: { first: false } });
    await run('2026-03-02T09:15:00Z');
    const [nine, ten] = await hours();
    const filled = (buckets: readonly string[]): unknown => buckets.flatMap((n, i) => (n === '0' ? [] : [[SETTINGS.durationBuckets[i] ?? Infinity, Number(n)]]));
    expect(filled(nine!.first_response_buckets)).toEqual([[60, 1]]);
    expect(filled(ten!.response_buckets)).toEqual([[1, 1], [90, 1], [Infinity, 1]]);
    expect(filled(ten!.resolution_buckets)).toEqual([[3_600, 1]]);
    expect(filled(ten!.first_response_buckets)).toEqual([]);
  });

  test('episodes that are still open count as opened, with their first response', async () => {
    await write.event('q', 'message.inbound', 'c1', '2026-03-02T08:30:00Z');
    await write.message('q', 'contact', 'c1', '2026-03-02T08:30:00Z');
    await write.message('a', 'agent', 'c1', '2026-03-02T08:31:00Z');
    await write.open('c1', '2026-03-02T08:30:00Z', { initiator: 'campaign' });
    await write.observation('c1', 'response', '2026-03-02T08:31:00Z', { seconds: 60, data: { first: true } });
    await run('2026-03-02T08:35:00Z');
    expect(await hours()).toMatchObject([{ initiator: 'campaign', opened: '1', first_responses: '1', messages_contact: '1', messages_agent: '1' }]);
  });

  test('messages count for their author, known by their receipts or not, with what became of them', async () => {
    await write.episode('c1', '2026-03-02T08:00:00Z', '2026-03-02T09:10:00Z');
    await write.message('unseen', 'agent', 'c1', '2026-03-02T08:30:00Z', { by_receipt: true, status: 'read' });
    await write.message('shown', 'bot', 'c1', '2026-03-02T08:40:00Z', { status: 'failed' });
    await write.message('sent', 'campaign', 'c1', '2026-03-02T08:41:00Z', { status: 'sent' });
    await write.message('angry', 'contact', 'c1', '2026-03-02T08:42:00Z', { sentiment: 'negative' });
    await run('2026-03-02T09:15:00Z');
    expect((await hours())[0]).toMatchObject({
      messages_by_receipt: '1', messages_bot: '1', messages_agent: '1', messages_campaign: '1', attempted: '3', delivered: '1', read: '1', failed: '1', scored: '1', negative: '1',
    });
  });

  test('the hour that the autumn clock change repeats is two rows, the day has 25', async () => {
    const midnight = Date.parse('2026-10-24T22:00:00Z');
    for (let hour = 0; hour < 26; hour++) {
      const t = new Date(midnight + hour * 3_600_000 + 60_000).toISOString();
      await write.event(`q${hour}`, 'message.inbound', `c${hour}`, t);
      await write.episode(`c${hour}`, t, t, { outcome: 'missed', resolution_seconds: null });
    }
    await run('2026-10-26T00:10:00Z');
    const day = (await hours()).filter((row) => row.day === '2026-10-25');
    expect(day.map((row) => row.local_hour)).toEqual([0, 1, 2, 2, ...Array.from({ length: 21 }, (_, i) => i + 3)]);
    expect(day.every((row) => row.opened === '1')).toBe(true);
  });

  test('a zone with half an hour of offset has its hours on the half hour', async () => {
    await plainAfternoon();
    await run('2026-03-02T09:15:00Z', { ...SETTINGS, tz: 'Asia/Kolkata' });
    expect((await hours()).map((row) => [row.hour.toISOString(), row.local_hour])).toEqual([['2026-03-02T08:30:00.000Z', 14]]);
  });
});

/** Lets time pass for what is stored. */
async function grow(time: string): Promise<void> {
  await pool.query(`update replywatch.event set stored_at = stored_at - $1::interval`, [time]);
  await pool.query(`update replywatch.message_facts set changed_at = changed_at - $1::interval`, [time]);
  await pool.query(`update replywatch.rollup_state set horizon = horizon - $1::interval`, [time]);
}

describe('what is computed again', () => {
  test('running twice changes nothing', async () => {
    await plainAfternoon();
    await run('2026-03-02T09:15:00Z');
    const once = (await hours()).map(({ written: _, ...row }) => row);
    await run('2026-03-02T09:15:00Z');
    await pool.query('delete from replywatch.rollup_state');
    await run('2026-03-02T09:15:00Z');
    expect((await hours()).map(({ written: _, ...row }) => row)).toEqual(once);
    expect(once).toHaveLength(2);
  });

  test('an hour that nothing touched is left alone', async () => {
    await plainAfternoon();
    await run('2026-03-02T09:15:00Z');
    await grow('1 hour');
    await run('2026-03-02T11:59:00Z');
    const before = await hours();
    await write.event('later', 'message.inbound', 'c2', '2026-03-02T12:00:00Z');
    await write.message('later', 'contact', 'c2', '2026-03-02T12:00:00Z');
    await run('2026-03-02T12:01:00Z');
    const after = await hours();
    expect(after).toHaveLength(3);
    expect(after.slice(0, 2).map((row) => row.written)).toEqual(before.map((row) => row.written));
  });

  test('a late event makes its hour and the hours after it dirty: facts that moved are gone from where they were', async () => {
    await plainAfternoon();
    await run('2026-03-02T09:15:00Z');
    await run('2026-03-02T20:00:00Z');
    // Two hours late: the customer had written again at 09:08, so the episode closed later than we thought.
    await write.event('late', 'message.inbound', 'c1', '2026-03-02T09:08:00Z', { received_at: '2026-03-02T20:01:00Z' });
    await write.message('late', 'contact', 'c1', '2026-03-02T09:08:00Z');
    await pool.query(`update replywatch.episode_facts set closed_at = '2026-03-02T11:30:00Z', resolution_seconds = 10800`);
    await run('2026-03-02T20:05:00Z');
    expect((await hours()).map((row) => [row.local_hour, row.closed, row.messages_contact, row.resolution_seconds])).toEqual([
      [9, '0', '1', 0], [10, '0', '1', 0], [12, '1', '0', 10_800],
    ]);
  });

  test('a failure that comes in the next hour takes the response back in the hour of the message', async () => {
    await plainAfternoon();
    await run('2026-03-02T08:40:00Z');
    await run('2026-03-02T10:00:00Z');
    await write.event('failed', 'message.status', 'c1', '2026-03-02T10:01:00Z', { message: uuid('a'), data: { status: 'failed' } });
    await pool.query(`delete from replywatch.observation where nth = 0 and type = 'response'`);
    await run('2026-03-02T10:05:00Z');
    expect((await hours())[0]).toMatchObject({ local_hour: 9, first_responses: '0', responses: '0' });
  });

  test('what the clock closes without an event is found, even when the clock was days late', async () => {
    await write.event('q', 'message.inbound', 'c1', '2026-03-02T08:30:00Z');
    await write.open('c1', '2026-03-02T08:30:00Z');
    await run('2026-03-02T08:35:00Z');
    await run('2026-03-05T08:35:00Z');
    await pool.query('delete from replywatch.conversation');
    await write.episode('c1', '2026-03-02T08:30:00Z', '2026-03-03T08:30:00Z', { outcome: 'missed', resolution_seconds: null });
    await write.observation('c1', 'closed', '2026-03-03T08:30:00Z', { settle_at: '2026-03-05T08:36:00Z' });
    await run('2026-03-05T08:40:00Z');
    expect((await hours()).map((row) => [row.day, row.opened, row.missed])).toEqual([['2026-03-02', '1', '0'], ['2026-03-03', '0', '1']]);
  });

  test('what was spooled is found, however long ago it arrived', async () => {
    await plainAfternoon();
    await run('2026-03-02T09:15:00Z');
    await grow('5 hours');
    await run('2026-03-02T14:15:00Z');
    await write.event('spooled', 'message.inbound', 'c1', '2026-03-02T08:40:00Z', { received_at: '2026-03-02T08:40:01Z' });
    await write.message('spooled', 'contact', 'c1', '2026-03-02T08:40:00Z', { changed_at: '2026-03-02T08:40:00Z' }); // only the log tells
    await run('2026-03-02T14:20:00Z');
    expect((await hours())[0]).toMatchObject({ messages_contact: '2' });
  });

  test('what a slow transaction stores is found, although a run passed meanwhile', async () => {
    await plainAfternoon();
    await run('2026-03-02T09:15:00Z');
    const slow = await pool.connect();
    try {
      await slow.query('begin');
      await slow.query(`insert into replywatch.event (id, conversation, source, kind, channel, inbox, t, received_at, stored_at)
        values ($1, $2, 'desk', 'message.inbound', 'webchat', 'support', '2026-03-02T07:30:00Z', '2026-03-02T07:30:00Z', now())`, [uuid('slow'), uuid('c2')]);
      await run('2026-03-02T09:20:00Z');
      await slow.query('commit');
    } finally {
      slow.release();
    }
    await write.message('slow', 'contact', 'c2', '2026-03-02T07:30:00Z', { changed_at: '2026-03-01T00:00:00Z' });
    await run('2026-03-02T09:25:00Z');
    expect((await hours())[0]).toMatchObject({ local_hour: 8, messages_contact: '1' });
  });

  test('who has an episode, and its topic, count for all of it from its opening', async () => {
    await plainAfternoon();
    await run('2026-03-02T09:15:00Z');
    await grow('1 hour');
    await run('2026-03-02T10:15:00Z');
    await write.event('topic', 'conversation.classified', 'c1', '2026-03-02T09:08:00Z');
    await pool.query(`update replywatch.episode_facts set topic = 'refunds', team = 'money'`);
    await run('2026-03-02T11:16:00Z');
    const { rows } = await pool.query(`select local_hour, dimension, value, opened::int, closed::int from reporting.hourly_by where dimension <> 'agent' order by 1, 2, 3`);
    expect(rows).toEqual([
      { local_hour: 9, dimension: 'team', value: 'money', opened: 1, closed: 0 }, { local_hour: 9, dimension: 'topic', value: 'refunds', opened: 1, closed: 0 },
      { local_hour: 10, dimension: 'team', value: 'money', opened: 0, closed: 1 }, { local_hour: 10, dimension: 'topic', value: 'refunds', opened: 0, closed: 1 },
    ]);
  });

  test('a correction older than the late window waits until history is forgotten', async () => {
    await plainAfternoon();
    await run('2026-03-02T09:15:00Z');
    await write.event('very late', 'message.inbound', 'c1', '2026-03-02T08:45:00Z', { received_at: '2026-03-20T08:00:00Z' });
    await write.message('very late', 'contact', 'c1', '2026-03-02T08:45:00Z');
    await run('2026-03-20T08:01:00Z');
    expect((await hours())[0]).toMatchObject({ messages_contact: '1' });
    await transactionsOf(pool)(forgetAll, 1_000);
    await run('2026-03-20T08:02:00Z');
    expect((await hours())[0]).toMatchObject({ messages_contact: '2' });
  });

  test('another zone replaces every row', async () => {
    await plainAfternoon();
    await run('2026-03-02T09:15:00Z');
    await run('2026-03-02T09:16:00Z', { ...SETTINGS, tz: 'America/New_York' });
    expect((await hours()).map((row) => row.local_hour)).toEqual([3, 4]);
  });

  test('long history is worked off in several transactions, and stops between two of them when asked', async () => {
    await pool.query(`insert into replywatch.message_facts
        (message, conversation, contact, source, channel, inbox, direction, author, content, survey_answer, opt_out, fallback, by_receipt, at)
      select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'desk', 'webchat', 'support', 'inbound', 'contact', 'text', false, false, false, false, t
      from generate_series('2026-02-01T00:30:00Z'::timestamptz, '2026-02-06T00:00:00Z', interval '1 hour') as t`);
    const stop = new AbortController();
    let transactions = 0;
    await HOURLY.run({
      transaction: async (work) => {
        const result = await transactionsOf(pool)(work, 1_000);
        if (++transactions === 2) stop.abort();
        return result;
      },
      settings: SETTINGS, now: Date.parse('2026-02-06T00:00:00Z'), signal: stop.signal,
    });
    expect(await hours()).toHaveLength(1 + 24); // the newest two local days
    await run('2026-02-06T00:05:00Z');
    expect(await hours()).toHaveLength(120);
  });

  test('two leaders at once wait for each other', async () => {
    await plainAfternoon();
    await Promise.all([run('2026-03-02T09:15:00Z'), run('2026-03-02T09:15:01Z'), run('2026-03-02T09:15:02Z')]);
    expect((await hours()).map((row) => [row.local_hour, row.responses])).toEqual([[9, '1'], [10, '1']]);
  });

  test('an empty database has no hours', async () => {
    await run('2026-03-02T09:15:00Z');
    expect(await hours()).toEqual([]);
  });
});

describe('dimensions', () => {
  test('replies and messages count for their author, episodes for whoever had them last, nobody is none', async () => {
    await plainAfternoon();
    await pool.query(`update replywatch.observation set agent = 'ana' where nth = 0`);
    await pool.query(`update replywatch.observation set agent = 'ben' where nth = 1`);
    await pool.query(`update replywatch.episode_facts set agent = 'ben'`);
    await write.episode('c2', '2026-03-02T08:10:00Z', '2026-03-02T08:20:00Z', { outcome: 'missed', resolution_seconds: null });
    await run('2026-03-02T09:15:00Z');
    const { rows } = await pool.query(`select value, opened::int, missed::int, first_responses::int, responses::int, messages_agent::int, resolutions::int, first_response_seconds as seconds
      from reporting.daily_by where dimension = 'agent' order by value`);
    expect(rows).toEqual([
      { value: 'ana', opened: 0, missed: 0, first_responses: 1, responses: 1, messages_agent: 1, resolutions: 0, seconds: 60 },
      { value: 'ben', opened: 1, missed: 0, first_responses: 0, responses: 1, messages_agent: 1, resolutions: 1, seconds: 0 },
      { value: 'none', opened: 1, missed: 1, first_responses: 0, responses: 0, messages_agent: 0, resolutions: 0, seconds: 0 },
    ]);
  });

  test('an hour has at most fifty topics; the rarest share a row, and nothing is lost', async () => {
    await pool.query(`insert into replywatch.episode_facts (conversation, number, source, channel, inbox, topic, initiator, outcome, opened_at, closed_at, ended_at, bot, confirmed, unanswered,
        inbound_messages, agent_messages, bot_messages, failed_messages, handoffs, transfers)
      select gen_random_uuid(), 1, 'desk', 'webchat', 'support', 'topic ' || lpad(topic::text, 3, '0'), 'contact', 'missed', '2026-03-02T08:30Z', '2026-03-02T08:40Z', '2026-03-02T08:40Z', 'none', false, true, 1, 0, 0, 0, 0, 0
      from generate_series(1, 60) as topic cross join lateral generate_series(1, case when topic > 55 then 3 else 1 end)`);
    await run('2026-03-02T09:15:00Z');
    const { rows } = await pool.query(`select value, opened::int from reporting.daily_by where dimension = 'topic' order by opened desc, value`);
    expect(rows).toHaveLength(51);
    expect(rows[0]).toEqual({ value: 'other', opened: 10 });
    expect(rows[1]).toEqual({ value: 'topic 056', opened: 3 });
    expect(rows.reduce((sum: number, row: { opened: number }) => sum + row.opened, 0)).toBe(70);
  });

  test('a day is the sum of its hours, histograms too; hours by dimension end after five weeks, their day stays', async () => {
    await plainAfternoon();
    await run('2026-07-02T09:15:00Z');
    const { rows: [day] } = await pool.query(`select local_day::text, opened::int, responses::int, response_seconds, response_buckets from reporting.daily`);
    expect(day).toMatchObject({ local_day: '2026-03-02', opened: 1, responses: 2, response_seconds: 120.5 });
    expect(day.response_buckets.map(Number).reduce((a: number, b: number) => a + b)).toBe(2);
    expect((await pool.query('select from reporting.hourly_by')).rowCount).toBe(0);
    expect((await pool.query('select from reporting.daily_by')).rowCount).toBeGreaterThan(0);
  });
});

describe('agents', () => {
  test('time online, parallel waits once and each, conversations owned; cut to the hour and to being there', async () => {
    await plainAfternoon();
    await write.presence('ana', '2026-03-02T08:15:00Z', '2026-03-02T20:00:00Z');
    await write.interval('ana', 'handling', 'c1', '2026-03-02T08:10:00Z', '2026-03-02T08:30:00Z');
    await write.interval('ana', 'handling', 'c2', '2026-03-02T08:20:00Z', '2026-03-02T09:05:00Z');
    await write.interval('ana', 'owned', 'c1', '2026-03-02T08:00:00Z', null);
    await write.interval('nobody', 'handling', 'c3', '2026-03-02T08:20:00Z', '2026-03-02T09:05:00Z');
    await run('2026-03-02T09:30:00Z');
    const { rows } = await pool.query('select local_hour, agent, online_seconds, busy_seconds, handling_seconds, owned_seconds, avg_concurrency from reporting.agent_hours order by hour');
    expect(rows).toEqual([
      { local_hour: 9, agent: 'ana', online_seconds: 2_700, busy_seconds: 2_700, handling_seconds: 900 + 2_400, owned_seconds: 2_700, avg_concurrency: 1 },
      { local_hour: 10, agent: 'ana', online_seconds: 1_800, busy_seconds: 300, handling_seconds: 300, owned_seconds: 1_800, avg_concurrency: 1 },
    ]);
    await grow('1 hour');
    await run('2026-03-02T11:30:00Z');
    expect((await pool.query('select sum(online_seconds) as seconds from reporting.agent_hours')).rows).toEqual([{ seconds: 3.25 * 3_600 }]);
  });
});

describe('peak hours', () => {
  const cell = async (weekday: number, hour: number): Promise<unknown> =>
    (await pool.query('select conversations::int, occurrences from replywatch.peak_hour where weekday = $1 and local_hour = $2', [weekday, hour])).rows[0];
  const opened = async (name: string, t: string, initiator = 'contact'): Promise<void> => {
    await write.event(name, 'message.inbound', name, t);
    await write.episode(name, t, t, { initiator });
  };

  test('episodes that contacts opened, per weekday and local hour, today left out', async () => {
    await opened('old', '2026-01-01T10:00:00Z'); // before the eight weeks
    await opened('mon 18', '2026-03-02T17:05:00Z');
    await opened('mon 18 again', '2026-03-09T17:59:59Z');
    await opened('by campaign', '2026-03-09T17:10:00Z', 'campaign');
    await opened('today', '2026-03-16T17:10:00Z');
    await run('2026-03-16T18:00:00Z');
    await run('2026-03-16T18:00:00Z', SETTINGS, PEAK_HOURS);
    expect(await cell(1, 18)).toEqual({ conversations: 2, occurrences: 8 });
    expect(await cell(4, 11)).toEqual({ conversations: 0, occurrences: 8 });
    expect((await pool.query('select count(*)::int as n from replywatch.peak_hour')).rows).toEqual([{ n: 168 }]);
  });

  test('the hour that spring skips came once less, the one that autumn repeats once more', async () => {
    await opened('long ago', '2025-12-01T10:00:00Z');
    await run('2026-04-13T10:00:00Z');
    await run('2026-04-13T10:00:00Z', SETTINGS, PEAK_HOURS);
    expect(await cell(7, 2)).toEqual({ conversations: 0, occurrences: 7 });
    expect(await cell(7, 3)).toEqual({ conversations: 0, occurrences: 8 });
    await opened('first 02:30', '2026-10-25T00:30:00Z');
    await opened('second 02:30', '2026-10-25T01:30:00Z');
    await pool.query('truncate replywatch.rollup_state');
    await run('2026-11-09T10:00:00Z');
    await run('2026-11-09T10:00:00Z', SETTINGS, PEAK_HOURS);
    expect(await cell(7, 2)).toEqual({ conversations: 2, occurrences: 9 });
  });

  test('a young installation is not diluted with weeks before its first day', async () => {
    await opened('first', '2026-03-02T17:05:00Z');
    await run('2026-03-10T10:00:00Z');
    await run('2026-03-10T10:00:00Z', SETTINGS, PEAK_HOURS);
    expect(await cell(1, 18)).toEqual({ conversations: 1, occurrences: 2 });
    expect(await cell(2, 18)).toEqual({ conversations: 0, occurrences: 1 });
  });

  test('without figures the grid is there and empty', async () => {
    await run('2026-03-10T10:00:00Z', SETTINGS, PEAK_HOURS);
    expect(await cell(1, 18)).toEqual({ conversations: 0, occurrences: 0 });
  });
});
