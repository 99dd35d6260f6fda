/**
 * HubSpot. Webhooks of an app say that something happened and little more: of a message neither text nor direction, of a deal one
 * property at a time. What they leave out comes in two other ways: workflows send whole deals, and messages may be sent here as the
 * conversations API gives them.
 * https://developers.hubspot.com/docs/api-reference/webhooks-webhooks-v3/guide
 */
import type { Envelope, Payload } from '../core/event.ts';
import { nameOf, noFindings } from './findings.ts';
import type { Findings } from './findings.ts';
import { readDealChanges, readWorkflowDeal } from './hubspot-deal.ts';
import { agentIn, readHubspotMessages } from './hubspot-message.ts';
import { verifyHubspot } from './hubspot-signature.ts';
import { idOf, isRecord, list, parseItems, textOf, timeOf, wordOf } from './json.ts';
import type { Json } from './json.ts';
import { shownKeyOf } from './request.ts';
import { verifyToken } from './signature.ts';
import type { Parsed, Secrets, SourceAdapter, SourceContext, Verdict, WebhookRequest } from './source.ts';

/** Classes of CRM objects by number, in subscriptions that are called `object.…`. */
const OBJECTS: ReadonlyMap<unknown, string> = new Map<unknown, string>([['0-1', 'contact'], ['0-2', 'company'], ['0-3', 'deal'], ['0-5', 'ticket'], ['0-8', 'line_item'], ['0-11', 'conversation']]);

/** Known objects of which nothing else is read. */
const KNOWN = /^(conversation|contact|company|deal|ticket|product|line_item|object)\.(creation|deletion|privacyDeletion|propertyChange|merge|restore|associationChange|newMessage)$/;

const ORIGINS: ReadonlyMap<unknown, 'manual' | 'import' | 'api' | 'inbound'> = new Map<unknown, 'manual' | 'import' | 'api' | 'inbound'>([
  ['CRM_UI', 'manual'], ['CRM', 'manual'], ['CONTACTS_WEB', 'manual'], ['MOBILE_IOS', 'manual'], ['MOBILE_ANDROID', 'manual'], ['IMPORT', 'import'], ['API', 'api'], ['INTEGRATION', 'api'],
]);

export const hubspot: SourceAdapter = {
  id: 'hubspot',
  title: 'HubSpot',
  secrets: [
    { name: 'client_secret', required: false, help: 'Client secret of your app (Development > your app > Auth): signs webhooks, and workflows that include a signature' },
    { name: 'key', required: false, help: 'For workflows that show an API key, and for messages that a program of yours sends: text of your choice, as header Authorization or ?key=' },
  ],
  needs: [['client_secret'], ['key']],
  retries: true,
  hasResolution: true,
  pasted: { query: 'key=…', unless: 'client_secret' },
  feeds: { messages: 'partly', replies: 'partly', agents: 'partly', receipts: 'partly', assignment: 'yes', resolution: 'yes', orders: 'yes' },
  verify,
  parse,
};

function verify(request: WebhookRequest, secrets: Secrets, context: SourceContext): Verdict {
  const { client_secret: secret = [], key = [] } = secrets;
  const isSigned = request.headers['x-hubspot-signature-v3'] !== undefined || request.headers['x-hubspot-signature'] !== undefined;
  return secret.length > 0 && (isSigned || key.length === 0) ? verifyHubspot(request, secret, context) : verifyToken(shownKeyOf(request), key);
}

interface Item {
  readonly found: Findings;
  readonly change: Json;
  readonly place: Omit<Envelope, 'id'>;
}

const READERS: ReadonlyMap<string, (item: Item) => void> = new Map<string, (item: Item) => void>([
  ['conversation.newMessage', readNewMessage], ['conversation.propertyChange', readConversation],
  ['contact.creation', (item) => ofContact(item, { kind: 'contact.created', origin: ORIGINS.get(item.change['changeSource']) ?? 'inbound' })],
  ['contact.deletion', (item) => ofContact(item, { kind: 'contact.deleted' })], ['contact.privacyDeletion', (item) => ofContact(item, { kind: 'contact.deleted' })],
  ['contact.merge', readMerge],
]);

