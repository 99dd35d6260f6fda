/** Imports what is read step by step with a cursor: another program's database. */
import type { CanonicalEvent } from '../core/event.ts';
import { admitted, type Reading, type Storing, type Tally } from './import.ts';

/** Things that are stored together. `cursor` is where to go on once they are; without it there is more of the same thing to come. */
export interface Step {
  readonly readings: readonly (Reading & { readonly of: string })[];
  readonly cursor?: string;
  /** Things that are complete with this step. */
  readonly done: number;
}

/** What an import reads step by step. */
export interface StepsOptions extends Storing {
  /** Tells this import from others. */
  readonly name: string;
  /** Steps behind the cursor, from the beginning without one. */
  readonly steps: (cursor: string | undefined) => AsyncIterable<Step>;
  readonly onReject: (of: string, reason: string) => void;
}

/** Running it again changes nothing; a run that was broken off goes on where it stopped. In the tally `lines` are the things. @throws StoreUnavailable, and what reading throws */
export async function importSteps({ name, steps, enricher, apply, ledger, now, onResume, onReject, onProgress }: StepsOptions): Promise<Tally> {
  const known = await ledger.find(name);
  if (known) onResume(known.lines);
  let tally: Tally = known ?? { lines: 0, accepted: 0, duplicate: 0, rejected: 0 };
  for await (const { readings, cursor, done } of steps(known?.digest)) {
    const events: CanonicalEvent[] = [];
    let rejected = 0;
    for (const reading of readings) {
      const { stored, refused } = admitted(reading, enricher, now());
      events.push(...stored);
      rejected += refused.length;
      for (const reason of refused) onReject(reading.of, reason);
    }
    const { stored, duplicates } = events.length === 0 ? { stored: 0, duplicates: 0 } : await apply(events);
    tally = { lines: tally.lines + done, accepted: tally.accepted + stored, duplicate: tally.duplicate + duplicates, rejected: tally.rejected + rejected };
    if (cursor !== undefined) await ledger.save(name, { ...tally, digest: cursor });
    onProgress(tally);
  }
  await ledger.finish(name);
  return { lines: tally.lines, accepted: tally.accepted, duplicate: tally.duplicate, rejected: tally.rejected };
}
