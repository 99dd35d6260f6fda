/** What a failed export means: try again, or not. */

export const FAILURE_REASONS = ['unavailable', 'timeout', 'transport', 'refused', 'server_error'] as const;
/** `unavailable`: 429, 502, 503, 504. `refused`: 401, 403, 404, 405, 407, 408, which somebody has to put right. `server_error`: any other status but 4xx. */
export type FailureReason = (typeof FAILURE_REASONS)[number];

export type Failure =
  | { readonly permanent: false; readonly reason: FailureReason }
  | { readonly permanent: true; readonly reason: 'rejected' | 'too_large' };

/** Wrong credentials or a wrong path say nothing about the spans: the outbox keeps them until the configuration is right. */
const NOT_ABOUT_SPANS = [401, 403, 404, 405, 407, 408];

/** Reads the error of an OTLP exporter: `code` is the HTTP status, the system's error code, or absent after its own retries. */
export function failureOf(error: Error | undefined): Failure {
  const code: unknown = error && 'code' in error ? error.code : undefined;
  if (typeof code === 'string') return { permanent: false, reason: code === 'ETIMEDOUT' ? 'timeout' : 'transport' };
  if (typeof code !== 'number') return { permanent: false, reason: error?.message === 'Request timed out' ? 'timeout' : 'unavailable' };
  if (code === 413) return { permanent: true, reason: 'too_large' };
  if (NOT_ABOUT_SPANS.includes(code)) return { permanent: false, reason: 'refused' };
  if (code === 429 || code === 502 || code === 503 || code === 504) return { permanent: false, reason: 'unavailable' };
  return code >= 400 && code < 500 ? { permanent: true, reason: 'rejected' } : { permanent: false, reason: 'server_error' };
}
