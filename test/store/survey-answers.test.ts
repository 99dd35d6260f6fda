/** Ratings typed in the chat, from the provider's words to the row and the counter, on a real Postgres. */
import { Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { starterTopics } from '../../exporter/config/starter-topics.ts';
import type { CanonicalEvent, ParsedEvent } from '../../exporter/core/event.ts';
import { DEFAULT_SETTINGS } from '../../exporter/core/settings.ts';
import { createEnricher } from '../../exporter/ingest/enrich.ts';
import { createUnderstanding } from '../../exporter/ingest/understand.ts';
import { createStore, type Store } from '../../exporter/store/apply.ts';
import { countingOf } from '../../exporter/workplace.ts';
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts';

const T0 = Date.parse('2026-03-02T09:00:00Z');
const key = 'k'.repeat(64);
const settings = { ...DEFAULT_SETTINGS, settleSeconds: 0 };
const SURVEYS = [
  { type: 'csat', scale: '1-5', templates: ['rate_us'], ids: [], texts: ['How did we do?'], buttons: { Excelente: 5, Malo: 1 } },
  { type: 'nps', scale: '0-10', templates: [], ids: ['recommend'], texts: [], buttons: {} },
  { type: 'csat', scale: 'thumbs', templates: [], ids: ['thumbs'], texts: [], buttons: {} },
] as const;
const { enrich } = createEnricher({ key, settingsFor: () => settings, understand: createUnderstanding({ key, topics: starterTopics(), surveys: SURVEYS }) });

let n = 0;
/** `at`: seconds after nine o'clock. */
const event = (at: number, kind: string, more: object = {}): CanonicalEvent => {
  const id = `e${++n}`;
  return enrich({
    id, source: 'whatsapp', channel: 'whatsapp', inbox: 'main', t: T0 + at * 1000, receivedAt: T0 + 40 * 86_400_000, conversation: 'c1', contact: 'u1', kind,
    ...(kind.startsWith('message.') ? { message: id, content: 'text' } : {}), ...more,
  } as unknown as ParsedEvent)!;
};
const inbound = (at: number, text: string, more: object = {}): CanonicalEvent => event(at, 'message.inbound', { text, ...more });
const sent = (at: number, survey = 's1', more: object = {}): CanonicalEvent => event(at, 'survey.sent', { survey, ...more });
const agent = (at: number, text = 'Here you are'): CanonicalEvent => event(at, 'message.outbound', { author: 'agent', authorId: 'ana', text });
/** A conversation that was answered and closed. */
const served = (): CanonicalEvent[] => [inbound(0, 'Where is my parcel?'), agent(30), event(60, 'conversation.resolved', { by: 'agent' })];

describe('a rating in the chat', () => {
  let database: FreshDatabase;
  let pool: Pool;
  let store: Store;
  const start = (): Store => createStore({ url: database.url, pool, settingsFor: () => settings, counting: countingOf(), now: () => T0 + 40 * 86_400_000 });
  beforeAll(async () => {
    database = await freshDatabase('survey_answers');
    pool = new Pool({ connectionString: database.url, max: 3 });
    store = start();
  });
  afterAll(async () => {
    await store.close();
    await pool.end();
    await database.drop();
  });
  beforeEach(() => pool.query('truncate replywatch.event, replywatch.conversation, replywatch.episode_facts, replywatch.observation, replywatch.metric_total, replywatch.survey_facts'));

  const rows = async (): Promise<unknown> => (await pool.query('select survey_facts.type, survey_facts.first_score, survey_facts.score, survey_facts.answered_at is not null as answered from replywatch.survey_facts order by sent_at')).rows;
  const answered = (score: number, type = 'csat') => ({ type, first_score: score, score, answered: true });
  const open = (type = 'csat') => ({ type, first_score: null, score: null, answered: false });
  const episodes = async (): Promise<number> => Number((await pool.query(`select coalesce(max((conversation.state::json ->> 'episodes')::int), 0) as n from replywatch.conversation`)).rows[0].n);
  const counted = async (score: number): Promise<number> =>
    Number((await pool.query('select total.value from replywatch.metric_total as total where total.key = $1', [`chat_csat_responses_total{inbox="main",score="${score}"}`])).rows[0]?.value ?? 0);

  it('counts an answer that is given again, with words this time, once', async () => {
    await store.apply([...served(), sent(61), event(70, 'survey.answered', { survey: 's1', type: 'csat', score: 4 })]);
    await store.apply([event(90, 'survey.answered', { survey: 's1', type: 'csat', score: 4 }), event(120, 'survey.answered', { survey: 's1', type: 'csat', score: 4 })]);
    await store.apply([event(65, 'survey.answered', { survey: 's1', type: 'csat', score: 4 })]);
    expect(await rows()).toEqual([answered(4)]);
    expect(await counted(4)).toBe(1);
  });

  it.each([['5', 5], ['٥', 5], ['五', 5], ['5/5', 5], ['⭐⭐⭐⭐', 4], ['cuatro', 4], ['Très bien', undefined], ['5 out of 10', undefined], ['12', undefined], ['👍', undefined]])(
    '%s after a survey', async (text, score) => {
      await store.apply([...served(), sent(61), inbound(90, text)]);
      expect(await rows()).toEqual([score === undefined ? open() : answered(score)]);
      if (score !== undefined) {
        expect(await episodes()).toBe(1); // it opens nothing, so nobody waits
        expect(await counted(score)).toBe(1);
      }
    });

  it.each([
    ['a button named in the configuration', 's1', inbound(90, 'Excelente', { content: 'button' }), answered(5)], ['a button with a number', 's1', inbound(90, '4 – good', { content: 'button' }), answered(4)],
    ['NPS by the survey\'s id', 'recommend', inbound(90, '9'), answered(9, 'nps')], ['a thumb down', 'thumbs', inbound(90, '👎🏽'), answered(1)], ['a number for thumbs', 'thumbs', inbound(90, '5'), open()],
  ])('%s', async (_, survey, answer, row) => {
    await store.apply([...served(), sent(61, survey), answer]);
    expect(await rows()).toEqual([row]);
  });

  it.each([['a template', { template: { name: 'rate_us' } }], ['a text', { text: 'Thank you! How did we do? 1-5' }]])('recognises the survey by %s, whoever sent it', async (_, more) => {
    await store.apply([...served(), event(61, 'message.outbound', { author: 'agent', ...more }), inbound(90, '3')]);
    expect(await rows()).toEqual([answered(3)]);
  });

  it('is none without a survey, and a customer waits', async () => {
    await store.apply([inbound(0, '5')]);
    expect(await rows()).toEqual([]);
    expect((await pool.query('select conversation.waiting_since from replywatch.conversation')).rows[0].waiting_since).not.toBeNull();
  });

  it('is none once the talk went on, nor a second time, nor after the window', async () => {
    await store.apply([...served(), sent(61), inbound(90, 'one more question about my invoice'), agent(200, 'Which invoice, 1 or 2?'), inbound(230, '2')]);
    expect(await rows()).toEqual([open()]);
    await store.apply([event(300, 'conversation.resolved', { by: 'agent' }), sent(301, 's2'), inbound(320, '4'), inbound(330, '2')]);
    expect(await rows()).toEqual([open(), answered(4)]);
    await store.apply([event(400, 'conversation.resolved', { by: 'agent' }), sent(401, 's3'), inbound(402 + 14 * 86_400, '1')]);
    expect(await rows()).toEqual([open(), answered(4), open()]);
  });

  it('is the same in any order of arrival, after a restart, on any replica, and counts once', async () => {
    const events = [...served(), sent(61), inbound(90, '5')];
    for (const order of [[0, 1, 2, 4, 3], [4, 3, 2, 1, 0], [3, 4, 0, 2, 1]]) {
      await pool.query('truncate replywatch.event, replywatch.conversation, replywatch.episode_facts, replywatch.observation, replywatch.metric_total, replywatch.survey_facts');
      for (const index of order) {
        const replica = start();
        await replica.apply([events[index]!]);
        await replica.close();
      }
      expect(await rows(), String(order)).toEqual([answered(5)]);
      expect(await counted(5), String(order)).toBe(1);
    }
    await store.apply(events); // a redelivery
    await store.apply([agent(40, 'And one more thing')]); // folds the history again
    expect(await counted(5)).toBe(1);
  });
});
