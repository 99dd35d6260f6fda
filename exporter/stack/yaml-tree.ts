import { basename, dirname, join, resolve } from 'node:path';

/** A mapping read from YAML of which we change some values and pass on the rest as it is. */
export type Tree = Readonly<Record<string, unknown>>;

/** Whether it is a map, and neither a list nor null. */
export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value when it is a mapping, else an empty one. */
export function asTree(value: unknown): Tree {
  return isTree(value) ? value : {};
}

/** The mappings in a list; none when it is no list. */
export function asList(value: unknown): readonly Tree[] {
  return Array.isArray(value) ? value.filter(isTree) : [];
}

/** The texts in a list; none when it is no list. */
export function asTexts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

/**
 * Where a path of a configuration file lies on this machine. An absolute one names a mount inside a container: its last directory and file
 * name are the same in `baseDir`. A relative one is meant from `baseDir`.
 */
export function localPath(path: string, baseDir: string): string {
  return path.startsWith('/') ? join(baseDir, basename(dirname(path)), basename(path)) : resolve(baseDir, path);
}
