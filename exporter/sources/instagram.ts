/**
 * Instagram messaging. Messages are in `messaging` (milliseconds), comments and mentions in `changes` (seconds). Seen names one
 * message; there is no delivery receipt.
 * https://developers.facebook.com/docs/instagram-platform/webhooks
 */
import { nameOf, noFindings } from './findings.ts';
import { parseExactObject } from './json.ts';
import type { Json } from './json.ts';
import { readMessaging } from './messaging.ts';
import { META_SECRETS, metaHandshake, verifyMeta, walkMeta } from './meta.ts';
import type { Parsed, SourceAdapter, SourceContext, WebhookRequest } from './source.ts';

/** What is said in public, counted apart from conversations. */
const PUBLIC: ReadonlyMap<string | undefined, string> = new Map([['comments', 'comment'], ['live_comments', 'live_comment'], ['mentions', 'mention']]);

/** Lists of messaging items, and subscribed fields that some apps get as changes with such an item inside. */
const MESSAGING: ReadonlySet<string | undefined> = new Set([
  'messaging', 'standby', 'messages', 'message_edit', 'message_reactions', 'messaging_handover', 'messaging_optins', 'messaging_postbacks', 'messaging_referral', 'messaging_seen',
]);

const IGNORED: ReadonlySet<string | undefined> = new Set(['story_insights']);

export const instagram: SourceAdapter = {
  id: 'instagram',
  title: 'Instagram',
  secrets: META_SECRETS,
  retries: true,
  hasResolution: false,
  feeds: { messages: 'yes', replies: 'yes', agents: 'partly', receipts: 'partly', assignment: 'partly' },
  verify: verifyMeta,
  handshake: metaHandshake,
  parse: (request, context) => parseInstagram(parseExactObject(request.body), request, context),
};

/** Reads a body of Instagram that was parsed already. */
export function parseInstagram(body: Json, { receivedAt }: Pick<WebhookRequest, 'receivedAt'>, { source }: SourceContext): Parsed {
  const found = noFindings();
  if (body['object'] !== undefined && body['object'] !== 'instagram') return { ...found, unknown: [`object.${nameOf(body['object'])}`] };
  const { items, broken } = walkMeta(body);
  for (let index = 0; index < broken; index += 1) found.malformed.push('entry');
  for (const item of items) {
    const state = PUBLIC.get(item.field);
    if (item.entry === '0') found.ignored.push('dashboard_test');
    else if (MESSAGING.has(item.field)) readMessaging({ source, receivedAt, channel: 'instagram', found }, item);
    else if (state !== undefined) found.health.push({ topic: 'public', state });
    else if (IGNORED.has(item.field)) found.ignored.push(item.field!); // a member of the list
    else found.unknown.push(nameOf(item.field));
  }
  return found;
}
