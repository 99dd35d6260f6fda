import { readFileSync } from 'node:fs';

/**
 * Calls `onGone` once when npm, or the shell that npm started us with, has been killed: they cannot pass that signal on. Watches nothing when
 * npm did not start us, because then whoever did may leave us running on purpose (nohup, a service manager).
 * @returns ends the watch
 */
export function watchParent(onGone: () => void, env: NodeJS.ProcessEnv = process.env, everyMs = 500): () => void {
  if (env.npm_lifecycle_event === undefined || process.ppid === 1) return () => undefined;
  const parent = process.ppid;
  const grandparent = isShell(parent) ? parentOf(parent) : undefined;
  const timer = setInterval(() => {
    if (process.ppid === parent && (grandparent === undefined || parentOf(parent) === grandparent)) return;
    clearInterval(timer);
    onGone();
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** npm runs scripts through a shell; some shells replace themselves by the last command, some wait for it. Known on Linux only. */
function isShell(pid: number): boolean {
  return /^(?:a|ba|da|k|z)?sh$/.test(read(`/proc/${pid}/comm`)?.trim() ?? '');
}

function parentOf(pid: number): number | undefined {
  // "pid (name) state ppid …": the name may hold spaces and parentheses, so count from the last one.
  const ppid = Number(read(`/proc/${pid}/stat`)?.split(')').at(-1)?.trim().split(' ')[1]);
  return Number.isInteger(ppid) ? ppid : undefined;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
