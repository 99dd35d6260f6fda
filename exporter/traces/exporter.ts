/** The way out: OTLP over HTTP as protobuf. */
import { diag, DiagLogLevel } from '@opentelemetry/api';
import type { DiagLogger } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import type { SpanExporter } from '@opentelemetry/sdk-trace';

/** Where spans go, as the configuration resolved it. */
export interface TraceTarget {
  /** Complete, `/v1/traces` included. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly compression?: 'none' | 'gzip';
  /** `deployment.environment.name` of every span, e.g. `staging`. */
  readonly environment?: string;
}

type ExporterConfig = NonNullable<ConstructorParameters<typeof OTLPTraceExporter>[0]>;

/**
 * Without a target nothing is exported: the SDK's default of localhost would only fail. Client certificates are read by the exporter
 * itself, from `OTEL_EXPORTER_OTLP_*`.
 * @param timeoutMillis per request, the exporter's own retries included: longer ones only delay the pump's
 */
export function createTraceExporter({ url, headers = {}, compression = 'none' }: TraceTarget, timeoutMillis = 5000): SpanExporter {
  // The enum of compressions is not exported by this package; its values are these words.
  return new OTLPTraceExporter({ url, headers: { ...headers }, timeoutMillis, compression: compression as NonNullable<ExporterConfig['compression']> });
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
