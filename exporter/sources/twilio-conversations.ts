/**
 * Conversations: what was added, changed and delivered in a thread that several people and channels share. Only what has happened
 * counts; hooks that ask first (`onMessageAdd`) are left out, because their answer may still change it.
 * https://www.twilio.com/docs/conversations/conversations-webhooks
 */
import type { Author, Channel, Envelope, Payload, Receipt } from '../core/event.ts';
import { nameOf } from './findings.ts';
import type { Fields } from './form.ts';
import { timeOf } from './json.ts';
import { addressOf, inboxOf } from './twilio-fields.ts';
import type { Address } from './twilio-fields.ts';
import type { Line } from './twilio-messaging.ts';

const RECEIPT: ReadonlyMap<string | undefined, Receipt> = new Map<string | undefined, Receipt>([
  ['sent', 'sent'], ['delivered', 'delivered'], ['read', 'read'], ['failed', 'failed'], ['undelivered', 'failed'],
]);

const READERS: ReadonlyMap<string, (thread: Thread) => void> = new Map<string, (thread: Thread) => void>([
  ['onMessageAdded', readAdded], ['onDeliveryUpdated', readDelivery], ['onConversationStateUpdated', readState],
  ['onMessageUpdated', (thread) => pushAbout(thread, 'message.edited', timeOf(thread.fields.get('DateUpdated')))],
  ['onMessageRemoved', (thread) => pushAbout(thread, 'message.deleted', timeOf(thread.fields.get('DateRemoved')))],
]);

const IGNORED: ReadonlySet<string> = new Set([
  'onMessageAdd', 'onMessageUpdate', 'onMessageRemove', 'onConversationAdd', 'onConversationUpdate', 'onConversationRemove', 'onParticipantAdd', 'onParticipantUpdate',
  'onParticipantRemove', 'onUserUpdate', 'onConversationAdded', 'onConversationUpdated', 'onConversationRemoved', 'onParticipantAdded', 'onParticipantUpdated',
  'onParticipantRemoved', 'onUserAdded', 'onUserUpdated',
]);

interface Thread { readonly line: Line; readonly fields: Fields; readonly conversation: string }

/** One event; `type` as in forms, whatever it came in. */
export function readConversation(line: Line, type: string, fields: Fields): void {
  if (IGNORED.has(type)) return void line.found.ignored.push(type);
  const read = READERS.get(type);
  const conversation = fields.get('ConversationSid');
  if (read === undefined) line.found.unknown.push(nameOf(type));
  else if (conversation === undefined || conversation.length > 512) line.found.malformed.push('ConversationSid');
  else read({ line, fields, conversation });
}

function readAdded(thread: Thread): void {
  const { fields, line } = thread;
  const message = messageOf(thread);
  if (message === undefined) return;
  const source = fields.get('Source')?.toLowerCase() ?? '';
  const author = fields.get('Author') ?? fields.get('ClientIdentity');
  // Who writes through a channel is a customer, known by their address; the app and the API are our side.
  const person = source !== 'sdk' && source !== 'api' && source !== 'chat' ? addressOf(author) : undefined;
  const [text, index] = [fields.get('Body'), Number(fields.get('Index') ?? NaN)];
  const content = fields.has('Media') ? 'other' as const : 'text' as const;
  line.found.events.push({
    ...envelopeOf(thread, timeOf(fields.get('DateCreated')), person), id: message, ...(Number.isSafeInteger(index) && { seq: index }),
    ...(person ? { kind: 'message.inbound', message, content } : { kind: 'message.outbound', message, content, ...authorOf(source, author) }),
    ...(text !== undefined && { text }),
  });
}

/** People write with an app; what comes through the API is software. `system` is Twilio's name for nobody. */
function authorOf(source: string, author: string | undefined): { readonly author: Author; readonly authorId?: string } {
  if (source === 'api') return { author: author === undefined || author === 'system' ? 'automation' : 'bot' };
  return { author: 'agent', ...(author !== undefined && { authorId: author.slice(0, 512) }) };
}

function readDelivery(thread: Thread): void {
  const { fields, line } = thread;
  const word = fields.get('Status')?.toLowerCase();
  const status = RECEIPT.get(word);
  const message = messageOf(thread);
  if (message === undefined) return;
  if (status === undefined) return void line.found.unknown.push(`status.${nameOf(word)}`);
  const code = /^\d{1,9}$/.exec(fields.get('ErrorCode') ?? '')?.[0];
  line.found.events.push({
    ...envelopeOf(thread, timeOf(fields.get('DateUpdated')) ?? timeOf(fields.get('DateCreated'))), id: `${message}:${word}`, kind: 'message.status', message, status,
    ...(status === 'failed' && code !== undefined && code !== '0' && { errorCode: code }),
  });
}

/** Closed is the end; `inactive` is a timer's note, and the next message undoes it. */
function readState(thread: Thread): void {
  const { fields, line, conversation } = thread;
  const [from, to, reason] = ['StateFrom', 'StateTo', 'Reason'].map((name) => fields.get(name));
  const t = timeOf(fields.get('StateUpdated'));
  const payload: Payload | undefined = to === 'closed'
    ? reason === 'TIMER' ? { kind: 'conversation.resolved', by: 'system', reason: 'inactivity' } : { kind: 'conversation.resolved', by: 'agent' }
    : from === 'closed' && to === 'active' ? { kind: 'conversation.reopened' } : undefined;
  if (payload === undefined) return void line.found.ignored.push('onConversationStateUpdated');
  line.found.events.push({ ...envelopeOf(thread, t), id: `${conversation}:${to}:${t ?? ''}`, ...payload });
}

function pushAbout(thread: Thread, kind: 'message.edited' | 'message.deleted', t: number | undefined): void {
  const message = messageOf(thread);
  if (message !== undefined) thread.line.found.events.push({ ...envelopeOf(thread, t), id: `${message}:${kind}:${t ?? ''}`, kind, message });
}

function messageOf({ fields, line }: Thread): string | undefined {
  const message = fields.get('MessageSid');
  if (message !== undefined && message.length <= 512) return message;
  line.found.malformed.push('MessageSid');
  return undefined;
}

function envelopeOf({ line, fields, conversation }: Thread, t: number | undefined, person?: Address):
Omit<Envelope, 'id'> & { readonly conversation: string; readonly contact?: string; readonly phone?: string } {
  const channel: Channel = person?.channel ?? 'webchat';
  return {
    source: line.source, t: t ?? line.receivedAt, receivedAt: line.receivedAt, channel, inbox: inboxOf(fields, undefined), conversation,
    ...(person && { contact: `${channel}:${person.id}`, ...(person.phone !== undefined && { phone: person.phone }) }),
  };
}
