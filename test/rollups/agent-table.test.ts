/** The table of agents: what each did in a window, and how far their resolutions are from everybody's. */
import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts';
import { poolOf, writer } from './world.ts';

let database: FreshDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await freshDatabase('agent table');
  pool = poolOf(database.url);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

test('counts what happened in the window, by whose it is', async () => {
  const write = writer(pool);
  await write.episode('c1', '2026-03-02T09:00:00Z', '2026-03-02T09:10:00Z', { agent: 'ana' });
  await write.episode('c2', '2026-03-02T09:00:00Z', '2026-03-02T09:20:00Z', { agent: 'ben' });
  await write.episode('c3', '2026-03-02T09:00:00Z', '2026-03-02T09:40:00Z', { agent: 'ben' });
  await write.episode('c4', '2026-03-02T09:00:00Z', '2026-03-02T09:45:00Z', { agent: 'ana', outcome: 'missed', resolution_seconds: null });
  await write.episode('c5', '2026-03-01T09:00:00Z', '2026-03-02T10:00:00Z', { agent: 'ana' }); // opened before the window, closed at its end
  await write.observation('c1', 'response', '2026-03-02T09:01:00Z', { agent: 'ana', seconds: 60, data: { first: true } });
  await write.observation('c1', 'response', '2026-03-02T09:05:00Z', { nth: 1, agent: 'ana', seconds: 20, data: { first: false } });
  await write.message('m1', 'agent', 'c1', '2026-03-02T09:01:00Z', { author_id: 'ana' });
  await write.message('m2', 'agent', 'c1', '2026-03-02T09:05:00Z', { author_id: 'ana' });
  await write.message('m3', 'agent', 'c1', '2026-03-02T09:06:00Z', { author_id: 'ana', status: 'failed' });
  const { rows } = await pool.query(`select agents.agent, agents.assigned::int, agents.messages::int, agents.responses::int, agents.response_median_seconds as response, agents.first_responses::int,
    agents.frt_median_seconds as frt, agents.resolved::int, agents.resolution_median_seconds as resolution, agents.resolution_deviation_seconds as deviation, agents.ratings::int, agents.csat
    from reporting.agent_table('2026-03-02T09:00:00Z', '2026-03-02T10:00:00Z') as agents order by agents.agent`);
  expect(rows).toEqual([
    { agent: 'ana', assigned: 2, messages: 2, responses: 2, response: 40, first_responses: 1, frt: 60, resolved: 1, resolution: 600, deviation: -600, ratings: 0, csat: null },
    { agent: 'ben', assigned: 2, messages: 0, responses: 0, response: null, first_responses: 0, frt: null, resolved: 2, resolution: 1_800, deviation: 600, ratings: 0, csat: null },
  ]);
});
