import { describe, expect, it } from 'vitest';
import type { Parsed } from '../../exporter/sources/source.ts';
import { wati } from '../../exporter/sources/wati.ts';
import { fixturesOf, NOW, post } from './kits.ts';
import { outcomesOf } from './outcome.ts';

const fixtures = fixturesOf('wati');
const parsed = (name: string): Parsed => wati.parse(post(fixtures.get(name)![0]!), { source: 'wati' });

const START = 1_781_010_000_000;
const idOf = (number: number): string => `6a000000000000000000${String(number).padStart(4, '0')}`;
const PLACE = { source: 'wati', receivedAt: NOW, channel: 'whatsapp', inbox: '442079460000', conversation: 'c0000000000000000000000001', contact: '447700900123', phone: '447700900123' };
const said = (number: number, second: number, rest: object) => ({ ...PLACE, id: idOf(number), t: START + second * 1000, message: idOf(number), content: 'text', ...rest });
const inbound = (number: number, second: number, rest: object) => said(number, second, { kind: 'message.inbound', ...rest });
const outbound = (number: number, second: number, author: string, rest: object) =>
  said(number, second, { kind: 'message.outbound', author, ...(author === 'agent' && { authorId: 'ada@example.com' }), ...rest });
const template = (number: number, ms: number, author: string, name: string, text: string) =>
  ({ ...outbound(number, 0, author, { content: 'template', template: { name }, ...(author === 'campaign' && { campaign: name }), text }), t: START + ms, inbox: 'wati' });
const receipt = (number: number, status: string, rest: object = {}) => ({
  source: 'wati', receivedAt: NOW, channel: 'whatsapp', inbox: 'wati', conversation: PLACE.conversation, id: `${idOf(number)}:${status}`, t: START + 301_000,
  kind: 'message.status', message: idOf(number), status, ...rest });
const QUESTION = inbound(1, 0, { text: 'Where is my parcel?' });
const REPLY = outbound(11, 300, 'agent', { text: 'Let me look.' });
const SPRING = template(20, 7_392, 'campaign', 'teapots_back', 'Teapots are back.');
const newcomer = (origin: string) => ({ ...PLACE, id: `${idOf(10)}:contact`, t: START + 9_000, kind: 'contact.created', origin });

