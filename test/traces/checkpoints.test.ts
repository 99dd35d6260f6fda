/** From the transaction to the receiver, on a real database: what can be found while an episode is open, at its end, and after it. */
import fc from 'fast-check';
import { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { CanonicalEvent, Payload } from '../../exporter/core/event.ts';
import { DEFAULT_SETTINGS } from '../../exporter/core/settings.ts';
import { createStore, type Store } from '../../exporter/store/apply.ts';
import { createTraceOutbox } from '../../exporter/store/outbox.ts';
import { settle } from '../../exporter/store/settle.ts';
import { createTraceExporter } from '../../exporter/traces/exporter.ts';
import { traceIdFor } from '../../exporter/traces/ids.ts';
import { certainlyKept, createTraceChoices, type KeepOptions } from '../../exporter/traces/keep.ts';
import { startPump, type Pump } from '../../exporter/traces/pump.ts';
import { createRenderer } from '../../exporter/traces/render.ts';
import { countingOf } from '../../exporter/workplace.ts';
import { startOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from '../support/otlp.ts';
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { ask, assign, CONVERSATION, eventsOf, handoff, KEY, receipt, resolve, say, TEN, type Line } from './histories.ts';
import { conversationId, outboxRows } from './stored.ts';

let database: FreshDatabase;
let pool: Pool;
let store: Store;
let receiver: OtlpReceiver;
let pump: Pump;
let keep: KeepOptions;
/** Seconds after ten. */
let clock = 0;
const now = (): number => TEN + clock * 1000;

beforeAll(async () => {
  database = await freshDatabase('trace checkpoints');
  pool = new Pool({ connectionString: database.url });
});
beforeEach(async () => {
  receiver = await startOtlpReceiver();
  clock = 0;
  await pool.query('truncate replywatch.trace_outbox, replywatch.event, replywatch.episode_facts, replywatch.observation, replywatch.survey_facts, replywatch.conversation, replywatch.metric_exemplar, replywatch.metric_total');
  begin(1);
});
afterEach(async () => {
  await Promise.all([pump.shutdown(), store.close()]);
  await receiver.close();
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

function begin(ratio: number): void {
  keep = { key: KEY, ratio, settingsFor: () => DEFAULT_SETTINGS };
  store = createStore({ url: database.url, pool, settingsFor: () => DEFAULT_SETTINGS, counting: countingOf(), now, traces: createTraceChoices(keep) });
  pump = startPump({ outbox: createTraceOutbox(pool, { now }), exporter: createTraceExporter({ url: receiver.url }), render: createRenderer({ ...keep, now }), hooks: { count: () => undefined }, idleMs: 10, now });
}
async function restart(ratio: number): Promise<void> {
  await Promise.all([pump.shutdown(), store.close()]);
  begin(ratio);
}

let told: Line[] = [];
beforeEach(() => { told = []; });
/** Tells what happened next, at its time, and lets the clock go on to `until`. */
async function tell(lines: readonly Line[], until: number): Promise<void> {
  const from = told.length;
  told.push(...lines);
  const uuid = (text: string): string => `00000000-0000-4000-a000-${Buffer.from(text).toString('hex').padStart(12, '0').slice(0, 12)}`;
  const events = eventsOf(told).slice(from).map((event) => ('message' in event && event.message !== undefined ? { ...event, message: uuid(event.message) } : event) as CanonicalEvent);
  clock = Math.max(clock, lines.at(-1)?.[0] ?? 0);
  await store.apply(events);
  clock = until;
  await count();
}
const count = async (): Promise<void> => {
  while (await settle({ pool, counting: countingOf(), traceIdOf: (conversation, number) => {
    const kept = certainlyKept(conversation, number, keep);
    return kept.keep ? { traceId: kept.traceId, keepReason: kept.reason } : undefined;
  } }, now()) > 0);
};
const nothingDue = async (): Promise<boolean> => {
  const { rows: [row] } = await pool.query<{ due: number }>("select count(*)::int as due from replywatch.trace_outbox as job where job.state = 'due' and job.due_at <= $1", [new Date(now())]);
  return row!.due === 0;
};
const names = (): readonly string[] => receiver.spans().map(({ name }) => name);
const exemplars = async (): Promise<readonly string[]> => (await pool.query<{ id: string }>('select distinct exemplar.trace_id as id from replywatch.metric_exemplar as exemplar')).rows.map(({ id }) => id);
const TRACE = traceIdFor(KEY, CONVERSATION, 1);

test('an exemplar leads to a trace while the episode is open, and the end repeats it unchanged and whole', async () => {
  await tell([[0, ask('q')], [50, say('agent', 'a')]], 115);
  expect(await exemplars()).toEqual([TRACE]);
  await until('the checkpoint is there', async () => receiver.spans().length > 0 && nothingDue());
  expect(names()).toEqual(['conversation opened', 'agent turn']);
  const before = receiver.spans();
  await tell([[200, ask('q2')], [230, say('agent', 'b')], [260, resolve()]], 325);
  await until('the whole trace is there', () => names().includes('conversation'));
  const last = receiver.requests.at(-1)!.spans;
  expect(last.map(({ name }) => name).sort()).toEqual(['agent turn', 'agent turn', 'conversation', 'conversation opened', 'first response', 'response', 'wait for customer', 'wait for customer']);
  for (const span of before) expect(last).toContainEqual(span);
  await until('it is marked', async () => (await outboxRows(pool))[0]!.state === 'exported');
});

test('later answers carry exemplars, too, but send nothing anew: their trace can be found', async () => {
  await tell([[0, ask('q')], [50, say('agent', 'a')]], 115);
  await until('the checkpoint is there', async () => receiver.spans().length > 0 && nothingDue());
  await tell([[200, ask('q2')], [230, say('agent', 'b')], [300, ask('q3')], [390, say('agent', 'c')]], 460);
  const { rows } = await pool.query<{ key: string; value: number }>('select exemplar.key, exemplar.value from replywatch.metric_exemplar as exemplar');
  expect(rows.filter(({ key }) => key.startsWith('chat_response_seconds{')).map(({ value }) => value).sort()).toEqual([30, 50, 90]);
  expect([await nothingDue(), receiver.requests.length]).toEqual([true, 1]);
});

test('a rule that fires keeps the trace, sends what is over at once, and lets exemplars name it', async () => {
  await restart(0);
  await tell([[0, ask('q')], [70, say('agent', 'a')]], 75);
  await until('the checkpoint is there', async () => receiver.spans().length > 0 && nothingDue());
  expect(names()).toEqual(['conversation opened']); // the turn may still fail
  expect(await outboxRows(pool)).toMatchObject([{ state: 'open', keep_reason: 'first_response_late' }]);
  clock = 140;
  await count();
  expect(await exemplars()).toEqual([TRACE]);
  await until('a second checkpoint is there', () => names().includes('agent turn'));
  await tell([[300, resolve()]], 335);
  await until('the whole trace is there', () => names().includes('conversation'));
  expect(receiver.spans().find(({ name }) => name === 'conversation')!.attributes).toMatchObject({ 'conversation.keep_reason': 'first_response_late' });
});

test('without a rule and outside the ratio nothing is sent, and no exemplar names it', async () => {
  await restart(0);
  await tell([[0, ask('q')], [20, say('agent', 'a')], [40, resolve()]], 120);
  await until('it is decided', async () => (await outboxRows(pool))[0]?.state === 'sampled_out');
  expect([await exemplars(), names()]).toEqual([[], []]);
});

test('an unhappy answer after the end brings back what was not kept, whole', async () => {
  await restart(0);
  await tell([[0, ask('q')], [20, say('agent', 'a')], [40, resolve()], [41, { kind: 'survey.sent', survey: 's' }]], 120);
  await until('it is decided', async () => (await outboxRows(pool))[0]?.state === 'sampled_out');
  await tell([[500, { kind: 'survey.answered', survey: 's', score: 5 }]], 600);
  await until('it is decided again', nothingDue);
  expect(names()).toEqual([]);
  await tell([[700, { kind: 'survey.answered', survey: 's', score: 1 }]], 701);
  await until('the trace is there', () => names().includes('conversation'));
  expect(receiver.spans()[0]!.attributes).toMatchObject({ 'conversation.keep_reason': 'unhappy', 'conversation.csat.score': 1 });
  expect(names()).toContain('csat survey');
});

test('a survey that is answered after the trace was sent follows it alone', async () => {
  await tell([[0, ask('q')], [20, say('agent', 'a')], [40, resolve()], [41, { kind: 'survey.sent', survey: 's' }]], 120);
  await until('it is sent', async () => (await outboxRows(pool))[0]?.state === 'exported');
  await tell([[5000, { kind: 'survey.answered', survey: 's', score: 2 }]], 5001);
  await until('the survey is there', () => names().includes('csat survey'));
  const [survey] = receiver.requests.at(-1)!.spans as readonly ReceivedSpan[];
  expect(receiver.requests.at(-1)!.spans).toHaveLength(1);
  expect(survey).toMatchObject({ traceId: TRACE, start: TEN + 41_000, end: TEN + 5_000_000, attributes: { 'conversation.csat.score': 2 } });
  await tell([[5100, { kind: 'survey.answered', survey: 's', score: 3 }]], 5101);
  await until('nothing is due', nothingDue);
  expect(names().filter((name) => name === 'csat survey')).toHaveLength(1);
});

test('a message that sounds negative keeps the trace', async () => {
  await restart(0);
  await tell([[0, { ...ask('q'), sentiment: 'negative' } as Payload]], 1);
  await until('the checkpoint is there', () => names().includes('conversation opened'));
  expect(await outboxRows(pool)).toMatchObject([{ keep_reason: 'negative_sentiment' }]);
});

test('whatever happens, every exemplar leads to a trace that was sent', async () => {
  const step = fc.tuple(fc.integer({ min: 0, max: 400 }), fc.constantFrom<(n: number) => Payload>(
    (n) => ask(`in${n}`), (n) => ask(`in${n}`), (n) => say('agent', `out${n}`), (n) => say('agent', `out${n}`), (n) => say('bot', `bot${n}`), () => handoff, () => assign('ana'), () => resolve(),
    (n) => receipt(`out${n - 1}`, 'failed', '1'), () => ({ kind: 'survey.answered', survey: 's', score: 2 })));
  for (const ratio of [1, 0.3]) {
    await restart(ratio);
    await fc.assert(fc.asyncProperty(fc.array(fc.array(step, { minLength: 2, maxLength: 12 }), { minLength: 1, maxLength: 4 }), fc.integer({ min: 0, max: 2 ** 31 }), async (histories, seed) => {
      clock += 10_000;
      const base = clock;
      const events = histories.flatMap((steps, index) => {
        let at = base;
        const lines = steps.map(([after, what], n): Line => [(at += after), what(n)]);
        const conversation = conversationId(seed + index);
        const uuid = (text: string): string => `${seed.toString(16).padStart(8, '0')}-${String(index).padStart(4, '0')}-4000-8000-${Buffer.from(text).toString('hex').slice(0, 12).padEnd(12, '0')}`;
        return eventsOf(lines, conversation).map((event, n) => ({ ...event, id: uuid(`#${n}`), ...('message' in event && event.message !== undefined ? { message: uuid(event.message) } : {}) }) as CanonicalEvent);
      });
      for (const event of events.toSorted((a, b) => a.t - b.t)) {
        clock = Math.max(clock, (event.t - TEN) / 1000);
        await store.apply([event]);
      }
      clock += 100;
      await count();
      await until('all is sent', nothingDue);
      const sent = new Set(receiver.spans().map(({ traceId }) => traceId));
      for (const id of await exemplars()) expect(sent).toContain(id);
    }), { numRuns: 12 });
  }
});
