import { LineCounter, isMap, isScalar, isSeq, parseDocument, type Document } from 'yaml';
import type { Problem } from './problem.ts';

/** A YAML file as data, with a way back to its lines. */
export interface YamlFile {
  /** As written; undefined where the file is empty or not valid. */
  readonly data: unknown;
  /** The file and the line of the deepest part of `path` that is in it. */
  readonly blame: (path: readonly PropertyKey[]) => Omit<Problem, 'message'>;
  /** What is wrong with the text itself. */
  readonly problems: readonly Problem[];
}

/** Reads YAML 1.2. The library's messages quote the text, which may hold a secret, so problems are put in words of our own. */
export function readYaml(name: string, text: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' });
  const blame = (path: readonly PropertyKey[]): Omit<Problem, 'message'> => {
    const offset = offsetOf(document, path);
    return { path: pathText(path), file: name, ...(offset === undefined ? {} : { line: lines.linePos(offset).line }) };
  };
  const problems = document.errors.map((error): Problem =>
    ({ path: '', file: name, line: lines.linePos(error.pos[0]).line, message: WORDS[error.code] ?? `is not valid YAML (${error.code.toLowerCase().replaceAll('_', ' ')})` }));
  if (problems.length > 0) return { data: undefined, blame, problems };
  try {
    return { data: document.toJS(), blame, problems };
  } catch {
    // Only aliases can still fail here: unknown ones, or a few that unfold into millions of values.
    return { data: undefined, blame, problems: [{ path: '', file: name, message: 'has aliases (*name) that cannot be resolved: write the values out' }] };
  }
}

/** `inboxes[0].calendar`. */
const pathText = (path: readonly PropertyKey[]): string =>
  path.map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`)).join('');

const WORDS: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'has the same key twice: keep one of them',
  TAB_AS_INDENT: 'is indented with a tab: YAML wants spaces',
  BAD_INDENT: 'is not indented like its neighbours',
  MISSING_CHAR: 'has a quote, bracket or colon that is not closed or missing',
  MULTIPLE_DOCS: 'has several documents (---): keep one',
};

function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number | undefined {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part));
      if (pair === undefined) break;
      offset = isScalar(pair.key) ? pair.key.range?.[0] ?? offset : offset;
      node = pair.value;
    } else if (isSeq(node) && typeof part === 'number') {
      node = node.items[part];
      offset = isMap(node) || isScalar(node) || isSeq(node) ? node.range?.[0] ?? offset : offset;
    } else {
      break;
    }
  }
  return offset;
}
