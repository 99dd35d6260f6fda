/**
 * Chatwoot: account webhooks, API-inbox webhooks, agent-bot webhooks, automation rules and macros. One change may come through
 * several of them, so event ids are made of what changed, never of how it came. Nothing is ever sent twice by Chatwoot itself.
 * https://developers.chatwoot.com/api-reference/webhooks · https://www.chatwoot.com/hc/user-guide/articles/1677693021-how-to-use-webhooks
 */
import { readConversation } from './chatwoot-conversation.ts';
import { readMessage } from './chatwoot-message.ts';
import { nameOf, noFindings } from './findings.ts';
import type { Findings } from './findings.ts';
import { emailOf, idOf, isRecord, parseObject, phoneOf, record, wordOf } from './json.ts';
import type { Json } from './json.ts';
import { queryOf } from './request.ts';
import { verifySignature, verifyToken } from './signature.ts';
import type { SignatureScheme } from './signature.ts';
import type { Parsed, Secrets, SourceAdapter, SourceContext, Verdict, WebhookRequest } from './source.ts';

/** Releases since late 2025. `X-Chatwoot-Delivery` is neither signed nor equal on a repeat, so it identifies nothing. */
export const CHATWOOT_SIGNATURE: SignatureScheme = {
  algorithm: 'sha256', encoding: 'hex', header: 'x-chatwoot-signature', prefix: 'sha256=', signed: ['timestamp', '.', 'body'],
  timestamp: { header: 'x-chatwoot-timestamp', toleranceSeconds: 300 }, key: 'text',
};

const SNAPSHOTS: ReadonlySet<unknown> = new Set([
  'conversation_created', 'conversation_updated', 'conversation_status_changed', 'conversation_opened', 'conversation_resolved', 'macro.executed',
]);

const IGNORED: ReadonlySet<unknown> = new Set([
  'conversation_typing_on', 'conversation_typing_off', 'webwidget_triggered', 'inbox_created', 'inbox_updated', 'contact_updated',
]);

export const chatwoot: SourceAdapter = {
  id: 'chatwoot',
  title: 'Chatwoot',
  secrets: [
    { name: 'secret', required: false, help: 'Secret of the webhook (Settings > Integrations > Webhooks); several, if API inboxes or agent bots send too' },
    { name: 'key', required: false, help: 'For Chatwoot releases that do not sign: text of your choice, put at the end of the webhook URL as ?key=' },
  ],
  needs: [['secret'], ['key']],
  retries: false,
  hasResolution: true,
  pasted: { query: 'key=…', unless: 'secret' },
  feeds: { messages: 'yes', replies: 'yes', agents: 'yes', receipts: 'partly', assignment: 'yes', resolution: 'yes', ratings: 'yes', topics: 'yes' },
  verify,
  parse,
};

/** A configured secret makes the signature compulsory, unless a key is configured for senders that do not sign yet. */
function verify(request: WebhookRequest, secrets: Secrets): Verdict {
  const { secret = [], key = [] } = secrets;
  const isSigned = request.headers[CHATWOOT_SIGNATURE.header] !== undefined;
  if (secret.length > 0 && (isSigned || key.length === 0)) return verifySignature(CHATWOOT_SIGNATURE, request, secret);
  return verifyToken(queryOf(request).get('key'), key);
}

function parse(request: WebhookRequest, context: SourceContext): Parsed {
  const body = parseObject(request.body);
  const found = noFindings();
  const line = { source: context.source, receivedAt: request.receivedAt, found };
  const event = body['event'];
  if (IGNORED.has(event)) found.ignored.push(String(event));
  else if (event === 'message_created' || event === 'message_updated') readMessage(line, body, event);
  else if (event === 'contact_created') readContact(line, body);
  else if (SNAPSHOTS.has(event) || isAutomation(event)) {
    // Rules and macros send the conversation; a message inside it has had a delivery of its own.
    readConversation(line, isRecord(body['conversation']) ? body['conversation'] : body);
  } else found.unknown.push(nameOf(event));
  return found;
}

const isAutomation = (event: unknown): boolean => typeof event === 'string' && event.startsWith('automation_event.');

/** Chatwoot does not say how a contact came about. Nearly all write first, so that is the origin. */
function readContact(line: { source: string; receivedAt: number; found: Findings }, body: Json): void {
  const contact = idOf(body['id']);
  if (contact === undefined) return void line.found.malformed.push('contact.id');
  const [phone, email] = [phoneOf(body['phone_number']), emailOf(body['email'])];
  line.found.events.push({
    // No time in the body, and no repeats: it happened just now. No inbox either: a contact belongs to the whole account.
    id: `contact:${contact}:created`, source: line.source, t: line.receivedAt, receivedAt: line.receivedAt, channel: 'other',
    inbox: `account-${wordOf(record(body['account'])['id']) ?? '0'}`,
    contact, ...(phone !== undefined && { phone }), ...(email !== undefined && { email }), kind: 'contact.created', origin: 'inbound',
  });
}
