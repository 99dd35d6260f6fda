import { describe, expect, it } from 'vitest';
import type { Parsed } from '../../exporter/sources/source.ts';
import { zendeskMessaging } from '../../exporter/sources/zendesk-messaging.ts';
import { fixturesOf, NOW, post } from './kits.ts';
import { outcomesOf } from './outcome.ts';

const fixtures = fixturesOf('zendesk-messaging');
const parsed = (name: string): Parsed => zendeskMessaging.parse(post(fixtures.get(name)![0]!), { source: 'zendesk-messaging' });

const BASE = { id: expect.stringMatching(/^evt\d{21}$/) as unknown, source: 'zendesk-messaging', receivedAt: NOW, inbox: 'app-tea-1' };
const at = (time: string): number => Date.parse(`2026-06-09T${time}Z`);
const event = (time: string, rest: object) => ({ ...BASE, t: at(time), channel: 'other', conversation: 'conv-1', ...rest });
const inbound = (message: string, time: string, rest: object) =>
  event(time, { kind: 'message.inbound', channel: 'webchat', contact: 'user-1', message, content: 'text', ...rest });
const outbound = (message: string, time: string, author: string, rest: object = { text: 'Hello' }) =>
  event(time, { kind: 'message.outbound', message, content: 'text', author, ...rest });
const receipt = (time: string, rest: object) => event(time, { channel: 'whatsapp', contact: 'user-1', kind: 'message.status', message: 'm2', ...rest });
const RESOLVED = event('13:30:00', { kind: 'conversation.resolved', by: 'agent' });
const HANDOFF = event('13:01:00', { kind: 'conversation.handoff', by: 'bot' });

