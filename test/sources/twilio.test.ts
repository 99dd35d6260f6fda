import { describe, expect, it } from 'vitest';
import type { Parsed } from '../../exporter/sources/source.ts';
import { paramsOf, signTwilio, TWILIO_SIGNATURE, verifyTwilio } from '../../exporter/sources/twilio-signature.ts';
import { twilio } from '../../exporter/sources/twilio.ts';
import { fixturesOf, NOW, post } from './kits.ts';
import { outcomesOf } from './outcome.ts';

const fixtures = fixturesOf('twilio');
const parse = (body: Uint8Array | string): Parsed => twilio.parse(post(body), { source: 'twilio' });

const OURS = '15005550006';
const sid = (name: string, prefix = 'SM'): string => prefix + name.padStart(32, '0');
const person = (channel: string, id: string, phone?: string) =>
  ({ channel, inbox: OURS, conversation: `${channel}:${OURS}:${id}`, contact: `${channel}:${id}`, ...(phone !== undefined && { phone }) });
const INES = person('sms', '447700900123', '447700900123');
const INES_WA = person('whatsapp', '447700900123', '447700900123');
const event = (id: string, t: number, rest: object) => ({ id, source: 'twilio', t, receivedAt: NOW, ...rest });
const inbound = (name: string, rest: object, who: object = INES, t = NOW) =>
  event(sid(name), t, { ...who, kind: 'message.inbound', message: sid(name), content: 'text', text: 'Is the green teapot back?', ...rest });
const status = (name: string, word: string, rest: object, who: object = INES_WA, t = NOW) =>
  event(`${sid(name)}:${word}`, t, { ...who, kind: 'message.status', message: sid(name), ...rest });

const at = (time: string): number => Date.parse(`2026-06-09T${time}Z`);
const CH = `CH${'c'.repeat(32)}`;
const thread = (id: string, time: string, rest: object) =>
  event(id, at(time), { channel: 'webchat', inbox: `IS${'5'.repeat(32)}`, conversation: CH, ...rest });
const im = (name: string): string => sid(name, 'IM');
const added = (name: string, time: string, seq: number, rest: object) => thread(im(name), time, { message: im(name), content: 'text', seq, ...rest });
const text = (words: string) => ({ text: words });

