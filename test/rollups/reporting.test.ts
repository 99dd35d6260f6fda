import { Client } from 'pg';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../exporter/core/settings.ts';
import { HOURLY } from '../../exporter/rollups/hourly.ts';
import { deriveDue } from '../../exporter/store/derive/due.ts';
import { freshDatabase } from '../support/postgres.ts';
import type { FreshDatabase } from '../support/postgres.ts';
import { SETTINGS, poolOf, transactionsOf, uuid, writer } from './world.ts';

let database: FreshDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await freshDatabase('reporting');
  pool = poolOf(database.url);
  const write = writer(pool);
  await write.event('q', 'message.inbound', 'c1', '2026-03-02T08:30:00Z', { data: { content: 'text' } });
  await write.event('a', 'message.outbound', 'c1', '2026-03-02T08:31:00Z', { data: { author: 'agent', content: 'image' } });
  for (const [status, t] of [['read', '08:33'], ['sent', '08:31'], ['delivered', '08:32']] as const) {
    await write.event(`a ${status}`, 'message.status', 'c1', `2026-03-02T${t}:00Z`, { message: uuid('a'), data: { status } });
  }
  await write.event('unseen', 'message.status', 'c1', '2026-03-02T08:40:00Z', { message: uuid('never shown'), data: { status: 'failed', errorCode: '131' } });
  await write.episode('c1', '2026-03-02T08:30:00Z', '2026-03-02T09:10:00Z', { frt_seconds: 60, topic: 'refunds', team: 'money' });
  await write.observation('c1', 'response', '2026-03-02T08:31:00Z', { seconds: 60, business_seconds: 30, agent: 'agent 1', data: { first: true, assignSeconds: 20 } });
  await write.observation('c1', 'closed', '2026-03-02T09:10:00Z');
  const t = (time: string): number => Date.parse(`2026-03-02T${time}Z`);
  await write.open('waiting', '2026-03-02T10:00:00Z', { list: [['m', t('10:02:00')], ['n', t('10:03:00')]], agentAssigned: 'agent 2', topic: 'invoice', withdrawnMessages: 1 });
  await write.open('answered', '2026-03-02T11:00:00Z', {
    frtStart: t('11:00:00'), frtAt: t('11:01:30'), firstHumanAt: t('11:01:30'), firstBotAt: t('11:00:05'), botFrtSeconds: 5, slaFirstResponse: 'missed',
  });
  await write.closedConversation('c1');
  for (const [survey, conversation, sent, score] of [['s1', 'c1', '09:11', 5], ['s2', 'c1', '09:12', 3], ['s3', 'waiting', '10:04', undefined]] as const) {
    await write.event(survey, 'survey.sent', conversation, `2026-03-02T${sent}:00Z`, { contact: uuid(conversation), data: { survey, type: 'csat' } });
    if (score === undefined) continue;
    await write.event(`${survey} answer`, 'survey.answered', conversation, `2026-03-02T${sent}:30Z`, { contact: uuid(conversation), data: { survey, type: 'csat', score } });
  }
  await pool.query(`insert into replywatch.blind_interval (source, started_at, ended_at, reason) values (null, '2026-03-01', '2026-03-02', 'down')`);
  await deriveDue({ pool, rules: { settingsFor: () => DEFAULT_SETTINGS, prices: [] } }, t('12:00:00'));
  await HOURLY.run({ transaction: (work) => transactionsOf(pool)(work, 1_000), settings: SETTINGS, now: t('12:00:00'), signal: new AbortController().signal });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const rows = async (sql: string): Promise<readonly Record<string, unknown>[]> => (await pool.query(sql)).rows;

