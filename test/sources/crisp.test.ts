import { describe, expect, it } from 'vitest';
import { crisp } from '../../exporter/sources/crisp.ts';
import type { Parsed, Secrets } from '../../exporter/sources/source.ts';
import { fixturesOf, NOW, post } from './kits.ts';
import { outcomesOf } from './outcome.ts';

const fixtures = fixturesOf('crisp');
const parsed = (name: string): Parsed => crisp.parse(post(fixtures.get(name)![0]!), { source: 'crisp' });

const [SITE, SESSION, OPERATOR] = ['a1b2c3d4-0000-4000-8000-000000000001', 'session_a1b2c3d4-0000-4000-8000-000000000002', 'a1b2c3d4-0000-4000-8000-000000000003'];
const START = 1_781_010_000_000;
const place = (second: number, channel = 'other') => ({ source: 'crisp', receivedAt: NOW, t: START + second * 1000, channel, inbox: SITE });
const event = (second: number, what: string, rest: object) => ({ ...place(second), id: `${SESSION}:${what}:${START + second * 1000}`, conversation: SESSION, ...rest });
const said = (second: number, number: number | string, rest: object) => ({
  ...place(second, 'webchat'), conversation: SESSION, id: `${SESSION}:1781010000000${number}`, message: `${SESSION}:1781010000000${number}`, content: 'text', ...rest });
const inbound = (second: number, number: number | string, rest: object) => said(second, number, { kind: 'message.inbound', contact: SESSION, ...rest });
const outbound = (second: number, number: number | string, author: string, rest: object) => said(second, number, { kind: 'message.outbound', author, ...(author === 'agent' && { authorId: OPERATOR }), ...rest });
const receipt = (second: number, number: number | string, status: string) => ({
  ...place(second), conversation: SESSION, id: `${SESSION}:1781010000000${number}:${status}`, kind: 'message.status', message: `${SESSION}:1781010000000${number}`, status });
const changed = (second: number, kind: string) => event(second, `178101000000011:${kind}`, { kind, message: `${SESSION}:178101000000011` });
const state = (second: number, status: string) => event(second, `state:${status}`, { kind: 'conversation.snapshot', status });
const presence = (second: number, status: string) => ({ ...place(second), id: `presence:${OPERATOR}:${START + second * 1000}`, kind: 'agent.status', agent: OPERATOR, status });
const REPLY = outbound(300, 11, 'agent', { text: 'Let me look.' });

const rows: readonly { is: string; file: string; events?: readonly object[]; rest?: Partial<Parsed> }[] = [
  { is: 'what a visitor writes', file: 'visitor', events: [inbound(0, '01', { text: 'Where is my parcel?' })] },
  { is: 'on WhatsApp', file: 'visitor-by-whatsapp', events: [inbound(1, '02', { channel: 'whatsapp', text: 'Hello' })] },
  { is: 'on something else', file: 'visitor-by-plugin', events: [inbound(2, '03', { channel: 'other', text: 'Hello' })] },
  { is: 'a photo is a file', file: 'visitor-photo', events: [inbound(3, '04', { content: 'image' })] },
  { is: 'so is a document', file: 'visitor-file', events: [inbound(4, '05', { content: 'document' })] },
  { is: 'a new type is a message all the same', file: 'visitor-new-type', events: [inbound(5, '06', { content: 'other' })] },
  { is: 'an operator\'s reply', file: 'operator', events: [REPLY] },
  { is: 'whatever the event is called', file: 'operator-under-send', events: [REPLY] },
  { is: 'which decides when nothing else does', file: 'without-from', events: [REPLY] },
  { is: 'a bot', file: 'bot', events: [outbound(6, 12, 'bot', { text: 'Which order?' })] },
  { is: 'a bot that only its origin gives away', file: 'bot-by-origin', events: [outbound(7, 13, 'bot', { channel: 'other', content: 'button' })] },
  { is: 'a trigger answers nobody', file: 'trigger', events: [outbound(8, 14, 'automation', { channel: 'other', text: 'Need help?' })] },
  { is: 'a campaign', file: 'campaign', events: [outbound(9, 15, 'campaign', { channel: 'other', text: 'Teapots, half price' })] },
  { is: 'the website speaks for itself', file: 'website', events: [outbound(10, 16, 'automation', { text: 'We received your message.' })] },
  { is: 'a note', file: 'note', events: [{ ...place(11, 'webchat'), conversation: SESSION, id: `${SESSION}:178101000000017`, kind: 'note.created' }] },
  { is: 'a line about what happened is none', file: 'event-message', rest: { ignored: ['message.event'] } },
  { is: 'an edited message', file: 'edited', events: [changed(400, 'message.edited')] },
  { is: 'a deleted message', file: 'deleted', events: [changed(401, 'message.deleted')] },
  { is: 'delivered, several at once', file: 'delivered', events: [receipt(301, 11, 'delivered'), receipt(301, 12, 'delivered')] },
  { is: 'read by the visitor', file: 'read', events: [receipt(302, 11, 'read')] },
  { is: 'what an operator reads is no receipt', file: 'read-by-operator', rest: { ignored: ['message.acknowledge.read.received'] } },
  { is: 'a new conversation is open', file: 'pending', events: [state(0.1, 'open')] },
  { is: 'an answered one too', file: 'unresolved', events: [state(300.1, 'open')] },
  { is: 'resolved', file: 'resolved', events: [state(900, 'resolved')] },
  { is: 'a new state is unknown', file: 'new-state', rest: { unknown: ['state.daydreaming'] } },
  { is: 'assigned', file: 'assigned', events: [event(100, 'routing', { kind: 'conversation.assigned', toType: 'agent', toId: OPERATOR })] },
  { is: 'to nobody', file: 'unassigned', events: [event(110, 'routing', { kind: 'conversation.unassigned' })] },
  { is: 'the newest segment is the topic', file: 'segments', events: [event(120, 'segments', { kind: 'conversation.classified', topic: 'Delivery' })] },
  { is: 'no segments are none', file: 'no-segments', rest: { ignored: ['session.set_segments'] } },
  { is: 'stars', file: 'rated', events: [event(1000, 'rating:4', { kind: 'survey.answered', survey: `rating:${SESSION}`, type: 'csat', score: 4 })] },
  { is: 'no stars are malformed', file: 'rated-nothing', rest: { malformed: ['rating.stars'] } },
  { is: 'an operator comes', file: 'operator-online', events: [presence(0, 'online')] },
  { is: 'and goes', file: 'operator-offline', events: [presence(1, 'offline')] },
  { is: 'who does is part of it', file: 'operator-of-no-name', rest: { malformed: ['data.user_id'] } },
  { is: 'who the visitor is, is left out', file: 'email-set', rest: { ignored: ['session.set_email'] } },
  { is: 'so is typing', file: 'typing', rest: { ignored: ['message.compose.send'] } },
  { is: 'and the address book', file: 'person', rest: { ignored: ['people.profile.created'] } },
  { is: 'a new event is unknown', file: 'new-event', rest: { unknown: ['session.teleported'] } },
  { is: 'no session is malformed', file: 'without-session', rest: { malformed: ['data.session_id'] } },
  { is: 'no time too', file: 'without-time', rest: { malformed: ['timestamp'] } },
  { is: 'a message without a fingerprint too', file: 'without-fingerprint', rest: { malformed: ['data.fingerprint'] } },
  { is: 'and its change', file: 'edited-nothing', rest: { malformed: ['data.fingerprint'] } },
  { is: 'and its receipt', file: 'delivered-nothing', rest: { malformed: ['data.fingerprints'] } },
];

