import { describe, expect, it } from 'vitest';
import { intercom } from '../../exporter/sources/intercom.ts';
import { wordsOfHtml } from '../../exporter/sources/html.ts';
import type { Parsed } from '../../exporter/sources/source.ts';
import { fixturesOf, NOW, post } from './kits.ts';
import { outcomesOf } from './outcome.ts';

const fixtures = fixturesOf('intercom');
const parsed = (name: string): Parsed => intercom.parse(post(fixtures.get(name)![0]!), { source: 'intercom' });

const BASE = { source: 'intercom', receivedAt: NOW, inbox: 'teashop' };
const PLACE = { ...BASE, channel: 'webchat', conversation: '2154', contact: 'c0ffee01' };
/** Seconds after 13:00:00. */
const at = (second: number): number => 1_781_010_000_000 + second * 1000;
const part = (id: number, second: number, rest: object) => ({ ...PLACE, id: `part:${id}`, seq: id, t: at(second), ...rest });
const change = (id: number, second: number, kind: string, rest: object = {}) => part(id, second, { id: `part:${id}:${kind}`, kind, ...rest });
const inbound = (id: number, second: number, rest: object) => part(id, second, { kind: 'message.inbound', message: `part:${id}`, content: 'text', ...rest });
const outbound = (id: number, second: number, rest: object) => part(id, second, { kind: 'message.outbound', message: `part:${id}`, content: 'text', ...rest });
const AGENT = { author: 'agent', authorId: '3101' };
const BOT = { author: 'bot', authorId: 'bot:9608' };
const REPLY = [outbound(5010, 120, { ...AGENT, text: 'Hello! Let me look.' }), change(5010, 120, 'conversation.assigned', { toType: 'agent', toId: '3101' })];
const asked = { ...PLACE, id: `rating:2154:asked:${at(610)}`, t: at(610), kind: 'survey.sent', survey: 'rating:2154', type: 'csat' };
const rated = (score: number, second: number) =>
  ({ ...PLACE, id: `rating:2154:${score}:${at(second)}`, t: at(second), kind: 'survey.answered', survey: 'rating:2154', type: 'csat', score });
const presence = (second: number, status: string) =>
  ({ ...BASE, id: expect.stringMatching(/^notif_/) as unknown, t: at(second), channel: 'other', kind: 'agent.status', agent: '3101', status });

