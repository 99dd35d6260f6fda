import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { countResults } from './results.ts';

const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'replywatch-results-test-'));
});

afterEach(() => rmSync(directory, { recursive: true }));

describe('the last line of npm test', () => {
  test('counts what passed and what failed', () => {
    expect(runOn({ 'a.test.js': `test('1', () => {}); test('2', () => {});`, 'b.test.js': `test('3', () => { throw new Error('no') });` })).toEqual({ passed: 2, failed: 1 });
  });

  test('counts a file that cannot be loaded as one failure', () => {
    expect(runOn({ 'a.test.js': `test('1', () => {});`, 'b.test.js': `import './nowhere.js';` })).toEqual({ passed: 1, failed: 1 });
  });

  test('counts an error outside of any test as one failure', () => {
    expect(runOn({ 'a.test.js': `test('1', () => { setTimeout(() => { throw new Error('late') }); return new Promise((done) => setTimeout(done, 50)) });` }))
      .toEqual({ passed: 1, failed: 1 });
  });

  test('counts a hook that fails as one failure', () => {
    expect(runOn({ 'a.test.js': `afterAll(() => { throw new Error('left open') }); test('1', () => {});` })).toEqual({ passed: 1, failed: 1 });
  });

  test('counts a run without tests, or without a report, as one failure', () => {
    expect(runOn({})).toEqual({ passed: 0, failed: 1 });
    expect(countResults(undefined, 0)).toEqual({ passed: 0, failed: 1 });
  });
});

/** A real run of vitest on a project of its own. */
function runOn(files: Readonly<Record<string, string>>): unknown {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  const report = join(directory, 'report.json');
  const { status } = spawnSync(process.execPath, [vitest, 'run', '--globals', '--root', directory, '--reporter=json', `--outputFile=${report}`], { stdio: 'ignore' });
  let text: string | undefined;
  try {
    text = readFileSync(report, 'utf8');
  } catch {
    text = undefined;
  }
  return countResults(text, status ?? 1);
}
