/**
 * Group commit: what arrives while one transaction is on its way forms the next, which leaves as soon as the one before has been sent.
 * There is no timer, so an idle service adds no wait.
 */
import type { CanonicalEvent } from '../core/event.ts';
import type { Applied, EventStore, Rejected } from '../store/store.ts';

/** What became of one submission. */
export interface Committed extends Applied {
  /** Events the database will never take. They were counted as rejected; sending them again would not help. */
  readonly refused: readonly CanonicalEvent[];
}

/** Called once: with the error when nothing is promised, or with the result when all is durable. */
export type CommitDone = (error: unknown, committed?: Committed) => void;

/** The store, the limits of the queue, and who hears of commits. */
export interface CommitterOptions {
  readonly store: Pick<EventStore, 'apply'>;
  /** Events that may wait, those in the open transaction included. */
  readonly maxPending: number;
  /** Events per transaction; default 1000. */
  readonly maxBatch?: number;
  /** One transaction stored `events` events (duplicates included) and took `seconds`. */
  readonly onCommit?: (events: number, seconds: number) => void;
  readonly onError?: (error: unknown) => void;
  /** The database refused one event for its data: its kind and source may be told, its content not. */
  readonly onRefused?: (event: CanonicalEvent, error: unknown) => void;
}

/** The queue in front of the transaction. */
export interface Committer {
  /**
   * False when too much waits already: answer 503. `alone` commits this submission in transactions of its own, so that its
   * numbers of stored events and duplicates are exact; together with others they are those of the whole transaction.
   */
  submit(events: readonly CanonicalEvent[], rejected: readonly Rejected[], done: CommitDone, alone?: boolean): boolean;
  /** Events accepted and not yet answered. */
  pending(): number;
  /** Resolves when nothing is waiting or in a transaction. */
  drain(): Promise<void>;
}

interface Job { readonly events: readonly CanonicalEvent[]; readonly rejected: readonly Rejected[]; readonly done: CommitDone; readonly alone: boolean }

/** One per process: batches must not overtake each other. */
export function createCommitter({ store, maxPending, maxBatch = 1000, onCommit, onError, onRefused }: CommitterOptions): Committer {
  let queue: Job[] = [];
  let waiting = 0;
  let running = 0; // transactions that are not answered yet, and the pump
  let pumping = false;
  let idle: (() => void)[] = [];

  return {
    submit(events, rejected, done, alone = false) {
      // A submission larger than the limit is taken when nothing else waits: it would never fit otherwise.
      if (waiting > 0 && waiting + weight({ events, rejected }) > maxPending) return false;
      waiting += weight({ events, rejected });
      queue.push({ events, rejected, done, alone });
      if (!pumping) {
        pumping = true;
        running += 1;
        setImmediate(() => void pump());
      }
      return true;
    },
    pending: () => waiting,
    drain: () => (running > 0 ? new Promise((resolve) => void idle.push(resolve)) : Promise.resolve()),
  };

  async function pump(): Promise<void> {
    while (queue.length > 0) {
      running += 1;
      await new Promise<void>((next) => void commit(nextBatch(), next).finally(() => { next(); ended(); }));
    }
    pumping = false;
    ended();
  }

  function ended(): void {
    running -= 1;
    if (running > 0) return;
    const resolves = idle;
    idle = [];
    for (const resolve of resolves) resolve();
  }

  function nextBatch(): readonly Job[] {
    let events = 0;
    let count = 0;
    for (const job of queue) {
      if (count > 0 && (job.alone || queue[0]!.alone || events + job.events.length > maxBatch)) break;
      events += job.events.length;
      count += 1;
    }
    const batch = queue.slice(0, count);
    queue = queue.slice(count);
    return batch;
  }

  async function commit(jobs: readonly Job[], next: () => void): Promise<void> {
    const events = jobs.length === 1 ? jobs[0]!.events : jobs.flatMap((job) => job.events);
    const rejected = jobs.length === 1 ? jobs[0]!.rejected : jobs.flatMap((job) => job.rejected);
    let failure: unknown;
    let result: Committed | undefined;
    try {
      result = await applyAll(events, rejected, next);
    } catch (error) {
      failure = error;
      onError?.(error);
    }
    for (const job of jobs) {
      waiting -= weight(job);
      const own = result && (result.refused.length === 0 || jobs.length === 1 ? result
        : { ...result, refused: result.refused.filter((event) => job.events.includes(event)) });
      try {
        job.done(failure, own);
      } catch (error) {
        onError?.(error); // an answer that cannot be given must not stop the others
      }
    }
  }

  /** One transaction, or several for a submission that is larger than one. */
  async function applyAll(events: readonly CanonicalEvent[], rejected: readonly Rejected[], next: () => void): Promise<Committed> {
    if (events.length <= maxBatch) return applySplitting(events, rejected, next);
    let total = await applySplitting(events.slice(0, maxBatch), rejected);
    for (let from = maxBatch; from < events.length; from += maxBatch) total = sum(total, await applySplitting(events.slice(from, from + maxBatch), []));
    return total;
  }

  /** Halves a batch that the database refuses for its data until the one event at fault stands alone. */
  async function applySplitting(events: readonly CanonicalEvent[], rejected: readonly Rejected[], next?: () => void): Promise<Committed> {
    try {
      const start = performance.now();
      const applied = await store.apply(events, rejected, next);
      onCommit?.(events.length, (performance.now() - start) / 1000);
      return { ...applied, refused: [] };
    } catch (error) {
      const [only] = events;
      if (!only || !isDataError(error)) throw error;
      if (events.length === 1) {
        onRefused?.(only, error);
        return { ...await store.apply([], [...rejected, { source: only.source, kind: only.kind }]), refused: [only] };
      }
      const middle = events.length >> 1;
      const first = await applySplitting(events.slice(0, middle), rejected);
      return sum(first, await applySplitting(events.slice(middle), []));
    }
  }
}

const weight = (job: Pick<Job, 'events' | 'rejected'>): number => Math.max(1, job.events.length + job.rejected.length);

const sum = (a: Committed, b: Committed): Committed =>
  ({ stored: a.stored + b.stored, duplicates: a.duplicates + b.duplicates, refused: [...a.refused, ...b.refused] });

/**
 * SQLSTATE class 22 (data exception) or 23 (integrity): the same data will be refused again. Anything else, a lost connection
 * above all, must not cost an event.
 */
function isDataError(error: unknown): boolean {
  const code = sqlState(error) ?? (error instanceof Error ? sqlState(error.cause) : undefined);
  return code !== undefined && (code.startsWith('22') || code.startsWith('23'));
}

function sqlState(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined;
}
