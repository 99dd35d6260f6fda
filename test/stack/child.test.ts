import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { createLogger } from '../../exporter/log.ts';
import { ChildFailed, choosePort, startChild, whenUp } from '../../exporter/stack/child.ts';
import type { Child } from '../../exporter/stack/child.ts';
import { until } from '../support/until.ts';

const directory = mkdtempSync(join(tmpdir(), 'replywatch-child-'));
const owner = fileURLToPath(new URL('child-owner.ts', import.meta.url));
const log = createLogger('silent');
afterAll(() => rmSync(directory, { recursive: true }));

describe('a child', () => {
  test('ends when its parent is killed with SIGKILL', async () => {
    const parent = spawn(process.execPath, [owner, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
    const { pid } = await announced(parent);
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await until('it ended', () => !isAlive(pid));
  });

  test.each([
    ['a shell that waits', `"$0" "$1" "$2"; true`],
    ['a shell that replaces itself', `exec "$0" "$1" "$2"`],
  ])('ends when only npm is killed, under %s', async (_, script) => {
    // As npm does it: npm → shell → node, with the name of the script in the environment.
    const npm = spawn(process.execPath, ['-e', NPM, script, process.execPath, owner, directory], {
      env: { ...process.env, npm_lifecycle_event: 'start' }, stdio: ['ignore', 'pipe', 'inherit'],
    });
    const { pid, owner: exporter } = await announced(npm);
    npm.kill('SIGKILL');
    await until('it ended', () => !isAlive(pid) && !isAlive(exporter));
  });

  test('ends when only the shell between npm and us is killed', async () => {
    const shell = spawn('/bin/sh', ['-c', `"$0" "$1" "$2"; true`, process.execPath, owner, directory], {
      env: { ...process.env, npm_lifecycle_event: 'start' }, stdio: ['ignore', 'pipe', 'inherit'],
    });
    const { pid } = await announced(shell);
    shell.kill('SIGKILL');
    await until('it ended', () => !isAlive(pid));
  });

  test('that ends early is reported with its last words', async () => {
    const child = await shellChild('echo first; echo the port is taken >&2; exit 1');
    const failure = await whenUp(child, () => Promise.resolve(undefined)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ChildFailed);
    expect(String(failure)).toMatch(/ended early: first\nthe port is taken/);
    expect(child.isRunning()).toBe(false);
  });

  test('that never answers is stopped and reported', async () => {
    const child = await shellChild('echo thinking; exec sleep 600');
    await expect(whenUp(child, () => Promise.reject(new Error('refused')), 300)).rejects.toThrow(/did not answer in time: thinking/);
    expect(isAlive(child.pid)).toBe(false);
  });

  test('does not inherit our secrets', async () => {
    process.env.REPLYWATCH_TEST_SECRET = 'shibboleth';
    const child = await shellChild('env; echo end');
    await whenUp(child, async () => child.output().includes('end')).catch(() => undefined);
    expect(child.output()).toContain('PATH=');
    expect(child.output()).not.toContain('shibboleth');
  });

  test('starts a new log and keeps the one before', async () => {
    const logFile = join(directory, 'kept.log');
    for (const word of ['one', 'two']) {
      const child = await startChild({ name: 'speaker', command: 'echo', args: [word], logFile, log });
      await until('it ended', () => !child.isRunning());
    }
    expect([readFileSync(logFile, 'utf8'), readFileSync(`${logFile}.1`, 'utf8')]).toEqual(['two\n', 'one\n']);
    expect(existsSync(`${logFile}.2`)).toBe(false);
  });
});

test('the preferred port is chosen when it is free, another one when it is not', async () => {
  const busy = createServer().listen(0, '127.0.0.1');
  await once(busy, 'listening');
  const address = busy.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  expect(await choosePort(port)).not.toBe(port);
  busy.close();
  await once(busy, 'close');
  expect(await choosePort(port)).toBe(port);
});

const NPM = `
const [script, ...args] = process.argv.slice(1);
require('node:child_process').spawn('/bin/sh', ['-c', script, ...args], { stdio: 'inherit' });
`;

let logs = 0;

function shellChild(script: string): Promise<Child> {
  logs += 1;
  return startChild({ name: 'script', command: '/bin/sh', args: ['-c', script], logFile: join(directory, `script-${logs}.log`), log });
}

async function announced(process: ChildProcess): Promise<{ pid: number; owner: number }> {
  if (process.stdout === null) throw new Error('started without a pipe');
  const [line] = (await once(process.stdout, 'data')) as [Buffer];
  return JSON.parse(line.toString()) as { pid: number; owner: number };
}

/** A zombie that nobody reaps, as in a container without an init, counts as gone. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
