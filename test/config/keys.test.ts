import { execFile } from 'node:child_process';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { loadKeys } from '../../exporter/keys.ts';
import { directory } from './given.ts';

const module = new URL('../../exporter/keys.ts', import.meta.url).href;

test('keys are made once, for this user only, and differ', () => {
  const dir = join(directory(), 'not', 'there', 'yet');
  const keys = loadKeys(dir, { keys: {} });
  expect(keys.pseudonym).toMatch(/^[0-9a-f]{64}$/);
  expect(keys.trace).not.toBe(keys.pseudonym);
  expect(loadKeys(dir, { keys: {} })).toEqual(keys);
  expect(readdirSync(dir).sort()).toEqual(['pseudonym.key', 'trace.key']);
  expect(statSync(join(dir, 'trace.key')).mode & 0o777).toBe(0o600);
});

test('keys that are given make no file', () => {
  const dir = directory();
  expect(loadKeys(dir, { keys: { pseudonym: 'p', trace: 't' } })).toEqual({ pseudonym: 'p', trace: 't' });
  expect(readdirSync(dir)).toEqual([]);
});

test('processes that start at once use the same keys', async () => {
  const dir = directory();
  const script = `const { loadKeys } = await import(${JSON.stringify(module)}); console.log(JSON.stringify(loadKeys(${JSON.stringify(dir)}, { keys: {} })))`;
  const outputs = await Promise.all(Array.from({ length: 4 }, () => promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])));
  expect(new Set(outputs.map((output) => output.stdout)).size).toBe(1);
  expect(readdirSync(dir)).toHaveLength(2);
});

test('a damaged key stops the start and is not shown', () => {
  const dir = directory({ 'pseudonym.key': 'deadbeef' });
  expect(() => loadKeys(dir, { keys: {} })).toThrow(/PSEUDONYM_KEY: .*pseudonym\.key does not hold 64 hex digits: restore it/);
  expect(() => loadKeys(dir, { keys: {} })).not.toThrow(/deadbeef/);
  expect(readFileSync(join(dir, 'pseudonym.key'), 'utf8')).toBe('deadbeef');
});

test('a data directory that is a file is said so', () => {
  const dir = directory();
  writeFileSync(join(dir, 'data'), '');
  expect(() => loadKeys(join(dir, 'data'), { keys: {} })).toThrow(/PSEUDONYM_KEY: cannot use the key in .*: part of its path is not a directory; make the data directory writable/);
});
