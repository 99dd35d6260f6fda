import { fold, normalise } from './normalise.ts';

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

/** One language, ready to be looked up. */
export interface Lexicon {
  readonly language: string;
  readonly words: ReadonlyMap<string, Entry>;
  /** By their first letters, longest first. */
  readonly stems: ReadonlyMap<string, readonly Stem[]>;
  /** By first word, longest first. */
  readonly phrases: ReadonlyMap<string, readonly Phrase[]>;
  /** By first character, in bytes of UTF-16: how far to look in text without spaces. */
  readonly reach: ReadonlyMap<string, number>;
  readonly prefixes: readonly string[];
  readonly suffixes: readonly string[];
  readonly unspaced: boolean;
}

/** Letters by which stems are found; the shortest have one less. */
const INDEXED = 3;

/** @param marked keep accents, for tonal languages */
export function compileLexicon(language: string, file: LexiconFile, marked = false): Lexicon {
  const write = (entry: string): string => (marked ? normalise(entry) : fold(normalise(entry)));
  const words = new Map<string, Entry>();
  const stems = new Map<string, Entry>();
  const phrases = new Map<string, Phrase[]>();
  for (const [spelling, { weight, role }] of weighted(file, write)) {
    const open = spelling.endsWith('*');
    const form = open ? spelling.slice(0, -1) : spelling;
    const entry: Entry = { token: tokenOf(language, spelling), weight, role };
    const parts = file.unspaced ? [form] : form.split(/[^\p{L}\p{M}\p{N}']+/u).filter((part) => part !== '');
    if (parts.length === 0) continue;
    if (parts.length > 1) {
      const [first = '', ...rest] = parts;
      phrases.set(first, [...(phrases.get(first) ?? []), { rest, open, entry }]);
    } else (open && !file.unspaced ? stems : words).set(parts[0] ?? '', entry);
  }
  for (const list of phrases.values()) list.sort((a, b) => b.rest.length - a.rest.length || Number(a.open) - Number(b.open));
  return {
    language, words, stems: byFirstLetters(stems), phrases, reach: file.unspaced ? reachOf([...words.keys(), ...stems.keys()]) : new Map(),
    prefixes: (file.prefixes ?? []).map(write), suffixes: (file.suffixes ?? []).map(write), unspaced: file.unspaced ?? false,
  };
}

/** Every entry of a compiled lexicon. */
export function* entriesOf({ words, stems, phrases }: Lexicon): Generator<Entry> {
  yield* words.values();
  for (const list of stems.values()) for (const { entry } of list) yield entry;
  for (const list of phrases.values()) for (const { entry } of list) yield entry;
}

/** The entry a single word matches: itself, its longest stem, then the same without what was written onto it. */
export function findWord(lexicon: Lexicon, word: string): Entry | undefined {
  const found = lexicon.words.get(word) ?? findStem(lexicon, word);
  if (found) return found;
  for (const prefix of lexicon.prefixes) {
    if (word.length < prefix.length + 3 || !word.startsWith(prefix)) continue;
    const rest = word.slice(prefix.length);
    const inner = lexicon.words.get(rest) ?? findStem(lexicon, rest) ?? findSuffixed(lexicon, rest);
    if (inner) return inner;
  }
  return findSuffixed(lexicon, word);
}

function findStem({ stems }: Lexicon, word: string): Entry | undefined {
  if (stems.size === 0) return undefined;
  return stems.get(word.slice(0, INDEXED))?.find(({ stem }) => word.startsWith(stem))?.entry ?? stems.get(word.slice(0, INDEXED - 1))?.[0]?.entry;
}

function findSuffixed(lexicon: Lexicon, word: string): Entry | undefined {
  for (const suffix of lexicon.suffixes) {
    if (word.length < suffix.length + 3 || !word.endsWith(suffix)) continue;
    const entry = lexicon.words.get(word.slice(0, -suffix.length));
    if (entry) return entry;
  }
  return undefined;
}

/** The longest phrase that starts at a word. @returns the entry and how many words it takes */
export function findPhrase({ phrases }: Lexicon, words: readonly string[], at: number): readonly [Entry, number] | undefined {
  const second = words[at + 1];
  const candidates = second === undefined ? undefined : phrases.get(words[at] ?? '');
  if (!candidates) return undefined;
  for (const { rest, open, entry } of candidates) {
    const last = rest.length - 1;
    if (rest[0] !== second && !(open && last === 0)) continue; // of the many that begin with "not" few go on alike
    if (rest.every((part, i) => {
      const word = words[at + 1 + i];
      return word !== undefined && (open && i === last ? word.startsWith(part) : word === part);
    })) return [entry, rest.length + 1];
  }
  return undefined;
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
