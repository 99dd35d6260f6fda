/**
 * A waiting room on disk for sources that do not send again. Events in it are pseudonymised, one JSON line each; a line that was
 * not finished was never acknowledged. The directory belongs to one process.
 */
import { mkdirSync, readdirSync } from 'node:fs';
import { open, readFile, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { CanonicalEvent } from '../core/event.ts';
import type { Rejected } from '../store/store.ts';
import type { Committer } from './committer.ts';

/** Where a held submission ended; `failed`: neither the database nor the disk took it. */
export type Held = 'stored' | 'spooled' | 'failed';

/** Where events wait, and who takes them when the database is back. */
export interface SpoolOptions {
  readonly directory: string;
  readonly committer: Pick<Committer, 'submit'>;
  /** How long a request waits for the database before it goes to disk; default 4 s. */
  readonly holdMs?: number;
  /** Pause between attempts, held and draining; default 500 ms. */
  readonly retryMs?: number;
  /** Events on disk, whenever that changes. */
  readonly onSize?: (events: number) => void;
  /** The disk, or the database while draining, failed. */
  readonly onError?: (error: unknown) => void;
  /** Lines that could not be read back: at most the last one of a file after a crash. */
  readonly onDamaged?: (lines: number) => void;
}

/** Holds events of sources that do not send again while the database is away. */
export interface Spool {
  /** Takes what could not be committed; `atOnce` where nobody may wait for the database. */
  hold(events: readonly CanonicalEvent[], rejected: readonly Rejected[], done: (held: Held) => void, atOnce?: boolean): void;
  /** Events on disk. */
  size(): number;
  /** Commits what is on disk, oldest first; a file is deleted after its last commit. False when something is left. */
  drain(): Promise<boolean>;
  /** Ends attempts: what is held goes to disk now. Resolves when that is done. */
  stop(): Promise<void>;
}

interface Line { readonly event?: CanonicalEvent; readonly rejected?: Rejected }
interface Job { readonly events: readonly CanonicalEvent[]; readonly rejected: readonly Rejected[]; readonly done: (held: Held) => void }

/** More held requests than this would only fill memory. */
const MOST_HELD = 1_000;
/** Events per submission while draining. */
const PORTION = 500;
const SUFFIX = '.ndjson';

/** Takes up what a former process left in the directory and drains in the background. @throws when the directory cannot be made or read */
export function createSpool({ directory, committer, holdMs = 4_000, retryMs = 500, onSize, onError, onDamaged }: SpoolOptions): Spool {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const files = new Map<string, number>();
  for (const name of readdirSync(directory).filter((file) => file.endsWith(SUFFIX)).sort()) files.set(name, 1); // counted when read
  let sequence = 0;
  let current: { readonly name: string; readonly file: FileHandle } | undefined;
  let toWrite: Job[] = [];
  let writing: Promise<void> | undefined;
  let appending: Promise<void> = Promise.resolve();
  let draining: Promise<boolean> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopping = false;
  const held = new Map<NodeJS.Timeout, Job>();

  const size = (): number => [...files.values()].reduce((sum, events) => sum + events, 0);
  schedule();
  return {
    size,
    hold(events, rejected, done, atOnce = false) {
      const job = { events, rejected, done };
      // During a known outage waiting only costs memory.
      if (atOnce || stopping || size() > 0 || held.size >= MOST_HELD) write(job);
      else wait(job, performance.now() + holdMs);
    },
    drain,
    async stop() {
      stopping = true;
      clearTimeout(timer);
      for (const [attempt, job] of held) {
        clearTimeout(attempt);
        write(job);
      }
      held.clear();
      await draining;
      await writing;
      await current?.file.close();
      current = undefined;
    },
  };

  function wait(job: Job, until: number): void {
    const attempt = setTimeout(() => {
      held.delete(attempt);
      const again = (): void => (stopping || performance.now() >= until ? write(job) : wait(job, until));
      const taken = committer.submit(job.events, job.rejected, (error) => (error === undefined ? job.done('stored') : again()));
      if (!taken) again();
    }, Math.min(retryMs, Math.max(0, until - performance.now())));
    held.set(attempt, job);
  }

  function write(job: Job): void {
    toWrite.push(job);
    writing ??= writeAll();
  }

  /** Like the committer: what arrives during one sync goes into the next. */
  async function writeAll(): Promise<void> {
    while (toWrite.length > 0) {
      const jobs = toWrite;
      toWrite = [];
      let outcome: Held = 'spooled';
      try {
        await (appending = append(jobs));
      } catch (error) {
        outcome = 'failed';
        await current?.file.close().catch(() => undefined); // half a line may stand at its end: nothing may follow it
        current = undefined;
        onError?.(error);
      }
      for (const job of jobs) job.done(outcome);
      onSize?.(size());
      schedule();
    }
    writing = undefined; // in the same turn as the last look at `toWrite`
  }

  async function append(jobs: readonly Job[]): Promise<void> {
    const lines = jobs.flatMap((job): readonly Line[] => [...job.events.map((event) => ({ event })), ...job.rejected.map((rejected) => ({ rejected }))]);
    const target = (current ??= await create());
    files.set(target.name, (files.get(target.name) ?? 0) + lines.length);
    await target.file.appendFile(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    await target.file.datasync();
  }

  async function create(): Promise<NonNullable<typeof current>> {
    const name = `${String(Date.now()).padStart(15, '0')}-${String(sequence++).padStart(6, '0')}-${process.pid}${SUFFIX}`;
    const file = await open(join(directory, name), 'ax', 0o600);
    const folder = await open(directory, 'r'); // the name must survive a power cut too
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
    return { name, file };
  }

  function schedule(): void {
    if (stopping || timer !== undefined || files.size === 0) return;
    timer = setTimeout(() => {
      timer = undefined;
      void drain().finally(schedule);
    }, retryMs);
    timer.unref();
  }

  function drain(): Promise<boolean> {
    draining ??= drainAll().catch((error: unknown) => {
      onError?.(error);
      return false;
    }).finally(() => { draining = undefined; });
    return draining;
  }

  async function drainAll(): Promise<boolean> {
    for (const name of [...files.keys()].sort()) {
      if (current?.name === name) {
        // No more lines into a file that is about to be read and deleted.
        const { file } = current;
        current = undefined;
        await appending.catch(() => undefined); // its own caller hears of it
        await file.close();
      }
      const lines = await read(name);
      for (let from = 0; from < lines.length; from += PORTION) {
        await commit(lines.slice(from, from + PORTION));
        files.set(name, lines.length - from - Math.min(PORTION, lines.length - from));
        onSize?.(size());
      }
      await unlink(join(directory, name));
      files.delete(name);
      onSize?.(size());
    }
    return files.size === 0;
  }

  async function read(name: string): Promise<readonly Line[]> {
    const lines: Line[] = [];
    let damaged = 0;
    for (const text of (await readFile(join(directory, name), 'utf8')).split('\n')) {
      if (text === '') continue;
      try {
        lines.push(JSON.parse(text) as Line); // written by append
      } catch {
        damaged += 1; // not acknowledged, so nobody relies on it
      }
    }
    files.set(name, lines.length);
    if (damaged > 0) onDamaged?.(damaged);
    return lines;
  }

  function commit(lines: readonly Line[]): Promise<void> {
    const events = lines.flatMap(({ event }) => event ?? []);
    const rejected = lines.flatMap((line) => line.rejected ?? []);
    return new Promise((resolve, reject) => {
      const taken = committer.submit(events, rejected, (error) => (error === undefined ? resolve() : reject(error)));
      if (!taken) reject(new Error('the queue is full'));
    });
  }
}
