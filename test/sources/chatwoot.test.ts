import { describe, expect, it } from 'vitest';
import { chatwoot } from '../../exporter/sources/chatwoot.ts';
import type { Parsed, Secrets } from '../../exporter/sources/source.ts';
import { fixturesOf, KITS, NOW, post } from './kits.ts';

const fixtures = fixturesOf('chatwoot');
const parse = (body: Uint8Array | string): Parsed => chatwoot.parse(post(body), { source: 'chatwoot' });
const parsed = (name: string): Parsed => parse(fixtures.get(name)![0]!);

const PLACE = { conversation: '4:88', contact: '512', channel: 'webchat', inbox: '4', source: 'chatwoot', receivedAt: NOW };
const PHONE = '447700900123';
const at = (text: string): number => Date.parse(`2026-06-09T${text}Z`);
const message = (id: number, time: string, rest: object) => ({ ...PLACE, id: `message:${id}`, seq: id, t: at(time), ...rest });
const inbound = (id: number, time: string, rest: object) => message(id, time, { kind: 'message.inbound', message: String(id), phone: PHONE, ...rest });
const outbound = (id: number, time: string, rest: object) =>
  message(id, time, { kind: 'message.outbound', message: String(id), content: 'text', ...rest });
const snapshotId = expect.stringMatching(/^conv:4:88:\d{13}:[\w-]{22}$/);
const snapshot = (time: string, rest: object) =>
  ({ ...PLACE, id: snapshotId, t: at(time), kind: 'conversation.snapshot', agent: null, team: null, topic: null, ...rest });
const surveySent = (id: number, time: string) =>
  message(id, time, { id: `survey:${id}`, kind: 'survey.sent', survey: `csat:${id}`, type: 'csat', message: String(id) });
const answered = (id: number, time: string, score: number) => message(id, time, {
  id: expect.stringMatching(new RegExp(`^survey:${id}:answered:${score}:[\\w-]{22}$`)), kind: 'survey.answered',
  survey: `csat:${id}`, type: 'csat', score, message: String(id),
});
const RESOLVED = snapshot('13:20:00.500', { status: 'resolved', agent: '31', team: '9', topic: 'refund' });
const M = '13:00:01.120';

