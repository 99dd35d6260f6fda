/** A real OTLP/HTTP receiver for tests: protobuf and JSON, gzip too, and every way a backend can misbehave. */
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

export type AttributeValue = string | number | boolean | AttributeValue[];

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty: a root. */
  readonly parentSpanId: string;
  readonly traceState: string;
  /** 257: sampled, and it is known that the parent is no other process. */
  readonly flags: number;
  readonly name: string;
  /** OTLP's numbers: 1 internal, 4 producer. */
  readonly kind: number;
  /** Epoch milliseconds UTC. */
  readonly start: number;
  readonly end: number;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly resource: Readonly<Record<string, AttributeValue>>;
  readonly links: readonly { readonly traceId: string; readonly spanId: string; readonly flags: number; readonly attributes: Readonly<Record<string, AttributeValue>> }[];
  /** OTLP's numbers: 0 unset, 2 error. */
  readonly status: number;
}

/** How the receiver answers from now on; only `ok`, `partial` and `lost` keep what came. `lost`: keeps it, then cuts the line without an answer. */
export type Answer =
  | 'ok' | 'hang' | 'disconnect' | 'lost'
  | { readonly status: number; readonly retryAfter?: number }
  | { readonly partial: number };

export interface ReceivedRequest {
  readonly path: string; readonly contentType: string; readonly headers: IncomingHttpHeaders; readonly spans: readonly ReceivedSpan[]; readonly accepted: boolean;
}

export interface OtlpReceiver {
  /** Of the traces endpoint. */
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** Of accepted requests, in order. */
  spans(): readonly ReceivedSpan[];
  answer(how: Answer | ((spans: readonly ReceivedSpan[]) => Answer)): void;
  close(): Promise<void>;
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const requests: ReceivedRequest[] = [];
  let choose: (spans: readonly ReceivedSpan[]) => Answer = () => 'ok';
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const contentType = request.headers['content-type'] ?? '';
      const spans = request.url?.endsWith('/v1/traces') ? (contentType.includes('json') ? fromJson(body) : fromProtobuf(body)) : [];
      const how = choose(spans);
      const accepted = how === 'ok' || how === 'lost' || (typeof how === 'object' && 'partial' in how);
      requests.push({ path: request.url ?? '', contentType, headers: request.headers, spans, accepted });
      reply(how, request, response);
    }, () => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // listening on TCP
  return {
    url: `http://127.0.0.1:${port}/v1/traces`,
    requests,
    spans: () => requests.filter((request) => request.accepted).flatMap((request) => request.spans),
    answer: (how) => { choose = typeof how === 'function' ? how : () => how; },
    close: () => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections(); }),
  };
}

function reply(how: Answer, request: IncomingMessage, response: ServerResponse): void {
  if (how === 'hang') return;
  if (how === 'disconnect' || how === 'lost') { request.socket.destroy(); return; }
  response.setHeader('content-type', 'application/x-protobuf');
  if (how === 'ok') response.end();
  else if ('partial' in how) response.end(Buffer.from([0x0a, 2, 0x08, how.partial])); // partial_success { rejected_spans }, up to 127
  else {
    if (how.retryAfter !== undefined) response.setHeader('retry-after', String(how.retryAfter));
    response.writeHead(how.status).end();
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer); // no encoding is set
  const body = Buffer.concat(chunks);
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
}

// --- JSON: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding

interface JsonValue { stringValue?: string; boolValue?: boolean; intValue?: string | number; doubleValue?: number; arrayValue?: { values?: JsonValue[] } }
interface JsonPair { key: string; value?: JsonValue }
interface JsonSpan {
  traceId: string; spanId: string; parentSpanId?: string; traceState?: string; name: string; kind?: number; startTimeUnixNano: string; endTimeUnixNano: string;
  attributes?: JsonPair[]; links?: { traceId: string; spanId: string; attributes?: JsonPair[]; flags?: number }[]; status?: { code?: number }; flags?: number;
}
interface JsonRequest { resourceSpans?: { resource?: { attributes?: JsonPair[] }; scopeSpans?: { spans?: JsonSpan[] }[] }[] }

function fromJson(body: Buffer): readonly ReceivedSpan[] {
  const request = JSON.parse(body.toString()) as JsonRequest; // a test's own exporter wrote it
  return (request.resourceSpans ?? []).flatMap(({ resource, scopeSpans = [] }) => scopeSpans.flatMap(({ spans = [] }) => spans.map((span) => ({
    traceId: span.traceId, spanId: span.spanId, parentSpanId: span.parentSpanId ?? '', traceState: span.traceState ?? '', flags: span.flags ?? 0, name: span.name, kind: span.kind ?? 0,
    start: millis(BigInt(span.startTimeUnixNano)), end: millis(BigInt(span.endTimeUnixNano)), attributes: pairs(span.attributes),
    resource: pairs(resource?.attributes), status: span.status?.code ?? 0,
    links: (span.links ?? []).map((link) => ({ traceId: link.traceId, spanId: link.spanId, flags: link.flags ?? 0, attributes: pairs(link.attributes) })),
  }))));
}

