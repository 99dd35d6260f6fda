/** A signature of a text that tells how alike two texts are and does not give the text back (MinHash of keyed hashes of its parts). */
import { SIGNATURE_ALPHABET, SIGNATURE_LENGTH } from '../core/similarity.ts';
import { plainWords } from './plain.ts';

/** Characters of a part; works for every script, spaced or not. */
const PART = 5;
/** Shorter answers ("Yes, of course") are alike or not by chance. */
const SHORTEST = 20;
const LONGEST = 1_000;

/** `seed`: a secret number; without it nobody can try out texts against signatures. Undefined: too short to compare. */
export function createSigner(seed: number): (text: string) => string | undefined {
  const factors = Uint32Array.from({ length: SIGNATURE_LENGTH }, (_, i) => mix(seed + 2 * i + 1) | 1);
  const offsets = Uint32Array.from({ length: SIGNATURE_LENGTH }, (_, i) => mix(seed ^ (2 * i + 2)));
  const least = new Uint32Array(SIGNATURE_LENGTH);
  return (text) => {
    // Order numbers and dates differ in answers that are the same.
    const words = plainWords(text.slice(0, LONGEST)).replace(/\p{Nd}+/gu, '0');
    if (words.length < SHORTEST) return undefined;
    least.fill(0xffff_ffff);
    for (let at = 0; at + PART <= words.length; at++) {
      const part = mix(partHash(words, at, seed));
      for (let i = 0; i < SIGNATURE_LENGTH; i++) {
        const value = (Math.imul(part, factors[i]!) + offsets[i]!) >>> 0; // of a mixed number, linear is random enough
        if (value < least[i]!) least[i] = value;
      }
    }
    return Array.from(least, (value) => SIGNATURE_ALPHABET[mix(value) % SIGNATURE_ALPHABET.length]!).join('');
  };
}

/** FNV-1a over the characters of one part. */
function partHash(words: string, at: number, seed: number): number {
  let value = (0x811c_9dc5 ^ seed) >>> 0;
  for (let i = at; i < at + PART; i++) value = Math.imul(value ^ words.charCodeAt(i), 0x0100_0193);
  return value >>> 0;
}

/** The finaliser of MurmurHash3: every bit of the input reaches every bit of the output. */
function mix(value: number): number {
  let x = value >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x85eb_ca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2_ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
