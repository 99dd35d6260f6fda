/** What lies around the process and can end: the disk of the data directory, and the certificate of the public address. */
import { once } from 'node:events';
import { statfs } from 'node:fs/promises';
import { connect } from 'node:tls';
import { startLoop, type Loop } from './loop.ts';
import type { ProcessMetrics } from './metrics/process.ts';

/** What is looked at, and whom it tells. */
export interface SurroundingsOptions {
  readonly dataDir: string;
  /** Absent, or not https: no certificate is looked at. */
  readonly publicUrl?: string | undefined;
  readonly metrics: Pick<ProcessMetrics, 'disk' | 'certificate'>;
  /** What could not be read; the metrics keep what was known before. */
  readonly onError: (error: unknown) => void;
}

const DISK_MS = 60_000;
const CERTIFICATE_MS = 3_600_000;
const CONNECT_MS = 10_000;

/** Looks at the disk every minute and at the certificate every hour. */
export function startSurroundings({ dataDir, publicUrl, metrics, onError }: SurroundingsOptions): Loop {
  const stopping = new AbortController();
  const loops = [startLoop(DISK_MS, async () => {
    const { bavail, blocks, bsize } = await statfs(dataDir);
    metrics.disk(bavail * bsize, blocks * bsize);
  }, onError)];
  const url = publicUrl === undefined ? undefined : new URL(publicUrl);
  if (url?.protocol === 'https:') {
    loops.push(startLoop(CERTIFICATE_MS, async () => metrics.certificate(url.hostname, await certificateEnd(url, stopping.signal)), (error) => {
      if (!stopping.signal.aborted) onError(error);
    }));
  }
  return {
    async stop() {
      stopping.abort();
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
}

/** Epoch milliseconds at which the certificate ends that this address shows. One that is not trusted has an end as well. @throws Error when nobody answers in time */
export async function certificateEnd({ hostname, port }: Pick<URL, 'hostname' | 'port'>, signal?: AbortSignal): Promise<number> {
  const socket = connect({ host: hostname, servername: hostname, port: Number(port || 443), rejectUnauthorized: false, timeout: CONNECT_MS });
  try {
    socket.once('timeout', () => socket.destroy(new Error(`no certificate within ${CONNECT_MS / 1000} s`)));
    await once(socket, 'secureConnect', signal ? { signal } : {});
    return Date.parse(socket.getPeerCertificate().valid_to);
  } finally {
    socket.destroy();
  }
}
