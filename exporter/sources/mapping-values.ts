/** Looks up and converts the values that a mapping names. */
import type { EventField } from './canonical-event.ts';
import { wordsOfHtml } from './html.ts';
import { own, isRecord } from './json.ts';
import type { Constant, Path, Place, Test, TimeUnit, Value } from './mapping.ts';
import type { WebhookRequest } from './source.ts';

/** What paths begin at: the items that `each` is at by name, then the body. */
export interface Scope {
  readonly body: unknown;
  readonly items: ReadonlyMap<string, unknown>;
  readonly request: Pick<WebhookRequest, 'headers' | 'receivedAt'>;
}

/** What became of a field: a value, nothing there, a word that the table does not have, or something of another form. */
export type Found = { readonly value: Constant } | { readonly trouble: 'absent' } | { readonly trouble: 'unlisted'; readonly word: unknown } | { readonly trouble: 'form' };

const ABSENT: Found = { trouble: 'absent' };
const WRONG: Found = { trouble: 'form' };

/** The value of a field in the form its event wants. */
export function valueOf(value: Value, scope: Scope, field: EventField): Found {
  if (value.constant !== undefined) return { value: value.constant };
  if (value.received) return { value: scope.request.receivedAt };
  if (value.parts) {
    const texts = value.parts.map((part) => (typeof part === 'string' ? part : scalar(lookup(part, scope))));
    return texts.some((text) => text === undefined || text === null) ? ABSENT : { value: texts.join('') };
  }
  const raw = value.places.map((place) => lookup(place, scope)).find((each) => each !== undefined && each !== null && each !== '');
  if (raw === undefined) return value.table?.has('null') ? { value: value.table.get('null') ?? null } : ABSENT;
  if (value.table) {
    const word = scalar(raw);
    const ours = word === undefined ? undefined : value.table.get(String(word));
    if (ours !== undefined) return { value: ours };
    return value.otherwise === undefined ? { trouble: 'unlisted', word: raw } : { value: value.otherwise };
  }
  if (value.time) {
    const t = timeIn(raw, value.time.unit, value.time.offset);
    return t === undefined ? WRONG : { value: t };
  }
  const plain = value.html ? wordsOfHtml(raw) : scalar(raw);
  if (plain === undefined) return value.html ? ABSENT : WRONG;
  if (value.factor === undefined) return fitting(plain, field);
  const number = Number(plain) * value.factor;
  return Number.isFinite(number) ? { value: Number(number.toPrecision(15)) } : WRONG; // 0.1 × 3 is 0.3
}

/** Whether a condition holds. */
export function holds({ place, is }: Test, scope: Scope): boolean {
  const raw = lookup(place, scope);
  if ('exists' in is) return (raw !== undefined && raw !== null) === is.exists;
  const word = scalar(raw);
  return word !== undefined && is.oneOf.includes(String(word));
}

/** What stands at a place; undefined when nothing does. */
export function lookup(place: Place, scope: Scope): unknown {
  if ('header' in place) return scope.request.headers[place.header];
  const [first, ...rest] = place.path;
  const isItem = typeof first === 'string' && scope.items.has(first);
  return follow(isItem ? rest : place.path, isItem ? scope.items.get(first) : scope.body);
}

/** Every item of the array at `path`; an object is an array of one. */
export function itemsAt(path: Path, scope: Scope): readonly unknown[] {
  const found = lookup({ path }, scope);
  return Array.isArray(found) ? found : found === undefined || found === null ? [] : [found];
}

const follow = (path: Path, from: unknown): unknown => path.reduce<unknown>((value, step) =>
  (typeof step === 'number' ? (Array.isArray(value) ? value.at(step) : undefined) : isRecord(value) ? own(value, step) : undefined), from);

function scalar(value: unknown): Constant | undefined {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** `"5"` where a number belongs, `7` where a text does, `"true"` where a truth value does. */
function fitting(value: Constant, field: EventField): Found {
  const forms: readonly (Constant | undefined)[] = [value, typeof value === 'string' && value.trim() !== '' ? Number(value) : undefined, String(value),
    typeof value === 'string' ? ({ true: true, false: false } as Readonly<Record<string, boolean>>)[value.toLowerCase()] : undefined];
  const fit = forms.find((form) => form !== undefined && field.accepts(form));
  return fit === undefined ? WRONG : { value: fit };
}

const PER_SECOND = { seconds: 1, milliseconds: 1e3, microseconds: 1e6 } as const;

/** Epoch milliseconds; undefined when it is no time in this unit. */
function timeIn(value: unknown, unit: TimeUnit, offset = ''): number | undefined {
  if (unit === 'iso') {
    if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(value)) return undefined;
    const hasZone = /(Z|[+-]\d\d:?\d\d)$/i.test(value);
    if (!hasZone && offset === '') return undefined;
    return inRange(Date.parse(`${value.replace(' ', 'T')}${hasZone ? '' : offset}`));
  }
  const number = typeof value === 'string' && /^\d{1,17}(\.\d+)?$/.test(value) ? Number(value) : value;
  // Through microseconds, so that 1753659002.7 is not one millisecond short.
  return typeof number === 'number' ? inRange(Math.trunc(Math.round((number * 1e6) / PER_SECOND[unit]) / 1e3)) : undefined;
}

/** After 1973, so that a smaller unit than was declared is seen as what it is, and before 2100. */
const inRange = (t: number): number | undefined => (t > 100_000_000_000 && t < 4_102_444_800_000 ? t : undefined);
