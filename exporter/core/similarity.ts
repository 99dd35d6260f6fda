/**
 * How alike two texts are, from signatures alone (MinHash, `sentiment/shingles.ts`): each character of a signature is the least of one
 * family of hashes, so two signatures agree in as many places as the texts share parts.
 */

/** Values a place of a signature can take; unlike texts agree by chance in one place of so many. */
export const SIGNATURE_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-';
/** Places of a signature: the standard error of a similarity of one half is 0.06. */
export const SIGNATURE_LENGTH = 64;

/** Estimated share of parts that both texts have, 0 to 1. Signatures of other lengths share nothing. */
export function similarityOf(a: string, b: string): number {
  if (a.length !== SIGNATURE_LENGTH || b.length !== SIGNATURE_LENGTH) return 0;
  let same = 0;
  for (let i = 0; i < SIGNATURE_LENGTH; i++) if (a.charCodeAt(i) === b.charCodeAt(i)) same += 1;
  const chance = 1 / SIGNATURE_ALPHABET.length;
  return Math.max(0, (same / SIGNATURE_LENGTH - chance) / (1 - chance));
}

/** Answers below which a mean says nothing. */
const FEWEST = 5;

/** How alike the answers of one set are. */
export interface Consistency {
  /** Mean over all pairs, 0 to 1; null below five answers. */
  readonly similarity: number | null;
  /** Of each answer to the most typical one, in the order given. */
  readonly toTypical: readonly number[];
}

/** How alike a set of answers is. The most typical answer is the one that is most like all the others. */
export function consistencyOf(signatures: readonly string[]): Consistency {
  const sums = signatures.map(() => 0);
  for (let i = 0; i < signatures.length; i++) {
    for (let j = i + 1; j < signatures.length; j++) {
      const similarity = similarityOf(signatures[i]!, signatures[j]!);
      sums[i]! += similarity;
      sums[j]! += similarity;
    }
  }
  const pairs = (signatures.length * (signatures.length - 1)) / 2;
  const typical = signatures[sums.indexOf(Math.max(...sums))] ?? '';
  return {
    similarity: signatures.length < FEWEST ? null : sums.reduce((sum, each) => sum + each, 0) / 2 / pairs,
    toTypical: signatures.map((signature) => similarityOf(signature, typical)),
  };
}
