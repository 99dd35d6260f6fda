/**
 * Chatfuel: the JSON API plugin of a block, posted as a form or as JSON, with the attributes its builder ticked and a mark of what has
 * happened. The block waits for the answer and would send messages that it finds there.
 * https://help.chatfuel.com/help/facebook-messenger/plugins/json-plugin/
 */
import type { Channel } from '../core/event.ts';
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

/** No messages, no attributes, no redirect. */
const NOTHING: Reply = { type: 'application/json', body: '{}' };

/** Attributes that name the customer, the channel's own first: names with spaces, as Chatfuel has them. */
const PEOPLE: readonly (readonly [attribute: string, channel: Channel | undefined])[] = [
  ['messenger user id', 'messenger'], ['instagram user id', 'instagram'], ['whatsapp user id', 'whatsapp'], ['whatsapp phone', 'whatsapp'], ['chatfuel user id', undefined], ['fb_id', 'messenger'],
];

export const chatfuel: SourceAdapter = {
  id: 'chatfuel',
  title: 'Chatfuel',
  secrets: [{ name: 'key', required: true, help: 'Text of your choice, at the end of the URL of every JSON API plugin as ?key=' }],
  retries: false,
  customerWaits: true,
  hasResolution: false,
  pasted: { query: 'key=…&event=…' },
  feeds: { messages: 'partly', replies: 'partly', agents: 'partly', assignment: 'partly', resolution: 'partly', topics: 'partly' },
  verify: (request, secrets) => verifyToken(shownKeyOf(request), secrets['key'] ?? []),
  parse,
  reply: () => NOTHING,
};

function parse(request: WebhookRequest, { source }: SourceContext): Parsed {
  const body = attributesIn(request.body);
  const found = noFindings();
  const event = eventIn(request, body['event']);
  const mark = markOf(event);
  const person = PEOPLE.find(([attribute]) => idOf(body[attribute]) !== undefined);
  if (mark === undefined) return { ...found, unknown: [nameOf(event)] };
  if (person === undefined) return { ...found, malformed: ['messenger_user_id'] };

  const contact = idOf(body[person[0]])!;
  const inbox = wordOf(queryOf(request).get('bot')) ?? 'chatfuel';
  const phone = phoneOf(body['whatsapp phone']) ?? phoneOf(body['phone']);
  const place: TurnPlace = {
    source, receivedAt: request.receivedAt, channel: channelIn(request) ?? person[1] ?? 'other', inbox, conversation: `${inbox}:${contact}`, contact, ...(phone !== undefined && { phone }),
  };
  const text = textOf(body['last user freeform input']);
  const t = timeOf(body['time']);
  found.events.push(...eventsOfMark(mark, {
    id: identityOf(request, body, String(event)), place, people: peopleOf(request), answer: textOf(body['answer']), said: { t, content: 'text', ...(text !== undefined && { text }) },
  }));
  return found;
}

/** @throws SyntaxError when it is neither JSON nor a form that names a customer */
function attributesIn(bytes: Uint8Array): Json {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  if (/^\s*[[{"\d]|^\s*(null|true|false)?\s*$/.test(text)) return parseExactObject(bytes);
  const fields = new Map([...new URLSearchParams(text)].filter(([, value]) => value !== ''));
  if (!PEOPLE.some(([attribute]) => fields.has(attribute))) throw new SyntaxError('the body is no form of Chatfuel');
  return Object.fromEntries(fields);
}

/** No call has an id: what it says makes one. Attributes that change from call to call keep two apart; without any, the same on the same day is the same. */
function identityOf(request: WebhookRequest, body: Json, event: string): string {
  const told = Object.keys(body).toSorted().map((name) => `${name}=${JSON.stringify(body[name])}`);
  return digestOf(event, body['time'] === undefined ? Math.floor(request.receivedAt / 86_400_000) : null, ...told);
}
