/** Ids and the sampling decision of conversation traces: the same input gives the same id on every replica and after every restart. */
import { createHmac, hash } from 'node:crypto';

/**
 * 32 hex digits for one episode. Keyed, so that nobody who knows a conversation's pseudonym can name its trace without the key;
 * the key is never rotated, or episodes sent again would get new ids.
 * @param number of the episode within its conversation, from 1
 * @param part of the episode, from 0: an episode too long for one trace goes on in the next part
 */
export function traceIdFor(key: string, conversation: string, number: number, part = 0): string {
  return nonZero(createHmac('sha256', key).update(`trace\0${conversation}\0${number}\0${part}`).digest('hex').slice(0, 32));
}

/** 16 hex digits for one span; `spanKey` is unique within the trace and says what the span is, e.g. `phase:1772445600000`. */
export function spanIdFor(traceId: string, spanKey: string): string {
  // `hash` in one call costs a quarter to a half of `createHash`, and there is one per span.
  return nonZero(hash('sha256', `${traceId}\0${spanKey}`, 'hex').slice(0, 16));
}

const ALL = 1n << 56n;

/** The lowest value of the trace id's last 56 bits that is kept at this ratio (0 to 1). 2^56: nothing is. */
export function threshold(ratio: number): bigint {
  if (ratio >= 1) return 0n;
  if (!(ratio > 0)) return ALL;
  return ALL - BigInt(Math.round(ratio * 2 ** 56));
}

/** What was decided about one trace. */
export interface Decision {
  readonly keep: boolean;
  /** Name of the rule that kept it, or `ratio`. */
  readonly reason: string;
  /** W3C trace state with OpenTelemetry's sampling threshold: how many traces this one stands for. */
  readonly tracestate: string;
}

/**
 * A rule that fired keeps the trace for itself alone (threshold 0); otherwise the ratio decides, consistently, on the trace id.
 * @param traceId undefined where a rule fired or the ratio is 1
 */
export function decide(traceId: string | undefined, ratio: number, rules: readonly string[]): Decision {
  const [rule] = rules;
  if (rule !== undefined) return { keep: true, reason: rule, tracestate: tracestateFor(rule, ratio) };
  const limit = threshold(ratio);
  return { keep: limit === 0n || (limit < ALL && traceId !== undefined && BigInt(`0x${traceId.slice(18)}`) >= limit), reason: RATIO, tracestate: tracestateFor(RATIO, ratio) };
}

/** The reason of a trace that only the ratio kept. */
export const RATIO = 'ratio';

/** `ot=th:` is hexadecimal without trailing zeros. https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/ */
export function tracestateFor(reason: string, ratio: number): string {
  const limit = reason === RATIO ? threshold(ratio) : 0n;
  if (limit >= ALL) return ''; // kept by nothing: there is no probability to state
  return `ot=th:${limit === 0n ? '0' : limit.toString(16).padStart(14, '0').replace(/0+$/, '')}`;
}

// All zeros is "no id" to every backend.
const nonZero = (hex: string): string => (/^0+$/.test(hex) ? `${hex.slice(0, -1)}1` : hex);
