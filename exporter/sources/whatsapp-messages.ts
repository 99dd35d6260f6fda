/**
 * Messages in both directions.
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages
 */
import type { Content, Payload } from '../core/event.ts';
import { digestOf } from './digest.ts';
import { nameOf } from './findings.ts';
import { idOf, own, record, textOf, timeOf } from './json.ts';
import type { Json } from './json.ts';
import { countryOf, envelopeOf, groupOf, personOf, readItems, soleOf, threadOf } from './whatsapp-line.ts';
import type { ItemReader, Line, Person } from './whatsapp-line.ts';
import { campaignOf } from './whatsapp-statuses.ts';

const CONTENT: ReadonlyMap<string, Content> = new Map<string, Content>([
  ['text', 'text'], ['image', 'image'], ['video', 'video'], ['audio', 'audio'], ['voice', 'audio'], ['document', 'document'], ['sticker', 'sticker'],
  ['location', 'location'], ['contacts', 'contacts'], ['button', 'button'], ['order', 'order'], ['template', 'template'],
  ['unsupported', 'unsupported'], ['unknown', 'unsupported'],
]);

const INTERACTIVE: ReadonlyMap<string, Content> = new Map<string, Content>([
  ['button_reply', 'button'], ['call_permission_reply', 'button'], ['list_reply', 'list'], ['nfm_reply', 'form'],
  ['button', 'button'], ['cta_url', 'button'], ['list', 'list'], ['flow', 'form'],
]);

/** An inbound message, or what the customer did to one. */
export function readMessage(line: Line, message: Json): void {
  if (message['type'] === 'system') return readSystem(line, message);
  const id = idOf(message['id']);
  const t = timeOf(message['timestamp']);
  const person = personOf(line.cards, message['from'], message['from_user_id']) ?? soleOf(line.cards);
  if (id === undefined) return void line.found.malformed.push('messages.id');
  if (t === undefined) return void line.found.malformed.push('messages.timestamp');
  if (person === undefined) return void line.found.malformed.push('messages.from');

  const merge = mergeOf(line, person, t);
  if (merge) line.found.events.push(merge);
  const act = actOf(message, 'contact');
  if (typeof act === 'string') return void line.found.ignored.push(act);
  const text = bodyOf(message);
  const country = countryOf(person);
  const referral = referralOf(message);
  line.found.events.push({
    ...envelopeOf(line, id, t), ...threadOf(line, person, idOf(message['group_id'])),
    ...(act ?? {
      kind: 'message.inbound', message: id, content: contentOf(message),
      ...(referral && { referral }), ...(country && { country }),
    }),
    ...(text !== undefined && act === undefined && { text }),
  });
}

/** A message the business sent elsewhere: in the phone app, on a linked device, through another app. */
export function readEcho(line: Line, echo: Json): void {
  // Echoes of templates wrap the request that was sent; the recipient and the type are in there.
  const request = record(echo['message']);
  const message: Json = { ...request, ...echo };
  const id = idOf(echo['id']);
  const t = timeOf(echo['timestamp']);
  const person = personOf(line.cards, message['to'], message['to_user_id'] ?? message['recipient']);
  if (id === undefined) return void line.found.malformed.push('message_echoes.id');
  if (t === undefined) return void line.found.malformed.push('message_echoes.timestamp');
  if (person === undefined) return void line.found.malformed.push('message_echoes.to');

  const act = actOf(message, 'agent');
  if (typeof act === 'string') return void line.found.ignored.push(act);
  const thread = message['recipient_type'] === 'group' ? groupOf(line, person.contact) : threadOf(line, person, idOf(message['group_id']));
  const text = act === undefined ? bodyOf(message) : undefined;
  line.found.events.push({ ...envelopeOf(line, id, t), ...thread, ...(act ?? outboundOf(id, message, person)), ...(text !== undefined && { text }) });
}

function outboundOf(id: string, message: Json, person: Person): Payload {
  const content = contentOf(message);
  if (content !== 'template') return { kind: 'message.outbound', message: id, content, author: 'agent' };
  // Nobody in the phone app can send a template: it comes from software, to someone who need not have asked.
  const [name, campaign] = [templateName(message), campaignOf(message['biz_opaque_callback_data'], person)];
  return {
    kind: 'message.outbound', message: id, content, author: 'campaign',
    ...(name !== undefined && { template: { name } }), ...(campaign !== undefined && { campaign }),
  };
}

