/**
 * WhatsApp Cloud API. Times are whole seconds, batches mix numbers and kinds, order means nothing, and one unreadable item
 * must not cost the others: anything but 200 makes Meta send the whole batch again, for days.
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview
 */
import type { Payload } from '../core/event.ts';
import { digestOf } from './digest.ts';
import { nameOf, noFindings } from './findings.ts';
import type { Findings } from './findings.ts';
import { idOf, list, parseObject, phoneOf, record, timeOf, wordOf } from './json.ts';
import type { Json } from './json.ts';
import { META_SECRETS, metaHandshake, verifyMeta, walkMeta } from './meta.ts';
import type { Parsed, SourceAdapter, SourceContext, WebhookRequest } from './source.ts';
import { errorNotes, healthOf } from './whatsapp-health.ts';
import { cardsOf, envelopeOf, personOf, readItems, threadOf } from './whatsapp-line.ts';
import type { Line } from './whatsapp-line.ts';
import { readMessage, readMessages } from './whatsapp-messages.ts';
import { readStatus } from './whatsapp-statuses.ts';

/** Known fields that say nothing about conversations. `history` is months of old traffic: it would enter live counters. */
const IGNORED: ReadonlySet<string> = new Set([
  'history', 'calls', 'smb_app_state_sync', 'group_lifecycle_update', 'group_participants_update', 'group_settings_update', 'group_status_update',
  'message_template_components_update', 'template_correct_category_detection', 'business_username_update', 'business_username_updates',
  'account_settings_update', 'flows', 'partner_solutions', 'payment_configuration_update', 'automatic_events',
  'consumer_profile', 'tracking_events',
]);

const CONVERSATIONAL = { messages: readMessage, statuses: readStatus };

const READERS: ReadonlyMap<string, (line: Line, value: Json) => void> = new Map<string, (line: Line, value: Json) => void>([
  ['messages', readAll],
  ['smb_message_echoes', readAll],
  ['message_echoes', readAll],
  ['standby', (line, value) => {
    const inner = record(value['standby']);
    readMessages({ ...line, cards: [...line.cards, ...cardsOf(inner)] }, inner, CONVERSATIONAL);
  }],
  ['user_preferences', (line, value) => readItems(line, value, 'user_preferences', readPreference)],
  ['user_id_update', (line, value) => readItems(line, value, 'user_id_update', readUserIdUpdate)],
  ['messaging_handovers', readHandover],
]);

export const whatsapp: SourceAdapter = {
  id: 'whatsapp',
  title: 'WhatsApp Cloud API',
  secrets: META_SECRETS,
  retries: true,
  hasResolution: false,
  feeds: { messages: 'yes', replies: 'yes', receipts: 'yes' },
  verify: verifyMeta,
  handshake: metaHandshake,
  parse: (request, context) => parseBusinessAccount(parseObject(request.body), request, context),
};

/** Reads a body of WhatsApp that was parsed already. */
export function parseBusinessAccount(body: Json, request: WebhookRequest, context: SourceContext): Parsed {
  const found = noFindings();
  // One URL of a Meta app may get all its products.
  if (body['object'] !== undefined && body['object'] !== 'whatsapp_business_account') {
    return { ...found, unknown: [`object.${nameOf(body['object'])}`] };
  }
  const { items, broken } = walkMeta(body);
  for (let index = 0; index < broken; index += 1) found.malformed.push('entry');
  for (const { entry, field, value } of items) {
    if (entry === '0') found.ignored.push('dashboard_test');
    else readChange(found, request, context, field, value);
  }
  return found;
}

/** Reads what concerns one number and has no envelope, as older gateways send it. */
export function parseNumber(value: Json, request: WebhookRequest, context: SourceContext, inbox: string): Parsed {
  const found = noFindings();
  found.health.push(...errorNotes(list(value['errors'])));
  readAll({ source: context.source, receivedAt: request.receivedAt, inbox, cards: cardsOf(value), found }, value);
  return found;
}

