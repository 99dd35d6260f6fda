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
  const parts = new Int32Array(LONGEST);
  return (text) => {
    // Order numbers and dates differ in answers that are the same.
    const words = plainWords(text.slice(0, LONGEST)).replace(/\p{Nd}+/gu, '0');
    if (words.length < SHORTEST) return undefined;
    const count = Math.min(LONGEST, words.length - PART + 1);
    for (let at = 0; at < count; at++) parts[at] = mix(partHash(words, at, seed));
    let signature = '';
    for (let i = 0; i < SIGNATURE_LENGTH; i++) signature += SIGNATURE_ALPHABET[mix(leastOf(parts, count, factors[i]!, offsets[i]!)) % SIGNATURE_ALPHABET.length]!;
    return signature;
  };
}

/** The least of the parts' hashes under one function; of mixed numbers, linear is random enough. Signed inside, with the sign turned: small integers are what is fast here. */
function leastOf(parts: Int32Array, count: number, factor: number, offset: number): number {
  const add = offset | 0;
  let least = 0x7fff_ffff;
  for (let at = 0; at < count; at++) {
    const value = ((Math.imul(parts[at]!, factor) + add) | 0) ^ -0x8000_0000;
    if (value < least) least = value;
  }
  return (least ^ -0x8000_0000) >>> 0;
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
