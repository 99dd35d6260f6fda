/** Things to do, handed out by time; what was put in first comes first among equals. A binary heap. */
export interface Agenda<T> {
  readonly size: number;
  put(at: number, what: T): void;
  /** The earliest entry, removed. */
  take(): { readonly at: number; readonly what: T } | undefined;
}

interface Entry<T> { readonly at: number; readonly turn: number; readonly what: T }

/** Empty at first. */
export function agenda<T>(): Agenda<T> {
  const heap: Entry<T>[] = [];
  let turn = 0;
  return {
    get size() { return heap.length; },
    put(at, what) {
      turn += 1;
      heap.push({ at, turn, what });
      rise(heap);
    },
    take() {
      const first = heap[0];
      const last = heap.pop();
      if (last !== undefined && heap.length > 0) {
        heap[0] = last;
        sink(heap);
      }
      return first;
    },
  };
}

const before = (a: Entry<unknown>, b: Entry<unknown>): boolean => a.at < b.at || (a.at === b.at && a.turn < b.turn);

function rise<T>(heap: Entry<T>[]): void {
  let at = heap.length - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!swapIfBefore(heap, at, parent)) return;
    at = parent;
  }
}

function sink<T>(heap: Entry<T>[]): void {
  for (let at = 0; ;) {
    const left = 2 * at + 1;
    const a = heap[left];
    const b = heap[left + 1];
    if (a === undefined) return;
    const child = b !== undefined && before(b, a) ? left + 1 : left;
    if (!swapIfBefore(heap, child, at)) return;
    at = child;
  }
}

/** Swaps when the lower entry belongs above the upper one. */
function swapIfBefore<T>(heap: Entry<T>[], lower: number, upper: number): boolean {
  const a = heap[lower];
  const b = heap[upper];
  if (a === undefined || b === undefined || !before(a, b)) return false;
  heap[upper] = a;
  heap[lower] = b;
  return true;
}