const rows: readonly { is: string; file: string; events?: readonly object[]; rest?: Partial<Parsed> }[] = [
  { is: 'a customer\'s message', file: 'message-incoming', events: [inbound(7001, M, { content: 'text', text: 'Is the green teapot back in stock?' })] },
  { is: 'a photo without words', file: 'message-incoming-photo', events: [inbound(7002, '13:00:05', { content: 'image' })] },
  { is: 'an agent\'s reply is credited to the user', file: 'message-outgoing-agent', events: [outbound(7003, '13:01:00.500', { author: 'agent', authorId: '31', text: 'Yes, since this morning.' })] },
  { is: 'a bot with a user\'s number is not that user', file: 'message-outgoing-bot',
    events: [outbound(7004, M, { author: 'bot', authorId: 'bot:31', content: 'list', text: 'Which teapot?' })] },
  { is: 'an automation rule answers nobody', file: 'message-outgoing-rule', events: [outbound(7005, M, { author: 'automation', text: 'We open at nine.' })] },
  { is: 'a campaign in an agent\'s name is a campaign', file: 'message-outgoing-campaign', events: [outbound(7006, M, { author: 'campaign', campaign: '3', text: 'Need help choosing?' })] },
  { is: 'a reply typed in the channel\'s own app is an agent\'s', file: 'message-outgoing-echo', events: [outbound(7007, M, { author: 'agent', text: 'Answered on my phone' })] },
  { is: 'a WhatsApp template keeps its name and category', file: 'message-outgoing-whatsapp-template', events: [
    { ...outbound(7008, M, { author: 'agent', authorId: '31', content: 'template', template: { name: 'back_in_stock', category: 'utility' }, text: 'Your teapot is back' }), channel: 'whatsapp' }] },
  { is: 'a message without sender comes from software', file: 'message-outgoing-nobody', events: [outbound(7009, M, { author: 'automation', text: 'sent by software' })] },
  { is: 'a private note is a note', file: 'private-note', events: [message(7010, M, { kind: 'note.created' })] },
  { is: 'a greeting is automation', file: 'greeting', events: [outbound(7011, M, { author: 'automation', text: 'Hello! We are with you shortly.' })] },
  { is: 'activity lines are left out', file: 'activity', rest: { ignored: ['activity'] } },
  { is: 'a survey is a message and a survey', file: 'survey-sent',
    events: [outbound(7020, '13:20:00.300', { author: 'automation', content: 'survey', text: 'Please rate the conversation' }), surveySent(7020, '13:20:00.300')] },
  { is: 'a rating answers the survey', file: 'survey-answered', events: [answered(7020, '13:25:00.100', 4)] },
  { is: 'a changed rating answers it again', file: 'survey-answer-changed', events: [{ ...answered(7020, M, 5), t: Date.parse('2026-06-10T08:00:00Z') }] },
  { is: 'a rating outside the scale is none', file: 'survey-answer-out-of-range', rest: { ignored: ['message_updated'] } },
  { is: 'a delivery state is a receipt', file: 'message-delivered',
    events: [message(7003, '13:01:02', { id: 'message:7003:delivered', kind: 'message.status', message: '7003', status: 'delivered' })] },
  { is: 'a failure keeps the channel\'s code and nothing of its words', file: 'message-failed',
    events: [message(7003, '13:01:03', { id: 'message:7003:failed', kind: 'message.status', message: '7003', status: 'failed', errorCode: '131049' })] },
  { is: 'a deleted message', file: 'message-deleted',
    events: [message(7001, '13:02:00', { id: 'message:7001:deleted', kind: 'message.deleted', message: '7001' })] },
  { is: 'any other update says nothing', file: 'message-updated-otherwise', rest: { ignored: ['message_updated'] } },
  { is: 'a message of a new type is unknown', file: 'message-of-new-type', rest: { unknown: ['message_type.hologram'] } },
  { is: 'a message of no conversation is malformed', file: 'message-without-conversation', rest: { malformed: ['conversation.id'] } },
  { is: 'a message of no time is malformed', file: 'message-without-time', rest: { malformed: ['message.created_at'] } },
  { is: 'a new conversation with a bot is pending', file: 'conversation-created', events: [snapshot('13:00:05.250', { status: 'pending' })] },
  { is: 'a change brings the whole state', file: 'conversation-status-changed', events: [RESOLVED] },
  { is: 'the general event brings it again', file: 'conversation-updated-twin', events: [RESOLVED] },
  { is: 'so does the agent bot\'s event', file: 'conversation-resolved-twin', events: [RESOLVED] },
  { is: 'a whole second stands for its end, after the messages of that second', file: 'conversation-whole-second',
    events: [snapshot('13:10:00.999', { status: 'open', agent: '31' })] },
  { is: 'old releases give no time of the change, and no word on team and labels', file: 'conversation-of-old-release',
    events: [{ ...PLACE, id: snapshotId, t: NOW, kind: 'conversation.snapshot', status: 'open', agent: '31' }] },
  { is: 'a bot that holds a conversation is nobody in charge', file: 'conversation-held-by-bot', events: [snapshot('13:00:05.250', { status: 'pending' })] },
  { is: 'a status we do not know leaves the rest usable', file: 'conversation-new-status',
    events: [snapshot('13:00:05.250', {})], rest: { unknown: ['status.daydreaming'] } },
  { is: 'automation rules send the state too', file: 'automation-event', events: [snapshot('13:11:40.125', { status: 'open' })] },
  { is: 'so do macros', file: 'macro', events: [snapshot('13:13:20.125', { status: 'snoozed', agent: '31' })] },
  { is: 'Twilio\'s inbox may be WhatsApp', file: 'twilio-whatsapp', events: [{ ...snapshot('13:00:05.250', { status: 'open' }), channel: 'whatsapp' }] },
  { is: 'a new contact belongs to the account, not to an inbox', file: 'contact-created', events: [
    { id: 'contact:512:created', source: 'chatwoot', t: NOW, receivedAt: NOW, channel: 'other', inbox: 'account-2', contact: '512', phone: PHONE, email: 'ines@mail.example',
      kind: 'contact.created', origin: 'inbound' }] },
  { is: 'changed contacts are left out', file: 'contact-updated', rest: { ignored: ['contact_updated'] } },
  { is: 'typing is left out', file: 'typing', rest: { ignored: ['conversation_typing_on'] } },
  { is: 'an opened widget is left out', file: 'widget-opened', rest: { ignored: ['webwidget_triggered'] } },
  { is: 'a new inbox is left out', file: 'inbox-created', rest: { ignored: ['inbox_created'] } },
  { is: 'a new event is unknown', file: 'new-event', rest: { unknown: ['conversation_teleported'] } },
];

