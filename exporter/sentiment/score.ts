import Sentiment from 'sentiment';
import afinnLabels from 'sentiment/languages/en/labels.json' with { type: 'json' };
import type { Sentiment as Label } from '../core/event.ts';
import { weightInContext } from './context.ts';
import { languageOf, UNDETERMINED } from './language.ts';
import { compileLexicon, type Lexicon, type Role } from './lexicon.ts';
import { LEXICONS } from './lexicons.ts';
import { normalise } from './normalise.ts';
import { FILLER, PICTURES, QUESTION, tokensOf } from './tokens.ts';

/** Characters read of a message; what is longer is not chat. */
export const LONGEST_TEXT = 2_000;

/** One thing that was found: an entry of our word lists or a picture, never the writer's text. */
export interface Evidence {
  readonly entry: string;
  /** What it counted after negation and intensity; about −4 to 4. */
  readonly weight: number;
}

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
const THRESHOLD = Number(process.env['TH'] ?? 0.2);

const CODE = 'replywatch';

const lexicons = new Map(Object.entries(LEXICONS).map(([language, file]) => [language, compileLexicon(language, file)]));
const english = lexicons.get('en')!;
/** What AFINN-165 knows beyond our English list. */
const afinn: Lexicon = compileLexicon('afinn', { scores: Object.groupBy(Object.keys(afinnLabels).filter((word) => /^[a-z' -]{3,}$/.test(word) && Math.abs(Number(weightOf(word))) >= 2), (word) => weightOf(word)) as Record<string, string[]> });
const nothing: Lexicon = compileLexicon(UNDETERMINED, { scores: {} });
const labels: Record<string, number> = {};
const roles = new Map<string, Role>();
for (const { words, stems, phrases } of [...lexicons.values(), afinn]) {
  for (const { token, weight, role } of [...words.values(), ...stems.values(), ...[...phrases.values()].flat().map(({ entry }) => entry)]) {
    if (weight !== 0) labels[token] = weight;
    if (role) roles.set(token, role);
  }
}
for (const [token, weight] of PICTURES) labels[token] = weight;

const core = new Sentiment();
const roleOf = (token: string): Role | undefined => roles.get(token);
const weighs = (token: string): boolean => Object.hasOwn(labels, token);
core.registerLanguage(CODE, { labels, scoringStrategy: { apply: (tokens, cursor, weight) => weightInContext(tokens, cursor, weight, roleOf, weighs) } });

/** Scores one message. Never throws; what is not text has no evidence. */
export function scoreText(text: unknown): TextScore {
  if (typeof text !== 'string') return { score: 0, language: UNDETERMINED, evidence: [] };
  const normalised = normalise(text.slice(0, LONGEST_TEXT)).slice(0, LONGEST_TEXT);
  const language = languageOf(normalised);
  const own = lexicons.get(language);
  const tokens = withoutWeakQuestions(tokensOf(normalised, own ?? nothing, own === english ? [afinn] : [english], false));
  const { score: sum, calculation } = core.analyze([`${own ? language : ''}|`, ...tokens].join(' '), { language: CODE });
  if (calculation.length === 0) return { score: 0, language, evidence: [] };
  const score = Math.round((sum / Math.sqrt(sum * sum + HALF)) * 1000) / 1000;
  const evidence = calculation.flatMap((found) => Object.entries(found).map(([token, weight]) => ({ entry: token.slice(token.indexOf('|') + 1).replaceAll('+', ' '), weight }))).reverse();
  return { label: score >= THRESHOLD ? 'positive' : score <= -THRESHOLD ? 'negative' : 'neutral', score, language, evidence };
}

/** "Can I cancel?" is no complaint: in a question, words that only hint at trouble do not count. */
function withoutWeakQuestions(tokens: readonly string[]): readonly string[] {
  const out = [...tokens];
  let start = 0;
  for (const [end, token] of tokens.entries()) {
    if (token !== QUESTION) continue;
    if (out.slice(start, end).every((each) => (labels[each] ?? 0) >= -1)) for (let i = start; i < end; i++) if ((labels[out[i]!] ?? 0) < 0) out[i] = FILLER;
    start = end + 1;
  }
  return out;
}

function weightOf(word: string): string {
  return String(Math.max(-3, Math.min(3, (afinnLabels as Readonly<Record<string, number>>)[word] ?? 0)));
}
