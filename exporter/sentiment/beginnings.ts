/** Finds what begins at a place of a text; of most places it says that nothing does without making a string to look up. */

/** Characters looked at. */
export const INDEXED = 3;
/** Places kept per beginning: of sixteen unknown ones, one is looked up in vain. */
const ROOM = 16;

/** What is known of the beginnings that stand at a place, shortest first. */
export type Beginnings<T> = (text: string, at: number) => readonly T[];

/** `known`: by strings of at most `INDEXED` characters. */
export function createBeginnings<T>(known: ReadonlyMap<string, T>): Beginnings<T> {
  const last = 2 ** Math.ceil(Math.log2(known.size * ROOM + 1)) - 1;
  /** By hash, the lengths of beginnings: bit 0 for one character and so on. */
  const lengths = new Uint8Array(last + 1);
  for (const start of known.keys()) {
    let hash = 0;
    for (let i = 0; i < start.length; i++) hash = Math.imul(hash, 31) + start.charCodeAt(i);
    lengths[hash & last]! |= 1 << (start.length - 1);
  }
  return (text, at) => {
    const end = Math.min(at + INDEXED, text.length);
    let found: T[] | undefined;
    let hash = 0;
    for (let i = at; i < end; i++) {
      hash = Math.imul(hash, 31) + text.charCodeAt(i);
      if ((lengths[hash & last]! & (1 << (i - at))) === 0) continue;
      const value = known.get(text.slice(at, i + 1));
      if (value !== undefined) (found ??= []).push(value);
    }
    return found ?? NOTHING;
  };
}

const NOTHING: readonly never[] = [];
