import emoji from './lexicons/emoji.json' with { type: 'json' };
import { find, findListed, type Lexicon } from './lexicon.ts';
import { hashOf } from './word-table.ts';

/** A word without a meaning here; it only keeps its distance. */
export const FILLER = '-';
/** The end of a clause: negation does not reach across it. */
export const CLAUSE = '|';
/** The end of a question. */
export const QUESTION = '|ask';

/** Faces made of punctuation, pictures, words, question marks, ends of clauses. Without groups: they would cost an array per word. */
const PIECE = /[:;=8x]'?-?[)(\]\[dpo/\\|*3]+(?![\p{L}\p{N}])|<\/?3+|\^[_.-]?\^|[t;][_.][t;]|>[_.]<|-[_.]-|\(y\)|\p{Extended_Pictographic}|[\p{L}\p{N}][\p{L}\p{M}\p{N}']*(?:-[\p{L}\p{N}][\p{L}\p{M}\p{N}']*)*|[?？؟;;.,:!…。，、！；：।॥،؛\n]/gu;
/** A piece that begins like a word and is a face. */
const FACE = /^[8x]'?-?[)(\]\[dpo/\\|*3]+$|^t[_.][t;]$/;
const BEGIN_FACES = new Set(['8', 'x', 't'].map((mark) => mark.charCodeAt(0)));
const WORD = /^[\p{L}\p{N}]/u;
const ASKS = '?？؟;;';
const ENDS = '.,:!…。，、！；：।॥،؛\n';
const LATIN_RUN = /^[a-z0-9']+/;

/** Weights of pictures and faces made of punctuation, by token. */
export const PICTURES: ReadonlyMap<string, number> = new Map(
  Object.entries(emoji.scores).flatMap(([weight, pictures]) => pictures.map((picture) => [pictureToken(picture), Number(weight)] as const)));

/** A message as tokens of the scorer: entries of the lexicons, pictures, ends of clauses, and fillers. */
export function tokensOf(text: string, own: Lexicon, others: readonly Lexicon[]): readonly string[] {
  const tokens: string[] = [];
  let words: string[] = [];
  const flush = (): void => {
    readWords(words, own, others, tokens);
    words = [];
  };
  for (const piece of text.match(PIECE) ?? []) {
    if (isWord(piece)) {
      words.push(piece);
      continue;
    }
    flush();
    if (ASKS.includes(piece)) tokens.push(QUESTION);
    else if (ENDS.includes(piece)) tokens.push(CLAUSE);
    else {
      const picture = pictureToken(piece);
      tokens.push(PICTURES.has(picture) ? picture : FILLER);
    }
  }
  flush();
  return tokens;
}

function isWord(piece: string): boolean {
  const first = piece.charCodeAt(0);
  if (BEGIN_FACES.has(first)) return !FACE.test(piece);
  return (first >= 97 && first <= 122) || WORD.test(piece); // most begin with a small ASCII letter
}

function readWords(words: readonly string[], own: Lexicon, others: readonly Lexicon[], tokens: string[]): void {
  for (let at = 0; at < words.length;) {
    const word = words[at]!;
    const hash = hashOf(word);
    const found = find(own, words, at, hash);
    if (found) {
      tokens.push(found[0].token);
      at += found[1];
      continue;
    }
    if (own.unspaced && !LATIN_RUN.test(word)) {
      readUnspaced(word, own, others, tokens);
      at++;
      continue;
    }
    at += readForeign(others, words, at, hash, tokens);
  }
}

function readForeign(others: readonly Lexicon[], words: readonly string[], at: number, hash: number, tokens: string[]): number {
  for (const lexicon of others) {
    const found = find(lexicon, words, at, hash);
    if (!found) continue;
    tokens.push(found[0].token);
    return found[1];
  }
  tokens.push(FILLER);
  return 1;
}

/** Longest entry at every position; letters that begin none count as distance. */
function readUnspaced(run: string, own: Lexicon, others: readonly Lexicon[], tokens: string[]): void {
  for (let at = 0; at < run.length;) {
    const latin = LATIN_RUN.exec(run.slice(at))?.[0];
    if (latin !== undefined) {
      readWords([latin], { ...own, unspaced: false }, others, tokens);
      at += latin.length;
      continue;
    }
    let length = Math.min(own.reach.get(run[at]!) ?? 0, run.length - at);
    while (length > 0 && !findListed(own, run.slice(at, at + length))) length--;
    tokens.push(findListed(own, run.slice(at, at + length))?.token ?? FILLER);
    at += Math.max(length, 1);
  }
}

function pictureToken(picture: string): string {
  return `e|${picture.replace(/[\ufe0e\ufe0f]/g, '').replace(/[^\p{Extended_Pictographic}]/gu, (mark) => `<${mark.codePointAt(0)}>`)}`;
}
