import { createBeginnings, INDEXED, type Beginnings } from './beginnings.ts';
import { fold, normalise } from './normalise.ts';
import { createWordTable, hashOf, hasDouble, type WordTable } from './word-table.ts';

/** What one file of `lexicons/` holds. Entries may end in `*` (any ending) and may be several words. */
export interface LexiconFile {
  /** Entries by weight, −3 to 3. */
  readonly scores: Readonly<Record<string, readonly string[]>>;
  /** Words that turn around what follows them, or what they follow. */
  readonly negatorsBefore?: readonly string[];
  readonly negatorsAfter?: readonly string[];
  readonly intensifiers?: readonly string[];
  /** Words that are frequent in this language and rare in others: they tell it from its neighbours. */
  readonly markers?: readonly string[];
  /** What may be written onto a word: tried without when the whole is unknown. */
  readonly prefixes?: readonly string[];
  readonly suffixes?: readonly string[];
  /** Written without spaces: the longest entry at every position counts. */
  readonly unspaced?: boolean;
  /** Marks tell words apart: they count where a message has any. */
  readonly tonal?: boolean;
}

/** What a word does to its neighbours: turn what follows, what it follows, or both, or make it stronger. */
export type Role = 'before' | 'after' | 'both' | 'more';

/** An entry as the scorer meets it. */
export interface Entry {
  /** Unique among all languages, without the characters at which `sentiment` splits. */
  readonly token: string;
  readonly weight: number;
  readonly role?: Role | undefined;
}

interface Stem { readonly stem: string; readonly entry: Entry }
interface Phrase { readonly rest: readonly string[]; readonly open: boolean; readonly entry: Entry }
/** A word as an entry of its own and as the first of phrases, longest first: together, so that a word of a message is looked up once. */
interface Word { readonly entry: Entry | undefined; readonly phrases: readonly Phrase[] }

/** One language, ready to be looked up. */
export interface Lexicon {
  readonly language: string;
  readonly words: WordTable<Word>;
  /** By their first letters, longest first. */
  readonly stems: ReadonlyMap<string, readonly Stem[]>;
  readonly stemsAt: Beginnings<readonly Stem[]>;
  /** By first character, in bytes of UTF-16: how far to look in text without spaces. */
  readonly reach: ReadonlyMap<string, number>;
  readonly prefixes: readonly string[];
  readonly suffixes: readonly string[];
  readonly unspaced: boolean;
}

/** One for all words that begin none: a list each would be a megabyte. */
const NO_PHRASES: readonly Phrase[] = [];
const longestFirst = (a: Phrase, b: Phrase): number => b.rest.length - a.rest.length || Number(a.open) - Number(b.open);

