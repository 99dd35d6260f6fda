import { describe, expect, it } from 'vitest';
import { front } from '../../exporter/sources/front.ts';
import type { Parsed, Secrets } from '../../exporter/sources/source.ts';
import { fixturesOf, KITS, NOW, post } from './kits.ts';
import { outcomesOf } from './outcome.ts';

const fixtures = fixturesOf('front');
const parsed = (name: string): Parsed => front.parse(post(fixtures.get(name)![0]!), { source: 'front' });

const event = (second: number, rest: object) => ({
  id: expect.stringMatching(/^evt_\d{4}$/) as unknown, source: 'front', receivedAt: NOW, t: 1_781_010_000_000 + second * 1000,
  channel: 'email', inbox: 'front', conversation: 'cnv_1', contact: 'crd_p1', email: 'person@example.com', ...rest,
});
const inbound = (message: string, second: number, rest: object) => event(second, { inbox: 'inb_s1', kind: 'message.inbound', message, content: 'text', ...rest });
const outbound = (message: string, second: number, rest: object) => event(second, { inbox: 'inb_s1', kind: 'message.outbound', message, content: 'text', ...rest });
const QUESTION = inbound('msg_1', 0, { text: 'Where is my parcel?\n' });
const REPLY = outbound('msg_4', 300.541, { author: 'agent', authorId: 'tea_a1', text: 'Let me look.\n' });
const NOTE = { id: 'comment:com_1', kind: 'note.created' };
const assigned = (second: number) => event(second, { kind: 'conversation.assigned', toType: 'agent', toId: 'tea_b2' });
const unassigned = (second: number) => event(second, { kind: 'conversation.unassigned' });
const resolved = (second: number) => event(second, { kind: 'conversation.resolved', by: 'agent', byId: 'tea_a1' });
const reopened = (second: number) => event(second, { kind: 'conversation.reopened', by: 'agent' });
const topic = (second: number, name: string) => event(second, { kind: 'conversation.classified', topic: name });

const rows: readonly { is: string; file: string; events?: readonly object[]; rest?: Partial<Parsed> }[] = [
  { is: 'a customer\'s message in the body of a rule', file: 'inbound', events: [QUESTION] },
  { is: 'the same inside the body of an application', file: 'inbound-of-app', events: [QUESTION] },
  { is: 'the application may be the only one to name the kind', file: 'inbound-named-by-app-only', events: [QUESTION] },
  { is: 'a number without a contact is the customer', file: 'inbound-whatsapp', events: [
    inbound('msg_2', 5, { channel: 'whatsapp', contact: '+447700900123', phone: '447700900123', email: undefined, text: 'On WhatsApp\n' })] },
  { is: 'an attachment without words', file: 'inbound-attachment', events: [inbound('msg_3', 6, { content: 'document' })] },
  { is: 'the short body of a rule has no message, and a message it is', file: 'inbound-preview', events: [inbound('event:evt_0006', 7, { channel: 'other' })] },
  { is: 'a teammate\'s reply', file: 'outbound', events: [REPLY] },
  { is: 'is one message under either kind', file: 'reply-same-message', events: [REPLY] },
  { is: 'without an author it comes from software', file: 'outbound-by-rule', events: [outbound('msg_5', 10, { author: 'automation', text: 'We received your message.\n' })] },
  { is: 'a comment is a note', file: 'comment', events: [event(320, NOTE)] },
  { is: 'a mention is the same note', file: 'mention', events: [event(320.5, NOTE)] },
  { is: 'assignment', file: 'assigned', events: [assigned(100.474)] },
  { is: 'assignment that only the conversation tells', file: 'assigned-without-target', events: [assigned(101)] },
  { is: 'an assignee made of nulls is nobody', file: 'assigned-to-nobody', events: [unassigned(102)] },
  { is: 'taken away', file: 'unassigned', events: [unassigned(103)] },
  { is: 'archived by a teammate is resolved', file: 'archived', events: [resolved(600.678)] },
  { is: 'archived by a rule is automation', file: 'archived-by-rule', events: [event(601, { kind: 'conversation.resolved', by: 'automation' })] },
  { is: 'trashed is done with', file: 'trashed', events: [resolved(602)] },
  { is: 'reopened by a teammate', file: 'reopened', events: [reopened(700)] },
  { is: 'reopened by a message, which tells it itself', file: 'reopened-by-message', rest: { ignored: ['reopen'] } },
  { is: 'a resolved ticket', file: 'ticket-resolved', events: [resolved(603)] },
  { is: 'a waiting ticket moves no clock', file: 'ticket-waiting', rest: { ignored: ['ticket_status_update'] } },
  { is: 'an opened ticket', file: 'ticket-opened', events: [reopened(605)] },
  { is: 'snoozed', file: 'snoozed', events: [event(200, { kind: 'conversation.snoozed' })] },
  { is: 'and back', file: 'woken', events: [event(250, { kind: 'conversation.unsnoozed' })] },
  { is: 'a tag is the topic', file: 'tagged', events: [topic(60, 'Delivery')] },
  { is: 'failing the tag itself, the last one is', file: 'tagged-by-app', events: [topic(61, 'Refund')] },
  { is: 'a tag taken off is nothing', file: 'untagged', rest: { ignored: ['untag'] } },
  { is: 'a message that could not be sent', file: 'failed', events: [event(310, { kind: 'message.status', message: 'msg_4', status: 'failed' })] },
  { is: 'the question whether anybody is there', file: 'sync', rest: { ignored: ['sync'] } },
  { is: 'calls are left out', file: 'call', rest: { ignored: ['call_ended'] } },
  { is: 'a new kind is unknown', file: 'new-kind', rest: { unknown: ['teleported'] } },
  { is: 'an event of no conversation is malformed', file: 'no-conversation', rest: { malformed: ['conversation.id'] } },
  { is: 'an event of no time is malformed', file: 'no-time', rest: { malformed: ['emitted_at'] } },
];

