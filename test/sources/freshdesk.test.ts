import { describe, expect, it } from 'vitest';
import { freshdesk } from '../../exporter/sources/freshdesk.ts';
import type { Parsed } from '../../exporter/sources/source.ts';
import { fixturesOf, NOW, post } from './kits.ts';
import { outcomesOf } from './outcome.ts';

const fixtures = fixturesOf('freshdesk');
const parsed = (body: Uint8Array | string, query = ''): Parsed => freshdesk.parse(post(body, { url: `/webhooks/freshdesk${query}` }), { source: 'freshdesk' });

const event = (rest: object) => ({
  id: expect.stringMatching(/^11:/) as unknown, source: 'freshdesk', receivedAt: NOW, t: NOW, channel: 'email', inbox: 'teapots', conversation: '11', contact: 'bob@example.com', email: 'bob@example.com', ...rest,
});
const MESSAGE = { message: expect.stringMatching(/^11:/) as unknown, content: 'text' };
const description = (rest: object) => event({ ...MESSAGE, id: '11:description', message: '11:description', ...rest });
const inbound = (rest: object) => event({ kind: 'message.inbound', ...MESSAGE, ...rest });
const outbound = (authorId: string, rest: object) => event({ kind: 'message.outbound', author: 'agent', authorId, ...MESSAGE, ...rest });
const topic = (name: string) => event({ kind: 'conversation.classified', topic: name });
const rating = (score: number) => event({ kind: 'survey.answered', survey: 'csat:11', type: 'csat', score });
const resolved = (rest: object = {}) => event({ kind: 'conversation.resolved', by: 'agent', ...rest });

const rows: readonly { is: string; file: string; query?: string; events?: readonly object[]; rest?: Partial<Parsed> }[] = [
  { is: 'a new ticket is the customer\'s message, and its type the topic', file: 'ticket-created', events: [
    description({ kind: 'message.inbound', text: 'Where is my parcel?' }), topic('Question')] },
  { is: 'the barest ticket is a message of somebody', file: 'ticket-created-bare', events: [{
    id: '12:description', source: 'freshdesk', receivedAt: NOW, t: NOW, channel: 'other', inbox: 'freshdesk', conversation: '12', kind: 'message.inbound', message: '12:description', content: 'text' }] },
  { is: 'who has no address goes by the number', file: 'ticket-created-by-chat', events: [
    (({ email: _, ...rest }) => rest)(description({ kind: 'message.inbound', channel: 'webchat', contact: '+44 7700 900123', phone: '447700900123' }) as { email?: string })] },
  { is: 'a ticket an agent writes to a customer begins with the agent', file: 'ticket-written-by-agent', events: [
    description({ kind: 'message.outbound', author: 'agent', authorId: 'Ada Example', text: 'We found your teapot.' })] },
  { is: 'one that an agent writes down for a customer does not', file: 'ticket-created', query: '?by=agent', events: [
    description({ kind: 'message.inbound', text: 'Where is my parcel?' }), topic('Question')] },
  { is: 'a deleted ticket is left out', file: 'ticket-deleted', rest: { ignored: ['ticket_action'] } },
  { is: 'an agent\'s reply, without what it quotes', file: 'reply-agent', events: [outbound('Ada Example', { text: 'It leaves today .' })] },
  { is: 'is credited to who wrote it, not to who has the ticket', file: 'reply-other-agent', events: [outbound('Cid Example', { text: 'Me again.' })] },
  { is: 'a customer\'s reply is known by the name before it', file: 'reply-customer', events: [inbound({ text: 'Any news?' })] },
  { is: 'the address goes before the name', file: 'reply-other-agent', query: '?key=k&by=requester', events: [inbound({ text: 'Me again.' })] },
  { is: 'what the system writes is automation', file: 'reply-agent', query: '?by=system', events: [event({ kind: 'message.outbound', author: 'automation', ...MESSAGE, text: 'It leaves today .' })] },
  { is: 'a reply without words is the agent\'s who has the ticket', file: 'reply-of-nobody', events: [outbound('ada@example.com', {})] },
  { is: 'a private note', file: 'note-private', events: [event({ kind: 'note.created' })] },
  { is: 'a public note is a reply', file: 'note-public', events: [outbound('Ada Example', { text: 'It leaves today .' })] },
  { is: 'resolved', file: 'status-resolved', events: [resolved()] },
  { is: 'resolved by an agent', file: 'status-resolved', query: '?by=agent', events: [resolved({ byId: 'Ada Example' })] },
  { is: 'resolved by the customer', file: 'status-resolved', query: '?by=requester', events: [resolved({ by: 'contact' })] },
  { is: 'a status may be a word, and the event an object', file: 'status-resolved-in-words', events: [resolved()] },
  { is: 'closed after resolved is nothing new', file: 'status-closed', rest: { ignored: ['status'] } },
  { is: 'reopened', file: 'status-reopened', events: [event({ kind: 'conversation.reopened', by: 'agent' })] },
  { is: 'a customer reopens with a message, and that tells it', file: 'status-reopened', query: '?by=requester', rest: { ignored: ['status'] } },
  { is: 'pending moves no clock', file: 'status-pending', rest: { ignored: ['status'] } },
  { is: 'assigned to an agent', file: 'agent-assigned', events: [event({ kind: 'conversation.assigned', toType: 'agent', toId: 'Ada Example' })] },
  { is: 'whose number must do without a name', file: 'agent-assigned-by-number', events: [event({ kind: 'conversation.assigned', toType: 'agent', toId: '150000000001' })] },
  { is: 'to nobody', file: 'agent-unassigned', events: [event({ kind: 'conversation.unassigned' })] },
  { is: 'to a group', file: 'group-assigned', events: [event({ kind: 'conversation.assigned', toType: 'team', toId: 'Deliveries' })] },
  { is: 'to no group', file: 'group-unassigned', rest: { ignored: ['group_id'] } },
  { is: 'a new type is the topic', file: 'type-changed', events: [topic('Refund')] },
  { is: 'no type is none', file: 'type-removed', rest: { ignored: ['ticket_type'] } },
  { is: 'the best of all faces is 5', file: 'feedback-best', events: [rating(5)] },
  { is: 'the second worst of seven is 2', file: 'feedback-unhappy', events: [rating(2)] },
  { is: 'a new sort of rating is unknown', file: 'feedback-new', rest: { unknown: ['customer_feedback'] } },
  { is: 'priority is left out', file: 'priority', rest: { ignored: ['priority'] } },
  { is: 'one request may tell two things', file: 'two-at-once', events: [outbound('Ada Example', { text: 'It leaves today .' }), resolved()] },
  { is: 'a new event is unknown', file: 'new-event', rest: { unknown: ['planet'] } },
  { is: 'so is a rule that does not say why', file: 'without-event', rest: { unknown: ['no_triggered_event'] } },
  { is: 'and a body of somebody else', file: 'without-ticket', rest: { unknown: ['no_ticket'] } },
  { is: 'a body of one\'s own may tell the time', file: 'unwrapped', events: [{
    id: expect.stringMatching(/^11:/) as unknown, source: 'freshdesk', receivedAt: NOW, t: Date.parse('2026-06-09T13:00:00Z'), channel: 'other', inbox: 'freshdesk', conversation: '11', kind: 'note.created' }] },
];

