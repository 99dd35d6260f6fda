/** The authentication of a mapping: a scheme as data. */
import { z } from 'zod';
import type { Authentication } from '../sources/mapping.ts';
import type { SignedPart, SignatureScheme } from '../sources/signature.ts';
import { didYouMean } from './closest.ts';
import { seconds } from './settings.ts';
import { complaints, strict } from './strict.ts';

const header = z.string().regex(/^[A-Za-z0-9-]+$/, 'must be the name of a header').transform((name) => name.toLowerCase());
const partName = z.string().regex(/^\w+$/, 'must be the name of a part, such as v1');

/** `{timestamp}.{body}`. */
const signed = z.string().transform((text, context): readonly SignedPart[] => {
  const parts = text.split(/\{(id|timestamp|body)\}/).map((part, index): SignedPart => (index % 2 === 0 ? { text: part } : part as 'id' | 'timestamp' | 'body')); // caught by the expression
  if (!parts.includes('body') || /[{}]/.test(text.replace(/\{(id|timestamp|body)\}/g, ''))) {
    context.addIssue({ code: 'custom', message: 'must say what is signed with {body}, {timestamp} and {id}, such as "{timestamp}.{body}"' });
  }
  return parts.filter((part) => typeof part === 'string' || part.text !== '');
});

const hmac = strict({
  scheme: z.literal('hmac'), header, algorithm: z.enum(['sha1', 'sha256', 'sha512']).exactOptional(), encoding: z.enum(['hex', 'base64']).exactOptional(), prefix: z.string().exactOptional(),
  separator: z.string().min(1, 'must not be empty').exactOptional(), signed: signed.exactOptional(), key: z.enum(['text', 'base64']).exactOptional(), id_header: header.exactOptional(), part: partName.exactOptional(),
  timestamp: strict({ header: header.exactOptional(), part: partName.exactOptional(), unit: z.enum(['seconds', 'milliseconds', 'iso']).exactOptional(), tolerance: seconds(1).exactOptional() }).exactOptional(),
});
const token = strict({ scheme: z.literal('token'), header, prefix: z.string().exactOptional() });
const SCHEMES = {
  hmac, token, bearer: strict({ scheme: z.literal('bearer') }), basic: strict({ scheme: z.literal('basic') }), query: strict({ scheme: z.literal('query'), parameter: z.string().min(1, 'must not be empty').exactOptional() }),
} as const;

/** Where the time of a header with parts is put for checking. */
const TIME_OF_PARTS = 'time-of-signature';

/** The section `authentication`; anybody may write to a source without, so there is none. */
export const authenticationSection = z.unknown().transform((given, context): Authentication => {
  const name = typeof given === 'object' && given !== null && 'scheme' in given ? given.scheme : undefined;
  const schema = typeof name === 'string' && Object.hasOwn(SCHEMES, name) ? SCHEMES[name as keyof typeof SCHEMES] : undefined; // checked just now
  if (!schema) {
    const known = Object.keys(SCHEMES).join(', ');
    context.addIssue({ code: 'custom', ...(name !== undefined && { path: ['scheme'] }), message: name === undefined ? `is missing: say how the platform shows who it is, as {scheme: …}; schemes: ${known}`
      : `must be one of ${known}${didYouMean(name, Object.keys(SCHEMES))}. A platform that signs nothing, or only names its addresses, gets a key in its URL: {scheme: query}` });
    return z.NEVER;
  }
  const read: z.ZodSafeParseResult<z.output<(typeof SCHEMES)[keyof typeof SCHEMES]>> = schema.safeParse(given);
  if (!read.success) {
    for (const { path, message } of complaints(read.error, given)) context.addIssue({ code: 'custom', path: [...path], message });
    return z.NEVER;
  }
  const { data } = read;
  switch (data.scheme) {
    case 'token': return { by: 'token', header: data.header, prefix: data.prefix ?? '' };
    case 'bearer': return { by: 'token', header: 'authorization', prefix: 'Bearer ' };
    case 'basic': return { by: 'basic' };
    case 'query': return { by: 'query', parameter: data.parameter ?? 'key' };
    case 'hmac': return hmacOf(data, (path, message) => context.addIssue({ code: 'custom', path: [...path], message }));
  }
});

function hmacOf(data: z.output<typeof hmac>, say: (path: readonly string[], message: string) => void): Authentication {
  const { timestamp, part } = data;
  const parts = data.signed ?? ['body' as const];
  if (parts.includes('timestamp') && !timestamp) say(['signed'], 'signs a timestamp: say where it stands, as timestamp: {header: …} or {part: t}');
  if (parts.includes('id') && data.id_header === undefined) say(['signed'], 'signs an id: say which header has it, as id_header: …');
  if (timestamp && (timestamp.header === undefined) === (timestamp.part === undefined)) say(['timestamp'], 'must have a header, or the part of the signature header that holds it');
  if (timestamp?.part !== undefined && part === undefined) say(['part'], 'is missing: which part of the header holds the signature, such as v1');
  const scheme: SignatureScheme = {
    algorithm: data.algorithm ?? 'sha256', encoding: data.encoding ?? 'hex', header: data.header, prefix: data.prefix ?? '', signed: parts, key: data.key === 'base64' ? 'whsec' : 'text',
    ...(data.separator !== undefined ? { separator: data.separator } : part !== undefined ? { separator: ',' } : {}), ...(data.id_header !== undefined && { idHeader: data.id_header }),
    ...(timestamp && { timestamp: { header: timestamp.header ?? TIME_OF_PARTS, toleranceSeconds: timestamp.tolerance ?? 300, ...(timestamp.unit && { unit: timestamp.unit }) } }),
  };
  return { by: 'hmac', scheme, ...(part !== undefined && { parts: { signature: part, ...(timestamp?.part !== undefined && { timestamp: timestamp.part }) } }) };
}