const rows: readonly { is: string; file: string; events?: readonly object[]; rest?: Partial<Parsed> }[] = [
  { is: 'a customer\'s message, on its channel', file: 'message-user', events: [inbound('m1', '13:00:00.820', { channel: 'whatsapp', text: 'Where is my parcel?' })] },
  { is: 'every type of content', file: 'message-types', events: ['image', 'document', 'location', 'form', 'other'].map((content, index) =>
    inbound(`t${index}`, `13:00:0${index}`, { content })) },
  { is: 'an agent, who says so', file: 'message-agent', events: [outbound('m2', '13:05:00', 'agent', { text: 'It arrives tomorrow.' })] },
  { is: 'a bot, which says so', file: 'message-bot', events: [outbound('m3', '13:00:05', 'bot', { text: 'Which order?' })] },
  { is: 'an AI is a bot', file: 'message-ai', events: [outbound('m4', '13:00:06', 'bot', { text: 'I can help.' })] },
  { is: 'an activity answers nobody', file: 'message-activity', events: [outbound('m5', '13:00:07', 'automation', { text: 'Agent joined' })] },
  { is: 'without a word on it, what comes from the workspace is an agent\'s', file: 'message-old-agent', events: [outbound('m6', '13:05:01', 'agent')] },
  { is: 'what is said while a bot is in control is a bot\'s', file: 'message-old-bot', events: [outbound('m7', '13:05:02', 'bot')] },
  { is: 'the answer bot is a bot even when agents are in control', file: 'message-old-answer-bot', events: [outbound('m7a', '13:05:02.500', 'bot')] },
  { is: 'without a switchboard there are only people', file: 'message-nobody-in-control', events: [outbound('m8', '13:05:03', 'agent')] },
  { is: 'a notification is a campaign', file: 'message-notification', events: [outbound('m9', '13:05:04', 'campaign', { content: 'template' })] },
  { is: 'a deleted message', file: 'message-deleted', events: [
    event('13:00:00.820', { id: 'm1:deleted', channel: 'whatsapp', contact: 'user-1', kind: 'message.deleted', message: 'm1' })] },
  { is: 'an author of a new type is unknown', file: 'message-of-somebody-new', rest: { unknown: ['author.ghost'] } },
  { is: 'a message without id loses only itself', file: 'message-without-id', events: [inbound('m11', '13:05:07', { text: 'survives' })], rest: { malformed: ['message.id'] } },
  { is: 'a tapped button is a message', file: 'postback', events: [
    inbound(expect.stringMatching(/^postback:evt/) as unknown as string, '13:00:10', { channel: 'messenger', content: 'button' })] },
  { is: 'a customer has read everything so far', file: 'read', events: [
    event('13:06:00', { channel: 'webchat', contact: 'user-1', kind: 'message.watermark', status: 'read', upTo: at('13:06:00') })] },
  { is: 'the business\'s own reading is nothing', file: 'read-by-business', rest: { ignored: ['conversation.read'] } },
  { is: 'three steps of a delivery', file: 'delivery', events: [
    receipt('13:05:01', { status: 'sent' }), receipt('13:05:02', { status: 'delivered' }), receipt('13:05:03', { status: 'failed', errorCode: 'uncategorized_error' })] },
  { is: 'control that passes to agents is a hand-off', file: 'control-to-agents', events: [HANDOFF] },
  { is: 'so is control that they accept', file: 'control-accepted', events: [HANDOFF] },
  { is: 'control that passes to a bot', file: 'control-to-bot', events: [event('13:01:00', { kind: 'conversation.assigned', toType: 'bot', toId: 'sw-bot-1' })] },
  { is: 'control that passes because the ticket was closed ends the conversation', file: 'ticket-closed', events: [RESOLVED] },
  { is: 'so does control that is given up for it', file: 'ticket-closed-released', events: [RESOLVED] },
  { is: 'control given up for nothing says nothing', file: 'control-released', rest: { ignored: ['switchboard'] } },
  { is: 'two users are one', file: 'merge', events: [{ ...BASE, t: at('13:40:00'), channel: 'other', contact: 'user-1', kind: 'contact.merged', from: 'user-2', into: 'user-1' }] },
  { is: 'a user is gone', file: 'removed', events: [{ ...BASE, t: at('13:41:00'), channel: 'other', contact: 'user-1', kind: 'contact.deleted' }] },
  { is: 'what moves no clock is left out', file: 'left-out', rest: { ignored: ['conversation.typing', 'conversation.create', 'switchboard.offerControl', 'client.add'] } },
  { is: 'a new event is unknown', file: 'new-event', rest: { unknown: ['conversation.teleport'] } },
  { is: 'one unreadable item does not cost the others', file: 'broken-items',
    rest: { malformed: ['events', 'events.id', 'events.createdAt', 'user.id', 'mergedUsers', 'message.id'] } },
  { is: 'webhooks of version 1 are another thing', file: 'version-one', rest: { unknown: ['version_one'] } },
];

describe('zendesk messaging', () => {
  it.each(rows.map((row) => [row.is, row] as const))('%s', (_is, { file, events = [], rest = {} }) => {
    expect(parsed(file)).toEqual({ events, ignored: [], unknown: [], malformed: [], health: [], ...rest });
  });

  it('has a row for every fixture', () => {
    expect([...fixtures.keys()].filter((name) => name !== 'whole-conversation').toSorted()).toEqual(rows.map((row) => row.file).toSorted());
  });

  it('gives a whole conversation its figures: bot, hand-off, agent, ticket closed, in any order', () => {
    expect(outcomesOf(zendeskMessaging, fixtures.get('whole-conversation')!)).toEqual([
      { frtSeconds: 120, resolutionSeconds: 1200, outcome: 'resolved_agent', inboundMessages: 2, agentMessages: 1, botMessages: 1 }]);
  });
});

describe('zendesk messaging authentication', () => {
  it.each([
    ['the key', 'egg-cup', 'ok'], ['another key', 'egg-cups', 'invalid'], ['no key', undefined, 'missing'], ['an empty key', '', 'missing'],
  ] as const)('%s', (_is, key, verdict) => {
    expect(zendeskMessaging.verify(post('{}', { headers: { 'x-api-key': key } }), { key: ['old', 'egg-cup'] }, { source: 'zendesk-messaging' })).toBe(verdict);
  });
});
