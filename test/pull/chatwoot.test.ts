import { afterAll, beforeAll, expect, it } from 'vitest';
import { CHATWOOT_PULLS } from '../../exporter/pull/chatwoot.ts';
import type { PullRunner } from '../../exporter/pull/runner.ts';
import { chatwoot } from '../../exporter/sources/chatwoot.ts';
import { bench, enricher, NOW, serve, type Asked, type Bench, type FakeApi, type Said } from './api.ts';

const seconds = (minutesAgo: number): number => NOW / 1000 - minutesAgo * 60;
const conversation = (id: number, minutesAgo: number) => ({
  id, inbox_id: 3, account_id: 1, status: 'open', labels: ['delivery'], additional_attributes: {}, created_at: seconds(minutesAgo), timestamp: seconds(minutesAgo), last_activity_at: seconds(minutesAgo), updated_at: seconds(minutesAgo) + 0.5,
  meta: { sender: { id: 12, phone_number: '+34600000012' }, channel: 'Channel::Whatsapp', assignee: { id: 7 } }, messages: [],
});
/** 27 answers: two pages. */
const RATINGS = Array.from({ length: 27 }, (_, n) => ({ id: n, rating: 1 + (n % 5), feedback_message: 'secret words', account_id: 1, message_id: 9_000 + n, conversation_id: 41 + (n % 2), created_at: seconds(300 - n) }));
const message = (id: number, minutesAgo: number, rest: object = {}) => ({
  id, content: 'hello', message_type: 0, content_type: 'text', content_attributes: {}, private: false, status: 'sent', created_at: seconds(minutesAgo), conversation_id: 41, inbox_id: 3, sender: { id: 12, type: 'contact' }, ...rest,
});
/** 23 messages of one conversation, newest last as Chatwoot has them: two pages of twenty. */
const MESSAGES = Array.from({ length: 23 }, (_, n) => message(7_000 + n, 120 - n, n % 2 === 1 ? { message_type: 1, sender: { id: 7, type: 'user' } } : {}));

let agents = [{ id: 7, account_id: 1, availability_status: 'online' }, { id: 8, account_id: 1, availability_status: 'offline' }, { id: 9, account_id: 1, availability_status: 'teleporting' }];

function route({ path, query, headers }: Asked): Said {
  if (headers['api_access_token'] !== 'tok') return { status: 401, body: { errors: ['Invalid Access Token'] } };
  const at = path.replace('/api/v1/accounts/1', '');
  if (at === '/csat_survey_responses') {
    const rows = RATINGS.filter((row) => row.created_at >= Number(query.get('since')) && row.created_at <= Number(query.get('until')));
    const page = Number(query.get('page'));
    return { body: rows.slice((page - 1) * 25, page * 25) };
  }
  if (at === '/agents') return { body: agents };
  if (at === '/conversations') return { body: { data: { meta: {}, payload: query.get('page') === '1' ? [conversation(41, 98), conversation(42, 60 * 24 * 30)] : [] } } };
  if (/^\/conversations\/4[12]$/.test(at)) return { body: conversation(Number(at.slice(15)), 98) };
  if (at === '/conversations/41/messages') {
    const older = MESSAGES.filter(({ id }) => id < Number(query.get('before') ?? Infinity));
    return { body: { meta: {}, payload: older.slice(-20) } };
  }
  return { status: 404 };
}

let api: FakeApi;
let desk: Bench;
let runner: PullRunner;
beforeAll(async () => {
  api = await serve(route);
  desk = await bench('pull_chatwoot');
  runner = desk.runner(CHATWOOT_PULLS, { url: `${api.url}/api/v1/accounts/1`, headers: { api_access_token: 'tok' } });
});
afterAll(async () => {
  await api.close();
  await desk.close();
});

const pages = (path: string): readonly (string | null)[] => api.asked.filter((each) => each.path.endsWith(path)).map(({ query }) => query.get('page') ?? query.get('before'));
const kinds = async (kind: string) => (await desk.events()).filter((event) => event['kind'] === kind);

it('reads ratings page by page, looks each conversation up once, and goes on where it was cut off', async () => {
  api.trouble.push(...Array<Said>(5).fill({ status: 500 }));
  expect(await runner.runNow('chatwoot_ratings')).toBe('unavailable');
  expect(await runner.runNow('chatwoot_ratings')).toBe('success');
  expect(pages('/csat_survey_responses').slice(-2)).toEqual(['1', '2']);
  expect([pages('/conversations/41'), pages('/conversations/42')].map((asked) => asked.length)).toEqual([1, 1]);
  expect(await kinds('survey.answered')).toHaveLength(27);
  const { rows } = await desk.pool.query('select count(*)::int as surveys, sum(survey.score)::int as sum from replywatch.survey_facts as survey');
  expect(rows).toEqual([{ surveys: 27, sum: RATINGS.reduce((sum, row) => sum + row.rating, 0) }]);
});

