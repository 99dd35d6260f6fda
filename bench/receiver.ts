/** An OTLP receiver that takes everything and keeps nothing. */
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';

/** `reading`: decodes every span, as a backend must. `discarding`: does not even look. */
export type Manner = 'reading' | 'discarding';

export interface Receiver {
  /** Base address; `/v1/traces` is added by those who send. */
  readonly url: string;
  close(): Promise<void>;
}

export async function startReceiver(manner: Manner = 'discarding'): Promise<Receiver> {
  const take = manner === 'reading' ? reader() : discard;
  const server = createServer((request, response) => {
    void take(request).then(() => {
      response.setHeader('content-type', 'application/x-protobuf');
      response.end();
    }, () => response.writeHead(400).end());
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

const discard = (request: IncomingMessage): Promise<void> => new Promise((resolve, reject) => { request.resume().once('end', resolve).once('error', reject); });

/** Decodes with functions that protobufjs generates from the published definitions. @throws (rejects) when a body is no export request */
function reader(): (request: IncomingMessage) => Promise<void> {
  // JavaScript without types; this is the part that is used here.
  const { getProtoRoot } = createRequire(import.meta.url)('@elastic/mockotlpserver/lib/proto.js') as { getProtoRoot: () => { lookupType: (name: string) => { decode: (body: Buffer) => unknown } } };
  const type = getProtoRoot().lookupType('opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest');
  return async (request) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer); // no encoding is set
    type.decode(Buffer.concat(chunks));
  };
}

// As a child process it is told its manner, tells its address and ends with its parent.
if (import.meta.main) {
  const { url } = await startReceiver(process.argv[2] as Manner); // traces.ts starts it
  process.once('disconnect', () => process.exit());
  process.send?.(`${url}/v1/traces`);
}
