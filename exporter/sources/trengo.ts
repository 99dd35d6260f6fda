/**
 * Trengo. There is one webhook for each kind of event and the body does not say which, so the address does (`?event=INBOUND`); failing
 * that, the fields that only one kind has. Times are those of the signature: nothing in a body has one.
 * https://developers.trengo.com/docs/webhooks · https://developers.trengo.com/docs/payload
 */
import type { Envelope, Payload } from '../core/event.ts';
import { noFindings } from './findings.ts';
import type { Findings } from './findings.ts';
import { formFields } from './form.ts';
import type { Fields } from './form.ts';
import { emailOf, idOf, internationalPhoneOf, labelOf, parseObject, timeOf, wordOf } from './json.ts';
import { queryOf } from './request.ts';
import { verifySignature } from './signature.ts';
import type { SignatureScheme } from './signature.ts';
import type { Parsed, Secrets, SourceAdapter, SourceContext, Verdict, WebhookRequest } from './source.ts';

/** Of the two halves of the header, put into headers of their own. */
export const TRENGO_SIGNATURE: SignatureScheme = {
  algorithm: 'sha256', encoding: 'hex', header: 'trengo-signature', prefix: '', signed: ['timestamp', '.', 'body'],
  timestamp: { header: 'trengo-timestamp', toleranceSeconds: 300 }, key: 'text',
};
/** The documentation does not say which unit the time has, so both are read. */
const IN_MILLISECONDS: SignatureScheme = { ...TRENGO_SIGNATURE, timestamp: { header: 'trengo-timestamp', toleranceSeconds: 300, unit: 'milliseconds' } };

const IGNORED = /^(TICKET_CREATED|TICKET_LABEL_DELETED|VOICE_CALL_\w+)$/;

export const trengo: SourceAdapter = {
  id: 'trengo',
  title: 'Trengo',
  secrets: [{ name: 'signing_secret', required: true, help: 'Signing secret of the webhook (Settings > Apps & Integrations > Webhooks); one for each webhook that sends here' }],
  // Whether it tries again is not documented.
  retries: false,
  hasResolution: true,
  pasted: { query: 'event=…' },
  feeds: { messages: 'yes', replies: 'yes', agents: 'partly', assignment: 'yes', resolution: 'yes', topics: 'yes' },
  verify,
  parse,
};

/** `1781020800;5f3c…`: time and signature in one header. */
function verify(request: WebhookRequest, secrets: Secrets): Verdict {
  const { timestamp, signature } = halvesOf(request);
  return verifySignature(/^\d{12,}$/.test(timestamp ?? '') ? IN_MILLISECONDS : TRENGO_SIGNATURE, { ...request, headers: { 'trengo-signature': signature, 'trengo-timestamp': timestamp } }, secrets['signing_secret'] ?? []);
}

/** Some write the header with an `x-`. */
function halvesOf({ headers }: WebhookRequest): { readonly timestamp?: string | undefined; readonly signature?: string | undefined } {
  const [timestamp, signature] = (headers['trengo-signature'] ?? headers['x-trengo-signature'] ?? '').split(';', 2);
  return { timestamp, signature };
}

interface Item {
  readonly found: Findings;
  readonly fields: Fields;
  readonly place: Omit<Envelope, 'id'> & { readonly conversation: string; readonly contact?: string; readonly phone?: string; readonly email?: string };
  /** When, as far as ids go: the time of the signature, or the day. */
  readonly when: number;
}

const READERS: ReadonlyMap<string, (item: Item) => void> = new Map<string, (item: Item) => void>([
  ['INBOUND', (item) => readMessage(item, 'inbound')], ['OUTBOUND', (item) => readMessage(item, 'outbound')], ['NOTE', (item) => readMessage(item, 'note')],
  ['TICKET_ASSIGNED', readAssigned], ['TICKET_LABEL_ADDED', readLabel],
  // Who did it is not told: people close tickets, mostly.
  ['TICKET_CLOSED', (item) => push(item, 'closed', { kind: 'conversation.resolved', by: 'agent' })],
  ['TICKET_MARKED_AS_SPAM', (item) => push(item, 'spam', { kind: 'conversation.resolved', by: 'agent' })],
  ['TICKET_REOPENED', (item) => push(item, 'reopened', { kind: 'conversation.reopened' })],
  ['TICKET_UNMARKED_AS_SPAM', (item) => push(item, 'no-spam', { kind: 'conversation.reopened', by: 'agent' })],
  ['TICKET_MERGED', readMerged],
]);

