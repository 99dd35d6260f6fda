import { describe, expect, it } from 'vitest';
import type { Parsed } from '../../exporter/sources/source.ts';
import { zendesk } from '../../exporter/sources/zendesk.ts';
import { fixturesOf, NOW, post } from './kits.ts';
import { outcomesOf } from './outcome.ts';

const fixtures = fixturesOf('zendesk');
const parsed = (name: string): Parsed => zendesk.parse(post(fixtures.get(name)![0]!), { source: 'zendesk' });

const PLACE = { source: 'zendesk', receivedAt: NOW, channel: 'email', inbox: '360', conversation: '5158', contact: '9001' };
const at = (text: string): number => Date.parse(`2026-06-09T${text}Z`);
const FIRST = { message: 'ticket:5158:first', content: 'text', text: 'My parcel did not arrive.' };
const event = (time: string, rest: object) => ({ ...PLACE, id: expect.stringMatching(/^0f6d9b1e-/) as unknown, t: at(`13:${time}`), ...rest });
const comment = (id: number, time: string, rest: object) => event(time, { id: `comment:${id}`, message: `comment:${id}`, content: 'text', ...rest });
const rating = (score: number) => event('36:00.123', { kind: 'survey.answered', survey: 'csat:5158', type: 'csat', score });
const solved = (time: string, rest: object = { by: 'agent', byId: '7001' }) => event(time, { kind: 'conversation.resolved', ...rest });

const rows: readonly { is: string; file: string; events?: readonly object[]; rest?: Partial<Parsed> }[] = [
  { is: 'a new ticket is the customer\'s first message, and what it was sorted into', file: 'ticket-created', events: [
    event('00:00', { kind: 'message.inbound', ...FIRST }), event('00:00.412', { kind: 'conversation.assigned', toType: 'team', toId: '77' }),
    event('00:00.412', { kind: 'conversation.assigned', toType: 'agent', toId: '7001' }), event('00:00.412', { kind: 'conversation.classified', topic: 'delivery' })] },
  { is: 'the comment it came with is the same message', file: 'first-comment', events: [event('00:00', { id: 'comment:880001', kind: 'message.inbound', ...FIRST })] },
  { is: 'a ticket that an agent wrote to a customer begins with the agent', file: 'ticket-created-by-agent', events: [event('00:00', {
    conversation: '5160', kind: 'message.outbound', message: 'ticket:5160:first', content: 'text', author: 'agent', authorId: '7001', text: 'We called you about your parcel.' })] },
  { is: 'an internal ticket begins with a note', file: 'ticket-created-internal', events: [event('00:00', { conversation: '5161', id: 'ticket:5161:first', kind: 'note.created' })] },
  { is: 'the barest ticket is a message of somebody', file: 'ticket-created-bare', events: [{
    id: '01HZTEAPOT', source: 'zendesk', receivedAt: NOW, t: at('13:00:00'), channel: 'other', inbox: 'support', conversation: '5162',
    kind: 'message.inbound', message: 'ticket:5162:first', content: 'text' }] },
  { is: 'a customer\'s comment', file: 'comment-customer', events: [comment(880010, '20:00.123', { kind: 'message.inbound', text: 'Any news?' })] },
  { is: 'an agent\'s comment is credited to the agent', file: 'comment-agent',
    events: [comment(880002, '05:00.123', { kind: 'message.outbound', author: 'agent', authorId: '7001', text: 'It leaves the depot today.' })] },
  { is: 'a private comment is a note', file: 'comment-private', events: [event('06:00.123', { id: 'comment:880003', kind: 'note.created' })] },
  { is: 'a comment of nobody is automation', file: 'comment-by-trigger',
    events: [comment(880004, '06:30.123', { kind: 'message.outbound', author: 'automation', text: 'We received your message.' })] },
  { is: 'who is not the requester is staff, when nothing else is said', file: 'comment-without-staff-flag',
    events: [comment(880005, '07:00.123', { kind: 'message.outbound', author: 'agent', authorId: '7001', text: 'Let me look.' })] },
  { is: 'a comment without id is malformed', file: 'comment-without-id', rest: { malformed: ['event.comment.id'] } },
  { is: 'assignment to an agent', file: 'assigned-agent', events: [event('02:00.123', { kind: 'conversation.assigned', toType: 'agent', toId: '7001' })] },
  { is: 'to nobody', file: 'unassigned-agent', events: [event('02:30.123', { kind: 'conversation.unassigned' })] },
  { is: 'to a group', file: 'assigned-group', events: [event('01:00.123', { kind: 'conversation.assigned', toType: 'team', toId: '77' })] },
  { is: 'a tag that is put on is the topic', file: 'tags-added', events: [event('03:00.123', { kind: 'conversation.classified', topic: 'refund' })] },
  { is: 'a tag that is taken off is none', file: 'tags-removed', rest: { ignored: ['ticket.tags_changed'] } },
  { is: 'solved is resolved, by who did it', file: 'status-solved', events: [solved('30:00.123')] },
  { is: 'solved by actor -1 is automation', file: 'status-solved-by-automation', events: [solved('30:00.123', { by: 'automation' })] },
  { is: 'closed after solved is nothing new', file: 'status-closed', rest: { ignored: ['ticket.status_changed'] } },
  { is: 'an agent may reopen', file: 'status-reopened-by-agent', events: [event('40:00.123', { kind: 'conversation.reopened', by: 'agent' })] },
  { is: 'a customer reopens with a message, and that tells it', file: 'status-reopened-by-customer', rest: { ignored: ['ticket.status_changed'] } },
  { is: 'hold is a snooze', file: 'status-hold', events: [event('10:00.123', { kind: 'conversation.snoozed' })] },
  { is: 'which ends when the ticket is solved, in small letters too', file: 'status-hold-solved',
    events: [event('12:00.123', { kind: 'conversation.unsnoozed' }), solved('12:00.123')] },
  { is: 'pending moves no clock', file: 'status-pending', rest: { ignored: ['ticket.status_changed'] } },
  { is: 'a new status is unknown', file: 'status-new-word', rest: { unknown: ['status.DAYDREAMING'] } },
  { is: 'a ticket merged into another is done', file: 'merged', events: [solved('31:00.123')] },
  { is: 'so is spam', file: 'spam', events: [solved('31:00.123')] },
  { is: 'what is undeleted is open again', file: 'undeleted', events: [event('32:00.123', { kind: 'conversation.reopened', by: 'agent' })] },
  { is: 'a rating that is asked for', file: 'rating-asked', events: [event('35:00.123', { kind: 'survey.sent', survey: 'csat:5158', type: 'csat', scale: 'thumbs' })] },
  { is: 'good is 5', file: 'rating-good', events: [rating(5)] },
  { is: 'bad is 1', file: 'rating-bad', events: [rating(1)] },
  { is: 'a number is itself', file: 'rating-number', events: [rating(4)] },
  { is: 'a new word for a rating is unknown', file: 'rating-new-word', rest: { unknown: ['score.SPLENDID'] } },
  { is: 'a changed subject is left out', file: 'subject-changed', rest: { ignored: ['ticket.subject_changed'] } },
  { is: 'so are users', file: 'user-created', rest: { ignored: ['user.created'] } },
  { is: 'an agent\'s status over all channels is presence', file: 'agent-online', events: [{
    id: '01JXPRESENCE', source: 'zendesk', receivedAt: NOW, t: at('08:59:58.642'), channel: 'other', inbox: 'all', kind: 'agent.status', agent: '7001', status: 'online' }] },
  { is: 'the body of a trigger is whatever somebody wrote', file: 'trigger-body', rest: { unknown: ['trigger_body'] } },
  { is: 'an event without time is malformed', file: 'no-time', rest: { malformed: ['time'] } },
  { is: 'Integration Services wrap the same events', file: 'integration-services', events: [{
    ...comment(880020, '05:00', { kind: 'message.outbound', author: 'agent', authorId: '7001', text: 'Hello there' }), channel: 'other', conversation: '5163' }] },
  { is: 'so does EventBridge', file: 'event-bridge', events: [{ ...solved('05:00.465'), id: 'ecd26460-0000', channel: 'other', conversation: '5163' }] },
];

