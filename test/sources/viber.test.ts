import { describe, expect, it } from 'vitest';
import { verifySignature } from '../../exporter/sources/signature.ts';
import type { Parsed } from '../../exporter/sources/source.ts';
import { viber, VIBER_SIGNATURE } from '../../exporter/sources/viber.ts';
import { fixturesOf, NOW, post } from './kits.ts';
import { outcomesOf } from './outcome.ts';

const fixtures = fixturesOf('viber');
const parse = (body: Uint8Array | string, url = '/webhooks/viber'): Parsed => viber.parse(post(body, { url }), { source: 'viber' });
const USER = 'Zml4dHVyZS11c2VyLTE=';
/** Past 2^53: a number of JSON would end in 000. */
const TOKEN = '4912661846655238145';
const event = (id: string, second: number, rest: object) => ({
  id, source: 'viber', t: 1_781_010_000_500 + second * 1000, receivedAt: NOW, channel: 'other', inbox: 'bot', conversation: `bot:${USER}`, contact: USER, ...rest,
});
const inbound = (second: number, rest: object) => {
  const token = `491266184665523814${6 + second}`.replace('81410', '8150').replace('81411', '8151').replace('81412', '8152');
  return event(token, second, { kind: 'message.inbound', message: token, country: 'GB', ...rest });
};

const rows: readonly { is: string; file: string; events?: readonly object[]; rest?: Partial<Parsed> }[] = [
  { is: 'a text, under a token with all its digits', file: 'text', events: [event(TOKEN, 0, { kind: 'message.inbound', message: TOKEN, content: 'text', country: 'GB', text: 'Is the green teapot back?' })] },
  ...(['image', 'video', 'document', 'location', 'contacts', 'sticker', 'other'] as const).map((content, index) => ({
    is: `a message of type ${content}`, file: ['picture', 'video', 'file', 'location', 'contact', 'sticker', 'new-type'][index]!, events: [inbound(index, { content })] })),
  { is: 'delivered', file: 'delivered', events: [event(`${TOKEN}:delivered`, 10, { kind: 'message.status', message: TOKEN, status: 'delivered' })] },
  { is: 'seen', file: 'seen', events: [event(`${TOKEN}:seen`, 11, { kind: 'message.status', message: TOKEN, status: 'read' })] },
  { is: 'failed, in words only', file: 'failed', events: [event(`${TOKEN}:failed`, 12, { kind: 'message.status', message: TOKEN, status: 'failed' })] },
  { is: 'failed, for whom it does not say', file: 'failed-without-user', events: [{
    id: `${TOKEN}:failed`, source: 'viber', t: 1_781_010_012_500, receivedAt: NOW, channel: 'other', inbox: 'bot', kind: 'message.status', message: TOKEN, status: 'failed' }] },
  { is: 'a subscriber may be written to', file: 'subscribed', events: [event(`${TOKEN}:subscribed`, 13, { kind: 'consent.granted', purpose: 'marketing' })] },
  { is: 'until they leave', file: 'unsubscribed', events: [event(`${TOKEN}:unsubscribed`, 14, { kind: 'consent.revoked', purpose: 'marketing' })] },
  { is: 'an opened chat is no message', file: 'opened', rest: { ignored: ['conversation_started'] } },
  { is: 'the check of the address, whose time is none', file: 'webhook-check', rest: { ignored: ['webhook'] } },
  { is: 'a message of nobody', file: 'without-user', rest: { malformed: ['user_id'] } },
  { is: 'a receipt of nothing', file: 'without-token', rest: { malformed: ['message_token'] } },
];

describe('viber', () => {
  it.each(rows.map((row) => [row.is, row] as const))('%s', (_is, { file, events = [], rest = {} }) => {
    expect(parse(fixtures.get(file)![0]!)).toEqual({ events, ignored: [], unknown: [], malformed: [], health: [], ...rest });
  });

  it('has a row for every fixture', () => {
    expect([...fixtures.keys()].filter((name) => name !== 'whole-conversation').toSorted()).toEqual(rows.map((row) => row.file).toSorted());
  });

  it('tells bots apart by their addresses', () => {
    expect(parse(fixtures.get('text')![0]!, '/webhooks/viber?bot=sales').events[0]).toMatchObject({ inbox: 'sales', conversation: `sales:${USER}` });
  });

  it('is signed in hex over the bytes, as openssl does it', () => {
    const signature = 'ce089c1f6e0fddc1c1ac045774137e25532267906d191d7183be683b0a598925';
    const request = { ...post('{"event":"webhook"}'), headers: { 'x-viber-content-signature': signature } };
    expect(verifySignature(VIBER_SIGNATURE, request, ['kettle-viber'])).toBe('ok');
  });

  it('answers nothing that would be a welcome message', () => expect(viber.reply!(post('{}')).body).toBe(''));

  it('gives a whole conversation its figures, in any order', () => {
    expect(outcomesOf(viber, fixtures.get('whole-conversation')!)).toEqual([
      { frtSeconds: 60, resolutionSeconds: 330, outcome: 'resolved_agent', inboundMessages: 1, agentMessages: 2, botMessages: 0 }]);
  });
});
