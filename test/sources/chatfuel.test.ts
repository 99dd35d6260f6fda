import { describe, expect, it } from 'vitest';
import { chatfuel } from '../../exporter/sources/chatfuel.ts';
import type { Parsed } from '../../exporter/sources/source.ts';
import { fixturesOf, NOW, post } from './kits.ts';
import { outcomesOf } from './outcome.ts';

const fixtures = fixturesOf('chatfuel');
const parsed = (name: string, query = ''): Parsed => chatfuel.parse(post(fixtures.get(name)![0]!, { url: `/webhooks/chatfuel${query}` }), { source: 'chatfuel' });

const START = 1_781_010_000_000;
const ended = (suffix: string) => expect.stringMatching(new RegExp(`^[\\w-]{22}:${suffix}$`)) as unknown;
const event = (suffix: string, second: number | undefined, rest: object) => ({
  id: ended(suffix), source: 'chatfuel', receivedAt: NOW, t: second === undefined ? NOW : START + second * 1000, channel: 'messenger', inbox: 'chatfuel', conversation: 'chatfuel:6001', contact: '6001', ...rest,
});
const said = (second: number | undefined, rest: object = {}) => event('said', second, { kind: 'message.inbound', message: ended('said'), content: 'text', text: 'Where is my teapot?', ...rest });
const answered = (second: number | undefined, rest: object = {}) => event('answer', second, { kind: 'message.outbound', message: ended('answer'), content: 'text', author: 'bot', ...rest });

const rows: readonly { is: string; file: string; events?: readonly object[]; rest?: Partial<Parsed> }[] = [
  { is: 'attributes alone are a turn, now', file: 'bare', events: [said(undefined), answered(undefined)] },
  { is: 'with a time of the builder\'s', file: 'timed', events: [said(1), answered(1)] },
  { is: 'as JSON', file: 'json', events: [said(2), answered(2)] },
  { is: 'what the customer said', file: 'message', events: [said(3)] },
  { is: 'what the bot said, now', file: 'answer', events: [answered(undefined, { text: 'On its way.' })] },
  { is: 'not understood', file: 'fallback', events: [said(5), answered(5, { fallback: true })] },
  { is: 'handed to people whom Chatfuel does not tell of', file: 'handoff', events: [
    event('handoff', undefined, { kind: 'conversation.handoff', by: 'bot' }), event('ended', undefined, { kind: 'conversation.resolved', by: 'automation', reason: 'done' })] },
  { is: 'what it is about', file: 'topic', events: [event('topic', undefined, { kind: 'conversation.classified', topic: 'Delivery' })] },
  { is: 'a step of a flow', file: 'step', events: [event('step', undefined, { kind: 'flow.step', flow: 'Order', step: 'Address' })] },
  { is: 'its end', file: 'done', events: [event('done', undefined, { kind: 'flow.completed', flow: 'Order' })] },
  { is: 'Instagram', file: 'instagram', events: [said(10, { channel: 'instagram', conversation: 'chatfuel:7001', contact: '7001' })] },
  { is: 'Chatfuel\'s own id says no channel', file: 'chatfuel-id', events: [said(11, { channel: 'other', conversation: 'chatfuel:aa01', contact: 'aa01' })] },
  { is: 'a new mark is unknown', file: 'new-mark', rest: { unknown: ['planet'] } },
  { is: 'nobody\'s turn is malformed', file: 'without-user', rest: { malformed: ['messenger_user_id'] } },
];

describe('Chatfuel', () => {
  it.each(rows.map((row) => [row.is, row] as const))('%s', (_is, { file, events = [], rest = {} }) => {
    expect(parsed(file)).toEqual({ events, ignored: [], unknown: [], malformed: [], health: [], ...rest });
  });

  it('has a row for every fixture', () => {
    expect([...fixtures.keys()].filter((name) => name !== 'whole-conversation').toSorted()).toEqual(rows.map((row) => row.file).toSorted());
  });

  it('takes the mark, the bot and the channel from the address', () => {
    expect(parsed('bare', '?event=handoff&people=here').events.map((each) => each.kind)).toEqual(['conversation.handoff']);
    expect(parsed('bare', '?bot=pots&channel=whatsapp').events[0]).toMatchObject({ inbox: 'pots', channel: 'whatsapp', conversation: 'pots:6001' });
  });

  it('refuses forms that name nobody', () => expect(() => chatfuel.parse(post('last user freeform input=hi'), { source: 'chatfuel' })).toThrow(SyntaxError));

  it('answers with an object that says nothing', () => expect(JSON.parse(chatfuel.reply!(post('{}')).body)).toEqual({}));

  it('gives a whole conversation its figures, in any order', () => {
    expect(outcomesOf(chatfuel, fixtures.get('whole-conversation')!)).toEqual([
      { frtSeconds: null, resolutionSeconds: 60, outcome: 'resolved_bot', inboundMessages: 3, agentMessages: 0, botMessages: 3 }]);
  });
});
