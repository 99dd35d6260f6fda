/** Protobuf messages, written in one pass into a buffer that is used again and again. https://protobuf.dev/programming-guides/encoding/ */

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

/** Bytes that a tag, a length or a number take at most. */
const HEADER = 16;

export class ProtobufWriter {
  private bytes = Buffer.allocUnsafeSlow(1 << 16);
  private at = 0;

  /** Forgets what a writing that threw has left. */
  clear(): void {
    this.at = 0;
  }

  /** A copy of what was written; the writer begins anew. */
  finish(): Uint8Array {
    const written = Uint8Array.prototype.slice.call(this.bytes, 0, this.at);
    this.at = 0;
    return written;
  }

  /** Opens a message. @param lengthBytes how many bytes its length will take, most likely; `end` wants the same @returns what `end` wants */
  begin(field: number, lengthBytes: number): number {
    this.tag(field, LENGTH);
    this.at += lengthBytes;
    return this.at;
  }

  /** Closes it; where its length takes another number of bytes, what was written moves. */
  end(start: number, lengthBytes: number): void {
    const length = this.at - start;
    const needed = sizeOf(length);
    if (needed !== lengthBytes) {
      this.room(HEADER);
      this.bytes.copyWithin(start + needed - lengthBytes, start, this.at);
    }
    this.at = start - lengthBytes;
    this.varint(length);
    this.at += length;
  }

  /** Fields that were written elsewhere. */
  append(fields: Uint8Array): void {
    this.room(fields.length);
    this.bytes.set(fields, this.at);
    this.at += fields.length;
  }

  /** @param value whole, from -2^63, below 2^63 */
  number(field: number, value: number): void {
    this.tag(field, VARINT);
    if (value >= 0 && value < 2 ** 31) this.varint(value);
    else this.longVarint(value);
  }

  double(field: number, value: number): void {
    this.tag(field, FIXED64);
    this.at = this.bytes.writeDoubleLE(value, this.at);
  }

  fixed32(field: number, value: number): void {
    this.tag(field, FIXED32);
    this.word(value);
  }

  /** @param high upper 32 bits @param low lower 32 bits */
  fixed64(field: number, high: number, low: number): void {
    this.tag(field, FIXED64);
    this.word(low);
    this.word(high);
  }

  /** Bytes, given as hexadecimal digits. */
  hex(field: number, digits: string): void {
    this.tag(field, LENGTH);
    this.room(digits.length);
    this.varint(digits.length >> 1);
    for (let i = 0; i < digits.length; i += 2) this.bytes[this.at++] = (HEX[digits.charCodeAt(i)]! << 4) | HEX[digits.charCodeAt(i + 1)]!;
  }

  text(field: number, value: string): void {
    const { length } = value;
    this.tag(field, LENGTH);
    this.room(HEADER + 3 * length); // UTF-8 has three bytes at most for what is one unit in JavaScript
    const from = this.at;
    this.varint(length);
    // ASCII, as nearly all is, and short: for that a call into native code takes longer.
    const { bytes } = this;
    let { at } = this;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      if (code > 127) {
        this.at = from;
        this.varint(Buffer.byteLength(value));
        this.at += bytes.write(value, this.at);
        return;
      }
      bytes[at++] = code;
    }
    this.at = at;
  }

  /** Begins a field, with room for its number or length. */
  private tag(field: number, type: number): void {
    this.room(HEADER);
    this.varint((field << 3) | type);
  }

  /** @param value below 2^31 */
  private varint(value: number): void {
    let rest = value;
    while (rest > 127) {
      this.bytes[this.at++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.bytes[this.at++] = rest;
  }

  private longVarint(value: number): void {
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest > 127n) {
      this.bytes[this.at++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    this.bytes[this.at++] = Number(rest);
  }

  private word(value: number): void {
    const { bytes, at } = this;
    bytes[at] = value;
    bytes[at + 1] = value >>> 8;
    bytes[at + 2] = value >>> 16;
    bytes[at + 3] = value >>> 24;
    this.at = at + 4;
  }

  private room(more: number): void {
    if (this.at + more <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(2 * this.bytes.length + more);
    larger.set(this.bytes.subarray(0, this.at));
    this.bytes = larger;
  }
}

const sizeOf = (length: number): number => (length < 1 << 7 ? 1 : length < 1 << 14 ? 2 : length < 1 << 21 ? 3 : length < 1 << 28 ? 4 : 5);

/** Value of a hexadecimal digit by its character code. */
const HEX = Uint8Array.from({ length: 128 }, (_, code) => Number.parseInt(String.fromCharCode(code), 16) || 0);
