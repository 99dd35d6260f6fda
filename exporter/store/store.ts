import type { CanonicalEvent, Tick } from '../core/event.ts';
import type { Fact } from '../core/fact.ts';

/** An item a source sent that could not become an event. Counted with the batch it came with. */
export interface Rejected { readonly source: string; readonly kind: string }

/** What became of a batch. */
export interface Applied {
  /** Events stored for the first time. */
  readonly stored: number;
  readonly duplicates: number;
}

/** The log and everything that follows from it. */
export interface EventStore {
  /**
   * One transaction: store what is new, fold its conversations, write facts, raise totals. When it returns, all of it is durable.
   * Order within the batch does not matter. `next` is called when the batch has left for the database: another may be given then.
   * @throws StoreUnavailable when trying again may help; other errors concern the data
   */
  apply(batch: readonly CanonicalEvent[], rejected?: readonly Rejected[], next?: () => void): Promise<Applied>;
  /** Conversations whose next deadline has passed, oldest first. */
  due(now: number, limit: number): Promise<readonly Tick[]>;
  /** Lets time pass for these conversations, in one transaction. */
  applyTicks(ticks: readonly Tick[]): Promise<void>;
}

/** How facts become totals; implemented by `metrics`, handed in by `app.ts`. */
export interface Counting {
  /** Adds a fact's increments. Observations that may carry a trace are reported with the key they went to. */
  add(fact: Fact, into: Map<string, number>, onObservation?: (key: string, value: number) => void): void;
  event(source: string, kind: string, result: 'accepted' | 'duplicate' | 'late' | 'future' | 'rejected', into: Map<string, number>): void;
  ingestDelay(source: string, seconds: number, into: Map<string, number>): void;
  correction(kpi: string, n: number, into: Map<string, number>): void;
  /** Label values met since the last call that hold no slot yet: claim them, then count again into a new map. */
  missing(): readonly { readonly label: string; readonly value: string }[];
  cap(label: string): number;
  accept(label: string, value: string, granted: boolean): void;
}

/** The database cannot be reached or is shutting down; nothing was stored and trying again may help. */
export class StoreUnavailable extends Error {
  readonly code = 'STORE_UNAVAILABLE';
  constructor(cause: unknown) {
    super('the database cannot be reached', { cause });
    this.name = 'StoreUnavailable';
  }
}
