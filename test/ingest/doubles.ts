import type { CanonicalEvent } from '../../exporter/core/event.ts';
import { DEFAULT_SETTINGS } from '../../exporter/core/settings.ts';
import { createEnricher } from '../../exporter/ingest/enrich.ts';
import { StoreUnavailable, type Applied, type EventStore, type Rejected } from '../../exporter/store/store.ts';

/** A log in memory that can be away or refuse events; what Postgres does is tested on Postgres. */
export class MemoryLog implements Pick<EventStore, 'apply'> {
  readonly events = new Map<string, CanonicalEvent>();
  readonly rejected: Rejected[] = [];
  readonly batches: number[] = [];
  away = false;
  /** Thrown for a batch that holds such an event. */
  refuses: (event: CanonicalEvent) => unknown = () => undefined;
  /** Awaited before each transaction ends. */
  gate: Promise<void> = Promise.resolve();

  async apply(batch: readonly CanonicalEvent[], rejected: readonly Rejected[] = []): Promise<Applied> {
    await this.gate;
    if (this.away) throw new StoreUnavailable(new Error('ECONNREFUSED'));
    for (const event of batch) {
      const error = this.refuses(event);
      if (error !== undefined) throw error;
    }
    this.batches.push(batch.length);
    this.rejected.push(...rejected);
    const before = this.events.size;
    for (const event of batch) this.events.set(event.id, this.events.get(event.id) ?? event);
    const stored = this.events.size - before;
    return { stored, duplicates: batch.length - stored };
  }
}

export const NOW = Date.UTC(2026, 5, 9, 16);

export const enricher = createEnricher({ key: 'k'.repeat(64), settingsFor: () => DEFAULT_SETTINGS });

/** An invented inbound message. */
export function message(id: string, content: 'text' | 'image' = 'text'): CanonicalEvent {
  const event = enricher.enrich({
    id, message: id, kind: 'message.inbound', content, source: 'chatwoot', channel: 'webchat', inbox: '1', t: NOW, receivedAt: NOW, conversation: 'c1', contact: 'u1',
  });
  if (!event) throw new Error('the message is not valid');
  return event;
}

/** What node-postgres throws for data that Postgres does not take. */
export const sqlError = (code: string): Error => Object.assign(new Error('refused'), { code });
