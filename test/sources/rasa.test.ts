import { describe, expect, it } from 'vitest';
import { rasa } from '../../exporter/sources/rasa.ts';
import type { Parsed } from '../../exporter/sources/source.ts';
import { fixturesOf, NOW, post } from './kits.ts';
import { outcomesOf } from './outcome.ts';

const fixtures = fixturesOf('rasa');
const parsed = (name: string, query = ''): Parsed => rasa.parse(post(fixtures.get(name)![0]!, { url: `/webhooks/rasa${query}` }), { source: 'rasa' });

const START = 1_781_010_000_250;
const PLAIN = expect.stringMatching(/^[\w-]{22}$/) as unknown;
const suffixed = (suffix: string) => expect.stringMatching(new RegExp(`^[\\w-]{22}:${suffix}$`)) as unknown;
const event = (second: number, rest: object) =>
  ({ id: PLAIN, source: 'rasa', receivedAt: NOW, t: START + second * 1000, channel: 'other', inbox: 'teapot-bot', conversation: 'u-1', contact: 'u-1', ...rest });
const inbound = (second: number, rest: object) => event(second, { kind: 'message.inbound', message: PLAIN, content: 'text', channel: 'webchat', ...rest });
const outbound = (second: number, rest: object) => event(second, { kind: 'message.outbound', message: PLAIN, content: 'text', author: 'bot', ...rest });
const topic = (second: number, name: string, rest: object = {}) => event(second, { id: suffixed('topic'), kind: 'conversation.classified', topic: name, ...rest });
const handedOver = (second: number) => [
  event(second, { kind: 'conversation.handoff', by: 'bot' }), event(second, { id: suffixed('ended'), kind: 'conversation.resolved', by: 'automation', reason: 'done' })];
const asked = { text: 'Where is my teapot?' };
const answered = { text: 'It is on its way.' };
const web = { channel: 'webchat' };
const telegram = { channel: 'telegram' };

const rows: readonly { is: string; file: string; events?: readonly object[]; rest?: Partial<Parsed> }[] = [
  { is: 'what the customer said, and what it was about', file: 'user', events: [inbound(0, asked), topic(0, 'track_order', web)] },
  { is: 'a button', file: 'user-button', events: [inbound(1, { content: 'button' }), topic(1, 'track_order', web)] },
  { is: 'a yes is no topic', file: 'user-move', events: [inbound(2, { text: 'yes' })] },
  { is: 'nor is what was not understood', file: 'user-not-understood', events: [inbound(3, { text: 'asdf' })] },
  { is: 'programs speak as users', file: 'user-external', rest: { ignored: ['user.external'] } },
  { is: 'what the bot said', file: 'bot', events: [outbound(5, answered)] },
  { is: 'that it did not understand', file: 'bot-fallback', events: [outbound(6, { text: 'Sorry, say that again?', fallback: true })] },
  { is: 'buttons', file: 'bot-buttons', events: [outbound(7, { content: 'button', text: 'Which one?' })] },
  { is: 'a picture', file: 'bot-image', events: [outbound(8, { content: 'image' })] },
  { is: 'a person, writing through Rasa', file: 'agent', events: [outbound(9, { author: 'agent', text: 'Let me look.' })] },
  { is: 'handed over by an action', file: 'handoff-action', events: handedOver(10) },
  { is: 'by a pause', file: 'handoff-pause', events: handedOver(11) },
  { is: 'by a flow', file: 'handoff-flow', events: handedOver(13) },
  { is: 'the bot has it again', file: 'resume', events: [event(12, { kind: 'conversation.assigned', toType: 'bot', toId: 'rasa' })] },
  { is: 'other actions are left out', file: 'action', rest: { ignored: ['action'] } },
  { is: 'a flow begins', file: 'flow-started', events: [event(15, { kind: 'flow.step', flow: 'block_card', step: 'start' }), topic(15, 'block_card')] },
  { is: 'and ends', file: 'flow-completed', events: [event(16, { kind: 'flow.completed', flow: 'block_card' })] },
  { is: 'Rasa\'s own flows are left out', file: 'flow-pattern', rest: { ignored: ['pattern'] } },
  { is: 'the end of a session', file: 'session-ended', events: [event(18, { kind: 'conversation.resolved', by: 'system' })] },
  { is: 'what it remembers is left out', file: 'slot', rest: { ignored: ['slot'] } },
  { is: 'a new event is unknown', file: 'new-event', rest: { unknown: ['planet_moved'] } },
  { is: 'the call of an action has the session so far', file: 'action-call', events: [inbound(0, { ...asked, ...telegram }), topic(0, 'track_order', telegram), outbound(5, { ...answered, ...telegram })], rest: { ignored: ['session_started'] } },
  { is: 'several at once, one of them bad', file: 'list', events: [inbound(0, asked), topic(0, 'track_order', web), outbound(5, answered)], rest: { malformed: ['event'] } },
  { is: 'nobody\'s message is malformed', file: 'without-sender', rest: { malformed: ['sender_id'] } },
  { is: 'a message of no time too', file: 'without-time', rest: { malformed: ['timestamp'] } },
];

