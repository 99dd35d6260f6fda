/** Bodies of canonical events, as anybody may send them. */
import type { ParsedEvent } from '../core/event.ts';
import { DEFAULT_SOURCE, readEvent, type EventOptions } from '../sources/canonical-event.ts';
import { binaryEvent, modeOf, unwrap, type Headers } from './envelope.ts';

/** What one body held. `index` counts items from 0; a reason names a field and never its value. */
export interface CanonicalRead {
  readonly events: readonly { readonly index: number; readonly event: ParsedEvent }[];
  readonly rejected: readonly { readonly index: number; readonly reason: string; readonly source: string; readonly kind: string }[];
}

/** How events are read that did not come through an adapter. */
export type ReadOptions = EventOptions;

/** Items that one body may hold. Ten megabytes of `0,` are five million, whose answer would fill the memory. */
const MOST_ITEMS = 50_000;

/** A body with more items than anybody needs to send at once. */
export class TooManyEvents extends Error {
  override readonly name = 'TooManyEvents';
  constructor() {
    super(`more than ${MOST_ITEMS} events: send them in parts`);
  }
}

/** Reads a request body: a JSON array, one object, or NDJSON, bare or in an envelope that the headers name. @throws SyntaxError when it is none of them; TooManyEvents */
export function readCanonicalBody(body: Uint8Array, headers: Headers, options: ReadOptions): CanonicalRead {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8').replace(/^\ufeff/, '').trim();
  const mode = modeOf(headers);
  const items = mode === 'binary' ? [binaryEvent(headers, jsonOf(text))] : itemsOf(text, mode === 'lines');
  if (items.length > MOST_ITEMS) throw new TooManyEvents();
  return readCanonical(items.map((item) => unwrap(item, headers, options.receivedAt)), options);
}

/** Reads events that are JSON values already; `BROKEN_LINE` among them is rejected. */
export function readCanonical(items: readonly unknown[], options: ReadOptions): CanonicalRead {
  const events: { index: number; event: ParsedEvent }[] = [];
  const rejected: { index: number; reason: string; source: string; kind: string }[] = [];
  items.forEach((item, index) => {
    const read = item === BROKEN_LINE ? { reason: 'is not JSON', source: DEFAULT_SOURCE, kind: 'unknown' } : readEvent(item, options);
    if ('reason' in read) rejected.push({ index, ...read });
    else events.push({ index, event: read.event });
  });
  return { events, rejected };
}

/** Stands for a line that is not JSON. */
const BROKEN_LINE = Symbol('broken line');

/** Data of an event whose attributes stand in headers; without any it may still be one. */
function jsonOf(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch (error) {
    throw new SyntaxError('the data is not JSON', { cause: error });
  }
}

function itemsOf(text: string, isLines: boolean): readonly unknown[] {
  if (!isLines) {
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value !== 'object' || value === null) throw new SyntaxError('the body holds no events');
      return Array.isArray(value) ? value : [value];
    } catch (error) {
      // Several objects, one per line, come without their content type too.
      if (!/^\{.*\}[ \t\r]*\n\s*\{/.test(text)) throw new SyntaxError('the body is not JSON', { cause: error });
    }
  }
  return text.split('\n').filter((line) => line.trim() !== '').map((line): unknown => {
    try {
      return JSON.parse(line);
    } catch {
      return BROKEN_LINE; // rejected by its index; the other lines count
    }
  });
}