function templateName(message: Json): string | undefined {
  const name = record(message['template'])['name'];
  return typeof name === 'string' && /^\w{1,512}$/.test(name) ? name : undefined;
}

/** Edit, unsend or reaction; a text is a reason to ignore it; undefined is a message. */
function actOf(message: Json, by: 'agent' | 'contact'): Payload | string | undefined {
  switch (message['type']) {
    case 'edit': {
      const original = idOf(record(message['edit'])['original_message_id']);
      return original === undefined ? 'edit' : { kind: 'message.edited', message: original };
    }
    case 'revoke': {
      const original = idOf(record(message['revoke'])['original_message_id']);
      return original === undefined ? 'revoke' : { kind: 'message.deleted', message: original };
    }
    case 'reaction':
      return textOf(record(message['reaction'])['emoji']) === undefined ? 'reaction_removed' : { kind: 'reaction.added', by };
    // The customer opened the chat for the first time and wrote nothing.
    case 'request_welcome': return 'request_welcome';
    case 'unsupported':
      // Before edits had a type of their own they came like this, under a new id and without the old one.
      return record(message['unsupported'])['type'] === 'edit' ? 'edit' : undefined;
    default:
      return undefined;
  }
}

/** New types count as messages of content `other` until they are known: a customer did write. */
function contentOf(message: Json): Content {
  const type = textOf(message['type']) ?? [...CONTENT.keys()].find((key) => Object.hasOwn(message, key));
  if (type === 'interactive') return INTERACTIVE.get(textOf(record(message['interactive'])['type']) ?? '') ?? 'other';
  return CONTENT.get(type ?? '') ?? 'other';
}

/** What the customer typed or tapped. Forms are left out: they hold addresses, not sentiment. */
function bodyOf(message: Json): string | undefined {
  const type = textOf(message['type']) ?? 'text';
  const part = record(own(message, type));
  if (type === 'interactive') return textOf(record(part['button_reply'])['title']) ?? textOf(record(part['list_reply'])['title']);
  return textOf(part['body']) ?? textOf(part['caption']) ?? textOf(part['text']);
}

/** The click that brought the customer: kind of source only. The ad's id is for the ads manager, the click's id for nobody. */
function referralOf(message: Json): string | undefined {
  const type = record(message['referral'])['source_type'];
  return type === undefined ? undefined : type === 'ad' || type === 'post' ? type : 'other';
}

/**
 * Says once that number and BSUID are one contact, for people with a username only: nobody else's number is ever left out,
 * and one more event per message for everybody would double the load to learn nothing.
 */
function mergeOf(line: Line, person: Person, t: number) {
  if (!person.username || person.phone === undefined || person.userId === undefined) return undefined;
  const id = `merge:${digestOf(person.userId, person.phone)}`;
  return { ...envelopeOf(line, id, t), contact: person.phone, kind: 'contact.merged', from: person.userId, into: person.phone } as const;
}

/** Lines of the platform itself. Only a new number or user id matters: it is the same customer. */
function readSystem(line: Line, message: Json): void {
  const system = record(message['system']);
  const type = textOf(system['type']);
  if (type !== 'user_changed_number' && type !== 'user_changed_user_id') {
    if (type === undefined || type === 'customer_identity_changed') line.found.ignored.push('system');
    else line.found.unknown.push(`system.${nameOf(type)}`);
    return;
  }
  const id = idOf(message['id']);
  const t = timeOf(message['timestamp']);
  if (id === undefined) return void line.found.malformed.push('messages.id');
  if (t === undefined) return void line.found.malformed.push('messages.timestamp');
  const [from, into] = type === 'user_changed_number'
    ? [personOf(line.cards, message['from'], message['from_user_id']), personOf([], system['wa_id'] ?? system['new_wa_id'], system['user_id'])]
    : [personOf([], undefined, message['from_user_id']), personOf([], undefined, system['user_id'])];
  if (from === undefined || into === undefined || from.contact === into.contact) return void line.found.ignored.push('system');
  line.found.events.push({ ...envelopeOf(line, id, t), contact: into.contact, kind: 'contact.merged', from: from.contact, into: into.contact });
}

/** Both directions as they stand in a change, or in its `standby` part: the ids are the same, so a message seen twice is one. */
export function readMessages(line: Line, value: Json, each: { readonly messages: ItemReader; readonly statuses: ItemReader }): void {
  readItems(line, value, 'messages', each.messages);
  readItems(line, value, 'message_echoes', readEcho);
  readItems(line, value, 'statuses', each.statuses);
}
