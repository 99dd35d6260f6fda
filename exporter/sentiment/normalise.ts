/** Ways to write the same word become one: people type without accents, on phones that add marks, or with letters of a neighbouring language. */

const LINK = /(?:https?:\/\/|www\.)\S*|\bhttps?\b/giu;
const ACCOUNT = /@[\p{L}\p{N}_.-]+/gu;
/** Joiners, direction marks and variation selectors; skin tones. */
const INVISIBLE = /[\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]|\ud83c[\udffb-\udfff]/g;
const APOSTROPHE = /[’‘ʼ`´]/g;
const RUN = /(\p{L})\1{2,}/gu;
const ASCII_APOSTROPHE = /`/g;
const ASCII_RUN = /([a-z])\1{2,}/g;
const LATIN_MARK = /[\u00aa-\u024f\u1e00-\u1eff]/g;
const ARABIC_MARK = /[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed]/g;
const ARABIC = /[أإآٱىیئےہەھۀةؤکںۆ]/g;
const DEVANAGARI = /\u093c|ँ/g;
const CYRILLIC = /ё/g;

const ARABIC_LETTERS: Readonly<Record<string, string>> = {
  أ: 'ا', إ: 'ا', آ: 'ا', ٱ: 'ا', ى: 'ي', ی: 'ي', ئ: 'ي', ے: 'ي', ہ: 'ه', ە: 'ه', ھ: 'ه', ۀ: 'ه', ة: 'ه', ؤ: 'و', ۆ: 'و', ک: 'ك', ں: 'ن',
};
/** Letters that Unicode does not take apart. */
const LATIN_LETTERS = new Map(Object.entries({ ß: 'ss', ı: 'i', ø: 'o', đ: 'd', ð: 'd', ł: 'l', æ: 'ae', œ: 'oe', þ: 'th' }));

const BEYOND_ASCII = /[^\0-\x7f]/;

/** No letters with marks, no other script, nothing invisible: most of what changes a text needs one of them. */
export const isAscii = (text: string): boolean => !BEYOND_ASCII.test(text);

/** Lower case, one form per letter, no links, account names or invisible characters. */
export function normalise(text: string): string {
  if (isOrdinary(text)) return text.toLowerCase();
  if (isAscii(text)) return text.replace(LINK, ' ').replace(ACCOUNT, ' ').toLowerCase().replace(ASCII_APOSTROPHE, "'").replace(ASCII_RUN, '$1$1');
  return text.replace(LINK, ' ').replace(ACCOUNT, ' ').normalize('NFKC').toLowerCase().replace(INVISIBLE, '').replace(APOSTROPHE, "'").replace(RUN, '$1$1');
}

const ACCENT_OR_AT = 96; // both ` and @, once the bit is set that makes letters small
const P = 112;
const T = 116;

/** ASCII that only has to become small: no link ("ttp", "www"), no account, no odd apostrophe, no letter thrice. One pass instead of five, which cost three times as much. */
function isOrdinary(text: string): boolean {
  let last = 0;
  let lastButOne = 0;
  for (let i = 0; i < text.length; i++) {
    const small = text.charCodeAt(i) | 0x20;
    if (small > 0x7f || small === ACCENT_OR_AT) return false;
    if (last === lastButOne && ((small === last && small >= 97 && small <= 122) || (small === P && last === T))) return false;
    lastButOne = last;
    last = small;
  }
  return true;
}

/** Normalised text without accents and without differences between neighbouring alphabets; lexicons are folded in the same way. */
export function fold(normalised: string): string {
  if (isAscii(normalised)) return normalised;
  return normalised.replace(LATIN_MARK, plain).replace(ARABIC_MARK, '').replace(ARABIC, (letter) => ARABIC_LETTERS[letter] ?? letter)
    .replace(DEVANAGARI, (mark) => (mark === 'ँ' ? 'ं' : '')).replace(CYRILLIC, 'е').replace(/\u0307/g, '');
}

function plain(letter: string): string {
  let base = LATIN_LETTERS.get(letter);
  if (base === undefined) LATIN_LETTERS.set(letter, (base = letter.normalize('NFD').replace(/\p{M}/gu, '')));
  return base;
}
