/**
 * Freshdesk, whose automation rules send what an admin ticked. There is one happening per request, in `triggered_event`; no event has an
 * id or a time. Who acted is in the address (`?by=agent`), because each rule watches one sort of performer.
 * https://support.freshdesk.com/support/solutions/articles/132589-using-webhooks-in-automation-rules
 */
import type { Channel, Envelope, Payload, Resolver } from '../core/event.ts';
import { digestOf } from './digest.ts';
import { nameOf, noFindings } from './findings.ts';
import type { Findings } from './findings.ts';
import { fieldsOf } from './freshdesk-fields.ts';
import type { Fields } from './freshdesk-fields.ts';
import { wordsOfHtml } from './html.ts';
import { emailOf, idOf, internationalPhoneOf, labelOf, timeOf, wordOf } from './json.ts';
import { queryOf, shownKeyOf } from './request.ts';
import { verifyToken } from './signature.ts';
import type { Parsed, SourceAdapter, SourceContext, WebhookRequest } from './source.ts';

const CHANNEL: ReadonlyMap<string, Channel> = new Map<string, Channel>([
  ['email', 'email'], ['outbound email', 'email'], ['chat', 'webchat'], ['feedback widget', 'webchat'], ['facebook', 'messenger'], ['whatsapp', 'whatsapp'],
]);

/** Who the rule watches. Nothing in the address: unknown. */
const PERFORMER: ReadonlyMap<unknown, Resolver> = new Map<unknown, Resolver>([
  ['agent', 'agent'], ['requester', 'contact'], ['contact', 'contact'], ['system', 'automation'],
]);

/** Resolved and closed, by number or word; a ticket is closed some days after it was resolved. */
const DONE: ReadonlySet<string | undefined> = new Set(['4', '5', 'resolved', 'closed']);

/** Surveys of two, three, five or seven faces share these numbers; 1 to 3 are those of the oldest survey, best first. */
const SCORE: ReadonlyMap<string, number> = new Map([
  ['103', 5], ['102', 4], ['101', 4], ['100', 3], ['-101', 2], ['-102', 2], ['-103', 1], ['1', 5], ['2', 3], ['3', 1],
]);

const IGNORED = /^(priority|due_by|tags?|tag_names|product_id|source|subject|description|internal_\w+|time_sheet_action|mail_del_failed_\w+|cf_\w+|ff_?\w+)$/;

export const freshdesk: SourceAdapter = {
  id: 'freshdesk',
  title: 'Freshdesk',
  secrets: [{ name: 'key', required: true, help: 'Text of your choice: password under "Requires authentication" of every webhook, or ?key= at the end of its URL' }],
  // After 5, 30 and 60 minutes.
  retries: true,
  hasResolution: true,
  pasted: { query: 'by=…&key=…' },
  feeds: { messages: 'yes', replies: 'yes', agents: 'partly', assignment: 'yes', resolution: 'yes', ratings: 'partly', topics: 'partly' },
  verify: (request, secrets) => verifyToken(shownKeyOf(request), secrets['key'] ?? []),
  parse,
};

interface Item {
  readonly found: Findings;
  readonly fields: Fields;
  readonly by: Resolver | undefined;
  readonly ticket: string;
  /** Of this request; what happened is added. */
  readonly id: string;
  readonly place: Omit<Envelope, 'id'> & { readonly conversation: string; readonly contact?: string; readonly phone?: string; readonly email?: string };
}

/** `status` from 2 to 4, or `note_type` to `private`. */
interface Change { readonly name: string; readonly from?: string | undefined; readonly to: string }

const READERS: ReadonlyMap<string, (item: Item, change: Change) => void> = new Map<string, (item: Item, change: Change) => void>([
  ['ticket_action', readTicket], ['reply_sent', (item) => readComment(item)],
  ['note_type', (item, { to }) => { if (to === 'private') push(item, 'note', { kind: 'note.created' }); else readComment(item); }],
  ['status', readStatus], ['responder_id', readAgent], ['group_id', readGroup], ['ticket_type', readType], ['customer_feedback', readRating],
]);

function parse(request: WebhookRequest, context: SourceContext): Parsed {
  const found = noFindings();
  const fields = fieldsOf(request.body);
  const ticket = wordOf(fields.get('ticket_id'));
  const changes = changesOf(fields.get('triggered_event') ?? fields.get('event'));
  if (ticket === undefined) return { ...found, unknown: ['no_ticket'] };
  if (changes.length === 0) return { ...found, unknown: ['no_triggered_event'] };
  const saidAt = timeOf(fields.get('time'));
  const t = saidAt ?? request.receivedAt;
  // What is sent again comes within hours; the same words on another day are another happening.
  const id = `${ticket}:${digestOf(...[...fields].flat())}:${saidAt ?? Math.floor(request.receivedAt / 86_400_000)}`;
  const contact = first(fields, 'email') ?? first(fields, 'unique_external_id') ?? first(fields, 'phone');
  const phone = internationalPhoneOf(first(fields, 'phone')) ?? internationalPhoneOf(first(fields, 'mobile'));
  const email = emailOf(first(fields, 'email'));
  const item: Item = {
    found, fields, ticket, id, by: PERFORMER.get(queryOf(request).get('by')),
    place: {
      source: context.source, t, receivedAt: request.receivedAt, channel: CHANNEL.get((fields.get('ticket_source') ?? '').toLowerCase()) ?? 'other',
      inbox: wordOf(/^https?:\/\/([\w-]+)\./.exec(fields.get('ticket_url') ?? '')?.[1]) ?? 'freshdesk', conversation: ticket,
      ...(contact !== undefined && { contact }), ...(phone !== undefined && { phone }), ...(email !== undefined && { email }),
    },
  };
  for (const change of changes) {
    const read = READERS.get(change.name);
    if (read !== undefined) read(item, change);
    else (IGNORED.test(change.name) ? found.ignored : found.unknown).push(nameOf(change.name));
  }
  return found;
}

