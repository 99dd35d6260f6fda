import { describe, expect, it } from 'vitest';
import type { Parsed } from '../../exporter/sources/source.ts';
import { telegram } from '../../exporter/sources/telegram.ts';
import { fixturesOf, NOW, post } from './kits.ts';
import { outcomesOf } from './outcome.ts';

const fixtures = fixturesOf('telegram');
const parse = (body: Uint8Array | string, url = '/webhooks/telegram'): Parsed => telegram.parse(post(body, { url }), { source: 'telegram' });

const INES = { conversation: 'bot:5500001', contact: '5500001' };
const GROUP = { conversation: 'bot:-1001234567890', contact: '5500001' };
const event = (id: string, second: number, rest: object, who: object = INES) =>
  ({ id, source: 'telegram', t: (1_781_010_000 + second) * 1000, receivedAt: NOW, channel: 'telegram', inbox: 'bot', ...who, ...rest });
const message = (number: number) => `bot:5500001:${number}`;
const inbound = (number: number, rest: object) => event(message(number), 0, { kind: 'message.inbound', message: message(number), ...rest });
const outbound = (number: number, second: number, rest: object) => event(message(number), second, { kind: 'message.outbound', message: message(number), content: 'text', author: 'bot', ...rest });
const now = { t: NOW };

const rows: readonly { is: string; file: string; events?: readonly object[]; rest?: Partial<Parsed> }[] = [
  { is: 'a text', file: 'text', events: [inbound(1, { content: 'text', text: 'Is the green teapot back in stock?' })] },
  { is: 'a photo with words', file: 'photo', events: [inbound(2, { content: 'image', text: 'broken lid' })] },
  { is: 'an animation, which is a document too', file: 'animation', events: [inbound(3, { content: 'video' })] },
  { is: 'a voice note', file: 'voice', events: [inbound(4, { content: 'audio' })] },
  { is: 'a document', file: 'document', events: [inbound(5, { content: 'document' })] },
  { is: 'a sticker', file: 'sticker', events: [inbound(6, { content: 'sticker' })] },
  { is: 'a venue, which has a location too', file: 'venue', events: [inbound(7, { content: 'location' })] },
  { is: 'somebody\'s card', file: 'contact', events: [inbound(8, { content: 'contacts' })] },
  { is: 'the form of a web app', file: 'web-app', events: [inbound(9, { content: 'form' })] },
  { is: 'a type we do not know', file: 'new-type', events: [inbound(10, { content: 'other' })] },
  { is: 'the start button', file: 'start', events: [inbound(20, { content: 'button' })] },
  { is: 'the start button behind a link', file: 'start-link', events: [inbound(21, { content: 'button', referral: 'link' })] },
  { is: 'an edit', file: 'edited', events: [event(`${message(1)}:edited:1781010030000`, 30, { kind: 'message.edited', message: message(1) })] },
  { is: 'a line of the platform', file: 'service', rest: { ignored: ['service_message'] } },
  { is: 'a group is one conversation', file: 'group', events: [event('bot:-1001234567890:24', 0, { kind: 'message.inbound', message: 'bot:-1001234567890:24', content: 'text', text: 'Hello all' }, GROUP)] },
  { is: 'a tapped button has no time', file: 'callback', events: [event('callback:4382bfdwdsb323b2d9', 0, { ...now, kind: 'message.inbound', message: 'callback:4382bfdwdsb323b2d9', content: 'button' })] },
  { is: 'a reaction', file: 'reaction', events: [event('reaction:bot:900000026', 40, { kind: 'reaction.added', by: 'contact' })] },
  { is: 'a reaction taken back', file: 'reaction-removed', rest: { ignored: ['reaction_removed'] } },
  { is: 'who blocks the bot wants no more of it', file: 'blocked', events: [event('blocked:bot:900000028', 50, { kind: 'consent.revoked', purpose: 'marketing' })] },
  { is: 'a bot in a group', file: 'joined', rest: { ignored: ['my_chat_member'] } },
  { is: 'a business account: the customer', file: 'business-customer', events: [{ ...inbound(41, { content: 'text', text: 'Are you open?' }), t: 1_781_010_060_000 }] },
  { is: 'the owner, a person', file: 'business-owner', events: [outbound(42, 61, { author: 'agent', text: 'Until six.' })] },
  { is: 'the bot that helps the owner', file: 'business-bot', events: [outbound(43, 62, { text: 'We reply soon.' })] },
  { is: 'messages deleted at once', file: 'business-deleted', events: [41, 42].map((number) => event(`${message(number)}:deleted`, 0, { ...now, kind: 'message.deleted', message: message(number) })) },
  { is: 'what the bot sent, handed on', file: 'handed-on', events: [outbound(51, 70, { text: 'Which teapot?' })] },
  { is: 'polls are left out', file: 'poll', rest: { ignored: ['poll'] } },
  { is: 'a message of no time', file: 'without-date', rest: { malformed: ['date'] } },
  { is: 'a message of no chat', file: 'without-chat', rest: { malformed: ['chat.id'] } },
  { is: 'a message that is none', file: 'no-message', rest: { malformed: ['message'] } },
];

describe('telegram', () => {
  it.each(rows.map((row) => [row.is, row] as const))('%s', (_is, { file, events = [], rest = {} }) => {
    expect(parse(fixtures.get(file)![0]!)).toEqual({ events, ignored: [], unknown: [], malformed: [], health: [], ...rest });
  });

  it('has a row for every fixture', () => {
    expect([...fixtures.keys()].filter((name) => name !== 'whole-conversation').toSorted()).toEqual(rows.map((row) => row.file).toSorted());
  });

  it('tells bots apart by their addresses, and takes the author from there', () => {
    expect(parse(fixtures.get('handed-on')![0]!, '/webhooks/telegram?bot=sales&author=agent').events[0])
      .toMatchObject({ inbox: 'sales', conversation: 'sales:5500001', message: 'sales:5500001:51', author: 'agent' });
  });

  it('answers nothing that would be a call', () => expect(telegram.reply!(post('{}')).body).toBe(''));

  it('gives a whole conversation its figures, in any order', () => {
    expect(outcomesOf(telegram, fixtures.get('whole-conversation')!)).toEqual([
      { frtSeconds: 60, resolutionSeconds: 330, outcome: 'resolved_agent', inboundMessages: 1, agentMessages: 2, botMessages: 0, csat: 5 }]);
  });
});
