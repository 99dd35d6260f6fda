/**
 * Viber bots. Message tokens have 19 digits, more than a number of JSON holds; times are milliseconds; our own messages show as receipts.
 * https://developers.viber.com/docs/api/rest-bot-api/#callbacks
 */
import type { Content, Envelope, Payload } from '../core/event.ts';
import { nameOf, noFindings } from './findings.ts';
import { idOf, parseExactObject, record, textOf, timeOf, wordOf } from './json.ts';
import type { Json } from './json.ts';
import { queryOf } from './request.ts';
import { verifySignature } from './signature.ts';
import type { SignatureScheme } from './signature.ts';
import type { Parsed, Reply, SourceAdapter, SourceContext, WebhookRequest } from './source.ts';

export const VIBER_SIGNATURE: SignatureScheme = { algorithm: 'sha256', encoding: 'hex', header: 'x-viber-content-signature', prefix: '', signed: ['body'], key: 'text' };

const NOTHING: Reply = { type: 'text/plain; charset=utf-8', body: '' };

const CONTENT: ReadonlyMap<unknown, Content> = new Map<unknown, Content>([
  ['text', 'text'], ['url', 'text'], ['picture', 'image'], ['video', 'video'], ['file', 'document'], ['location', 'location'], ['contact', 'contacts'], ['sticker', 'sticker'],
]);

const IGNORED: ReadonlySet<unknown> = new Set(['webhook', 'conversation_started', 'client_status', 'action']);

export const viber: SourceAdapter = {
  id: 'viber',
  title: 'Viber',
  secrets: [{ name: 'auth_token', required: true, help: 'Authentication token of the bot (Viber admin panel > Edit info): signs every callback' }],
  retries: true,
  hasResolution: false,
  feeds: { messages: 'yes', replies: 'yes', receipts: 'yes' },
  verify: (request, secrets) => verifySignature(VIBER_SIGNATURE, request, secrets['auth_token'] ?? []),
  parse,
  // The answer to `conversation_started` may be a welcome message.
  reply: () => NOTHING,
};

function parse(request: WebhookRequest, { source }: SourceContext): Parsed {
  const body = parseExactObject(request.body);
  const found = noFindings();
  const event = body['event'];
  if (event === undefined && Object.keys(body).length === 0) return found;
  if (IGNORED.has(event)) return { ...found, ignored: [String(event)] };
  const payload = payloadOf(event, body);
  if (payload === undefined) return { ...found, unknown: [nameOf(event)] };

  // Nothing in a callback names the bot; the address may (`?bot=`).
  const inbox = wordOf(queryOf(request).get('bot')) ?? 'bot';
  const person = record(body['sender'] ?? body['user']);
  const contact = idOf(person['id']) ?? idOf(body['user_id']);
  const [t, token] = [timeOf(body['timestamp']), idOf(body['message_token'])];
  if (t === undefined) found.malformed.push('timestamp');
  else if (token === undefined) found.malformed.push('message_token');
  // A receipt is one of its message, whoever got it.
  else if (contact === undefined && payload.kind !== 'message.status') found.malformed.push('user_id');
  else {
    const at: Envelope = { id: `${token}:${String(event)}`, source, t, receivedAt: request.receivedAt, channel: 'other', inbox };
    const [text, country] = [textOf(record(body['message'])['text']), /^[A-Z]{2}$/.exec(textOf(person['country']) ?? '')?.[0]];
    const place = contact !== undefined && { conversation: `${inbox}:${contact}`, contact };
    if (payload.kind === 'message.inbound') {
      found.events.push({ ...at, id: token, ...place, ...payload, message: token, ...(country !== undefined && { country }), ...(text !== undefined && { text }) });
    } else if (payload.kind === 'message.status') found.events.push({ ...at, ...place, ...payload, message: token });
    else found.events.push({ ...at, ...place, ...payload });
  }
  return found;
}

/** `message` is filled in by the caller: the token belongs to all of them. */
function payloadOf(event: unknown, body: Json): Payload | undefined {
  switch (event) {
    case 'message': return { kind: 'message.inbound', message: '', content: CONTENT.get(record(body['message'])['type']) ?? 'other' };
    case 'delivered': return { kind: 'message.status', message: '', status: 'delivered' };
    case 'seen': return { kind: 'message.status', message: '', status: 'read' };
    case 'failed': return { kind: 'message.status', message: '', status: 'failed' };
    // Subscribers may be written to.
    case 'subscribed': return { kind: 'consent.granted', purpose: 'marketing' };
    case 'unsubscribed': return { kind: 'consent.revoked', purpose: 'marketing' };
    default: return undefined;
  }
}
