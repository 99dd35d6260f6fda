import { basename, dirname, resolve } from 'node:path';
import { declarationOf, type Mapping } from '../sources/mapping.ts';
import { absolute, type Reading } from './environment.ts';
import { readFailure } from './problem.ts';
import { readMappings } from './mappings.ts';
import { readSections, type Sections } from './sections.ts';
import type { Blame, SourceDeclaration } from './sources.ts';
import { readYaml } from './yaml.ts';

/** The configuration file as read. */
export interface ConfigFile {
  /** Absolute path; undefined when there is no file. */
  readonly path?: string;
  readonly sections: Sections;
  /** The sources it declares. */
  readonly mappings: readonly Mapping[];
  readonly blame: Blame;
  /** Paths in the file are seen from here. */
  readonly dir: string;
}

const DEFAULT_NAME = './replywatch.yml';

/** Reads the file that was named, or ./replywatch.yml when it exists; a named file that is missing is a problem, a default one is not. */
export function readConfigFile(reading: Reading, named: string | undefined, sources: readonly SourceDeclaration[]): ConfigFile {
  const path = absolute(reading.cwd, named ?? DEFAULT_NAME);
  let text: string;
  try {
    text = reading.readFile(path);
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (named !== undefined || !isAbsent) {
      reading.problems.push({ path: named === undefined ? DEFAULT_NAME : 'REPLYWATCH_CONFIG', message: `cannot read ${path}: ${readFailure(error)}` });
    }
    return { sections: readSections(undefined, sources).sections, mappings: [], blame: () => ({ path: '' }), dir: reading.cwd };
  }
  const yaml = readYaml(basename(path), text);
  const dir = resolve(dirname(path));
  const { mappings, broken } = readMappings(reading, yaml.data, { blame: yaml.blame, dir, sources });
  const { sections, complaints } = readSections(yaml.data, [...sources, ...mappings.map(declarationOf)], broken);
  reading.problems.push(...yaml.problems, ...complaints.map(({ path: place, message }) => ({ ...yaml.blame(place), message })));
  return { path, sections, mappings, blame: yaml.blame, dir };
}
