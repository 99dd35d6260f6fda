/** What is known of words, for asking several tables about one word of a message: its hash is computed once, and a word that is not there costs no look at strings. */

/** FNV-1a over the characters, but for the lowest bit: it is set where a character stands twice in a row. */
export function hashOf(word: string): number {
  let hash = 0x811c_9dc5 | 0;
  let last = -1;
  let double = 0;
  for (let i = 0; i < word.length; i++) {
    const code = word.charCodeAt(i);
    if (code === last) double = 1;
    hash = Math.imul(hash ^ code, 0x0100_0193);
    last = code;
  }
  return (hash & ~1) | double;
}

/** Whether a character of the word with this hash stands twice in a row. */
export const hasDouble = (hash: number): boolean => (hash & 1) === 1;

/** Words and what is known of each. */
export interface WordTable<T> {
  readonly values: readonly T[];
  /** `hash` as `hashOf` gives it. */
  readonly find: (word: string, hash: number) => T | undefined;
}

/** Open addressing, at most half full. */
export function createWordTable<T>(known: ReadonlyMap<string, T>): WordTable<T> {
  const words = [...known.keys()];
  const values = [...known.values()];
  const hashes = Int32Array.from(words, hashOf);
  const last = 2 ** Math.ceil(Math.log2(words.length * 2 + 1)) - 1;
  /** Indexes plus one; 0 is free. */
  const slots = new Int32Array(last + 1);
  for (let i = 0; i < words.length; i++) {
    let slot = (hashes[i]! >> 1) & last;
    while (slots[slot] !== 0) slot = (slot + 1) & last;
    slots[slot] = i + 1;
  }
  const find = (word: string, hash: number): T | undefined => {
    for (let slot = (hash >> 1) & last; slots[slot] !== 0; slot = (slot + 1) & last) {
      const i = slots[slot]! - 1;
      if (hashes[i] === hash && words[i] === word) return values[i];
    }
    return undefined;
  };
  return { values, find };
}