function readChange(found: Findings, request: WebhookRequest, context: SourceContext, field: string | undefined, value: Json): void {
  const note = field === undefined ? undefined : healthOf(field, value);
  const read = READERS.get(field ?? '');
  if (note) found.health.push(note);
  else if (field !== undefined && IGNORED.has(field)) found.ignored.push(field);
  else if (read === undefined) found.unknown.push(nameOf(field));
  else {
    found.health.push(...errorNotes(list(value['errors'])));
    // Handovers have no `metadata`: there the business number is the recipient.
    const inbox = inboxOf(record(value['metadata'])) ?? inboxOf(record(value['recipient']));
    if (inbox === undefined) found.malformed.push('metadata.phone_number_id');
    else read({ source: context.source, receivedAt: request.receivedAt, inbox, cards: cardsOf(value), found }, value);
  }
}

/** The number's id, or where a gateway leaves it empty, the business's number itself, which is public. */
const inboxOf = (number: Json): string | undefined => wordOf(number['phone_number_id']) ?? phoneOf(number['display_phone_number']);

function readAll(line: Line, value: Json): void {
  readMessages(line, value, CONVERSATIONAL);
}

/** The customer's own switch for marketing messages. It belongs to the contact, not to a conversation. */
function readPreference(line: Line, item: Json): void {
  const person = personOf(line.cards, item['wa_id'], item['user_id']);
  const t = timeOf(item['timestamp']);
  if (person === undefined) return void line.found.malformed.push('user_preferences.wa_id');
  if (t === undefined) return void line.found.malformed.push('user_preferences.timestamp');
  const { category, value } = item;
  const granted = value === 'resume' || value === 'signup';
  if (category !== 'marketing_messages' || (value !== 'stop' && !granted)) {
    return void line.found.unknown.push(`user_preferences.${nameOf(category === 'marketing_messages' ? value : category)}`);
  }
  const { contact, phone } = threadOf(line, person);
  line.found.events.push({
    ...envelopeOf(line, `preference:${digestOf(line.inbox, person.contact, category, value, t)}`, t), contact, ...(phone !== undefined && { phone }),
    kind: granted ? 'consent.granted' : 'consent.revoked', purpose: 'marketing',
  });
}

/** A new BSUID for a known person, when the number changes. */
function readUserIdUpdate(line: Line, item: Json): void {
  const ids = record(item['user_id']);
  const [from, into, t] = [idOf(ids['previous']), idOf(ids['current']), timeOf(item['timestamp'])];
  if (from === undefined || into === undefined) return void line.found.malformed.push('user_id_update.user_id');
  if (t === undefined) return void line.found.malformed.push('user_id_update.timestamp');
  line.found.events.push({
    ...envelopeOf(line, `user_id_update:${digestOf(from, into)}`, t), contact: into, kind: 'contact.merged', from, into,
  });
}

/** Control of the conversation passes between apps; roles tell software from people. */
function readHandover(line: Line, value: Json): void {
  const sender = record(value['sender']);
  const person = personOf(line.cards, sender['phone_number'] ?? sender['wa_id'], sender['user_id']);
  const t = timeOf(value['timestamp']);
  if (person === undefined) return void line.found.malformed.push('messaging_handovers.sender');
  if (t === undefined) return void line.found.malformed.push('messaging_handovers.timestamp');
  const control = record(value['control_passed'] ?? value['control_taken']);
  const payload = ownerOf(control);
  if (payload === undefined) return void line.found.ignored.push('messaging_handovers');
  const id = `handover:${digestOf(line.inbox, person.contact, t, idOf(control['new_owner_app_id']), idOf(control['new_owner_role']))}`;
  line.found.events.push({ ...envelopeOf(line, id, t), ...threadOf(line, person), ...payload });
}

function ownerOf(control: Json): Payload | undefined {
  const [before, after] = [control['previous_owner_role'], control['new_owner_role']];
  if (after === 'ai_agent') return { kind: 'conversation.assigned', toType: 'bot', toId: wordOf(control['new_owner_app_id']) ?? 'ai_agent' };
  return after === 'escalation' || before === 'ai_agent' ? { kind: 'conversation.handoff', by: 'bot' } : undefined;
}
