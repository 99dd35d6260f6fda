/** The exporter's own technical spans: webhook batches, scrapes, rollup runs, trace exports. Off costs nothing, not even the SDK's import. */
import type { Attributes, Span, SpanContext } from '@opentelemetry/api';
import { createSdkExporter } from './exporter.ts';
import type { TraceTarget } from './exporter.ts';

/** The closed list of span names, with the share of each that is sampled by default, 0 to 1. */
export const SELF_SPANS = { 'webhook batch': 0.01, scrape: 0.01, 'rollup run': 1, 'trace export': 1 } as const;
export type SelfSpan = keyof typeof SELF_SPANS;

/** Links of one span; a backend keeps 128 at most by default, and a reader follows the first. */
const LINKS = 16;

export interface SelfTracing {
  /** Runs `fn` in a span; a throw makes it an error span and goes on to the caller. Spans inside become its children. */
  span<T>(name: SelfSpan, attributes: Attributes, fn: () => Promise<T>): Promise<T>;
  /** A span that took `seconds` and is just over. `errorType`, from a closed list, makes it an error span; `about` are spans it had to do with, of which the first are linked. */
  record(name: SelfSpan, seconds: number, attributes: Attributes, errorType?: string, about?: readonly SpanContext[]): void;
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
  /** Epoch milliseconds UTC. */
  readonly now?: () => number;
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
    resource: resourceFromAttributes({
      'service.name': 'replywatch', 'service.namespace': 'replywatch', 'service.version': options.version,
      ...(options.target.environment !== undefined && { 'deployment.environment.name': options.target.environment }),
    }),
    traceExporter: createSdkExporter(options.target),
    // Without these two it would start exporters of metrics and logs of its own.
    metricReaders: [], logRecordProcessors: [],
    instrumentations: [], textMapPropagator: null,
  });
  sdk.start();
  const tracer = api.trace.getTracer('replywatch', options.version);
  const { random = Math.random, now = Date.now } = options;
  const sampled = (name: SelfSpan): boolean => random() < (options.ratios?.[name] ?? SELF_SPANS[name]);
  return {
    span(name, attributes, fn) {
      if (!sampled(name)) return fn();
      return tracer.startActiveSpan(name, { attributes }, async (span) => {
        try {
          return await fn();
        } catch (error) {
          fail(span, typeOf(error), api.SpanStatusCode.ERROR);
          throw error;
        } finally {
          span.end();
        }
      });
    },
    record(name, seconds, attributes, errorType, about = []) {
      if (!sampled(name)) return;
      const end = now();
      const span = tracer.startSpan(name, { attributes, startTime: end - seconds * 1000, links: about.slice(0, LINKS).map((context) => ({ context })) });
      if (errorType !== undefined) fail(span, errorType, api.SpanStatusCode.ERROR);
      span.end(end);
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
const typeOf = (error: unknown): string => (error instanceof Error ? ('code' in error && typeof error.code === 'string' ? error.code : error.name) : 'unknown');

function fail(span: Span, type: string, code: 2): void {
  span.setAttribute('error.type', type);
  span.setStatus({ code });
}