describe('freshdesk', () => {
  it.each(rows.map((row) => [row.is, row] as const))('%s', (_is, { file, query, events = [], rest = {} }) => {
    expect(parsed(fixtures.get(file)![0]!, query)).toEqual({ events, ignored: [], unknown: [], malformed: [], health: [], ...rest });
  });

  it('has a row for every fixture', () => {
    expect([...fixtures.keys()].filter((name) => name !== 'whole-conversation').toSorted()).toEqual([...new Set(rows.map((row) => row.file))].toSorted());
  });

  it('gives a whole conversation its figures, in any order; thanks are no question', () => {
    expect(outcomesOf(freshdesk, fixtures.get('whole-conversation')!)).toEqual([
      { frtSeconds: 300, resolutionSeconds: 900, outcome: 'resolved_agent', inboundMessages: 1, agentMessages: 1, botMessages: 0, csat: 4 }]);
  });

  it.each([
    ['a comma too many', '{"freshdesk_webhook": {"ticket_id":"11", "triggered_event":"{status:{from:2,to:4}}", } }', [{ kind: 'conversation.resolved' }]],
    ['no commas, and quotes in a text', '{"freshdesk_webhook":{\n"ticket_id":11\n"triggered_event":"{reply_sent:sent}"\n"ticket_latest_public_comment":"Ada Example : <p style="top:0">So "soon"?</p>"\n}}',
      [{ kind: 'message.outbound', authorId: 'Ada Example', text: 'So "soon"?' }]],
    ['no quotes', '{\n"ticket_id": 24,\n"agent": ada@example.com,\n"event": {responder_id:{from:1,to:2}},\n"requester_email": bob@example.com\n}',
      [{ kind: 'conversation.assigned', conversation: '24', toId: '2', contact: 'bob@example.com', email: 'bob@example.com' }]],
    ['line breaks', '{"freshdesk_webhook":{"ticket_id":"11","triggered_event":"{ticket_action:created}","ticket_description":"Hello,\n\nwhere is it?\n"}}', [{ kind: 'message.inbound', text: 'Hello, where is it?' }]],
  ])('reads what is no JSON: %s', (_is, body, events) => {
    expect(parsed(body)).toMatchObject({ events, unknown: [], malformed: [] });
  });

  it('takes the same again on the next day for another happening', () => {
    const body = fixtures.get('status-resolved')![0]!;
    const [today, tomorrow] = [NOW, NOW + 86_400_000].map((receivedAt) => freshdesk.parse(post(body, { receivedAt }), { source: 'freshdesk' }).events[0]!.id);
    expect(tomorrow).not.toBe(today);
  });
});

describe('freshdesk authentication', () => {
  const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });
  it.each([
    ['the password', basic('exporter:tea:pot'), '', 'ok'], ['the API key, which is a user', basic('tea:pot:X'), '', 'invalid'], ['an API key', basic('teapot:X'), '', 'ok'],
    ['the address', {}, '?by=agent&key=teapot', 'ok'], ['another key', {}, '?key=kettle', 'invalid'], ['nothing', {}, '?by=agent', 'missing'],
    ['no Basic at all', { authorization: 'Basic !' }, '', 'invalid'],
  ] as const)('%s', (_is, headers: Record<string, string>, query, verdict) => {
    expect(freshdesk.verify(post('{}', { headers, url: `/webhooks/freshdesk${query}` }), { key: ['teapot', 'tea:pot'] }, { source: 'freshdesk' })).toBe(verdict);
  });
});
