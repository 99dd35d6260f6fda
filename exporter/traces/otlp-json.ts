/** Spans as the JSON an OTLP receiver takes, for files and other programs. https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
import { SpanStatusCode } from '@opentelemetry/api';
import { attributesOf, resourceOf, SCOPE, SPAN_FLAGS, type Span, type SpanAttributes } from './span.ts';

/** The body of one export request. @param environment `deployment.environment.name` of every span */
export function otlpJson(spans: readonly Span[], environment?: string): string {
  return JSON.stringify({
    resourceSpans: [...Map.groupBy(spans, ({ actor }) => actor)].map(([actor, own]) => ({
      resource: { attributes: pairs(resourceOf(actor, environment)) },
      scopeSpans: [{ scope: SCOPE, spans: own.map(spanOf) }],
    })),
  });
}

function spanOf(span: Span): unknown {
  const { trace: { traceId, tracestate }, id, parent } = span;
  return {
    traceId, spanId: id, ...(tracestate && { traceState: tracestate }), ...(parent !== undefined && { parentSpanId: parent }), flags: SPAN_FLAGS,
    name: span.name, kind: span.kind + 1, // OTLP counts from 1, 0 is "unspecified"
    startTimeUnixNano: nanos(span.start), endTimeUnixNano: nanos(span.end), attributes: pairs(attributesOf(span)),
    links: span.links.map(({ attributes, ...to }) => ({ ...to, flags: SPAN_FLAGS, attributes: pairs(attributes) })),
    status: { code: span.failed ? SpanStatusCode.ERROR : SpanStatusCode.UNSET },
  };
}

// 64-bit numbers are written as text.
const nanos = (ms: number): string => String(BigInt(ms) * 1_000_000n);

const pairs = (attributes: SpanAttributes): readonly unknown[] => Object.entries(attributes).map(([key, value]) => ({ key, value: valueOf(value) }));

function valueOf(value: string | number | boolean): unknown {
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  return { stringValue: value };
}
