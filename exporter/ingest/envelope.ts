/**
 * Events in the envelopes of others: CloudEvents over HTTP in its three modes, and the payloads Standard Webhooks advises. Their `type` is
 * one of our kinds, whatever stands before it; their data holds the fields of that kind.
 * https://github.com/cloudevents/spec/blob/main/cloudevents/bindings/http-protocol-binding.md
 */

type Json = Readonly<Record<string, unknown>>;
/** Names are lower case. */
export type Headers = Readonly<Record<string, string | undefined>>;

/** How a body is to be read, as its headers say. */
export type Mode = 'batch' | 'structured' | 'binary' | 'lines' | 'plain';

/** The content type decides before the headers do. */
export function modeOf(headers: Headers): Mode {
  const type = headers['content-type']?.toLowerCase().trim() ?? '';
  if (type.startsWith('application/cloudevents-batch')) return 'batch';
  if (type.startsWith('application/cloudevents')) return 'structured';
  if (headers['ce-specversion'] !== undefined) return 'binary';
  return type.includes('ndjson') ? 'lines' : 'plain';
}

/** The event that attributes in headers and a body of data stand for. */
export function binaryEvent(headers: Headers, data: unknown): Json {
  const attributes = Object.entries(headers).flatMap(([name, value]) => (name.startsWith('ce-') && value !== undefined ? [[name.slice(3), plainText(value)]] : []));
  return { ...Object.fromEntries(attributes), data };
}

/** The canonical event inside; what is no envelope comes back as it is. @param receivedAt for envelopes without a time, epoch milliseconds */
export function unwrap(item: unknown, headers: Headers, receivedAt: number): unknown {
  if (typeof item !== 'object' || item === null || 'kind' in item || !('type' in item)) return item;
  const { type, id, time, source, specversion, timestamp } = item as Json; // an object: checked above
  if (specversion !== undefined) {
    return canonical(type, dataOf(item as Json), { id, t: time ?? receivedAt, source: typeof source === 'string' ? labelOf(source) : undefined });
  }
  // Signed or not: it is the payload that tells.
  return 'data' in item && timestamp !== undefined ? canonical(type, item.data, { id: headers['webhook-id'], t: timestamp, source: undefined }) : item;
}

/** What the data says of itself goes before its envelope. */
function canonical(type: unknown, data: unknown, envelope: { readonly id: unknown; readonly t: unknown; readonly source: string | undefined }): Json {
  const known = Object.entries(envelope).filter(([, value]) => value !== undefined && value !== null);
  const fields = typeof data === 'object' && data !== null && !Array.isArray(data) ? data : {};
  return { ...Object.fromEntries(known), ...fields, kind: typeof type === 'string' ? kindOf(type) : 'unknown' };
}

/** `com.example.message.inbound.v1` is `message.inbound`. */
const kindOf = (type: string): string => type.replace(/\.v\d+$/, '').split('.').slice(-2).join('.');

/** Data may come as JSON, or as base64 of it. */
function dataOf(event: Json): unknown {
  const encoded = event['data_base64'];
  if (typeof encoded !== 'string') return event['data'];
  try {
    return JSON.parse(Buffer.from(encoded, 'base64').toString('utf8'));
  } catch {
    return undefined; // of another format: the fields will be missing
  }
}

/** A URI as the name of a sending system: `https://desk.example.com/eu` is `desk.example.com:eu`. Undefined when nothing of it can be a label. */
function labelOf(uri: string): string | undefined {
  const label = uri.toLowerCase().replace(/^[a-z][a-z0-9+.-]*:\/\//, '').replace(/[^a-z0-9_.-]+/g, ':').replace(/^[^a-z]+|:+$/g, '').slice(0, 64);
  return label === '' ? undefined : label;
}

/** Header values are percent-encoded once, and may be quoted. */
function plainText(value: string): string {
  const bare = /^"(.*)"$/s.exec(value)?.[1]?.replace(/\\(.)/gs, '$1') ?? value;
  try {
    return decodeURIComponent(bare);
  } catch {
    return bare; // a lone percent sign of a sender that does not encode
  }
}
