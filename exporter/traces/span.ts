/** Plain span objects in the shape OTLP exporters take: no tracer, no open span in memory. */
import { SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import type { Attributes, HrTime, Link, SpanContext } from '@opentelemetry/api';
import { TraceState } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { spanIdFor } from './ids.ts';

/** Whom a span is about: its `service.name`, by which trace views colour. */
export const ACTORS = ['conversation', 'bot', 'queue', 'agent', 'customer', 'hold', 'delivery'] as const;
export type Actor = (typeof ACTORS)[number];
export type ResourceFor = (actor: Actor) => Resource;

/**
 * One constant resource per actor. Nothing about process or host: a span must be the same, whichever replica sends it.
 * The serializer groups spans by object identity, so make these once.
 */
export function createResources(environment?: string): ResourceFor {
  const made = Object.fromEntries(ACTORS.map((actor) => [actor, resourceFromAttributes({
    'service.name': actor, 'service.namespace': 'conversations', ...(environment === undefined ? {} : { 'deployment.environment.name': environment }),
  })])) as Record<Actor, Resource>; // fromEntries forgets the keys
  return (actor) => made[actor];
}

export interface SpanInput {
  /** Unique within the trace; the span id is made of it. */
  readonly key: string;
  readonly parentKey?: string;
  readonly name: string;
  /** Epoch milliseconds UTC. */
  readonly start: number;
  /** Epoch milliseconds UTC; an end before the start becomes the start. */
  readonly end: number;
  readonly actor: Actor;
  readonly kind?: SpanKind;
  /** Beside those that all spans of the trace carry. */
  readonly attributes: Attributes;
  readonly links?: Link[];
  /** Whether this is a failure; its reason belongs into `error.type`, never into free text. */
  readonly failed?: boolean;
}

export type BuildSpan = (input: SpanInput) => ReadableSpan;

/** A builder for the spans of one trace. @param common attributes of all of them */
export function spanBuilder(traceId: string, tracestate: string, resourceFor: ResourceFor, common: Attributes): BuildSpan {
  const state = new TraceState(tracestate);
  const contexts = new Map<string, SpanContext>(); // a parent's is asked for by each of its children
  const contextOf = (key: string): SpanContext => {
    let context = contexts.get(key);
    if (!context) contexts.set(key, context = { traceId, spanId: spanIdFor(traceId, key), traceFlags: TraceFlags.SAMPLED, traceState: state });
    return context;
  };
  return (input) => {
    const own = contextOf(input.key);
    const end = Math.max(input.start, input.end);
    const span: Writable<ReadableSpan> = {
      name: input.name, kind: input.kind ?? SpanKind.INTERNAL, spanContext: () => own,
      startTime: hrTime(input.start), endTime: hrTime(end), duration: hrTime(end - input.start),
      status: { code: input.failed ? SpanStatusCode.ERROR : SpanStatusCode.UNSET },
      attributes: { ...common, ...input.attributes }, links: input.links ?? [], events: [], ended: true, resource: resourceFor(input.actor), instrumentationScope: SCOPE,
      droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0,
    };
    if (input.parentKey !== undefined) span.parentSpanContext = contextOf(input.parentKey); // in the literal, as `...(…)`, it costs a microsecond
    return span;
  };
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

// Not the product's version: what was sent once must read the same after an upgrade.
const SCOPE = { name: 'replywatch.conversations', version: '1' };

// Whole milliseconds keep the nanoseconds below 1e9, as HrTime demands.
const hrTime = (ms: number): HrTime => [Math.floor(ms / 1000), Math.round(ms % 1000) * 1_000_000];