describe('front', () => {
  it.each(rows.map((row) => [row.is, row] as const))('%s', (_is, { file, events = [], rest = {} }) => {
    expect(parsed(file)).toEqual({ events, ignored: [], unknown: [], malformed: [], health: [], ...rest });
  });

  it('has a row for every fixture', () => {
    expect([...fixtures.keys()].filter((name) => name !== 'whole-conversation').toSorted()).toEqual(rows.map((row) => row.file).toSorted());
  });

  it('gives a whole conversation its figures, in any order', () => {
    expect(outcomesOf(front, fixtures.get('whole-conversation')!)).toEqual([
      { frtSeconds: 300, resolutionSeconds: 900, outcome: 'resolved_agent', inboundMessages: 1, agentMessages: 1, botMessages: 0 }]);
  });

  it('sends the challenge back when an address is saved', () => {
    expect(front.reply!(post('', { headers: { 'x-front-challenge': 'k"1' } }))).toEqual({ type: 'application/json', body: '{"challenge":"k\\"1"}' });
    expect(front.reply!(post(''))).toEqual({ type: 'application/json', body: '{}' });
  });
});

describe('front authentication', () => {
  const body = Buffer.from('{"a":"\\u00e9\\/"}');
  // openssl dgst -hmac saucer -binary | base64: -sha256 over `1781020800000:` and the body, -sha1 over the body.
  const app = { 'x-front-signature': '+DqCISUS+m/mYrhRpXOrDzv52uZF6WrddTQN72xsTTE=', 'x-front-request-timestamp': '1781020800000' };
  const rule = { 'x-front-signature': 'saJwQ8HYW/222KEEm8vKWwvlzog=' };
  const inSeconds = KITS['front']!.signed(body, 1_781_020_800, 'saucer').headers;
  const [key, secret]: readonly Secrets[] = [{ signing_key: ['saucer'] }, { api_secret: ['saucer'] }];
  it.each([
    ['an application\'s signature', app, key, NOW, 'ok'], ['is stale after five minutes', app, key, NOW + 300_001, 'stale'],
    ['may have its time in seconds', inSeconds, key, NOW, 'ok'], ['which get stale as well', inSeconds, key, NOW + 301_000, 'stale'],
    ['a rule\'s signature', rule, secret, NOW + 86_400_000, 'ok'], ['is not enough where applications are configured', rule, key, NOW, 'missing'],
    ['an application\'s is none of a rule', app, secret, NOW, 'invalid'], ['both may be configured: an application', app, { ...key, ...secret }, NOW, 'ok'],
    ['and a rule', rule, { ...key, ...secret }, NOW, 'ok'], ['nothing configured', rule, {}, NOW, 'missing'],
  ] as const)('%s: %#', (_is, headers, secrets: Secrets | undefined, receivedAt, verdict) => {
    expect(front.verify(post(body, { headers, receivedAt }), secrets!, { source: 'front' })).toBe(verdict);
  });
});
