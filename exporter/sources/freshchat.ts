/**
 * Freshchat. Requests are signed with Freshchat's private key, so what is configured is a public one.
 * https://crmsupport.freshworks.com/support/solutions/articles/50000004461
 */
import { createPublicKey, verify as verifyRsa } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Author, Channel, Content, Envelope, Payload, Resolver } from '../core/event.ts';
import { nameOf, noFindings } from './findings.ts';
import type { Findings } from './findings.ts';
import { idOf, isRecord, list, parseObject, record, textOf, timeOf, wordOf } from './json.ts';
import type { Json } from './json.ts';
import type { Parsed, Secrets, SourceAdapter, SourceContext, Verdict, WebhookRequest } from './source.ts';

const CHANNEL: ReadonlyMap<unknown, Channel> = new Map<unknown, Channel>([
  ['web', 'webchat'], ['mobile', 'webchat'], ['ios', 'webchat'], ['android', 'webchat'], ['whatsapp', 'whatsapp'], ['facebook', 'messenger'],
  ['instagram', 'instagram'], ['sms', 'sms'], ['email', 'email'], ['telegram', 'telegram'],
]);

/** By the name of the first part that says anything. */
const CONTENT: ReadonlyMap<string, Content> = new Map<string, Content>([
  ['text', 'text'], ['image', 'image'], ['video', 'video'], ['audio', 'audio'], ['file', 'document'], ['quick_reply_button', 'button'], ['url_button', 'button'],
  ['collection', 'list'], ['template_content', 'template'], ['emoji', 'text'], ['reference', 'other'],
]);

const AUTHOR: ReadonlyMap<unknown, Author> = new Map<unknown, Author>([['agent', 'agent'], ['bot', 'bot'], ['system', 'automation']]);

const RESOLVER: ReadonlyMap<unknown, Resolver> = new Map<unknown, Resolver>([['agent', 'agent'], ['user', 'contact'], ['bot', 'bot'], ['system', 'automation']]);

export const freshchat: SourceAdapter = {
  id: 'freshchat',
  title: 'Freshchat',
  secrets: [{
    name: 'public_key', required: true, help: 'Public key shown with the webhook (Admin > Webhooks), in one line or several, with or without its BEGIN and END',
    form: { read: publicKeysOf, otherwise: 'must be the RSA public key that Freshchat shows with the webhook, whole; several separated by commas' },
  }],
  retries: true,
  hasResolution: true,
  feeds: { messages: 'yes', replies: 'yes', agents: 'yes', assignment: 'yes', resolution: 'yes' },
  verify,
  parse,
};

/** RSA with SHA-256 over the raw body, PKCS #1 v1.5, base64. There is no time in it. */
function verify(request: WebhookRequest, secrets: Secrets): Verdict {
  const signature = request.headers['x-freshchat-signature'];
  if (!signature) return 'missing';
  const keys = (secrets['public_key'] ?? []).map(publicKeyOf).filter((key) => key !== undefined);
  return keys.some((key) => verifyRsa('RSA-SHA256', request.body, key, Buffer.from(signature, 'base64'))) ? 'ok' : 'invalid';
}

/** Every key of the setting; undefined when one of them is none. Lines break inside a key and between two, so BEGIN, END and commas come first. */
function publicKeysOf(text: string): readonly string[] | undefined {
  const blocks = text.replaceAll('\\n', '\n').split(/,|(?<=-----END[^-]{1,40}-----)|(?=-----BEGIN[^-]{1,40}-----)/)
    .map((block) => block.trim()).filter((block) => block !== '');
  const keys = blocks.flatMap((block) => {
    const lines = block.split(/\s*[\n\r]\s*/);
    return lines.every((line) => publicKeyOf(line) !== undefined) ? lines : [block];
  });
  return keys.length > 0 && keys.every((key) => publicKeyOf(key) !== undefined) ? [...new Set(keys)] : undefined;
}

/** Freshchat's key is called an RSA PUBLIC KEY and usually is the other format, so the bytes decide. Undefined when it is no RSA key. */
function publicKeyOf(text: string): KeyObject | undefined {
  const der = Buffer.from(text.replace(/-----[^-]{1,40}-----/g, '').replace(/\\n|\s/g, ''), 'base64');
  for (const type of ['spki', 'pkcs1'] as const) {
    try {
      const key = createPublicKey({ key: der, format: 'der', type });
      if (key.asymmetricKeyType === 'rsa') return key;
    } catch {
      // The other format, or no key at all.
    }
  }
  return undefined;
}

interface Item {
  readonly found: Findings;
  readonly t: number;
  readonly actor: Json;
  readonly data: Json;
  readonly base: Pick<Envelope, 'source' | 'receivedAt'>;
}

const READERS: ReadonlyMap<unknown, (item: Item) => void> = new Map<unknown, (item: Item) => void>([
  ['message_create', readMessage], ['conversation_assignment', readAssignment], ['conversation_resolution', readResolution], ['conversation_reopen', readReopened],
]);

