/** A message that is a number and nothing else, in any script and in words. Whether it answers a survey is not decided here. */
import type { Rating } from '../core/event.ts';
import { isAscii } from './normalise.ts';
import { PHRASES } from './phrases.ts';
import { cover, phraseTable, plainWords } from './plain.ts';

type Part = number | 'of' | 'beside';

const files = Object.values(PHRASES);
const TABLE = phraseTable<Part>([
  ...files.flatMap((file) => file.numbers.flatMap((forms, value) => forms.map((form) => [form, value] as const))),
  ...files.flatMap((file) => file.of.map((word) => [word, 'of'] as const)),
  ...files.flatMap((file) => [...file.rating, ...file.closing].map((word) => [word, 'beside'] as const)),
]);
const ARTICLES = new Set(['a', 'un', 'una', 'um', 'uma', 'een', 'ein', 'eine']);

const LONGEST = 60;
const HIGHEST = 10;
/** Stars full and empty. */
const FULL = /[⭐★🌟✭✮]/gu;
const EMPTY = /[☆✩]/gu;
const STARS = 5;
/** Pictures that may stand beside a number without changing it. */
const PICTURE = /\p{Extended_Pictographic}|\p{Emoji_Modifier}|[\u20e3\ufe0f\u200d]/gu;

/** The number that a typed message is; undefined when it says anything more. `plain`: its plain words, where they are known already. */
export function ratingIn(text: string, plain?: string): Rating | undefined {
  if (text.length > LONGEST) return undefined;
  if (isAscii(text)) return numberIn(text, /[\d/]/.test(text) ? undefined : plain);
  const bare = text.replace(/\ufe0f|\u20e3|\p{Emoji_Modifier}/gu, '').replaceAll('🔟', '10').trim();
  return thumbIn(bare) ?? starsIn(bare) ?? numberIn(bare);
}

/** The same for the title of a button, which may name the number: `5 – Excellent`, `👎 Bad`. */
export function ratingOnButton(title: string): Rating | undefined {
  const whole = ratingIn(title);
  if (whole || title.length > LONGEST) return whole;
  const thumbs = new Set(title.match(/👍|👎/gu));
  if (thumbs.size === 1) return { value: thumbs.has('👍') ? 1 : 0, of: 1 };
  const full = title.match(FULL)?.length ?? 0;
  if (full > 0) return starCount(full, title.match(EMPTY)?.length ?? 0);
  const numbers = withPlainDigits(title).match(/\d+/g) ?? [];
  return numbers.length === 1 ? bounded(Number(numbers[0])) : undefined;
}

function thumbIn(text: string): Rating | undefined {
  return /^(?:👍|👎)+$/u.test(text) && new Set(text).size === 1 ? { value: text.startsWith('👍') ? 1 : 0, of: 1 } : undefined;
}

function starsIn(text: string): Rating | undefined {
  const full = text.match(FULL)?.length ?? 0;
  if (full === 0) return undefined;
  const words = plainWords(text.replace(FULL, ' ').replace(EMPTY, ' '));
  if (words !== '' && !cover(words, TABLE)?.every((part) => part === 'beside')) return undefined;
  return starCount(full, text.match(EMPTY)?.length ?? 0);
}

const starCount = (full: number, empty: number): Rating | undefined => ((empty === 0 ? full <= STARS : full + empty === STARS) ? { value: full, of: STARS } : undefined);

/** `plain`: the plain words, where no digits or strokes have to be set apart from words first. */
function numberIn(text: string, plain?: string): Rating | undefined {
  const digits = withPlainDigits(text);
  // A sign, a decimal, a range, a price or a question is no rating.
  if (/[?？؟+$€£¥₹%#=<>]|\d\s*[-–.,:]\s*\d|^\s*[-–]/u.test(digits)) return undefined;
  const words = plain ?? plainWords(digits.replaceAll(/[/／⁄]/g, ' / ').replace(/(?<=\d)(?=[^\d\s])|(?<=[^\d\s])(?=\d)/gu, ' ').replace(PICTURE, ' ').replaceAll('/', ' of '));
  const parts = partsOf(words);
  const numbers = parts?.filter((part) => typeof part === 'number') ?? [];
  if (numbers.length === 1 && !parts!.includes('of')) return bounded(numbers[0]!);
  const at = parts?.indexOf('of') ?? -1;
  // In Chinese, Japanese and Korean the maximum comes first; written with a stroke it never does.
  return numbers.length === 2 && at > 0 && parts!.indexOf('of', at + 1) === -1 && numbers[0]! <= numbers[1]! ? bounded(numbers[0]!, numbers[1]!) : undefined;
}

/** Digits are numbers as they stand; an article is one only when it stands alone. */
function partsOf(words: string): readonly Part[] | undefined {
  const all = words.split(' ');
  const tokens = all.length > 1 ? all.filter((token) => !ARTICLES.has(token)) : all;
  if (!/\d/.test(words) || !tokens.some((token) => /^\d{1,2}$/.test(token))) return cover(tokens.join(' '), TABLE);
  const parts: Part[] = [];
  let run: string[] = [];
  const flush = (): boolean => {
    const covered = run.length === 0 ? [] : cover(run.join(' '), TABLE);
    run = [];
    // Beside digits a number word is part of a sentence: `5 or six`.
    if (!covered || covered.some((part) => typeof part === 'number')) return false;
    parts.push(...covered);
    return true;
  };
  for (const token of tokens) {
    if (!/^\d+$/.test(token)) { run.push(token); continue; }
    if (token.length > 2 || !flush()) return undefined;
    parts.push(Number(token));
  }
  return flush() ? parts : undefined;
}

function bounded(value: number, of?: number): Rating | undefined {
  if (value > HIGHEST || (of !== undefined && of !== STARS && of !== HIGHEST)) return undefined;
  return of === undefined ? { value } : { value, of };
}

/** Decimal digits of every script as 0 to 9: Unicode keeps each script's ten together. */
function withPlainDigits(text: string): string {
  if (isAscii(text)) return text;
  return text.normalize('NFKC').replace(/\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0)!;
    let zero = code;
    while (zero > code - 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
    return String(code - zero);
  });
}
