/** How a message sounds, and in which language: pure, offline, for any string. The text is read and forgotten. */
import Sentiment, { type Analysis } from 'sentiment';
import afinn from 'sentiment/languages/en/labels.json' with { type: 'json' };
import type { Sentiment as Label } from '../core/event.ts';
import { REACH, weightInContext } from './context.ts';
import { languageOf, UNDETERMINED } from './language.ts';
import { compileLexicon, entriesOf, type Lexicon, type LexiconFile, type Role } from './lexicon.ts';
import { LEXICONS } from './lexicons.ts';
import { fold, normalise } from './normalise.ts';
import { FILLER, PICTURES, QUESTION, tokensOf } from './tokens.ts';

/** Characters read of a message; what is longer is not chat. */
export const LONGEST_TEXT = 2_000;

/** One thing that was found: an entry of our word lists or a picture, never the writer's text. */
export interface Evidence {
  readonly entry: string;
  /** What it counted after negation and intensity; about −4 to 4. */
  readonly weight: number;
}

/** How a text sounds. */
export interface TextScore {
  /** Absent: nothing in the text says anything about a feeling, which is not the same as neutral. */
  readonly label?: Label;
  /** −1 worst to 1 best; 0 without evidence. */
  readonly score: number;
  /** ISO 639-1, or `und`. */
  readonly language: string;
  readonly evidence: readonly Evidence[];
}

/** Half the range is reached at a sum of weights of about 2.2. */
const HALF = 15;
/** From this score on a message is positive, from its negative on negative: one weak word is enough, two that cancel out are not. */
const THRESHOLD = 0.2;
/** Politeness is cheap: one weak good word ("ok", "please") is no praise, one weak bad word is a hint. Worth +0.4 macro-F1 and +0.6 recall of complaints. */
const LEAN = -0.3;
/** What trails off is seldom praise: "well, it works..." Worth +0.1 macro-F1 and +0.7 recall of complaints; nothing without other evidence. */
const TRAILS_OFF = /\.\.|…/;
const TRAILING = -0.5;

/** A letter that is not written in ASCII. */
const MARKS = /[\u00c0-\u1eff]/;
const CODE = 'replywatch';

const weights = new Map(PICTURES);
/** The same for `sentiment`. */
const labels: Record<string, number> = Object.fromEntries(PICTURES);
const roles = new Map<string, Role>();
const core = new Sentiment();
core.registerLanguage(CODE, { labels, scoringStrategy: { apply: (tokens, cursor, weight) => weightInContext(tokens, cursor, weight, { weights, roles }) } });

const compiled = new Map<string, Lexicon>();
/** Compiled when first met: most installations see a handful of languages. */
function lexiconOf(language: string, file: LexiconFile | undefined = LEXICONS[language], marked = false): Lexicon {
  const key = marked ? `${language} marked` : language;
  let lexicon = compiled.get(key);
  if (lexicon) return lexicon;
  compiled.set(key, (lexicon = compileLexicon(language, file ?? { scores: {} }, marked)));
  for (const { token, weight, role } of entriesOf(lexicon)) {
    if (weight !== 0) {
      weights.set(token, weight);
      labels[token] = weight;
    }
    if (role) roles.set(token, role);
  }
  return lexicon;
}

/** What AFINN-165, the English list of `sentiment`, knows beyond ours: its stronger words. Its shortest are letters and emoji. */
const AFINN: LexiconFile = {
  scores: Object.groupBy(Object.keys(afinn).filter((word) => /^[a-z' -]{3,}$/.test(word) && Math.abs(afinnWeight(word)) >= 2), (word) => String(afinnWeight(word))) as Record<string, string[]>, // every group that exists has words
};
function afinnWeight(word: string): number {
  return Math.max(-3, Math.min(3, (afinn as Readonly<Record<string, number>>)[word] ?? 0));
}

const LATIN = ['en', 'es', 'pt', 'fr', 'it', 'de', 'nl', 'pl', 'tr', 'id', 'vi', 'sw', 'hi'];

/** Where words are looked up that the message's own language does not know: people mix English in; and where the language is open, any may do. */
function othersOf(language: string): readonly Lexicon[] {
  if (language === 'en') return [lexiconOf('afinn', AFINN)];
  return language === UNDETERMINED ? LATIN.map((each) => lexiconOf(each)) : [lexiconOf('en')];
}

/** Scores one message. Never throws; what is not text has no evidence. */
export function scoreText(text: unknown): TextScore {
  if (typeof text !== 'string') return { score: 0, language: UNDETERMINED, evidence: [] };
  const { calculation, ...scored } = scoreOf(normalise(text.slice(0, LONGEST_TEXT)));
  const counted = calculation.flatMap((each) => Object.entries(each).map(([token, weight]) => ({ entry: entryOf(token), weight })));
  return { ...scored, evidence: counted.filter(({ weight }) => weight !== 0).reverse() };
}

type Counted = Omit<TextScore, 'evidence'> & { readonly calculation: Analysis['calculation'] };

/** The same for text that is normalised already, with tokens instead of evidence. */
export function scoreOf(whole: string): Counted {
  const normalised = whole.slice(0, LONGEST_TEXT);
  const language = languageOf(normalised);
  const marked = LEXICONS[language]?.tonal === true && MARKS.test(normalised);
  const own = lexiconOf(language, LEXICONS[language], marked);
  const tokens = withoutWeakQuestions(tokensOf(marked ? normalised : fold(normalised), own, othersOf(language)));
  const first = tokens.findIndex(tells);
  if (first === -1) return { score: 0, language, calculation: [] };
  const telling = tokens.slice(Math.max(0, first - REACH), tokens.findLastIndex(tells) + REACH + 1);
  const { score: found, positive, negative, calculation } = core.analyze(`${LEXICONS[language] ? language : ''}| ${telling.join(' ')}`, { language: CODE });
  if (positive.length + negative.length === 0) return { score: 0, language, calculation };
  const sum = found + LEAN + (TRAILS_OFF.test(normalised) ? TRAILING : 0);
  const score = Math.round((sum / Math.sqrt(sum * sum + HALF)) * 1000) / 1000;
  return { label: score >= THRESHOLD ? 'positive' : score <= -THRESHOLD ? 'negative' : 'neutral', score, language, calculation };
}

const tells = (token: string): boolean => token !== FILLER && weights.has(token);

/** A token as it stands in the word lists, without language and wildcard. */
function entryOf(token: string): string {
  return token.slice(token.indexOf('|') + 1).replaceAll('+', ' ').replace(/<(\d+)>/g, (_, code) => String.fromCodePoint(Number(code))).trim();
}

/** "Can I cancel?" is no complaint: in a question, words that only hint at trouble do not count. */
function withoutWeakQuestions(tokens: readonly string[]): readonly string[] {
  if (!tokens.includes(QUESTION)) return tokens;
  const out = [...tokens];
  let start = 0;
  for (const [end, token] of tokens.entries()) {
    if (token !== QUESTION) continue;
    if (out.slice(start, end).every((each) => (weights.get(each) ?? 0) >= -1)) for (let i = start; i < end; i++) if ((weights.get(out[i]!) ?? 0) < 0) out[i] = FILLER;
    start = end + 1;
  }
  return out;
}
