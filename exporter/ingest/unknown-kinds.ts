/** What providers sent that this version does not know, by source, for people to look at: since this process started. */
export interface UnknownKinds {
  note(source: string, kinds: readonly string[]): void;
  /** How often each was seen, the newest last. */
  of(source: string): readonly { readonly kind: string; readonly times: number }[];
}

/** Entries for each source; what comes after them is counted together. */
const MOST = 20;
const REST = 'others';

/** Nothing has been seen yet. */
export function createUnknownKinds(): UnknownKinds {
  const seen = new Map<string, Map<string, number>>();
  return {
    note(source, kinds) {
      const own = seen.get(source) ?? new Map<string, number>();
      seen.set(source, own);
      for (const given of kinds) {
        // A kind is an identifier; anything else may be somebody's words.
        const isKept = /^[A-Za-z][A-Za-z0-9_.:-]{0,63}$/.test(given) && (own.has(given) || own.size < MOST);
        const kind = isKept ? given : REST;
        own.set(kind, (own.get(kind) ?? 0) + 1);
      }
    },
    of: (source) => [...seen.get(source) ?? []].map(([kind, times]) => ({ kind, times })),
  };
}
