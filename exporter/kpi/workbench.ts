/** One database for many examples: each goes through the pipeline as live events do, its figures are read, and it is wiped for the next. */
import type { Client, Pool } from 'pg';
import type { CanonicalEvent } from '../core/event.ts';
import type { PriceList } from '../core/prices.ts';
import { DEFAULT_SETTINGS, type Settings } from '../core/settings.ts';
import { createEnricher } from '../ingest/enrich.ts';
import { createCounting } from '../metrics/counting.ts';
import { METRICS } from '../metrics/index.ts';
import { DURATION_BUCKETS } from '../metrics/labels.ts';
import { createSlots } from '../metrics/slots.ts';
import { runAll } from '../rollups/all.ts';
import { rollupSettings } from '../rollups/rollup.ts';
import { createStore, type Store } from '../store/apply.ts';
import { connectWriter } from '../store/connection.ts';
import { deriveDue } from '../store/derive/due.ts';
import { migrate } from '../store/migrate.ts';
import { settle } from '../store/settle.ts';
import type { Counting } from '../store/store.ts';
import { transactions } from '../store/transaction.ts';
import { withWatermarks } from '../store/watermarks.ts';
import { BadExample, type Example } from './example.ts';
import { KEYS } from './index.ts';
import { isAsked, numbered, type Parameter } from './key.ts';
import { preparedPool } from './prepared.ts';
import { namesOf, readable } from './readable.ts';

/** Figures by name; null is no data. */
export type Figures = Readonly<Record<string, unknown>>;

/** Runs examples one after the other. */
export interface Workbench {
  /** All figures an example asks for. @throws BadExample for an event that cannot be stored */
  run(example: Example): Promise<Figures>;
  close(): Promise<void>;
}

/** Of the pseudonyms; nothing of an example outlives its run. */
const KEY = 'kpi';
const BATCH = 500;
const TICKS = 500;

/** Prepares the database at `url`, which must hold nothing worth keeping. */
export async function openWorkbench(url: string): Promise<Workbench> {
  const pool = preparedPool(url, 3);
  await migrate(pool);
  const reader = await connectWriter(url); // statements without waiting for each other's answers
  const wipe = await wipeStatement(pool);
  const counting = createCounting(createSlots(METRICS)) as Counting; // event kinds are checked where events are made
  let settings = DEFAULT_SETTINGS;
  const store = withWatermarks(createStore({ url, pool, settingsFor: () => settings, counting, now: Date.now }), pool);
  return {
    async run(example) {
      await pool.query(wipe);
      const events = enriched(example);
      const now = example.query.now ?? Math.max(0, ...events.map((event) => event.t));
      // What lies behind the query time does not exist yet.
      ({ settings } = example);
      await live({ pool, store, counting, settings, prices: pricesOf(example) }, events.filter((event) => event.t <= now), now);
      const figures = await figuresOf(reader, example, now);
      return readable(figures, namesOf(KEY, example.events));
    },
    async close() {
      await store.close();
      await reader.end();
      await pool.end();
    },
  };
}

async function wipeStatement(pool: Pool): Promise<string> {
  // Deleting is ten times faster than truncating: an example has few rows, and a truncation makes files anew.
  const { rows } = await pool.query<{ text: string }>(`
    select string_agg(format('delete from %I.%I', tables.schemaname, tables.tablename), '; ') as text
    from pg_catalog.pg_tables as tables where tables.schemaname = 'replywatch' and tables.tablename not in ('migration', 'cluster')`);
  return rows[0]!.text;
}

function enriched({ name, events, settings }: Example): readonly CanonicalEvent[] {
  const enricher = createEnricher({ key: KEY, settingsFor: () => settings });
  return events.map((event, index) => {
    const canonical = enricher.enrich(event);
    if (!canonical) throw new BadExample(`example "${name}", event ${index}`, 't: is out of range');
    return canonical;
  });
}

interface Bench { readonly pool: Pool; readonly store: Store; readonly counting: Counting; readonly settings: Settings; readonly prices: readonly PriceList[] }

/** Stores the events in their order of arrival, lets the clock run to `now`, settles, derives, and runs every rollup once. */
async function live({ pool, store, counting, settings, prices }: Bench, events: readonly CanonicalEvent[], now: number): Promise<void> {
  const settled = Math.max(now, ...events.map((event) => event.receivedAt)) + settings.settleSeconds * 1000;
  for (let at = 0; at < events.length; at += BATCH) await store.apply(events.slice(at, at + BATCH));
  for (let due = await store.due(now, TICKS); due.length > 0; due = await store.due(now, TICKS)) await store.applyTicks(due);
  while (await settle({ pool, counting }, settled) > 0) { /* the next slice */ }
  await deriveDue({ pool, rules: { settingsFor: () => settings, prices } }, settled);
  await runAll({ transaction: transactions(pool), settings: rollupSettings(settings, DURATION_BUCKETS), now });
}

/** The rates of the query are a price list in force since always. XXX is what ISO 4217 writes for no currency. */
const pricesOf = ({ query: { rates } }: Example): readonly PriceList[] => (rates ? [{ from: '1970-01-01', currency: 'XXX', rates }] : []);

const STATEMENTS = KEYS.map((key) => ({ key, ...numbered(key.sql) }));

async function figuresOf(reader: Client, { query, settings }: Example, now: number): Promise<Figures> {
  const at = new Date(now);
  const day = query.day ?? new Intl.DateTimeFormat('sv', { timeZone: settings.tz }).format(at); // Swedish dates are YYYY-MM-DD
  const [peakFrom, peakTo] = query.peakHours ?? [18, 21];
  const values: Readonly<Record<Parameter, unknown>> = {
    now: at, asked_now: query.now === undefined ? null : at, tz: settings.tz, day, window_from: query.window && new Date(query.window[0]), window_to: query.window && new Date(query.window[1]),
    peak_from: peakFrom, peak_to: peakTo, rates: JSON.stringify(query.rates ?? null), settings: JSON.stringify(settings),
  };
  const asked = STATEMENTS.filter(({ key }) => isAsked(key, query));
  const answers = await Promise.all(asked.map(async ({ key, text, names }) => {
    const { rows: [row] } = await reader.query<{ value: unknown }>({ name: `kpi ${key.name}`, text, values: names.map((name) => values[name]) });
    return [key.name, row?.value ?? null] as const;
  }));
  return Object.fromEntries(answers);
}