describe('crisp', () => {
  it.each(rows.map((row) => [row.is, row] as const))('%s', (_is, { file, events = [], rest = {} }) => {
    expect(parsed(file)).toEqual({ events, ignored: [], unknown: [], malformed: [], health: [], ...rest });
  });

  it('has a row for every fixture', () => {
    expect([...fixtures.keys()].filter((name) => name !== 'whole-conversation').toSorted()).toEqual(rows.map((row) => row.file).toSorted());
  });

  it('gives a whole conversation its figures, in any order; a trigger answers nobody', () => {
    expect(outcomesOf(crisp, fixtures.get('whole-conversation')!)).toEqual([
      { frtSeconds: 300, resolutionSeconds: 900, outcome: 'resolved_agent', inboundMessages: 1, agentMessages: 1, botMessages: 0, csat: 5 }]);
  });
});

describe('crisp authentication', () => {
  const body = Buffer.from('{"a":"\\u00e9\\/"}');
  // printf '%s' '[1781020800000;{"a":"\u00e9\/"}]' | openssl dgst -sha256 -hmac saucer
  const plugin = { 'x-crisp-signature': '08a6fad0e35e2e41fbe055c67279d00e77e340e8f9b56d243c22a15efd350fa5', 'x-crisp-request-timestamp': '1781020800000' };
  const [secret, key]: readonly Secrets[] = [{ signing_secret: ['other', 'saucer'] }, { key: ['teapot'] }];
  it.each([
    ['a plugin\'s signature', plugin, '', secret, 'ok'], ['over another time', { ...plugin, 'x-crisp-request-timestamp': '1781020800001' }, '', secret, 'invalid'],
    ['without time', { 'x-crisp-signature': 'x' }, '', secret, 'missing'], ['a key is not enough where plugins are configured', {}, '?key=teapot', secret, 'missing'],
    ['a website\'s key', {}, '?key=teapot', key, 'ok'], ['another key', {}, '?key=kettle', key, 'invalid'], ['a signature is no key', plugin, '', key, 'missing'],
    ['both may be configured: a plugin', plugin, '', { ...secret, ...key }, 'ok'], ['and a website', {}, '?key=teapot', { ...secret, ...key }, 'ok'],
    ['who signs must do it well, key or not', { ...plugin, 'x-crisp-signature': '00' }, '?key=teapot', { ...secret, ...key }, 'invalid'],
  ] as const)('%s', (_is, headers: Record<string, string>, query, secrets, verdict) => {
    expect(crisp.verify(post(body, { headers, url: `/webhooks/crisp${query}` }), secrets!, { source: 'crisp' })).toBe(verdict);
  });
});
