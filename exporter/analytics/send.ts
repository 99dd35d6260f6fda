import type { Measurement } from './measurement.ts';

/** Where measurements go. */
export interface AnalyticsTarget {
  /** Without a slash at its end. */
  readonly url: string;
  readonly measurementId: string;
  readonly apiSecret: string;
}

/** `refused`: it will never be taken; `failed`: perhaps later. */
export type SendResult = 'sent' | 'refused' | 'failed';

const TIMEOUT_MS = 10_000;
/** What another time or another secret may change. */
const PASSING: ReadonlySet<number> = new Set([401, 403, 404, 408, 425, 429]);

/** Sends one measurement. Google answers 2xx whatever is in it, so `sent` is all that can be known. */
export async function send({ url, measurementId, apiSecret }: AnalyticsTarget, measurement: Measurement, signal: AbortSignal): Promise<SendResult> {
  const query = new URLSearchParams({ measurement_id: measurementId, api_secret: apiSecret });
  try {
    const response = await fetch(`${url}/mp/collect?${query.toString()}`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(measurement), redirect: 'manual', signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    await response.body?.cancel();
    if (response.ok) return 'sent';
    return response.status >= 400 && response.status < 500 && !PASSING.has(response.status) ? 'refused' : 'failed';
  } catch {
    return 'failed'; // the network, or the time; its address holds the secret, so nothing of it is told
  }
}
