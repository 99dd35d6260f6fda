import { describe, expect, it } from 'vitest';
import type { Parsed } from '../../exporter/sources/source.ts';
import { whatsapp } from '../../exporter/sources/whatsapp.ts';
import { fixturesOf, KITS, NOW, post } from './kits.ts';
import { outcomesOf } from './outcome.ts';

const fixtures = fixturesOf('whatsapp');
const parse = (body: Uint8Array | string): Parsed => whatsapp.parse(post(body), { source: 'whatsapp' });
const parsed = (name: string): Parsed => parse(fixtures.get(name)![0]!);

const NUMBER = '700000000000001';
const INES = { conversation: `${NUMBER}:447700900123`, contact: '447700900123', phone: '447700900123' };
const INES_WITHOUT_NUMBER = { conversation: `${NUMBER}:GB.55501`, contact: 'GB.55501' };
const OMAR = { conversation: `${NUMBER}:447700900456`, contact: '447700900456', phone: '447700900456' };
const MEXICAN = { conversation: `${NUMBER}:525500000001`, contact: '525500000001' };
const GROUP = { conversation: `${NUMBER}:group-77` };

/** Ids in the fixtures: `wamid.` and the base64 of `fixture-<name>`. */
const wamid = (name: string): string => `wamid.${Buffer.from(`fixture-${name}`).toString('base64')}`;
const at = (second: number): number => (1_781_010_000 + second) * 1000;
const event = (id: string, second: number, rest: object) =>
  ({ id, source: 'whatsapp', t: at(second), receivedAt: NOW, channel: 'whatsapp', inbox: NUMBER, ...rest });
const inbound = (name: string, second: number, rest: object, who: object = INES) =>
  event(wamid(name), second, { ...who, kind: 'message.inbound', message: wamid(name), ...rest });
const outbound = (name: string, second: number, rest: object = {}, who: object = INES) =>
  event(wamid(name), second, { ...who, kind: 'message.outbound', message: wamid(name), content: 'text', author: 'agent', ...rest });
const status = (name: string, word: string, second: number, rest: object, who: object = INES) =>
  event(`${wamid(name)}:${word}`, second, { ...who, kind: 'message.status', message: wamid(name), ...rest });
const someId = expect.stringMatching(/^[a-z_]+:[\w-]{22}$/);
const PRICE = { category: 'marketing', type: 'regular', model: 'PMP', billable: true };