const rows: readonly { is: string; file: string; events?: readonly object[]; rest?: Partial<Parsed> }[] = [
  { is: 'a customer\'s message', file: 'received', events: [QUESTION] },
  { is: 'under its other name', file: 'received-by-other-name', events: [QUESTION] },
  { is: 'a photo', file: 'received-photo', events: [inbound(2, 1, { content: 'image' })] },
  { is: 'a button', file: 'received-button', events: [inbound(3, 2, { content: 'button', text: 'Yes, please' })] },
  { is: 'a choice', file: 'received-choice', events: [inbound(4, 3, { content: 'button', text: 'Track' })] },
  { is: 'a line of a list', file: 'received-list', events: [inbound(5, 4, { content: 'list', text: 'Refunds' })] },
  { is: 'a reaction', file: 'received-reaction', events: [{ ...PLACE, id: idOf(6), t: START + 5_000, kind: 'reaction.added', by: 'contact' }] },
  { is: 'who shows no number has another id', file: 'received-without-number', events: [(({ phone: _, ...rest }) => rest)(inbound(7, 6, { contact: 'GB.13491208655302741918', text: 'Hello' }) as typeof PLACE)] },
  { is: 'without a conversation the customer is it', file: 'received-without-conversation', events: [inbound(8, 7, { conversation: '447700900123', text: 'Hello' })] },
  { is: 'without either it is malformed', file: 'received-of-nobody', rest: { malformed: ['conversationId'] } },
  { is: 'somebody new', file: 'new-contact', events: [inbound(10, 9, { text: 'Hello' }), newcomer('inbound')] },
  { is: 'brought by an advertisement', file: 'new-contact-by-ad', events: [inbound(10, 9, { text: 'Hello', referral: 'ad' }), newcomer('ad')] },
  { is: 'an operator\'s reply', file: 'sent', events: [REPLY] },
  { is: 'is the same in the second version', file: 'sent-second-version', events: [REPLY] },
  { is: 'and as a message of the owner', file: 'sent-as-message', events: [REPLY] },
  { is: 'a bot', file: 'sent-by-bot', events: [outbound(12, 2, 'bot', { text: 'Which order?' })] },
  { is: 'nobody is automation', file: 'sent-by-nobody', events: [outbound(13, 3, 'automation', { text: 'We are here until six.' })] },
  { is: 'a name will do', file: 'sent-by-name', events: [outbound(14, 4, 'agent', { authorId: 'Ada Example', text: 'Hello!' })] },
  { is: 'the API is software', file: 'sent-by-api', events: [outbound(15, 5, 'automation', { text: 'It left.' })] },
  { is: 'to nobody is malformed', file: 'sent-to-nobody', rest: { malformed: ['conversationId'] } },
  { is: 'an operator\'s reaction', file: 'sent-reaction', events: [{ ...PLACE, id: idOf(17), t: START + 7_000, kind: 'reaction.added', by: 'agent' }] },
  { is: 'a template goes to many', file: 'template', events: [SPRING] },
  { is: 'and is the same in the second version', file: 'template-second-version', events: [SPRING] },
  { is: 'unless a program sends it', file: 'template-by-api', events: [template(21, 8_000, 'automation', 'order_sent', 'It left.')] },
  { is: 'delivered', file: 'delivered', events: [receipt(11, 'delivered')] },
  { is: 'once, in either version', file: 'delivered-first-version', events: [receipt(11, 'delivered')] },
  { is: 'just now, when no time is given', file: 'delivered-without-time', events: [receipt(11, 'delivered', { t: NOW })] },
  { is: 'nowhere, when no conversation is', file: 'delivered-bare', rest: { ignored: ['receipt_without_conversation'] } },
  { is: 'WhatsApp\'s id will do', file: 'delivered-without-id', events: [receipt(11, 'delivered', { id: 'wamid.0011:delivered', message: 'wamid.0011' })] },
  { is: 'read', file: 'read', events: [receipt(11, 'read')] },
  { is: 'failed, and why', file: 'failed', events: [receipt(20, 'failed', { errorCode: '131049' })] },
  { is: 'failed for no reason', file: 'failed-session', events: [receipt(11, 'failed')] },
  { is: 'that somebody replied, the reply tells', file: 'replied', rest: { ignored: ['sentMessageREPLIED'] } },
  { is: 'no id at all is malformed', file: 'without-id', rest: { malformed: ['id'] } },
  { is: 'a new event is unknown', file: 'new-event', rest: { unknown: ['planetMoved'] } },
];

describe('wati', () => {
  it.each(rows.map((row) => [row.is, row] as const))('%s', (_is, { file, events = [], rest = {} }) => {
    expect(parsed(file)).toEqual({ events, ignored: [], unknown: [], malformed: [], health: [], ...rest });
  });

  it('has a row for every fixture', () => {
    expect([...fixtures.keys()].filter((name) => name !== 'whole-conversation').toSorted()).toEqual(rows.map((row) => row.file).toSorted());
  });

  it('gives a whole conversation its figures, in any order; it ends by silence', () => {
    expect(outcomesOf(wati, fixtures.get('whole-conversation')!)).toEqual([
      { frtSeconds: 300, resolutionSeconds: 400, outcome: 'resolved_agent', inboundMessages: 1, agentMessages: 1, botMessages: 0 }]);
  });
});

it('lets in who shows the key', () => {
  const verdict = (url: string, headers = {}) => wati.verify(post('{}', { url, headers }), { key: ['teapot', 'kettle'] }, { source: 'wati' });
  expect([verdict('/webhooks/wati?key=kettle'), verdict('/webhooks/wati?key=cup'), verdict('/webhooks/wati'), verdict('/webhooks/wati', { authorization: 'Bearer teapot' })]).toEqual(['ok', 'invalid', 'missing', 'ok']);
});
