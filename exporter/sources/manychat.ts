/**
 * ManyChat: External Requests that a flow makes where its builder put them, with the contact's data and a mark of what has happened. The
 * flow waits for the answer and would send messages that it finds there. https://manychat.github.io/dynamic_block_docs/
 */
import { eventIn, eventsOfMark, markOf } from './bot-mark.ts';
import { channelIn, peopleOf } from './bot-turn.ts';
import type { TurnPlace } from './bot-turn.ts';
import { digestOf } from './digest.ts';
import { nameOf, noFindings } from './findings.ts';
import { idOf, parseExactObject, phoneOf, textOf, timeOf, wordOf } from './json.ts';
import type { Json } from './json.ts';
import { queryOf, shownKeyOf } from './request.ts';
import { verifyToken } from './signature.ts';
import type { Parsed, Reply, SourceAdapter, SourceContext, WebhookRequest } from './source.ts';

/** A dynamic block without messages; external requests do not mind it. */
const NOTHING: Reply = { type: 'application/json', body: '{"version":"v2","content":{"messages":[]}}' };

export const manychat: SourceAdapter = {
  id: 'manychat',
  title: 'ManyChat',
  secrets: [{ name: 'key', required: true, help: 'Text of your choice: header Authorization of every External Request, or ?key= at the end of its URL' }],
  retries: false,
  customerWaits: true,
  hasResolution: false,
  pasted: { query: 'event=…&key=…' },
  feeds: { messages: 'partly', replies: 'partly', agents: 'partly', assignment: 'partly', resolution: 'partly', topics: 'partly' },
  verify: (request, secrets) => verifyToken(shownKeyOf(request), secrets['key'] ?? []),
  parse,
  reply: () => NOTHING,
};

function parse(request: WebhookRequest, { source }: SourceContext): Parsed {
  const body = parseExactObject(request.body);
  const found = noFindings();
  const event = eventIn(request, body['event']);
  const mark = markOf(event);
  const contact = idOf(body['id']);
  if (mark === undefined) return { ...found, unknown: [nameOf(event)] };
  if (contact === undefined) return { ...found, malformed: ['id'] };

  const page = wordOf(body['page_id']) ?? 'manychat';
  const phone = phoneOf(body['phone']) ?? phoneOf(body['whatsapp_phone']) ?? phoneOf(body['whats_app_phone']);
  const place: TurnPlace = {
    source, receivedAt: request.receivedAt, channel: channelIn(request) ?? 'other', inbox: wordOf(queryOf(request).get('bot')) ?? page, conversation: `${page}:${contact}`, contact, ...(phone !== undefined && { phone }),
  };
  const t = timeOf(body['last_interaction']);
  const text = textOf(body['last_input_text']);
  found.events.push(...eventsOfMark(mark, {
    id: identityOf(request, body, String(event)), place, people: peopleOf(request), answer: textOf(body['answer']), said: { t, content: 'text', ...(text !== undefined && { text }) },
  }));
  return found;
}

/** No call has an id: contact, mark and the contact's last move make one. Without that move, the same on the same day is the same. */
function identityOf(request: WebhookRequest, body: Json, event: string): string {
  const moved = textOf(body['last_interaction']) ?? Math.floor(request.receivedAt / 86_400_000);
  return digestOf(idOf(body['page_id']), idOf(body['id']), event, moved, textOf(body['last_input_text']), textOf(body['answer']));
}