const rows: readonly { is: string; file: string; events?: readonly object[]; rest?: Partial<Parsed> }[] = [
  { is: 'a text is an inbound message', file: 'text', events: [inbound('text', 0, { content: 'text', text: 'Is the green teapot back in stock?' })] },
  { is: 'a customer without a number is known by the user id, which tells the country', file: 'text-without-number',
    events: [inbound('bsuid', 0, { content: 'text', text: 'Is it back?', country: 'GB' }, INES_WITHOUT_NUMBER)] },
  { is: 'a customer with number and user id stays in the conversation of the number', file: 'text-with-user-id',
    events: [inbound('userid', 0, { content: 'text', text: 'Hello' })] },
  { is: 'one with a username, whose number may be missing next time, is announced as one contact', file: 'text-with-username', events: [
    event(someId, 0, { contact: INES.contact, kind: 'contact.merged', from: 'GB.55501', into: INES.contact }),
    inbound('username', 0, { content: 'text', text: 'Hello again' })] },
  { is: 'a number that only the contact card knows is found by user id, not by position', file: 'number-on-card-only',
    events: [inbound('card', 0, { content: 'text', text: 'Anyone?' })] },
  { is: 'a number with and without the digit that WhatsApp drops is one customer', file: 'number-spelled-twice', events: [
    inbound('mx', 0, { content: 'text', text: 'Hola' }, { ...MEXICAN, phone: '5215500000001' }),
    status('to-mx', 'delivered', 5, { status: 'delivered' }, { ...MEXICAN, phone: '525500000001' })] },
  { is: 'every type of message counts, whatever is missing in it', file: 'message-types', events: [
    inbound('type-image', 0, { content: 'image', text: 'broken lid' }), inbound('type-video', 1, { content: 'video' }),
    inbound('type-audio', 2, { content: 'audio' }), inbound('type-voice', 3, { content: 'audio' }),
    inbound('type-document', 4, { content: 'document', text: 'the receipt' }), inbound('type-sticker', 5, { content: 'sticker' }),
    inbound('type-location', 6, { content: 'location' }), inbound('type-contacts', 7, { content: 'contacts' }),
    inbound('type-button', 8, { content: 'button', text: 'Yes please' }), inbound('type-order', 9, { content: 'order', text: 'two of these' }),
    inbound('type-unsupported', 10, { content: 'unsupported' }), inbound('type-unknown', 11, { content: 'unsupported' }),
    inbound('type-ad', 12, { content: 'other' }), inbound('interactive-button_reply', 100, { content: 'button', text: 'Cancel' }),
    inbound('interactive-list_reply', 101, { content: 'list', text: 'Next day' }), inbound('interactive-nfm_reply', 102, { content: 'form' }),
    inbound('interactive-call_permission', 103, { content: 'button' }), inbound('interactive-payment', 104, { content: 'other' }),
    inbound('interactive-bare', 110, { content: 'other' }), inbound('no-type', 111, { content: 'location' }), inbound('no-text', 112, { content: 'text' })] },
  { is: 'a message from an ad says so, without the ad and without the click', file: 'referral',
    events: [inbound('ad', 0, { content: 'text', text: 'More about this?', referral: 'ad' })] },
  { is: 'a group is one conversation, and each participant has a receipt of their own', file: 'group', events: [
    inbound('group', 0, { content: 'text', text: 'Hello all' }, { ...INES, ...GROUP }),
    event(expect.stringMatching(/:read:[\w-]{22}$/) as unknown as string, 5, { ...GROUP, kind: 'message.status', message: wamid('to-group'), status: 'read',
      pricing: { category: 'group_service', model: 'PMP', billable: false } }),
    event(expect.stringMatching(/:read:[\w-]{22}$/) as unknown as string, 6, { ...GROUP, kind: 'message.status', message: wamid('to-group'), status: 'read' })] },
  { is: 'receipts carry price, error code and campaign; a campaign that holds the customer\'s number is dropped', file: 'statuses', events: [
    status('promo', 'sent', 1, { status: 'sent', pricing: PRICE, campaign: 'spring-sale:2026' }),
    status('promo', 'delivered', 3, { status: 'delivered', pricing: PRICE }), status('promo', 'read', 9, { status: 'read' }),
    status('voice', 'played', 10, { status: 'read' }), status('lost', 'failed', 11, { status: 'failed', errorCode: '131049' }),
    status('no-number', 'delivered', 14, { status: 'delivered' }, INES_WITHOUT_NUMBER),
    status('promo', 'delivered', 3, { status: 'delivered', pricing: PRICE })], rest: { ignored: ['status.deleted', 'calls'] } },
  { is: 'edits, unsent messages and reactions are not messages', file: 'edits-and-reactions', events: [
    event(wamid('edit'), 20, { ...INES, kind: 'message.edited', message: wamid('text') }),
    event(wamid('revoke'), 21, { ...INES, kind: 'message.deleted', message: wamid('text') }),
    event(wamid('reaction'), 22, { ...INES, kind: 'reaction.added', by: 'contact' })], rest: { ignored: ['reaction_removed', 'reaction_removed', 'edit', 'edit'] } },
  { is: 'of system lines only a new number or user id matters', file: 'system', events: [
    event(wamid('new-number'), 30, { contact: OMAR.contact, kind: 'contact.merged', from: INES.contact, into: OMAR.contact }),
    event(wamid('new-user-id'), 31, { contact: 'GB.55502', kind: 'contact.merged', from: 'GB.55501', into: 'GB.55502' })],
    rest: { ignored: ['system'], unknown: ['system.user_moved_planet'] } },
  { is: 'what was sent from the phone app is ours, by an agent nobody knows', file: 'echoes', events: [
    outbound('echo', 40, { text: 'Yes, since this morning.' }), outbound('echo-image', 41, { content: 'image' }),
    event(wamid('echo-revoke'), 42, { ...INES, kind: 'message.deleted', message: wamid('echo') }),
    event(wamid('echo-reaction'), 43, { ...INES, kind: 'reaction.added', by: 'agent' }),
    outbound('echo-user', 44, { text: 'Good morning' }, OMAR), outbound('echo-group', 45, { text: 'Hello group' }, GROUP)] },
  { is: 'standby repeats what other apps handle, under the same ids; a template is a campaign', file: 'standby', events: [
    inbound('text', 0, { content: 'text', text: 'Is the green teapot back in stock?' }),
    outbound('template', 50, { content: 'template', author: 'campaign', template: { name: 'back_in_stock' }, campaign: 'teapots-june' }),
    status('promo', 'delivered', 3, { status: 'delivered' })] },
  { is: 'the customer\'s marketing switch is consent', file: 'preferences', events: [
    event(someId, 60, { contact: INES.contact, phone: INES.phone, kind: 'consent.revoked', purpose: 'marketing' }),
    event(someId, 61, { contact: INES.contact, phone: INES.phone, kind: 'consent.granted', purpose: 'marketing' })],
    rest: { unknown: ['user_preferences.weather_reports'], malformed: ['user_preferences.timestamp'] } },
  { is: 'a renewed user id is the same contact', file: 'user-id-update',
    events: [event(someId, 70, { contact: 'GB.55502', kind: 'contact.merged', from: 'GB.55501', into: 'GB.55502' })] },
  { is: 'control passed to people is a hand-off, control taken by software an assignment to the bot', file: 'handovers', events: [
    event(someId, 80, { ...INES, kind: 'conversation.handoff', by: 'bot' }),
    event(someId, 90, { ...INES, kind: 'conversation.assigned', toType: 'bot', toId: '501' })], rest: { ignored: ['messaging_handovers'] } },
  { is: 'history is not the present', file: 'history', rest: { ignored: ['history', 'history'] } },
  { is: 'calls, groups, address books and flows are left out on purpose; a new field is unknown', file: 'left-out',
    rest: { ignored: ['calls', 'group_lifecycle_update', 'smb_app_state_sync', 'flows', 'request_welcome'], unknown: ['brand_new_field'] } },
  { is: 'account news are notes in words from a closed list', file: 'health', rest: { health: [
    { topic: 'template_status', state: 'paused' }, { topic: 'template_quality', state: 'red' }, { topic: 'template_quality', state: 'yellow' },
    { topic: 'template_category', state: 'marketing' }, { topic: 'number_quality', state: 'flagged' }, { topic: 'account', state: 'account_restriction' },
    { topic: 'account_alert', state: 'critical' }, { topic: 'account', state: 'other' }, { topic: 'error', state: '130429' }, { topic: 'error', state: 'other' },
    { topic: 'messaging_limit', state: 'tier_10k' }, { topic: 'messaging_limit', state: 'tier_2k' }, { topic: 'messaging_limit', state: 'other' }] } },
  { is: 'the dashboard\'s test button counts nothing', file: 'dashboard-test', rest: { ignored: ['dashboard_test'] } },
  { is: 'one unreadable item does not cost the others', file: 'broken-items', events: [
    inbound('number-time', 0, { content: 'text', text: 'a number' }), inbound('good', 1, { content: 'text', text: 'survives' }), status('y', 'read', 0, { status: 'read' }, {})],
    rest: { malformed: ['entry', 'entry', 'messages.timestamp', 'messages.timestamp', 'messages.id', 'messages.from', 'messages', 'messages',
      'statuses.timestamp', 'statuses.id', 'metadata.phone_number_id'] } },
  { is: 'a message that names nobody is of the one contact card, and so is a receipt; of two cards it could be either', file: 'nobody-named', events: [
    inbound('sole-card', 0, { content: 'text', text: 'Who am I?' }), inbound('sole-user', 1, { content: 'text', text: 'Me?', country: 'GB' }, INES_WITHOUT_NUMBER),
    status('sole-card', 'delivered', 2, { status: 'delivered' }),
    status('nobody', 'delivered', 3, { status: 'delivered', campaign: 'spring-sale:2026' }, {}), status('nobody', 'read', 4, { status: 'read' }, {})],
    rest: { malformed: ['messages.from'] } },
  { is: 'a number without an id is known by itself', file: 'number-without-id', events: [
    { ...inbound('no-number-id', 0, { content: 'text', text: 'Hello?' }), inbox: '442079460001', conversation: '442079460001:447700900123' }] },
  { is: 'one body may speak of two numbers', file: 'two-accounts', events: [
    inbound('first-number', 0, { content: 'text', text: 'one' }),
    { ...inbound('second-number', 2, { content: 'text', text: 'two' }), inbox: '700000000000002', conversation: '700000000000002:447700900123' }] },
];

