import { eld } from 'eld/extrasmall';
import { LEXICONS } from './lexicons.ts';
import { fold, isAscii, normalise } from './normalise.ts';
import { createWordTable, hashOf, type WordTable } from './word-table.ts';

/** ISO 639-2 code for "cannot be said". */
export const UNDETERMINED = 'und';

/** Text looked at; a language shows within a sentence or two. */
const LONGEST = 400;

/** Letters below which a detector only guesses. */
const SHORTEST = 4;

/** eld's names for languages with Latin letters that there are lexicons for; it calls Indonesian Malay. */
const DETECTOR = eld.newInstance();
DETECTOR.setLanguageSubset(['en', 'es', 'pt', 'fr', 'it', 'de', 'nl', 'pl', 'tr', 'ms', 'vi']);

const SCRIPTS: readonly (readonly [language: string, letters: RegExp])[] = [
  ['ja', /[\u3040-\u30ff]/g], ['ko', /[\uac00-\ud7af\u3130-\u318f]/g], ['zh', /[\u4e00-\u9fff]/g], ['th', /[\u0e01-\u0e5b]/g], ['hi', /[\u0900-\u097f]/g],
  ['bn', /[\u0980-\u09ff]/g], ['he', /[\u05d0-\u05ea]/g], ['ar', /[\u0620-\u06ff]/g], ['ru', /[\u0400-\u04ff]/g], ['latin', /[a-z\u00c0-\u024f\u1e00-\u1eff]/g],
];

/** Letters no other language here has. */
const VIETNAMESE = /[ăđơư\u1ea0-\u1ef9]/;

/** The language most of the text is in; `und` without letters or when words of several languages disagree. */
export function detectLanguage(text: unknown): string {
  return typeof text === 'string' ? languageOf(normalise(text.slice(0, LONGEST))) : UNDETERMINED;
}

/** The same for text that is normalised already. */
export function languageOf(text: string): string {
  const sample = text.length > LONGEST ? text.slice(0, LONGEST) : text;
  if (isAscii(sample)) return /[a-z]/.test(sample) ? latinLanguage(sample, sample) : UNDETERMINED;
  const script = scriptOf(sample);
  if (script === 'latin') return VIETNAMESE.test(sample) ? 'vi' : latinLanguage(sample, fold(sample));
  if (script === 'ar') return /[\u0679\u0688\u0691\u06ba\u06d2\u06c1\u06be]/.test(sample) ? 'ur' : /[\u067e\u0686\u0698\u06af\u06cc\u06a9]/.test(sample) ? among(sample, 'fa', 'ur') : among(sample, 'ar', 'fa');
  if (script === 'ru') return /[іїєґ]/.test(sample) ? 'uk' : /[ыэъё]/.test(sample) ? 'ru' : among(sample, 'ru', 'uk');
  return script;
}

function scriptOf(text: string): string {
  let best = UNDETERMINED;
  let most = 0;
  for (const [script, letters] of SCRIPTS) {
    const count = text.match(letters)?.length ?? 0;
    if (count === 0) continue;
    if (script === 'ja') return 'ja';
    const weight = script === 'zh' || script === 'ko' ? count * 3 : count;
    if (weight > most) [best, most] = [script, weight];
  }
  return best;
}

/** Languages a word speaks for; neighbours share some. Made when the first text needs it. */
let markers: WordTable<readonly string[]> | undefined;

function readMarkers(): WordTable<readonly string[]> {
  const found = new Map<string, Set<string>>();
  for (const [language, file] of Object.entries(LEXICONS)) {
    if (file.unspaced) continue;
    const telling = Object.values(file.scores).flat().filter((entry) => entry.length >= SHORTEST && !/[ *]/.test(entry));
    for (const word of [...(file.markers ?? []), ...telling]) {
      const spelling = fold(normalise(word));
      found.set(spelling, (found.get(spelling) ?? new Set()).add(language));
    }
  }
  return createWordTable(new Map([...found].map(([word, languages]) => [word, [...languages]])));
}

/** How much of the text speaks for each language, first met first: a word of n languages is worth 1/n. */
function votes(folded: string): ReadonlyMap<string, number> {
  markers ??= readMarkers();
  const counts = new Map<string, number>();
  for (const word of folded.match(/\p{L}[\p{L}\p{M}']*/gu) ?? []) {
    const languages = markers.find(word, hashOf(word));
    if (languages) for (const language of languages) counts.set(language, (counts.get(language) ?? 0) + 1 / languages.length);
  }
  return counts;
}

function latinLanguage(text: string, folded: string): string {
  const counts = votes(folded);
  let best = '';
  let most = 0;
  let second = 0;
  for (const [language, words] of counts) {
    if (words > most) {
      best = language;
      second = most;
      most = words;
    } else if (words > second) second = words;
  }
  if (most >= 2 && most >= second + 1) return best;
  if ((text.match(/\p{L}/gu)?.length ?? 0) < SHORTEST) return best || UNDETERMINED;
  const { language } = DETECTOR.detect(text);
  const count = (of: string): number => counts.get(of) ?? 0;
  if (language === 'ms') return count('ms') > count('id') ? 'ms' : most >= 1 && best === 'sw' ? 'sw' : 'id';
  if (most >= second + 1 && count(language) === 0) return best;
  return language || UNDETERMINED;
}

/** Between languages that share an alphabet: the first unless the text speaks for another. */
function among(text: string, ...languages: readonly string[]): string {
  let best = languages[0]!;
  let most = 0;
  for (const [language, words] of votes(fold(text))) if (words > most && languages.includes(language)) [best, most] = [language, words];
  return best;
}
