import { describe, expect, it } from 'vitest';
import { line, LINE_SIGNATURE } from '../../exporter/sources/line.ts';
import { verifySignature } from '../../exporter/sources/signature.ts';
import type { Parsed } from '../../exporter/sources/source.ts';
import { fixturesOf, NOW, post } from './kits.ts';
import { outcomesOf } from './outcome.ts';

const fixtures = fixturesOf('line');
const parse = (body: Uint8Array | string): Parsed => line.parse(post(body), { source: 'line' });
const CHANNEL = 'U00000000000000000000000000000001';
const INES = 'U00000000000000000000000000000002';
const eventId = (number: number) => `01FZ74A0TDDPYRVKNK77X${String(number).padStart(5, '0')}`;
const event = (id: string, second: number, rest: object) => ({
  id, source: 'line', t: 1_781_010_000_500 + second * 1000, receivedAt: NOW, channel: 'other', inbox: CHANNEL, conversation: `${CHANNEL}:${INES}`, contact: INES, ...rest,
});
const inbound = (id: string, second: number, rest: object) => event(id, second, { kind: 'message.inbound', message: id, content: 'text', ...rest });
const QUESTION = inbound('100001', 0, { text: 'Is the green teapot back?' });

const rows: readonly { is: string; file: string; events?: readonly object[]; rest?: Partial<Parsed> }[] = [
  { is: 'a text', file: 'text', events: [QUESTION] },
  { is: 'the console\'s Verify says nothing', file: 'verify' },
  { is: 'two events in one body', file: 'two-types', events: [inbound('100002', 1, { content: 'sticker' }), inbound('100003', 2, { content: 'image' })] },
  { is: 'every type of message', file: 'media', events: ['video', 'audio', 'document', 'location', 'other'].map((content, index) => inbound(String(100_010 + index), index, { content })) },
  { is: 'the same message delivered again', file: 'redelivered', events: [QUESTION] },
  { is: 'an old sender', file: 'without-event-id', events: [{ ...inbound('100004', -0.5, { text: 'old sender' }), inbox: 'channel', conversation: `channel:${INES}` }] },
  { is: 'groups and rooms are conversations', file: 'group', events: [
    inbound('100020', 3, { text: 'Hello all', conversation: `${CHANNEL}:C1` }), { ...inbound('100021', 4, { text: 'Hello room', conversation: `${CHANNEL}:R1` }), contact: undefined }] },
  { is: 'a tapped button', file: 'postback', events: [inbound(eventId(22), 5, { content: 'button' })] },
  { is: 'friends may be written to, until they block', file: 'follow', events: [
    event(eventId(23), 6, { kind: 'consent.granted', purpose: 'marketing' }), event(eventId(24), 7, { kind: 'consent.revoked', purpose: 'marketing' })] },
  { is: 'an unsent message', file: 'unsend', events: [event(eventId(25), 8, { kind: 'message.deleted', message: '100001' })] },
  { is: 'an edit', file: 'edited', events: [event(eventId(26), 9, { kind: 'message.edited', message: '100001' })] },
  { is: 'what is no message is left out', file: 'left-out', rest: { ignored: ['join', 'beacon', 'videoPlayComplete'], unknown: ['teapotBoiled'] } },
  { is: 'one unreadable item does not cost the others', file: 'broken', rest: { unknown: ['message'], malformed: ['events', 'message.id', 'source.userId', 'timestamp'] } },
];

describe('line', () => {
  it.each(rows.map((row) => [row.is, row] as const))('%s', (_is, { file, events = [], rest = {} }) => {
    expect(parse(fixtures.get(file)![0]!)).toEqual({ events, ignored: [], unknown: [], malformed: [], health: [], ...rest });
  });

  it('has a row for every fixture', () => {
    expect([...fixtures.keys()].filter((name) => name !== 'whole-conversation').toSorted()).toEqual(rows.map((row) => row.file).toSorted());
  });

  it('is signed in base64 over the bytes, as openssl does it', () => {
    const request = { ...post('{"destination":"U1","events":[]}'), headers: { 'x-line-signature': '2GOO4Hje9niogfCC9XUXAUaz+6PAnJgFX3aut7ABw80=' } };
    expect(verifySignature(LINE_SIGNATURE, request, ['kettle-line'])).toBe('ok');
  });

  it('knows questions only: without replies a conversation counts as missed', () => {
    expect(outcomesOf(line, fixtures.get('whole-conversation')!)).toEqual([
      { frtSeconds: null, resolutionSeconds: null, outcome: 'missed', inboundMessages: 2, agentMessages: 0, botMessages: 0 }]);
  });
});
