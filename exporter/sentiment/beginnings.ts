/** Says of most places of a text that nothing known begins there, without making a string of the place to look it up. */

/** Characters looked at. */
export const INDEXED = 3;
/** Places kept per beginning: of sixteen unknown ones, one looks known. */
const ROOM = 16;

/**
 * Which lengths, 1 to `INDEXED` characters, a known beginning may have that stands at a place: bit 0 for one character and so on.
 * A set bit may be wrong, a missing one never is.
 */
export type Beginnings = (text: string, at: number) => number;

/** `starts`: strings of at most `INDEXED` characters. */
export function createBeginnings(starts: Iterable<string>): Beginnings {
  const all = new Set(starts);
  const last = 2 ** Math.ceil(Math.log2(all.size * ROOM + 1)) - 1;
  const known = new Uint8Array(last + 1);
  for (const start of all) {
    let hash = 0;
    for (let i = 0; i < start.length; i++) hash = Math.imul(hash, 31) + start.charCodeAt(i);
    known[hash & last]! |= 1 << (start.length - 1);
  }
  return (text, at) => {
    const end = Math.min(at + INDEXED, text.length);
    let lengths = 0;
    let hash = 0;
    for (let i = at, bit = 1; i < end; i++, bit <<= 1) {
      hash = Math.imul(hash, 31) + text.charCodeAt(i);
      lengths |= known[hash & last]! & bit;
    }
    return lengths;
  };
}
