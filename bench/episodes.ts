/** Closed episodes with everything around them, stored by the transaction of the exporter; their traces stand in the outbox. */
import type { Pool } from 'pg';
import type { CanonicalEvent, Payload, Pseudonym } from '../exporter/core/event.ts';
import { DEFAULT_SETTINGS } from '../exporter/core/settings.ts';
import { createStore } from '../exporter/store/apply.ts';
import { migrate } from '../exporter/store/migrate.ts';
import type { Counting } from '../exporter/store/store.ts';
import { createTraceChoices } from '../exporter/traces/keep.ts';

export const TRACE_KEY = 'trace key of the benchmark';
const PER_BATCH = 100;
const HOUR = 3_600_000;

/** Seconds after the beginning, and what happened: a question, the bot, a person, another question, its answer, the end. */
const STORY: readonly (readonly [seconds: number, what: (message: (n: number) => string) => Payload])[] = [
  [0, (message) => ({ kind: 'message.inbound', message: message(1), content: 'text' })],
  [2, (message) => ({ kind: 'message.outbound', message: message(2), content: 'text', author: 'bot' })],
  [4, (message) => ({ kind: 'message.status', message: message(2), status: 'delivered' })],
  [20, (message) => ({ kind: 'message.inbound', message: message(3), content: 'text' })],
  [21, () => ({ kind: 'conversation.handoff', by: 'bot' })],
  [60, () => ({ kind: 'conversation.assigned', toType: 'agent', toId: 'agent-1' })],
  [75, (message) => ({ kind: 'message.outbound', message: message(4), content: 'text', author: 'agent' })],
  [76, (message) => ({ kind: 'message.status', message: message(4), status: 'delivered' })],
  [90, (message) => ({ kind: 'message.status', message: message(4), status: 'read' })],
  [200, (message) => ({ kind: 'message.inbound', message: message(5), content: 'text' })],
  [260, (message) => ({ kind: 'message.outbound', message: message(6), content: 'text', author: 'agent' })],
  [262, (message) => ({ kind: 'message.status', message: message(6), status: 'delivered' })],
  [400, () => ({ kind: 'conversation.resolved', by: 'agent' })],
];

/** Metrics are of no interest here. */
const NO_COUNTING: Counting = { add: () => undefined, event: () => undefined, ingestDelay: () => undefined, correction: () => undefined, missing: () => [], cap: () => 0, accept: () => undefined };

/** Stores `count` conversations of one closed episode each. */
export async function storeEpisodes(pool: Pool, databaseUrl: string, count: number): Promise<void> {
  await migrate(pool);
  const store = createStore({
    url: databaseUrl, pool, settingsFor: () => DEFAULT_SETTINGS, counting: NO_COUNTING, now: () => Date.now() - HOUR, // so that all are due
    traces: createTraceChoices({ key: TRACE_KEY, ratio: 1, rules: [], settingsFor: () => DEFAULT_SETTINGS }),
  });
  for (let from = 0; from < count; from += PER_BATCH) await store.apply(Array.from({ length: PER_BATCH }, (_, i) => storyOf(from + i)).flat());
  await store.close();
  await pool.query('vacuum analyze'); // as autovacuum leaves tables that have lived for a while
}

function storyOf(conversation: number): CanonicalEvent[] {
  const begin = Date.now() - 2 * HOUR;
  return STORY.map(([seconds, what], n): CanonicalEvent => ({
    ...what((message) => idOf(conversation, 1, message)), id: idOf(conversation, 2, n), conversation: idOf(conversation, 0, 0), contact: idOf(conversation, 3, 0),
    source: 'chatwoot', channel: 'webchat', inbox: 'shop', t: begin + seconds * 1000, receivedAt: begin + seconds * 1000 + 300,
  }));
}

/** A UUID as pseudonyms are, from numbers. */
const idOf = (conversation: number, kind: number, n: number): Pseudonym => `${String(conversation).padStart(8, '0')}-000${kind}-4000-8000-${String(n).padStart(12, '0')}` as Pseudonym;
