/** Lines as records: NDJSON, or CSV whose first line names the fields of canonical events. Which of the two, the first line tells. */
import { LONGEST, type Line } from './lines.ts';

/** One event as it was written, or why the line holds none. `line` counts from 1, and is the first one of a record that spans several. */
export type Record = { readonly line: number; readonly last: number } & ({ readonly value: unknown } | { readonly reason: string });

/** Turns lines into records; given every line, in order. */
export interface Reader {
  /** The record that ends with a line; undefined when the line is blank, names the fields, or the record goes on. */
  read(line: Line): Record | undefined;
  /** What was begun and never ended. */
  end(): Record | undefined;
}

/** No event is without its kind: a line that does not name it heads no table, and would swallow itself unseen. */
const NO_TABLE = 'is neither JSON nor the first line of a CSV, which names the fields, kind among them';

/** Reads lines in their order. @param table whether they may be CSV; exports of help desks never are */
export function createReader(table: boolean): Reader {
  const json: Reader = { read: readJson, end: () => undefined };
  let reader = table ? undefined : json;
  return {
    read(line) {
      if (!reader) {
        const text = line.bytes?.toString('utf8').replace(/^\ufeff/, '').trim() ?? '{';
        if (text === '') return undefined;
        if (!/^[{[]/.test(text) && !cellsOf(text).some((cell) => cell.trim() === 'kind')) return { line: line.number, last: line.number, reason: NO_TABLE };
        reader = /^[{[]/.test(text) ? json : csvReader();
      }
      return reader.read(line);
    },
    end: () => reader?.end(),
  };
}

const TOO_LONG = `is longer than ${LONGEST} bytes`;

function readJson({ number, bytes }: Line): Record | undefined {
  const at = { line: number, last: number };
  if (!bytes) return { ...at, reason: TOO_LONG };
  const text = bytes.toString('utf8').replace(/^\ufeff/, '').trim();
  if (text === '') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return { ...at, value };
  } catch {
    return { ...at, reason: 'is not JSON' };
  }
}

/** RFC 4180: a quoted field may hold commas, quotes (doubled) and line ends. */
function csvReader(): Reader {
  let header: readonly string[] | undefined;
  let open: { readonly line: number; readonly last: number; readonly text: string } | undefined;
  const read = ({ number, bytes }: Line): Record | undefined => {
    if (!bytes) {
      open = undefined;
      return { line: number, last: number, reason: TOO_LONG };
    }
    const text = bytes.toString('utf8');
    const whole = { line: open?.line ?? number, last: number, text: open ? `${open.text}\n${text}` : header ? text : text.replace(/^\ufeff/, '') };
    open = undefined;
    const at = { line: whole.line, last: number };
    if (isUnfinished(whole.text)) {
      if (whole.text.length > LONGEST) return { ...at, reason: UNCLOSED };
      open = whole;
      return undefined;
    }
    if (whole.text.trim() === '') return undefined;
    const cells = cellsOf(whole.text.replace(/\r$/, ''));
    if (!header) {
      header = cells.map((cell) => cell.trim());
      return undefined;
    }
    if (cells.length > header.length) return { ...at, reason: `has ${cells.length} fields, the first line names ${header.length}` };
    return { ...at, value: eventOf(header, cells) };
  };
  return { read, end: () => open && { line: open.line, last: open.last, reason: UNCLOSED } };
}

const UNCLOSED = 'a quote is never closed';

const isUnfinished = (text: string): boolean => (text.match(/"/g)?.length ?? 0) % 2 === 1;

function cellsOf(text: string): readonly string[] {
  const cells: string[] = [];
  for (const [, quoted, bare] of `${text},`.matchAll(/(?:"((?:[^"]|"")*)"|([^,]*)),/g)) cells.push(quoted?.replaceAll('""', '"') ?? bare ?? '');
  return cells;
}

/** Fields that are no text. */
const NUMBERS = new Set(['score', 'value', 'seq']);
const FLAGS = new Set(['needs_reply', 'survey_answer', 'opt_out', 'expects_reply', 'fallback', 'automated', 'pricing.billable']);

/** An empty cell is an absent field; `pricing.category` is the field of an object. Times in digits are epoch milliseconds. */
function eventOf(header: readonly string[], cells: readonly string[]): unknown {
  const event: globalThis.Record<string, unknown> = {};
  header.forEach((name, index) => {
    const cell = cells[index] ?? '';
    if (cell === '') return;
    const [outer = name, inner] = name.split('.');
    const value = valueOf(name, cell);
    if (inner === undefined) event[outer] = value;
    else event[outer] = { ...(event[outer] as object | undefined), [inner]: value }; // only made here
  });
  return event;
}

function valueOf(name: string, cell: string): unknown {
  if (FLAGS.has(name) && /^(true|false)$/i.test(cell)) return cell.toLowerCase() === 'true';
  const isNumber = NUMBERS.has(name) || ((name === 't' || name === 'received_at') && /^\d+$/.test(cell));
  return isNumber && Number.isFinite(Number(cell)) ? Number(cell) : cell;
}
