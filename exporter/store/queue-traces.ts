/** What a transaction means for traces: episodes that ended, open ones that should be found now, and ended ones about which something was learnt. */
import type { CanonicalEvent } from '../core/event.ts';
import type { EpisodeFact, Fact } from '../core/fact.ts';
import type { ConversationState } from '../core/state.ts';
import type { TraceChoices } from '../core/trace-job.ts';
import { enqueueCheckpoints, enqueueTraces, reviewTraces, type TraceEntry } from './outbox.ts';
import type { Between } from './two-steps.ts';

interface Change {
  readonly id: string;
  readonly before: ConversationState | undefined;
  readonly state: ConversationState;
  readonly episodes: readonly EpisodeFact[];
  readonly fresh: readonly CanonicalEvent[];
  readonly facts: readonly Fact[];
}

/** Milliseconds in which receipts of the last messages come in. */
const TRACE_DELAY_MS = 30_000;

/** Sends its statements ahead of the save, in the same transaction: a failure of theirs aborts it. Most batches need none. */
export function queueTraces(client: Between, changes: readonly Change[], { traceOf, checkpointOf, onLate }: TraceChoices, now: number): void {
  const ignore = (): undefined => undefined; // the save fails with it
  const ended = changes.flatMap((each) => each.episodes.map((episode): TraceEntry =>
    ({ conversation: episode.conversation, number: episode.number, ...traceOf(episode), dueAt: Math.max(now, episode.closedAt ?? 0) + TRACE_DELAY_MS })));
  if (ended.length > 0) void enqueueTraces(client, ended, now).then(({ late }) => { if (late > 0) onLate?.(late); }, ignore);
  const open = changes.flatMap(({ id, before, state, fresh }): TraceEntry[] => {
    const kept = state.open && checkpointOf(id, before, state, fresh.some(soundsNegative));
    return kept && state.open ? [{ conversation: id, number: state.open.number, ...kept, dueAt: now }] : [];
  });
  if (open.length > 0) void enqueueCheckpoints(client, open, now).catch(ignore);
  const learnt = changes.filter(({ fresh, facts }) => fresh.some(tellsLate) || facts.some(({ type }) => type === 'survey_reply')).map(({ id }) => id);
  if (learnt.length > 0) void reviewTraces(client, learnt, now).catch(ignore);
}

const soundsNegative = (event: CanonicalEvent): boolean => (event.kind === 'message.inbound' || event.kind === 'sentiment.scored') && event.sentiment === 'negative';
const tellsLate = (event: CanonicalEvent): boolean => event.kind === 'survey.answered' || (event.kind === 'sentiment.scored' && event.sentiment === 'negative');
