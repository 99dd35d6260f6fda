import { describe, expect, it } from 'vitest';
import type { ParsedEvent } from '../../exporter/core/event.ts';
import { haptik } from '../../exporter/sources/haptik.ts';
import type { Parsed, SourceAdapter } from '../../exporter/sources/source.ts';
import { fixturesOf, NOW, post } from './kits.ts';
import { outcomesOf } from './outcome.ts';

const fixtures = fixturesOf('haptik');
const parsed = (name: string, query = ''): Parsed => haptik.parse(post(fixtures.get(name)![0]!, { url: `/webhooks/haptik${query}` }), { source: 'haptik' });

const START = 1_781_010_000_000;
const event = (id: string, second: number, rest: object) => ({
  id, source: 'haptik', receivedAt: NOW, t: START + second * 1000, channel: 'webchat', inbox: '343', conversation: '343:a-1', contact: 'a-1', ...rest,
});
const outbound = (id: number, second: number, rest: object) => event(String(id), second, { kind: 'message.outbound', message: String(id), content: 'text', author: 'bot', ...rest });
const pinned = (id: number, second: number, team?: string) => [
  event(`${id}:handoff`, second, { kind: 'conversation.handoff', by: 'bot' }), ...(team ? [event(`${id}:team`, second, { kind: 'conversation.assigned', toType: 'team', toId: team })] : []),
  event(`${id}:agent`, second, { kind: 'conversation.assigned', toType: 'agent', toId: '235' })];
const complete = (rest: object, id = '55-7') => event(`${id}:complete`, 600, { kind: 'conversation.resolved', ...rest });

const rows: readonly { is: string; file: string; events?: readonly object[]; rest?: Partial<Parsed> }[] = [
  { is: 'what the bot says', file: 'message-bot', events: [outbound(1001, 5, { text: 'Which order is it?' })] },
  { is: 'what an agent says', file: 'message-agent', events: [outbound(1002, 120, { author: 'agent', authorId: '235', text: 'Let me look.' })] },
  { is: 'buttons', file: 'message-buttons', events: [outbound(1003, 6, { content: 'button', text: 'Choose one' })] },
  { is: 'a new sort of message', file: 'message-new-type', events: [outbound(1004, 7, { content: 'other', text: 'Look' })] },
  { is: 'lines of the platform are left out', file: 'message-system', rest: { ignored: ['system_message'] } },
  { is: 'the device is the channel', file: 'message-whatsapp', events: [outbound(1006, 9, { channel: 'whatsapp', text: 'Hi' })] },
  { is: 'a message without id is malformed', file: 'message-without-id', rest: { malformed: ['message.id'] } },
  { is: 'a person takes over', file: 'pinned', events: pinned(1010, 60, 'Refunds') },
  { is: 'the team may stand elsewhere', file: 'pinned-old-team', events: pinned(1011, 61, 'Refunds') },
  { is: 'or nowhere', file: 'pinned-without-team', events: pinned(1012, 62) },
  { is: 'ended by an agent, with what it was about', file: 'complete-by-agent', events: [event('55-7:topic', 600, { kind: 'conversation.classified', topic: 'Refund' }), complete({ by: 'agent', byId: '235' })] },
  { is: 'by an agent, though the bot is named', file: 'complete-by-agent-named-bot', events: [complete({ by: 'agent' })] },
  { is: 'by the bot', file: 'complete-by-bot', events: [complete({ by: 'bot' })] },
  { is: 'by silence', file: 'complete-by-silence', events: [complete({ by: 'automation', reason: 'inactivity' })] },
  { is: 'by something new', file: 'complete-by-something-new', events: [complete({ by: 'system' })] },
  { is: 'as older accounts say it', file: 'complete-old', events: [complete({ by: 'agent', byId: '235' }, '1013')] },
  { is: 'an end of no conversation is malformed', file: 'complete-without-number', rest: { malformed: ['data.conversation_no'] } },
  { is: 'a new event is unknown', file: 'new-event', rest: { unknown: ['planet_moved'] } },
  { is: 'nobody\'s message is malformed', file: 'without-user', rest: { malformed: ['user.auth_id'] } },
  { is: 'a message of no time too', file: 'without-time', rest: { malformed: ['timestamp'] } },
];

describe('Haptik', () => {
  it.each(rows.map((row) => [row.is, row] as const))('%s', (_is, { file, events = [], rest = {} }) => {
    expect(parsed(file)).toEqual({ events, ignored: [], unknown: [], malformed: [], health: [], ...rest });
  });

  it('has a row for every fixture', () => {
    expect([...fixtures.keys()].filter((name) => name !== 'whole-conversation').toSorted()).toEqual(rows.map((row) => row.file).toSorted());
  });

  it('knows what the bot did not understand by its words, if the address tells them', () => {
    expect(parsed('message-bot', '?fallback=not+sure&fallback=Which+order').events[0]).toMatchObject({ fallback: true });
    expect(parsed('message-agent', '?fallback=Let+me').events[0]).not.toHaveProperty('fallback');
  });

  it('gives a whole conversation its figures, in any order, with the customer\'s line from elsewhere', () => {
    const question: ParsedEvent = {
      id: 'c-1', source: 'haptik', receivedAt: NOW, t: START, channel: 'webchat', inbox: '343', conversation: '343:a-1', contact: 'a-1', kind: 'message.inbound', message: 'c-1', content: 'text', text: 'My lid is broken',
    };
    const joined: SourceAdapter = { ...haptik, parse: (request, context) => { const all = haptik.parse(request, context); return { ...all, events: [...all.events, question] }; } };
    const whole = fixtures.get('whole-conversation')!;
    expect(outcomesOf(joined, whole)).toEqual([{ frtSeconds: 60, resolutionSeconds: 600, outcome: 'resolved_agent', inboundMessages: 1, agentMessages: 1, botMessages: 2 }]);
    expect(outcomesOf(haptik, whole)).toMatchObject([{ outcome: 'outbound_only', inboundMessages: 0 }]);
  });
});

it('takes the signature as Haptik computes it', () => {
  // openssl dgst -sha1 -hmac whisk
  const headers = { 'x-hub-signature': 'sha1=4e193e6e8e6a9168f05e86fe011fb65eaa7ac7f4' };
  expect(haptik.verify(post('{"event_name":"message"}', { headers }), { secret_key: ['other', 'whisk'] }, { source: 'haptik' })).toBe('ok');
});