describe('views', () => {
  test('episodes shows closed and open ones alike', async () => {
    const found = await rows('select * from reporting.episodes order by opened_at');
    expect(found).toMatchObject([
      { conversation: uuid('c1'), outcome: 'resolved_agent', frt_seconds: 60, resolution_seconds: 2_400 },
      { conversation: uuid('waiting'), number: 1, outcome: 'open', agent: 'agent 2', topic: 'invoice', waiting_since: new Date('2026-03-02T10:02:00Z'), inbound_messages: 2,
        opened_at: new Date('2026-03-02T10:00:00Z'), closed_at: null, frt_seconds: null, frt_total_seconds: null, first_any_response_seconds: null, sla_first_response: null },
      { conversation: uuid('answered'), agent: null, waiting_since: null, frt_seconds: 90, frt_total_seconds: 90, first_any_response_seconds: 5, bot_frt_seconds: 5,
        sla_first_response: 'missed' },
    ]);
    expect(found).toHaveLength(3);
  });

  test('responses have their parts', async () => {
    expect(await rows('select * from reporting.responses')).toMatchObject([
      { conversation: uuid('c1'), seconds: 60, business_seconds: 30, first: true, agent: 'agent 1', assign_seconds: 20 },
    ]);
  });

  test('messages carry their highest receipt, whatever its order of arrival', async () => {
    expect(await rows('select * from reporting.messages order by at')).toMatchObject([
      { message: uuid('q'), direction: 'inbound', author: 'contact', content: 'text', status: null },
      { message: uuid('a'), direction: 'outbound', author: 'agent', status: 'read', delivered_at: new Date('2026-03-02T08:32:00Z'), by_receipt: false },
      { message: uuid('never shown'), direction: 'outbound', author: 'agent', status: 'failed', error_code: '131', by_receipt: true },
    ]);
  });

  test('surveys and satisfaction belong to the episode that was the last to have begun, closed or open', async () => {
    expect(await rows('select survey, number, team, topic, score from reporting.surveys order by survey')).toEqual([
      { survey: 's1', number: 1, team: 'money', topic: 'refunds', score: 5 }, { survey: 's2', number: 1, team: 'money', topic: 'refunds', score: 3 },
      { survey: 's3', number: 1, team: null, topic: 'invoice', score: null },
    ]);
    expect(await rows('select topic, local_day::text, surveys, ratings, score_sum, satisfied, dissatisfied from reporting.satisfaction_days order by topic')).toEqual([
      { topic: 'invoice', local_day: '2026-03-02', surveys: '1', ratings: '0', score_sum: '0', satisfied: '0', dissatisfied: '0' },
      { topic: 'refunds', local_day: '2026-03-02', surveys: '2', ratings: '2', score_sum: '8', satisfied: '1', dissatisfied: '0' },
    ]);
  });

  test('hourly has one bucket more than bounds', async () => {
    const [hour] = await rows('select * from reporting.hourly order by hour');
    expect(hour?.['bucket_bounds']).toEqual(SETTINGS.durationBuckets);
    expect(hour?.['response_buckets']).toHaveLength(SETTINGS.durationBuckets.length + 1);
  });

  test('every view and every column says what it is', async () => {
    expect(await rows(`
      select c.relname as view, a.attname as column from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0
      where n.nspname = 'reporting' and (pg_catalog.col_description(c.oid, a.attnum) is null or pg_catalog.obj_description(c.oid) is null)`)).toEqual([]);
  });
});

describe('the reader', () => {
  const VIEWS = [
    'episodes', 'responses', 'messages', 'hourly', 'peak_hours', 'blind_intervals', 'turns', 'touches', 'orders', 'campaigns', 'campaign_money', 'experiment_participants', 'ab_tests',
    'flow_runs', 'flow_days', 'surveys', 'satisfaction_days', 'contacts', 'activity_days', 'daily_activity', 'cohorts', 'customer_value', 'costs', 'unit_costs', 'consent_days', 'erasures',
    "activity_on('2026-03-02')", "cohorts_on('2026-03-02')", "lifetime_value_on('2026-03-02')",
  ];

  async function asReader<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    try {
      await client.query('set role replywatch_reader');
      return await work(client);
    } finally {
      await client.end();
    }
  }

  test.each(VIEWS)('reads %s', async (view) => {
    await expect(asReader((client) => client.query(`select * from reporting.${view}`))).resolves.toBeDefined();
  });

  test('reads every view there is, adds histograms up, and will read the views of later migrations', async () => {
    await pool.query('create view reporting.later as select 1 as one');
    try {
      const views = await rows(`select viewname from pg_catalog.pg_views where schemaname = 'reporting'`);
      expect(views.length).toBeGreaterThan(30);
      await asReader(async (client) => {
        for (const { viewname } of views) await client.query(`select * from reporting.${String(viewname)} limit 1`);
        const { rows: [sum] } = await client.query(`select reporting.sum_buckets(response_buckets) as buckets from reporting.hourly`);
        expect(sum.buckets.map(Number).reduce((a: number, b: number) => a + b)).toBe(1);
      });
    } finally {
      await pool.query('drop view reporting.later');
    }
  });

  test.each([
    ['tables behind the views', 'select count(*) from replywatch.event'],
    ['writing through a view', `insert into reporting.blind_intervals (started_at, ended_at, reason) values (now(), now(), 'x')`],
    ['deleting through a view', 'delete from reporting.blind_intervals'],
    ['writing a table', 'delete from replywatch.hourly_figure'],
    ['making a table', 'create table reporting.mine (id int)'],
  ])('is refused %s', async (_, sql) => {
    await expect(asReader((client) => client.query(sql))).rejects.toMatchObject({ code: '42501' });
  });

  test('is read-only and patient for 15 seconds by default, and cannot log in until somebody gives it a password', async () => {
    const [role] = await rows(`select rolcanlogin, rolsuper, rolconfig from pg_catalog.pg_roles where rolname = 'replywatch_reader'`);
    expect(role).toEqual({ rolcanlogin: false, rolsuper: false, rolconfig: ['default_transaction_read_only=on', 'statement_timeout=15s'] });
  });
});
