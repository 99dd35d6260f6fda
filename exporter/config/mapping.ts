/** Mapping files: sources declared as data. docs/sources/custom.md describes the form. */
import { basename } from 'node:path';
import { z } from 'zod';
import { fieldsOf, kindNames, type EventField } from '../sources/canonical-event.ts';
import type { Mapping, Rule, Value } from '../sources/mapping.ts';
import { didYouMean } from './closest.ts';
import type { Reading } from './environment.ts';
import { authenticationSection } from './mapping-access.ts';
import { path, place, test, value } from './mapping-parts.ts';
import { readFailure, type Problem } from './problem.ts';
import { onOff } from './settings.ts';
import { complaints, strict, unknownKey, type Complaint } from './strict.ts';
import { readYaml } from './yaml.ts';

const IGNORED = 'ignored';

const itemName = z.string().regex(/^[a-z_]\w*$/i, 'must be a word');
const values = z.record(z.string(), value, 'must have keys and values');
const rule = strict({
  kind: z.string('must be a kind of event, such as message.inbound, or ignored'), when: test.exactOptional(), each: z.record(itemName, path).exactOptional(), fields: values.exactOptional(),
});
const parameter = z.string('must be the name of a query parameter, such as hub.challenge').min(1, 'must not be empty');
const handshake = strict({ challenge: parameter, token: parameter.exactOptional() });
const file = strict({
  title: z.string().min(1, 'must not be empty').exactOptional(), retries: onOff.exactOptional(), has_resolution: onOff.exactOptional(),
  body: z.enum(['object', 'list', 'form']).exactOptional(), authentication: authenticationSection, handshake: handshake.exactOptional(), type: place.exactOptional(),
  every: values.exactOptional(), events: z.array(rule, 'must be a list of rules').min(1, 'must have one rule or more'),
});

/** A mapping file: what it says, or everything that is wrong with it, each with file and line. */
export type MappingFile = { readonly mapping: Mapping } | { readonly problems: readonly Problem[] };

/** Reads and checks a mapping file. `name` is what the source is called; `shown` stands for the file in problems. */
export function readMapping(readFile: Reading['readFile'], location: string, name: string, shown = basename(location)): MappingFile {
  let text: string;
  try {
    text = readFile(location);
  } catch (error) {
    return { problems: [{ path: '', file: shown, message: `cannot be read: ${readFailure(error)}` }] };
  }
  const yaml = readYaml(shown, text);
  if (yaml.problems.length > 0) return { problems: yaml.problems };
  const read = file.safeParse(yaml.data ?? {});
  const found = read.success ? wrongFields(read.data) : complaints(read.error, yaml.data);
  if (!read.success || found.length > 0) return { problems: found.map(({ path: at, message }) => ({ ...yaml.blame(at), message })) };
  return { mapping: mappingOf(read.data, name) };
}

type File = z.output<typeof file>;

function mappingOf({ title = '', retries = true, has_resolution, body = 'object', authentication, handshake: asked, type, every = {}, events }: File, name: string): Mapping {
  const rules = events.map(({ kind, when = [], each = {}, fields = {} }): Rule =>
    ({ kind, when, each: Object.entries(each).map(([item, at]) => ({ name: item, path: at })), fields: new Map([...Object.entries(every), ...Object.entries(fields)]) }));
  const tells = rules.some((each) => each.kind === 'conversation.resolved' || (each.kind === 'conversation.snapshot' && each.fields.has('status')));
  return { name, title: title || name, retries, hasResolution: has_resolution ?? tells, body, authentication, ...(asked && { handshake: asked }), ...(type && { type }), rules };
}

/** What no single value can know: which fields a kind has, and what they may hold. */
function wrongFields({ every = {}, events }: File): readonly Complaint[] {
  const everywhere = fieldsOf('note.created') ?? new Map<string, EventField>();
  return [
    ...Object.entries(every).flatMap(([name, given]) => wrongField(name, given, everywhere, ['every', name])),
    ...events.flatMap(({ kind, fields = {}, when = [], each = {} }, index): readonly Complaint[] => {
      const at = ['events', index];
      if (kind === IGNORED) return when.length > 0 || Object.keys(each).length > 0 ? [] : [{ path: at, message: 'ignores everything: say what with `when`' }];
      const known = fieldsOf(kind);
      if (!known) return [{ path: [...at, 'kind'], message: `is no kind of event${didYouMean(kind, kindNames()) || `; known: ${IGNORED}, ${kindNames().join(', ')}`}` }];
      const missing = [...known].filter(([name, field]) => field.required && name !== 'id' && !(name in fields) && !(name in every)).map(([name]) => name);
      return [
        ...missing.map((name) => ({ path: at, message: `needs the field ${name}${name === 't' ? ': when it happened, with its unit, or {received: true}' : ''}` })),
        ...Object.entries(fields).flatMap(([name, given]) => wrongField(name, given, known, [...at, 'fields', name])),
      ];
    }),
  ];
}

const TIMES: ReadonlySet<string> = new Set(['t', 'up_to']);

function wrongField(name: string, given: Value, known: ReadonlyMap<string, EventField>, at: readonly PropertyKey[]): readonly Complaint[] {
  const field = known.get(name);
  if (!field) return [{ path: at, message: unknownKey(name, [...known.keys()]) }];
  const say = (message: string): readonly Complaint[] => [{ path: at, message }];
  const words = field.words?.join(', ');
  if (TIMES.has(name) && !given.time && !given.received) return say('is a time: say its unit, as {path: …, unit: seconds}; units: seconds, milliseconds, microseconds, iso');
  if (!TIMES.has(name) && given.time) return say('is no time: leave out unit');
  if (given.constant !== undefined && !field.accepts(given.constant)) return say(words === undefined ? 'cannot hold this value' : `must be one of ${words}${didYouMean(given.constant, field.words ?? [])}`);
  const [only] = given.places;
  const bare = given.places.length === 1 && only && 'path' in only && only.path.length === 1 && !given.table ? String(only.path[0]) : undefined;
  if (bare !== undefined && field.words?.includes(bare) && !given.isPath) return say(`reads the field "${bare}" of the body: for the word itself write {value: ${bare}}, for the field {path: ${bare}}`);
  if (field.words && given.places.length > 0 && !given.table && !given.isPath) return say(`needs a table from the platform's words to ours (${words}), or {path: …} where they are the same`);
  const strange = [...given.table?.values() ?? [], ...(given.otherwise === undefined ? [] : [given.otherwise])].find((each) => !field.accepts(each));
  return strange === undefined ? [] : say(words === undefined ? 'has a table with values that this field cannot hold' : `has a table with "${String(strange)}"; our words: ${words}${didYouMean(strange, field.words ?? [])}`);
}
