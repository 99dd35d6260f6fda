/** The way out: OTLP over HTTP as protobuf, configured by the standard `OTEL_EXPORTER_OTLP_*` variables. */
import { diag, DiagLogLevel } from '@opentelemetry/api';
import type { DiagLogger } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import type { SpanExporter } from '@opentelemetry/sdk-trace';

/** The environment as `config` read it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Whether traces have somewhere to go. Without an endpoint nothing is exported: the SDK's default of localhost would only fail. */
export function tracesEnabled(env: Environment): boolean {
  if (env.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true' || env.OTEL_TRACES_EXPORTER?.trim() === 'none') return false;
  return [env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, env.OTEL_EXPORTER_OTLP_ENDPOINT].some((endpoint) => (endpoint ?? '').trim() !== '');
}

/**
 * Endpoint, headers, compression and certificates come from the process's `OTEL_EXPORTER_OTLP_*`, which the exporter reads itself.
 * @param url of the traces endpoint, instead of those variables
 * @param timeoutMillis per request, the exporter's own retries included: longer ones only delay the pump's
 * @returns undefined when there is no endpoint
 */
export function createTraceExporter(env: Environment, { url, timeoutMillis = 5000 }: { url?: string; timeoutMillis?: number } = {}): SpanExporter | undefined {
  if (url === undefined && !tracesEnabled(env)) return undefined;
  return new OTLPTraceExporter({ timeoutMillis, ...(url === undefined ? {} : { url }) });
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
