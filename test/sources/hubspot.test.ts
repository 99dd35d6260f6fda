import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hubspot } from '../../exporter/sources/hubspot.ts';
import { hubspotScheme } from '../../exporter/sources/hubspot-signature.ts';
import { sign } from '../../exporter/sources/signature.ts';
import type { Parsed, Secrets } from '../../exporter/sources/source.ts';
import { fixturesOf, NOW, post } from './kits.ts';
import { outcomesOf } from './outcome.ts';

const fixtures = fixturesOf('hubspot');
const parsed = (name: string, query = ''): Parsed => hubspot.parse(post(fixtures.get(name)![0]!, { url: `/webhooks/hubspot${query}` }), { source: 'hubspot' });

const START = 1_781_010_000_000;
const [PORTAL, THREAD] = ['48900000', '6065000001'];
const event = (second: number, rest: object) => ({ source: 'hubspot', receivedAt: NOW, t: START + second * 1000, channel: 'other', inbox: PORTAL, ...rest });
const thread = (second: number, what: string, rest: object) => event(second, { id: `thread:${THREAD}:${what}:${START + second * 1000}`, conversation: THREAD, ...rest });
const contact = (second: number, id: string, kind: string, rest: object = {}) => event(second, { id: `contact:${id}:${kind}`, contact: id, kind, ...rest });
const merged = (from: string) => event(6, { id: `contact:${from}:into:5003`, contact: '5003', kind: 'contact.merged', from, into: '5003' });
const deal = (second: number, rest: object = {}) => event(second, { id: 'deal:3325', contact: 'deal:3325', kind: 'conversion.recorded', order: '3325', type: 'deal', ...rest });
const idOf = (number: number): string => `message:9b38dc6d5b5744a788931a${String(number).padStart(10, '0')}`;
const line = (number: number, second: number, rest: object) => event(second, { inbox: 'hubspot', id: idOf(number), conversation: THREAD, ...rest });
const said = (number: number, second: number, rest: object) => line(number, second, { channel: 'webchat', inbox: '4700001', message: idOf(number), content: 'text', ...rest });
const inbound = (number: number, second: number, rest: object) => said(number, second, { kind: 'message.inbound', contact: '5001', ...rest });
const outbound = (number: number, second: number, author: string, rest: object) => said(number, second, { kind: 'message.outbound', author, ...(author === 'agent' && { authorId: '31' }), ...rest });
const receipt = (number: number, second: number, status: string) =>
  line(number, second, { id: `${idOf(number)}:${status}`, channel: 'webchat', inbox: '4700001', kind: 'message.status', message: idOf(number), status });
const [ASSIGNED, CLOSED] = [thread(100, 'assignedTo', { kind: 'conversation.assigned', toType: 'agent', toId: '31' }), thread(900, 'status', { kind: 'conversation.resolved', by: 'agent' })];

