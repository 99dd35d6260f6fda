/** Wires up what happens to texts: reading at the door, a scorer of one's own, keeping for review. */
import type { Pool } from 'pg';
import type { Config } from './config.ts';
import { starterTopics } from './config/starter-topics.ts';
import type { CanonicalEvent } from './core/event.ts';
import type { Committer } from './ingest/committer.ts';
import { createKeeper } from './ingest/keeper.ts';
import { pseudonymOf } from './ingest/pseudonym.ts';
import { createScorer } from './ingest/scorer.ts';
import { createUnderstanding, type Understand } from './ingest/understand.ts';
import type { Keys } from './keys.ts';
import type { Logger } from './log.ts';
import { startLoop } from './loop.ts';
import type { ProcessMetrics } from './metrics/process.ts';
import { scoreText } from './sentiment/score.ts';
import type { TopicRule } from './sentiment/topics.ts';
import { keepTexts, purgeTexts } from './store/texts.ts';

/** What texts are read, scored and kept with. */
export interface TextsOptions {
  readonly config: Config;
  readonly keys: Keys;
  readonly pool: Pool;
  readonly metrics: ProcessMetrics;
  readonly now: () => number;
  readonly log: Logger;
  readonly committer: () => Pick<Committer, 'submit'>;
}

/** What happens to texts from the door on. */
export interface Texts {
  readonly understand: Understand;
  /** Absent when nobody needs a text once its event is stored. */
  readonly onText?: (event: CanonicalEvent, text: string) => void;
  /** Before the committer stops: what is on its way is scored and written. */
  stop(): Promise<void>;
}

const PURGE_EVERY_MS = 10 * 60_000;
const DAY_MS = 86_400_000;

/** The rules in force: one's own first, so that they win ties, then the shipped ones. */
export const topicRules = ({ topics }: Pick<Config, 'topics'>): readonly TopicRule[] => [...topics.rules, ...(topics.starter ? starterTopics() : [])];

/** Reads texts at the door as the configuration says; `scoredElsewhere` while somebody else scores them. */
export const understandingOf = (config: Config, keys: Pick<Keys, 'pseudonym'>, scoredElsewhere?: () => boolean): Understand =>
  createUnderstanding({ key: keys.pseudonym, topics: topicRules(config), surveys: config.surveys, ...(scoredElsewhere && { scoredElsewhere }) });

/** Starts what the configuration asks for; without it texts end at the door. */
export function startTexts({ config, keys, pool, metrics, now, log, committer }: TextsOptions): Texts {
  const scorer = config.scorer && createScorer({
    ...config.scorer, metrics, now, builtIn: (text) => scoreText(text).label,
    idOf: (event) => pseudonymOf(keys.pseudonym, 'event', event.source, `scored:${event.id}`),
    submit: (event) => committer().submit([event], [], (error) => { if (error !== undefined) log.debug({ err: error }, 'a score was not stored'); }),
  });
  const onError = (error: unknown): void => log.error({ err: error }, 'texts for review could not be written or removed');
  const { texts } = config;
  const keeper = texts && createKeeper({ key: texts.key, onError, write: (rows) => keepTexts(pool, rows, now() + texts.keepDays * DAY_MS) });
  // Without a keeper everything goes: somebody turned it off.
  const purge = startLoop(PURGE_EVERY_MS, async () => void await purgeTexts(pool, now(), keeper === undefined), onError);
  const onText = scorer || keeper ? (event: CanonicalEvent, text: string): void => {
    keeper?.keep(event, text);
    // What was scored at the door, because the scorer was away, is not scored again.
    if (event.kind === 'message.inbound' && event.sentiment === undefined) scorer?.offer(event, text);
  } : undefined;
  return {
    understand: understandingOf(config, keys, () => scorer?.isUp() ?? false),
    ...(onText && { onText }),
    async stop() {
      await Promise.all([scorer?.stop(), keeper?.stop(), purge.stop()]);
    },
  };
}