describe('Rasa', () => {
  it.each(rows.map((row) => [row.is, row] as const))('%s', (_is, { file, events = [], rest = {} }) => {
    expect(parsed(file)).toEqual({ events, ignored: [], unknown: [], malformed: [], health: [], ...rest });
  });

  it('has a row for every fixture', () => {
    expect([...fixtures.keys()].filter((name) => name !== 'whole-conversation').toSorted()).toEqual(rows.map((row) => row.file).toSorted());
  });

  it('knows an event again, however it comes', () => {
    const ids = (...names: string[]) => names.flatMap((name) => parsed(name).events.map((each) => each.id));
    expect(ids('action-call')).toEqual(ids('user', 'bot'));
    expect(ids('list')).toEqual(ids('user', 'bot'));
  });

  it('reads all of a list, whose events may be of many conversations', () => {
    const events = ['user', 'session_started', 'user'].map((event, n) => ({ sender_id: `u-${n}`, event, timestamp: 1_781_010_000 + n, text: 'hello' }));
    expect(rasa.parse(post(JSON.stringify(events)), { source: 'rasa' }).events.map((each) => each.conversation)).toEqual(['u-0', 'u-2']);
  });

  it('takes names for what the address says they are', () => {
    expect(parsed('action', '?resolved=action_listen').events).toMatchObject([{ kind: 'conversation.resolved', by: 'bot' }]);
    expect(parsed('action', '?handoff=action_call_us,action_listen&people=here').events.map((each) => each.kind)).toEqual(['conversation.handoff']);
    expect(parsed('bot', '?fallback=utter_answer').events[0]).toMatchObject({ fallback: true });
    expect(parsed('bot', '?channel=whatsapp&bot=pots').events[0]).toMatchObject({ channel: 'whatsapp', inbox: 'pots' });
  });

  it('answers like an action server that did nothing', () => expect(JSON.parse(rasa.reply!(post('{}')).body)).toEqual({ events: [], responses: [] }));

  it('gives whole conversations their figures, in any order', () => {
    const whole = fixtures.get('whole-conversation')!;
    const contained = { frtSeconds: null, resolutionSeconds: 90, outcome: 'resolved_bot', inboundMessages: 3, agentMessages: 0, botMessages: 3 };
    expect(outcomesOf(rasa, whole, { url: '/webhooks/rasa?people=here' })).toEqual([
      contained, { frtSeconds: 59, resolutionSeconds: 60, outcome: 'resolved_agent', inboundMessages: 1, agentMessages: 1, botMessages: 0 }]);
    expect(outcomesOf(rasa, whole.slice(0, -1))).toEqual([
      contained, { frtSeconds: null, resolutionSeconds: null, outcome: 'missed', inboundMessages: 1, agentMessages: 0, botMessages: 0 }]);
  });
});