const rows: readonly { is: string; file: string; query?: string; events?: readonly object[]; rest?: Partial<Parsed> }[] = [
  { is: 'a message goes nobody knows where', file: 'message', rest: { ignored: ['message_without_direction'] } },
  { is: 'a comment goes nowhere', file: 'comment', events: [event(2, { id: 'message:9b38dc6e', conversation: THREAD, kind: 'note.created' })] },
  { is: 'a comment without id is malformed', file: 'comment-of-nothing', rest: { malformed: ['messageId'] } },
  { is: 'a new thread begins with its message', file: 'thread-created', rest: { ignored: ['conversation.creation'] } },
  { is: 'assigned', file: 'thread-assigned', events: [ASSIGNED] },
  { is: 'to nobody', file: 'thread-unassigned', events: [thread(110, 'assignedTo', { kind: 'conversation.unassigned' })] },
  { is: 'closed', file: 'thread-closed', events: [CLOSED] },
  { is: 'opened', file: 'thread-opened', events: [thread(1000, 'status', { kind: 'conversation.reopened' })] },
  { is: 'archived is left out', file: 'thread-archived', rest: { ignored: ['conversation.propertyChange'] } },
  { is: 'a contact made by a program', file: 'contact-created', events: [contact(0, '5001', 'contact.created', { origin: 'api' })] },
  { is: 'a contact who came by a form', file: 'contact-created-by-form', events: [contact(0, '5002', 'contact.created', { origin: 'inbound' })] },
  { is: 'a contact is deleted', file: 'contact-deleted', events: [contact(5, '5001', 'contact.deleted')] },
  { is: 'two contacts become one, which is new', file: 'contact-merged', events: [merged('5001'), merged('5002')] },
  { is: 'or none', file: 'contact-merged-into-nothing', rest: { malformed: ['mergedObjectIds'] } },
  { is: 'what a contact is called is left out', file: 'contact-changed', rest: { ignored: ['contact.propertyChange'] } },
  { is: 'a new deal is not won', file: 'deal-created', rest: { ignored: ['deal.creation'] } },
  { is: 'a deal is won', file: 'deal-won', events: [deal(50)] },
  { is: 'an amount alone says nothing of winning', file: 'deal-amount', rest: { ignored: ['deal_without_stage'] } },
  { is: 'a deal is lost', file: 'deal-lost', rest: { ignored: ['deal_not_won'] } },
  { is: 'what one request says of a deal is put together', file: 'deal-with-all', events: [deal(50, { value: 2000.5, currency: 'GBP' })], rest: { ignored: ['deal_not_won'] } },
  { is: 'the amount of a won deal says both', file: 'deal-closed-amount', query: '?currency=eur', events: [deal(50, { value: 2000, currency: 'EUR' })] },
  { is: 'without a currency it says nothing of money', file: 'deal-closed-amount', events: [deal(50)] },
  { is: 'a stage of one\'s own may be won', file: 'deal-of-own-pipeline', query: '?won=7654321,1234567&currency=USD', events: [deal(50, { value: 2000, currency: 'USD' })] },
  { is: 'or may not', file: 'deal-of-own-pipeline', rest: { ignored: ['deal_not_won'] } },
  { is: 'a deal under the newer name of subscriptions', file: 'object-deal', events: [deal(50)] },
  { is: 'an object of one\'s own is left out', file: 'object-custom', rest: { ignored: ['object.creation'] } },
  { is: 'tickets are left out', file: 'ticket', rest: { ignored: ['ticket.creation'] } },
  { is: 'several at once', file: 'several', events: [CLOSED, ASSIGNED], rest: { ignored: ['ticket.creation'], unknown: ['planet.moved'] } },
  { is: 'a broken one loses itself alone', file: 'broken-among-them', events: [ASSIGNED], rest: { malformed: ['change', 'objectId', 'occurredAt', 'objectId'] } },
  { is: 'a workflow tells the whole deal', file: 'workflow-deal', events: [{ ...deal(0, { value: 2000, currency: 'EUR' }), t: NOW }] },
  { is: 'or what was chosen, and whose it is', file: 'workflow-chosen', events: [
    deal(50, { inbox: 'hubspot', value: 2000, currency: 'EUR', contact: '447700900123', contactSource: 'whatsapp', phone: '447700900123', email: 'bob@example.com' })] },
  { is: 'a workflow of something else is unknown', file: 'workflow-contact', rest: { unknown: ['unnamed'] } },
  { is: 'a customer\'s message', file: 'api-incoming', events: [inbound(1, 0, { text: 'Where is my parcel?' })] },
  { is: 'on WhatsApp', file: 'api-incoming-by-phone', events: [inbound(2, 1, { channel: 'whatsapp', contact: '5002', phone: '447700900123', text: 'Hello' })] },
  { is: 'by mail, of somebody who is no contact yet', file: 'api-incoming-by-mail', events: [inbound(6, 7, { channel: 'email', contact: 'E-bob@example.com', email: 'bob@example.com', text: 'Hello' })] },
  { is: 'a photo', file: 'api-incoming-photo', events: [inbound(3, 2, { content: 'image' })] },
  { is: 'a file', file: 'api-incoming-file', events: [inbound(4, 3, { content: 'document' })] },
  { is: 'a place', file: 'api-incoming-place', events: [inbound(5, 4, { content: 'location' })] },
  { is: 'a user\'s reply, that was read', file: 'api-outgoing', events: [outbound(11, 300, 'agent', { text: 'Let me look.' }), receipt(11, 300, 'read')] },
  { is: 'or failed', file: 'api-outgoing-failed', events: [outbound(12, 301, 'agent', { text: 'Let me look.' }), receipt(12, 301, 'failed')] },
  { is: 'a chatflow is a bot', file: 'api-bot', events: [outbound(13, 2, 'bot', { text: 'Which order?' })] },
  { is: 'so is the AI agent', file: 'api-ai', events: [outbound(14, 3, 'bot', { text: 'Which order?' })] },
  { is: 'an integration is software', file: 'api-integration', events: [outbound(15, 4, 'automation', { channel: 'email', text: 'It left.' })] },
  { is: 'a template', file: 'api-template', events: [outbound(16, 5, 'agent', { channel: 'whatsapp', content: 'template', text: 'Teapots are back.' })] },
  { is: 'a welcome answers nobody', file: 'api-welcome', events: [outbound(17, 1, 'automation', { text: 'Hi there' })] },
  { is: 'a comment', file: 'api-comment', events: [line(18, 200, { channel: 'webchat', inbox: '4700001', kind: 'note.created' })] },
  { is: 'a message of a new direction is unknown', file: 'api-no-way', rest: { unknown: ['direction.SIDEWAYS'] } },
  { is: 'assigned, as the thread tells it', file: 'api-assigned', events: [line(20, 100, { kind: 'conversation.assigned', toType: 'agent', toId: '31' })] },
  { is: 'to nobody', file: 'api-unassigned', events: [line(21, 110, { kind: 'conversation.unassigned' })] },
  { is: 'closed, and by whom', file: 'api-closed', events: [line(22, 900, { kind: 'conversation.resolved', by: 'agent', byId: '31' })] },
  { is: 'closed by a rule', file: 'api-closed-by-rule', events: [line(23, 900, { kind: 'conversation.resolved', by: 'automation' })] },
  { is: 'opened by a user', file: 'api-opened', events: [line(24, 1000, { kind: 'conversation.reopened', by: 'agent' })] },
  { is: 'moved is left out', file: 'api-moved', rest: { ignored: ['THREAD_INBOX_CHANGE'] } },
  { is: 'a new sort of line is unknown', file: 'api-new-type', rest: { unknown: ['type.TELEPORT'] } },
  { is: 'of a page, broken ones lose themselves alone', file: 'api-broken', events: [inbound(1, 0, { text: 'Where is my parcel?' })], rest: { malformed: ['id', 'createdAt', 'conversationsThreadId'] } },
];

