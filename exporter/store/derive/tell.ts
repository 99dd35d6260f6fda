import type { PoolClient } from 'pg';
import type { CommitFact } from '../../core/fact.ts';
import { claimSlots } from '../slots.ts';
import { textArray } from '../statements.ts';
import type { Count, DeriveOptions } from './deriver.ts';

/** Tells metrics what derived rows count, each once in the whole cluster, and what changed after it was counted. */
export interface Teller {
  /** What of a row has been told from now on, given what had been: the text to keep with the row. */
  tell(row: Readonly<Record<string, unknown>>, counts: Readonly<Record<string, Count>>, told: string | null): string | null;
  /** Marks customers of whom something is to be counted later. */
  wakeUps(client: PoolClient): Promise<void>;
  /** What all rows together raise. */
  totals(): Promise<Map<string, number>>;
}

/** What we meet for the first time so long after its time is history as well: figures of long ago, made by a new version or after a change of settings. */
const HISTORY_MS = 24 * 3_600_000;

/** One per slice: it gathers what all its rows count. */
export function createTeller({ counting, pool }: DeriveOptions, now: number): Teller {
  const facts: CommitFact[] = [];
  const corrections = new Map<string, number>();
  const later = new Map<string, number>();
  return {
    tell(row, counts, told) {
      const before = told === null ? {} : JSON.parse(told) as Readonly<Record<string, string>>; // written below
      const after: Record<string, string> = {};
      for (const [kpi, was] of Object.entries(before)) {
        after[kpi] = counts[kpi]?.as ?? '';
        if (was !== after[kpi]) corrections.set(kpi, (corrections.get(kpi) ?? 0) + 1);
      }
      for (const [kpi, count] of Object.entries(counts)) {
        if (before[kpi] !== undefined) continue;
        if (counting && count.at > now) {
          const contact = String(row['contact']);
          later.set(contact, Math.min(count.at, later.get(contact) ?? Infinity));
          continue;
        }
        after[kpi] = count.as;
        if (count.at > now - HISTORY_MS) facts.push(...count.facts);
      }
      const kept = Object.entries(after).sort(([a], [b]) => (a < b ? -1 : 1));
      return kept.length === 0 ? null : JSON.stringify(Object.fromEntries(kept));
    },
    async wakeUps(client) {
      const contacts = [...later].sort(([a], [b]) => (a < b ? -1 : 1));
      if (contacts.length === 0) return;
      await client.query(`insert into replywatch.contact_due (contact, due_at) select u.contact, to_timestamp(u.at / 1000) from unnest($1::uuid[], $2::float8[]) as u (contact, at)
        on conflict (contact) do update set due_at = least(contact_due.due_at, excluded.due_at)`, [textArray(contacts.map(([contact]) => contact)), contacts.map(([, at]) => at)]);
    },
    async totals() {
      if (!counting) return new Map();
      for (;;) {
        const totals = new Map<string, number>();
        for (const fact of facts) counting.add(fact, totals);
        for (const [kpi, n] of corrections) counting.correction(kpi, n, totals);
        const missing = counting.missing();
        if (missing.length === 0) return totals;
        await claimSlots(pool, counting, missing);
      }
    },
  };
}
