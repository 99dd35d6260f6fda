/**
 * Wati, a shared inbox on WhatsApp. Each event exists twice, with `_v2` at the end of its name and without; both are one here.
 * https://docs.wati.io/reference/webhooks
 */
import type { Author, Content, Envelope, Receipt } from '../core/event.ts';
import { nameOf, noFindings } from './findings.ts';
import type { Findings } from './findings.ts';
import { idOf, labelOf, parseObject, phoneOf, record, textOf, timeOf, wordOf } from './json.ts';
import type { Json } from './json.ts';
import { shownKeyOf } from './request.ts';
import { verifyToken } from './signature.ts';
import type { Parsed, SourceAdapter, SourceContext, WebhookRequest } from './source.ts';

const CONTENT: ReadonlyMap<unknown, Content> = new Map<unknown, Content>([
  ['text', 'text'], ['session', 'text'], ['image', 'image'], ['video', 'video'], ['audio', 'audio'], ['voice', 'audio'], ['document', 'document'], ['sticker', 'sticker'],
  ['location', 'location'], ['contacts', 'contacts'], ['contact', 'contacts'], ['button', 'button'], ['interactive', 'button'], ['list', 'list'], ['order', 'order'], ['template', 'template'],
]);

const RECEIPT: ReadonlyMap<string, Receipt> = new Map<string, Receipt>([
  ['sentmessagedelivered', 'delivered'], ['sentmessageread', 'read'], ['templatemessagefailed', 'failed'], ['sessionmessagefailed', 'failed'],
]);

export const wati: SourceAdapter = {
  id: 'wati',
  title: 'Wati',
  secrets: [{ name: 'key', required: true, help: 'Text of your choice, put at the end of every webhook URL as ?key=; Wati signs nothing' }],
  // It promises nothing, so nothing is counted on.
  retries: false,
  hasResolution: false,
  pasted: { query: 'key=…' },
  feeds: { messages: 'yes', replies: 'yes', agents: 'yes', receipts: 'yes' },
  verify: (request, secrets) => verifyToken(shownKeyOf(request), secrets['key'] ?? []),
  parse,
};

interface Item {
  readonly found: Findings;
  readonly body: Json;
  /** The message this is about, in either version. */
  readonly message: string;
  readonly place: Omit<Envelope, 'id'> & { readonly conversation?: string; readonly contact?: string; readonly phone?: string };
}

/** By the name without version, in small letters. */
const READERS: ReadonlyMap<string, (item: Item) => void> = new Map<string, (item: Item) => void>([
  ['message', readMessage], ['messagereceived', readMessage], ['newcontactmessagereceived', readNewContact],
  ['sessionmessagesent', readSent], ['templatemessagesent', readSent],
  ...[...RECEIPT].map(([name, status]) => [name, (item: Item) => readReceipt(item, status)] as const),
]);

function parse(request: WebhookRequest, context: SourceContext): Parsed {
  const body = parseObject(request.body);
  const found = noFindings();
  const name = (textOf(body['eventType']) ?? '').replace(/_v\d$/, '').toLowerCase();
  // The reply is a message and comes as one.
  if (name === 'sentmessagereplied') return { ...found, ignored: ['sentMessageREPLIED'] };
  const read = READERS.get(name);
  if (read === undefined) return { ...found, unknown: [nameOf(body['eventType'])] };

  const message = idOf(body['id']) ?? idOf(body['whatsappMessageId']) ?? idOf(body['localMessageId']);
  if (message === undefined) return { ...found, malformed: ['id'] };
  const [conversation, contact, phone] = [idOf(body['conversationId']), idOf(body['waId']) ?? idOf(body['bsuid']), phoneOf(body['waId'])];
  // Receipts may have no time; hooks leave at once.
  const t = timeOf(body['timestamp']) ?? timeOf(body['created']) ?? request.receivedAt;
  read({
    found, body, message,
    place: {
      source: context.source, receivedAt: request.receivedAt, t, channel: 'whatsapp', inbox: wordOf(body['channelId']) ?? wordOf(body['channelPhoneNumber']) ?? 'wati',
      ...(conversation !== undefined && { conversation }), ...(contact !== undefined && { contact }), ...(phone !== undefined && { phone }),
    },
  });
  return found;
}

