import { describe, expect, it } from 'vitest';
import { dialogflowCx } from '../../exporter/sources/dialogflow-cx.ts';
import type { Parsed } from '../../exporter/sources/source.ts';
import { fixturesOf, NOW, post } from './kits.ts';
import { outcomesOf } from './outcome.ts';

const fixtures = fixturesOf('dialogflow-cx');
const parsed = (name: string, query = ''): Parsed => dialogflowCx.parse(post(fixtures.get(name)![0]!, { url: `/webhooks/dialogflow-cx${query}` }), { source: 'dialogflow-cx' });

const START = 1_781_010_000_000;
const AGENT = 'a9e00000-0000-4000-8000-000000000001';
const QUESTION = 'How long does delivery take?';
const ANSWER = 'It takes two days.';
const turn = (number: number, tag = 'delivery', place: object = {}, t = NOW) => {
  const id = `d1000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
  const at = { source: 'dialogflow-cx', receivedAt: NOW, t, channel: 'other', inbox: AGENT, conversation: `${AGENT}/s-1`, ...place };
  return {
    said: (text?: string, rest: object = {}) => ({ ...at, id: `${id}:said`, kind: 'message.inbound', message: `${id}:said`, content: 'text', ...(text !== undefined && { text }), ...rest }),
    answered: (text?: string, rest: object = {}) =>
      ({ ...at, id: `${id}:answer`, kind: 'message.outbound', message: `${id}:answer`, content: 'text', author: 'bot', ...(text !== undefined && { text }), ...rest }),
    about: (topic: string) => ({ ...at, id: `${id}:${tag}:topic`, kind: 'conversation.classified', topic }),
    handoff: { ...at, id: `${id}:${tag}:handoff`, kind: 'conversation.handoff', by: 'bot' },
    ended: (by = 'bot') => ({ ...at, id: `${id}:${tag}:ended`, kind: 'conversation.resolved', by, reason: 'done' }),
    step: (kind: string, step: string) => ({ ...at, id: `${id}:${tag}:step`, kind, flow: 'Default Start Flow', step }),
  };
};
const plain = (at: ReturnType<typeof turn>, question = QUESTION) => [at.said(question), at.about('delivery.time'), at.answered(ANSWER)];
const ended = (number: number) => { const at = turn(number, 'done'); return [at.said('thanks, that is all'), at.about('goodbye'), at.answered('Bye!'), at.ended()]; };

const rows: readonly { is: string; file: string; events?: readonly object[]; rest?: Partial<Parsed> }[] = [
  { is: 'a turn: what was said, what it was about, the answer', file: 'text', events: plain(turn(1)) },
  { is: 'filling a form has no intent', file: 'form-without-intent', events: [turn(2, 'stock').said('1'), turn(2, 'stock').answered('Let us see.')] },
  { is: 'what was said on the phone', file: 'voice', events: plain(turn(3, 'delivery', { contact: '+447700900123', phone: '447700900123' }), 'how long does delivery take') },
  { is: 'keys pressed on the phone', file: 'keys', events: [turn(4, 'menu').said(undefined, { content: 'button' }), turn(4, 'menu').answered(ANSWER)] },
  { is: 'nobody said an event', file: 'event', events: [turn(5, 'welcome').answered('Hello!')] },
  { is: 'the channel may name the customer and the time', file: 'facebook', events: plain(turn(6, 'delivery', { channel: 'messenger', contact: '100000001' }, START)) },
  { is: 'what is live runs in an environment', file: 'environment', events: plain(turn(7, 'delivery', { conversation: `${AGENT}/s-2` })) },
  { is: 'not understood, by the intent for that', file: 'negative-intent', events: [turn(8).said('tea pott'), turn(8).answered('Sorry?', { fallback: true })] },
  { is: 'a greeting is no topic', file: 'welcome-intent', events: [turn(9).said('hello'), turn(9).answered('Hello!')] },
  { is: 'not understood, by the tag', file: 'no-match-tag', events: [turn(10).said('tea pott'), turn(10).answered('Sorry?', { fallback: true })] },
  { is: 'not understood, by the event', file: 'no-match-event', events: [turn(11).answered('Sorry?', { fallback: true })] },
  { is: 'handed to people whom Dialogflow does not see', file: 'handoff', events: [
    turn(12, 'to-agent').said('a person please'), turn(12, 'to-agent').about('human'), turn(12, 'to-agent').handoff, turn(12, 'to-agent').answered('One moment.'), turn(12, 'to-agent').ended('automation')] },
  { is: 'the bot counts it as a success', file: 'success', events: ended(13) },
  { is: 'or just ends it', file: 'ended', events: ended(14) },
  { is: 'how it sounded, where the agent asks Google', file: 'sentiment', events: [
    turn(15, 'complaint').said('This is useless', { sentiment: 'neutral', sentimentScore: 0.1 }), turn(15, 'complaint').about('complaint'), turn(15, 'complaint').answered('Sorry to hear that.')] },
  { is: 'an answer that a webhook makes', file: 'without-answer', events: [turn(16).said(QUESTION), turn(16).about('delivery.time'), turn(16).answered()] },
  { is: 'a tag is not needed', file: 'without-tag', events: plain(turn(17, '')) },
  { is: 'a turn of no session is malformed', file: 'without-session', rest: { malformed: ['sessionInfo.session'] } },
  { is: 'a turn without id too', file: 'without-id', rest: { malformed: ['detectIntentResponseId'] } },
  { is: 'a body of Dialogflow ES is unknown', file: 'other-product', rest: { unknown: ['responseId'] } },
];

describe('Dialogflow CX', () => {
  it.each(rows.map((row) => [row.is, row] as const))('%s', (_is, { file, events = [], rest = {} }) => {
    expect(parsed(file)).toEqual({ events, ignored: [], unknown: [], malformed: [], health: [], ...rest });
  });

  it('has a row for every fixture', () => {
    expect([...fixtures.keys()].filter((name) => name !== 'whole-conversation').toSorted()).toEqual(rows.map((row) => row.file).toSorted());
  });

  it('takes tags and intents for what the address says they are', () => {
    const kinds = (query: string) => parsed('text', query).events.map((event) => event.kind);
    expect(kinds('?handoff=delivery&people=here')).toContain('conversation.handoff');
    expect(kinds('?resolved=delivery.time')).toContain('conversation.resolved');
    expect(parsed('text', '?fallback=delivery').events.at(-1)).toMatchObject({ kind: 'message.outbound', fallback: true });
    expect(parsed('text', '?bot=tea').events[0]).toMatchObject({ inbox: 'tea' });
  });

  it('counts pages as steps of a flow where something completes it', () => {
    expect(parsed('text', '?completed=ordered').events.at(-1)).toEqual(turn(1).step('flow.step', 'Start Page'));
    expect(parsed('form-without-intent', '?completed=stock,ordered').events.at(-1)).toEqual(turn(2, 'stock').step('flow.completed', '928b3fb4-d1c0-4fd1-a254-46fa460373ec'));
  });

  it('answers with an object that changes nothing', () => expect(JSON.parse(dialogflowCx.reply!(post('{}')).body)).toEqual({}));

  it('gives a whole conversation its figures, in any order, however often a turn calls', () => {
    expect(outcomesOf(dialogflowCx, fixtures.get('whole-conversation')!)).toEqual([
      { frtSeconds: null, resolutionSeconds: 70, outcome: 'resolved_bot', inboundMessages: 3, agentMessages: 0, botMessages: 4 }]);
  });
});
