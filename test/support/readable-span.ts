/** Our spans in the shape that OpenTelemetry's own exporters take, to compare with them. */
import { SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import type { HrTime, SpanContext } from '@opentelemetry/api';
import { TraceState } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { ACTORS, attributesOf, resourceOf, SCOPE, type Actor, type Span } from '../../exporter/traces/span.ts';

/** A function, because the library tells resources apart by identity. */
export function readableSpans(environment?: string): (span: Span) => ReadableSpan {
  const resources = new Map<Actor, Resource>(ACTORS.map((actor) => [actor, resourceFromAttributes(resourceOf(actor, environment))]));
  return (span) => {
    const contextOf = (spanId: string): SpanContext =>
      ({ traceId: span.trace.traceId, spanId, traceFlags: TraceFlags.SAMPLED, traceState: new TraceState(span.trace.tracestate) });
    const own = contextOf(span.id);
    return {
      name: span.name, kind: span.kind, spanContext: () => own, ...(span.parent !== undefined && { parentSpanContext: contextOf(span.parent) }),
      startTime: hrTime(span.start), endTime: hrTime(span.end), duration: hrTime(span.end - span.start),
      status: { code: span.failed ? SpanStatusCode.ERROR : SpanStatusCode.UNSET }, attributes: attributesOf(span),
      links: span.links.map(({ attributes, ...to }) => ({ context: { ...to, traceFlags: TraceFlags.SAMPLED }, attributes })),
      events: [], ended: true, resource: resources.get(span.actor)!, instrumentationScope: SCOPE, droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0,
    };
  };
}

const hrTime = (ms: number): HrTime => [Math.floor(ms / 1000), (ms % 1000) * 1_000_000];
