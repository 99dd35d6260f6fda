import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { spawnGuarded } from '../../exporter/store/guard.ts';
import type { Guarded, Leave } from '../../exporter/store/guard.ts';
import { until } from '../support/until.ts';

const directory = mkdtempSync(join(tmpdir(), 'replywatch-guard-'));
afterAll(() => rmSync(directory, { recursive: true }));

describe('a guarded process', () => {
  test('reports its own end and its exit code', async () => {
    const { guarded } = await guard('echo done; exit 3');
    expect(await guarded.exited).toBe(3);
  });

  test('has the id that is reported, and writes to the file it was given', async () => {
    const { guarded, output } = await guard('echo $$');
    await guarded.exited;
    expect(Number(output())).toBe(guarded.pid);
  });

  test('leaves at the first signal and is waited for', async () => {
    const { guarded, output } = await guard(`trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done`);
    await until('it is up', () => output().includes('up'));
    expect(await guarded.release()).toBe(0);
    expect(output()).toContain('bye');
    expect(isAlive(guarded.pid)).toBe(false);
  });

  test('that does not listen gets the last signal', async () => {
    const { guarded, output } = await guard(`trap '' TERM; echo up; while :; do sleep 0.05; done`);
    await until('it is up', () => output().includes('up'));
    expect(await guarded.release()).toBe(128 + 9);
    expect(isAlive(guarded.pid)).toBe(false);
  });

  test('can be released twice, and after it has gone', async () => {
    const { guarded } = await guard('exit 0');
    await guarded.exited;
    expect(await Promise.all([guarded.release(), guarded.release()])).toEqual([0, 0]);
  });

  test('that does not exist ends with the code of the shell and its words', async () => {
    const output = join(directory, 'nothing');
    const guarded = await start('/nowhere/to/be/found', [], output);
    expect(await guarded.exited).toBe(127);
    expect(readFileSync(output, 'utf8')).toContain('/nowhere/to/be/found');
  });

  test('gets arguments as they are', async () => {
    const output = join(directory, 'arguments');
    const guarded = await start('/bin/sh', ['-c', 'printf "%s|" "$@"', 'sh', 'a b', `'"$HOME`, '', '*'], output);
    await guarded.exited;
    expect(readFileSync(output, 'utf8')).toBe(`a b|'"$HOME||*|`);
  });
});

let files = 0;

async function guard(script: string): Promise<{ guarded: Guarded; output: () => string }> {
  files += 1;
  const file = join(directory, `output-${files}`);
  return { guarded: await start('/bin/sh', ['-c', script], file), output: () => readFileSync(file, 'utf8') };
}

async function start(command: string, args: readonly string[], file: string): Promise<Guarded> {
  const leave: Leave = { signal: 'TERM', then: 'KILL', afterSeconds: 1 };
  const output = openSync(file, 'w');
  try {
    return await spawnGuarded({ command, args, env: { PATH: process.env.PATH }, output, leave });
  } finally {
    closeSync(output);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
