import type { Delivery } from './world.ts';

/** One running script in two hands: the importer takes the past, the poster what follows. */
export interface Timeline {
  /** Deliveries before `t` (epoch ms) that nobody has taken yet. May be asked again with a later `t`. */
  past(t: number): Generator<Delivery, void, void>;
  /** Everything not taken yet, without end if the script has none. */
  rest(): Generator<Delivery, void, void>;
}

/** Splits a script where its readers say; queues, agents and open conversations go on across the split. */
export function timeline(deliveries: Iterable<Delivery>): Timeline {
  const source = deliveries[Symbol.iterator]();
  let held = source.next();

  function* before(t: number): Generator<Delivery, void, void> {
    while (held.done !== true && held.value.at < t) {
      const { value } = held;
      // Taken before it is handed out: a reader that stops here has had it.
      held = source.next();
      yield value;
    }
  }
  return { past: before, rest: () => before(Infinity) };
}
