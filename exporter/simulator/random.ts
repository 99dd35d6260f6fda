/** A seeded source of chance. Two with the same key give the same numbers, on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** True with probability `p`. */
  chance(p: number): boolean;
  /** Whole number in [0, n). */
  int(n: number): number;
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** @throws RangeError when the list is empty */
  pick<T>(list: readonly T[]): T;
  /** Picks by weight; weights need not add up to 1. @throws RangeError when the list is empty */
  weighted<T>(list: readonly (readonly [value: T, weight: number])[]): T;
  /** Exponential with this mean. */
  exp(mean: number): number;
  /** Log-normal with this median; `spread` is the standard deviation of the logarithm (0.5: two thirds within a factor of 1.65). */
  around(median: number, spread: number): number;
  /** Lower-case hexadecimal text of this length. */
  hex(length: number): string;
}

/** A generator of its own for every key: what one customer does never changes what another one does. */
export function random(...key: readonly (string | number)[]): Random {
  const draw = sfc32(hash(key.join('\u0001')));
  const pick = <T>(list: readonly T[]): T => item(list, Math.floor(draw() * list.length));
  return {
    next: draw,
    chance: (p) => draw() < p,
    int: (n) => Math.floor(draw() * n),
    between: (low, high) => low + draw() * (high - low),
    pick,
    weighted(list) {
      let left = draw() * list.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [value, weight] of list) {
        left -= weight;
        if (left < 0) return value;
      }
      return item(list, list.length - 1)[0];
    },
    exp: (mean) => -mean * Math.log(1 - draw()),
    around: (median, spread) => median * Math.exp(spread * normal(draw)),
    hex(length) {
      let text = '';
      while (text.length < length) text += Math.floor(draw() * 0x1_0000_0000).toString(16).padStart(8, '0');
      return text.slice(0, length);
    },
  };
}

function item<T>(list: readonly T[], index: number): T {
  if (index < 0 || index >= list.length) throw new RangeError('nothing to pick from');
  // The index is inside the list, so this is a T even where T itself admits undefined.
  return list[index] as T;
}

/** Box and Muller's method, one of its two values. */
const normal = (draw: () => number): number => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());

/** Four 32-bit words from a text (FNV-1a with four offsets, then mixed). */
function hash(text: string): [number, number, number, number] {
  const words: [number, number, number, number] = [0x811c9dc5, 0x9747b28c, 0x85ebca6b, 0xc2b2ae35];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    words[0] = Math.imul(words[0] ^ code, 0x01000193);
    words[1] = Math.imul(words[1] ^ code, 0x85ebca77);
    words[2] = Math.imul(words[2] ^ code, 0xcc9e2d51);
    words[3] = Math.imul(words[3] ^ code, 0x1b873593);
  }
  return words;
}

/** sfc32 by Chris Doty-Humphrey (public domain): 128 bits of state, passes PractRand, four additions a number. */
function sfc32([a, b, c, d]: [number, number, number, number]): () => number {
  const draw = (): number => {
    const sum = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum | 0;
    return (sum >>> 0) / 0x1_0000_0000;
  };
  // The first numbers still show the seed: neighbouring keys would start alike.
  for (let round = 0; round < 12; round += 1) draw();
  return draw;
}
