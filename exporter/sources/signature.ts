/** Who may write to us. Schemes are data, so that a provider needs a table row and no code of its own. */
import { createHash, createHmac, createPublicKey, timingSafeEqual, verify as verifyWith } from 'node:crypto';
import type { Verdict, WebhookRequest } from './source.ts';

/** What a scheme signs, in order. `id` and `timestamp` are the headers' texts as received; the rest are the characters themselves. */
export type SignedPart = 'id' | 'timestamp' | 'body' | '.' | ':' | ';' | '[' | ']' | { readonly text: string };

export interface SignatureScheme {
  readonly algorithm: 'sha1' | 'sha256' | 'sha512';
  readonly encoding: 'hex' | 'base64';
  /** Header with the signature; lower case, like all header names here. */
  readonly header: string;
  /** What stands before the signature, e.g. `sha256=`. Entries without it belong to other versions and are skipped. */
  readonly prefix: string;
  /** Between several signatures in one header, during a rotation at the sender's end. */
  readonly separator?: string;
  readonly signed: readonly SignedPart[];
  readonly idHeader?: string;
  /** A time in a header (seconds since 1970 unless `unit` says otherwise), and by how much it may differ from our clock, either way. */
  readonly timestamp?: { readonly header: string; readonly toleranceSeconds: number; readonly unit?: 'seconds' | 'milliseconds' | 'iso' };
  /** `text`: the secret's own characters. `whsec`: base64 after an optional `whsec_`. */
  readonly key: 'text' | 'whsec';
}

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md (symmetric signatures, `v1`) */
export const STANDARD_WEBHOOKS: SignatureScheme = {
  algorithm: 'sha256', encoding: 'base64', header: 'webhook-signature', prefix: 'v1,', separator: ' ',
  signed: ['id', '.', 'timestamp', '.', 'body'], idHeader: 'webhook-id',
  timestamp: { header: 'webhook-timestamp', toleranceSeconds: 300 }, key: 'whsec',
};

/** More entries than this in one header are no rotation. */
const MOST_SIGNATURES = 8;

type Signed = Pick<WebhookRequest, 'headers' | 'body' | 'receivedAt'>;

/**
 * Whether one of the secrets signed these bytes. `stale` is said only of genuine signatures, so a wrong clock shows as what it is.
 * Signatures are compared as text: another spelling of the same bytes (upper-case hex, odd padding) is invalid.
 */
export function verifySignature(scheme: SignatureScheme, request: Signed, secrets: readonly string[]): Verdict {
  const header = request.headers[scheme.header];
  const timestamp = scheme.timestamp && request.headers[scheme.timestamp.header];
  const id = scheme.idHeader && request.headers[scheme.idHeader];
  if (!header || (scheme.timestamp && !timestamp) || (scheme.idHeader && !id)) return 'missing';

  const given = signaturesIn(scheme, header);
  // An empty secret is a key everybody holds.
  const genuine = given.length > 0 && secrets.some((secret) => {
    if (keyOf(scheme, secret).length === 0) return false;
    const expected = Buffer.from(sign(scheme, secret, { body: request.body, timestamp, id }), 'latin1');
    return given.some((candidate) => equalBytes(expected, Buffer.from(candidate, 'latin1')));
  });
  if (!genuine) return 'invalid';
  return scheme.timestamp && !isFresh(timestamp, request.receivedAt, scheme.timestamp) ? 'stale' : 'ok';
}

/** Standard Webhooks with any of the `whsec_` secrets, or `whpk_` public keys: right signature, and sent within five minutes of our clock. */
export function verifyStandardWebhook(request: Signed, secrets: readonly string[]): Verdict {
  const [keys, shared] = [secrets.filter((secret) => secret.startsWith('whpk_')), secrets.filter((secret) => !secret.startsWith('whpk_'))];
  const verdict = verifySignature(STANDARD_WEBHOOKS, request, shared);
  if (verdict !== 'invalid' || !keys.some((key) => isSignedBy(key, request))) return verdict;
  const { timestamp } = STANDARD_WEBHOOKS;
  return timestamp && isFresh(request.headers[timestamp.header], request.receivedAt, timestamp) ? 'ok' : 'stale';
}

/** What stands before the 32 bytes of an Ed25519 key in a SubjectPublicKeyInfo (RFC 8410). */
const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const ED25519_BYTES = 32;

/** The asymmetric variant, `v1a`: Ed25519 over the same text. */
function isSignedBy(key: string, { headers, body }: Signed): boolean {
  const raw = Buffer.from(key.slice('whpk_'.length), 'base64');
  if (raw.length !== ED25519_BYTES) return false;
  const publicKey = createPublicKey({ key: Buffer.concat([ED25519_SPKI, raw]), format: 'der', type: 'spki' });
  const text = Buffer.concat([Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.`), body]);
  return signaturesIn({ ...STANDARD_WEBHOOKS, prefix: 'v1a,' }, headers['webhook-signature'] ?? '')
    .some((signature) => verifyWith(null, text, publicKey, Buffer.from(signature, 'base64')));
}

/** The signature, encoded and without its prefix: what `verifySignature` expects, for simulators and tests. */
export function sign(scheme: SignatureScheme, secret: string,
  parts: { readonly body: Uint8Array | string; readonly timestamp?: string | undefined; readonly id?: string | undefined }): string {
  const hmac = createHmac(scheme.algorithm, keyOf(scheme, secret));
  for (const part of scheme.signed) {
    if (typeof part === 'object') hmac.update(part.text);
    else hmac.update(part === 'id' || part === 'timestamp' || part === 'body' ? parts[part] ?? '' : part);
  }
  return hmac.digest(scheme.encoding);
}

/** For senders that show the secret itself (a URL key, a token header): equal to one of ours, in constant time. */
export function verifyToken(given: string | null | undefined, secrets: readonly string[]): Verdict {
  if (!given) return 'missing';
  const digest = sha256(given);
  return secrets.some((secret) => secret !== '' && timingSafeEqual(digest, sha256(secret))) ? 'ok' : 'invalid';
}

const keyOf = (scheme: SignatureScheme, secret: string): string | Buffer =>
  scheme.key === 'whsec' ? Buffer.from(secret.replace(/^whsec_/, ''), 'base64') : secret;

function signaturesIn(scheme: SignatureScheme, header: string): readonly string[] {
  const entries = scheme.separator === undefined ? [header] : header.split(scheme.separator, MOST_SIGNATURES);
  return entries.filter((entry) => entry.startsWith(scheme.prefix)).map((entry) => entry.slice(scheme.prefix.length));
}

function isFresh(timestamp: string | undefined, receivedAt: number, { toleranceSeconds, unit }: NonNullable<SignatureScheme['timestamp']>): boolean {
  return Math.abs(receivedAt - momentOf(timestamp ?? '', unit)) <= toleranceSeconds * 1000;
}

/** Epoch milliseconds; NaN when the text is not a time in this unit. */
function momentOf(timestamp: string, unit: 'seconds' | 'milliseconds' | 'iso' = 'seconds'): number {
  if (unit === 'iso') return /^\d{4}-\d\d-\d\dT/.test(timestamp) ? Date.parse(timestamp) : NaN;
  return /^\d{1,16}$/.test(timestamp) ? Number(timestamp) * (unit === 'seconds' ? 1000 : 1) : NaN;
}

const equalBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && timingSafeEqual(a, b);

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
