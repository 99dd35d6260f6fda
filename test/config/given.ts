import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { loadConfig, type Config } from '../../exporter/config.ts';
import { ConfigError, describe as describeProblem } from '../../exporter/config/problem.ts';
import type { SourceDeclaration } from '../../exporter/config/sources.ts';

/** Two sources of our own: one wants both its secrets, one either of them. */
export const PIGEON: SourceDeclaration = {
  id: 'pigeon', title: 'Pigeon Post', hasResolution: false,
  secrets: [{ name: 'app_secret', required: true, help: 'Signs' }, { name: 'verify_token', required: true, help: 'Proves' }, { name: 'extra', required: false, help: 'Refines' }],
};
export const BOTTLE: SourceDeclaration = {
  id: 'bottle-mail', title: 'Bottle Mail', hasResolution: true, needs: [['secret'], ['key']],
  secrets: [{ name: 'secret', required: false, help: 'Signs' }, { name: 'key', required: false, help: 'In the address' }],
};

const dirs: string[] = [];
afterAll(() => dirs.forEach((dir) => rmSync(dir, { recursive: true, force: true })));

/** A directory with these files, removed after the tests of the file. */
export function directory(files: Readonly<Record<string, string>> = {}): string {
  const dir = mkdtempSync(join(tmpdir(), 'replywatch-config-'));
  dirs.push(dir);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), content);
  }
  return dir;
}

export interface Given { readonly env?: Readonly<Record<string, string>>; readonly files?: Readonly<Record<string, string>>; readonly sources?: readonly SourceDeclaration[] }

/** Loads from a directory with these files and this environment. */
export function load({ env = {}, files = {}, sources = [PIGEON, BOTTLE] }: Given): Config {
  return loadConfig({ env, sources, cwd: directory(files) });
}

/** The error that loading gives; fails when it gives none. */
export function refusal(given: Given): ConfigError {
  try {
    load(given);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

/** Every problem of a refused configuration as people read it. */
export const problems = (given: Given): readonly string[] => refusal(given).problems.map(describeProblem);
