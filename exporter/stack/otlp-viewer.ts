import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { choosePort, startChild, whenUp } from './child.ts';
import type { Child } from './child.ts';
import type { Logger } from '../log.ts';

/** A trace viewer that runs. */
export interface OtlpViewer {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT: OTLP over HTTP, without `/v1/traces`. */
  readonly endpoint: string;
  /** Page with the traces; `<uiUrl>/api/traces/<trace id>` is one trace, a span per line of JSON. */
  readonly uiUrl: string;
  readonly child: Child;
}

/**
 * Starts a small receiver for traces with a page to look at them, for machines without Tempo. The newest 2,000 traces are kept in `<dataDir>/stack/traces`.
 * @returns undefined when the development package that it is made of is not installed
 * @throws ChildFailed when it does not come up
 */
export async function startOtlpViewer(options: { dataDir: string; log: Logger }): Promise<OtlpViewer | undefined> {
  if (!isInstalled()) return undefined;
  const directory = join(options.dataDir, 'stack');
  const child = await startChild({
    name: 'OTLP viewer',
    command: process.execPath,
    args: [fileURLToPath(new URL('otlp-viewer-server.ts', import.meta.url)), join(directory, 'traces'), String(await choosePort(4318)), String(await choosePort(4319))],
    logFile: join(directory, 'otlp-viewer.log'),
    log: options.log,
  });
  const { endpoint, uiUrl } = await whenUp(child, async () => announced(child.output()));
  return { endpoint, uiUrl, child };
}

function isInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve('@elastic/mockotlpserver');
    return true;
  } catch {
    return false;
  }
}

/** The server prints one line of JSON when both of its ports are open. */
function announced(output: string): { endpoint: string; uiUrl: string } | undefined {
  const line = output.split('\n').find((each) => each.startsWith('{"endpoint"'));
  // Written by our own otlp-viewer-server.ts.
  return line === undefined ? undefined : (JSON.parse(line) as { endpoint: string; uiUrl: string });
}
