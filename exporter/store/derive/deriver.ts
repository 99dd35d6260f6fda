/** What a deriver is: facts of one customer, made by a pure function from everything known of that customer. */
import type { Pool } from 'pg';
import type { ContactHistory } from '../../core/contact-history.ts';
import type { CommitFact } from '../../core/fact.ts';
import type { PriceList } from '../../core/prices.ts';
import type { Settings, SettingsFor } from '../../core/settings.ts';
import type { Counting } from '../store.ts';

/** Facts of one kind; none sees what another one made. */
export interface Deriver {
  readonly tables: readonly FactTable[];
  /** All rows of this customer, by table. Pure: equal histories give equal rows, whatever the order of arrival. */
  derive(history: ContactHistory, rules: Rules): Readonly<Record<string, readonly DerivedRow[]>>;
}

/** What facts depend on besides events. */
export interface Rules {
  readonly settingsFor: SettingsFor;
  readonly prices: readonly PriceList[];
  /** What rows say they were computed with: definitions, settings and price lists. Absent: nothing; nobody keeps them. */
  readonly version?: string;
}

/** A table that derivers fill. */
export interface FactTable {
  /** In schema `replywatch`, with a column `contact`. */
  readonly name: string;
  /** Columns that identify a row among those of all customers. */
  readonly key: readonly string[];
  /** Rows have a column `counted` (text): what metrics have been told of them. */
  readonly counted?: true;
  /** Rows have a column `changed_at`: when they last became different. */
  readonly dated?: true;
}

/** A row as it should be, and what metrics count of it. */
export interface DerivedRow {
  /** Every column but `counted`, `changed_at` and `version`; times as ISO text. The same names in every row. */
  readonly row: Readonly<Record<string, unknown>>;
  /** What metrics count of it, each once; by the name under which corrections are counted. */
  readonly counts?: Readonly<Record<string, Count>>;
}

/** What is counted of one row, and when. */
export interface Count {
  /** Says what is counted; another text later is a correction. */
  readonly as: string;
  readonly facts: readonly CommitFact[];
  /** Not before: epoch milliseconds. −Infinity: never, because it is history. */
  readonly at: number;
}

/** What a pass is given. */
export interface DeriveOptions {
  readonly pool: Pool;
  readonly rules: Rules;
  /** What facts count; absent: nothing is counted, now or later (a rebuild, an import, an example). */
  readonly counting?: Counting;
  /** A customer whose facts could not be derived: they stay as they were, and it is tried again an hour later. */
  readonly onFailure?: (error: unknown) => void;
  readonly onProgress?: (contacts: number) => void;
  /** Awaited before each slice: live traffic goes first. */
  readonly pause?: () => Promise<void>;
  /** Ends it after the current slice; it goes on from there next time. */
  readonly signal?: AbortSignal;
}

/** A time as text for a column of type `timestamptz`; null stays null. */
export const iso = (ms: number | null | undefined): string | null => (ms == null ? null : new Date(ms).toISOString());

/** When metrics may count what happened and arrived then, all in epoch milliseconds; −Infinity, never, for what came by an import. */
export const countableAt = (happened: number, arrived: number, { settleSeconds }: Pick<Settings, 'settleSeconds'>): number =>
  (arrived === -Infinity ? arrived : Math.max(happened, arrived) + settleSeconds * 1000);
