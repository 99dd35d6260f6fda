import { isRecord, parseExact } from './json.ts';
import type { Json } from './json.ts';

/** What a rule sent, by Freshdesk's names; values as text, empty ones left out. */
export type Fields = ReadonlyMap<string, string>;

/**
 * The fields of a body. Bodies an admin wrote are often no JSON: a comma too many, a text with quotes in it, a value without any. Then
 * a field is what stands between its name and the next one. @throws SyntaxError when there is not even that
 */
export function fieldsOf(body: Uint8Array): Fields {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  const object = jsonOf(text);
  if (object === undefined) return written(text);
  const inner = object['freshdesk_webhook'];
  return new Map(Object.entries(isRecord(inner) ? inner : object).flatMap(([name, value]) => {
    const field = typeof value === 'string' ? value : typeof value === 'number' || isRecord(value) ? JSON.stringify(value) : '';
    return field === '' ? [] : [[name, field] as const];
  }));
}

/** @throws SyntaxError when it is JSON but no object */
function jsonOf(text: string): Json | undefined {
  let value: unknown;
  try {
    value = parseExact(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value)) throw new SyntaxError('the body is not a JSON object');
  return value;
}

/** A name begins a line or follows a comma or a bracket. */
const NAME = /(?<=^|[{,\n]\s*)"(\w{1,60})"\s*:/g;

function written(text: string): Fields {
  const body = text.trim();
  const names = [...body.matchAll(NAME)];
  if (!body.startsWith('{') || !body.endsWith('}') || names.length === 0) throw new SyntaxError('the body has no fields of a ticket');
  return new Map(names.flatMap((match, index) => {
    const value = body.slice(match.index + match[0].length, names[index + 1]?.index ?? body.length).trim();
    const quoted = /^"(.*)"[\s,}]*$/s.exec(value)?.[1];
    const field = quoted ?? value.replace(/[\s,}]+$/, (end) => (value.startsWith('{') ? end.replace(/[\s,]/g, '') : ''));
    return field === '' ? [] : [[match[1]!, field] as const];
  }));
}
