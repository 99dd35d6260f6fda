import { describe, expect, it } from 'vitest';
import { markOf } from '../../exporter/sources/bot-mark.ts';
import { sendpulse } from '../../exporter/sources/sendpulse.ts';
import type { Parsed } from '../../exporter/sources/source.ts';
import { fixturesOf, NOW, post } from './kits.ts';
import { outcomesOf } from './outcome.ts';

const fixtures = fixturesOf('sendpulse');
const parsed = (name: string, query = ''): Parsed => sendpulse.parse(post(fixtures.get(name)![0]!, { url: `/webhooks/sendpulse${query}` }), { source: 'sendpulse' });

const START = 1_781_010_000_000;
const MADE_UP = expect.stringMatching(/^[\w-]{22}$/) as unknown;
const event = (second: number | undefined, rest: object) => ({
  id: MADE_UP, source: 'sendpulse', receivedAt: NOW, t: second === undefined ? NOW : START + second * 1000, channel: 'telegram', inbox: 'b-1', conversation: 'b-1:c-1', contact: 'c-1', phone: '447700900123', ...rest,
});
const inbound = (id: unknown, second: number | undefined, rest: object) => event(second, { id, kind: 'message.inbound', message: id, content: 'text', ...rest });
const outbound = (id: unknown, second: number, rest: object) => event(second, { id, kind: 'message.outbound', message: id, content: 'text', author: 'bot', ...rest });
const whatsapp = { channel: 'whatsapp' };

const rows: readonly { is: string; file: string; events?: readonly object[]; rest?: Partial<Parsed> }[] = [
  { is: 'one event, no list', file: 'incoming-object', events: [inbound(MADE_UP, 0, { text: 'Where is my teapot?' })] },
  { is: 'WhatsApp has a body in its text', file: 'incoming-whatsapp', events: [inbound('wamid.1', 1, { ...whatsapp, text: 'Hello?' })] },
  { is: 'a tapped button', file: 'incoming-button', events: [inbound('m-2', 2, { ...whatsapp, content: 'button', text: 'Yes' })] },
  { is: 'a photo with words', file: 'incoming-photo', events: [inbound('m-3', 3, { content: 'image', text: 'broken lid' })] },
  { is: 'the least there is', file: 'incoming-bare', events: [
    inbound(MADE_UP, undefined, { ...whatsapp, inbox: 'sendpulse', conversation: 'sendpulse:447700900123', contact: '447700900123', text: 'Hello?' })] },
  { is: 'a public comment is no message', file: 'comment', rest: { ignored: ['comment'] } },
  { is: 'an answer, and not what the customer said last', file: 'outgoing', events: [outbound('m-5', 5, { text: 'On its way.' })] },
  { is: 'under its other name', file: 'outgoing-fallback', events: [outbound('m-6', 6, { text: 'I did not get that.' })] },
  { is: 'a template', file: 'outgoing-template', events: [outbound('wamid.7', 7, { ...whatsapp, content: 'template', text: 'Your order is ready.' })] },
  { is: 'while the chat is open to people', file: 'outgoing-by-people', events: [outbound('m-8', 8, { author: 'agent', text: 'Let me look.' })] },
  { is: 'handed to people', file: 'open-chat', events: [
    event(9, { kind: 'conversation.handoff', by: 'bot' }), event(9, { id: expect.stringMatching(/:ended$/) as unknown, kind: 'conversation.resolved', by: 'automation', reason: 'done' })] },
  { is: 'somebody new', file: 'subscribed', events: [event(-5, { kind: 'contact.created', origin: 'inbound' })] },
  { is: 'who leaves', file: 'unsubscribed', events: [event(10, { kind: 'consent.revoked', purpose: 'marketing' })] },
  { is: 'who blocks', file: 'blocked', events: [event(11, { kind: 'consent.revoked', purpose: 'marketing' })] },
  { is: 'a link, without what may name the customer', file: 'clicked', events: [event(12, { kind: 'link.clicked', link: 'shop.example.com/sale' })] },
  { is: 'a button that leads somewhere', file: 'clicked-nothing', events: [event(13, { kind: 'link.clicked', link: 'button' })] },
  { is: 'a flow whose end nobody tells', file: 'flow', rest: { ignored: ['run_custom_flow'] } },
  { is: 'a webhook of the builder: a topic', file: 'marked-topic', events: [event(undefined, { id: expect.stringMatching(/:topic$/) as unknown, kind: 'conversation.classified', topic: 'Delivery' })] },
  { is: 'the end of a flow', file: 'marked-done', events: [event(undefined, { id: expect.stringMatching(/:done$/) as unknown, kind: 'flow.completed', flow: 'Order' })] },
  { is: 'a new title is unknown', file: 'new-title', rest: { unknown: ['planet_moved'] } },
  { is: 'several at once, one of them bad', file: 'several', events: [inbound('m-18', 18, { text: 'One' }), outbound('m-19', 19, { text: 'Two' })], rest: { unknown: ['planet_moved'], malformed: ['event'] } },
  { is: 'nobody\'s message is malformed', file: 'without-contact', rest: { malformed: ['contact.id'] } },
];

describe('SendPulse', () => {
  it.each(rows.map((row) => [row.is, row] as const))('%s', (_is, { file, events = [], rest = {} }) => {
    expect(parsed(file)).toEqual({ events, ignored: [], unknown: [], malformed: [], health: [], ...rest });
  });

  it('has a row for every fixture', () => {
    expect([...fixtures.keys()].filter((name) => name !== 'whole-conversation').toSorted()).toEqual(rows.map((row) => row.file).toSorted());
  });

  it('knows what the bot did not understand by its words, and waits for people whose replies come in', () => {
    expect(parsed('outgoing-fallback', '?fallback=did+not+get').events[0]).toMatchObject({ fallback: true });
    expect(parsed('open-chat', '?people=here').events.map((each) => each.kind)).toEqual(['conversation.handoff']);
  });

  it('gives a whole conversation its figures, in any order', () => {
    const whole = fixtures.get('whole-conversation')!;
    expect(outcomesOf(sendpulse, whole, { url: '/webhooks/sendpulse?people=here' })).toEqual([
      { frtSeconds: 57, resolutionSeconds: 660, outcome: 'resolved_agent', inboundMessages: 3, agentMessages: 1, botMessages: 2 }]);
  });
});

it.each([
  ['turn', { what: 'turn' }], [' handoff ', { what: 'handoff' }], ['topic: Delivery', { what: 'topic', topic: 'Delivery' }], ['step:Order:Pay: by card', { what: 'step', flow: 'Order', step: 'Pay:by card' }],
  ['done:Order', { what: 'done', flow: 'Order' }], ['done:', undefined], ['handoff:x', undefined], ['planet', undefined], ['', undefined], [7, undefined],
])('reads the mark %j', (value, mark) => expect(markOf(value)).toEqual(mark));