/** The team's messages come under this name as well, as their owner's. */
function readMessage(item: Item): void {
  if (item.body['owner'] === true) return readSent(item);
  const { found, body, message, place } = item;
  const conversation = place.conversation ?? place.contact;
  if (conversation === undefined) return void found.malformed.push('conversationId');
  if (body['type'] === 'reaction') return void found.events.push({ ...place, conversation, id: message, kind: 'reaction.added', by: 'contact' });
  found.events.push({ ...place, conversation, id: message, kind: 'message.inbound', message, ...contentOf(body), ...(isByAd(body) && { referral: 'ad' }) });
}

/** The first message of somebody new, who may have come by an advertisement. */
function readNewContact(item: Item): void {
  const { found, body, message, place } = item;
  readMessage(item);
  if (place.contact !== undefined && body['owner'] !== true) {
    found.events.push({ ...place, id: `${message}:contact`, kind: 'contact.created', origin: isByAd(body) ? 'ad' : 'inbound' });
  }
}

const isByAd = (body: Json): boolean => (textOf(body['sourceUrl']) ?? textOf(body['sourceId'])) !== undefined;

function readSent({ found, body, message, place }: Item): void {
  const conversation = place.conversation ?? place.contact;
  if (conversation === undefined) return void found.malformed.push('conversationId');
  if (body['type'] === 'reaction') return void found.events.push({ ...place, conversation, id: message, kind: 'reaction.added', by: 'agent' });
  const template = labelOf(body['templateName']);
  const author = authorOf(body);
  const authorId = author === 'agent' ? idOf(body['operatorEmail']) ?? idOf(body['operatorName']) : undefined;
  found.events.push({
    ...place, conversation, id: message, kind: 'message.outbound', message, author, ...(authorId !== undefined && { authorId }), ...contentOf(body),
    // The name of a broadcast is not told.
    ...(template !== undefined && { template: { name: template } }), ...(template !== undefined && author === 'campaign' && { campaign: template }),
  });
}

/** What is sent over the API is software's; a template from the dashboard goes to many. Bots have a name and no address. */
function authorOf(body: Json): Author {
  if (body['sourceType'] === 'API') return 'automation';
  if (body['type'] === 'template' || textOf(body['templateName']) !== undefined) return 'campaign';
  if (textOf(body['operatorEmail']) !== undefined) return 'agent';
  const name = textOf(body['operatorName']);
  return name === undefined ? 'automation' : /\bbot\b/i.test(name) ? 'bot' : 'agent';
}

/** A receipt of the older version may name no conversation; then it comes again in the newer one. */
function readReceipt({ found, body, message, place }: Item, status: Receipt): void {
  if (place.conversation === undefined) return void found.ignored.push('receipt_without_conversation');
  const errorCode = status === 'failed' ? wordOf(body['failedCode']) : undefined;
  found.events.push({ ...place, id: `${message}:${status}`, kind: 'message.status', message, status, ...(errorCode !== undefined && { errorCode }) });
}

function contentOf(body: Json): { readonly content: Content; readonly text?: string } {
  const tapped = textOf(record(body['buttonReply'])['text']) ?? textOf(record(body['interactiveButtonReply'])['title']);
  const picked = textOf(record(body['listReply'])['title']);
  const text = textOf(body['text']) ?? tapped ?? picked;
  const content = tapped !== undefined ? 'button' : picked !== undefined ? 'list' : CONTENT.get(body['type']) ?? 'other';
  return { content, ...(text !== undefined && { text }) };
}
