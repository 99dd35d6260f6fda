import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, readFailure } from './config/problem.ts';

/** Text keys for keyed hashes: `pseudonym` for ids of people and conversations, `trace` for trace ids. */
export interface Keys { readonly pseudonym: string; readonly trace: string }

/**
 * The keys the operator gave, or else those in the data directory, made there (0600) on first use: 32 random bytes as hex.
 * They are part of the backup: without them old and new pseudonyms do not match.
 * @throws ConfigError when one cannot be read or made
 */
export function loadKeys(dataDir: string, { keys }: { readonly keys: Partial<Keys> }): Keys {
  return {
    pseudonym: keys.pseudonym ?? keyAt(dataDir, 'pseudonym', 'PSEUDONYM_KEY'),
    trace: keys.trace ?? keyAt(dataDir, 'trace', 'TRACE_KEY'),
  };
}

function keyAt(dataDir: string, name: string, variable: string): string {
  const path = join(dataDir, `${name}.key`);
  const fail = (message: string, cause?: unknown): ConfigError => new ConfigError([{ path: variable, message }], [], { cause });
  let content: string;
  try {
    content = read(path) ?? create(dataDir, path);
  } catch (error) {
    throw fail(`cannot use the key in ${path}: ${readFailure(error)}; make the data directory writable and the key readable for this user, or set ${variable}`, error);
  }
  // A damaged key must stop us: with another key every customer would become a new one.
  if (!/^[0-9a-f]{64}$/.test(content)) throw fail(`${path} does not hold 64 hex digits: restore it from the backup, or set ${variable}`);
  return content;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Written apart and then linked, which fails when the name is taken: of two processes that start at once both use the first one's key. */
function create(dataDir: string, path: string): string {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeSync(file, `${randomBytes(32).toString('hex')}\n`);
    fsyncSync(file);
    linkSync(draft, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    closeSync(file);
    rmSync(draft, { force: true });
  }
  return readFileSync(path, 'utf8').trim();
}
