/** Spans as the JSON an OTLP receiver takes, for files and other programs. https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
import type { Attributes, AttributeValue, HrTime, SpanContext } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/** The body of one export request. */
export function otlpJson(spans: readonly ReadableSpan[]): string {
  const groups = [...Map.groupBy(spans, ({ resource }) => resource)];
  return JSON.stringify({
    resourceSpans: groups.map(([resource, own]) => ({
      resource: { attributes: pairs(resource.attributes) },
      scopeSpans: [{ scope: own[0]?.instrumentationScope, spans: own.map(spanOf) }],
    })),
  });
}

function spanOf(span: ReadableSpan): unknown {
  const { traceId, spanId, traceState } = span.spanContext();
  return {
    traceId, spanId, ...(traceState && { traceState: traceState.serialize() }), ...(span.parentSpanContext && { parentSpanId: span.parentSpanContext.spanId }),
    flags: flagsOf(span.spanContext()),
    name: span.name, kind: span.kind + 1, // OTLP counts from 1, 0 is "unspecified"
    startTimeUnixNano: nanos(span.startTime), endTimeUnixNano: nanos(span.endTime), attributes: pairs(span.attributes),
    links: span.links.map(({ context, attributes = {} }) => ({ traceId: context.traceId, spanId: context.spanId, flags: flagsOf(context), attributes: pairs(attributes) })),
    status: { code: span.status.code },
  };
}

// Bit 8 says that bit 9, whether the context came from another process, is to be believed: none of ours did.
const flagsOf = ({ traceFlags }: SpanContext): number => traceFlags | 0x100;

// 64-bit numbers are written as text.
const nanos = ([seconds, rest]: HrTime): string => String(BigInt(seconds) * 1_000_000_000n + BigInt(rest));

const pairs = (attributes: Attributes): readonly unknown[] =>
  Object.entries(attributes).flatMap(([key, value]) => (value === undefined ? [] : [{ key, value: valueOf(value) }]));

/** None of our attributes is a list or an object. */
function valueOf(value: AttributeValue): unknown {
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  return { stringValue: String(value) };
}