const rows: readonly { is: string; file: string; events?: readonly object[]; rest?: Partial<Parsed> }[] = [
  { is: 'a text message', file: 'sms', events: [inbound('a1', {})] },
  { is: 'a picture without words', file: 'sms-photo', events: [inbound('a2', { content: 'image', text: undefined })] },
  { is: 'media of a type nobody told', file: 'sms-unnamed-media', events: [inbound('a3', { content: 'other', text: 'look' })] },
  { is: 'a word that Twilio took for an opt-out', file: 'sms-stop', events: [inbound('a4', { text: 'STOP', optOut: true })] },
  { is: 'and one to be written to again', file: 'sms-start', events: [inbound('a5', { text: 'START' }), event(`${sid('a5')}:start`, NOW, { ...INES, kind: 'consent.granted', purpose: 'marketing' })] },
  { is: 'a WhatsApp message', file: 'whatsapp', events: [inbound('b1', {}, INES_WA)] },
  { is: 'a tapped button', file: 'whatsapp-button', events: [inbound('b2', { content: 'button', text: 'Confirm' }, INES_WA)] },
  { is: 'a message from an ad', file: 'whatsapp-ad', events: [inbound('b3', { referral: 'ad' }, INES_WA)] },
  { is: 'a place', file: 'whatsapp-place', events: [inbound('b4', { content: 'location', text: undefined }, INES_WA)] },
  { is: 'a customer without a number', file: 'whatsapp-user-id', events: [inbound('b5', { text: 'Hello', country: 'GB' }, person('whatsapp', 'GB.55501'))] },
  { is: 'a number with the digit that WhatsApp may drop', file: 'whatsapp-mexico', events: [inbound('b6', { text: 'Hola' }, person('whatsapp', '525500000001', '5215500000001'))] },
  { is: 'Messenger through Twilio', file: 'messenger',
    events: [inbound('b7', { text: 'Hi there', inbox: '600000000000001', conversation: 'messenger:600000000000001:7100000000000001' }, person('messenger', '7100000000000001'))] },
  { is: 'delivered', file: 'status-delivered', events: [status('c1', 'delivered', { status: 'delivered' })] },
  { is: 'read', file: 'status-read', events: [status('c1', 'read', { status: 'read' })] },
  { is: 'not on its way yet', file: 'status-queued', rest: { ignored: ['status.queued'] } },
  { is: 'refused, with the code and a time', file: 'status-failed', events: [status('c2', 'undelivered', { status: 'failed', errorCode: '63016' }, INES_WA, at('13:00:03'))] },
  { is: 'a receipt that names nobody', file: 'status-bare', events: [status('c3', 'delivered', { status: 'delivered' }, { channel: 'sms', inbox: 'unknown' })] },
  { is: 'a state we do not know', file: 'status-new', rest: { unknown: ['status.teleported'] } },
  { is: 'a receipt of a messaging service', file: 'status-service', events: [
    status('c5', 'sent', { status: 'sent' }, { ...INES, inbox: `MG${'1'.repeat(32)}`, conversation: `sms:MG${'1'.repeat(32)}:447700900123` })] },
  { is: 'Conversations: a customer writes through a channel', file: 'conversation-customer', events: [
    { ...added('d1', '13:00:00.100', 0, { kind: 'message.inbound', channel: 'whatsapp', contact: 'whatsapp:447700900123', phone: '447700900123', ...text('Where is my parcel?') }) }] },
  { is: 'an agent in the app', file: 'conversation-agent', events: [added('d2', '13:01:00.100', 1, { kind: 'message.outbound', author: 'agent', authorId: 'dave', ...text('Let me look.') })] },
  { is: 'nobody, through the API', file: 'conversation-api', events: [added('d3', '13:01:01.100', 2, { kind: 'message.outbound', author: 'automation', ...text('We open at nine.') })] },
  { is: 'software, through the API', file: 'conversation-bot', events: [added('d4', '13:01:02.100', 3, { kind: 'message.outbound', author: 'bot', ...text('Which teapot?') })] },
  { is: 'media without words', file: 'conversation-media', events: [
    added('d5', '13:01:03.100', 4, { kind: 'message.inbound', content: 'other', channel: 'sms', contact: 'sms:447700900123', phone: '447700900123' })] },
  { is: 'read in a conversation', file: 'conversation-read', events: [thread(`${im('d2')}:read`, '13:02:00', { kind: 'message.status', message: im('d2'), status: 'read' })] },
  { is: 'refused in a conversation', file: 'conversation-failed', events: [
    thread(`${im('d4')}:undelivered`, '13:01:10', { kind: 'message.status', message: im('d4'), status: 'failed', errorCode: '30003' })] },
  { is: 'closed by somebody', file: 'conversation-closed', events: [thread(`${CH}:closed:${at('13:10:00')}`, '13:10:00', { kind: 'conversation.resolved', by: 'agent' })] },
  { is: 'closed by the clock', file: 'conversation-timer', events: [thread(`${CH}:closed:${at('13:20:00')}`, '13:20:00', { kind: 'conversation.resolved', by: 'system', reason: 'inactivity' })] },
  { is: 'opened again', file: 'conversation-reopened', events: [thread(`${CH}:active:${at('13:30:00')}`, '13:30:00', { kind: 'conversation.reopened' })] },
  { is: 'a timer\'s note', file: 'conversation-inactive', rest: { ignored: ['onConversationStateUpdated'] } },
  { is: 'edited', file: 'conversation-edited', events: [thread(`${im('d2')}:message.edited:${at('13:03:00')}`, '13:03:00', { kind: 'message.edited', message: im('d2') })] },
  { is: 'removed', file: 'conversation-removed', events: [thread(`${im('d1')}:message.deleted:${at('13:04:00')}`, '13:04:00', { kind: 'message.deleted', message: im('d1') })] },
  { is: 'a hook that asks first has not happened yet', file: 'conversation-before', rest: { ignored: ['onMessageAdd'] } },
  { is: 'participants are left out', file: 'conversation-participant', rest: { ignored: ['onParticipantAdded'] } },
  { is: 'a new hook is unknown', file: 'conversation-new', rest: { unknown: ['onTeapotBoiled'] } },
  { is: 'an event of no conversation is malformed', file: 'conversation-without-sid', rest: { malformed: ['ConversationSid'] } },
  { is: 'Event Streams say the same, with the time', file: 'event-stream', events: [
    inbound('a1', {}, INES, at('13:00:00')), status('c1', 'delivered', { status: 'delivered' }, INES, at('13:00:05')), status('c6', 'failed', { status: 'failed', errorCode: '30007' }, INES, at('13:00:06')),
    { ...thread(`${CH}:closed:${at('13:10:00')}`, '13:10:00', { kind: 'conversation.resolved', by: 'agent' }), inbox: 'AC00000000000000000000000000000001' }],
    rest: { ignored: ['test_event'], unknown: ['unnamed'], malformed: ['event'] } },
  { is: 'one event alone', file: 'event-stream-single', events: [status('c1', 'read', { status: 'read' }, INES, at('13:00:09'))] },
];

describe('twilio', () => {
  it.each(rows.map((row) => [row.is, row] as const))('%s', (_is, { file, events = [], rest = {} }) => {
    expect(parse(fixtures.get(file)![0]!)).toEqual({ events, ignored: [], unknown: [], malformed: [], health: [], ...rest });
  });

  it('has a row for every fixture', () => {
    expect([...fixtures.keys()].filter((name) => name !== 'whole-conversation').toSorted()).toEqual(rows.map((row) => row.file).toSorted());
  });

  it('gives a whole conversation its figures, in any order', () => {
    expect(outcomesOf(twilio, fixtures.get('whole-conversation')!)).toEqual([
      { frtSeconds: 60, resolutionSeconds: 399.9, outcome: 'resolved_agent', inboundMessages: 1, agentMessages: 2, botMessages: 0, csat: 5 }]);
  });

  it('answers nothing that Twilio would send to the customer', () => {
    const reply = (file: string) => twilio.reply!(post(fixtures.get(file)![0]!));
    expect(reply('sms')).toEqual({ type: 'text/xml', body: '<Response/>' });
    expect(reply('status-read')).toEqual({ type: 'text/xml', body: '<Response/>' });
    expect(reply('conversation-before').body).toBe('');
    expect(reply('event-stream').body).toBe('');
  });
});

