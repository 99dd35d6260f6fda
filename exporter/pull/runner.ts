/** Runs pulls on their schedules, each once at a time. Only the leader has one. */
import { createTask } from 'node-cron';
import type { ParsedEvent } from '../core/event.ts';
import type { Json } from '../sources/json.ts';
import { createClient, type Api, type ClientOptions } from './client.ts';
import { PullFailure, type Found, type Pull, type PullReason } from './pull.ts';

/** Where cursors and figures are kept; the tables of migration 0023. */
export interface PullStore {
  cursor(pull: string): Promise<Json | undefined>;
  save(pull: string, source: string, found: Pick<Found, 'costs' | 'templates'>, cursor: Json): Promise<void>;
  succeeded(pull: string, at: number): Promise<void>;
  failed(pull: string, at: number, reason: PullReason): Promise<void>;
  /** When each pull last succeeded: epoch ms. */
  successes(): Promise<ReadonlyMap<string, number>>;
}

/** What pulls run on, and who hears of them. */
export interface PullRunnerOptions {
  readonly pulls: readonly Pull[];
  readonly apiOf: (source: Pull['source']) => Api;
  readonly store: PullStore;
  /** Stores events. `isPast`: those of a first reading, which move no counter. */
  readonly take: (events: readonly ParsedEvent[], isPast: boolean) => Promise<void>;
  /** How far back the first run reads: milliseconds. */
  readonly pastMs: number;
  readonly onRun: (pull: string, outcome: 'success' | PullReason) => void;
  /** Epoch ms; at the start, too, of runs that other processes made. */
  readonly onSuccess: (pull: string, at: number) => void;
  readonly log: { warn(fields: object, message: string): void; debug(fields: object, message: string): void };
  readonly now: () => number;
  readonly pause: ClientOptions['pause'];
}

/** Pulls of a leader. */
export interface PullRunner {
  /** Runs all once, those of one platform one after the other, and then as scheduled. */
  start(): Promise<void>;
  /** One run, now; undefined when that pull is running. Never throws for what goes wrong inside. @throws RangeError for an unknown name */
  runNow(name: string): Promise<'success' | PullReason | undefined>;
  /** Starts nothing more and ends what is running at its next page. Final. */
  stop(): Promise<void>;
}

const PACE_MS = 200;

/** Makes the runner; nothing is asked before `start`. */
export function createPullRunner({ pulls, apiOf, store, take, pastMs, onRun, onSuccess, log, now, pause }: PullRunnerOptions): PullRunner {
  const stopping = new AbortController();
  const running = new Map<string, Promise<'success' | PullReason>>();
  const tasks: ReturnType<typeof createTask>[] = [];

  async function run(pull: Pull): Promise<'success' | PullReason | undefined> {
    if (stopping.signal.aborted || running.has(pull.name)) return undefined;
    const attempted = attempt(pull).finally(() => running.delete(pull.name));
    running.set(pull.name, attempted);
    return attempted;
  }

  async function attempt(pull: Pull): Promise<'success' | PullReason> {
    const startedAt = now();
    try {
      const first = await store.cursor(pull.name);
      // Saved with the cursor: a first reading that was broken off is still the first when it goes on.
      const isPast = first === undefined || first['past'] === true;
      const get = createClient({ api: apiOf(pull.source), paceMs: pull.paceMs ?? PACE_MS, signal: stopping.signal, pause, now });
      let cursor = first;
      await pull.run({
        get, cursor: first, now: startedAt, since: startedAt - pastMs,
        save: async (found, next) => {
          stopping.signal.throwIfAborted(); // somebody else may lead by now
          if (found.malformed && found.malformed.length > 0) log.debug({ pull: pull.name, malformed: found.malformed }, 'items of an answer could not be read');
          if (found.events && found.events.length > 0) await take(found.events, isPast);
          cursor = { ...next, ...(isPast && { past: true }) };
          await store.save(pull.name, pull.source, found, cursor);
        },
      });
      if (isPast && cursor !== undefined) await store.save(pull.name, pull.source, {}, { ...cursor, past: false });
      await store.succeeded(pull.name, startedAt);
      onRun(pull.name, 'success');
      onSuccess(pull.name, startedAt);
      return 'success';
    } catch (error) {
      if (stopping.signal.aborted) return 'other';
      const reason = error instanceof PullFailure ? error.reason : isUnavailable(error) ? 'store' : 'other';
      log.warn({ pull: pull.name, reason, err: error }, 'a platform could not be read; the next run goes on where this one stopped');
      await store.failed(pull.name, now(), reason).catch(() => undefined); // a failure of the store is counted all the same
      onRun(pull.name, reason);
      return reason;
    }
  }

  return {
    async start() {
      const successes = await store.successes().catch(() => new Map<string, number>()); // known again after the next run
      for (const pull of pulls) {
        const at = successes.get(pull.name);
        if (at !== undefined) onSuccess(pull.name, at);
      }
      for (const pull of pulls) tasks.push(createTask(pull.schedule, () => run(pull), taskOptions(pull, log)));
      for (const task of tasks) await task.start();
      // A platform that makes us wait keeps no other one waiting.
      await Promise.all([...Map.groupBy(pulls, ({ source }) => source).values()].map(async (own) => { for (const pull of own) await run(pull); }));
    },
    async runNow(name) {
      const pull = pulls.find((each) => each.name === name);
      if (!pull) throw new RangeError(`there is no pull ${name}`);
      return run(pull);
    },
    async stop() {
      stopping.abort();
      for (const task of tasks.splice(0)) await task.destroy();
      await Promise.all(running.values());
    },
  };
}

function taskOptions({ name }: Pull, log: PullRunnerOptions['log']): Parameters<typeof createTask>[2] {
  const note = (message: unknown): void => log.debug({ pull: name, note: String(message) }, 'scheduler');
  return { name, timezone: 'UTC', maxRandomDelay: 5_000, suppressMissedWarning: true, logger: { info: note, warn: note, error: note, debug: note } };
}

const isUnavailable = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'STORE_UNAVAILABLE';
