import { describe, expect, it } from 'vitest';
import { dialogflowEs } from '../../exporter/sources/dialogflow-es.ts';
import type { Parsed } from '../../exporter/sources/source.ts';
import { fixturesOf, NOW, post } from './kits.ts';
import { outcomesOf } from './outcome.ts';

const fixtures = fixturesOf('dialogflow-es');
const parsed = (name: string, query = ''): Parsed => dialogflowEs.parse(post(fixtures.get(name)![0]!, { url: `/webhooks/dialogflow-es${query}` }), { source: 'dialogflow-es' });

const START = 1_781_010_000_000;
const ANSWER = 'It takes two days.';
const QUESTION = 'How long?';
const idOf = (turn: number) => `7e5b0000-0000-4000-8000-${String(turn).padStart(12, '0')}`;
const turn = (number: number, place: object = {}, t = NOW) => {
  const at = {
    source: 'dialogflow-es', receivedAt: NOW, t, channel: 'other', inbox: 'teapot-shop', conversation: 'teapot-shop/5e551000-0000-4000-8000-000000000001', ...place,
  };
  const event = (what: string, rest: object) => ({ ...at, id: `${idOf(number)}:${what}`, ...rest });
  return {
    said: (text: string | undefined, rest: object = {}) => event('said', { kind: 'message.inbound', message: `${idOf(number)}:said`, content: 'text', ...(text !== undefined && { text }), ...rest }),
    answered: (text: string | undefined = ANSWER, rest: object = {}) =>
      event('answer', { kind: 'message.outbound', message: `${idOf(number)}:answer`, content: 'text', author: 'bot', ...(text !== '' && { text }), ...rest }),
    about: (topic = 'Delivery time') => event('topic', { kind: 'conversation.classified', topic }),
    handoff: event('handoff', { kind: 'conversation.handoff', by: 'bot' }),
    ended: (by = 'bot') => event('ended', { kind: 'conversation.resolved', by, reason: 'done' }),
  };
};
const plain = (number: number, text = QUESTION, place: object = {}, t = NOW) => [turn(number, place, t).said(text), turn(number, place, t).about(), turn(number, place, t).answered()];
const FACEBOOK = { channel: 'messenger', contact: '100000001' };

const rows: readonly { is: string; file: string; events?: readonly object[]; rest?: Partial<Parsed> }[] = [
  { is: 'a turn: what was said, what it was about, the answer', file: 'text', events: plain(1, 'How long does delivery take?') },
  { is: 'Facebook names the customer and the time', file: 'facebook', events: plain(2, 'How long does delivery take?', FACEBOOK, START + 500) },
  { is: 'Telegram does', file: 'telegram', events: plain(3, QUESTION, { channel: 'telegram', contact: '5500001' }, START) },
  { is: 'Twilio has a number', file: 'twilio', events: plain(4, QUESTION, { channel: 'sms', contact: '+447700900123', phone: '447700900123' }) },
  { is: 'an environment has users', file: 'environment', events: plain(5, QUESTION, { conversation: 'teapot-shop/s-1', contact: 'u-77' }) },
  { is: 'or a dash', file: 'region', events: plain(6, QUESTION, { conversation: 'teapot-shop/s-2' }) },
  ...(['fallback-by-action', 'fallback-by-name', 'fallback-by-flag'] as const).map((file, index) => ({
    is: `not understood, whatever the confidence: ${file}`, file, events: [turn(7 + index).said('tiourejfl'), turn(7 + index).answered(ANSWER, { fallback: true })] })),
  { is: 'nobody said the name of an event', file: 'welcome-by-event', events: [turn(10, FACEBOOK, NOW).answered()] },
  { is: 'a greeting is no topic', file: 'welcome-by-words', events: [turn(11).said('hello'), turn(11).answered()] },
  { is: 'a picture comes as an event', file: 'photo-by-event', events: [
    turn(12, FACEBOOK, START).said(undefined, { content: 'other' }), turn(12, FACEBOOK, START).about('Send a photo'), turn(12, FACEBOOK, START).answered()] },
  { is: 'so does a place', file: 'place-by-event', events: [
    turn(13, FACEBOOK, START).said(undefined, { content: 'location' }), turn(13, FACEBOOK, START).about('Find a shop'), turn(13, FACEBOOK, START).answered()] },
  { is: 'capitals alone are no event', file: 'capitals', events: plain(14, 'HELP') },
  { is: 'the bot asks back', file: 'asks-back', events: [turn(15).said('I want to return it'), turn(15).about('Return'), turn(15).answered('What is the order number?', { expectsReply: true })] },
  { is: 'handed to people whom Dialogflow does not see', file: 'handoff', events: [
    turn(16).said('a person please'), turn(16).about('Talk to a person'), turn(16).handoff, turn(16).answered(), turn(16).ended('automation')] },
  { is: 'the intent ends it', file: 'ended', events: [turn(17).said('thanks, that is all'), turn(17).about('Goodbye'), turn(17).answered(), turn(17).ended()] },
  { is: 'as older agents say it', file: 'ended-in-diagnostics', events: [turn(18).said('thanks, that is all'), turn(18).about('Goodbye'), turn(18).answered(), turn(18).ended()] },
  { is: 'how it sounded, where the agent asks Google', file: 'sentiment', events: [
    turn(19).said('This is useless', { sentiment: 'negative', sentimentScore: -0.8 }), turn(19).about('Complaint'), turn(19).answered()] },
  { is: 'the answer may stand in messages', file: 'answer-in-messages', events: plain(20) },
  { is: 'or be made by another webhook', file: 'answer-by-webhook', events: [turn(21).said(QUESTION), turn(21).about(), turn(21).answered('')] },
  { is: 'tests in the console are left out', file: 'console', rest: { ignored: ['console'] } },
  { is: 'a turn of no session too', file: 'without-session', rest: { ignored: ['without_session'] } },
  { is: 'a turn without id is malformed', file: 'without-id', rest: { malformed: ['responseId'] } },
  { is: 'version 1', file: 'version-one', events: plain(25, 'How long does delivery take?', { ...FACEBOOK, inbox: 'dialogflow', conversation: 'dialogflow/s-3' }, START + 5_123) },
  { is: 'a body of Dialogflow CX is unknown', file: 'other-product', rest: { unknown: ['detectIntentResponseId'] } },
];

