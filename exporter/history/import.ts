/** History enters: events of the past become facts, and no counter moves. */
import type { CanonicalEvent, ParsedEvent } from '../core/event.ts';
import { readCanonical } from '../ingest/canonical.ts';
import type { Enricher } from '../ingest/enrich.ts';
import { createFingerprint, type Input } from './lines.ts';
import { createReader, type Record } from './records.ts';

/** How far an import got. `lines` are those whose events are stored. */
export interface Tally {
  readonly lines: number;
  readonly accepted: number;
  readonly duplicate: number;
  readonly rejected: number;
}

/** Where an import that was broken off is found again; the table of migration 0012. */
export interface Ledger {
  find(digest: string): Promise<(Tally & { readonly digest: string }) | undefined>;
  save(beginning: string, tally: Tally & { readonly digest: string }): Promise<void>;
  finish(beginning: string): Promise<void>;
}

/** What one record of a file says. A reason names a field and never its value. */
export interface Reading { readonly events: readonly ParsedEvent[]; readonly refused: readonly string[] }

/** Where imports store and whom they tell, whatever they read. */
export interface Storing {
  readonly enricher: Enricher;
  /** Stores events without counting them. */
  readonly apply: (events: readonly CanonicalEvent[]) => Promise<{ readonly stored: number; readonly duplicates: number }>;
  readonly ledger: Ledger;
  /** Epoch ms. */
  readonly now: () => number;
  /** Lines, or things, that were stored by an earlier run; told once, before anything is stored. */
  readonly onResume: (lines: number) => void;
  /** After every batch. */
  readonly onProgress: (tally: Tally) => void;
}

/** What an import reads, and how. */
export interface ImportOptions extends Storing {
  readonly input: Input;
  /** How a record is read; by default it is one canonical event. */
  readonly read?: (value: unknown) => Reading;
  readonly onReject: (line: number, reason: string) => void;
}

/** Events per transaction: larger ones are hardly faster and lose more when the process ends. */
const BATCH = 2_000;
/** Lines that tell one file from another. */
const BEGINNING = 50;

/**
 * Imports everything that can be read. Running it again changes nothing; a run that was broken off goes on where it stopped, if the lines
 * before are still the same. @throws StoreUnavailable, and what reading the file throws
 */
export async function importHistory(options: ImportOptions): Promise<Tally> {
  const beginning = await beginningOf(options.input);
  const known = beginning === undefined ? undefined : await options.ledger.find(beginning);
  const resumed = known && await isUnchanged(options.input, known) ? known : undefined;
  if (resumed) options.onResume(resumed.lines);
  return run(options, beginning, resumed ?? { lines: 0, accepted: 0, duplicate: 0, rejected: 0 });
}

async function run({ input, read, enricher, apply, ledger, now, onReject, onProgress }: ImportOptions, beginning: string | undefined, from: Tally): Promise<Tally> {
  const reader = createReader(read === undefined);
  const fingerprint = createFingerprint();
  let tally = from;
  let batch: CanonicalEvent[] = [];
  let rejected = 0;
  let storing: Promise<void> = Promise.resolve();
  const store = async (lines: number): Promise<void> => {
    await storing; // one batch is stored while the next is read
    const events = batch;
    const mark = { lines, digest: fingerprint.digest(), refused: rejected };
    batch = [];
    rejected = 0;
    storing = (async () => {
      const { stored, duplicates } = events.length === 0 ? { stored: 0, duplicates: 0 } : await apply(events);
      tally = { lines: mark.lines, accepted: tally.accepted + stored, duplicate: tally.duplicate + duplicates, rejected: tally.rejected + mark.refused };
      if (beginning !== undefined) await ledger.save(beginning, { ...tally, digest: mark.digest });
      onProgress(tally);
    })();
    storing.catch(() => undefined); // thrown by whoever waits for it next
  };
  const take = (record: Record): void => {
    const reading = 'reason' in record ? { events: [], refused: [record.reason] } : readItems(record.value, read ?? readCanonicalRecord);
    const { stored, refused } = admitted(reading, enricher, now());
    batch.push(...stored);
    if (refused.length > 0) rejected += 1;
    for (const reason of refused) onReject(record.line, reason);
  };
  let last = 0;
  for await (const line of input.lines()) {
    fingerprint.add(line);
    last = line.number;
    const record = reader.read(line);
    if (record && record.last > from.lines) take(record);
    if (batch.length >= BATCH) await store(line.number);
  }
  const unfinished = reader.end();
  if (unfinished) take(unfinished);
  await store(last);
  await storing;
  if (beginning !== undefined) await ledger.finish(beginning);
  return tally;
}

/** A line may hold an array of records; what is refused says which of them. */
function readItems(value: unknown, read: (value: unknown) => Reading): Reading {
  if (!Array.isArray(value) || value.length === 0) return read(value);
  const readings = value.map((item: unknown) => read(item));
  return { events: readings.flatMap(({ events }) => events), refused: readings.flatMap(({ refused }, index) => refused.map((reason) => `item ${index + 1}: ${reason}`)) };
}

function readCanonicalRecord(value: unknown): Reading {
  const { events: [read], rejected: [refused] } = readCanonical([value], { receivedAt: NaN, trustReceivedAt: true });
  return read ? { events: [read.event], refused: [] } : { events: [], refused: [refused?.reason ?? 'cannot be read'] };
}

/** What is stored of a reading, and why the rest is not. What did not say when it arrived, arrived when it happened; nothing arrived in the future. */
export function admitted({ events, refused }: Reading, enricher: Enricher, now: number): { readonly stored: readonly CanonicalEvent[]; readonly refused: readonly string[] } {
  const enriched = events.map((event) => enricher.enrich({ ...event, receivedAt: Math.min(Number.isNaN(event.receivedAt) ? event.t : event.receivedAt, now) }));
  const stored = enriched.filter((event) => event !== undefined);
  return { stored, refused: stored.length === enriched.length ? refused : [...refused, 't: is out of range'] };
}

async function beginningOf(input: Input): Promise<string | undefined> {
  if (!input.repeatable) return undefined;
  const fingerprint = createFingerprint();
  for await (const line of input.lines()) {
    fingerprint.add(line);
    if (line.number >= BEGINNING) break;
  }
  return fingerprint.digest();
}

async function isUnchanged(input: Input, known: { readonly lines: number; readonly digest: string }): Promise<boolean> {
  const fingerprint = createFingerprint();
  for await (const line of input.lines()) {
    if (line.number > known.lines) break;
    fingerprint.add(line);
  }
  return fingerprint.digest() === known.digest;
}