describe('hubspot', () => {
  it.each(rows.map((row) => [row.is, row] as const))('%s: %#', (_is, { file, query, events = [], rest = {} }) => {
    expect(parsed(file, query)).toEqual({ events, ignored: [], unknown: [], malformed: [], health: [], ...rest });
  });

  it('has a row for every fixture', () => {
    expect([...fixtures.keys()].filter((name) => name !== 'whole-conversation').toSorted()).toEqual([...new Set(rows.map((row) => row.file))].toSorted());
  });

  it('gives a whole conversation its figures, from a page of the API and what webhooks add', () => {
    expect(outcomesOf(hubspot, fixtures.get('whole-conversation')!)).toEqual([
      { frtSeconds: 300, resolutionSeconds: 900, outcome: 'resolved_agent', inboundMessages: 1, agentMessages: 1, botMessages: 0 }]);
  });
});

describe('hubspot authentication', () => {
  const body = Buffer.from('{"a":"\\u00e9\\/"}');
  const url = '/webhooks/hubspot?won=a%2Cb';
  const [at, secret] = [String(NOW), { client_secret: ['other', 'saucer'] }];
  const v3 = (address: string) => ({ 'x-hubspot-signature-v3': sign(hubspotScheme('POST', address), 'saucer', { body, timestamp: at }), 'x-hubspot-request-timestamp': at, host: 'desk.example.com' });
  const old = (before: string, version: string) => ({ 'x-hubspot-signature': createHash('sha256').update(`saucer${before}`).update(body).digest('hex'), 'x-hubspot-signature-version': version, host: 'desk.example.com' });
  const here = `https://desk.example.com${url}`;
  // printf '%s' 'POSThttps://desk.example.com/webhooks/hubspot?won=a,b{"a":"\u00e9\/"}1781020800000' | openssl dgst -sha256 -hmac saucer -binary | base64
  const VECTOR = 'w7Y6zF3PA3V+rVOeuO+1Hq3tqbaHXaaq0EOYD0AooeE=';
  it.each([
    ['version 3, as HubSpot computes it', { ...v3(here), 'x-hubspot-signature-v3': VECTOR }, {}, secret, NOW, 'ok'],
    ['over plain http behind a proxy', v3(`http://desk.example.com${url}`), {}, secret, NOW, 'ok'],
    ['over the configured address', { ...v3(`https://tea.example.com${url}`) }, { publicUrl: 'https://tea.example.com/' }, secret, NOW, 'ok'],
    ['and no other', v3(here), { publicUrl: 'https://tea.example.com' }, secret, NOW, 'invalid'],
    ['stale after five minutes', v3(here), {}, secret, NOW + 300_001, 'stale'],
    ['version 1', old('', 'v1'), {}, secret, NOW, 'ok'], ['version 2', old(`POST${here}`, 'V2'), {}, secret, NOW, 'ok'], ['version 2 of another address', old('POSThttps://x.example.com/', 'v2'), {}, secret, NOW, 'invalid'],
    ['version 1 is not asked where version 3 is wrong', { ...old('', 'v1'), ...v3('https://x.example.com/') }, {}, secret, NOW, 'invalid'],
    ['a key', { authorization: 'Bearer teapot' }, {}, { key: ['teapot'] }, NOW, 'ok'], ['a key beside a secret', { authorization: 'teapot' }, {}, { ...secret, key: ['teapot'] }, NOW, 'ok'],
    ['a key where only signatures are configured', { authorization: 'teapot' }, {}, secret, NOW, 'missing'], ['no address at all', { ...v3(here), host: undefined }, {}, secret, NOW, 'invalid'],
  ] as const)('%s', (_is, headers: Record<string, string | undefined>, context, secrets: Secrets, receivedAt, verdict) => {
    expect(hubspot.verify(post(body, { headers, url, receivedAt }), secrets, { source: 'hubspot', ...context })).toBe(verdict);
  });
});
