import { eld } from 'eld/small';
import { LEXICONS } from './lexicons.ts';
import { fold, normalise } from './normalise.ts';

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
  const script = scriptOf(sample);
  if (script === 'latin') return VIETNAMESE.test(sample) ? 'vi' : latinLanguage(sample);
  if (script === 'ar') return /[\u0679\u0688\u0691\u06ba\u06d2\u06c1\u06be]/.test(sample) ? 'ur' : /[\u067e\u0686\u0698\u06af\u06cc\u06a9]/.test(sample) ? 'fa' : 'ar';
  if (script === 'ru') return /[іїєґ]/.test(sample) ? 'uk' : 'ru';
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

/** Languages a word is a marker of; neighbours share some. */
const MARKERS = new Map<string, string[]>();
for (const [language, { markers }] of Object.entries(LEXICONS)) {
  for (const marker of new Set((markers ?? []).map((each) => fold(normalise(each))))) MARKERS.set(marker, [...(MARKERS.get(marker) ?? []), language]);
}

function latinLanguage(text: string): string {
  const counts = new Map<string, number>();
  for (const word of fold(text).match(/[a-z']+/g) ?? []) {
    const languages = MARKERS.get(word);
    if (languages) for (const language of languages) counts.set(language, (counts.get(language) ?? 0) + 1 / languages.length);
  }
  const [[best, most] = ['', 0], [, second] = ['', 0]] = [...counts].sort(([, a], [, b]) => b - a);
  if (most >= 2 && most >= second + 1) return best;
  if ((text.match(/\p{L}/gu)?.length ?? 0) < SHORTEST) return best || UNDETERMINED;
  const { language } = DETECTOR.detect(text);
  return language === 'ms' ? 'id' : language || UNDETERMINED;
}
