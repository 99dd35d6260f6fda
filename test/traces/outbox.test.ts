import { Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Done, TraceKey } from '../../exporter/core/trace-job.ts';
import { createTraceOutbox, enqueueTraces } from '../../exporter/store/outbox.ts';
import { freshDatabase } from '../support/postgres.ts';
import type { FreshDatabase } from '../support/postgres.ts';
import { ask, assign, handoff, receipt, resolve, say, spansOf, treeOf } from './histories.ts';
import { conversationId, enqueuePlain, entryOf, outboxRows, plain, storeHistory } from './stored.ts';

let database: FreshDatabase;
let pool: Pool;
let now = 1_000_000;
const outbox = () => createTraceOutbox(pool, { now: () => now, leaseSeconds: 60 });

const sentAs = ({ conversation, number }: TraceKey, revision = 0): Done => ({ conversation, number, revision, keepReason: 'ratio', whole: true, sent: null });

beforeAll(async () => {
  database = await freshDatabase('trace outbox');
  pool = new Pool({ connectionString: database.url });
});
beforeEach(async () => {
  now = 1_000_000;
  await pool.query('truncate replywatch.trace_outbox, replywatch.event, replywatch.episode_facts, replywatch.observation, replywatch.survey_facts');
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

describe('claims', () => {
  test('two workers at once get different jobs, and together all of them', async () => {
    await enqueuePlain(pool, Array.from({ length: 40 }, (_, index) => index));
    const shares = await Promise.all([outbox().claim(25), outbox().claim(25), outbox().claim(25)]);
    const claimed = shares.flat().map((job) => job.conversation);
    const rest = (await outbox().claim(25)).map((job) => job.conversation);
    expect(new Set([...claimed, ...rest]).size).toBe(40);
    expect(claimed.length + rest.length).toBe(40);
  });

  test('what a dead worker held is free when its lease has run out, not before', async () => {
    await enqueuePlain(pool, [1]);
    expect(await outbox().claim(5)).toHaveLength(1);
    now += 59_000;
    expect(await outbox().claim(5)).toHaveLength(0);
    now += 1_000;
    expect(await outbox().claim(5)).toHaveLength(1);
  });

  test('nothing is due before its time, and the longest due comes first', async () => {
    const [a, b, c] = await storeHistory(pool, plain, [1, 2, 3]);
    await enqueueTraces(pool, [entryOf(a!, null, now + 1), entryOf(b!, null, now), entryOf(c!, null, now - 500)], now);
    expect((await outbox().claim(5)).map((job) => job.conversation)).toEqual([conversationId(3), conversationId(2)]);
  });

  test('retry waits, release does not, done and drop end it', async () => {
    await enqueuePlain(pool, [1, 2, 3, 4, 5]);
    const [a, b, c, d, e] = await outbox().claim(5);
    await outbox().retry([a!], now + 1000);
    await outbox().release([b!]);
    await outbox().done([{ ...c!, keepReason: 'reopened', whole: true }]);
    await outbox().drop([d!], 'rejected');
    await outbox().skip([e!]);
    expect((await outbox().claim(5)).map((job) => job.conversation)).toEqual([b!.conversation]);
    const rows = new Map((await outboxRows(pool)).map(({ conversation, state, keep_reason, attempts }) => [conversation, [state, keep_reason, attempts]]));
    expect([a, b, c, d, e].map((job) => rows.get(job!.conversation))).toEqual([
      ['due', 'ratio', 1], ['due', 'ratio', 0], ['exported', 'reopened', 1], ['dropped', 'rejected', 0], ['sampled_out', 'ratio', 0],
    ]);
    now += 1000;
    expect((await outbox().claim(5)).map((job) => job.conversation)).toEqual([a!.conversation]);
  });
});

describe('what a job holds', () => {
  test('the whole trace can be built from it, receipts after the end and holders before the beginning included', async () => {
    const episodes = await storeHistory(pool, [
      [0, assign('ana')], [5, ask('q')], [10, say('agent', 'a')], [11, receipt('a', 'delivered')], [20, resolve()],
      [100, ask('q2')], [101, receipt('a', 'read')], [130, handoff], [200, say('agent', 'b')], [210, resolve()], [215, receipt('b', 'delivered')],
      [220, { kind: 'survey.sent', survey: 's' }], [240, { kind: 'survey.answered', survey: 's', score: 5 }],
      [400, ask('q3')], [401, resolve('contact')],
    ], [1]);
    await enqueueTraces(pool, episodes.map((episode) => entryOf(episode, null)), now);
    const jobs = (await outbox().claim(5)).toSorted((a, b) => a.number - b.number);
    expect(jobs.map((job) => job.episode)).toEqual(episodes);
    expect(jobs.map((job) => job.previousTraceId)).toEqual([undefined, entryOf(episodes[0]!, null).traceId, entryOf(episodes[1]!, null).traceId]);
    expect(treeOf(spansOf(jobs[1]!))).toEqual([
      'conversation 100-210', '  bot turn 100-130', '  agent turn 130-200', '    deliver message 200-215', '  wait for customer 200-210', '  csat survey 220-240',
      '  queue 130-130', '  first response 130-200',
    ]);
    expect(treeOf(spansOf(jobs[2]!))).toEqual(['conversation 400-401', '  agent turn 400-401', '  queue 400-400']);
  });

  test('an episode that a late event opened again leaves the queue, and comes back when it closes', async () => {
    const [episode] = await storeHistory(pool, plain, [1]);
    await enqueueTraces(pool, [entryOf(episode!, null)], now);
    await pool.query('delete from replywatch.episode_facts');
    expect(await outbox().claim(5)).toEqual([]);
    expect(await outboxRows(pool)).toEqual([]);
    await pool.query('truncate replywatch.event, replywatch.observation, replywatch.survey_facts');
    const [again] = await storeHistory(pool, plain, [1]);
    await enqueueTraces(pool, [entryOf(again!, null)], now);
    expect(await outbox().claim(5)).toHaveLength(1);
  });
});

describe('enqueueing again', () => {
  test('what was sent is not sent again, but counted as late', async () => {
    const [episode] = await storeHistory(pool, plain, [1]);
    expect(await enqueueTraces(pool, [entryOf(episode!, 'ratio')], now)).toEqual({ late: 0 });
    expect(await enqueueTraces(pool, [entryOf(episode!, 'ratio')], now)).toEqual({ late: 0 });
    await outbox().done([sentAs(episode!)]);
    expect(await enqueueTraces(pool, [entryOf(episode!, 'delivery_failed')], now)).toEqual({ late: 1 });
    expect(await outbox().claim(5)).toEqual([]);
  });

  test('what was sampled out comes back for a rule, not for the ratio', async () => {
    const [episode] = await storeHistory(pool, plain, [1]);
    await enqueueTraces(pool, [entryOf(episode!, null)], now);
    await outbox().skip([{ ...episode!, revision: 0 }]);
    for (const reason of [null, 'ratio']) {
      await enqueueTraces(pool, [entryOf(episode!, reason)], now);
      expect(await outbox().claim(5)).toEqual([]);
    }
    await enqueueTraces(pool, [entryOf(episode!, 'delivery_failed')], now);
    expect((await outbox().claim(5)).map((job) => job.keepReason)).toEqual(['delivery_failed']);
  });
});

test('the backlog tells how many wait and how long the oldest has been due', async () => {
  expect(await outbox().backlog()).toEqual({ pending: 0, oldestAgeSeconds: 0, lastSuccessAt: null });
  const [a, b] = await storeHistory(pool, plain, [1, 2]);
  await enqueueTraces(pool, [entryOf(a!, null, now - 90_000), entryOf(b!, null, now + 90_000)], now);
  expect(await outbox().backlog()).toEqual({ pending: 2, oldestAgeSeconds: 90, lastSuccessAt: null });
  await outbox().done([sentAs(a!)]);
  expect(await outbox().backlog()).toEqual({ pending: 1, oldestAgeSeconds: 0, lastSuccessAt: now });
});
