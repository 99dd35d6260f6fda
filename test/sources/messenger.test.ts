import { describe, expect, it } from 'vitest';
import { messenger } from '../../exporter/sources/messenger.ts';
import { PAGE_INBOX } from '../../exporter/sources/messaging-message.ts';
import type { Parsed } from '../../exporter/sources/source.ts';
import { fixturesOf, NOW, post } from './kits.ts';
import { outcomesOf } from './outcome.ts';

const fixtures = fixturesOf('messenger');
const parse = (body: Uint8Array | string): Parsed => messenger.parse(post(body), { source: 'messenger' });

const PAGE = '600000000000001';
const at = (second: number): number => 1_781_010_000_000 + second * 1000;
const who = (person: string) => ({ conversation: `${PAGE}:${person}`, contact: person });
const INES = who('7100000000000001');
const event = (id: unknown, second: number, rest: object, person: object = INES) =>
  ({ id, source: 'messenger', t: at(second), receivedAt: NOW, channel: 'messenger', inbox: PAGE, ...person, ...rest });
const inbound = (name: string, second: number, rest: object, person?: object) => event(`m_${name}`, second, { kind: 'message.inbound', message: `m_${name}`, content: 'text', ...rest }, person);
const outbound = (name: string, second: number, rest: object) => event(`m_${name}`, second, { kind: 'message.outbound', message: `m_${name}`, content: 'text', author: 'agent', ...rest });
const some = (what: string): unknown => expect.stringMatching(new RegExp(`^${what}:[\\w-]{22}$`));
const watermark = (second: number, status: string, upTo: number) => event(some('watermark'), second, { kind: 'message.watermark', status, upTo: at(upTo) });

const ODD = { inbox: 'account:_RDXsPjHAhKZKPLqbmah-W', conversation: 'account:_RDXsPjHAhKZKPLqbmah-W:7100000000000001' };