function parse(request: WebhookRequest, { source }: SourceContext): Parsed {
  const found = noFindings();
  const line = { source, receivedAt: request.receivedAt };
  const deals: Json[] = [];
  for (const change of parseItems(request.body)) {
    if (!isRecord(change)) { found.malformed.push('change'); continue; }
    if (change['subscriptionType'] === undefined) {
      if (!readHubspotMessages(found, change, line) && !readWorkflowDeal(found, change, request, source)) found.unknown.push('unnamed');
      continue;
    }
    const kind = textOf(change['subscriptionType'])?.replace(/^object\./, () => `${OBJECTS.get(change['objectTypeId']) ?? 'object'}.`) ?? '';
    const t = timeOf(change['occurredAt']);
    if (!KNOWN.test(kind)) found.unknown.push(nameOf(kind));
    else if (kind === 'deal.propertyChange') deals.push(change);
    else if (!READERS.has(kind)) found.ignored.push(nameOf(kind));
    else if (t === undefined) found.malformed.push('occurredAt');
    else READERS.get(kind)!({ found, change, place: { ...line, t, channel: 'other', inbox: wordOf(change['portalId']) ?? 'hubspot' } });
  }
  readDealChanges(found, deals, request, source);
  return found;
}

/** Which way a message went is not told, so only comments, which go no way, are read. */
function readNewMessage({ found, change, place }: Item): void {
  const [thread, message] = [idOf(change['objectId']), idOf(change['messageId'])];
  if (change['messageType'] !== 'COMMENT') return void found.ignored.push('message_without_direction');
  if (thread === undefined || message === undefined) return void found.malformed.push(thread === undefined ? 'objectId' : 'messageId');
  found.events.push({ ...place, id: `message:${message}`, conversation: thread, kind: 'note.created' });
}

function readConversation({ found, change, place }: Item): void {
  const thread = idOf(change['objectId']);
  if (thread === undefined) return void found.malformed.push('objectId');
  const name = change['propertyName'];
  const value = textOf(change['propertyValue']);
  const payload = name === 'assignedTo' ? assignedTo(value) : name === 'status' ? statusOf(value) : undefined;
  if (payload === undefined) found.ignored.push('conversation.propertyChange');
  else found.events.push({ ...place, id: `thread:${thread}:${String(name)}:${place.t}`, conversation: thread, ...payload });
}

/** Always text, `A-` before the number of a user. */
function assignedTo(value: string | undefined): Payload {
  const agent = agentIn(value);
  return agent === undefined ? { kind: 'conversation.unassigned' } : { kind: 'conversation.assigned', toType: 'agent', toId: agent };
}

/** Who closed it is not told: people do, mostly. */
const statusOf = (value: string | undefined): Payload | undefined =>
  value === 'CLOSED' ? { kind: 'conversation.resolved', by: 'agent' } : value === 'OPEN' ? { kind: 'conversation.reopened' } : undefined;

function ofContact({ found, change, place }: Item, payload: Payload): void {
  const contact = idOf(change['objectId']);
  if (contact === undefined) found.malformed.push('objectId');
  else found.events.push({ ...place, id: `contact:${contact}:${payload.kind}`, contact, ...payload });
}

function readMerge({ found, change, place }: Item): void {
  const into = idOf(change['newObjectId']) ?? idOf(change['primaryObjectId']) ?? idOf(change['objectId']);
  const merged = [change['primaryObjectId'], ...list(change['mergedObjectIds'])].map(idOf).filter((id) => id !== undefined && id !== into);
  if (into === undefined || merged.length === 0) return void found.malformed.push('mergedObjectIds');
  for (const from of merged) found.events.push({ ...place, id: `contact:${from}:into:${into}`, contact: into, kind: 'contact.merged', from: from!, into });
}
