import { describe, expect, it } from 'vitest';
import { respondio } from '../../exporter/sources/respondio.ts';
import type { Parsed } from '../../exporter/sources/source.ts';
import { fixturesOf, NOW, post } from './kits.ts';
import { outcomesOf } from './outcome.ts';

const fixtures = fixturesOf('respondio');
const parsed = (name: string): Parsed => respondio.parse(post(fixtures.get(name)![0]!), { source: 'respondio' });

const START = 1_781_010_000_000;
const event = (second: number | undefined, rest: object) => ({
  id: expect.stringMatching(/^20000000-/) as unknown, source: 'respondio', receivedAt: NOW, t: second === undefined ? NOW : START + second * 1000,
  channel: 'other', inbox: 'respondio', conversation: '512', contact: '512', phone: '447700900123', email: 'person@example.com', ...rest,
});
const message = (id: string | number, second: number, rest: object) =>
  event(second, { id: String(id), message: String(id), channel: 'whatsapp', inbox: '7', content: 'text', ...rest });
const inbound = (id: string | number, second: number, rest: object) => message(id, second, { kind: 'message.inbound', ...rest });
const outbound = (id: number, second: number, rest: object) => message(id, second, { kind: 'message.outbound', ...rest });
const receipt = (id: number, second: number, status: string) =>
  event(second, { id: `${id}:${status}`, channel: 'whatsapp', inbox: '7', kind: 'message.status', message: String(id), status });
const closed = (rest: object) => event(900, { id: `closed:512:${START + 900_000}`, kind: 'conversation.resolved', ...rest });
const tag = event(undefined, { kind: 'conversation.classified', topic: 'refund' });

const rows: readonly { is: string; file: string; events?: readonly object[]; rest?: Partial<Parsed> }[] = [
  { is: 'a customer\'s message', file: 'received', events: [inbound(1001, 0, { text: 'Where is my parcel?' })] },
  { is: 'times may be milliseconds and ids long', file: 'received-in-milliseconds', events: [inbound('1781010001123456', 1.123, { text: 'Hello?' })] },
  { is: 'a photo', file: 'received-photo', events: [inbound(1003, 2, { content: 'image' })] },
  { is: 'WeChat is no web chat', file: 'received-other-channel', events: [inbound(1004, 3, { channel: 'other', inbox: '8', text: 'Hi' })] },
  { is: 'a user\'s reply, and how far it came', file: 'sent-by-user', events: [
    outbound(1005, 300, { author: 'agent', authorId: '31', text: 'Let me look.' }), receipt(1005, 301, 'sent'), receipt(1005, 302, 'delivered'), receipt(1005, 400, 'read')] },
  { is: 'without a sender it is taken for a person\'s', file: 'sent-old', events: [outbound(1006, 301, { author: 'agent', text: 'Let me look.' })] },
  { is: 'who may be named elsewhere', file: 'sent-old-with-user', events: [outbound(1007, 302, { author: 'agent', authorId: '31', text: 'Let me look.' })] },
  { is: 'an AI agent is a bot', file: 'sent-by-ai', events: [outbound(1008, 5, { author: 'bot', text: 'Which order?' })] },
  { is: 'a workflow answers nobody', file: 'sent-by-workflow', events: [outbound(1009, 6, { author: 'automation', text: 'We received your message.' })] },
  { is: 'a broadcast is a campaign, which may fail', file: 'sent-by-broadcast', events: [outbound(1010, 7, { author: 'campaign', content: 'template' }), receipt(1010, 8, 'failed')] },
  { is: 'a sender of a new sort is software', file: 'sent-by-something-new', events: [outbound(1011, 8, { author: 'automation', text: 'Hi' })] },
  { is: 'closed by a user, with what it was about', file: 'closed-by-user', events: [
    event(900, { id: `closed:512:${START + 900_000}:topic`, kind: 'conversation.classified', topic: 'Delivery' }), closed({ by: 'agent', byId: '31' })] },
  { is: 'closed over the API, by a user made of nulls', file: 'closed-by-api', events: [closed({ by: 'automation' })] },
  { is: 'closed by something new', file: 'closed-by-something-new', events: [closed({ by: 'system' })] },
  { is: 'closed at no time is closed now, once', file: 'closed-without-time', events: [
    event(undefined, { id: 'closed:512:20000000-0000-4000-8000-000000000015', kind: 'conversation.resolved', by: 'automation' })] },
  { is: 'closed at a time that is none is malformed', file: 'closed-some-day', rest: { malformed: ['conversation.closedTime'] } },
  { is: 'a customer opens it with a message, and that tells it', file: 'opened-by-contact', rest: { ignored: ['conversation.opened'] } },
  { is: 'a user opens it without', file: 'opened-by-user', events: [event(1, { kind: 'conversation.reopened', by: 'agent' })] },
  { is: 'assigned, just now', file: 'assigned', events: [event(undefined, { kind: 'conversation.assigned', toType: 'agent', toId: '31' })] },
  { is: 'to nobody', file: 'unassigned', events: [event(undefined, { kind: 'conversation.unassigned' })] },
  { is: 'a tag is the topic', file: 'tagged', events: [tag] },
  { is: 'a tag may be an object', file: 'tagged-by-object', events: [tag] },
  { is: 'a tag taken off is nothing', file: 'untagged', rest: { ignored: ['contact.tag.updated'] } },
  { is: 'a new contact', file: 'contact-created', events: [event(-100, { id: 'contact:512:created', kind: 'contact.created', origin: 'inbound' })] },
  { is: 'a comment is a note', file: 'comment', events: [event(50, { kind: 'note.created' })] },
  { is: 'stages of a contact are left out', file: 'lifecycle', rest: { ignored: ['contact.lifecycle.updated'] } },
  { is: 'a new event is unknown', file: 'new-event', rest: { unknown: ['planet.moved'] } },
  { is: 'nobody\'s message is malformed', file: 'without-contact', rest: { malformed: ['contact.id'] } },
  { is: 'an event without id too', file: 'without-event-id', rest: { malformed: ['event_id'] } },
  { is: 'a message without id too', file: 'without-message-id', rest: { malformed: ['message.messageId'] } },
  { is: 'a message of no time too', file: 'without-message-time', rest: { malformed: ['message.timestamp'] } },
];

describe('respond.io', () => {
  it.each(rows.map((row) => [row.is, row] as const))('%s', (_is, { file, events = [], rest = {} }) => {
    expect(parsed(file)).toEqual({ events, ignored: [], unknown: [], malformed: [], health: [], ...rest });
  });

  it('has a row for every fixture', () => {
    expect([...fixtures.keys()].filter((name) => name !== 'whole-conversation').toSorted()).toEqual(rows.map((row) => row.file).toSorted());
  });

  it('gives a whole conversation its figures, in any order', () => {
    expect(outcomesOf(respondio, fixtures.get('whole-conversation')!)).toEqual([
      { frtSeconds: 300, resolutionSeconds: 900, outcome: 'resolved_agent', inboundMessages: 1, agentMessages: 1, botMessages: 0 }]);
  });
});

it('takes the signature as respond.io computes it', () => {
  // openssl dgst -sha256 -hmac saucer -binary | base64
  const headers = { 'x-webhook-signature': 'hM4EEHpMivZN4nJCEuLZ2t0a8ZwyobnOOh6LMaI1NVM=' };
  expect(respondio.verify(post('{"a":"\\u00e9\\/"}', { headers }), { signing_key: ['other', 'saucer'] }, { source: 'respondio' })).toBe('ok');
});
