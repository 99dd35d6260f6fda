import type { Delivery } from '../../exporter/simulator/script.ts';

/** Any JSON object: tests reach into bodies without the adapters, so that both can be wrong only separately. */
export type Json = { readonly [key: string]: any };

export const jsonOf = ({ body }: Delivery): Json => JSON.parse(body) as Json;

/** 2026-10-15 22:00 UTC, midnight in Madrid: a Friday begins. The clocks go back on the second Sunday. */
export const FRIDAY = Date.UTC(2026, 9, 15, 22);
export const DAY = 86_400_000;
export const HOUR = 3_600_000;

/** Seconds from asking for a person (or writing, without bot) to the first reply, per help-desk conversation with a reply. */
export function deskWaits(deliveries: Iterable<Delivery>): readonly { readonly since: number; readonly seconds: number }[] {
  const waiting = new Map<number, number>();
  const waits: { since: number; seconds: number }[] = [];
  for (const delivery of deliveries) {
    if (delivery.source !== 'chatwoot') continue;
    const body = jsonOf(delivery);
    const { event } = body;
    if (event === 'conversation_created' && body['status'] === 'open') waiting.set(body['id'], delivery.at);
    if (event === 'conversation_status_changed' && isHandOff(body)) waiting.set(body['id'], delivery.at);
    if (event !== 'message_created' || body['sender']?.type !== 'user' || body['private']) continue;
    const since = waiting.get(body['conversation'].id);
    if (since === undefined) continue;
    waits.push({ since, seconds: (delivery.at - since) / 1000 });
    waiting.delete(body['conversation'].id);
  }
  return waits;
}

export const isHandOff = (body: Json): boolean =>
  body['status'] === 'open' && body['changed_attributes']?.[0]?.status?.previous_value === 'pending';

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN;
}
