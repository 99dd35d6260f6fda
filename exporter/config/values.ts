import { z } from 'zod';
import { everyOne, valuesIn } from '../sources/secret-values.ts';
import { didYouMean } from './closest.ts';

/** Levels of the log, quietest last. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** A port; 0 lets the system choose. */
export const port = text((value) => whole(value, 0, 65_535), 'must be a whole number from 0 to 65535 (0 takes any free port)');

/** A whole number of something, from `min` to `max`. */
export const count = (min: number, max: number, unit: string) =>
  text((value) => whole(value, min, max), `must be a whole number of ${unit} from ${min} to ${max}`);

/** An address to listen on, without scheme and port. */
export const host = text((value) => (/^[A-Za-z0-9.:_-]+$/.test(value) && !/^[^:]*:\d+$/.test(value) ? value : undefined),
  'must be a host name or address alone, such as 127.0.0.1 or ::, without scheme or port');

/** Any path; made absolute where it is used. */
export const path = text((value) => (value.includes('\0') ? undefined : value), 'must be a path');

/** A share, 0 to 1. */
export const share = text((value) => (/^(0|1|0?\.\d+|1\.0+)$/.test(value) ? Number(value) : undefined), 'must be a number from 0 to 1, such as 0.1');

/** Some words of a closed list, separated by commas; `none` is none of them. */
export const someOf = <const W extends string>(words: readonly W[]) =>
  z.string().transform((value, context): readonly W[] => {
    const given = value.toLowerCase().split(',').map((part) => part.trim()).filter((part) => part !== '');
    const strange = given.filter((part) => part !== 'none' && !words.some((word) => word === part));
    if (strange.length === 0) return words.filter((word) => given.includes(word));
    context.addIssue({ code: 'custom', message: `must be none, or some of ${words.join(', ')}, separated by commas${didYouMean(strange[0], words)}` });
    return z.NEVER;
  });

/** true or false. */
export const flag = text((value) => ({ true: true, '1': true, false: false, '0': false })[value.toLowerCase()], 'must be true or false');

/** One word of a closed list. */
export const oneOf = <const W extends string>(words: readonly W[]) =>
  z.string().transform((value, context): W => {
    const word = words.find((candidate) => candidate === value.toLowerCase());
    if (word !== undefined) return word;
    context.addIssue({ code: 'custom', message: `must be ${words.length === 1 ? '' : 'one of '}${words.join(', ')}${didYouMean(value, words)}` });
    return z.NEVER;
  });

/** An http(s) address without query, fragment or credentials; no slash at its end. */
export const httpUrl = text((value) => {
  const url = URL.parse(value);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') return undefined;
  return url.href.replace(/\/+$/, '');
}, 'must be an address such as https://replywatch.example.com, without user, query or fragment');

/** A Postgres address, as given. */
export const postgresUrl = text((value) => {
  const url = URL.parse(value);
  return url !== null && (url.protocol === 'postgres:' || url.protocol === 'postgresql:') ? value : undefined;
}, 'must be postgres://user:password@host:5432/database or postgresql://… (special characters in the password percent-encoded)');

/** A key that is never rotated. */
export const key = text((value) => (value.length >= 16 ? value : undefined), 'must have at least 16 characters (openssl rand -hex 32 makes a good one)');

/** Text without spaces. */
export const token = text((value) => (/^\S+$/.test(value) ? value : undefined), 'must be one value without spaces');

/** What Google calls the stream of a property. */
export const measurementId = text((value) => (/^G-[A-Z0-9]{4,20}$/.test(value) ? value : undefined), 'must look like G-TEAPOT1234');

/** A number that is a name. */
export const digits = text((value) => (/^\d{1,20}$/.test(value) ? value : undefined), 'must be a number');

/** One or more values of a secret, several during a rotation, separated by commas or new lines. */
export const secretList = text((value) => {
  const values = valuesIn(value);
  return values.length > 0 ? values : undefined;
}, 'must hold at least one value, several separated by commas or new lines');

/** One or more values of a secret that has a form of its own: what `read` finds in the text, or the message when it finds none. */
export const secretsOfForm = (form: { readonly read: (text: string) => readonly string[] | undefined; readonly otherwise: string }) => text(form.read, form.otherwise);

/** What Standard Webhooks sign with, or check with: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
export const signingSecrets = secretsOfForm(everyOne(/^(whsec_[\w+/-]{16,}={0,2}|whpk_[\w+/-]{43}=?)$/, 'must be whsec_ and base64 (openssl rand -base64 32 makes a good one), or whpk_ and the 32 bytes of a public key in base64; several separated by commas'));

const PAIRS = 'must be name=value pairs separated by commas, values percent-encoded';

/** `name=value` pairs separated by commas, values percent-encoded, as OpenTelemetry writes headers. Names become lower case. */
export const headerList = text(pairsOf, PAIRS);

/** `deployment.environment.name` of OpenTelemetry's resource attributes; empty: it is not among them. */
export const deploymentEnvironment = text((value) => {
  const attributes = pairsOf(value);
  return attributes && (attributes['deployment.environment.name'] ?? '');
}, PAIRS);

/** Names are made lower case. @returns undefined when it cannot be read */
function pairsOf(value: string): Record<string, string> | undefined {
  const pairs: Record<string, string> = Object.create(null) as Record<string, string>; // no prototype: a header may have any name
  for (const pair of value.split(',').map((part) => part.trim()).filter((part) => part !== '')) {
    const [, name, content] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*=\s*(.*)$/.exec(pair) ?? [];
    const decoded = content === undefined ? undefined : percentDecoded(content);
    if (name === undefined || decoded === undefined) return undefined;
    pairs[name.toLowerCase()] = decoded;
  }
  return pairs;
}

/** A parser that turns text into a value, or into one message that says what would be right and never quotes the text. */
function text<T>(read: (value: string) => T | undefined, message: string): z.ZodPipe<z.ZodString, z.ZodTransform<T, string>> {
  return z.string().transform((value, context): T => {
    const result = read(value);
    if (result !== undefined) return result;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
}

function whole(value: string, min: number, max: number): number | undefined {
  const number = /^\d{1,9}$/.test(value) ? Number(value) : NaN;
  return number >= min && number <= max ? number : undefined;
}

function percentDecoded(value: string): string | undefined {
  try {
    const decoded = decodeURIComponent(value);
    return /[\r\n\0]/.test(decoded) ? undefined : decoded;
  } catch {
    return undefined; // a lone % sign: said by the caller's message
  }
}