/** `{status:{from:2,to:4}}` or `{reply_sent:sent}`, with quotes or without. */
function changesOf(triggered: string | undefined): readonly Change[] {
  const text = (triggered ?? '').slice(0, 2_000).replace(/["'\\]/g, '');
  return [...text.matchAll(/(\w+)\s*:\s*(?:\{\s*from\s*:([^,{}]*),\s*to\s*:([^,{}]*)\}|([^,{}]+))/g)].map(([, name = '', from, to, plain]) =>
    ({ name, from: from?.trim().toLowerCase(), to: (to ?? plain ?? '').trim().toLowerCase() }));
}

/** A new ticket is what the customer wrote in it, or said and an agent wrote down, unless an agent wrote to the customer. */
function readTicket(item: Item, { to }: Change): void {
  if (to !== 'created') return void item.found.ignored.push('ticket_action');
  const text = wordsOfHtml(item.fields.get('ticket_description'));
  const isOurs = item.fields.get('ticket_source')?.toLowerCase() === 'outbound email';
  write(item, `${item.ticket}:description`, isOurs ? 'agent' : 'contact', text, agentOf(item.fields));
  readType(item);
}

/** A reply or public note; the last public comment begins with the name of its author, which tells more than the address. */
function readComment(item: Item): void {
  const comment = item.fields.get('ticket_latest_public_comment') ?? '';
  const [opening = '', name] = /^\s*([^<>]{1,100}?)\s:\s*(?=<)/.exec(comment) ?? [];
  // What was answered is quoted below.
  const text = wordsOfHtml(comment.slice(opening.length).split(/<blockquote|<\w+ [^<>]*freshdesk_quote/)[0]);
  const by = item.by ?? (name !== undefined && name === first(item.fields, 'name') ? 'contact' : 'agent');
  write(item, item.id, by, text, name ?? agentOf(item.fields));
}

function write({ found, place }: Item, id: string, by: Resolver, text: string | undefined, agent: string | undefined): void {
  const said = { id, message: id, content: 'text' as const, ...(text !== undefined && { text }) };
  if (by === 'contact') found.events.push({ ...place, ...said, kind: 'message.inbound' });
  else if (by === 'agent') found.events.push({ ...place, ...said, kind: 'message.outbound', author: 'agent', ...(agent !== undefined && { authorId: agent }) });
  else found.events.push({ ...place, ...said, kind: 'message.outbound', author: 'automation' });
}

/** Pending and the account's own statuses move no clock. A customer reopens by writing, and that message tells it. */
function readStatus(item: Item, { from, to }: Change): void {
  const agent = item.by === 'agent' ? agentOf(item.fields) : undefined;
  if (DONE.has(to) && !DONE.has(from)) push(item, 'resolved', { kind: 'conversation.resolved', by: item.by ?? 'agent', ...(agent !== undefined && { byId: agent }) });
  else if (DONE.has(from) && !DONE.has(to) && (item.by === 'agent' || item.by === undefined)) push(item, 'reopened', { kind: 'conversation.reopened', by: 'agent' });
  else item.found.ignored.push('status');
}

function readAgent(item: Item, { to }: Change): void {
  const agent = isNobody(to) ? undefined : agentOf(item.fields) ?? to;
  push(item, 'agent', agent === undefined ? { kind: 'conversation.unassigned' } : { kind: 'conversation.assigned', toType: 'agent', toId: agent });
}

function readGroup(item: Item, { to }: Change): void {
  if (isNobody(to)) item.found.ignored.push('group_id');
  else push(item, 'group', { kind: 'conversation.assigned', toType: 'team', toId: idOf(item.fields.get('ticket_group_name')) ?? to });
}

function readType(item: Item, change?: Change): void {
  const topic = labelOf(item.fields.get('ticket_type') ?? item.fields.get('ticket_ticket_type'));
  if (topic !== undefined) push(item, 'type', { kind: 'conversation.classified', topic });
  else if (change) item.found.ignored.push('ticket_type');
}

function readRating(item: Item, { to }: Change): void {
  const score = SCORE.get(to);
  if (score === undefined) item.found.unknown.push('customer_feedback');
  else push(item, 'rating', { kind: 'survey.answered', survey: `csat:${item.ticket}`, type: 'csat', score });
}

const isNobody = (to: string): boolean => /^(|null|nil|none|-1)$/.test(to);

/** The name is what assignments and comments both have. It becomes a pseudonym. */
const agentOf = (fields: Fields): string | undefined => idOf(fields.get('ticket_agent_name')) ?? idOf(fields.get('ticket_agent_email'));

/** Of the customer, whom Freshdesk calls contact or requester. */
const first = (fields: Fields, what: string): string | undefined =>
  idOf(fields.get(`ticket_requester_${what}`) ?? fields.get(`ticket_contact_${what}`) ?? fields.get(`requester_${what}`));

function push({ found, id, place }: Item, what: string, payload: Payload): void {
  found.events.push({ ...place, id: `${id}:${what}`, ...payload });
}
