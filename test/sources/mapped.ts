import { readFileSync } from 'node:fs';
import { readMapping, type MappingFile } from '../../exporter/config/mapping.ts';
import { pagePath } from '../../exporter/docs.ts';
import type { Mapping } from '../../exporter/sources/mapping.ts';

/** A mapping file of these lines. */
export const read = (text: string, name = 'shed'): MappingFile => readMapping(() => text, `${name}.yml`, name);

/** The same, which must be right. */
export function mappingOf(text: string, name = 'shed'): Mapping {
  const file = read(text, name);
  if ('mapping' in file) return file.mapping;
  throw new Error(file.problems.map(({ path, message }) => `${path}: ${message}`).join('; '));
}

/** The example of the documentation. */
export const KARTLY = mappingOf(readFileSync(pagePath('docs/sources/kartly.yml'), 'utf8'), 'kartly');
