import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PullRunner } from '../../exporter/pull/runner.ts';
import { ZENDESK_PULLS } from '../../exporter/pull/zendesk.ts';
import { zendesk } from '../../exporter/sources/zendesk.ts';
import { bench, enricher, NOW, serve, type Asked, type Bench, type FakeApi, type Said } from './api.ts';

const BASIC = `Basic ${Buffer.from('admin@example.com/token:tok').toString('base64')}`;
const iso = (minutesAgo: number): string => new Date(NOW - minutesAgo * 60_000).toISOString().replace('.000', '');
const rating = (id: number, minutesAgo: number, score: string) => ({ id, assignee_id: 7, group_id: 2, requester_id: 12, ticket_id: 300 + id, score, created_at: iso(minutesAgo), updated_at: iso(minutesAgo - 1), comment: 'secret words' });
const ticket = (id: number, status: string, minutesAgo: number) => ({ id, status, requester_id: 12, assignee_id: 7, group_id: 2, brand_id: 5, updated_at: iso(minutesAgo), created_at: iso(600), via: { channel: 'web' } });

function route({ path, query, headers }: Asked, url: string): Said {
  if (headers.authorization !== BASIC) return { status: 401, body: { error: 'Couldn\'t authenticate you' } };
  const after = query.get('page[after]') ?? query.get('cursor');
  if (path === '/api/v2/satisfaction_ratings.json') {
    return after === null ? { body: { satisfaction_ratings: [rating(1, 90, 'good'), rating(2, 80, 'bad')], meta: { has_more: true, after_cursor: 'x' }, links: { next: `${url}${path}?page[after]=x&page[size]=100` } } }
      : { body: { satisfaction_ratings: [rating(3, 70, 'good'), { ...rating(4, 60, 'lukewarm') }], meta: { has_more: false }, links: { next: null } } };
  }
  if (path === '/api/v2/agent_availabilities') {
    const agent = (agent_id: number, name: string) => ({ id: `agent_availabilities|${agent_id}`, type: 'agent_availabilities', attributes: { agent_id, agent_status: { id: 3, name, updated_at: '2026-06-09T15:23:25.583732Z' }, group_ids: [1], version: 236 } });
    return { body: { data: [agent(7, 'online'), agent(8, 'Transfers only'), agent(9, 'In a meeting'), { id: 'x' }], meta: { has_more: false }, links: { prev: null, next: null } } };
  }
  if (path === '/api/v2/incremental/tickets/cursor.json') {
    return after === null ? { body: { tickets: [ticket(301, 'solved', 50), ticket(302, 'open', 50)], metric_sets: [{ ticket_id: 301, solved_at: iso(55) }], after_cursor: 'c1', after_url: '', end_of_stream: false } }
      : { body: { tickets: after === 'c1' ? [ticket(303, 'hold', 40), ticket(304, 'deleted', 40)] : [], metric_sets: [], after_cursor: 'c2', end_of_stream: true } };
  }
  return { status: 404 };
}

let api: FakeApi;
let desk: Bench;
let runner: PullRunner;
beforeAll(async () => {
  api = await serve(route);
  desk = await bench('pull_zendesk');
  runner = desk.runner(ZENDESK_PULLS, { url: api.url, headers: { authorization: BASIC } });
});
afterAll(async () => {
  await api.close();
  await desk.close();
});

const of = async (kind: string) => (await desk.events()).filter((event) => event['kind'] === kind);

it('reads ratings over all pages, and next time from the newest on', async () => {
  expect(await runner.runNow('zendesk_ratings')).toBe('success');
  expect((await of('survey.answered')).map((event) => (event['data'] as { score: number }).score)).toEqual([5, 1, 5]);
  api.asked.length = 0;
  expect(await runner.runNow('zendesk_ratings')).toBe('success');
  expect(api.asked[0]!.query.get('start_time')).toBe(String(NOW / 1000 - 70 * 60));
  expect(await of('survey.answered')).toHaveLength(3);
});

it('reads the status that every agent has since when', async () => {
  expect(await runner.runNow('zendesk_presence')).toBe('success');
  expect((await of('agent.status')).map((event) => event['data'])).toEqual([{ agent: '7', status: 'online' }, { agent: '8', status: 'busy' }]);
  expect((await of('agent.status'))[0]!['t']).toEqual(new Date('2026-06-09T15:23:25.583Z'));
  await runner.runNow('zendesk_presence');
  expect(await of('agent.status')).toHaveLength(2);
  desk.ahead += 3_600_000;
  await runner.runNow('zendesk_presence');
  expect((await of('agent.status')).map((event) => event['data'])).toHaveLength(4); // as it was, so that it is not forgotten
});

it('reads states of changed tickets at the pace of the export, after a busy moment too, and goes on behind its cursor', async () => {
  // What the webhooks told of one of them.
  const detail = { id: '301', actor_id: '7', requester_id: '12', brand_id: '5', via: { channel: 'web' }, status: 'SOLVED', assignee_id: '7' };
  const bodies = [
    { type: 'zen:event-type:ticket.created', id: 'e0', time: iso(90), detail: { ...detail, created_at: iso(90), submitter_id: '12', description: 'hello', is_public: true, tags: [] }, event: {} },
    { type: 'zen:event-type:ticket.status_changed', id: 'e1', time: iso(55).replace('Z', '.400Z'), detail, event: { previous: 'OPEN', current: 'SOLVED' } },
  ];
  const live = bodies.flatMap((body) => zendesk.parse({ method: 'POST', url: '', headers: {}, body: Buffer.from(JSON.stringify(body)), receivedAt: NOW }, { source: 'zendesk' }).events);
  await desk.store.apply(live.map((event) => enricher.enrich(event)!), []);
  const episodes = async () => (await desk.pool.query("select episode.outcome, episode.resolution_seconds, episode.closed_by from replywatch.episode_facts as episode where episode.conversation = $1", [enricher.enrich(live[0]!)!.conversation])).rows;
  const before = await episodes();
  expect(before).toHaveLength(1);

  api.asked.length = 0;
  api.trouble.push({ status: 429, headers: { 'retry-after': '30' } });
  desk.waits.length = 0;
  expect(await runner.runNow('zendesk_tickets')).toBe('success');
  expect(desk.waits.map((ms) => Math.round(ms / 1000))).toEqual([30, 7]); // told by the platform, then our own pace
  expect(api.asked.map(({ query }) => [query.get('include'), query.get('cursor')])).toEqual([['metric_sets', null], ['metric_sets', null], ['metric_sets', 'c1']]);
  expect((await of('conversation.snapshot')).map((event) => (event['data'] as { status: string }).status)).toEqual(['resolved', 'snoozed']);
  expect(await episodes()).toEqual(before);

  api.asked.length = 0;
  await runner.runNow('zendesk_tickets');
  expect(api.asked.map(({ query }) => query.get('cursor'))).toEqual(['c2']);
});

it('says what a wrong token is', async () => {
  expect(await desk.runner(ZENDESK_PULLS, { url: api.url, headers: {} }).runNow('zendesk_ratings')).toBe('credentials');
});
