import { describe, expect, it } from 'vitest';
import { manychat } from '../../exporter/sources/manychat.ts';
import type { Parsed } from '../../exporter/sources/source.ts';
import { fixturesOf, NOW, post } from './kits.ts';
import { outcomesOf } from './outcome.ts';

const fixtures = fixturesOf('manychat');
const parsed = (name: string, query = ''): Parsed => manychat.parse(post(fixtures.get(name)![0]!, { url: `/webhooks/manychat${query}` }), { source: 'manychat' });

const START = 1_781_010_000_000;
const ended = (suffix: string) => expect.stringMatching(new RegExp(`^[\\w-]{22}:${suffix}$`)) as unknown;
const event = (suffix: string, second: number | undefined, rest: object) => ({
  id: ended(suffix), source: 'manychat', receivedAt: NOW, t: second === undefined ? NOW : START + second * 1000, channel: 'other', inbox: '9001', conversation: '9001:5001', contact: '5001', phone: '447700900123', ...rest,
});
const said = (second: number, rest: object = {}) => event('said', second, { kind: 'message.inbound', message: ended('said'), content: 'text', text: 'Where is my teapot?', ...rest });
const answered = (second: number | undefined, rest: object = {}) => event('answer', second, { kind: 'message.outbound', message: ended('answer'), content: 'text', author: 'bot', ...rest });

const rows: readonly { is: string; file: string; events?: readonly object[]; rest?: Partial<Parsed> }[] = [
  { is: 'contact data alone are a turn', file: 'bare', events: [said(0), answered(0)] },
  { is: 'ids may be numbers, even long ones', file: 'number-ids', events: [said(1, { conversation: '9001:12345678901234567890', contact: '12345678901234567890' }), answered(1, { conversation: '9001:12345678901234567890', contact: '12345678901234567890' })] },
  { is: 'what the customer said', file: 'message', events: [said(2)] },
  { is: 'what the bot said, now', file: 'answer', events: [answered(undefined, { text: 'On its way.' })] },
  { is: 'not understood', file: 'fallback', events: [said(4), answered(4, { fallback: true })] },
  { is: 'handed to people whom ManyChat does not tell of', file: 'handoff', events: [
    event('handoff', undefined, { kind: 'conversation.handoff', by: 'bot' }), event('ended', undefined, { kind: 'conversation.resolved', by: 'automation', reason: 'done' })] },
  { is: 'settled', file: 'resolved', events: [event('ended', undefined, { kind: 'conversation.resolved', by: 'bot', reason: 'done' })] },
  { is: 'what it is about', file: 'topic', events: [event('topic', undefined, { kind: 'conversation.classified', topic: 'Delivery' })] },
  { is: 'a step of a flow', file: 'step', events: [event('step', undefined, { kind: 'flow.step', flow: 'Order', step: 'Address' })] },
  { is: 'its end', file: 'done', events: [event('done', undefined, { kind: 'flow.completed', flow: 'Order' })] },
  { is: 'no more of it', file: 'unsubscribed', events: [event('unsubscribed', undefined, { kind: 'consent.revoked', purpose: 'marketing' })] },
  { is: 'the least a template needs', file: 'own-template', events: ['said', 'answer'].map((suffix) => {
    const { phone: _phone, ...bare } = event(suffix, undefined, { inbox: 'manychat', conversation: 'manychat:5001', message: ended(suffix), content: 'text' });
    return { ...bare, ...(suffix === 'said' ? { kind: 'message.inbound' } : { kind: 'message.outbound', author: 'bot' }) };
  }) },
  { is: 'a number on WhatsApp', file: 'whatsapp-phone', events: [said(11)] },
  { is: 'a new mark is unknown', file: 'new-mark', rest: { unknown: ['planet'] } },
  { is: 'nobody\'s turn is malformed', file: 'without-id', rest: { malformed: ['id'] } },
];

describe('ManyChat', () => {
  it.each(rows.map((row) => [row.is, row] as const))('%s', (_is, { file, events = [], rest = {} }) => {
    expect(parsed(file)).toEqual({ events, ignored: [], unknown: [], malformed: [], health: [], ...rest });
  });

  it('has a row for every fixture', () => {
    expect([...fixtures.keys()].filter((name) => name !== 'whole-conversation').toSorted()).toEqual(rows.map((row) => row.file).toSorted());
  });

  it('takes the mark from the address where the body has none', () => {
    const kinds = (query: string) => parsed('bare', query).events.map((each) => each.kind);
    expect(kinds('?event=handoff&people=here')).toEqual(['conversation.handoff']);
    expect(kinds('?event=step:Order:Address')).toEqual(['flow.step']);
    expect(parsed('message', '?event=handoff&channel=instagram&bot=pots').events).toMatchObject([{ kind: 'message.inbound', channel: 'instagram', inbox: 'pots' }]);
  });

  it('answers with a block without messages', () => expect(JSON.parse(manychat.reply!(post('{}')).body)).toEqual({ version: 'v2', content: { messages: [] } }));

  it('gives a whole conversation its figures, in any order', () => {
    expect(outcomesOf(manychat, fixtures.get('whole-conversation')!)).toEqual([
      { frtSeconds: null, resolutionSeconds: 60, outcome: 'resolved_bot', inboundMessages: 3, agentMessages: 0, botMessages: 3 }]);
  });
});
