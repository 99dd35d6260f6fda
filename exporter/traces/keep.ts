/** Which traces are kept: rules first, as data, then a ratio. */
import type { EpisodeFact } from '../core/fact.ts';
import type { Settings, SettingsFor } from '../core/settings.ts';
import type { ConversationState, OpenEpisode } from '../core/state.ts';
import { KEEP_RULES, type KeepRule, type TraceChoices, type TraceJob } from '../core/trace-job.ts';
import { decide, traceIdFor } from './ids.ts';
import type { Decision } from './ids.ts';
import { PART_MS } from './parts.ts';

/** What the rules look at: an episode, open or closed, and what only its events and surveys tell. */
interface Signs {
  readonly episode: Pick<EpisodeFact, 'number' | 'failedMessages' | 'slaFirstResponse'> & { readonly outcome?: string; readonly queueSeconds?: number | null } | OpenEpisode;
  readonly negative: boolean;
  /** The last score of a satisfaction survey. */
  readonly score?: number | undefined;
  readonly settings: Settings;
}

/** Scores up to this one, of five, are unhappy. */
const UNHAPPY_SCORE = 2;
const LEFT_ALONE: ReadonlySet<string> = new Set(['abandoned', 'missed', 'dropped', 'bot_abandoned']);

/** Once true for an episode a rule stays true, late corrections aside: a decision to keep is never taken back. */
const FIRES: Readonly<Record<KeepRule, (signs: Signs) => boolean>> = {
  delivery_failed: ({ episode }) => episode.failedMessages > 0,
  first_response_late: ({ episode }) => episode.slaFirstResponse === 'missed',
  queue_late: ({ episode, settings }) => (episode.queueSeconds ?? 0) > settings.slaFirstResponseSeconds,
  negative_sentiment: ({ negative }) => negative,
  unhappy: ({ score }) => score !== undefined && score <= UNHAPPY_SCORE,
  abandoned: ({ episode }) => 'outcome' in episode && episode.outcome !== undefined && LEFT_ALONE.has(episode.outcome),
  reopened: ({ episode }) => episode.number > 1,
};

export interface KeepOptions {
  /** The key of trace ids. */
  readonly key: string;
  /** Share of the other episodes that is kept, 0 to 1. */
  readonly ratio: number;
  /** Rules in force; all by default. */
  readonly rules?: readonly KeepRule[];
  readonly settingsFor: SettingsFor;
}

/** A decision and the trace it is about. */
export type Kept = Decision & { readonly traceId: string };

/** Decides about a closed episode. Not keeping it is provisional: its events and surveys have not been asked. */
export function keepFor(episode: EpisodeFact, options: KeepOptions): Kept {
  const traceId = traceIdFor(options.key, episode.conversation, episode.number);
  return { traceId, ...decide(traceId, options.ratio, fired({ episode, negative: false, settings: options.settingsFor(episode.source, episode.inbox) }, options)) };
}

/** Decides about an episode with everything there is of it. */
export function keepJob(job: Pick<TraceJob, 'episode' | 'events' | 'surveys'>, options: KeepOptions): Decision {
  const { episode, events, surveys } = job;
  const rules = fired({ episode, negative: events.some(isNegative), score: surveys.at(-1)?.score, settings: options.settingsFor(episode.source, episode.inbox) }, options);
  // An id costs more than all rules, and usually nobody has to ask it.
  return decide(rules.length > 0 || options.ratio >= 1 ? undefined : traceIdFor(options.key, episode.conversation, episode.number), options.ratio, rules);
}

/** The choices for the transaction that stores what happened. */
export const createTraceChoices = (options: KeepOptions): Pick<TraceChoices, 'traceOf' | 'checkpointOf'> => ({
  traceOf: (episode) => { const kept = keepFor(episode, options); return { traceId: kept.traceId, keepReason: kept.keep ? kept.reason : null }; },
  checkpointOf: (id, before, after, negative) => checkpointFor(id, before, after, negative, options),
});

/**
 * Whether what just happened to an open episode calls for a checkpoint: a rule fires now, or a part of it is over. Coming back is no
 * reason, because that alone is no news. @param negative a message that came now sounds negative
 */
export function checkpointFor(id: string, before: ConversationState | undefined, after: ConversationState, negative: boolean, options: KeepOptions): { readonly traceId: string; readonly keepReason: string } | undefined {
  const { open } = after;
  if (!open) return undefined;
  const same = before?.open?.number === open.number ? before.open : undefined;
  const settings = options.settingsFor(open.source, open.inbox);
  const fired = (options.rules ?? KEEP_RULES).find((rule) => rule !== 'reopened' && FIRES[rule]({ episode: open, negative, settings })
    && !(same && FIRES[rule]({ episode: same, negative: false, settings })));
  if (fired !== undefined) return { traceId: traceIdFor(options.key, id, open.number), keepReason: fired };
  const partAt = (at: number): number => Math.floor((at - open.openedAt) / PART_MS);
  if (!same || partAt(after.key?.[0] ?? open.openedAt) === partAt(before?.key?.[0] ?? open.openedAt)) return undefined;
  const kept = certainlyKept(id, open.number, options);
  return kept.keep ? { traceId: kept.traceId, keepReason: kept.reason } : undefined;
}

/**
 * Whether an exemplar may name the trace of an episode of which only this is known: what the ratio keeps, and what has come back, is kept
 * whatever happens later.
 */
export function certainlyKept(conversation: string, number: number, options: KeepOptions): Kept {
  const traceId = traceIdFor(options.key, conversation, number);
  return { traceId, ...decide(traceId, options.ratio, number > 1 && (options.rules ?? KEEP_RULES).includes('reopened') ? ['reopened'] : []) };
}

const fired = (signs: Signs, { rules = KEEP_RULES }: KeepOptions): readonly KeepRule[] => rules.filter((rule) => FIRES[rule](signs));

const isNegative = (event: TraceJob['events'][number]): boolean =>
  (event.kind === 'message.inbound' || event.kind === 'sentiment.scored') && event.sentiment === 'negative';