function parse(request: WebhookRequest, context: SourceContext): Parsed {
  const body = parseObject(request.body);
  const found = noFindings();
  const read = READERS.get(body['action']);
  const t = timeOf(body['action_time']);
  if (read === undefined) found.unknown.push(nameOf(body['action']));
  else if (t === undefined) found.malformed.push('action_time');
  else read({ found, t, actor: record(body['actor']), data: record(body['data']), base: { source: context.source, receivedAt: request.receivedAt } });
  return found;
}

function readMessage({ found, t, actor, data, base }: Item): void {
  const message = record(data['message']);
  const [id, conversation] = [idOf(message['id']), idOf(message['conversation_id'])];
  if (id === undefined) return void found.malformed.push('message.id');
  if (conversation === undefined) return void found.malformed.push('message.conversation_id');
  const who = message['actor_type'] ?? actor['actor_type'];
  const authorId = wordOf(message['actor_id']) ?? wordOf(actor['actor_id']);
  const contact = idOf(message['user_id']) ?? (who === 'user' ? authorId : undefined);
  const place = {
    ...base, id, t: timeOf(message['created_time']) ?? t, channel: CHANNEL.get(message['message_source']) ?? 'other' as const,
    inbox: wordOf(message['channel_id']) ?? 'freshchat', conversation, ...(contact !== undefined && { contact }),
  };
  if (message['message_type'] === 'private') return void found.events.push({ ...place, kind: 'note.created' });
  const said = { message: id, ...contentOf(message) };
  const author = AUTHOR.get(who);
  if (who === 'user') found.events.push({ ...place, kind: 'message.inbound', ...said });
  else if (author === undefined) found.unknown.push(`actor_type.${nameOf(who)}`);
  else {
    const signed = author === 'agent' ? authorId : author === 'bot' && authorId !== undefined ? `bot:${authorId}` : undefined;
    found.events.push({ ...place, kind: 'message.outbound', author, ...(signed !== undefined && { authorId: signed }), ...said });
  }
}

function contentOf(message: Json): { readonly content: Content; readonly text?: string } {
  const parts = list(message['message_parts']).filter(isRecord);
  const text = textOf(parts.map((part) => textOf(record(part['text'])['content']) ?? textOf(record(part['quick_reply_button'])['label'])).filter(Boolean).join(' '));
  const name = parts.flatMap(Object.keys).find((key) => CONTENT.has(key) && key !== 'text') ?? 'text';
  return { content: parts.length === 0 ? 'other' : CONTENT.get(name)!, ...(text !== undefined && { text }) };
}

/** Only what changed: an agent taking a conversation of the own group is no transfer between groups. */
function readAssignment(item: Item): void {
  const change = record(item.data['assignment']);
  const conversation = record(change['conversation']);
  const [agent, group] = [wordOf(change['to_agent_id']), wordOf(change['to_group_id'])];
  const [oldAgent, oldGroup] = [wordOf(change['from_agent_id']), wordOf(change['from_group_id'])];
  const changes: Payload[] = [];
  // Rules of the system sort new conversations as well; only a bot had one to give away.
  if ((change['assignor'] ?? item.actor['actor_type']) === 'bot' && (agent ?? group) !== undefined) changes.push({ kind: 'conversation.handoff', by: 'bot' });
  if (group !== undefined && group !== oldGroup) changes.push({ kind: 'conversation.assigned', toType: 'team', toId: group });
  if (agent !== undefined && agent !== oldAgent) changes.push({ kind: 'conversation.assigned', toType: 'agent', toId: agent });
  if (agent === undefined && oldAgent !== undefined) changes.push({ kind: 'conversation.unassigned' });
  if (changes.length === 0) item.found.ignored.push('conversation_assignment');
  for (const payload of changes) push(item, conversation, payload, 'toType' in payload ? payload.toType : payload.kind === 'conversation.handoff' ? 'handoff' : 'nobody');
}

function readResolution(item: Item): void {
  const resolve = record(item.data['resolve']);
  const by = RESOLVER.get(resolve['resolver'] ?? item.actor['actor_type']) ?? 'system';
  const byId = by === 'agent' ? wordOf(resolve['resolver_id']) : undefined;
  push(item, record(resolve['conversation']), { kind: 'conversation.resolved', by, ...(byId !== undefined && { byId }) }, 'resolved');
}

/** A customer reopens by writing, and that message tells it. */
function readReopened(item: Item): void {
  const reopen = record(item.data['reopen']);
  const by = RESOLVER.get(reopen['reopener'] ?? item.actor['actor_type']) ?? 'system';
  if (by === 'contact') item.found.ignored.push('conversation_reopen');
  else push(item, record(reopen['conversation']), { kind: 'conversation.reopened', by }, 'reopened');
}

/** No event has an id: conversation, time and what happened make one. */
function push({ found, t, base }: Item, conversation: Json, payload: Payload, what: string): void {
  const id = idOf(conversation['conversation_id']);
  if (id === undefined) return void found.malformed.push('conversation.conversation_id');
  found.events.push({ ...base, id: `${id}:${t}:${what}`, t, channel: 'other', inbox: wordOf(conversation['channel_id']) ?? 'freshchat', conversation: id, ...payload });
}
