/**
 * `X-Twilio-Signature`: HMAC-SHA1 over the address Twilio was given, followed by the parameters of the form. JSON has no parameters; there
 * the address holds a digest of the body. https://www.twilio.com/docs/usage/webhooks/webhooks-security
 */
import { createHash, createHmac } from 'node:crypto';
import { originsOf, queryOf } from './request.ts';
import { verifyToken } from './signature.ts';
import type { Secrets, SourceContext, Verdict, WebhookRequest } from './source.ts';

export const TWILIO_SIGNATURE = 'x-twilio-signature';

/** Whether one of the tokens signed this request at our address, as configured or, without configuration, as the request names it. */
export function verifyTwilio(request: WebhookRequest, secrets: Secrets, context: SourceContext): Verdict {
  const given = request.headers[TWILIO_SIGNATURE];
  if (!given) return 'missing';
  const digest = queryOf(request).get('bodySHA256');
  // A digest that is signed and wrong means another body.
  if (digest !== null && verifyToken(createHash('sha256').update(request.body).digest('hex'), [digest]) !== 'ok') return 'invalid';
  const params = digest === null ? paramsOf(request.body) : '';
  const origins = originsOf(request, context);
  const tokens = (secrets['auth_token'] ?? []).filter((token) => token !== '');
  return verifyToken(given, tokens.flatMap((token) => origins.flatMap((origin) => spellingsOf(origin, request.url).map((url) => signTwilio(token, url, params)))));
}

/** The signature of an address and of what `paramsOf` makes of a form. */
export const signTwilio = (token: string, url: string, params = ''): string => createHmac('sha1', token).update(url + params).digest('base64');

/** Names in the order of their code units, each with its decoded value and nothing between; of equal pairs one. */
export function paramsOf(body: Uint8Array): string {
  const pairs = [...new URLSearchParams(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'))].map(([name, value]) => ({ name, value }));
  pairs.sort((a, b) => order(a.name, b.name) || order(a.value, b.value));
  return pairs.filter((pair, index) => index === 0 || pair.name !== pairs[index - 1]!.name || pair.value !== pairs[index - 1]!.value)
    .map(({ name, value }) => name + value).join('');
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Twilio is not of one mind about ports and about how a query is escaped; its own libraries try these spellings too.
 * https://github.com/twilio/twilio-node/blob/main/src/webhooks/webhooks.ts
 */
function spellingsOf(origin: string, target: string): readonly string[] {
  const port = origin.startsWith('http:') ? ':80' : ':443';
  const bare = origin.replace(/:\d+$/, '');
  const [path = '', query] = target.split(/\?(.*)/s, 2);
  const targets = query === undefined ? [path] : [target, `${path}?${query.replaceAll("'", '%27')}`, `${path}?${escaped(query)}`];
  const origins = bare === origin ? [origin, bare + port] : [origin, bare];
  return origins.flatMap((each) => [...new Set(targets)].map((rest) => each + rest));
}

/** Every part decoded and escaped again: `+` becomes `%20`. */
const escaped = (query: string): string =>
  [...new URLSearchParams(query)].map(([name, value]) => `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(value.toWellFormed())}`).join('&');
