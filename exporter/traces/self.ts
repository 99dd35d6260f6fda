/** The exporter's own technical spans: webhook batches, rollup runs, trace exports. Off costs nothing, not even the SDK's import. */
import type { Attributes, Span } from '@opentelemetry/api';
import { createTraceExporter } from './exporter.ts';
import type { TraceTarget } from './exporter.ts';

/** The closed list of span names, with the share of each that is sampled by default, 0 to 1. */
export const SELF_SPANS = { 'webhook batch': 0.01, 'rollup run': 1, 'trace export': 1 } as const;
export type SelfSpan = keyof typeof SELF_SPANS;

export interface SelfTracing {
  /** Runs `fn` in a span; a throw makes it an error span and goes on to the caller. Spans inside become its children. */
  span<T>(name: SelfSpan, attributes: Attributes, fn: () => Promise<T>): Promise<T>;
  /** A span that is over. `start`, `end`: epoch milliseconds UTC. */
  record(name: SelfSpan, start: number, end: number, attributes: Attributes): void;
  /** Sends what is left, within `graceMs`. */
  shutdown(): Promise<void>;
}

export interface SelfTracingOptions {
  /** Absent: off. */
  readonly target: TraceTarget | undefined;
  readonly version: string;
  /** Share that is sampled, per name, 0 to 1. */
  readonly ratios?: Readonly<Partial<Record<SelfSpan, number>>>;
  /** Milliseconds a shutdown may take. Default 5 s. */
  readonly graceMs?: number;
  readonly random?: () => number;
}

/** What there is without a target. */
export const NO_TRACING: SelfTracing = { span: (_name, _attributes, fn) => fn(), record: () => undefined, shutdown: async () => undefined };

/**
 * Starts the SDK when there is a target. At most one per process: it registers globally. `OTEL_SDK_DISABLED` leaves no target; the SDK
 * would heed it as well.
 */
export async function startSelfTracing(options: SelfTracingOptions): Promise<SelfTracing> {
  if (!options.target) return NO_TRACING;
  // Imported only now: it costs four times the time and three times the memory of the exporter alone.
  const [{ NodeSDK }, { resourceFromAttributes }, api] = await Promise.all([
    import('@opentelemetry/sdk-node'), import('@opentelemetry/resources'), import('@opentelemetry/api'),
  ]);
  const sdk = new NodeSDK({
    // Ours alone: the default resource holds the command line, the owner and the host.
    autoDetectResources: false,
    resource: resourceFromAttributes({ 'service.name': 'replywatch', 'service.namespace': 'replywatch', 'service.version': options.version }),
    traceExporter: createTraceExporter(options.target),
    // Without these two it would start exporters of metrics and logs of its own.
    metricReaders: [], logRecordProcessors: [],
    instrumentations: [], textMapPropagator: null,
  });
  sdk.start();
  const tracer = api.trace.getTracer('replywatch', options.version);
  const random = options.random ?? Math.random;
  const sampled = (name: SelfSpan): boolean => random() < (options.ratios?.[name] ?? SELF_SPANS[name]);
  return {
    span(name, attributes, fn) {
      if (!sampled(name)) return fn();
      return tracer.startActiveSpan(name, { attributes }, async (span) => {
        try {
          return await fn();
        } catch (error) {
          fail(span, error, api.SpanStatusCode.ERROR);
          throw error;
        } finally {
          span.end();
        }
      });
    },
    record(name, start, end, attributes) {
      if (sampled(name)) tracer.startSpan(name, { attributes, startTime: start }).end(Math.max(start, end));
    },
    async shutdown() {
      const late = new Promise<void>((resolve) => { setTimeout(resolve, options.graceMs ?? 5000).unref(); });
      await Promise.race([sdk.shutdown().catch(() => undefined), late]); // a backend that is away must not hold the exit up
      api.trace.disable();
      api.context.disable();
    },
  };
}

/** The error's class and code only: messages may quote data. */
function fail(span: Span, error: unknown, code: 2): void {
  const type = error instanceof Error ? ('code' in error && typeof error.code === 'string' ? error.code : error.name) : 'unknown';
  span.setAttribute('error.type', type);
  span.setStatus({ code });
}
