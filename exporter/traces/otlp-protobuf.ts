/**
 * Spans as the protobuf body of an OTLP request: byte for byte what the library makes of the same spans, in a quarter of the time, because
 * it is written in one pass, and once per trace what all its spans say. Fields are named by their numbers.
 * https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
 */
import { SpanStatusCode } from '@opentelemetry/api';
import { ProtobufWriter } from './protobuf.ts';
import { resourceOf, SCOPE, SPAN_FLAGS, type Span, type SpanAttributes, type SpanLink, type TraceHead } from './span.ts';

/** A function that makes bodies; it keeps its buffers. @param environment `deployment.environment.name` of every span */
export function createSpanWriter(environment?: string): (spans: readonly Span[]) => Uint8Array {
  const writer = new ProtobufWriter();
  const side = new ProtobufWriter();
  return (spans) => {
    writer.clear();
    side.clear();
    const heads = new Map<TraceHead, Head>();
    const headOf = (trace: TraceHead): Head => {
      let head = heads.get(trace);
      if (!head) heads.set(trace, head = writtenHead(side, trace));
      return head;
    };
    for (const [actor, own] of Map.groupBy(spans, (span) => span.actor)) {
      const group = writer.begin(1, 3);
      const resource = writer.begin(1, 1);
      writeAttributes(writer, 1, resourceOf(actor, environment));
      writer.number(2, 0);
      writer.end(resource, 1);
      const scoped = writer.begin(2, 3);
      const scope = writer.begin(1, 1);
      writer.text(1, SCOPE.name);
      writer.text(2, SCOPE.version);
      writer.end(scope, 1);
      for (const span of own) writeSpan(writer, span, headOf(span.trace));
      writer.end(scoped, 3);
      writer.end(group, 3);
    }
    return writer.finish();
  };
}

/** Fields that are the same in all spans of a trace. */
interface Head { readonly id: Uint8Array; readonly attributes: Uint8Array }

function writtenHead(writer: ProtobufWriter, { traceId, attributes }: TraceHead): Head {
  writer.hex(1, traceId);
  const id = writer.finish();
  writeAttributes(writer, 9, attributes);
  return { id, attributes: writer.finish() };
}

function writeSpan(writer: ProtobufWriter, span: Span, head: Head): void {
  const start = writer.begin(2, 2);
  writer.append(head.id);
  writer.hex(2, span.id);
  if (span.trace.tracestate) writer.text(3, span.trace.tracestate);
  if (span.parent !== undefined) writer.hex(4, span.parent);
  writer.text(5, span.name);
  writer.number(6, span.kind + 1); // 0 is "unspecified"
  writeTime(writer, 7, span.start);
  writeTime(writer, 8, span.end);
  writer.append(head.attributes);
  writeAttributes(writer, 9, span.attributes);
  writer.number(10, 0); // these counts are of what was left out, of which there is nothing
  writer.number(12, 0);
  for (const link of span.links) writeLink(writer, link);
  writer.number(14, 0);
  const status = writer.begin(15, 1);
  writer.number(3, span.failed ? SpanStatusCode.ERROR : SpanStatusCode.UNSET);
  writer.end(status, 1);
  writer.fixed32(16, SPAN_FLAGS);
  writer.end(start, 2);
}

function writeLink(writer: ProtobufWriter, { traceId, spanId, attributes }: SpanLink): void {
  const start = writer.begin(13, 1);
  writer.hex(1, traceId);
  writer.hex(2, spanId);
  writeAttributes(writer, 4, attributes);
  writer.number(5, 0);
  writer.fixed32(6, SPAN_FLAGS);
  writer.end(start, 1);
}

/** Nanoseconds need 61 bits: milliseconds times 1e6 is computed in two parts, each of which is exact. */
function writeTime(writer: ProtobufWriter, field: number, ms: number): void {
  const low = (ms % 0x1_0000) * 1e6;
  const high = Math.floor(ms / 0x1_0000) * 1e6 + Math.floor(low / 0x1_0000);
  writer.fixed64(field, Math.floor(high / 0x1_0000), (high % 0x1_0000) * 0x1_0000 + (low % 0x1_0000));
}

function writeAttributes(writer: ProtobufWriter, field: number, attributes: SpanAttributes): void {
  for (const key in attributes) {
    const value = attributes[key]!;
    const pair = writer.begin(field, 1);
    writer.text(1, key);
    const any = writer.begin(2, 1);
    if (typeof value === 'string') writer.text(1, value);
    else if (typeof value === 'boolean') writer.number(2, value ? 1 : 0);
    else if (Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63) writer.number(3, value);
    else writer.double(4, value);
    writer.end(any, 1);
    writer.end(pair, 1);
  }
}
