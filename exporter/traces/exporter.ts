/** The way out: OTLP over HTTP as protobuf. */
import { diag, DiagLogLevel } from '@opentelemetry/api';
import type { DiagLogger } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { OTLPExporterBase } from '@opentelemetry/otlp-exporter-base';
import { convertLegacyHttpOptions, createOtlpHttpExportDelegate } from '@opentelemetry/otlp-exporter-base/node-http';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { createSpanWriter } from './otlp-protobuf.ts';
import type { Span } from './span.ts';

/** Where spans go, as the configuration resolved it. */
export interface TraceTarget {
  /** Complete, `/v1/traces` included. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly compression?: 'none' | 'gzip';
  /** `deployment.environment.name` of every span, e.g. `staging`. */
  readonly environment?: string;
}

/** Takes the spans of episodes; what became of a request is told to the callback. */
export type TraceExporter = Pick<OTLPExporterBase<readonly Span[]>, 'export' | 'shutdown'>;

/**
 * The library's way over HTTP, with a serializer of our own: the library's takes as long as everything before it. Without a target nothing is
 * exported: the SDK's default of localhost would only fail. Client certificates are read by the library itself, from `OTEL_EXPORTER_OTLP_*`.
 * @param timeoutMillis per request, the library's own retries included: longer ones only delay the pump's
 */
export function createTraceExporter(target: TraceTarget, timeoutMillis = 5000): TraceExporter {
  const http = convertLegacyHttpOptions(configOf(target, timeoutMillis), 'TRACES', 'v1/traces', { 'Content-Type': 'application/x-protobuf' });
  const serializer = { ...ProtobufTraceSerializer, serializeRequest: createSpanWriter(target.environment) };
  const counted = { name: 'span', countItems: (spans: readonly Span[]) => spans.length } as const; // for meters, of which there are none
  return new OTLPExporterBase(createOtlpHttpExportDelegate(http, serializer, 'otlp_http_span_exporter', counted, undefined));
}

/** The same way for spans of the SDK. */
export const createSdkExporter = (target: TraceTarget): SpanExporter => new OTLPTraceExporter(configOf(target, 5000));

type HttpConfig = NonNullable<ConstructorParameters<typeof OTLPTraceExporter>[0]>;

function configOf({ url, headers = {}, compression = 'none' }: TraceTarget, timeoutMillis: number): HttpConfig {
  // The enum of compressions is not exported by this package; its values are these words.
  return { url, headers: { ...headers }, timeoutMillis, compression: compression as NonNullable<HttpConfig['compression']> };
}

export interface DiagnosticsHooks {
  /** A request was accepted, but not all of it. `spans`: how many the backend refused. */
  readonly partialSuccess: (spans: number) => void;
  /** Anything else the SDK warns of. The text never holds span contents. */
  readonly warn: (message: string) => void;
}

/** The exporter reports a partial success as success and only warns about it; this listens to the warning. One listener per process. */
export function watchDiagnostics(hooks: DiagnosticsHooks): () => void {
  const silent = (): void => undefined;
  const warn: DiagLogger['warn'] = (message, ...details) => {
    if (message.startsWith('Received Partial Success response')) hooks.partialSuccess(rejectedSpans(details[0]));
    else hooks.warn(message);
  };
  diag.setLogger({ error: (message) => hooks.warn(message), warn, info: silent, debug: silent, verbose: silent },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  return () => diag.disable();
}

function rejectedSpans(detail: unknown): number {
  try {
    // {"rejectedSpans":3,"errorMessage":"…"}; a 64-bit number may be written as text.
    const spans = Number((JSON.parse(String(detail)) as { rejectedSpans?: unknown }).rejectedSpans);
    return Number.isFinite(spans) ? spans : 0;
  } catch {
    return 0; // only a message came, which is a warning, not a refusal
  }
}
