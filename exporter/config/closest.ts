/** The known word nearest to what was typed, at most `limit` slips away (a third of its letters); case and `-` for `_` count nothing. */
export function closest(typed: string, known: readonly string[], limit = Math.max(1, Math.floor(typed.length / 3))): string | undefined {
  // A pasted blob is no slip, and comparing it with every zone name would take a while.
  if (typed.length > 64) return undefined;
  const wanted = plain(typed);
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const word of known) {
    const distance = editDistance(wanted, plain(word));
    if (distance < bestDistance) [best, bestDistance] = [word, distance];
  }
  return best;
}

/** ` (did you mean "…"?)`, or nothing. */
export function didYouMean(typed: unknown, known: readonly string[]): string {
  const word = typeof typed === 'string' ? closest(typed, known) : undefined;
  return word === undefined ? '' : ` (did you mean "${word}"?)`;
}

const plain = (text: string): string => text.toLowerCase().replaceAll('-', '_');

/** Insertions, deletions, replacements and swaps of neighbours, one each. */
function editDistance(a: string, b: string): number {
  let before: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(before, j - 2) + 1 : Infinity;
      row.push(Math.min(at(last, j) + 1, at(row, j - 1) + 1, replaced, swapped));
    }
    [before, last] = [last, row];
  }
  return at(last, b.length);
}

const at = (row: readonly number[], index: number): number => row[index] ?? Infinity;
