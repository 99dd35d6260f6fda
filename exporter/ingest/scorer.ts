/**
 * A sentiment scorer of one's own over HTTP. It may be slow or away: messages are stored without waiting for it, scores come after them
 * as events of their own, and what it cannot score in time the built-in scorer does.
 */
import { SENTIMENTS, type CanonicalEvent, type Sentiment } from '../core/event.ts';
import { createBreaker } from './breaker.ts';

/** How a request to the scorer ended. */
export type ScorerResult = 'ok' | 'timeout' | 'error';
/** Where a message got its score from. */
export type ScoredBy = 'scorer' | 'builtin' | 'nobody';

/** What the scorer counts. */
export interface ScorerMetrics {
  /** One request ended after `seconds`. */
  scorerRequest(result: ScorerResult, seconds: number): void;
  /** So many messages got their score from there; `nobody`: no evidence, or no room. */
  scored(by: ScoredBy, messages: number): void;
  scorerOpen(open: boolean): void;
}

/** The service to ask, and what stands in for it. */
export interface ScorerOptions {
  readonly url: string;
  /** Sent as a bearer token. */
  readonly token?: string;
  readonly timeoutSeconds: number;
  /** Messages per request. */
  readonly batch: number;
  /** What the built-in scorer says; undefined without evidence. */
  readonly builtIn: (text: string) => Sentiment | undefined;
  /** Takes a score into the normal pipeline; false when there is no room. */
  readonly submit: (event: CanonicalEvent) => boolean;
  /** Makes the id of a score: the same for the same message. */
  readonly idOf: (event: CanonicalEvent) => CanonicalEvent['id'];
  readonly metrics: ScorerMetrics;
  readonly now: () => number;
}

/** Scores messages after they were stored. */
export interface Scorer {
  /** Whether it can be asked now; while not, messages are scored at the door. */
  isUp(): boolean;
  /** Scores a stored message later. */
  offer(event: CanonicalEvent, text: string): void;
  /** Resolves when what was offered is scored; nothing new is taken. */
  stop(): Promise<void>;
}

interface Waiting { readonly event: CanonicalEvent; readonly text: string }

/** Texts that may wait; beyond it the built-in scorer takes over. */
const MOST_WAITING = 1_000;
/** What arrives within this time shares a request. */
const GATHER_MS = 20;
/** Requests at a time. */
const PARALLEL = 2;

/** Asks nothing before the first message. */
export function createScorer(options: ScorerOptions): Scorer {
  const { batch, builtIn, submit, idOf, metrics, now } = options;
  const breaker = createBreaker({ now, onChange: (open) => metrics.scorerOpen(open) });
  const queue: Waiting[] = [];
  let running = 0;
  let timer: NodeJS.Timeout | undefined;
  const idle: (() => void)[] = [];

  return {
    isUp: () => breaker.allows() && queue.length < MOST_WAITING,
    offer(event, text) {
      // Messages without evidence are offered even when they were scored at the door: only this limits what waits.
      if (queue.length >= MOST_WAITING) return settle([{ event, text }], undefined);
      queue.push({ event, text });
      if (queue.length >= batch) pump();
      else timer ??= setTimeout(pump, GATHER_MS);
    },
    stop() {
      pump();
      return running === 0 ? Promise.resolve() : new Promise((resolve) => void idle.push(resolve));
    },
  };

  function pump(): void {
    clearTimeout(timer);
    timer = undefined;
    while (queue.length > 0 && running < PARALLEL) {
      running += 1;
      void score(queue.splice(0, batch)).finally(() => {
        running -= 1;
        if (queue.length > 0) pump();
        else if (running === 0) for (const resolve of idle.splice(0)) resolve();
      });
    }
  }

  async function score(messages: readonly Waiting[]): Promise<void> {
    settle(messages, breaker.tries() ? await ask(messages) : undefined);
  }

  /** Submits their scores, the built-in ones where the scorer gave none. */
  function settle(messages: readonly Waiting[], scores: readonly (Sentiment | undefined)[] | undefined): void {
    const counts: Record<ScoredBy, number> = { scorer: 0, builtin: 0, nobody: 0 };
    messages.forEach(({ event, text }, index) => {
      const theirs = scores?.[index];
      const sentiment = theirs ?? builtIn(text);
      const taken = sentiment !== undefined && submit(scoredEvent(event, sentiment));
      counts[!taken ? 'nobody' : theirs ? 'scorer' : 'builtin'] += 1;
    });
    for (const by of ['scorer', 'builtin', 'nobody'] as const) if (counts[by] > 0) metrics.scored(by, counts[by]);
  }

  /** Scores in the order of the messages; undefined when the request failed as a whole. */
  async function ask(messages: readonly Waiting[]): Promise<readonly (Sentiment | undefined)[] | undefined> {
    const start = performance.now();
    let result: ScorerResult = 'error';
    try {
      const response = await fetch(options.url, {
        method: 'POST', redirect: 'error', signal: AbortSignal.timeout(options.timeoutSeconds * 1000),
        headers: { 'content-type': 'application/json', ...(options.token !== undefined && { authorization: `Bearer ${options.token}` }) },
        body: JSON.stringify({ messages: messages.map(({ event, text }, id) => ({ id, text, ...('language' in event && { language: event.language }) })) }),
      });
      const scores = response.ok ? scoresOf(await response.json(), messages.length) : undefined;
      if (!response.ok) await response.body?.cancel();
      if (scores) result = 'ok';
      return scores;
    } catch (error) {
      if (error instanceof Error && error.name === 'TimeoutError') result = 'timeout';
      return undefined; // counted; the built-in scorer takes these
    } finally {
      metrics.scorerRequest(result, (performance.now() - start) / 1000);
      breaker.report(result === 'ok');
    }
  }

  function scoredEvent(event: CanonicalEvent, sentiment: Sentiment): CanonicalEvent {
    const { source, channel, inbox, conversation, contact, id: message } = event;
    const t = now();
    return {
      kind: 'sentiment.scored', id: idOf(event), source, channel, inbox, t, receivedAt: t, message, sentiment,
      ...(conversation !== undefined && { conversation }), ...(contact !== undefined && { contact }),
    };
  }
}

/** `{"scores": [{"id": 0, "sentiment": "negative"}]}`; an id that is missing was not scored. Undefined when it is not of that form. */
function scoresOf(body: unknown, count: number): readonly (Sentiment | undefined)[] | undefined {
  const list: unknown = typeof body === 'object' && body !== null && 'scores' in body ? body.scores : undefined;
  if (!Array.isArray(list)) return undefined;
  const scores: (Sentiment | undefined)[] = Array.from({ length: count }, () => undefined);
  for (const item of list as readonly unknown[]) { // a list of anything
    if (typeof item !== 'object' || item === null || !('id' in item) || !('sentiment' in item)) continue;
    const sentiment = SENTIMENTS.find((each) => each === item.sentiment);
    if (typeof item.id === 'number' && item.id in scores && sentiment) scores[item.id] = sentiment;
  }
  return scores;
}
