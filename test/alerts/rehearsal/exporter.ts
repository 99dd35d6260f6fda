/** The real exporter under a clock of our own: webhooks go in, and what a scrape would have shown at that moment comes out. */
import type { Pool } from 'pg';
import { understandingOf } from '../../../exporter/texts.ts';
import { loadConfig } from '../../../exporter/config.ts';
import { calendarOf } from '../../../exporter/core/calendar.ts';
import type { Settings } from '../../../exporter/core/settings.ts';
import { eventsOf } from '../../../exporter/demo.ts';
import { createEnricher } from '../../../exporter/ingest/enrich.ts';
import { createLogger } from '../../../exporter/log.ts';
import { createCounting } from '../../../exporter/metrics/counting.ts';
import { GAUGES, METRICS } from '../../../exporter/metrics/index.ts';
import { DURATION_BUCKETS } from '../../../exporter/metrics/labels.ts';
import { PersistedSeries } from '../../../exporter/metrics/persisted.ts';
import { createProcessMetrics } from '../../../exporter/metrics/process.ts';
import { createSlots } from '../../../exporter/metrics/slots.ts';
import { promised } from '../../../exporter/promised.ts';
import { rollupSettings } from '../../../exporter/rollups/rollup.ts';
import { createRunner } from '../../../exporter/rollups/runner.ts';
import { PRESENCE } from '../../../exporter/rollups/presence.ts';
import { UNHAPPY } from '../../../exporter/rollups/unhappy.ts';
import { WINDOWS } from '../../../exporter/rollups/windows.ts';
import type { Business } from '../../../exporter/simulator/business.ts';
import type { Delivery } from '../../../exporter/simulator/script.ts';
import { SOURCES } from '../../../exporter/sources/index.ts';
import { countAgentSeconds } from '../../../exporter/store/agent-seconds.ts';
import { createStore, type Store } from '../../../exporter/store/apply.ts';
import { createPool } from '../../../exporter/store/connection.ts';
import { deriveDue } from '../../../exporter/store/derive/due.ts';
import { createMirror } from '../../../exporter/store/mirror.ts';
import { settle } from '../../../exporter/store/settle.ts';
import type { Counting } from '../../../exporter/store/store.ts';
import { transactions } from '../../../exporter/store/transaction.ts';
import { freshDatabase } from '../../support/postgres.ts';

export interface ExporterOnAClock {
  /** Takes these deliveries, lets time pass until `now` (epoch ms), and is scraped. */
  scrapeAt(now: number, deliveries: readonly Delivery[]): Promise<string>;
  stop(): Promise<void>;
}

/** Secrets are not checked here: adapters parse, nothing is verified. */
const SECRETS = { whatsapp: 'unused', chatwoot: 'unused', events: 'unused' };
/** Facts of customers follow their events by seconds in a running exporter; that would be most of the work here. */
const DERIVE_MS = 20 * 60_000;
/** What the alerts read of the rollups; the others would only take time. */
const ROLLUPS = [PRESENCE, UNHAPPY, WINDOWS];

/** Starts on a database of its own, with the inboxes of the business and default settings. */
export async function exporterOnAClock(business: Business): Promise<ExporterOnAClock> {
  const database = await freshDatabase('rehearsal');
  const pool = createPool(database.url);
  let now = 0;
  let derivedAt = 0;
  const settingsFor = (source: string): Settings => ({ ...DEFAULTS, tz: business.tz, hasResolution: source !== 'whatsapp' });
  const slots = createSlots(METRICS);
  const counting = createCounting(slots) as Counting; // event kinds are checked where events are made
  const store = createStore({ url: database.url, pool, settingsFor, counting, now: () => now });
  const series = new PersistedSeries({ metrics: METRICS, gauges: [...GAUGES, ...ROLLUPS.flatMap((rollup) => rollup.gauges)], slots, constantLabels: { instance: 'c' }, cacheMs: 0 });
  const metrics = createProcessMetrics({ version: '0', revision: '0', sources: ['whatsapp', 'chatwoot'] });
  const places = business.inboxes.map((inbox) => (inbox.kind === 'line' ? { channel: 'whatsapp', inbox: inbox.phoneNumberId }
    : { channel: inbox.channel === 'Channel::Instagram' ? 'instagram' : 'webchat', inbox: String(inbox.id) }));
  const mirror = createMirror(pool, series, places);
  const runner = createRunner({
    transaction: transactions(pool), rollups: ROLLUPS, settings: rollupSettings(settingsFor('chatwoot'), DURATION_BUCKETS, settingsFor), log: createLogger('silent'), now: () => now,
    onRun: () => undefined, setGauges: (name, rows) => { if (!name.startsWith('chat_rollup')) series.setGauges(name, rows); }, // they would rightly seem to run too seldom
  });
  const enricher = createEnricher({ key: 'k', settingsFor, understand: understandingOf(CONFIG, { pseudonym: 'k' }) });
  series.declare({ places, sources: ['whatsapp', 'chatwoot'], rollups: [] });
  metrics.leader(true);

  return {
    async scrapeAt(until, deliveries) {
      now = until;
      const events = deliveries.flatMap((delivery) => eventsOf(delivery, SECRETS)).flatMap((event) => enricher.enrich(event) ?? []);
      for (const { source } of deliveries) metrics.webhook(source, 'stored', 0.01);
      if (events.length > 0) await store.apply(events);
      await timePasses({ pool, store, counting }, now);
      if (now - derivedAt >= DERIVE_MS) {
        derivedAt = now;
        await deriveDue({ pool, counting, rules: { settingsFor, prices: [], version: 'rehearsal' } }, now);
        for (const { name } of ROLLUPS) await runner.runNow(name);
        await countAgentSeconds({ pool, counting, settings: settingsFor('chatwoot'), agentsLabel: false }, now);
      }
      await mirror.refresh(now);
      configured(series, places, settingsFor('chatwoot'), now);
      return `${await series.render()}${await metrics.render()}`;
    },
    async stop() {
      await runner.stop();
      await store.close();
      await pool.end();
      await database.drop();
    },
  };
}

const CONFIG = loadConfig({ env: { REPLYWATCH_DATA_DIR: '/nonexistent' }, sources: SOURCES });
const DEFAULTS = CONFIG.settings;

async function timePasses({ pool, store, counting }: { pool: Pool; store: Store; counting: Counting }, now: number): Promise<void> {
  while (await settle({ pool, counting }, now) > 0);
  for (let due = await store.due(now, 500); due.length > 0; due = await store.due(now, 500)) await store.applyTicks(due);
}

/** What the exporter says of its configuration: every inbox is always open. */
function configured(series: PersistedSeries, places: readonly { readonly inbox: string }[], settings: Settings, now: number): void {
  series.setGauges('chat_inbox_open', places.map(({ inbox }) => ({ labels: { inbox }, value: calendarOf(settings.calendars).isOpen(now) ? 1 : 0 })));
  promised(series, settings, places.map(({ inbox }) => ({ id: inbox, settings })));
  series.setGauges('chat_source_expected', ['whatsapp', 'chatwoot'].map((source) => ({ labels: { source }, value: 1 })));
}
