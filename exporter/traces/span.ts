/** Spans of episodes as plain data: no tracer, no open span in memory. What OTLP makes of them say `otlp-protobuf.ts` and `otlp-json.ts`. */
import { SpanKind } from '@opentelemetry/api';
import { spanIdFor } from './ids.ts';

/** Whom a span is about: its `service.name`, by which trace views colour. */
export const ACTORS = ['conversation', 'bot', 'queue', 'agent', 'customer', 'hold', 'delivery'] as const;
export type Actor = (typeof ACTORS)[number];

/** Whole numbers are written as such, others as floating point. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** To a span of another trace. */
export interface SpanLink { readonly traceId: string; readonly spanId: string; readonly attributes: SpanAttributes }

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
  readonly attributes: SpanAttributes;
  readonly links?: readonly SpanLink[];
  /** Whether this is a failure; its reason belongs into `error.type`, never into free text. */
  readonly failed?: boolean;
}

/** What all spans of one trace say. */
export interface TraceHead {
  /** 32 hex digits. */
  readonly traceId: string;
  /** W3C trace state; may be empty. */
  readonly tracestate: string;
  readonly attributes: SpanAttributes;
}

/** Times: whole epoch milliseconds UTC, the end not before the start. */
export interface Span extends Required<Omit<SpanInput, 'key' | 'parentKey'>> {
  readonly trace: TraceHead;
  /** 16 hex digits. */
  readonly id: string;
  readonly parent: string | undefined;
}

/** A builder for the spans of one trace. */
export function spanBuilder(trace: TraceHead): (input: SpanInput) => Span {
  const ids = new Map<string, string>(); // a parent's is asked for by each of its children
  const idOf = (key: string): string => {
    let id = ids.get(key);
    if (id === undefined) ids.set(key, id = spanIdFor(trace.traceId, key));
    return id;
  };
  return ({ key, parentKey, name, start, end, actor, kind = SpanKind.INTERNAL, attributes, links = NO_LINKS, failed = false }) => ({
    trace, id: idOf(key), parent: parentKey === undefined ? undefined : idOf(parentKey), name, kind, start: Math.round(start), end: Math.round(Math.max(start, end)),
    actor, attributes, links, failed,
  });
}

const NO_LINKS: readonly SpanLink[] = [];

/** Everything a span says. */
export const attributesOf = ({ trace, attributes }: Span): SpanAttributes => ({ ...trace.attributes, ...attributes });

/** The resource of an actor. Nothing about process or host: a span must be the same, whichever replica sends it. */
export const resourceOf = (actor: Actor, environment?: string): SpanAttributes =>
  ({ 'service.name': actor, 'service.namespace': 'conversations', ...(environment === undefined ? {} : { 'deployment.environment.name': environment }) });

/** Not the product's version: what was sent once must read the same after an upgrade. */
export const SCOPE = { name: 'replywatch.conversations', version: '1' };

/** Sampled; bit 8 says that bit 9, whether the context came from another process, is to be believed: none of ours did. */
export const SPAN_FLAGS = 0x101;
