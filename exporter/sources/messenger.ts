/**
 * Facebook Messenger. Times are milliseconds; delivered and read come as watermarks ("all before this time"); our own messages come as
 * echoes. One hour without a 200 and Meta ends the subscription.
 * https://developers.facebook.com/docs/messenger-platform/webhooks
 */
import { nameOf, noFindings } from './findings.ts';
import type { Findings } from './findings.ts';
import { parseExactObject, record } from './json.ts';
import type { Json } from './json.ts';
import { readMessaging } from './messaging.ts';
import { META_SECRETS, metaHandshake, verifyMeta, walkMeta } from './meta.ts';
import type { Parsed, SourceAdapter, SourceContext, WebhookRequest } from './source.ts';

/** Changes of a page that concern no conversation. */
const IGNORED: ReadonlySet<string | undefined> = new Set(['messenger_template_status_update', 'inbox_labels', 'ratings', 'mention', 'conversations']);

export const messenger: SourceAdapter = {
  id: 'messenger',
  title: 'Facebook Messenger',
  secrets: META_SECRETS,
  retries: true,
  hasResolution: false,
  feeds: { messages: 'yes', replies: 'yes', agents: 'partly', receipts: 'yes', assignment: 'partly', ratings: 'partly' },
  verify: verifyMeta,
  handshake: metaHandshake,
  parse: (request, context) => parsePage(parseExactObject(request.body), request, context),
};

/** Reads a body of Messenger that was parsed already. */
export function parsePage(body: Json, { receivedAt }: Pick<WebhookRequest, 'receivedAt'>, { source }: SourceContext): Parsed {
  const found = noFindings();
  if (body['object'] !== undefined && body['object'] !== 'page') return { ...found, unknown: [`object.${nameOf(body['object'])}`] };
  const { items, broken } = walkMeta(body);
  for (let index = 0; index < broken; index += 1) found.malformed.push('entry');
  for (const item of items) {
    if (item.entry === '0') found.ignored.push('dashboard_test');
    else if (item.field === 'messaging' || item.field === 'standby') readMessaging({ source, receivedAt, channel: 'messenger', found }, item);
    else readChange(found, item.field, item.value);
  }
  return found;
}

/** Comments under posts are counted apart: they are no part of any conversation here. */
function readChange(found: Findings, field: string | undefined, value: Json): void {
  if (field === 'feed') {
    const { item, verb } = record(value);
    if (item === 'comment' && verb === 'add') found.health.push({ topic: 'public', state: 'comment' });
    else found.ignored.push('feed');
  } else if (IGNORED.has(field)) found.ignored.push(field!); // a member of the list
  else found.unknown.push(nameOf(field));
}
