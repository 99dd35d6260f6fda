import { describe, expect, it } from 'vitest';
import { dialog360, PARTNER_SIGNATURE } from '../../exporter/sources/dialog360.ts';
import { sign } from '../../exporter/sources/signature.ts';
import type { Parsed, Secrets } from '../../exporter/sources/source.ts';
import { fixturesOf, NOW, post } from './kits.ts';
import { outcomesOf } from './outcome.ts';

const fixtures = fixturesOf('dialog360');
const parse = (body: Uint8Array | string, url = '/webhooks/dialog360'): Parsed => dialog360.parse(post(body, { url }), { source: 'dialog360' });
const INES = '447700900123';
const event = (id: string, second: number, rest: object, inbox = 'number') => ({
  id, source: 'dialog360', t: (1_781_010_000 + second) * 1000, receivedAt: NOW, channel: 'whatsapp', inbox, conversation: `${inbox}:${INES}`, contact: INES, phone: INES, ...rest,
});
const inbound = (id: string, rest: object, inbox?: string) =>
  event(id, 0, { kind: 'message.inbound', message: id, content: 'text', text: 'Is the green teapot back?', ...rest }, inbox);
const status = (id: string, word: string, second: number, rest: object, inbox?: string) => event(`${id}:${word}`, second, { kind: 'message.status', message: id, ...rest }, inbox);
const HOSTED = '700000000000001';

const rows: readonly { is: string; file: string; events?: readonly object[]; rest?: Partial<Parsed> }[] = [
  { is: 'a message without an envelope', file: 'text', events: [inbound('ABGG1', {})] },
  { is: 'and without a card', file: 'without-card', events: [inbound('ABGG2', {})] },
  { is: 'a button whose payload is null', file: 'button', events: [inbound('ABGG3', { content: 'button', text: 'Yes' })] },
  { is: 'a picture', file: 'image', events: [inbound('ABGG4', { content: 'image', text: 'broken lid' })] },
  { is: 'a voice note of the old type', file: 'voice', events: [inbound('ABGG5', { content: 'audio', text: undefined })] },
  { is: 'a receipt with a price of the old kind', file: 'status', events: [status('gBEG1', 'sent', 1, { status: 'sent', pricing: { category: 'business_initiated', model: 'CBP', billable: true } })] },
  { is: 'a failure with a code of the old kind', file: 'status-failed', events: [status('gBEG2', 'failed', 2, { status: 'failed', errorCode: '470' })] },
  { is: 'a receipt that does not say whom the message went to', file: 'status-without-recipient', events: [{
    id: 'gBEG3:delivered', source: 'dialog360', t: 1_781_010_003_000, receivedAt: NOW, channel: 'whatsapp', inbox: 'number', kind: 'message.status', message: 'gBEG3', status: 'delivered' }] },
  { is: 'errors alone', file: 'errors', rest: { health: [{ topic: 'error', state: '1006' }] } },
  { is: 'Meta\'s own body', file: 'enveloped-text', events: [inbound('wamid.1', {}, HOSTED)] },
  { is: 'and its receipts', file: 'enveloped-status', events: [status('wamid.2', 'delivered', 3, { status: 'delivered' }, HOSTED)] },
  { is: 'news of the partner\'s channels', file: 'partner-event', rest: { ignored: ['partner_event'], health: undefined! } },
  { is: 'another body', file: 'another-body', rest: { unknown: ['unnamed'], health: undefined! } },
  { is: 'one unreadable item beside others', file: 'broken', rest: { malformed: ['messages', 'messages.id'] } },
];

describe('360dialog', () => {
  it.each(rows.map((row) => [row.is, row] as const))('%s', (_is, { file, events = [], rest = {} }) => {
    expect(parse(fixtures.get(file)![0]!)).toEqual({ events, ignored: [], unknown: [], malformed: [], health: [], ...rest });
  });

  it('has a row for every fixture', () => {
    expect([...fixtures.keys()].filter((name) => name !== 'whole-conversation').toSorted()).toEqual(rows.map((row) => row.file).toSorted());
  });

  it('takes the number from the address where the body has none', () => {
    expect(parse(fixtures.get('text')![0]!, '/webhooks/dialog360?number=shop').events[0]).toMatchObject({ inbox: 'shop', conversation: `shop:${INES}` });
  });

  it('gives a whole conversation its figures, in any order', () => {
    expect(outcomesOf(dialog360, fixtures.get('whole-conversation')!)).toEqual([
      { frtSeconds: 60, resolutionSeconds: 330, outcome: 'resolved_agent', inboundMessages: 1, agentMessages: 2, botMessages: 0 }]);
  });
});

describe('360dialog authentication', () => {
  const body = fixtures.get('text')![0]!;
  const url = '/webhooks/dialog360';
  const key: Secrets = { key: ['old', 'cup-and-spoon'] };
  const both: Secrets = { ...key, platform_secret: ['platform'] };
  const signed = (value: string) => ({ url, headers: { 'x-360dialog-signature': value } });
  const hex = sign(PARTNER_SIGNATURE, 'platform', { body });
  it.each([
    ['the key as a bare header', { url, headers: { authorization: 'cup-and-spoon' } }, key, 'ok'],
    ['the key as a bearer', { url, headers: { authorization: 'Bearer cup-and-spoon' } }, key, 'ok'],
    ['the key in the address', { url: `${url}?key=cup-and-spoon`, headers: {} }, key, 'ok'],
    ['another key', { url, headers: { authorization: 'cup' } }, key, 'invalid'],
    ['no key', { url, headers: {} }, key, 'missing'],
    ['a signature in hex', signed(hex), both, 'ok'],
    ['a signature in base64', signed(Buffer.from(hex, 'hex').toString('base64')), both, 'ok'],
    ['a signature with its name', signed(`sha256=${hex}`), both, 'ok'],
    ['another signature beside the right key', { url: `${url}?key=cup-and-spoon`, headers: { 'x-360dialog-signature': '00' } }, both, 'invalid'],
    ['a number that does not sign, with the key', { url: `${url}?key=cup-and-spoon`, headers: {} }, both, 'ok'],
    ['no signature and no key, where only a secret is set', { url, headers: {} }, { platform_secret: ['platform'] }, 'missing'],
  ] as const)('%s', (_is, request, secrets: Secrets, verdict) => {
    expect(dialog360.verify(post(body, request), secrets, { source: 'dialog360' })).toBe(verdict);
  });
});
