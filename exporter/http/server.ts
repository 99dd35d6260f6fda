import type { RequestListener } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

// Imported by name, the module would bring Node's client along, a twentieth of a second at every start.
const { createServer } = process.getBuiltinModule('node:http');

/** A server that takes connections. */
export interface Listening {
  readonly port: number;
  /** Lets busy senders hear that we stop, takes no new connections, waits up to `graceMs` for answers under way, then cuts what is left. */
  close(graceMs: number): Promise<void>;
}

/** A request that is not complete after this long is cut, with 408: slow senders must not hold connections. */
export const RECEIVE_SECONDS = 10;

/** A connection that seems idle may have a request on its way; by now it was answered, and the connection closed, by who serves. */
const FAREWELL_MS = 150;

/** Starts to serve. Port 0 takes any free one. @throws when the address cannot be used */
export async function listen(app: RequestListener, host: string, port: number): Promise<Listening> {
  const server = createServer({
    requestTimeout: RECEIVE_SECONDS * 1000, headersTimeout: RECEIVE_SECONDS * 1000, connectionsCheckingInterval: 1_000,
    keepAliveTimeout: 65_000, // longer than common load balancers keep theirs
  }, app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    port: address.port,
    close: (graceMs) => sleep(Math.min(graceMs, FAREWELL_MS)).then(() => new Promise((resolve) => {
      const cut = setTimeout(() => server.closeAllConnections(), graceMs);
      // A kept-alive connection whose answer ends later would keep the server open.
      const sweep = setInterval(() => server.closeIdleConnections(), 20);
      server.close(() => {
        clearTimeout(cut);
        clearInterval(sweep);
        resolve();
      });
      server.closeIdleConnections();
    })),
  };
}