const rows: readonly { is: string; file: string; events?: readonly object[]; rest?: Partial<Parsed> }[] = [
  { is: 'a text is an inbound message', file: 'text', events: [inbound('text', 0, { text: 'Is the green teapot back in stock?' })] },
  { is: 'numbers are ids too', file: 'numeric-ids', events: [inbound('numeric', 0, { text: 'Hello' })] },
  { is: 'numbers past 2^53 keep all their digits', file: 'number-past-2-53', events: [inbound('large', 0, { text: 'Hi' }, who('71000000000000019'))] },
  { is: 'every type of message counts', file: 'message-types', events: [
    inbound('image', 0, { content: 'image' }), inbound('video', 1, { content: 'video' }), inbound('reel', 2, { content: 'video' }), inbound('audio', 3, { content: 'audio' }),
    inbound('file', 4, { content: 'document' }), inbound('place', 5, { content: 'location' }), inbound('thumb', 6, { content: 'sticker' }), inbound('sticker', 7, { content: 'sticker' }),
    inbound('link', 8, { text: 'look: example.com' }), inbound('bare-link', 9, { content: 'other' }), inbound('quick', 10, { content: 'button', text: 'Yes please' }),
    inbound('odd', 11, { content: 'unsupported' }), inbound('new', 12, { content: 'other' })] },
  { is: 'an echo is ours: people without app or in Page Inbox, software through an app, unless it says better', file: 'echoes', events: [
    outbound('app-less', 40, { text: 'Yes, since this morning.' }), outbound('inbox', 41, { text: 'In the blue box' }), outbound('bot', 42, { author: 'bot', text: 'Which teapot?' }),
    outbound('tagged-agent', 43, { authorId: '31', text: 'It is green.' }), outbound('tagged-campaign', 44, { author: 'campaign', campaign: 'spring', content: 'template' }),
    outbound('tagged-person', 45, { author: 'campaign' }), outbound('not-swapped', 46, { text: 'swapped or not' }), outbound('no-flag', 47, { text: 'from the page all the same' })] },
  { is: 'receipts name messages and watermarks', file: 'receipts', events: [
    event('m_app-less:delivered', 50, { kind: 'message.status', message: 'm_app-less', status: 'delivered' }), watermark(50, 'delivered', 41),
    watermark(0.5, 'delivered', 45), watermark(60, 'read', 45)] },
  { is: 'a tapped button is a message, also of people without id', file: 'postbacks', events: [
    inbound('postback', 70, { content: 'button', text: 'Where is my order?' }),
    event(some('postback'), 71, { kind: 'message.inbound', message: some('postback'), content: 'button', referral: 'ad', text: 'Get started' }),
    event(some('postback'), 72, { kind: 'message.inbound', message: some('postback'), content: 'button', referral: 'website' }, who('ref:987654'))] },
  { is: 'edits, unsent messages and reactions are not messages', file: 'acts', events: [
    event('m_text:edit:1', 80, { kind: 'message.edited', message: 'm_text' }), event('m_text:deleted', 81, { kind: 'message.deleted', message: 'm_text' }),
    event(some('reaction'), 82, { kind: 'reaction.added', by: 'contact' })], rest: { ignored: ['reaction_removed'] } },
  { is: 'a link that opens the chat is a click, and no more until somebody writes', file: 'referral', events: [
    event(some('referral'), 90, { kind: 'link.clicked', link: 'referral:link' }), inbound('from-ad', 91, { referral: 'ad', text: 'More about this?' }),
    inbound('from-new', 92, { referral: 'other', text: 'Hi' })] },
  { is: 'control passed on is a hand-off, taken back from people an assignment to the bot', file: 'control', events: [
    event(some('control'), 100, { kind: 'conversation.handoff', by: 'bot' }), event(some('control'), 110, { kind: 'conversation.assigned', toType: 'bot', toId: '1517776481860111' }),
    event(some('control'), 111, { kind: 'conversation.handoff', by: 'bot' })], rest: { ignored: ['request_thread_control', 'app_roles'] } },
  { is: 'marketing messages are agreed to and stopped', file: 'optins', events: [
    event(some('optin'), 120, { kind: 'consent.granted', purpose: 'marketing' }), event(some('optin'), 121, { kind: 'consent.revoked', purpose: 'marketing' }),
    event(some('optin'), 124, { kind: 'consent.granted', purpose: 'marketing' }, who('ref:987654'))], rest: { ignored: ['optin', 'optin', 'optin'] } },
  { is: 'the feedback form is a rating on its scale', file: 'feedback', events: [
    event(some('feedback'), 130, { kind: 'survey.answered', survey: some('feedback'), type: 'csat', score: 4 }),
    event(some('feedback'), 130, { kind: 'survey.answered', survey: some('feedback'), type: 'nps', score: 9 })], rest: { ignored: ['messaging_feedback'] } },
  { is: 'standby repeats what other apps handle, under the same ids', file: 'standby', events: [
    inbound('text', 0, { text: 'Is the green teapot back in stock?' }), outbound('tagged-agent', 43, { authorId: '31', text: 'It is green.' })] },
  { is: 'an account whose id is no label is told apart by a digest', file: 'account-in-words', events: [
    { ...inbound('words', 0, { text: 'Hello?' }), ...ODD }, { ...outbound('answer', 1, { text: 'Hello!' }), ...ODD }] },
  { is: 'policy news are notes', file: 'policy', rest: { health: [{ topic: 'policy', state: 'block' }, { topic: 'policy', state: 'unblock' }, { topic: 'policy', state: 'other' }] } },
  { is: 'comments are counted apart, the rest is left out or unknown', file: 'left-out', rest: {
    ignored: ['feed', 'inbox_labels', 'account_linking', 'dashboard_test'], unknown: ['brand_new_field', 'brand_new_thing', 'unnamed'], health: [{ topic: 'public', state: 'comment' }] } },
  { is: 'one unreadable item does not cost the others', file: 'broken-items',
    events: [{ ...inbound('page-from-entry', 0, { text: 'still readable' }) }],
    rest: { malformed: ['entry', 'entry', 'message.mid', 'timestamp', 'sender.id', 'read.watermark', 'delivery.mids', 'message_edit.mid'] } },
];

describe('messenger', () => {
  it.each(rows.map((row) => [row.is, row] as const))('%s', (_is, { file, events = [], rest = {} }) => {
    expect(parse(fixtures.get(file)![0]!)).toEqual({ events, ignored: [], unknown: [], malformed: rest.malformed ?? [], health: [], ...rest });
  });

  it('has a row for every fixture', () => {
    expect([...fixtures.keys()].filter((name) => name !== 'whole-conversation').toSorted()).toEqual(rows.map((row) => row.file).toSorted());
  });

  it('knows the inbox of people by a number that JSON keeps whole', () => expect(Number.isSafeInteger(Number(PAGE_INBOX))).toBe(true));

  it('gives a whole conversation its figures, in any order', () => {
    expect(outcomesOf(messenger, fixtures.get('whole-conversation')!)).toEqual([
      { frtSeconds: 60, resolutionSeconds: 330, outcome: 'resolved_agent', inboundMessages: 1, agentMessages: 2, botMessages: 0, csat: 5 }]);
  });
});
