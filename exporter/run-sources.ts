/** The command `sources try`: what a mapping makes of recorded bodies. It shows ids and words, never a text or a number of a customer. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { readMapping } from './config/mapping.ts';
import { describe, readFailure } from './config/problem.ts';
import { tryMapping, type Trial } from './sources/custom-trial.ts';

interface SourcesCommand {
  readonly what: string;
  readonly mapping: string;
  /** A body, or one per line; `-` for stdin. */
  readonly payload: string;
  /** `Name: value`, as the platform would send them. */
  readonly headers: readonly string[];
  readonly json: boolean;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** @returns 0 when every item was read, 1 when the mapping is wrong or items are not understood, 2 when a file cannot be read */
export function runSources({ what, mapping: file, payload, headers, json, out, err }: SourcesCommand): number {
  if (what !== 'try') {
    err('usage: replywatch sources try MAPPING PAYLOAD\n');
    return 2;
  }
  const read = readMapping((path) => readFileSync(path, 'utf8'), file, basename(file).replace(/\.ya?ml$/, ''));
  if ('problems' in read) {
    if (json) out(`${JSON.stringify({ ok: false, problems: read.problems })}\n`);
    else err(`${read.problems.map(describe).join('\n')}\n`);
    return 1;
  }
  let content: string;
  try {
    content = readFileSync(payload === '-' ? 0 : payload, 'utf8');
  } catch (error) {
    err(`${payload} cannot be read: ${readFailure(error)}\n`);
    return 2;
  }
  const trial = tryMapping(read.mapping, bodiesIn(content, read.mapping.body), { headers: Object.fromEntries(headers.map(headerOf)), receivedAt: Date.now() });
  const ok = trial.events.length + trial.ignored > 0 && trial.troubles.length + trial.unknown.length === 0;
  out(json ? `${JSON.stringify({ ok, ...trial }, null, 2)}\n` : inWords(trial));
  return ok ? 0 : 1;
}

/** The whole file, or its lines where each is a body. */
function bodiesIn(content: string, form: 'object' | 'list' | 'form'): readonly string[] {
  const lines = content.split('\n').filter((line) => line.trim() !== '');
  const isLines = lines.length > 1 && (form === 'form' || lines.every((line) => isJson(line)));
  return isLines ? lines : [content.trim()];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false; // one line of a body that is spread over many
  }
}

const headerOf = (text: string): readonly [string, string] => {
  const at = text.indexOf(':');
  return [text.slice(0, at < 0 ? text.length : at).trim().toLowerCase(), at < 0 ? '' : text.slice(at + 1).trim()];
};

function inWords({ events, troubles, ignored, unknown, advice, unused, cannot }: Trial): string {
  const rows = events.map(({ kind, id, ...fields }, index) =>
    `${String(index + 1).padStart(4)}  ${String(kind)}  ${Object.entries(fields).map(([name, value]) => `${name}=${String(value)}`).join('  ')}\n        id ${String(id)}`);
  const section = (title: string, lines: readonly string[]): readonly string[] => (lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)]);
  return `${[
    `${events.length} events`, ...rows,
    ...section('Not understood:', troubles.map(({ body, rule, field, why }) => `body ${body}${rule === undefined ? '' : `, events[${rule}]`}: ${field === undefined ? '' : `${field}: `}${why}`)),
    ...section('Unknown, answered and counted:', unknown), ...section('Left out on purpose:', ignored > 0 ? [`${ignored} items`] : []),
    ...section('Better with:', advice), ...section('Rules that caught nothing here:', unused.map(({ rule, kind }) => `events[${rule}] ${kind}`)),
    ...section('What this mapping cannot tell:', cannot),
  ].join('\n')}\n`;
}
