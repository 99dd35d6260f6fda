/** The cheapest client there is, so that what is measured is the server: prepared bytes on kept-alive sockets, one request at a time on each. */
import { connect, type Socket } from 'node:net';

export interface Load {
  readonly port: number;
  readonly connections: number;
  readonly milliseconds: number;
  /** The next request; undefined when there is none left, which ends the round early. */
  readonly next: () => Buffer | undefined;
}

/** Requests answered with 200, and how long that took. */
export interface Measured { readonly answered: number; readonly seconds: number; readonly perSecond: number }

/** Sends until the time is over and every request sent is answered. @throws Error when an answer is not 200 or a connection breaks */
export async function drive({ port, connections, milliseconds, next }: Load): Promise<Measured> {
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)));
  const start = performance.now();
  const until = start + milliseconds;
  let answered = 0;
  try {
    await Promise.all(sockets.map((socket) => new Promise<void>((resolve, reject) => {
      let text = '';
      const send = (): void => {
        const request = performance.now() < until ? next() : undefined;
        if (request) socket.write(request);
        else resolve();
      };
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1');
        if (!isWhole(text)) return;
        if (!text.startsWith('HTTP/1.1 200 ')) return reject(new Error(`answered ${text.slice(0, 40).split('\r\n')[0]}`));
        text = '';
        answered++;
        send();
      });
      socket.once('error', reject).once('close', () => reject(new Error('the server closed a connection')));
      send();
    })));
  } finally {
    for (const socket of sockets) socket.removeAllListeners('close').destroy();
  }
  const seconds = (performance.now() - start) / 1000;
  return { answered, seconds, perSecond: answered / seconds };
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(socket.off('error', reject)));
    socket.once('error', reject);
  });
}

function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1];
  if (length === undefined) throw new Error('an answer without content-length');
  return text.length >= end + 4 + Number(length);
}