describe('Dialogflow ES', () => {
  it.each(rows.map((row) => [row.is, row] as const))('%s', (_is, { file, events = [], rest = {} }) => {
    expect(parsed(file)).toEqual({ events, ignored: [], unknown: [], malformed: [], health: [], ...rest });
  });

  it('has a row for every fixture', () => {
    expect([...fixtures.keys()].filter((name) => name !== 'whole-conversation').toSorted()).toEqual(rows.map((row) => row.file).toSorted());
  });

  it('hands over where the address names the intent or action, and stays open for people whose replies come in', () => {
    const kinds = (query: string) => parsed('text', query).events.map((event) => event.kind);
    expect(kinds('?handoff=Returns,Delivery+time')).toEqual(['message.inbound', 'conversation.classified', 'conversation.handoff', 'message.outbound', 'conversation.resolved']);
    expect(kinds('?handoff=Delivery+time&people=here')).toEqual(['message.inbound', 'conversation.classified', 'conversation.handoff', 'message.outbound']);
    expect(parsed('text', '?bot=tea').events[0]).toMatchObject({ inbox: 'tea' });
  });

  it('takes the time of arrival for the answer when the call came at once, and never puts it before the question', () => {
    const timesAt = (receivedAt: number) => dialogflowEs.parse(post(fixtures.get('facebook')![0]!, { receivedAt }), { source: 'dialogflow-es' }).events.map((event) => event.t - START);
    expect(timesAt(START + 900)).toEqual([500, 900, 900]);
    expect(timesAt(START + 300)).toEqual([500, 500, 500]);
  });

  it('answers with an object that changes nothing', () => expect(JSON.parse(dialogflowEs.reply!(post('{}')).body)).toEqual({}));

  it('takes the key from the address, a header or basic authentication', () => {
    const verdict = (url: string, authorization?: string) => dialogflowEs.verify(post('{}', { url, headers: { authorization } }), { key: ['spoon'] }, { source: 'dialogflow-es' });
    expect(verdict('/?key=spoon')).toBe('ok');
    expect(verdict('/', 'Bearer spoon')).toBe('ok');
    expect(verdict('/', `Basic ${Buffer.from('dialogflow:spoon').toString('base64')}`)).toBe('ok');
    expect(verdict('/', `Basic ${Buffer.from('dialogflow:fork').toString('base64')}`)).toBe('invalid');
    expect(verdict('/')).toBe('missing');
  });

  it('gives whole conversations their figures, in any order', () => {
    expect(outcomesOf(dialogflowEs, fixtures.get('whole-conversation')!)).toEqual([
      { frtSeconds: null, resolutionSeconds: 90, outcome: 'resolved_bot', inboundMessages: 3, agentMessages: 0, botMessages: 4 },
      { frtSeconds: null, resolutionSeconds: null, outcome: 'missed', inboundMessages: 1, agentMessages: 0, botMessages: 1 },
    ]);
  });
});
