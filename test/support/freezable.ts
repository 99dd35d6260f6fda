import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to the server that can stop passing anything on, without closing; `alter` changes what is sent to the server. */
export async function freezable(to: number, alter = (chunk: Buffer): Buffer => chunk): Promise<{ readonly port: number; freeze(): () => void; close(): void }> {
  const pairs: [Socket, Socket][] = [];
  let frozen = false;
  const server = createServer((client) => {
    const upstream = connect(to, '127.0.0.1');
    pairs.push([client, upstream]);
    client.on('data', (chunk) => { if (!frozen) upstream.write(alter(chunk)); }).on('error', () => undefined).on('close', () => upstream.destroy());
    upstream.on('data', (chunk) => { if (!frozen) client.write(chunk); }).on('error', () => undefined).on('close', () => client.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port, // a TCP server that listens
    freeze: () => { frozen = true; return () => { frozen = false; }; },
    close: () => { server.close(); for (const pair of pairs) for (const socket of pair) socket.destroy(); },
  };
}
