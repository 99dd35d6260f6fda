/** The sources that a configuration file declares with a mapping: `sources.<name>.mapping`. */
import { declarationOf, type Mapping } from '../sources/mapping.ts';
import { absolute, type Reading } from './environment.ts';
import { readMapping } from './mapping.ts';
import type { Blame, SourceDeclaration } from './sources.ts';
import { VARIABLES, secretVariable } from './variables.ts';

/** `broken` are names whose file is wrong: nothing more can be said of their sections. */
export interface Mappings { readonly mappings: readonly Mapping[]; readonly broken: readonly string[] }

/** Reads every mapping that the file names; problems are collected. */
export function readMappings(reading: Reading, data: unknown, { blame, dir, sources }: { readonly blame: Blame; readonly dir: string; readonly sources: readonly SourceDeclaration[] }): Mappings {
  const mappings: Mapping[] = [];
  const broken: string[] = [];
  for (const [name, section] of Object.entries(objectAt(objectAt(data)['sources']))) {
    const file = objectAt(section)['mapping'];
    if (file === undefined) continue;
    const complaint = typeof file !== 'string' || file === '' ? 'must be the path of a mapping file' : nameComplaint(name, sources);
    const read = complaint === undefined ? readMapping(reading.readFile, absolute(dir, String(file)), name, String(file)) : { problems: [{ ...blame(['sources', name, 'mapping']), message: complaint }] };
    const clash = 'mapping' in read ? variableClash(read.mapping, [...sources, ...mappings.map(declarationOf)]) : undefined;
    if ('mapping' in read && clash === undefined) mappings.push(read.mapping);
    else {
      broken.push(name);
      reading.problems.push(...('problems' in read ? read.problems : [{ ...blame(['sources', name]), message: clash! }]));
    }
  }
  return { mappings, broken };
}

function nameComplaint(name: string, sources: readonly SourceDeclaration[]): string | undefined {
  if (sources.some((source) => source.id === name)) return `belongs to a source of the product: ${name} needs no mapping; call yours differently`;
  return /^[a-z][a-z0-9-]{0,31}$/.test(name) && name !== 'events' ? undefined : 'needs another name: small letters, digits and -, beginning with a letter (it is part of the address)';
}

/** Two meanings of one environment variable. */
function variableClash(mapping: Mapping, sources: readonly SourceDeclaration[]): string | undefined {
  const taken = new Set([...VARIABLES.map(({ name }) => name as string), ...sources.flatMap(({ id, secrets }) => secrets.map(({ name }) => secretVariable(id, name)))]);
  const own = declarationOf(mapping).secrets.map((secret) => secretVariable(mapping.name, secret.name)).find((variable) => taken.has(variable));
  return own && `needs another name: its secret would be ${own}, which means something else`;
}

const objectAt = (value: unknown): Readonly<Record<string, unknown>> =>
  (typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Readonly<Record<string, unknown>> : {}); // YAML maps have text keys in JS