const rows: readonly { is: string; file: string; events?: readonly object[]; rest?: Partial<Parsed> }[] = [
  { is: 'a new conversation is its first message', file: 'user-created', events: [inbound(3381, 0, { text: 'Where is my parcel & invoice?' })] },
  { is: 'so it was before 2020', file: 'old-user-created', events: [
    { ...inbound(3315, 0, { text: 'Hello everyone!' }), channel: 'other', conversation: '2132', contact: 'c0ffee02' }] },
  { is: 'a customer\'s reply', file: 'user-replied', events: [inbound(5001, 60, { text: 'Hello?' })] },
  { is: 'a photo without words', file: 'user-replied-photo', events: [inbound(5002, 61, { content: 'image' })] },
  { is: 'a customer opens the conversation by writing', file: 'user-reopened', events: [inbound(5003, 900, { text: 'It is broken.' })] },
  { is: 'a reply that assigns is both', file: 'admin-replied', events: REPLY },
  { is: 'and is the same two under the other topic', file: 'admin-assigned', events: REPLY },
  { is: 'a rule sorts into a team, and nobody hands over', file: 'assigned-team', events: [change(5011, 30, 'conversation.assigned', { toType: 'team', toId: '77' })] },
  { is: 'given to nobody', file: 'assigned-nobody', events: [change(5012, 31, 'conversation.unassigned')] },
  { is: 'the AI agent gives it to people', file: 'fin-hands-over', events: [
    change(5013, 32, 'conversation.handoff', { by: 'bot' }), change(5013, 32, 'conversation.assigned', { toType: 'team', toId: '77' })] },
  { is: 'a note is a note', file: 'admin-noted', events: [part(5014, 130, { kind: 'note.created' })] },
  { is: 'closed by an admin', file: 'admin-closed', events: [change(5015, 600, 'conversation.resolved', { by: 'agent', byId: '3101' })] },
  { is: 'closed with a last word', file: 'admin-closed-with-words', events: [
    outbound(5016, 601, { ...AGENT, text: 'Glad to help.' }), change(5016, 601, 'conversation.resolved', { by: 'agent', byId: '3101' })] },
  { is: 'closed by a workflow is automation', file: 'closed-by-workflow', events: [change(5017, 602, 'conversation.resolved', { by: 'automation' })] },
  { is: 'closed by the AI agent is the bot', file: 'closed-by-fin', events: [change(5018, 603, 'conversation.resolved', { by: 'bot' })] },
  { is: 'opened by an admin', file: 'admin-opened', events: [change(5019, 700, 'conversation.reopened', { by: 'agent' })] },
  { is: 'snoozed', file: 'snoozed', events: [change(5020, 200, 'conversation.snoozed')] },
  { is: 'woken by the timer', file: 'unsnoozed', events: [change(5021, 300, 'conversation.unsnoozed')] },
  { is: 'an answer of the AI agent is a bot\'s', file: 'fin-answered', events: [outbound(5022, 5, { ...BOT, text: 'Have you looked at the tracking page?' })] },
  { is: 'also when it speaks as an admin', file: 'fin-as-admin', events: [outbound(5023, 6, { author: 'bot', text: 'I am Fin.' })] },
  { is: 'a question of a workflow is a bot\'s', file: 'workflow-asked', events: [outbound(5024, 7, { ...BOT, text: 'Which order?' })] },
  { is: 'a notice of the messenger answers nobody', file: 'reply-time-notice', events: [outbound(5025, 4, { author: 'automation', text: 'We reply as soon as we can.' })] },
  { is: 'a message to many is a campaign', file: 'campaign', events: [{ ...outbound(3390, 0, { author: 'campaign', text: 'New teapots' }), channel: 'email' }] },
  { is: 'an admin may write first', file: 'admin-wrote-first', events: [{ ...outbound(3391, 0, { ...AGENT, text: 'About your order' }), channel: 'whatsapp' }] },
  { is: 'a rating answers what was asked', file: 'rating', events: [asked, rated(4, 700)] },
  { is: 'a changed rating answers it again', file: 'rating-changed', events: [asked, rated(2, 800)] },
  { is: 'a rating that is only asked for', file: 'rating-asked-only', events: [asked] },
  { is: 'a rating of the AI agent', file: 'rating-of-fin', events: [rated(3, 611)] },
  { is: 'a rating of nothing is malformed', file: 'rating-empty', rest: { malformed: ['conversation_rating.rating'] } },
  { is: 'an opened conversation is read up to then', file: 'read',
    events: [{ ...PLACE, id: `read:2154:${at(400)}`, t: at(400), kind: 'message.watermark', status: 'read', upTo: at(400) }] },
  { is: 'a tag is the topic', file: 'tagged', events: [{ ...PLACE, id: `tag:2154:${at(70)}:delivery`, t: at(70), kind: 'conversation.classified', topic: 'delivery' }] },
  { is: 'no tag is none', file: 'untagged', rest: { ignored: ['conversation_part.tag.created'] } },
  { is: 'away is presence', file: 'away', events: [presence(10, 'away')] },
  { is: 'so is leaving', file: 'logged-out', events: [presence(20, 'offline')] },
  { is: 'priorities are left out', file: 'priority', rest: { ignored: ['conversation.priority.updated'] } },
  { is: 'so are contacts', file: 'contact', rest: { ignored: ['contact.created'] } },
  { is: 'so are pings', file: 'ping', rest: { ignored: ['ping'] } },
  { is: 'a new topic is unknown', file: 'new-topic', rest: { unknown: ['conversation.teleported'] } },
  { is: 'of admins too', file: 'new-admin-topic', rest: { unknown: ['conversation.admin.sang'] } },
  { is: 'a part that does not say when is of the time of its notification', file: 'part-without-time', events: [inbound(5001, 60, { text: 'Hello?' })] },
  { is: 'a part without id loses only itself', file: 'part-without-id', events: [inbound(5026, 60, { text: 'still here' })], rest: { malformed: ['part.id'] } },
  { is: 'a notification without time is malformed', file: 'without-time', rest: { malformed: ['created_at'] } },
];

describe('intercom', () => {
  it.each(rows.map((row) => [row.is, row] as const))('%s', (_is, { file, events = [], rest = {} }) => {
    expect(parsed(file)).toEqual({ events, ignored: [], unknown: [], malformed: [], health: [], ...rest });
  });

  it('has a row for every fixture', () => {
    expect([...fixtures.keys()].filter((name) => name !== 'whole-conversation').toSorted()).toEqual(rows.map((row) => row.file).toSorted());
  });

  it('gives a whole conversation its figures: AI agent, hand-over, admin, rating, in any order and with the reply told twice', () => {
    expect(outcomesOf(intercom, fixtures.get('whole-conversation')!)).toEqual([
      { frtSeconds: 120, resolutionSeconds: 600, outcome: 'resolved_agent', inboundMessages: 2, agentMessages: 1, botMessages: 1, csat: 5 }]);
  });

  it('answers the question whether anybody is there, and no other', () => {
    expect(intercom.handshake!(post('', { method: 'HEAD', url: '/webhooks/intercom' }), {})).toBe('here');
    expect(intercom.handshake!(post('', { method: 'GET', url: '/webhooks/intercom' }), {})).toBeUndefined();
  });
});

describe('intercom authentication', () => {
  it('takes the signature as Intercom computes it', () => {
    // openssl dgst -sha1 -hmac saucer
    const headers = { 'x-hub-signature': 'sha1=b1a27043c1d85bfdb6d8a1049bcbca5b0be5ce88' };
    expect(intercom.verify(post('{"a":"\\u00e9\\/"}', { headers }), { client_secret: ['saucer'] }, { source: 'intercom' })).toBe('ok');
  });
});

it.each([
  ['<p>Tea &amp; cake</p><p>please</p>', 'Tea & cake please'], ['plain', 'plain'], ['<p></p>', undefined], [null, undefined], ['a &lt;b&gt; &copy;', 'a <b> &copy;'],
  ['<'.repeat(200_000), '<'.repeat(200_000)],
])('reads the words of %.40s', (html, words) => expect(wordsOfHtml(html)).toBe(words));
