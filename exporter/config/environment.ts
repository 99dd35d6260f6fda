import { isAbsolute, resolve } from 'node:path';
import type { z } from 'zod';
import { closest } from './closest.ts';
import { readFailure, type Origin, type Problem } from './problem.ts';
import { READ_ELSEWHERE, VARIABLES, type Values, type Variable } from './variables.ts';

/** The variables of a process, as Node has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads a whole file as text. @throws an error with `code` as `node:fs` does */
export type ReadFile = (path: string) => string;

/** What reading needs to know; problems are collected, not thrown. */
export interface Reading {
  readonly env: Environment;
  readonly cwd: string;
  readonly readFile: ReadFile;
  readonly problems: Problem[];
  readonly origins: Map<string, Origin>;
}

/** Parses every row of the table. Where a value is wrong its problem is noted and its entry is undefined: use only when there are no problems. */
export function readVariables(reading: Reading): Values {
  const entries = VARIABLES.map((variable: Variable) => [variable.name, readVariable(reading, variable.name, variable.parse, variable.default)]);
  // The table gives every name exactly once, with the type its parser has; a mapped type cannot follow that through fromEntries.
  return Object.fromEntries(entries) as Values;
}

/** One variable, or `NAME_FILE` with its content trimmed; empty means unset, so `NAME=` in a compose file does nothing. */
export function readVariable<T>(reading: Reading, name: string, parse: z.ZodType<T, string>, fallback?: string): T | undefined {
  const direct = present(reading.env[name]);
  const file = present(reading.env[`${name}_FILE`]);
  if (direct !== undefined && file !== undefined) {
    reading.origins.set(name, { from: 'env' });
    reading.problems.push({ path: name, message: `is set, and ${name}_FILE as well: keep one of them` });
    return undefined;
  }
  if (file !== undefined) return readSecretFile(reading, { name, path: absolute(reading.cwd, file), parse, blame: { path: `${name}_FILE` } });
  reading.origins.set(name, { from: direct !== undefined ? 'env' : fallback !== undefined ? 'default' : 'unset' });
  const value = direct ?? fallback;
  return value === undefined ? undefined : parsed(reading, value, parse, { path: name });
}

/** The trimmed content of a file as the value of variable `name`; `blame` is where a problem with it is reported. */
export function readSecretFile<T>(reading: Reading, source: {
  readonly name: string; readonly path: string; readonly parse: z.ZodType<T, string>; readonly blame: Omit<Problem, 'message'>;
}): T | undefined {
  reading.origins.set(source.name, { from: 'file', path: source.path });
  let content: string;
  try {
    content = reading.readFile(source.path).trim();
  } catch (error) {
    reading.problems.push({ ...source.blame, message: `cannot read ${source.path}: ${readFailure(error)}` });
    return undefined;
  }
  if (content === '') {
    reading.problems.push({ ...source.blame, message: `${source.path} is empty: put the value of ${source.name} in it` });
    return undefined;
  }
  return parsed(reading, content, source.parse, source.blame);
}

/** Variables that look like ours, or like a source's, and are not: slips that would otherwise do nothing, silently. */
export function strangers(env: Environment, ours: readonly string[], sources: readonly string[]): readonly Problem[] {
  const names = [...ours, ...sources, ...READ_ELSEWHERE].flatMap((name) => [name, `${name}_FILE`]);
  const prefixesOf = (list: readonly string[]): readonly string[] => list.map((name) => name.slice(0, name.indexOf('_') + 1));
  const [ourPrefixes, sourcePrefixes] = [prefixesOf(ours), prefixesOf(sources)];
  return Object.keys(env).filter((name) => present(env[name]) !== undefined && !names.includes(name)).flatMap((name) => {
    const isSources = sourcePrefixes.some((prefix) => name.startsWith(prefix));
    if (!isSources && !ourPrefixes.some((prefix) => name.startsWith(prefix))) return [];
    // WHATSAPP_SECRET means us, DATABASE_POOL means somebody else.
    const near = closest(name, names, isSources ? 4 : 2);
    const isOwned = name.startsWith('OTEL_EXPORTER_OTLP_') || name.startsWith('REPLYWATCH_');
    return near === undefined && !isOwned ? [] : [{ path: name, message: `is set but not used by Replywatch${near === undefined ? '' : `; did you mean ${near}?`}` }];
  });
}

/** A path as seen from `base`. */
export const absolute = (base: string, path: string): string => (isAbsolute(path) ? path : resolve(base, path));

const present = (value: string | undefined): string | undefined => (value === undefined || value.trim() === '' ? undefined : value.trim());

function parsed<T>(reading: Reading, value: string, parse: z.ZodType<T, string>, blame: Omit<Problem, 'message'>): T | undefined {
  const result = parse.safeParse(value);
  if (result.success) return result.data;
  for (const issue of result.error.issues) reading.problems.push({ ...blame, message: issue.message });
  return undefined;
}
