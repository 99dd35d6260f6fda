/** What a mapping is made of: paths, places, values, conditions. */
import { z } from 'zod';
import { TIME_UNITS, type Constant, type Path, type Place, type Test, type Value } from '../sources/mapping.ts';
import { onOff } from './settings.ts';
import { complaints, strict } from './strict.ts';

const HOW = 'must be a path: names with dots between them, such as data.items[0].id; names with other characters as ["the name"]';

/** Undefined: not a path. */
function pathOf(text: string): Path | undefined {
  const steps: (string | number)[] = [];
  let rest = text.trim();
  while (rest !== '') {
    const [whole, dot, name, index, quoted] = /^(\.?)(?:([\p{L}_$@-][\p{L}\p{N}_$@-]*)|\[(-?\d+)\]|\["([^"]+)"\])/u.exec(rest) ?? [];
    // Names after the first have a dot, what stands in brackets has none.
    if (whole === undefined || (name === undefined ? dot === '.' : (dot === '.') !== steps.length > 0)) return undefined;
    steps.push(name ?? quoted ?? Number(index));
    rest = rest.slice(whole.length);
  }
  return steps.length > 0 ? steps : undefined;
}

/** `data.items[0].id`. */
export const path = z.string(HOW).transform((text, context): Path => {
  const steps = pathOf(text);
  if (steps) return steps;
  context.addIssue({ code: 'custom', message: HOW });
  return z.NEVER;
});

const HEADER = /^header:\s*([A-Za-z0-9-]+)$/;

function placeOf(text: string): Place | undefined {
  const header = HEADER.exec(text.trim())?.[1]?.toLowerCase();
  const steps = header === undefined ? pathOf(text) : undefined;
  return header !== undefined ? { header } : steps && { path: steps };
}

/** A path, or `header: Name`. */
export const place = z.string(HOW).transform((text, context): Place => {
  const found = placeOf(text);
  if (found) return found;
  context.addIssue({ code: 'custom', message: `${HOW}; or header:Name` });
  return z.NEVER;
});

const constant = z.union([z.string(), z.number(), z.boolean(), z.null()], 'must be a text, a number, true, false or null');
const word = z.union([z.string(), z.number(), z.boolean(), z.null()], 'must be a text or a number').transform(String);

/** `{path}` in a text. */
const template = z.string('must be a text with {path} in it').transform((text, context): readonly (string | Place)[] => {
  const parts = text.split(/\{([^{}]+)\}/).map((part, index) => (index % 2 === 0 ? part : placeOf(part)));
  const whole = parts.filter((part): part is string | Place => part !== undefined && part !== '');
  if (parts.includes(undefined) || !whole.some((part) => typeof part !== 'string')) context.addIssue({ code: 'custom', message: `must be a text with paths in braces, such as "{order.id}-{status}"` });
  return whole;
});

const full = strict({
  path: place.exactOptional(), first: z.array(place, 'must be a list of paths').min(1, 'must have one path or more').exactOptional(), value: constant.exactOptional(),
  text: template.exactOptional(), received: onOff.exactOptional(), table: z.record(z.string(), constant, 'must be a table: their word, our word').exactOptional(),
  otherwise: constant.exactOptional(), unit: z.enum(TIME_UNITS).exactOptional(), offset: z.string().regex(/^[+-]\d\d:\d\d$/, 'must be as "+05:30"').exactOptional(),
  factor: z.number('must be a number, such as 0.01').exactOptional(), html: onOff.exactOptional(),
});

const ORIGINS = ['path', 'first', 'value', 'text', 'received'] as const;

/** A path alone, a number or truth value for itself, or an object that says more. */
export const value = z.unknown().transform((given, context): Value => {
  const fail = (message: string): never => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  if (typeof given === 'number' || typeof given === 'boolean' || given === null) return { places: [], constant: given };
  if (typeof given === 'string') {
    const found = placeOf(given);
    return found ? { places: [found] } : fail(`${HOW}; for a word itself write {value: …}`);
  }
  const read = full.safeParse(given);
  if (!read.success) {
    for (const { path: at, message } of complaints(read.error, given)) context.addIssue({ code: 'custom', path: [...at], message });
    return z.NEVER;
  }
  const { data } = read;
  if (ORIGINS.filter((name) => data[name] !== undefined).length !== 1) return fail(`must have exactly one of ${ORIGINS.join(', ')}`);
  if (data.offset !== undefined && data.unit !== 'iso') return fail('has an offset, which belongs to unit: iso');
  if (data.otherwise !== undefined && !data.table) return fail('has otherwise without a table');
  return {
    places: data.first ?? (data.path ? [data.path] : []), isPath: true,
    ...(data.value !== undefined && { constant: data.value }), ...(data.text && { parts: data.text }), ...(data.received === true && { received: true as const }),
    ...(data.table && { table: new Map<string, Constant>(Object.entries(data.table)) }), ...(data.otherwise !== undefined && { otherwise: data.otherwise }),
    ...(data.unit && { time: { unit: data.unit, ...(data.offset !== undefined && { offset: data.offset }) } }),
    ...(data.factor !== undefined && { factor: data.factor }), ...(data.html === true && { html: true }),
  };
});

/** Conditions by place: a word, a list of words, or `{exists: true}`. */
export const test = z.record(z.string(), z.union([word, z.array(word), strict({ exists: onOff })], 'must be a word, a list of words, or {exists: true}'), 'must be conditions: path: word')
  .transform((given, context): readonly Test[] => Object.entries(given).flatMap(([name, wanted]) => {
    const found = placeOf(name);
    if (!found) context.addIssue({ code: 'custom', path: [name], message: `${HOW}; or header:Name` });
    if (!found) return [];
    return [{ place: found, is: typeof wanted === 'object' && 'exists' in wanted ? wanted : { oneOf: typeof wanted === 'string' ? [wanted] : wanted } }];
  }));
