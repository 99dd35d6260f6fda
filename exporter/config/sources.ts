import type { z } from 'zod';
import type { Problem } from './problem.ts';
import { readSecretFile, readVariable, absolute, type Reading } from './environment.ts';
import { secretList, secretsOfForm } from './values.ts';
import { secretVariable } from './variables.ts';

/** What configuration needs to know of an adapter; every `SourceAdapter` is one. */
export interface SourceDeclaration {
  readonly id: string;
  readonly title: string;
  readonly secrets: readonly {
    readonly name: string; readonly required: boolean; readonly help: string;
    readonly form?: { readonly read: (text: string) => readonly string[] | undefined; readonly otherwise: string };
  }[];
  /** Sets of secrets, any complete one of which turns the source on; absent: all the required ones together. */
  readonly needs?: readonly (readonly string[])[];
  readonly hasResolution: boolean;
}

/** A source as the file speaks of it. */
export interface SourceSection {
  readonly enabled?: boolean;
  /** Values by setting key: has_resolution, default_author. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Path by secret name. */
  readonly secretFiles: Readonly<Record<string, string>>;
}

/** A source that is on. */
export interface SourceConfig {
  readonly id: string;
  readonly title: string;
  /** By secret name, each with one or more values (several during a rotation). */
  readonly secrets: Readonly<Record<string, readonly string[]>>;
}

/** Every source of the product, whether it is on, and if not, what would turn it on. */
export interface SourceState { readonly id: string; readonly title: string; readonly state: 'on' | 'off' | 'disabled'; readonly missing: string }

/** Where the section of a source stands in the file, for problems. */
export type Blame = (path: readonly PropertyKey[]) => Omit<Problem, 'message'>;

/** The secrets of one source from the environment and from files; half-set is a problem that names what is missing. */
export function readSource(reading: Reading, source: SourceDeclaration, section: SourceSection, place: { readonly blame: Blame; readonly dir: string }): {
  readonly state: SourceState; readonly config?: SourceConfig;
} {
  const secrets: Record<string, readonly string[]> = {};
  for (const { name, form } of source.secrets) {
    const parse = form === undefined ? secretList : secretsOfForm(form);
    const values = readSecret(reading, { source: source.id, name, parse, file: section.secretFiles[name], ...place });
    if (values !== undefined) secrets[name] = values;
  }
  const isTouched = (name: string): boolean => (reading.origins.get(secretVariable(source.id, name))?.from ?? 'unset') !== 'unset';
  const { on, missing } = readiness(source, isTouched);
  const result = (state: SourceState['state']): SourceState => ({ id: source.id, title: source.title, state, missing });
  if (section.enabled === false) return { state: result('disabled') };
  if (on) return { state: result('on'), config: { id: source.id, title: source.title, secrets } };
  const set = source.secrets.filter((secret) => isTouched(secret.name)).map((secret) => secretVariable(source.id, secret.name));
  if (set.length > 0) {
    reading.problems.push({ path: set.join(', '), message: `${source.title} is half set: it also needs ${missing} (or set none of them)` });
  } else if (section.enabled === true) {
    reading.problems.push({ ...place.blame(['enabled']), message: `${source.title} cannot start: set ${missing}` });
  }
  return { state: result('off') };
}

/** The sets of secrets, any complete one of which turns the source on. An empty set is none: a source without authentication does not start. */
export const needsOf = (source: SourceDeclaration): readonly (readonly string[])[] =>
  (source.needs ?? [source.secrets.filter((secret) => secret.required).map((secret) => secret.name)]).filter((set) => set.length > 0);

/** Whether a complete set is there, and if not, the variables that are missing from each, in words. */
function readiness(source: SourceDeclaration, isSet: (name: string) => boolean): { readonly on: boolean; readonly missing: string } {
  const gaps = needsOf(source).map((set) => set.filter((name) => !isSet(name)).map((name) => secretVariable(source.id, name)));
  return { on: gaps.some((gap) => gap.length === 0), missing: gaps.map((gap) => gap.join(' and ')).join(', or ') };
}

function readSecret(reading: Reading, secret: {
  readonly source: string; readonly name: string; readonly parse: z.ZodType<readonly string[], string>; readonly file: string | undefined; readonly blame: Blame; readonly dir: string;
}): readonly string[] | undefined {
  const variable = secretVariable(secret.source, secret.name);
  const value = readVariable(reading, variable, secret.parse);
  if (secret.file === undefined) return value;
  const blame = secret.blame([`${secret.name}_file`]);
  if (reading.origins.get(variable)?.from !== 'unset') {
    reading.problems.push({ ...blame, message: `is set, and ${variable} in the environment as well: keep one of them` });
    return value;
  }
  return readSecretFile(reading, { name: variable, path: absolute(secret.dir, secret.file), parse: secret.parse, blame });
}
