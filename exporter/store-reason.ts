/** Why a batch was not stored, in the words of `replywatch_store_errors_total` and of its runbook. */
import type { StoreError } from './metrics/process-definitions.ts';
import { sqlState } from './store/connection.ts';
import { StoreUnavailable } from './store/store.ts';

/** By SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html. Refused: it answers, and lets us not in. */
const REASONS: readonly (readonly [states: RegExp, reason: StoreError])[] = [
  [/^53100$/, 'disk_full'], [/^(57014|55P03)$/, 'timeout'], [/^40P01$/, 'deadlock'], [/^(28|3D000|42501|53300|55000)/, 'refused'],
];
/** What the driver says when the server was silent; it has no code. */
const SILENCE = 'Query read timeout';

/** The reason of an error that the store threw. A race that was lost to the end has no cause, unless it was a deadlock. */
export function storeReason(error: unknown): StoreError {
  const isUnavailable = error instanceof StoreUnavailable;
  if (isUnavailable && error.cause === undefined) return 'conflict';
  const cause = isUnavailable ? error.cause : error;
  const state = sqlState(cause);
  const known = state === undefined ? undefined : REASONS.find(([states]) => states.test(state));
  if (known) return known[1];
  if (cause instanceof Error && cause.message === SILENCE) return 'timeout';
  return isUnavailable ? 'connection' : 'other';
}