/** Vectors of Twilio's own library: https://github.com/twilio/twilio-node/blob/main/spec/validation.spec.js */
describe('twilio signatures', () => {
  const CALL = 'CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212';
  const PATH = '/myapp.php?foo=1&bar=2';
  const JSON_BODY = '{"property": "value", "boolean": true}';
  const DIGEST = '0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620';
  const EMPTY_DIGEST = '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a';
  const HOME = 'https://mycompany.com';
  const verdict = (publicUrl: string | undefined, url: string, body: string, signature: string, headers = {}) =>
    verifyTwilio({ ...post(body), url, headers: { ...headers, [TWILIO_SIGNATURE]: signature } }, { auth_token: ['other', '12345'] }, { source: 'twilio', ...(publicUrl !== undefined && { publicUrl }) });

  it.each([
    ['as it is', HOME, PATH, CALL, 'RSOYDt4T1cUTdK1PDd93/VVr8B8='],
    ['a slash at the end of our address', `${HOME}/`, PATH, CALL, 'RSOYDt4T1cUTdK1PDd93/VVr8B8='],
    ['a port that the sender added', HOME, PATH, CALL, 'kvajT1Ptam85bY51eRf/AJRuM3w='],
    ['a port that the sender left out', `${HOME}:8443`, PATH, CALL, 'RSOYDt4T1cUTdK1PDd93/VVr8B8='],
    ['http and a port', 'http://mycompany.com:1234', PATH, CALL, 'Zmvh+3yNM1Phv2jhDCwEM3q5ebU='],
    ['http without its port', 'http://mycompany.com', PATH, CALL, '0ZXoZLH/DfblKGATFgpif+LLRf4='],
    ['user and password', 'https://user:pass@mycompany.com', PATH, CALL, 'CukzLTc1tT5dXEDIHm/tKBanW10='],
    ['an apostrophe', HOME, `${PATH}&Body=It's+amazing`, CALL, 'TfZzewPq8wqrGlMfyAud8+/IvJ0='],
    ['a name that comes twice', HOME, PATH, 'MessagingBinding.Address=%2B1415xxxxxxx&MessagingBinding.Address=%2B1325xxxxxxx', '83O6e2vORAoJHUNzJjDWN1jz+BA='],
    ['a value that comes twice', HOME, PATH, 'Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234', 'IK+Dwps556ElfBT0I3Rgjkr1wJU='],
    ['JSON', HOME, `${PATH}&bodySHA256=${DIGEST}`, JSON_BODY, 'a9nBmqA0ju/hNViExpshrM61xv4='],
    ['JSON, and nothing else in the query', HOME, `/myapp.php?bodySHA256=${DIGEST}`, JSON_BODY, 'y77kIzt2vzLz71DgmJGsen2scGs='],
    ['an empty object', HOME, `${PATH}&bodySHA256=${EMPTY_DIGEST}`, '{}', 'Ldidvp12m26NI7eqEvxnEpkd9Hc='],
  ])('%s', (_is, publicUrl, url, body, signature) => {
    expect(verdict(publicUrl, url, body, signature)).toBe('ok');
    expect(verdict(publicUrl, `${url}&x=1`, body, signature)).toBe('invalid');
    expect(verdict(publicUrl, url, `${body}&x=1`, signature)).toBe('invalid');
  });

  it('takes the address from the request when none is configured', () => {
    expect(verdict(undefined, PATH, CALL, 'RSOYDt4T1cUTdK1PDd93/VVr8B8=', { host: 'mycompany.com' })).toBe('ok');
    expect(verdict(undefined, PATH, CALL, 'RSOYDt4T1cUTdK1PDd93/VVr8B8=', { host: '10.0.0.7:8080', 'x-forwarded-host': 'mycompany.com' })).toBe('ok');
    expect(verdict(undefined, PATH, CALL, 'RSOYDt4T1cUTdK1PDd93/VVr8B8=', { host: 'elsewhere.com' })).toBe('invalid');
    expect(verdict(undefined, PATH, CALL, 'RSOYDt4T1cUTdK1PDd93/VVr8B8=')).toBe('invalid');
  });

  it('does not take a signed address for a signed body', () => {
    expect(verdict(HOME, '/', JSON_BODY, signTwilio('12345', `${HOME}/`, ''))).toBe('invalid');
    expect(paramsOf(Buffer.from('b=2&a=1&A=+x+&empty='))).toBe('A x a1b2empty');
  });
});
