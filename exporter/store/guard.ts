import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** How a guarded process is asked to leave: `signal` first, `then` when it is still there `afterSeconds` later. */
export interface Leave {
  readonly signal: 'INT' | 'TERM';
  readonly then: 'QUIT' | 'KILL';
  /** Whole seconds, at least 1. */
  readonly afterSeconds: number;
}

/** A program that must not outlive us. */
export interface GuardedCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the process; nothing is added to it. */
  readonly env: NodeJS.ProcessEnv;
  /** `/` by default, so that no directory is kept busy. */
  readonly cwd?: string;
  /** Open file descriptor that takes stdout and stderr; the caller closes its own copy. */
  readonly output: number;
  readonly leave: Leave;
  /** Run as this user; only root can ask for it. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

/** A program that runs under a guard. */
export interface Guarded {
  /** Process id of the command itself, not of its guard. */
  readonly pid: number;
  /** Settles when the command has gone: its exit code, 128 + n when signal n ended it. Never rejects. */
  readonly exited: Promise<number>;
  /** Asks the command to leave and waits until it has. Safe to call twice. */
  release(): Promise<number>;
}

/**
 * Starts a command that cannot outlive this process: a small shell holds the reading end of a pipe, and when the pipe closes, because we said
 * so or because we were killed with SIGKILL, it ends the command. Both are in a session of their own, so Ctrl-C reaches neither.
 * @throws Error when the shell or the command cannot be started
 */
export async function spawnGuarded(what: GuardedCommand): Promise<Guarded> {
  const { signal, then, afterSeconds } = what.leave;
  const shell = spawn('/bin/sh', ['-c', GUARD, 'guard', signal, then, String(afterSeconds * 10), what.command, ...what.args], {
    stdio: ['pipe', what.output, what.output, 'pipe'],
    detached: true,
    cwd: what.cwd ?? '/',
    env: what.env,
    ...what.user,
  });
  const exited = new Promise<number>((resolve) => {
    shell.once('exit', (code, killedBy) => resolve(code ?? (killedBy === null ? 1 : 255)));
    shell.once('error', () => resolve(127));
  });
  await once(shell, 'spawn');
  // The pipe to a guard that has just gone breaks; that is news for `exited`, not an error of ours.
  shell.stdin?.on('error', () => undefined);
  return {
    pid: await readPid(shell.stdio[3]),
    exited,
    release: () => {
      shell.stdin?.end();
      return exited;
    },
  };
}

/**
 * $1 signal, $2 last signal, $3 patience in tenths of a second, then the command. File 3 reports the pid. The waiting half runs beside the
 * command, so that an early end of the command ends the guard too.
 */
const GUARD = `
signal=$1 last=$2 patience=$3
shift 3
exec 4<&0
"$@" </dev/null 3>&- 4<&- &
pid=$!
(
  read _ <&4
  kill -s "$signal" "$pid" 2>/dev/null
  while kill -0 "$pid" 2>/dev/null && [ "$patience" -gt 0 ]; do sleep 0.1; patience=$((patience - 1)); done
  kill -s "$last" "$pid" 2>/dev/null
) 3>&- >/dev/null 2>&1 &
waiting=$!
exec 4<&-
echo "$pid" >&3
exec 3>&-
wait "$pid"
code=$?
kill "$waiting" 2>/dev/null
exit "$code"
`;

async function readPid(stream: unknown): Promise<number> {
  let text = '';
  // The fourth entry of `stdio` is a readable pipe because we asked for one above; the types do not know.
  for await (const chunk of stream as AsyncIterable<Buffer>) text += chunk.toString();
  const pid = Number(text.trim());
  if (!Number.isInteger(pid) || pid < 2) throw new Error('the guard shell did not report a process id');
  return pid;
}
