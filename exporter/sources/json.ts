/** Reading JSON that strangers sent: every reader is total, and nothing here follows a prototype. */

export type Json = Readonly<Record<string, unknown>>;

const NOTHING: Json = Object.freeze({});
const LONGEST_ID = 512;
/** 2100-01-01 in seconds. Larger numbers are milliseconds, from 1973 on; what lies between is neither. */
const LAST_SECOND = 4_102_444_800;
const FIRST_MILLISECOND = 100_000_000_000;

/** The body as one JSON object. @throws SyntaxError when it is anything else */
export function parseObject(body: Uint8Array): Json {
  const value: unknown = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
  if (!isRecord(value)) throw new SyntaxError('the body is not a JSON object');
  return value;
}

/** The same, for providers that send ids past 2^53 as numbers: those integers become texts with all their digits. @throws SyntaxError */
export function parseExactObject(body: Uint8Array): Json {
  return exact(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'), isRecord, 'the body is not a JSON object');
}

/** What a body holds: an array of items, or one object, exactly. @throws SyntaxError when it is neither, or an array of nothing */
export function parseItems(body: Uint8Array): readonly unknown[] {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  if (!text.trimStart().startsWith('[')) return [parseExactObject(body)];
  return exact(text, (value): value is readonly unknown[] => Array.isArray(value) && value.length > 0, 'the body holds no items');
}

/** Any JSON, with integers past 2^53 as texts with all their digits. @throws SyntaxError when it is none */
export const parseExact = (text: string): unknown => (/[:[,]\s*-?\d{16}/.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text));

function exact<T>(text: string, is: (value: unknown) => value is T, otherwise: string): T {
  const value = parseExact(text);
  if (!is(value)) throw new SyntaxError(otherwise);
  return value;
}

/** `source` is the value as it was written. */
function keepDigits(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const written = context?.source;
  return typeof value === 'number' && !Number.isSafeInteger(value) && written !== undefined && /^-?\d+$/.test(written) ? written : value;
}

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object, or an empty one. */
export const record = (value: unknown): Json => (isRecord(value) ? value : NOTHING);

/** The array, or an empty one. */
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The object's own value: `constructor` and `__proto__` name nothing unless the sender wrote them. */
export const own = (object: Json, key: string): unknown => (Object.hasOwn(object, key) ? object[key] : undefined);

/** An id as text, 1 to 512 characters; numbers past 2^53 have lost digits already and are refused. */
export function idOf(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined;
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_ID ? value : undefined;
}

/** An id fit to be a label and a column: 1 to 64 letters, digits, `_ . : -`. */
export function wordOf(value: unknown): string | undefined {
  const text = idOf(value);
  return text !== undefined && /^[\w.:-]{1,64}$/.test(text) ? text : undefined;
}

/** A name people chose, for a column: 1 to 64 characters of any script, nothing invisible or broken. */
export function labelOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= 64 && /^[^\p{C}]+$/u.test(value) ? value : undefined;
}

/** Any text, as the sender wrote it; undefined when empty. */
export const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** Digits of a number in international form, however it is punctuated; undefined when it is not a number. */
export function phoneOf(value: unknown): string | undefined {
  const text = idOf(value);
  return text !== undefined && /^\+?[\d\s().-]{1,40}$/.test(text) ? textOf(text.replace(/\D/g, '')) : undefined;
}

/** The same for a number that says its country (`+` or `00` before it): a national one is somebody else's abroad. */
export function internationalPhoneOf(value: unknown): string | undefined {
  const text = textOf(value);
  if (text === undefined || text.length > 40 || !/^\s*(\+|00)[\d\s().-]+$/.test(text)) return undefined;
  return textOf(text.replace(/\D/g, '').replace(/^00/, ''));
}

/** An e-mail address as the sender wrote it. */
export function emailOf(value: unknown): string | undefined {
  const text = textOf(value)?.trim();
  return text !== undefined && text.length <= 254 && /^[^\s\p{C}@]+@[^\s\p{C}@]+$/u.test(text) ? text : undefined;
}

/**
 * Epoch milliseconds from what providers write: seconds (number or decimal text, fractions kept), milliseconds, or ISO text.
 * Undefined outside 1970 to 2100.
 */
export function timeOf(value: unknown): number | undefined {
  if (typeof value === 'string' && !/^\d{1,16}(\.\d+)?$/.test(value)) {
    return /^\d{4}-\d\d-\d\d[T ]/.test(value) ? inRange(Date.parse(value)) : undefined;
  }
  const number = typeof value === 'string' ? Number(value) : value;
  if (typeof number !== 'number') return undefined;
  // Through microseconds, so that 1753659002.7 is not one millisecond short.
  return inRange(number >= FIRST_MILLISECOND ? Math.trunc(number) : Math.trunc(Math.round(number * 1e6) / 1e3));
}

function inRange(t: number): number | undefined {
  return Number.isFinite(t) && t > 0 && t < LAST_SECOND * 1000 ? t : undefined;
}
