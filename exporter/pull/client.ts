/** Asks an API politely: at its pace, again after a while when it is busy or away, never for ever. */
import { PullFailure, type PullContext } from './pull.ts';

/** Where the API is and how we show who we are. */
export interface Api {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A client for one pull. */
export interface ClientOptions {
  readonly api: Api;
  /** At least so long between two requests: milliseconds. */
  readonly paceMs: number;
  readonly signal: AbortSignal;
  /** Waits; rejects when the signal aborts. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Epoch ms. */
  readonly now: () => number;
}

const TRIES = 5;
const TIMEOUT_MS = 30_000;
/** Longer than this is for the next run to wait. */
const LONGEST_WAIT_MS = 120_000;
/** Meta tells its limits with 400 and one of these codes. */
const META_LIMITS: ReadonlySet<unknown> = new Set([4, 17, 32, 613, 80_007, 80_008, 130_429]);

/** @throws PullFailure when the answer is no JSON, or stays away or unfriendly */
export function createClient({ api, paceMs, signal, pause, now }: ClientOptions): PullContext['get'] {
  let askedAt = -Infinity;
  const base = new URL(api.url);
  return async (path, query = {}) => {
    const url = new URL(/^https?:/.test(path) ? path : `${api.url}${path}`);
    // Pagination gives full addresses; the token goes to nobody else.
    if (url.host !== base.host) throw new PullFailure('unreadable', 'the next page is on another host');
    url.protocol = base.protocol;
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value));
    for (let attempt = 1; ; attempt += 1) {
      const wait = askedAt + paceMs - now();
      if (wait > 0) await pause(wait, signal);
      askedAt = now();
      const answer = await ask(url, api.headers, signal);
      if ('value' in answer) return answer.value;
      if (answer.fatal || attempt === TRIES) throw answer.fatal ?? answer.failure;
      const backoff = answer.waitMs ?? Math.min(1_000 * 2 ** (attempt - 1), 30_000);
      if (backoff > LONGEST_WAIT_MS) throw answer.failure;
      await pause(backoff, signal);
    }
  };
}

type Answer = { readonly value: unknown } | { readonly failure: PullFailure; readonly waitMs?: number; readonly fatal?: PullFailure };

async function ask(url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Answer> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, { headers: { accept: 'application/json', ...headers }, redirect: 'error', signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]) });
    text = await response.text();
  } catch (error) {
    signal.throwIfAborted();
    return { failure: new PullFailure('unavailable', 'the platform cannot be reached', { cause: error }) };
  }
  const { status } = response;
  const value = jsonOf(text);
  if (status === 401 || status === 403) return fatal('credentials', status);
  if (status === 429 || (status === 400 && META_LIMITS.has(metaCode(value)))) {
    const waitMs = retryAfter(response.headers.get('retry-after'));
    return { failure: new PullFailure('rate_limited', `the platform answers ${status}: too many requests`), ...(waitMs !== undefined && { waitMs }) };
  }
  if (status >= 500) {
    const waitMs = retryAfter(response.headers.get('retry-after'));
    return { failure: new PullFailure('unavailable', `the platform answers ${status}`), ...(waitMs !== undefined && { waitMs }) };
  }
  // Meta's word for a token that is no longer good.
  if (status === 400 && metaCode(value) === 190) return fatal('credentials', status);
  if (status !== 200 || value === undefined) return fatal('unreadable', status);
  return { value };
}

function fatal(reason: 'credentials' | 'unreadable', status: number): Answer {
  const failure = new PullFailure(reason, reason === 'credentials' ? `the platform answers ${status}: the token is wrong, or may not read this` : `the platform answers ${status}, which is not understood`);
  return { failure, fatal: failure };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // an error page
  }
}

const metaCode = (value: unknown): unknown =>
  (typeof value === 'object' && value !== null && 'error' in value && typeof value.error === 'object' && value.error !== null && 'code' in value.error ? value.error.code : undefined);

/** Seconds, or a date. */
function retryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
