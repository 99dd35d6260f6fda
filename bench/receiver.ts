/** An OTLP receiver that takes everything and keeps nothing. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Receiver {
  /** Base address; `/v1/traces` is added by those who send. */
  readonly url: string;
  close(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const server = createServer((request, response) => {
    request.resume().once('end', () => {
      response.setHeader('content-type', 'application/x-protobuf');
      response.end();
    });
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as AddressInfo; // listening on TCP
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}

// As a child process it tells its address and ends with its parent.
if (import.meta.main) {
  const { url } = await startReceiver();
  process.once('disconnect', () => process.exit());
  process.send?.(`${url}/v1/traces`);
}
