/** One address for everything a Meta app may send: WhatsApp, Messenger and Instagram, told apart by `object`. */
import { parseInstagram } from './instagram.ts';
import { parseExactObject } from './json.ts';
import type { Json } from './json.ts';
import { parsePage } from './messenger.ts';
import { META_SECRETS, metaHandshake, verifyMeta } from './meta.ts';
import type { Parsed, SourceAdapter, SourceContext, WebhookRequest } from './source.ts';
import { parseBusinessAccount } from './whatsapp.ts';

const PRODUCTS: ReadonlyMap<unknown, (body: Json, request: WebhookRequest, context: SourceContext) => Parsed> = new Map([
  ['page', parsePage], ['instagram', parseInstagram],
]);

export const meta: SourceAdapter = {
  id: 'meta',
  title: 'WhatsApp, Messenger and Instagram at one address',
  secrets: META_SECRETS,
  retries: true,
  hasResolution: false,
  feeds: { messages: 'yes', replies: 'yes', agents: 'partly', receipts: 'yes', assignment: 'partly', ratings: 'partly' },
  verify: verifyMeta,
  handshake: metaHandshake,
  parse(request, context) {
    const body = parseExactObject(request.body);
    // What is none of the three is told by the one that was there first.
    return (PRODUCTS.get(body['object']) ?? parseBusinessAccount)(body, request, context);
  },
};
