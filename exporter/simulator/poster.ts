import { setTimeout as sleep } from 'node:timers/promises';
import { pathOf, signedHeaders, type DemoSecrets } from './sign.ts';
import type { Delivery } from './world.ts';

/** How many deliveries of one source may wait for their turn before the script is read no further. */
const BACKLOG = 100;
const ANSWER_WITHIN = 10_000;
const FIRST_RETRY = 250;
const LAST_RETRY = 10_000;

/** What is posted, where to, and how fast. */
export interface PosterOptions {
  readonly deliveries: Iterable<Delivery>;
  /** Of the webhook listener, e.g. `http://127.0.0.1:8080`. */
  readonly baseUrl: string;
  readonly secrets: DemoSecrets;
  /** Real clock, epoch ms. */
  readonly now?: () => number;
  /** Script time passed per real time; 1 by default, more in tests. */
  readonly speed?: number;
  /** Script time at the start, epoch ms; the real time by default. */
  readonly startAt?: number;
  readonly signal: AbortSignal;
  /** Told of the first failure in a row and of recovery, never of bodies. */
  readonly log?: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

/** How posting went. */
export interface PosterCounts {
  /** Answered with 2xx, by source. */
  readonly accepted: Record<Delivery['source'], number>;
  /** Answered with 4xx: given up, as it would fail again. */
  readonly refused: Record<Delivery['source'], number>;
  /** Attempts that failed with 5xx or no answer and were repeated. */
  readonly retried: number;
}

/**
 * Posts deliveries when they are due, one connection and strict order per source. What is overdue goes at once.
 * 5xx and connection errors are repeated until they pass, with growing gaps: real Chatwoot would not, but a demo with holes misleads.
 * Ends when the deliveries do, or on `signal`, with the counts so far; it does not throw.
 */
export async function post({
  deliveries, baseUrl, secrets, now = Date.now, speed = 1, startAt, signal, log = () => {},
}: PosterOptions): Promise<PosterCounts> {
  const began = now();
  const scriptBegan = startAt ?? began;
  const clock = (): number => scriptBegan + (now() - began) * speed;
  const counts = { accepted: { whatsapp: 0, chatwoot: 0, events: 0 }, refused: { whatsapp: 0, chatwoot: 0, events: 0 }, retried: 0 };
  const lanes = { whatsapp: lane(), chatwoot: lane(), events: lane() };

  const deliver = async (delivery: Delivery): Promise<void> => {
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      const status = await send(delivery, baseUrl, signedHeaders(delivery, secrets, clock()), signal);
      if (status !== undefined && status < 500) {
        if (attempt > 0) log('demo webhooks are accepted again', { source: delivery.source, attempts: attempt + 1 });
        const outcome = status < 300 ? counts.accepted : counts.refused;
        outcome[delivery.source] += 1;
        if (status >= 300) log('demo webhook refused', { source: delivery.source, status });
        return;
      }
      if (signal.aborted) return;
      counts.retried += 1;
      if (attempt === 0) log('demo webhook not accepted, trying again', { source: delivery.source, status });
      await rest(Math.min(FIRST_RETRY * 2 ** attempt, LAST_RETRY) / speed, signal);
    }
  };

  for (const delivery of deliveries) {
    const due = (delivery.at - clock()) / speed;
    if (due > 0) await rest(due, signal);
    if (signal.aborted) break;
    await lanes[delivery.source].add(() => deliver(delivery));
  }
  await Promise.all(Object.values(lanes).map((each) => each.drained()));
  return counts;
}

/** One after the other; `add` makes its caller wait when too many do. */
function lane(): { add(job: () => Promise<void>): Promise<void>; drained(): Promise<void> } {
  let tail = Promise.resolve();
  let waiting = 0;
  return {
    async add(job) {
      waiting += 1;
      tail = tail.then(job).finally(() => { waiting -= 1; });
      if (waiting >= BACKLOG) await tail;
    },
    drained: () => tail,
  };
}

/** The status of the answer, undefined without one. */
async function send(delivery: Delivery, baseUrl: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<number | undefined> {
  try {
    const answer = await fetch(new URL(pathOf(delivery.source), baseUrl), {
      method: 'POST', headers, body: delivery.body, redirect: 'manual', signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN)]),
    });
    // Read to the end, or the connection is not used again.
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    // No connection, or no answer in time: as good as a 503.
    return undefined;
  }
}

/** Sleeps, or returns early when aborted. */
async function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    // Longer than a timer can hold would fire at once; the caller looks at the clock for what is due only after this.
    await sleep(Math.min(milliseconds, 2 ** 31 - 1), undefined, { signal });
  } catch {
    // Aborted: the caller looks at the signal.
  }
}
