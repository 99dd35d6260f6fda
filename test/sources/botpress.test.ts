import { describe, expect, it } from 'vitest';
import { botpress } from '../../exporter/sources/botpress.ts';
import type { Parsed } from '../../exporter/sources/source.ts';
import { fixturesOf, NOW, post } from './kits.ts';
import { outcomesOf } from './outcome.ts';

const fixtures = fixturesOf('botpress');
const parsed = (name: string, query = ''): Parsed => botpress.parse(post(fixtures.get(name)![0]!, { url: `/webhooks/botpress${query}` }), { source: 'botpress' });

const START = 1_781_010_000_250;
const event = (id: unknown, second: number | undefined, rest: object) =>
  ({ id, source: 'botpress', receivedAt: NOW, t: second === undefined ? NOW : START + second * 1000, channel: 'webchat', inbox: 'botpress', conversation: 'conv-1', ...rest });
const inbound = (id: string, second: number | undefined, rest: object) => event(id, second, { kind: 'message.inbound', message: id, content: 'text', contact: 'user-1', ...rest });
const outbound = (id: unknown, second: number | undefined, rest: object) => event(id, second, { kind: 'message.outbound', message: id, content: 'text', author: 'bot', ...rest });
const WHATSAPP = { channel: 'whatsapp', inbox: 'b-1' };
const OTHER = { channel: 'other', conversation: 'conv-2' };
const like = (form: RegExp) => expect.stringMatching(form) as unknown;

const rows: readonly { is: string; file: string; events?: readonly object[]; rest?: Partial<Parsed> }[] = [
  { is: 'the customer, in the chat', file: 'chat-customer', events: [inbound('m-1', 0, { text: 'Where is my teapot?' })] },
  { is: 'the bot', file: 'chat-bot', events: [outbound('m-2', 1, { text: 'Which order is it?' })] },
  { is: 'words with marks', file: 'chat-bot-markdown', events: [outbound('m-3', 2, { text: '**Seven**' })] },
  { is: 'a photo', file: 'chat-photo', events: [inbound('m-4', 3, { content: 'image' })] },
  { is: 'a choice', file: 'chat-choice', events: [outbound('m-5', 4, { content: 'button', text: 'Which one?' })] },
  { is: 'a new sort of message', file: 'chat-new-type', events: [outbound('m-6', 5, { content: 'other' })] },
  { is: 'a deleted message', file: 'chat-deleted', events: [event('m-1:deleted', undefined, { kind: 'message.deleted', message: 'm-1', contact: 'user-1' })] },
  { is: 'a streamed message is told as a whole, too', file: 'chat-streamed', rest: { ignored: ['message_stream_complete'] } },
  { is: 'who takes part is left out', file: 'chat-participant', rest: { ignored: ['participant_added'] } },
  { is: 'an event of the bot with a mark', file: 'chat-mark', events: [
    event(like(/^e-1:.*:handoff$/), undefined, { kind: 'conversation.handoff', by: 'bot' }), event(like(/^e-1:.*:ended$/), undefined, { kind: 'conversation.resolved', by: 'automation', reason: 'done' })] },
  { is: 'without one', file: 'chat-event', rest: { ignored: ['event_created'] } },
  { is: 'a new signal is unknown', file: 'chat-new-signal', rest: { unknown: ['planet_moved'] } },
  { is: 'an answer of the Messaging API', file: 'answer', events: [outbound('m-10', undefined, { ...OTHER, text: 'On its way.' })] },
  { is: 'a copy of what it was sent', file: 'sent-copy', events: [inbound('m-11', undefined, { ...OTHER, contact: 'user-2', text: 'Hello?' })] },
  { is: 'a hook: what came in', file: 'hook-incoming', events: [inbound('m-20', 20, { ...WHATSAPP, text: 'Where is my teapot?' })] },
  { is: 'what goes out', file: 'hook-outgoing', events: [outbound(like(/^ev-1:[\w-]{22}$/), undefined, { ...WHATSAPP, text: 'On its way.' })] },
  { is: 'the end', file: 'hook-ended', events: [event(like(/^ev-2:.*:ended$/), undefined, { ...WHATSAPP, kind: 'conversation.resolved', by: 'bot', reason: 'done', contact: 'user-1' })] },
  { is: 'a mark', file: 'hook-topic', events: [event(like(/^ev-1:.*:topic$/), undefined, { ...WHATSAPP, kind: 'conversation.classified', topic: 'Delivery', contact: 'user-1' })] },
  { is: 'a hook that means nothing', file: 'hook-unknown', rest: { unknown: ['planet'] } },
  { is: 'a message of no conversation is malformed', file: 'without-conversation', rest: { malformed: ['conversationId'] } },
  { is: 'a message without id too', file: 'without-id', rest: { malformed: ['id'] } },
];

describe('Botpress', () => {
  it.each(rows.map((row) => [row.is, row] as const))('%s', (_is, { file, events = [], rest = {} }) => {
    expect(parsed(file)).toEqual({ events, ignored: [], unknown: [], malformed: [], health: [], ...rest });
  });

  it('has a row for every fixture', () => {
    expect([...fixtures.keys()].filter((name) => name !== 'whole-conversation').toSorted()).toEqual(rows.map((row) => row.file).toSorted());
  });

  it('takes names and phrases from the address', () => {
    expect(parsed('chat-bot', '?bot=pots&fallback=Which+order').events[0]).toMatchObject({ inbox: 'pots', fallback: true });
    expect(parsed('chat-mark', '?people=here').events).toHaveLength(1);
  });

  it('is shown the secret in a header of its own, or as any key', () => {
    const verdict = (headers: Record<string, string>, url = '/webhooks/botpress/') => botpress.verify(post('{}', { url, headers }), { key: ['sieve'] }, { source: 'botpress' });
    expect(verdict({ 'x-secret-key': 'sieve' })).toBe('ok');
    expect(verdict({ 'x-secret-key': 'spoon' })).toBe('invalid');
    expect(verdict({ authorization: 'Bearer sieve' })).toBe('ok');
    expect(verdict({}, '/webhooks/botpress?key=sieve')).toBe('ok');
  });

  it('gives a whole conversation its figures, in any order', () => {
    expect(outcomesOf(botpress, fixtures.get('whole-conversation')!)).toEqual([
      { frtSeconds: null, resolutionSeconds: 33, outcome: 'resolved_bot', inboundMessages: 2, agentMessages: 0, botMessages: 2 }]);
  });
});