describe('whatsapp', () => {
  it.each(rows.map((row) => [row.is, row] as const))('%s', (_is, { file, events = [], rest = {} }) => {
    expect(parsed(file)).toEqual({ events, ignored: [], unknown: [], malformed: [], health: [], ...rest });
  });

  it('has a row for every fixture', () => {
    expect([...fixtures.keys()].filter((name) => name !== 'whole-conversation').toSorted()).toEqual(rows.map((row) => row.file).toSorted());
  });

  it('tells a whole conversation, escaped and batched as Meta sends it', () => {
    const day = 10_000;
    const [sent, delivered, read] = [['sent', 60], ['delivered', 61], ['read', 119]].map(([word, second]) =>
      status('w2', String(word), day + Number(second), { status: word }));
    expect(fixtures.get('whole-conversation')!.flatMap((body) => parse(body).events)).toEqual([
      inbound('w1', day, { content: 'text', text: 'Where is my parcel?' }), outbound('w2', day + 60, { text: 'Let me look.' }), delivered, sent,
      event(wamid('w3'), day + 120, { ...INES, kind: 'reaction.added', by: 'contact' }), read,
      outbound('w4', day + 300, { text: 'It arrives tomorrow.' }), inbound('w5', day + 330, { content: 'text', text: 'Great, thank you!' })]);
  });

  it('gives a whole conversation its figures, in any order', () => {
    expect(outcomesOf(whatsapp, fixtures.get('whole-conversation')!)).toEqual([
      { frtSeconds: 60, resolutionSeconds: 330, outcome: 'resolved_agent', inboundMessages: 1, agentMessages: 2, botMessages: 0 }]);
  });

  it('gives the participants of a group different receipts, and neither shows a number', () => {
    const ids = parsed('group').events.map((found) => found.id);
    expect(new Set(ids).size).toBe(3);
    expect(ids.join()).not.toMatch(/4477/);
  });

  it('keeps ids beyond 2^53 as they were sent, and refuses them as numbers', () => {
    const message = (id: unknown) => JSON.stringify({ entry: [{ id: '1', changes: [{ field: 'messages', value: {
      metadata: { phone_number_id: '99999999999999999999' }, messages: [{ id, from: '447700900123', timestamp: '1781010000', type: 'text' }] } }] }] });
    expect(parse(message('12345678901234567890123')).events[0]).toMatchObject({ id: '12345678901234567890123', inbox: '99999999999999999999' });
    expect(parse(message(1)).events[0]).toMatchObject({ id: '1' });
    expect(parse(message('@@').replace('"@@"', '12345678901234567890123')).malformed).toEqual(['messages.id']);
  });

  it('leaves the other products of a Meta app to their own adapters', () => {
    expect(parse('{"object":"page","entry":[{"id":"1","messaging":[{}]}]}')).toMatchObject({ events: [], unknown: ['object.page'] });
  });
});

describe('whatsapp handshake', () => {
  const ask = (query: string) => whatsapp.handshake!(post('', { method: 'GET', url: `/webhooks/whatsapp${query}` }), KITS['whatsapp']!.secrets);
  it.each([
    ['returns the challenge when the token is ours', '?hub.mode=subscribe&hub.verify_token=shelf&hub.challenge=1158201444', '1158201444'],
    ['takes the challenge as opaque text, decoded once', '?hub.challenge=a%2Bb%20c&hub.verify_token=shelf&hub.mode=subscribe', 'a+b c'],
    ['refuses another token', '?hub.mode=subscribe&hub.verify_token=shelves&hub.challenge=1', undefined],
    ['refuses no token', '?hub.mode=subscribe&hub.challenge=1', undefined],
    ['refuses another mode', '?hub.mode=unsubscribe&hub.verify_token=shelf&hub.challenge=1', undefined],
    ['refuses a request without challenge', '?hub.mode=subscribe&hub.verify_token=shelf', undefined],
    ['refuses names with underscores', '?hub_mode=subscribe&hub_verify_token=shelf&hub_challenge=1', undefined],
    ['refuses a plain visit', '', undefined],
  ])('%s', (_is, query, answer) => expect(ask(query)).toBe(answer));
});
