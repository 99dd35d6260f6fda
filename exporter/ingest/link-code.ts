/**
 * What stands behind a tracked link: where it leads, and whom it was sent to. Codes are signed, so nobody can make one that leads elsewhere,
 * and name customers and messages by their keyed hashes, so the address of a link says nothing of a person.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** A link as it was made. */
export interface TrackedLink {
  /** Name of a configured link, or an `https:` or `http:` address. */
  readonly to: string;
  /** What clicks on it are called. */
  readonly name?: string;
  readonly campaign?: string;
  /** Source that the message goes out through, for `utm_source`. */
  readonly source?: string;
  /** Pseudonym of whom it was sent to. */
  readonly contact?: string;
  /** Pseudonym of the message it stands in. */
  readonly message?: string;
}

/** Short names, because every character is in the customer's message. */
const SHORT = { to: 't', name: 'n', campaign: 'c', source: 's', contact: 'p', message: 'm' } as const;
/** Of the signature: nobody guesses 96 bits over a network. */
const SIGNATURE_BYTES = 12;
const LONGEST_CODE = 4_096;
const PSEUDONYM = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The last part of the address of a link: `payload.signature`. @param key of the pseudonyms; equal on every replica */
export function codeOf(key: string, link: TrackedLink): string {
  const fields = Object.entries(SHORT).flatMap(([name, short]) => { const value = link[name as keyof typeof SHORT]; return value === undefined ? [] : [[short, value]]; }); // its own keys
  const payload = Buffer.from(JSON.stringify(Object.fromEntries(fields))).toString('base64url');
  return `${payload}.${signatureOf(key, payload).toString('base64url')}`;
}

/** The link of a code; undefined when we did not make it. */
export function linkOf(key: string, code: string): TrackedLink | undefined {
  const [, payload = '', given = ''] = code.length > LONGEST_CODE ? [] : /^([\w-]+)\.([\w-]+)$/.exec(code) ?? [];
  const [expected, signature] = [signatureOf(key, payload), Buffer.from(given, 'base64url')];
  if (payload === '' || signature.length !== expected.length || !timingSafeEqual(signature, expected)) return undefined;
  const fields = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Readonly<Record<string, unknown>>; // signed by us, so written by codeOf
  const text = (short: string, form = /^/): string | undefined => { const value = fields[short]; return typeof value === 'string' && form.test(value) ? value : undefined; };
  const optional = { name: text('n'), campaign: text('c'), source: text('s'), contact: text('p', PSEUDONYM), message: text('m', PSEUDONYM) };
  const to = text('t');
  return to === undefined ? undefined : { to, ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)) };
}

/** The key is used for hashes of ids as well; an HMAC of these words is none of them. */
const signatureOf = (key: string, payload: string): Buffer => createHmac('sha256', key).update(`tracked link\0${payload}`).digest().subarray(0, SIGNATURE_BYTES);
