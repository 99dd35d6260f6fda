/** The demo: an invented retailer whose providers post to us. Its past is imported through the same adapters, its present comes over HTTP. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCanonicalBody } from './ingest/canonical.ts';
import type { Enricher } from './ingest/enrich.ts';
import { LUMEN_HOME } from './simulator/business.ts';
import { post } from './simulator/poster.ts';
import { script, type Delivery } from './simulator/script.ts';
import { requestOf, type DemoSecrets } from './simulator/sign.ts';
import { timeline } from './simulator/timeline.ts';
import { sourceById } from './sources/index.ts';
import type { CanonicalEvent, ParsedEvent } from './core/event.ts';
import type { Store } from './store/apply.ts';
import type { Logger } from './log.ts';

/** What must be the same after a restart, so that the business goes on where it stopped. Times: epoch milliseconds. */
export interface DemoState extends DemoSecrets { readonly seed: string; readonly from: number; readonly verifyToken: string; importedUntil: number; incidentAt: number }

const DAY = 86_400_000;
const HISTORY_DAYS = 15;
/** The evening everything goes wrong comes early, so that alerts can be seen. */
const INCIDENT_AFTER_MS = 30_000;
const INCIDENT_MS = 30 * 60_000;
const BATCH = 1000;

/** The demo's memory in the data directory; made on the first start. */
export function loadDemo(dataDir: string, now: number): DemoState {
  const file = join(dataDir, 'demo.json');
  if (existsSync(file)) {
    const state = JSON.parse(readFileSync(file, 'utf8')) as DemoState; // written below
    if (state.events !== undefined && now - state.from < 60 * DAY) return now > state.incidentAt + INCIDENT_MS ? { ...state, incidentAt: now + INCIDENT_AFTER_MS } : state;
  }
  const secret = (): string => randomBytes(24).toString('hex');
  return { seed: 'lumen', from: now - HISTORY_DAYS * DAY, importedUntil: 0, incidentAt: now + INCIDENT_AFTER_MS, whatsapp: secret(), chatwoot: secret(), events: secret(), verifyToken: secret() };
}

function saveDemo(dataDir: string, state: DemoState): void {
  const file = join(dataDir, 'demo.json');
  writeFileSync(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** The configuration file of the demo: its zone, its inboxes and what its messages cost. Returns the path. */
export function writeDemoConfig(dataDir: string): string {
  mkdirSync(dataDir, { recursive: true });
  const file = join(dataDir, 'demo.yml');
  const inboxes = LUMEN_HOME.inboxes.map((inbox) => (inbox.kind === 'line'
    ? { source: 'whatsapp', id: inbox.phoneNumberId, name: `WhatsApp +${inbox.displayNumber}`, channel: 'whatsapp' }
    : { source: 'chatwoot', id: String(inbox.id), name: inbox.name, channel: inbox.channel === 'Channel::Instagram' ? 'instagram' : 'webchat' }));
  const lines = [
    `tz: ${LUMEN_HOME.tz}`, "prices: [{ from: 2025-01-01, currency: EUR, rates: { 'marketing:*': 0.0509, 'utility:*': 0.0166 } }]",
    'teams:', ...LUMEN_HOME.teams.map(({ id, name }) => `  - { id: "${id}", name: ${name} }`),
    'inboxes:', ...inboxes.map(({ source, id, name, channel }) => `  - { source: ${source}, id: "${id}", name: "${name}", channel: ${channel} }`),
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

/** The demo's business, and where its past goes. */
export interface DemoRun {
  readonly state: DemoState;
  readonly dataDir: string;
  readonly store: Pick<Store, 'applyHistory' | 'closeHistory'>;
  readonly enricher: Enricher;
  readonly log: Logger;
  /** Called now and then while the past is imported, with the share done (0 to 1). */
  readonly progress: (share: number, events: number) => void;
}

/** Imports what lies before now and was not imported yet; the figures of the past are facts, never counters. */
export async function importPast({ state, dataDir, store, enricher, progress }: DemoRun): Promise<ReturnType<typeof timeline>> {
  const story = timeline(script({ seed: state.seed, from: state.from, incident: { from: state.incidentAt, to: state.incidentAt + INCIDENT_MS } }));
  const until = Date.now();
  const start = Math.max(state.importedUntil, state.from);
  let batch: CanonicalEvent[] = [];
  let events = 0;
  const flush = async (at: number): Promise<void> => {
    if (batch.length > 0) await store.applyHistory(batch);
    events += batch.length;
    batch = [];
    progress(until > start ? Math.min(1, (at - start) / (until - start)) : 1, events);
  };
  for (const delivery of story.past(until)) {
    if (delivery.at <= state.importedUntil) continue;
    for (const event of eventsOf(delivery, state)) {
      const canonical = enricher.enrich(event);
      if (canonical) batch.push(canonical);
    }
    if (batch.length >= BATCH) await flush(delivery.at);
  }
  await flush(until);
  await store.closeHistory(until);
  state.importedUntil = until;
  saveDemo(dataDir, state);
  return story;
}

/** What the adapter of its source reads in a delivery. */
export function eventsOf(delivery: Delivery, secrets: DemoSecrets): readonly ParsedEvent[] {
  if (delivery.source === 'events') return readCanonicalBody(Buffer.from(delivery.body), {}, { receivedAt: delivery.at }).events.map(({ event }) => event);
  return sourceById(delivery.source)!.parse(requestOf(delivery, secrets), { source: delivery.source }).events; // both are in the list of sources
}

/** Posts the present over HTTP, as the providers would, until aborted. */
export async function livePosts(story: ReturnType<typeof timeline>, state: DemoState, baseUrl: string, signal: AbortSignal, log: Logger): Promise<void> {
  await post({ deliveries: story.rest(), baseUrl, secrets: state, signal, log: (message, fields) => log.debug(fields, message) });
}
