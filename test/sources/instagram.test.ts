import { describe, expect, it } from 'vitest';
import { instagram } from '../../exporter/sources/instagram.ts';
import type { Parsed } from '../../exporter/sources/source.ts';
import { fixturesOf, NOW, post } from './kits.ts';
import { outcomesOf } from './outcome.ts';

const fixtures = fixturesOf('instagram');
const parse = (body: Uint8Array | string): Parsed => instagram.parse(post(body), { source: 'instagram' });

const ACCOUNT = '17841400000000001';
const INES = '7100000000000001';
const event = (id: unknown, second: number, rest: object) => ({
  id, source: 'instagram', t: 1_781_010_000_000 + second * 1000, receivedAt: NOW, channel: 'instagram', inbox: ACCOUNT, conversation: `${ACCOUNT}:${INES}`, contact: INES, ...rest,
});
const inbound = (name: string, second: number, rest: object) => event(`m_${name}`, second, { kind: 'message.inbound', message: `m_${name}`, content: 'text', ...rest });
const outbound = (name: string, second: number, rest: object) => event(`m_${name}`, second, { kind: 'message.outbound', message: `m_${name}`, content: 'text', author: 'agent', ...rest });
const some = (what: string): unknown => expect.stringMatching(new RegExp(`^${what}:[\\w-]{22}$`));
const QUESTION = inbound('text', 0, { text: 'Is the green teapot back in stock?' });

const rows: readonly { is: string; file: string; events?: readonly object[]; rest?: Partial<Parsed> }[] = [
  { is: 'a text is an inbound message', file: 'text', events: [QUESTION] },
  { is: 'every type of message counts', file: 'message-types', events: [
    inbound('image', 0, { content: 'image' }), inbound('heart', 1, { content: 'sticker' }), inbound('share', 2, { content: 'other' }), inbound('mention', 3, { content: 'other' }),
    inbound('reel', 4, { content: 'video' }), inbound('post', 5, { content: 'other' }), inbound('odd', 6, { content: 'unsupported' }), inbound('file', 7, { content: 'document' })] },
  { is: 'a reply to a story is a message', file: 'story-reply', events: [inbound('story', 0, { text: 'Nice story!' })] },
  { is: 'echoes are ours, notes to oneself nobody\'s', file: 'echo', events: [
    outbound('echo', 40, { text: 'Yes, since this morning.' }), outbound('bot', 41, { author: 'bot', text: 'Which one?' })], rest: { ignored: ['is_self'] } },
  { is: 'seen names one message', file: 'seen', events: [event('m_echo:read', 50, { kind: 'message.status', message: 'm_echo', status: 'read' })] },
  { is: 'an unsent message is gone', file: 'unsent', events: [event('m_text:deleted', 60, { kind: 'message.deleted', message: 'm_text' })] },
  { is: 'a reaction is no message', file: 'reactions', events: [event(some('reaction'), 61, { kind: 'reaction.added', by: 'contact' })], rest: { ignored: ['reaction_removed'] } },
  { is: 'an ice breaker is a message', file: 'postback', events: [inbound('ice', 63, { content: 'button', text: 'Where is my order?' })] },
  { is: 'a link in the bio is a click, an ad marks the message', file: 'referral', events: [
    event(some('referral'), 64, { kind: 'link.clicked', link: 'referral:link' }), inbound('from-ad', 65, { referral: 'ad', text: 'In stock?' })] },
  { is: 'an edit is no message', file: 'edit', events: [event('m_text:edit:2', 66, { kind: 'message.edited', message: 'm_text' })] },
  { is: 'comments and mentions are counted apart', file: 'public', rest: { ignored: ['story_insights'], unknown: ['brand_new_field'],
    health: [{ topic: 'public', state: 'comment' }, { topic: 'public', state: 'live_comment' }, { topic: 'public', state: 'mention' }] } },
  { is: 'times come as ISO, as seconds, or with the batch', file: 'times-of-gateways', events: [
    inbound('iso', 0, { text: 'as ISO text' }), inbound('seconds', 0, { text: 'in whole seconds' }), inbound('entry', 0, { text: 'of the batch' })] },
  { is: 'a message may come as a change', file: 'message-as-change', events: [QUESTION] },
  { is: 'the dashboard\'s test button counts nothing', file: 'dashboard-test', rest: { ignored: ['dashboard_test'] } },
];

describe('instagram', () => {
  it.each(rows.map((row) => [row.is, row] as const))('%s', (_is, { file, events = [], rest = {} }) => {
    expect(parse(fixtures.get(file)![0]!)).toEqual({ events, ignored: [], unknown: [], malformed: [], health: [], ...rest });
  });

  it('has a row for every fixture', () => {
    expect([...fixtures.keys()].filter((name) => name !== 'whole-conversation').toSorted()).toEqual(rows.map((row) => row.file).toSorted());
  });

  it('gives a whole conversation its figures, in any order', () => {
    expect(outcomesOf(instagram, fixtures.get('whole-conversation')!)).toEqual([
      { frtSeconds: 60, resolutionSeconds: 330, outcome: 'resolved_agent', inboundMessages: 1, agentMessages: 2, botMessages: 0, csat: 5 }]);
  });
});
