/**
 * Conversations of Intercom, one per line, as its API gives a single one: with all parts. Read by the live adapter as notifications about
 * them, so that both give every part the same identity. https://developers.intercom.com/docs/references/rest-api/api.intercom.io/conversations/retrieveconversation
 */
import type { ParsedEvent } from '../core/event.ts';
import { intercom } from '../sources/intercom.ts';
import { idOf, isRecord, list, record, type Json } from '../sources/json.ts';
import type { Reading } from './import.ts';

/** One line. @param app the workspace's id, which notifications carry and conversations do not; it is the inbox */
export function readIntercomConversation(value: unknown, app: string | undefined): Reading {
  const item = record(value);
  const parts = list(record(item['conversation_parts'])['conversation_parts']).filter(isRecord);
  // In a notification it has just happened; here a part could only get the time at which the conversation began.
  const timed = parts.filter((part) => part['created_at'] !== undefined && part['created_at'] !== null);
  if (idOf(item['id']) === undefined || !isRecord(item['source'] ?? item['conversation_message'])) return { events: [], refused: [isRecord(value) ? 'is no conversation' : 'is not an object'] };
  const events: ParsedEvent[] = [];
  const refused: string[] = Array<string>(parts.length - timed.length).fill('part.created_at');
  const tell = (topic: string, t: unknown, about: Json = { ...item, conversation_parts: { conversation_parts: timed } }): void => {
    const body = { type: 'notification_event', topic, app_id: app, created_at: t, data: { item: about } };
    const found = intercom.parse({ method: 'POST', url: '', headers: {}, body: Buffer.from(JSON.stringify(body)), receivedAt: 0 }, { source: intercom.id });
    events.push(...found.events.map((event) => ({ ...event, receivedAt: event.t })));
    refused.push(...found.malformed, ...found.unknown.map((word) => `${word} is not known`));
  };
  tell('conversation.user.created', item['created_at']);
  const rating = record(item['conversation_rating']);
  if (rating['created_at'] !== undefined) tell('conversation.rating.added', rating['updated_at'] ?? rating['created_at']);
  for (const tag of list(record(item['tags'])['tags']).filter(isRecord)) {
    tell('conversation_part.tag.created', tag['applied_at'] ?? item['created_at'], { ...item, tags: { tags: [tag] } });
  }
  return { events, refused };
}