const pairs = (list: readonly JsonPair[] = []): Record<string, AttributeValue> => Object.fromEntries(list.map(({ key, value }) => [key, jsonValue(value)]));

function jsonValue(value: JsonValue = {}): AttributeValue {
  if (value.arrayValue) return (value.arrayValue.values ?? []).map(jsonValue);
  return value.stringValue ?? value.boolValue ?? value.doubleValue ?? (value.intValue === undefined ? '' : Number(value.intValue));
}

// --- Protobuf: field numbers of opentelemetry/proto/trace/v1/trace.proto

/** A message taken apart: what came under each field number. Numbers are varints and fixed64, bytes are the rest. */
type Fields = ReadonlyMap<number, readonly (bigint | Buffer)[]>;

function fieldsOf(body: Buffer): Fields {
  const fields = new Map<number, (bigint | Buffer)[]>();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = body.readUInt8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const bytes = (length: number): Buffer => {
    if (at + length > body.length) throw new RangeError('truncated protobuf');
    return body.subarray(at, (at += length));
  };
  while (at < body.length) {
    const tag = Number(varint());
    const type = tag & 7;
    const value = type === 0 ? varint() : type === 1 ? bytes(8).readBigUInt64LE() : type === 2 ? bytes(Number(varint())) : type === 5 ? bytes(4) : undefined;
    if (value === undefined) throw new RangeError(`unknown wire type ${type}`);
    fields.set(tag >> 3, [...fields.get(tag >> 3) ?? [], value]);
  }
  return fields;
}

const parts = (fields: Fields, number: number): readonly Buffer[] => (fields.get(number) ?? []).filter((value) => Buffer.isBuffer(value));
const whole = (fields: Fields, number: number): bigint => { const value = fields.get(number)?.at(-1); return typeof value === 'bigint' ? value : 0n; };
const text = (fields: Fields, number: number): string => parts(fields, number).at(-1)?.toString() ?? '';
const hex = (fields: Fields, number: number): string => parts(fields, number).at(-1)?.toString('hex') ?? '';
const fixed32 = (fields: Fields, number: number): number => parts(fields, number).at(-1)?.readUInt32LE() ?? 0;
const millis = (nanos: bigint): number => Number(nanos) / 1e6;

function fromProtobuf(body: Buffer): readonly ReceivedSpan[] {
  return parts(fieldsOf(body), 1).map(fieldsOf).flatMap((group) => {
    const resource = attributes(parts(group, 1).map(fieldsOf).flatMap((fields) => parts(fields, 1)));
    return parts(group, 2).map(fieldsOf).flatMap((scope) => parts(scope, 2)).map((span) => ({ ...spanOf(fieldsOf(span)), resource }));
  });
}

function spanOf(span: Fields): Omit<ReceivedSpan, 'resource'> {
  return {
    traceId: hex(span, 1), spanId: hex(span, 2), traceState: text(span, 3), flags: fixed32(span, 16), parentSpanId: hex(span, 4), name: text(span, 5), kind: Number(whole(span, 6)),
    start: millis(whole(span, 7)), end: millis(whole(span, 8)), attributes: attributes(parts(span, 9)),
    links: parts(span, 13).map(fieldsOf).map((link) => ({ traceId: hex(link, 1), spanId: hex(link, 2), flags: fixed32(link, 6), attributes: attributes(parts(link, 4)) })),
    status: Number(parts(span, 15).map(fieldsOf).map((status) => whole(status, 3)).at(-1) ?? 0n),
  };
}

const attributes = (list: readonly Buffer[]): Record<string, AttributeValue> =>
  Object.fromEntries(list.map(fieldsOf).map((pair) => [text(pair, 1), valueOf(fieldsOf(parts(pair, 2).at(-1) ?? Buffer.alloc(0)))]));

/** AnyValue: 1 string, 2 bool, 3 int, 4 double, 5 array. */
function valueOf(value: Fields): AttributeValue {
  if (value.has(2)) return whole(value, 2) === 1n;
  if (value.has(3)) return Number(BigInt.asIntN(64, whole(value, 3)));
  if (value.has(4)) return new Float64Array(new BigUint64Array([whole(value, 4)]).buffer)[0] ?? 0;
  if (value.has(5)) return parts(value, 5).map(fieldsOf).flatMap((array) => parts(array, 1)).map((each) => valueOf(fieldsOf(each)));
  return text(value, 1);
}
