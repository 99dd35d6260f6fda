import { closeSync, mkdirSync, openSync, readFileSync, renameSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnGuarded } from '../store/guard.ts';
import type { Logger } from '../log.ts';

/** A program to run, and how to know that it does. */
export interface ChildOptions {
  /** How people call it, also in the log. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Added to what every process needs; our secrets are in our environment and are not passed on. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Takes what the process prints; the file of the start before is kept as `<file>.1`. */
  readonly logFile: string;
  readonly log: Logger;
}

/** A program that runs beside the exporter and ends with it. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  /** True until the process has gone. */
  isRunning(): boolean;
  /** What the process has printed so far. */
  output(): string;
  /** Asks with SIGTERM, insists with SIGKILL ten seconds later; safe to call twice. */
  stop(): Promise<void>;
}

/** A process beside the exporter did not come up; the message ends with its last words. */
export class ChildFailed extends Error {
  override readonly name = 'ChildFailed';
}

/**
 * Starts a process that ends when we end, whatever ends us, and logs it when it goes on its own account.
 * @throws Error when it cannot be started at all
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const { name, log, logFile } = options;
  mkdirSync(dirname(logFile), { recursive: true });
  const output = openNewLog(logFile);
  let running = true;
  let stopping = false;
  try {
    const guarded = await spawnGuarded({
      command: options.command,
      args: options.args,
      env: { ...plainEnvironment(), ...options.env },
      output,
      leave: { signal: 'TERM', then: 'KILL', afterSeconds: 10 },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    void guarded.exited.then((code) => {
      running = false;
      if (!stopping) log.warn({ process: name, code, logFile }, 'a process of the stack ended by itself');
    });
    return {
      name,
      pid: guarded.pid,
      isRunning: () => running,
      output: () => readFileSync(logFile, 'utf8'),
      stop: async () => {
        stopping = true;
        await guarded.release();
      },
    };
  } finally {
    closeSync(output);
  }
}

/**
 * Asks `probe` until it answers something; false, undefined and exceptions mean "not yet".
 * @param timeoutMs after that the child is stopped
 * @throws ChildFailed with the last lines of its output, when the child has gone or time is up
 */
export async function whenUp<T>(child: Child, probe: () => Promise<T | undefined | false>, timeoutMs = 30_000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const wasRunning = child.isRunning();
    const answer = wasRunning ? await probe().catch(() => undefined) : undefined;
    if (answer !== undefined && answer !== false) return answer;
    if (!wasRunning || performance.now() > deadline) {
      await child.stop();
      const lastWords = child.output().trim().split('\n').slice(-5).join('\n');
      throw new ChildFailed(`${child.name} ${wasRunning ? 'did not answer in time' : 'ended early'}: ${lastWords || 'it said nothing'}`);
    }
    await sleep(50);
  }
}

/** True when a GET answers 2xx within two seconds. */
export async function answers(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  await response.arrayBuffer();
  return response.ok;
}

/** `preferred` when nobody listens there on loopback, else any free port. It may be taken by the time it is used. */
export async function choosePort(preferred: number): Promise<number> {
  return (await portIfFree(preferred)) ?? (await portIfFree(0)) ?? preferred;
}

function portIfFree(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(undefined));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
    });
  });
}

function plainEnvironment(): NodeJS.ProcessEnv {
  const passed = ['PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'LD_LIBRARY_PATH'];
  return Object.fromEntries(passed.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
}

function openNewLog(logFile: string): number {
  try {
    renameSync(logFile, `${logFile}.1`);
  } catch {
    // The first start has nothing to keep.
  }
  return openSync(logFile, 'a', 0o600);
}
