/**
 * Requests of HubSpot: version 3 signs address, body and time; versions 1 and 2 are digests that older apps and workflows still send.
 * https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation
 */
import { createHash } from 'node:crypto';
import { originsOf } from './request.ts';
import { verifySignature, verifyToken } from './signature.ts';
import type { SignatureScheme } from './signature.ts';
import type { SourceContext, Verdict, WebhookRequest } from './source.ts';

/** Names in headers: version 3, and versions 1 and 2 with the one that says which. */
export const HUBSPOT_V3 = 'x-hubspot-signature-v3';
export const HUBSPOT_OLD = 'x-hubspot-signature';
const VERSION = 'x-hubspot-signature-version';

/** Version 3 for a request to this address. */
export const hubspotScheme = (method: string, address: string): SignatureScheme => ({
  algorithm: 'sha256', encoding: 'base64', header: HUBSPOT_V3, prefix: '', signed: [{ text: method + decoded(address) }, 'body', 'timestamp'],
  timestamp: { header: 'x-hubspot-request-timestamp', toleranceSeconds: 300, unit: 'milliseconds' }, key: 'text',
});

/** Whether one of the secrets signed this request at our address, in whichever version it came. */
export function verifyHubspot(request: WebhookRequest, secrets: readonly string[], context: SourceContext): Verdict {
  const addresses = originsOf(request, context).map((origin) => origin + request.url);
  if (request.headers[HUBSPOT_V3] !== undefined) {
    const verdicts = addresses.map((address) => verifySignature(hubspotScheme(request.method, address), request, secrets));
    return verdicts.find((verdict) => verdict !== 'invalid') ?? 'invalid';
  }
  const known = secrets.filter((secret) => secret !== '');
  const signed = request.headers[VERSION]?.toLowerCase() === 'v2' ? addresses.map((address) => request.method + address) : [''];
  return verifyToken(request.headers[HUBSPOT_OLD], known.flatMap((secret) => signed.map((before) => digest(secret + before, request.body))));
}

const digest = (before: string, body: Uint8Array): string => createHash('sha256').update(before).update(body).digest('hex');

/** The escapes that are taken back before an address is signed; no others are. */
const decoded = (address: string): string => address.replace(/%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi, decodeURIComponent);