describe('zendesk', () => {
  it.each(rows.map((row) => [row.is, row] as const))('%s', (_is, { file, events = [], rest = {} }) => {
    expect(parsed(file)).toEqual({ events, ignored: [], unknown: [], malformed: [], health: [], ...rest });
  });

  it.each(['<ticket><id>5158</id></ticket>', '<?xml version="1.0"?>\n<t/>', 'ticket=5158&status=solved', '', '[{"ticket":5158}]', 'Ticket 5158 was solved'])(
    'counts what a trigger sends in a format of its own: %s', (body) => {
      expect(zendesk.parse(post(body), { source: 'zendesk' })).toEqual({ events: [], ignored: [], unknown: ['trigger_body'], malformed: [], health: [] });
    });

  it('refuses an event that is cut off', () => expect(() => zendesk.parse(post('{"type":"zen:event-type:ticket.created"'), { source: 'zendesk' })).toThrow(SyntaxError));

  it('has a row for every fixture', () => {
    expect([...fixtures.keys()].filter((name) => name !== 'whole-conversation').toSorted()).toEqual(rows.map((row) => row.file).toSorted());
  });

  it('gives a whole conversation its figures, in any order and with the first message told twice', () => {
    expect(outcomesOf(zendesk, fixtures.get('whole-conversation')!)).toEqual([
      { frtSeconds: 300, resolutionSeconds: 1200, outcome: 'resolved_agent', inboundMessages: 1, agentMessages: 1, botMessages: 0, csat: 5 }]);
  });
});

describe('zendesk authentication', () => {
  const body = Buffer.from('{"a":"\\u00e9\\/"}');
  const verdict = (headers: Record<string, string>, receivedAt = NOW) =>
    zendesk.verify(post(body, { headers, receivedAt }), { secret: ['saucer'] }, { source: 'zendesk' });
  // openssl dgst -sha256 -hmac saucer -binary | base64, over time and body with nothing between.
  const genuine = { 'x-zendesk-webhook-signature': 'PDFsNcDd6+cH6rZopiuNTO8j5MlwZm1NGzIDuEMfTUc=', 'x-zendesk-webhook-signature-timestamp': '2026-06-09T16:00:00Z' };

  it('takes the signature as Zendesk computes it, for five minutes', () => {
    expect(verdict(genuine)).toBe('ok');
    expect(verdict(genuine, NOW + 300_001)).toBe('stale');
    expect(verdict({ ...genuine, 'x-zendesk-webhook-signature-timestamp': '2026-06-09T16:00:01Z' })).toBe('invalid');
  });
});