it('moves no counter with the past, and counts once what webhooks and further runs tell again', async () => {
  const counted = async () => (await desk.pool.query("select total.key, total.value from replywatch.metric_total as total where total.key like '%csat%' and total.value <> 0")).rows;
  expect(await counted()).toEqual([]);
  const before = (await desk.events()).length;
  expect(await runner.runNow('chatwoot_ratings')).toBe('success');
  expect((await desk.events()).length).toBe(before);
  // The webhook of the same answer knows when it was given to the millisecond.
  const live = chatwoot.parse({ method: 'POST', url: '', headers: {}, receivedAt: NOW, body: Buffer.from(JSON.stringify({
    event: 'message_updated', id: 9_026, message_type: 'template', content_type: 'input_csat', conversation: conversation(41, 98), updated_at: seconds(274) - 0.25, content_attributes: { submitted_values: { csat_survey_response: { rating: 2 } } },
  })) }, { source: 'chatwoot' });
  await desk.store.apply(live.events.map((event) => enricher.enrich(event)!), []);
  const { rows } = await desk.pool.query('select count(*)::int as surveys from replywatch.survey_facts');
  expect(rows).toEqual([{ surveys: 27 }]);
  expect(await counted()).toEqual([]);
});

it('tells presence when it changes, and again after an hour', async () => {
  await runner.runNow('chatwoot_presence');
  await runner.runNow('chatwoot_presence');
  const told = async () => (await kinds('agent.status')).map((event) => (event['data'] as { agent: string; status: string }));
  expect((await told()).map(({ agent, status }) => `${agent} ${status}`).toSorted()).toEqual(['7 online', '8 offline']);
  agents = [{ id: 7, account_id: 1, availability_status: 'busy' }, { id: 8, account_id: 1, availability_status: 'offline' }];
  desk.ahead += 1;
  await runner.runNow('chatwoot_presence');
  expect((await told()).at(-1)).toMatchObject({ agent: '7', status: 'busy' });
  desk.ahead += 3_600_000;
  await runner.runNow('chatwoot_presence');
  expect(await told()).toHaveLength(5);
});

it('brings messages that no webhook brought, back to the last look, by the identities of the webhooks', async () => {
  expect(await runner.runNow('chatwoot_history')).toBe('success');
  expect(pages('/conversations')).toEqual(['1']); // the second conversation is older than a week
  expect(pages('/messages')).toEqual([null, '7003']);
  expect(await kinds('message.inbound')).toHaveLength(12);
  expect(new Set((await kinds('message.inbound')).map((event) => event['channel']))).toEqual(new Set(['whatsapp']));
  expect(await kinds('message.outbound')).toHaveLength(11);
  expect(await kinds('conversation.snapshot')).toHaveLength(1);
  const live = chatwoot.parse({ method: 'POST', url: '', headers: {}, receivedAt: NOW, body: Buffer.from(JSON.stringify({
    ...MESSAGES[1], event: 'message_created', message_type: 'outgoing', created_at: new Date((MESSAGES[1]!.created_at) * 1000).toISOString(), conversation: conversation(41, 98), inbox: { id: 3 },
  })) }, { source: 'chatwoot' });
  expect(await desk.store.apply(live.events.map((event) => enricher.enrich(event)!), [])).toMatchObject({ stored: 0, duplicates: 1 });
  api.asked.length = 0;
  MESSAGES.push(message(7_023, -30));
  expect(await runner.runNow('chatwoot_history')).toBe('success');
  expect(await kinds('message.inbound')).toHaveLength(12); // the conversation says it has not changed since
});

it('says what a wrong token is', async () => {
  const wrong = desk.runner(CHATWOOT_PULLS, { url: `${api.url}/api/v1/accounts/1`, headers: { api_access_token: 'other' } });
  expect(await wrong.runNow('chatwoot_presence')).toBe('credentials');
  const { rows } = await desk.pool.query("select state.pull, state.reason, state.failures::int from replywatch.pull_state as state where state.failures > 0 order by 1");
  expect(rows).toEqual([{ pull: 'chatwoot_presence', reason: 'credentials', failures: 1 }, { pull: 'chatwoot_ratings', reason: 'unavailable', failures: 1 }]);
  await expect(wrong.runNow('chatwoot_tea')).rejects.toThrow(RangeError);
  await wrong.stop();
  expect(await wrong.runNow('chatwoot_presence')).toBeUndefined();
});
