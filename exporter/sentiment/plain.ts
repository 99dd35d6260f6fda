import { createBeginnings, INDEXED, type Beginnings } from './beginnings.ts';
import { fold, normalise } from './normalise.ts';

/** A letter of the scripts that put no space between words; Korean often leaves it out. */
function isUnspaced(code: number): boolean {
  return code >= 0x0e00 && (code <= 0x0e7f || (code >= 0x3040 && code <= 0x30ff) || (code >= 0x3400 && code <= 0x9fff) || (code >= 0xac00 && code <= 0xd7af));
}

/** Words alone, folded, with single spaces: what phrase lists are compared with. */
export const plainWords = (text: string): string => plainOf(normalise(text));

/** Whatever stands between words and is not one space already. */
const GAP = /[^\p{L}\p{M}\p{N} ][^\p{L}\p{M}\p{N}]*| [^\p{L}\p{M}\p{N}]+/gu;

/** The same for text that is normalised already. */
export const plainOf = (normalised: string): string => fold(normalised).replaceAll("'", '').replace(GAP, ' ').trim();

const SPACE = 32;

/** Whether a word may end before this character of plain words. */
export function isBoundary(words: string, at: number): boolean {
  if (at <= 0 || at >= words.length) return true;
  const before = words.charCodeAt(at - 1);
  const after = words.charCodeAt(at);
  return before === SPACE || after === SPACE || isUnspaced(before) || isUnspaced(after);
}

/** Where the next word begins, from a place in plain words on; their length when none does. */
export function nextStart(words: string, from: number): number {
  let before = from === 0 ? SPACE : words.charCodeAt(from - 1);
  for (let at = from; at < words.length; at++) {
    const code = words.charCodeAt(at);
    if (code !== SPACE && (before === SPACE || isUnspaced(before) || isUnspaced(code))) return at;
    before = code;
  }
  return words.length;
}

/** Phrases by their plain words, and the length of the longest by what they begin with: most words begin none. */
export interface PhraseTable<T> { readonly entries: ReadonlyMap<string, T>; readonly longest: Beginnings<number> }

/** Later phrases do not take the place of earlier ones. */
export function phraseTable<T>(phrases: Iterable<readonly [string, T]>): PhraseTable<T> {
  const entries = new Map<string, T>();
  for (const [phrase, meaning] of phrases) {
    const key = plainWords(phrase);
    if (key !== '' && !entries.has(key)) entries.set(key, meaning);
  }
  const longest = new Map<string, number>();
  for (const key of entries.keys()) {
    const beginning = key.slice(0, INDEXED);
    longest.set(beginning, Math.max(key.length, longest.get(beginning) ?? 0));
  }
  return { entries, longest: createBeginnings(longest) };
}

/**
 * What the words mean, phrase by phrase, when phrases cover all of them; undefined when something is left over. Among several
 * ways the one with the longest phrases first is taken. `words` as `plainWords` gives them.
 */
export function cover<T>(words: string, { entries, longest }: PhraseTable<T>): readonly T[] | undefined {
  const deadEnds = new Set<number>();
  const from = (start: number): T[] | undefined => {
    const at = words[start] === ' ' ? start + 1 : start;
    if (at >= words.length) return [];
    const reaches = deadEnds.has(at) ? [] : longest(words, at);
    for (let end = Math.min(words.length, at + Math.max(0, ...reaches)); end > at; end--) {
      if (!isBoundary(words, end)) continue;
      const meaning = entries.get(words.slice(at, end));
      const rest = meaning === undefined ? undefined : from(end);
      if (rest) return [meaning!, ...rest];
    }
    deadEnds.add(at);
    return undefined;
  };
  return from(0);
}