function parse(request: WebhookRequest, context: SourceContext): Parsed {
  const found = noFindings();
  const fields = fieldsOf(request.body);
  const kind = (queryOf(request).get('event') ?? kindOf(fields)).toUpperCase();
  if (IGNORED.test(kind)) return { ...found, ignored: [kind] };
  const read = READERS.get(kind);
  // A name from the address is ours, not Trengo's.
  if (read === undefined) return { ...found, unknown: [kind === '' ? 'no_event' : 'event'] };
  const conversation = idOf(fields.get('ticket_id'));
  if (conversation === undefined) return { ...found, malformed: ['ticket_id'] };
  const signedAt = timeOf(halvesOf(request).timestamp);
  const contact = idOf(fields.get('contact_id'));
  // An address, or a number, which channels write with a plus or without.
  const identifier = fields.get('contact_identifier');
  const phone = internationalPhoneOf(identifier) ?? (/^[1-9]\d{10,14}$/.test(identifier ?? '') ? identifier : undefined);
  const email = emailOf(fields.get('contact_email')) ?? emailOf(identifier);
  read({
    found, fields, when: signedAt ?? Math.floor(request.receivedAt / 86_400_000),
    place: {
      source: context.source, receivedAt: request.receivedAt, t: signedAt ?? request.receivedAt, channel: 'other', inbox: wordOf(fields.get('channel_id')) ?? 'trengo', conversation,
      ...(contact !== undefined && { contact }), ...(phone !== undefined && { phone }), ...(email !== undefined && { email }),
    },
  });
  return found;
}

/** Forms, and JSON should they ever change. @throws SyntaxError when it is neither */
function fieldsOf(body: Uint8Array): Fields {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  if (/^\s*[[{"]/.test(text)) {
    return new Map(Object.entries(parseObject(body)).flatMap(([name, value]) => (value !== '' && (typeof value === 'string' || Number.isSafeInteger(value)) ? [[name, String(value)] as const] : [])));
  }
  const fields = formFields(text);
  if (!fields.has('ticket_id') && !fields.has('channel_id')) throw new SyntaxError('the body is no form of Trengo');
  return fields;
}

/** Closed, created and spam look alike; those need their name in the address. */
function kindOf(fields: Fields): string {
  if (fields.has('merged_and_deleted_ticket_id')) return 'TICKET_MERGED';
  if (fields.has('assigned_to')) return 'TICKET_ASSIGNED';
  if (fields.has('message_id')) return !fields.has('contact_id') ? 'NOTE' : fields.has('user_id') ? 'OUTBOUND' : 'INBOUND';
  return /^(OPEN|ASSIGNED)$/.test(fields.get('status') ?? '') ? 'TICKET_REOPENED' : '';
}

function readMessage({ found, fields, place }: Item, kind: 'inbound' | 'outbound' | 'note'): void {
  const id = idOf(fields.get('message_id'));
  if (id === undefined) return void found.malformed.push('message_id');
  if (kind === 'note') return void found.events.push({ ...place, id, kind: 'note.created' });
  const text = fields.get('message');
  const said = { ...place, id, message: id, content: text === undefined ? 'other' as const : 'text' as const, ...(text !== undefined && { text }) };
  const user = wordOf(fields.get('user_id'));
  if (kind === 'inbound') found.events.push({ ...said, kind: 'message.inbound' });
  // Rules and bots send without a user.
  else if (user === undefined) found.events.push({ ...said, kind: 'message.outbound', author: 'automation' });
  else found.events.push({ ...said, kind: 'message.outbound', author: 'agent', authorId: user });
}

function readAssigned(item: Item): void {
  const [user, team] = [wordOf(item.fields.get('user_id')), wordOf(item.fields.get('team_id'))];
  const toTeam = item.fields.get('assigned_to')?.toUpperCase() === 'TEAM' ? team !== undefined : user === undefined;
  const toId = toTeam ? team : user;
  const toType = toTeam ? 'team' : 'agent';
  // To a team and to one of it may be the same second.
  if (toId === undefined) push(item, 'unassigned', { kind: 'conversation.unassigned' });
  else push(item, `${toType}:${toId}`, { kind: 'conversation.assigned', toType, toId });
}

function readLabel(item: Item): void {
  const topic = labelOf(item.fields.get('label_name')) ?? wordOf(item.fields.get('label_id'));
  if (topic === undefined) item.found.malformed.push('label_name');
  else push(item, `label:${item.fields.get('label_id') ?? topic}`, { kind: 'conversation.classified', topic });
}

/** The other ticket is gone, and what was said in it goes on in this one. */
function readMerged(item: Item): void {
  const gone = idOf(item.fields.get('merged_and_deleted_ticket_id'));
  if (gone === undefined) return void item.found.malformed.push('merged_and_deleted_ticket_id');
  push({ ...item, place: { ...item.place, conversation: gone } }, 'merged', { kind: 'conversation.resolved', by: 'agent' });
}

function push({ found, place, when }: Item, what: string, payload: Payload): void {
  found.events.push({ ...place, id: `${place.conversation}:${what}:${when}`, ...payload });
}
