/**
 * 360dialog, which hosts WhatsApp numbers: Meta's bodies, or those of its older servers without their envelope.
 * https://docs.360dialog.com/docs/waba-messaging/webhook
 */
import { parseObject, wordOf } from './json.ts';
import type { Json } from './json.ts';
import { headerTokenOf, queryOf } from './request.ts';
import { verifySignature, verifyToken } from './signature.ts';
import type { SignatureScheme } from './signature.ts';
import type { Parsed, Secrets, SourceAdapter, SourceContext, Verdict, WebhookRequest } from './source.ts';
import { parseBusinessAccount, parseNumber } from './whatsapp.ts';

/** Sent to the partner's address. Their page does not say how it is encoded, so either way is taken. */
export const PARTNER_SIGNATURE: SignatureScheme = { algorithm: 'sha256', encoding: 'hex', header: 'x-360dialog-signature', prefix: '', signed: ['body'], key: 'text' };

const PARTNER_SIGNATURES: readonly SignatureScheme[] = [
  PARTNER_SIGNATURE, { ...PARTNER_SIGNATURE, prefix: 'sha256=' }, { ...PARTNER_SIGNATURE, encoding: 'base64' }, { ...PARTNER_SIGNATURE, encoding: 'base64', prefix: 'sha256=' },
];

export const dialog360: SourceAdapter = {
  id: 'dialog360',
  title: '360dialog',
  secrets: [
    { name: 'key', required: false, help: 'Text of your choice, sent with every webhook: as header Authorization (set with the webhook address), or as ?key= in the address' },
    { name: 'platform_secret', required: false, help: 'For partners: the platform secret that signs what is sent to the partner webhook' },
  ],
  needs: [['key'], ['platform_secret']],
  retries: true,
  hasResolution: false,
  pasted: { query: 'key=…', unless: 'platform_secret' },
  feeds: { messages: 'yes', replies: 'yes', receipts: 'yes' },
  verify,
  parse,
};

/** A signature counts when there is a secret for it; else whoever knows the key. */
function verify(request: WebhookRequest, secrets: Secrets): Verdict {
  const { key = [], platform_secret: signing = [] } = secrets;
  if (signing.length > 0 && (request.headers[PARTNER_SIGNATURE.header] !== undefined || key.length === 0)) {
    const verdicts = PARTNER_SIGNATURES.map((scheme) => verifySignature(scheme, request, signing));
    return verdicts.find((verdict) => verdict === 'ok') ?? verdicts[0]!;
  }
  return verifyToken(headerTokenOf(request) ?? queryOf(request).get('key'), key);
}

function parse(request: WebhookRequest, context: SourceContext): Parsed {
  const body = parseObject(request.body);
  if (body['object'] !== undefined || body['entry'] !== undefined) return parseBusinessAccount(body, request, context);
  if (isFlat(body)) return parseNumber(body, request, context, wordOf(queryOf(request).get('number')) ?? 'number');
  // News of the partner's channels: created, live, migrated.
  const isNews = typeof body['event'] === 'string';
  return { events: [], ignored: isNews ? ['partner_event'] : [], unknown: isNews || Object.keys(body).length === 0 ? [] : ['unnamed'], malformed: [] };
}

/** Without an envelope nothing says which number it is; the address may. */
const isFlat = (body: Json): boolean => ['messages', 'statuses', 'errors'].some((name) => Array.isArray(body[name]));
