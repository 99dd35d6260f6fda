/** Whether a request comes from the platform, by the scheme that its mapping declares. */
import type { Authentication, Mapping } from './mapping.ts';
import { queryOf } from './request.ts';
import { verifySignature, verifyToken } from './signature.ts';
import type { Secrets, Verdict, WebhookRequest } from './source.ts';

/** Checks authenticity over the raw bytes, in constant time. */
export function verifyMapped(authentication: Authentication, request: WebhookRequest, secrets: Secrets): Verdict {
  switch (authentication.by) {
    case 'hmac': return verifySignature(authentication.scheme, { ...request, headers: headersOf(authentication, request) }, secrets['secret'] ?? []);
    case 'token': return verifyToken(after(authentication.prefix, request.headers[authentication.header]), secrets['token'] ?? []);
    case 'basic': return verifyToken(after('basic ', request.headers['authorization']), (secrets['credentials'] ?? []).filter((text) => text !== '').map((text) => Buffer.from(text).toString('base64')));
    case 'query': return verifyToken(queryOf(request).get(authentication.parameter), secrets['key'] ?? []);
  }
}

/** What the platform wants to hear before it saves the address; undefined refuses it. */
export function answerOf(handshake: Mapping['handshake'], request: WebhookRequest, secrets: Secrets): string | undefined {
  const query = queryOf(request);
  const challenge = query.get(handshake?.challenge ?? '');
  if (!handshake || challenge === null || !/^[\w.~:=+/-]{1,512}$/.test(challenge)) return undefined;
  if (handshake.token === undefined) return challenge;
  return verifyToken(query.get(handshake.token), secrets['verify_token'] ?? []) === 'ok' ? challenge : undefined;
}

/** The rest of a header that begins with the prefix, in whatever case; the header itself when it does not. */
function after(prefix: string, header: string | undefined): string | undefined {
  return header?.toLowerCase().startsWith(prefix.toLowerCase()) ? header.slice(prefix.length).trim() : header;
}

/** Where a header holds `t=…,v1=…`, its parts stand under names of their own; several signatures stay several. */
function headersOf({ scheme, parts }: Extract<Authentication, { by: 'hmac' }>, { headers }: WebhookRequest): WebhookRequest['headers'] {
  if (!parts) return headers;
  const pairs = (headers[scheme.header] ?? '').split(',', 20).map((pair) => pair.trim().split(/=(.*)/s, 2) as [string, string?]);
  const valuesOf = (name: string): string | undefined => {
    const values = pairs.filter(([key]) => key === name).map(([, value = '']) => value);
    return values.length === 0 ? undefined : values.join(',');
  };
  const time = parts.timestamp === undefined ? {} : { [scheme.timestamp?.header ?? '']: valuesOf(parts.timestamp) };
  return { ...headers, [scheme.header]: valuesOf(parts.signature), ...time };
}