describe('chatwoot', () => {
  it.each(rows.map((row) => [row.is, row] as const))('%s', (_is, { file, events = [], rest = {} }) => {
    expect(parsed(file)).toEqual({ events, ignored: [], unknown: [], malformed: [], health: [], ...rest });
  });

  it('has a row for every fixture', () => {
    expect([...fixtures.keys()].filter((name) => name !== 'whole-conversation').toSorted()).toEqual(rows.map((row) => row.file).toSorted());
  });

  const idOf = (name: string) => parsed(name).events[0]?.id;

  it('gives the three deliveries of one change one id, and other states and times another', () => {
    expect(idOf('conversation-updated-twin')).toBe(idOf('conversation-status-changed'));
    expect(idOf('conversation-resolved-twin')).toBe(idOf('conversation-status-changed'));
    const body = fixtures.get('conversation-status-changed')![0]!.toString();
    const changes = [['1781011200.5', '1781011200.6'], ['"status": "resolved"', '"status": "open"'], ['"refund"', '"returns"'], ['"id": 9,', '"id": 8,']] as const;
    for (const [from, to] of changes) {
      expect(body).toContain(from);
      expect(parse(body.replace(from, to)).events[0]?.id).not.toBe(idOf('conversation-status-changed'));
    }
  });

  it('tells a changed rating from a repeated delivery', () => {
    const body = fixtures.get('survey-answered')![0]!.toString();
    expect(parse(body.replace('"event": "message_updated"', '"event": "message_updated", "status": null')).events[0]?.id).toBe(idOf('survey-answered'));
    // 4, then 5, then 4 again: the last is an answer of its own.
    expect(parse(body.replace('2026-06-09T13:25:00.100Z', '2026-06-11T09:00:00.000Z')).events[0]?.id).not.toBe(idOf('survey-answered'));
  });

  it('tells a whole conversation: bot, hand-off, agent, resolution, rating', () => {
    expect(fixtures.get('whole-conversation')!.flatMap((body) => parse(body).events)).toEqual([
      snapshot('15:46:40.010', { status: 'pending' }),
      inbound(8001, '15:46:40.030', { content: 'text', text: 'Where is my parcel?' }),
      outbound(8002, '15:46:45', { author: 'bot', authorId: 'bot:31', text: 'A colleague will look at it.' }),
      snapshot('15:46:46.200', { status: 'open' }), snapshot('15:46:46.200', { status: 'open' }),
      snapshot('15:47:10.400', { status: 'open', agent: '31' }),
      outbound(8003, '15:48:00', { author: 'agent', authorId: '31', text: 'It arrives tomorrow.' }),
      snapshot('15:51:40.500', { status: 'resolved', agent: '31', topic: 'delivery' }),
      snapshot('15:51:40.500', { status: 'resolved', agent: '31', topic: 'delivery' }),
      outbound(8004, '15:51:41', { author: 'automation', content: 'survey', text: 'Please rate the conversation' }), surveySent(8004, '15:51:41'), answered(8004, '15:52:40.500', 5)]);
  });
});

describe('chatwoot authentication', () => {
  const body = fixtures.get('message-incoming')![0]!;
  const signed = KITS['chatwoot']!.signed(body, NOW);
  const withKey = (key: string) => ({ url: `/webhooks/chatwoot?key=${key}`, headers: {} });
  const both: Secrets = { secret: ['saucer'], key: ['cup & spoon'] };
  it.each([
    ['a signature, when only a secret is configured', signed, { secret: ['saucer'] }, 'ok'],
    ['no key instead of it', withKey('saucer'), { secret: ['saucer'] }, 'missing'],
    ['a key in the URL, when only a key is configured', withKey('cup%20%26%20spoon'), { key: ['other', 'cup & spoon'] }, 'ok'],
    ['the key of a sender that signs as well', { ...signed, url: withKey('cup').url }, { key: ['cup'] }, 'ok'],
    ['another key', withKey('cup'), { key: ['cup & spoon'] }, 'invalid'],
    ['an empty key', withKey(''), { key: [''] }, 'missing'],
    ['no key', { url: '/webhooks/chatwoot', headers: {} }, { key: ['cup'] }, 'missing'],
    ['with both configured, a signature', signed, both, 'ok'],
    ['with both configured, a key', withKey('cup%20%26%20spoon'), both, 'ok'],
    ['with both configured, a wrong signature beside the right key',
      { url: withKey('cup%20%26%20spoon').url, headers: { ...signed.headers, 'x-chatwoot-signature': 'sha256=00' } }, both, 'invalid'],
    ['nothing at all, when nothing is configured', signed, {}, 'missing'],
  ] as const)('%s: %#', (_is, request, secrets: Secrets, verdict) => {
    expect(chatwoot.verify(post(body, request), secrets, { source: 'chatwoot' })).toBe(verdict);
  });
});
