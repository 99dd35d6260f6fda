import type { Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createSigner } from '../../exporter/sentiment/shingles.ts';
import { ANSWERS } from '../../exporter/rollups/answers.ts';
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts';
import { poolOf, SETTINGS, transactionsOf, uuid, writer } from './world.ts';

const sign = createSigner(1);
const ALIKE = 'You can send it back within thirty days, the label is in your account.';
const OTHER = 'I am sorry, there is nothing that we could do about that, goodbye and good luck.';
/** A Wednesday; the week began on Monday the 2nd. */
const NOW = Date.parse('2026-03-04T12:00:00Z');

let database: FreshDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await freshDatabase('answers rollup');
  pool = poolOf(database.url);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
beforeEach(() => pool.query('truncate replywatch.event, replywatch.episode_facts, replywatch.rollup_state, replywatch.answer_consistency, replywatch.agent_style, replywatch.review_sample'));

const run = (now = NOW): Promise<unknown> => ANSWERS.run({ transaction: (work) => transactionsOf(pool)(work, 5_000), settings: SETTINGS, now, signal: new AbortController().signal });
const rows = async (view: string): Promise<readonly Record<string, unknown>[]> => (await pool.query(`select ${view}.*, ${view}.local_week::text as local_week from reporting.${view} order by 1, 2, 3`)).rows;

/** An episode about a topic, answered by an agent with a text. */
async function episode(name: string, at: string, text: string, { agent = 'ana', topic = 'refunds', angry = false } = {}): Promise<void> {
  const write = writer(pool);
  const later = (minutes: number): string => new Date(Date.parse(at) + minutes * 60_000).toISOString();
  await write.event(`${name} question`, 'message.inbound', name, at, { data: angry ? { sentiment: 'negative' } : {} });
  await write.event(`${name} hello`, 'message.outbound', name, later(1), { data: { author: 'agent', authorId: agent, length: 6, emoji: 1 } });
  await write.event(`${name} answer`, 'message.outbound', name, later(2), { data: { author: 'agent', authorId: agent, length: text.length, emoji: 0, shingles: sign(text) } });
  await write.episode(name, at, later(10), { topic, frt_agent: agent });
}

test('five alike answers are consistent; the one that is far from them is told', async () => {
  for (let i = 0; i < 5; i++) await episode(`r${i}`, `2026-03-02T0${i + 1}:00:00Z`, ALIKE);
  await episode('far', '2026-03-02T09:00:00Z', OTHER, { agent: 'ben' });
  for (let i = 0; i < 4; i++) await episode(`b${i}`, `2026-03-03T0${i + 1}:00:00Z`, ALIKE, { topic: 'billing' });
  await run();
  const [billing, refunds] = await rows('answer_consistency');
  expect(billing).toMatchObject({ local_week: '2026-03-02', topic: 'billing', answers: 4, similarity: null, far_answers: 0 });
  expect(refunds).toMatchObject({ topic: 'refunds', answers: 6, far_answers: 1 });
  // Ten of fifteen pairs are equal, five have little in common.
  expect(refunds!['similarity']).toBeGreaterThan(0.66);
  expect(refunds!['similarity']).toBeLessThan(0.72);
});

test('how agents write: mean length and share of messages with emoji', async () => {
  await episode('a', '2026-03-02T08:00:00Z', ALIKE);
  await episode('b', '2026-03-02T09:00:00Z', ALIKE, { agent: 'ben' });
  await run();
  expect(await rows('agent_style')).toEqual([
    { local_week: '2026-03-02', source: 'desk', agent: 'ana', messages: 2, mean_characters: (6 + ALIKE.length) / 2, emoji_ratio: 0.5, emoji: '1' },
    { local_week: '2026-03-02', source: 'desk', agent: 'ben', messages: 2, mean_characters: (6 + ALIKE.length) / 2, emoji_ratio: 0.5, emoji: '1' },
  ]);
});

test('the sample has the angry, the far and some others of each agent, and the same ones every time', async () => {
  for (let i = 0; i < 9; i++) await episode(`r${i}`, `2026-03-02T0${i + 1}:00:00Z`, ALIKE);
  await episode('far', '2026-03-02T11:00:00Z', OTHER);
  await episode('angry', '2026-03-02T12:00:00Z', ALIKE, { angry: true });
  await run();
  const sample = await rows('review_sample');
  const reasons = sample.map((row) => row['reason']).sort();
  expect(reasons).toEqual(['far_answer', 'negative', 'random', 'random', 'random']);
  expect(sample.find((row) => row['reason'] === 'far_answer')?.['conversation']).toBe(uuid('far'));
  expect(sample.find((row) => row['reason'] === 'negative')?.['conversation']).toBe(uuid('angry'));
  await run();
  expect(await rows('review_sample')).toEqual(sample);
});

test('the first run takes all weeks, later ones those that may still change; local weeks begin on Monday', async () => {
  await episode('sunday night', '2025-12-07T22:30:00Z', ALIKE); // 23:30 in Madrid
  await episode('monday', '2025-12-07T23:30:00Z', ALIKE); // 00:30 in Madrid
  await episode('now', '2026-03-02T09:00:00Z', ALIKE);
  await run();
  expect((await rows('answer_consistency')).map((row) => row['local_week'])).toEqual(['2025-12-01', '2025-12-08', '2026-03-02']);
  await pool.query('delete from replywatch.answer_consistency');
  await run();
  expect((await rows('answer_consistency')).map((row) => row['local_week'])).toEqual(['2026-03-02']);
});

test('without events there is nothing', async () => {
  await run();
  expect([await rows('answer_consistency'), await rows('agent_style'), await rows('review_sample')]).toEqual([[], [], []]);
});
