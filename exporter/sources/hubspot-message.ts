/**
 * Messages of HubSpot as its conversations API gives them: one, or a page of them under `results`.
 * https://developers.hubspot.com/docs/api-reference/conversations-conversations-inbox-&-messages-v3/guide
 */
import type { Author, Channel, Content, Envelope, Payload, Receipt } from '../core/event.ts';
import { nameOf } from './findings.ts';
import type { Findings } from './findings.ts';
import { emailOf, idOf, isRecord, list, phoneOf, record, textOf, timeOf, wordOf } from './json.ts';
import type { Json } from './json.ts';

type Line = Pick<Envelope, 'source' | 'receivedAt'>;

/** HubSpot's own channels; others are custom ones. */
const CHANNEL: ReadonlyMap<unknown, Channel> = new Map<unknown, Channel>([['1000', 'webchat'], ['1001', 'messenger'], ['1002', 'email'], ['1007', 'whatsapp'], ['1008', 'sms']]);

/** What hangs on a message, and of files what they are. */
const ATTACHED: ReadonlyMap<unknown, Content> = new Map<unknown, Content>([['LOCATION', 'location'], ['CONTACT', 'contacts'], ['UNSUPPORTED_CONTENT', 'unsupported']]);
const FILE: ReadonlyMap<unknown, Content> = new Map<unknown, Content>([['IMAGE', 'image'], ['AUDIO', 'audio'], ['VOICE_RECORDING', 'audio'], ['STICKER', 'sticker'], ['VIDEO', 'video']]);

const RECEIPT: ReadonlyMap<unknown, Receipt> = new Map<unknown, Receipt>([['READ', 'read'], ['FAILED', 'failed']]);

/** The number of a user in `A-123`; undefined for bots, integrations, customers and nobody. */
export const agentIn = (actor: unknown): string | undefined => (typeof actor === 'string' ? /^(?:A-)?(\d{1,20})$/.exec(actor)?.[1] : undefined);

/** False when the body is no answer of that API. */
export function readHubspotMessages(found: Findings, body: Json, line: Line): boolean {
  const messages = Array.isArray(body['results']) ? body['results'] : [body];
  if (!messages.every((each) => isRecord(each) && each['conversationsThreadId'] !== undefined)) return false;
  for (const message of messages) readMessage(found, record(message), line);
  return true;
}

function readMessage(found: Findings, message: Json, line: Line): void {
  const [id, conversation, t] = [idOf(message['id']), idOf(message['conversationsThreadId']), timeOf(message['createdAt'])];
  if (id === undefined) return void found.malformed.push('id');
  if (conversation === undefined) return void found.malformed.push('conversationsThreadId');
  if (t === undefined) return void found.malformed.push('createdAt');
  const at = {
    ...line, id: `message:${id}`, t, channel: CHANNEL.get(idOf(message['channelId'])) ?? 'other' as const,
    inbox: wordOf(idOf(message['channelAccountId'])) ?? 'hubspot', conversation,
  };
  const type = message['type'];
  if (type === 'COMMENT') found.events.push({ ...at, kind: 'note.created' });
  else if (type === 'MESSAGE' || type === 'WELCOME_MESSAGE') readSaid(found, message, at);
  else {
    const payload = changeOf(message);
    if (payload !== undefined) found.events.push({ ...at, ...payload });
    else if (typeof type === 'string' && type.startsWith('THREAD_')) found.ignored.push(nameOf(type));
    else found.unknown.push(`type.${nameOf(type)}`);
  }
}

type Place = Envelope & { readonly conversation: string };

function readSaid(found: Findings, message: Json, at: Place): void {
  const sender = record(list(message['senders'])[0]);
  const actor = textOf(sender['actorId']) ?? textOf(message['createdBy']) ?? '';
  const text = textOf(message['text']);
  const said = { message: at.id, content: contentOf(message, text), ...(text !== undefined && { text }) };
  if (message['direction'] === 'INCOMING') {
    const contact = /^V-(.{1,200})$/.exec(actor)?.[1] ?? idOf(actor);
    const address = record(sender['deliveryIdentifier']);
    const phone = address['type'] === 'HS_PHONE_NUMBER' ? phoneOf(address['value']) : undefined;
    const email = address['type'] === 'HS_EMAIL_ADDRESS' ? emailOf(address['value']) : undefined;
    return void found.events.push({
      ...at, ...(contact !== undefined && { contact }), ...(phone !== undefined && { phone }), ...(email !== undefined && { email }), kind: 'message.inbound', ...said,
    });
  }
  if (message['direction'] !== 'OUTGOING') return void found.unknown.push(`direction.${nameOf(message['direction'])}`);
  const author = message['type'] === 'WELCOME_MESSAGE' ? 'automation' : authorOf(actor);
  found.events.push({ ...at, kind: 'message.outbound', author, ...(author === 'agent' && { authorId: agentIn(actor)! }), ...said });
  const status = RECEIPT.get(record(message['status'])['statusType']);
  if (status !== undefined) found.events.push({ ...at, id: `${at.id}:${status}`, kind: 'message.status', message: at.id, status });
}

/** The letter before the number: A for users, B for chatflows, L for the AI agent; I and S are integrations and HubSpot itself. */
const authorOf = (actor: string): Author => (agentIn(actor) !== undefined ? 'agent' : /^[BL]-/.test(actor) ? 'bot' : 'automation');

function contentOf(message: Json, text: string | undefined): Content {
  const attached = list(message['attachments']).map(record);
  if (attached.some((each) => each['type'] === 'WHATSAPP_TEMPLATE_METADATA')) return 'template';
  if (text !== undefined || attached[0] === undefined) return 'text';
  return attached[0]['type'] === 'FILE' ? FILE.get(attached[0]['fileUsageType']) ?? 'document' : ATTACHED.get(attached[0]['type']) ?? 'other';
}

/** Lines of the thread that say what was done to it. */
function changeOf(message: Json): Payload | undefined {
  const by = agentIn(message['createdBy']);
  if (message['type'] === 'ASSIGNMENT') {
    const toId = agentIn(message['assignedTo']);
    return toId === undefined ? { kind: 'conversation.unassigned' } : { kind: 'conversation.assigned', toType: 'agent', toId };
  }
  if (message['type'] !== 'THREAD_STATUS_CHANGE') return undefined;
  if (message['newStatus'] === 'CLOSED') return { kind: 'conversation.resolved', by: by === undefined ? 'automation' : 'agent', ...(by !== undefined && { byId: by }) };
  return message['newStatus'] === 'OPEN' ? { kind: 'conversation.reopened', by: by === undefined ? 'automation' : 'agent' } : undefined;
}
