/**
 * Receipts of what the business sent.
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/status
 */
import type { Pricing, Receipt } from '../core/event.ts';
import { digestOf } from './digest.ts';
import { nameOf } from './findings.ts';
import { idOf, isRecord, list, record, timeOf } from './json.ts';
import type { Json } from './json.ts';
import { envelopeOf, groupOf, personOf, soleOf, threadOf } from './whatsapp-line.ts';
import type { Line, Person } from './whatsapp-line.ts';

const RECEIPT: ReadonlyMap<unknown, Receipt> = new Map<unknown, Receipt>([
  ['sent', 'sent'], ['delivered', 'delivered'], ['read', 'read'], ['played', 'read'], ['failed', 'failed'],
]);

/** One receipt; in groups there is one for each participant. */
export function readStatus(line: Line, status: Json): void {
  if (status['type'] === 'call') return void line.found.ignored.push('calls');
  const word = status['status'];
  // Of the customer's own messages (deleted), or of a catalogue item that is gone (warning): neither is a step of a delivery.
  if (word === 'deleted' || word === 'warning') return void line.found.ignored.push(`status.${word}`);
  const receipt = RECEIPT.get(word);
  if (receipt === undefined) return void line.found.unknown.push(`status.${nameOf(word)}`);
  const id = idOf(status['id']);
  const t = timeOf(status['timestamp']);
  if (id === undefined) return void line.found.malformed.push('statuses.id');
  if (t === undefined) return void line.found.malformed.push('statuses.timestamp');

  const participant = participantOf(status);
  const isGroup = status['recipient_type'] === 'group' || participant.length > 0;
  // Whom it went to may be left out: what it says of the message is true all the same. A card is a customer's, never a group's.
  const person = personOf(line.cards, status['recipient_id'], status['recipient_user_id']) ?? (isGroup ? undefined : soleOf(line.cards));
  const errorCode = receipt === 'failed' ? errorCodeOf(status['errors']) : undefined;
  const pricing = pricingOf(status);
  const campaign = campaignOf(status['biz_opaque_callback_data'], person);
  line.found.events.push({
    // The provider's word, not ours: `read` and `played` are two events, whichever comes first.
    ...envelopeOf(line, [id, String(word), ...participant].join(':'), t),
    ...(person && (isGroup ? groupOf(line, person.contact) : threadOf(line, person))),
    kind: 'message.status', message: id, status: receipt,
    ...(errorCode !== undefined && { errorCode }), ...(pricing && { pricing }), ...(campaign !== undefined && { campaign }),
  });
}

/** The code of the first error that has one; titles change and quote addresses. */
export function errorCodeOf(errors: unknown): string | undefined {
  return list(errors).filter(isRecord).map((error) => idOf(error['code'])).find((code) => code !== undefined && /^\d{1,9}$/.test(code));
}

/** Makes the receipts of a group's participants different events, without their numbers in the ids. */
function participantOf(status: Json): readonly string[] {
  const participant = idOf(status['recipient_participant_id']) ?? idOf(status['participant_recipient_id']) ?? idOf(status['recipient_participant_user_id']);
  return participant === undefined ? [] : [digestOf(participant)];
}

/** In Meta's own group example the price sits inside `conversation`. */
function pricingOf(status: Json): Pricing | undefined {
  const pricing = isRecord(status['pricing']) ? status['pricing'] : record(record(status['conversation'])['pricing']);
  const [category, type, model] = [pricing['category'], pricing['type'], pricing['pricing_model']].map(billingWord);
  if (category === undefined) return undefined;
  const billable = pricing['billable'];
  return { category, ...(type !== undefined && { type }), ...(model !== undefined && { model }), ...(typeof billable === 'boolean' && { billable }) };
}

const billingWord = (value: unknown): string | undefined => (typeof value === 'string' && /^[\w-]{1,40}$/.test(value) ? value : undefined);

/** What the business attached when it sent: a campaign name if it looks like one, and does not hold one of the customer's ids. */
export function campaignOf(data: unknown, person: Person | undefined): string | undefined {
  if (typeof data !== 'string' || !/^[\w.:-]{1,64}$/.test(data)) return undefined;
  const digits = data.replace(/\D/g, '');
  // Whose ids it may hold is unknown with the person: then a long number is enough.
  if (person === undefined) return digits.length < 7 ? data : undefined;
  const personal = [person.contact, person.phone, person.userId].some((id) => id !== undefined && (data.includes(id) || digits.includes(id)));
  return personal ? undefined : data;
}
