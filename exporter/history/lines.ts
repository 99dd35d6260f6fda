/** A file of any size as lines: plain or gzip, told apart by its first bytes. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';

/** Lines that are read as a stream, so that their number does not matter. */
export interface Input {
  /** The lines from the beginning; can be asked for again, except of stdin. A line that is too long comes without its text. */
  lines(): AsyncIterable<Line>;
  /** Bytes of the file that were read so far, and its size; undefined for stdin. */
  readonly position: () => { readonly bytes: number; readonly size: number } | undefined;
  /** Whether it can be read a second time. */
  readonly repeatable: boolean;
}

/** One line of an input. */
export interface Line {
  /** From 1. */
  readonly number: number;
  /** Without its end; undefined when longer than {@link LONGEST}. */
  readonly bytes: Buffer | undefined;
}

/** Longest line that is read, in bytes: an event has a few hundred, a ticket with all its comments seldom more than a few hundred thousand. */
export const LONGEST = 16_777_216;

const NEWLINE = 10;

/** @param file a path, or `-` for stdin @throws what the file system throws when it cannot be read */
export async function openInput(file: string): Promise<Input> {
  if (file === '-') return { lines: () => linesOf(plain(process.stdin)), position: () => undefined, repeatable: false };
  const { size } = await stat(file);
  let current: ReturnType<typeof createReadStream> | undefined;
  return {
    repeatable: true,
    position: () => ({ bytes: current?.bytesRead ?? 0, size }),
    lines() {
      current = createReadStream(file, { highWaterMark: 16_384 }); // small, because progress is told by what was read
      return linesOf(plain(current));
    },
  };
}

/** What is inside, whether it is compressed or not. */
async function* plain(stream: NodeJS.ReadableStream): AsyncIterable<Buffer> {
  const source = (stream as AsyncIterable<Buffer>)[Symbol.asyncIterator](); // byte streams give buffers
  const first = await source.next();
  if (first.done) return;
  const whole = async function* (): AsyncIterable<Buffer> {
    yield first.value;
    for (let next = await source.next(); !next.done; next = await source.next()) yield next.value;
  };
  if (first.value[0] !== 0x1f || first.value[1] !== 0x8b) yield* whole();
  else {
    const gunzip = createGunzip();
    const feeding = feed(whole(), gunzip);
    yield* gunzip as AsyncIterable<Buffer>; // it gives buffers too
    await feeding;
  }
}

async function feed(from: AsyncIterable<Buffer>, to: ReturnType<typeof createGunzip>): Promise<void> {
  try {
    for await (const chunk of from) if (!to.write(chunk)) await new Promise((resolve) => to.once('drain', resolve));
    to.end();
  } catch (error) {
    to.destroy(error instanceof Error ? error : new Error('the input cannot be read'));
  }
}

async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncIterable<Line> {
  let number = 0;
  let parts: Buffer[] = [];
  let held = 0;
  const hold = (part: Buffer): void => {
    held += part.length;
    if (held <= LONGEST) parts.push(part);
    else parts = []; // its text is not wanted any more
  };
  const line = (): Line => {
    const bytes = held > LONGEST ? undefined : parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    parts = [];
    held = 0;
    number += 1;
    return { number, bytes };
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      hold(chunk.subarray(from, end));
      from = end + 1;
      yield line();
    }
    if (from < chunk.length) hold(chunk.subarray(from));
  }
  if (held > 0) yield line();
}

/** What was read so far, as a digest that tells whether the beginning of a file is still the same. */
export interface Fingerprint { add(line: Line): void; digest(): string }

/** Starts with nothing read. The digest may be asked for at any time. */
export function createFingerprint(): Fingerprint {
  const hash = createHash('sha256');
  return {
    add: ({ bytes }) => void hash.update(bytes ?? 'too long').update('\n'),
    digest: () => hash.copy().digest('hex'),
  };
}
