import { readFileSync, readdirSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { OWNER } from '../../exporter/store/embedded-cluster.ts';

/** Kills a whole Postgres: the postmaster first, so that it cannot restart or tidy up, and all its processes with it. */
export function killPostgres(dataDir: string): void {
  const postmaster = Number(lockFile(dataDir)[0]);
  const family = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)).map(Number).filter((pid) => parentOf(pid) === postmaster);
  for (const pid of [postmaster, ...family]) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has gone already.
    }
  }
}

/** Of the database of an exporter that keeps its own Postgres. */
export function embeddedUrl(dataDir: string): string {
  const password = readFileSync(join(dataDir, 'postgres', 'replywatch-password'), 'utf8').trim();
  return `postgres://${OWNER}:${encodeURIComponent(password)}@127.0.0.1:${lockFile(dataDir)[3]}/${OWNER}`;
}

/** Lines of `postmaster.pid`: process id, directory, start, port, … */
const lockFile = (dataDir: string): readonly string[] => readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n');

function parentOf(pid: number): number | undefined {
  try {
    return Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]);
  } catch {
    return undefined; // it ended while we looked
  }
}

export interface Address { readonly port: number; close(): void }

/** One address for a Postgres that comes back on another port: what a service name is in production. Whoever connects while it is away is cut off. */
export async function stableAddress(port: () => number): Promise<Address> {
  const open = new Set<Socket>();
  const server = createServer((inside) => {
    const outside = connect(port(), '127.0.0.1');
    inside.pipe(outside).pipe(inside);
    for (const [socket, other] of [[inside, outside], [outside, inside]] as const) {
      open.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined).once('close', () => { open.delete(socket); other.destroy(); });
    }
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    port: (server.address() as AddressInfo).port, // it listens on TCP
    close: () => { server.close(); for (const socket of open) socket.destroy(); },
  };
}
