/** Spans as a tree with bars, for a terminal. */
import type { PlainSpan } from './view.ts';

/** So much of the whole is drawn: what goes on for hours after it, as a late delivery does, would squeeze the rest. */
const ROOM = 1.25;
/** Columns of a bar. */
const BAR = 40;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** One line per span: when it began, how long it took, its name under its parent, its place within the whole. @param duration words for seconds */
export function treeLines(spans: readonly PlainSpan[], duration: (seconds: number) => string): readonly string[] {
  const ids = new Set(spans.map(({ id }) => id));
  const from = Math.min(...spans.map(({ start }) => start));
  const last = Math.max(...spans.map(({ end }) => end));
  const over = Math.max(...spans.map(({ parent, end }) => (parent === undefined ? end : from)));
  const to = over === from ? last : Math.min(last, from + (over - from) * ROOM);
  const rows = below(undefined, '', spans.toSorted((a, b) => a.start - b.start || b.end - a.end), ids);
  const width = Math.max(...rows.map(({ label }) => label.length));
  return rows.map(({ span, label }) => `${clock(span.start, from)}  ${duration((span.end - span.start) / 1000).padStart(12)}  ${label.padEnd(width)}  ${bar(span, from, to - from)}`.trimEnd());
}

interface Row { readonly span: PlainSpan; readonly label: string }

function below(parent: string | undefined, indent: string, spans: readonly PlainSpan[], ids: ReadonlySet<string>): readonly Row[] {
  const own = spans.filter((span) => (parent === undefined ? span.parent === undefined || !ids.has(span.parent) : span.parent === parent));
  return own.flatMap((span, index) => {
    const isLast = index === own.length - 1;
    const [branch, deeper] = parent === undefined ? ['', ''] : isLast ? ['└─ ', '   '] : ['├─ ', '│  '];
    return [{ span, label: `${indent}${branch}${span.name}${noteOf(span)}` }, ...below(span.id, indent + deeper, spans, ids)];
  });
}

function noteOf({ failed, attributes }: PlainSpan): string {
  if (failed) return ` FAILED ${String(attributes['error.type'])}`;
  const score = attributes['conversation.csat.score'];
  return attributes['conversation.sla.breached'] === true ? ' LATE' : score === undefined ? '' : ` score ${String(score)}`;
}

function bar({ start, end }: PlainSpan, from: number, total: number): string {
  if (total <= 0) return '▏';
  const before = Math.min(BAR - 1, Math.floor(((start - from) / total) * BAR));
  const eighths = Math.max(1, Math.round(((end - start) / total) * BAR * 8));
  return ' '.repeat(before) + '█'.repeat(Math.min(BAR - before, eighths >> 3)) + (before + (eighths >> 3) < BAR ? EIGHTHS[eighths & 7]! : '');
}

function clock(at: number, from: number): string {
  const day = Math.floor(at / 86_400_000) - Math.floor(from / 86_400_000);
  return `${new Date(at).toISOString().slice(11, 19)}${day > 0 ? ` +${day}d` : '    '}`;
}