/** @param marked keep accents, for tonal languages */
export function compileLexicon(language: string, file: LexiconFile, marked = false): Lexicon {
  const write = (entry: string): string => (marked ? normalise(entry) : fold(normalise(entry)));
  const words = new Map<string, Word>();
  const know = (spelling: string, { entry, phrases }: Partial<Word>): void => {
    const known = words.get(spelling);
    words.set(spelling, { entry: entry ?? known?.entry, phrases: phrases ? [...(known?.phrases ?? []), ...phrases].sort(longestFirst) : known?.phrases ?? NO_PHRASES });
  };
  const stems = new Map<string, Entry>();
  for (const [spelling, { weight, role }] of weighted(file, write)) {
    const open = spelling.endsWith('*');
    const form = open ? spelling.slice(0, -1) : spelling;
    const entry: Entry = { token: tokenOf(language, spelling), weight, role };
    const parts = file.unspaced ? [form] : form.split(/[^\p{L}\p{M}\p{N}']+/u).filter((part) => part !== '');
    if (parts.length === 0) continue;
    if (parts.length > 1) {
      const [first = '', ...rest] = parts;
      know(first, { phrases: [{ rest, open, entry }] });
    } else if (open && !file.unspaced) stems.set(parts[0]!, entry);
    else know(parts[0]!, { entry });
  }
  const indexed = byFirstLetters(stems);
  return {
    language, words: createWordTable(words), stems: indexed, stemsAt: createBeginnings(indexed), reach: file.unspaced ? reachOf([...words.keys(), ...stems.keys()]) : new Map(),
    prefixes: (file.prefixes ?? []).map(write), suffixes: (file.suffixes ?? []).map(write), unspaced: file.unspaced ?? false,
  };
}

/** Every entry of a compiled lexicon. */
export function* entriesOf({ words, stems }: Lexicon): Generator<Entry> {
  for (const { entry } of words.values) if (entry) yield entry;
  for (const list of stems.values()) for (const { entry } of list) yield entry;
  for (const { phrases } of words.values) for (const { entry } of phrases) yield entry;
}

/** What the lists say about a word of a message and what follows it. @returns the entry and how many words it takes */
export function find(lexicon: Lexicon, words: readonly string[], at: number, hash: number): readonly [Entry, number] | undefined {
  const word = words[at]!;
  const known = lexicon.words.find(word, hash);
  const phrase = known && findPhrase(known.phrases, words, at);
  if (phrase) return phrase;
  const entry = known?.entry ?? findStem(lexicon, word) ?? findPrefixed(lexicon, word) ?? findSuffixed(lexicon, word) ?? findDrawnOut(lexicon, word, hash);
  return entry && [entry, 1];
}

/** The entry that is written exactly so. */
export const findListed = ({ words }: Lexicon, word: string): Entry | undefined => words.find(word, hashOf(word))?.entry;

/** The longest phrase that starts at a word. */
function findPhrase(phrases: readonly Phrase[], words: readonly string[], at: number): readonly [Entry, number] | undefined {
  const second = words[at + 1];
  if (second === undefined) return undefined;
  for (const { rest, open, entry } of phrases) {
    const last = rest.length - 1;
    if (rest[0] !== second && !(open && last === 0)) continue; // of the many that begin with "not" few go on alike
    if (rest.every((part, i) => {
      const word = words[at + 1 + i];
      return word !== undefined && (open && i === last ? word.startsWith(part) : word === part);
    })) return [entry, rest.length + 1];
  }
  return undefined;
}

/** The longest stem. */
function findStem({ stems, stemsAt }: Lexicon, word: string): Entry | undefined {
  if (stems.size === 0) return undefined;
  let found: Stem | undefined;
  for (const alike of stemsAt(word, 0)) found = alike.find(({ stem }) => word.startsWith(stem)) ?? found;
  return found?.entry;
}

/** The word without what was written onto its front. */
function findPrefixed(lexicon: Lexicon, word: string): Entry | undefined {
  for (const prefix of lexicon.prefixes) {
    if (word.length < prefix.length + 3 || !word.startsWith(prefix)) continue;
    const rest = word.slice(prefix.length);
    const inner = findListed(lexicon, rest) ?? findStem(lexicon, rest) ?? findSuffixed(lexicon, rest);
    if (inner) return inner;
  }
  return undefined;
}

function findSuffixed(lexicon: Lexicon, word: string): Entry | undefined {
  for (const suffix of lexicon.suffixes) {
    if (word.length < suffix.length + 3 || !word.endsWith(suffix)) continue;
    const entry = findListed(lexicon, word.slice(0, -suffix.length));
    if (entry) return entry;
  }
  return undefined;
}

/** Where a letter stands twice, people may have drawn it out ("baaad"). */
function findDrawnOut(lexicon: Lexicon, word: string, hash: number): Entry | undefined {
  if (!hasDouble(hash)) return undefined;
  const single = withoutDoubles(word);
  return single === word ? undefined : findListed(lexicon, single);
}

const DOUBLES = /(\p{L})\1/gu;

/** Cut by hand where the letters are small ASCII: the expression costs more than all other looks at a word. */
function withoutDoubles(word: string): string {
  let out = '';
  let from = 0;
  for (let i = 1; i < word.length; i++) {
    const letter = word.charCodeAt(i);
    if (letter !== word.charCodeAt(i - 1)) continue;
    if (letter < 97 || letter > 122) return word.replace(DOUBLES, '$1');
    out += word.slice(from, i++);
    from = i;
  }
  return from === 0 ? word : out + word.slice(from);
}

function weighted(file: LexiconFile, write: (entry: string) => string): ReadonlyMap<string, { weight: number; role?: Role }> {
  const all = new Map<string, { weight: number; role?: Role }>();
  const roles = (list: readonly string[] | undefined, role: Role): void => {
    for (const each of list ?? []) {
      const word = write(each);
      const known = all.get(word);
      all.set(word, { weight: known?.weight ?? 0, role: known?.role === 'before' && role === 'after' ? 'both' : role });
    }
  };
  for (const [weight, entries] of Object.entries(file.scores)) for (const entry of entries) all.set(write(entry), { weight: Number(weight) });
  roles(file.intensifiers, 'more');
  roles(file.negatorsBefore, 'before');
  roles(file.negatorsAfter, 'after');
  return all;
}

const tokenOf = (language: string, spelling: string): string => `${language}|${spelling.replace(/[\s.,/#!?$%^&*;:{}=_`"~()]+/g, '+')}`;

/** Stems of one letter say nothing. */
function byFirstLetters(stems: ReadonlyMap<string, Entry>): ReadonlyMap<string, readonly Stem[]> {
  const sorted = [...stems].map(([stem, entry]) => ({ stem, entry })).filter(({ stem }) => stem.length >= INDEXED - 1).sort((a, b) => b.stem.length - a.stem.length);
  return Map.groupBy(sorted, ({ stem }) => stem.slice(0, INDEXED));
}

function reachOf(entries: readonly string[]): ReadonlyMap<string, number> {
  const reach = new Map<string, number>();
  for (const entry of entries) reach.set(entry[0] ?? '', Math.max(reach.get(entry[0] ?? '') ?? 0, entry.length));
  return reach;
}
