import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { describe as inWords } from '../../exporter/config/problem.ts';
import { customSource } from '../../exporter/sources/custom.ts';
import { tryMapping } from '../../exporter/sources/custom-trial.ts';
import type { Parsed, Secrets } from '../../exporter/sources/source.ts';
import { load, problems } from '../config/given.ts';
import { fixturesOf, NOW, post } from './kits.ts';
import { KARTLY, mappingOf, read } from './mapped.ts';
import { outcomesOf } from './outcome.ts';

const kartly = customSource(KARTLY);
const fixtures = fixturesOf('kartly');
const parsed = (name: string): Parsed => kartly.parse(post(fixtures.get(name)![0]!), { source: 'kartly' });
const START = 1_781_010_000_000;

describe('the example of the documentation', () => {
  const event = (id: unknown, second: number, rest: object) => ({
    id, source: 'kartly', receivedAt: NOW, t: START + second * 1000, channel: 'whatsapp', inbox: 'line-2', conversation: 'ch_771', contact: 'cu_12', phone: '34600000012', ...rest,
  });
  const outbound = (message: string, second: number, rest: object) => event(message, second, { kind: 'message.outbound', message, content: 'text', ...rest });
  const status = (message: string, word: string, second: number, rest: object) => event(expect.stringContaining(`message.status:${message}-`), second, { kind: 'message.status', message, status: word, ...rest });
  const rows: readonly { is: string; file: string; events?: readonly object[]; rest?: Partial<Parsed> }[] = [
    { is: 'a question that an advertisement brought', file: 'question', events: [
      event('km_1', 0, { kind: 'message.inbound', message: 'km_1', content: 'text', referral: 'ad-44', text: 'Where is my order? It should have come on Monday.' })] },
    { is: 'a greeting and an agent in one body', file: 'answer', events: [
      outbound('km_2', 1, { author: 'automation', text: 'Thanks for writing, we are with you soon.' }), outbound('km_3', 30, { author: 'agent', authorId: 'u4', text: 'Let me look into it for you.' })] },
    { is: 'a photo, a note and a reply, in the order of the rules', file: 'three-at-once', events: [
      event('km_4', 90, { kind: 'message.inbound', message: 'km_4', content: 'image' }), outbound('km_6', 120, { author: 'agent', authorId: 'u4', text: 'A new parcel leaves today.' }),
      event('note.created:km_5', 100, { kind: 'note.created' })] },
    { is: 'a bot', file: 'bot', events: [outbound('km_7', 3, { author: 'bot', authorId: 'welcome', text: 'Choose a topic.' })] },
    { is: 'a template of a campaign', file: 'broadcast', events: [
      outbound('km_8', -18_000, { author: 'campaign', content: 'template', campaign: 'spring-26', template: { name: 'spring_sale', category: 'marketing' } })] },
    { is: 'a list of receipts', file: 'receipts', events: [
      status('km_3', 'sent', 31, {}), status('km_3', 'delivered', 32, { pricing: { category: 'service', billable: false } }), status('km_3', 'read', 40, {}),
      status('km_8', 'failed', -17_000, { errorCode: '131026' })] },
    { is: 'an agent in charge', file: 'assigned', events: [event('conversation.assigned:ev_7', 20, { kind: 'conversation.assigned', toType: 'agent', toId: 'u4' })] },
    { is: 'nobody in charge', file: 'unassigned', events: [event('conversation.unassigned:ev_8', 15, { kind: 'conversation.unassigned' })] },
    { is: 'one body that closes, classifies and rates', file: 'closed', events: [
      event('conversation.resolved:ev_9', 180, { kind: 'conversation.resolved', by: 'agent', byId: 'u4' }), event('conversation.classified:ev_9', 180, { kind: 'conversation.classified', topic: 'delivery' }),
      event(expect.stringMatching(/^survey\.answered:/), 180, { kind: 'survey.answered', survey: 'rt_5', type: 'csat', score: 4 })] },
    { is: 'a word outside the table that has an otherwise', file: 'closed-by-silence', events: [event('conversation.resolved:ev_10', 180, { kind: 'conversation.resolved', by: 'system' })] },
    { is: 'cents as money', file: 'order', events: [event(expect.stringMatching(/^conversion/), 240, { kind: 'conversion.recorded', order: 'R-1009', value: 49.9, currency: 'EUR' })] },
    { is: 'what is left out on purpose', file: 'typing', rest: { ignored: ['ignored'] } },
  ];
  it.each(rows)('$is', ({ file, events = [], rest = {} }) =>
    expect(parsed(file)).toEqual({ events, ignored: [], unknown: [], malformed: [], health: [], ...rest }));

  it('gives a whole conversation its figures', () => {
    const bodies = ['question', 'answer', 'assigned', 'three-at-once', 'receipts', 'closed'].map((name) => fixtures.get(name)![0]!);
    expect(outcomesOf(kartly, bodies).filter(({ inboundMessages }) => inboundMessages > 0)).toEqual([
      { frtSeconds: 30, resolutionSeconds: 180, outcome: 'resolved_agent', inboundMessages: 2, agentMessages: 2, botMessages: 0, csat: 4 }]);
  });

  it('says itself what it can tell', () =>
    expect(Object.keys(kartly.feeds)).toEqual(['messages', 'replies', 'agents', 'receipts', 'assignment', 'resolution', 'ratings', 'topics', 'orders']));
});

const QUERY = 'authentication: { scheme: query }\n';
const parseAs = (text: string, body: string, headers: Readonly<Record<string, string>> = {}): Parsed => customSource(mappingOf(QUERY + text)).parse(post(body, { headers }), { source: 'shed' });
/** One rule of messages with these fields beside the necessary ones. */
const inbound = (fields: string, rest = ''): string => `${rest}every: { conversation: c, t: { path: t, unit: seconds } }\nevents:\n  - kind: message.inbound\n    fields: { message: id${fields} }\n`;

describe('a mapping', () => {
  it('keeps all digits of large numbers', () =>
    expect(parseAs(inbound(''), '{"id": 9007199254740993007, "c": 7, "t": 1781010000}').events).toMatchObject([{ message: '9007199254740993007', conversation: '7', t: START }]));

  it.each<[string, string, unknown]>([
    ['seconds', '{ path: t, unit: seconds }', 1_781_010_000.25], ['seconds as text', '{ path: t, unit: seconds }', '1781010000.25'],
    ['milliseconds', '{ path: t, unit: milliseconds }', START + 250], ['microseconds', '{ path: t, unit: microseconds }', 1_781_010_000_250_000],
    ['ISO 8601 with a zone', '{ path: t, unit: iso }', '2026-06-09T15:00:00.250123+02:00'], ['ISO 8601 without one', '{ path: t, unit: iso, offset: "-03:00" }', '2026-06-09 10:00:00.250'],
  ])('reads %s', (_name, value, t) =>
    expect(parseAs(`every: { conversation: c }\nevents: [{ kind: message.inbound, fields: { message: id, t: ${value} } }]`, JSON.stringify({ id: 'm', c: 'c', t })).events).toMatchObject([{ t: START + 250 }]));

  it.each<[string, unknown]>([['milliseconds where seconds belong', START], ['a text without zone', '2026-06-09T13:00:00'], ['nonsense', 'soon'], ['an object', {}]])('does not guess at %s', (_name, t) =>
    expect(parseAs(inbound(''), JSON.stringify({ id: 'm', c: 'c', t }))).toMatchObject({ events: [], malformed: ['message.inbound.t'] }));

  it('loses only the item that is bad, and tells unknown ones from unreadable ones', () => {
    const text = `type: m.kind
every: { conversation: chat, t: { path: m.at, unit: seconds } }
events:
  - { kind: message.inbound, when: { m.kind: question }, each: { m: items }, fields: { message: m.id } }
  - { kind: message.outbound, when: { m.kind: answer }, each: { m: items }, fields: { message: m.id, author: { path: m.who, table: { person: agent } } } }
  - { kind: ignored, when: { m.kind: typing }, each: { m: items } }`;
    const item = (id: string, kind: string, rest = {}) => ({ id, kind, at: 1_781_010_000, ...rest });
    const items = [item('a', 'question'), item('b', 'answer', { who: 'person' }), item('c', 'answer', { who: 'parrot' }), item('d', 'typing'), item('e', 'song'), item('f', 'question', { at: 'noon' })];
    const found = parseAs(text, JSON.stringify({ chat: 'c', items }));
    expect(found.events.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(found).toMatchObject({ ignored: ['ignored'], unknown: ['author.parrot', 'song'], malformed: ['message.inbound.t'] });
  });

  it('walks through arrays in arrays, and reaches what is around them', () => {
    const text = `every: { t: { path: m.at, unit: seconds }, contact: account.id }
events: [{ kind: message.inbound, each: { chat: chats, m: chat.messages }, fields: { message: { text: "{chat.id}/{m.n}" }, conversation: chat.id } }]`;
    const messages = [{ n: 1, at: 1_781_010_000 }, { n: 2, at: 1_781_010_001 }];
    expect(parseAs(text, JSON.stringify({ account: { id: 'p' }, chats: [{ id: 'x', messages }, { id: 'y', messages: messages[0] }] })).events.map(({ id, conversation, contact }) => [id, conversation, contact]))
      .toEqual([['x/1', 'x', 'p'], ['x/2', 'x', 'p'], ['y/1', 'y', 'p']]);
  });

  it('reads lists, forms, headers, names in quotes, HTML and the first of several places', () => {
    expect(parseAs(`body: list\n${inbound('')}`, '[{"id":1,"c":2,"t":1781010000},{"id":2,"c":2,"t":1781010000}]').events).toHaveLength(2);
    expect(parseAs(`body: form\n${inbound(', phone: from')}`, 'id=a&c=b&t=1781010000&from=%2B44+7700+900123').events).toMatchObject([{ message: 'a', phone: '447700900123' }]);
    const text = `every: { conversation: c, t: { received: true } }
events:
  - kind: message.inbound
    when: { "header:X-Topic": new }
    fields: { message: "header:X-Id", text: { path: '["the text"]', html: true }, contact: { first: [nobody, "who[-1]"] } }`;
    expect(parseAs(text, '{"c":"c","the text":"<p>Hello &amp; good day</p>","who":["a","b"]}', { 'x-topic': 'new', 'x-id': 'm1' }).events)
      .toMatchObject([{ message: 'm1', text: 'Hello & good day', contact: 'b', t: NOW }]);
  });

  it('gives what has no id one of what it says, whenever it arrives', () => {
    const text = 'every: { conversation: c, t: { received: true } }\nevents: [{ kind: conversation.classified, fields: { topic: topic } }]';
    const source = customSource(mappingOf(QUERY + text));
    const idAt = (body: string, receivedAt: number) => source.parse(post(body, { receivedAt }), { source: 'shed' }).events[0]!.id;
    expect(idAt('{"c":1,"topic":"a"}', NOW)).toBe(idAt('{"c":1,"topic":"a"}', NOW + 60_000));
    expect(idAt('{"c":1,"topic":"a"}', NOW)).not.toBe(idAt('{"c":1,"topic":"b"}', NOW));
  });

  it('takes states, where null is nobody', () => {
    const text = 'every: { conversation: c, t: { path: t, unit: seconds } }\nevents: [{ kind: conversation.snapshot, fields: { id: v, status: { path: s, table: { o: open, x: resolved } }, agent: { path: who, table: { "null": null, "7": ana } } } }]';
    expect(parseAs(text, '{"c":1,"t":1781010000,"v":1,"s":"x","who":null}').events).toMatchObject([{ kind: 'conversation.snapshot', status: 'resolved', agent: null }]);
  });
});

describe('who may write', () => {
  const body = Buffer.from('{"a":1}');
  const hmac = (key: string | Buffer, text: string, algorithm = 'sha256') => createHmac(algorithm, key).update(text);
  const seconds = String(NOW / 1000);
  const rows: readonly { is: string; scheme: string; secrets: Secrets; headers?: Readonly<Record<string, string>>; url?: string; verdict?: string }[] = [
    { is: 'a hex signature with a prefix', scheme: 'hmac, header: X-Sig, prefix: "sha1=", algorithm: sha1', secrets: { secret: ['k'] }, headers: { 'x-sig': `sha1=${hmac('k', '{"a":1}', 'sha1').digest('hex')}` } },
    { is: 'a base64 signature with a base64 key', scheme: 'hmac, header: X-Sig, algorithm: sha512, encoding: base64, key: base64', secrets: { secret: ['a2V5'] },
      headers: { 'x-sig': hmac('key', '{"a":1}', 'sha512').digest('base64') } },
    { is: 'words around what is signed', scheme: 'hmac, header: X-Sig, signed: "v0:{timestamp}:{body}", timestamp: { header: X-Time }', secrets: { secret: ['k'] },
      headers: { 'x-sig': hmac('k', `v0:${seconds}:{"a":1}`).digest('hex'), 'x-time': seconds } },
    { is: 'a signature of yesterday', scheme: 'hmac, header: X-Sig, signed: "{timestamp}.{body}", timestamp: { header: X-Time }', secrets: { secret: ['k'] },
      headers: { 'x-sig': hmac('k', '1780934400.{"a":1}').digest('hex'), 'x-time': '1780934400' }, verdict: 'stale' },
    { is: 'time and signatures in one header', scheme: 'hmac, header: X-Sig, part: v1, signed: "{timestamp}.{body}", timestamp: { part: t, tolerance: 1m }', secrets: { secret: ['old', 'k'] },
      headers: { 'x-sig': `t=${seconds},v0=zz,v1=${hmac('other', `${seconds}.{"a":1}`).digest('hex')},v1=${hmac('k', `${seconds}.{"a":1}`).digest('hex')}` } },
    { is: 'the same without a time', scheme: 'hmac, header: X-Sig, part: v1, signed: "{timestamp}.{body}", timestamp: { part: t }', secrets: { secret: ['k'] }, headers: { 'x-sig': 'v1=00' }, verdict: 'missing' },
    { is: 'a signed id', scheme: 'hmac, header: X-Sig, signed: "{id}{body}", id_header: X-Id', secrets: { secret: ['k'] }, headers: { 'x-sig': hmac('k', 'd1{"a":1}').digest('hex'), 'x-id': 'd1' } },
    { is: 'another body', scheme: 'hmac, header: X-Sig', secrets: { secret: ['k'] }, headers: { 'x-sig': hmac('k', '{"a":2}').digest('hex') }, verdict: 'invalid' },
    { is: 'a bearer token', scheme: 'bearer', secrets: { token: ['tok'] }, headers: { authorization: 'Bearer tok' } },
    { is: 'a token in a header', scheme: 'token, header: X-Key, prefix: "Token "', secrets: { token: ['tok'] }, headers: { 'x-key': 'Token tok' } },
    { is: 'the wrong token', scheme: 'token, header: X-Key', secrets: { token: ['tok'] }, headers: { 'x-key': 'tik' }, verdict: 'invalid' },
    { is: 'user and password', scheme: 'basic', secrets: { credentials: ['desk:pa:ss'] }, headers: { authorization: `Basic ${Buffer.from('desk:pa:ss').toString('base64')}` } },
    { is: 'no password', scheme: 'basic', secrets: { credentials: [''] }, headers: { authorization: 'Basic ' }, verdict: 'missing' },
    { is: 'a key in the address', scheme: 'query', secrets: { key: ['tok'] }, url: '/webhooks/shed?key=tok' },
    { is: 'a key under another name', scheme: 'query, parameter: token', secrets: { key: ['tok'] }, url: '/webhooks/shed?token=tok' },
    { is: 'no key', scheme: 'query', secrets: { key: ['tok'] }, verdict: 'missing' },
  ];
  it.each(rows)('$is', ({ scheme, secrets, headers = {}, url = '/webhooks/shed', verdict = 'ok' }) =>
    expect(customSource(mappingOf(`authentication: { scheme: ${scheme} }\nevents: [{ kind: ignored, when: { a: 1 } }]`)).verify(post(body, { headers, url }), secrets, { source: 'shed' })).toBe(verdict));
});

it('answers the question that comes before the first webhook, and refuses strangers', () => {
  const source = (keys: string) => customSource(mappingOf(`${QUERY}handshake: { ${keys} }\nevents: [{ kind: ignored, when: { a: 1 } }]`));
  const answer = (keys: string, query: string) => source(keys).handshake?.({ ...post(''), method: 'GET', url: `/webhooks/shed?${query}` }, { key: ['k'], verify_token: ['old', 'shelf'] });
  expect(answer('challenge: hub.challenge, token: hub.verify_token', 'hub.challenge=1158201444&hub.verify_token=shelf')).toBe('1158201444');
  expect(answer('challenge: hub.challenge, token: hub.verify_token', 'hub.challenge=1158201444&hub.verify_token=guess')).toBeUndefined();
  expect(answer('challenge: c', 'c=abc')).toBe('abc');
  expect(answer('challenge: c', 'c=%3Cscript%3E')).toBeUndefined();
  expect(answer('challenge: c', '')).toBeUndefined();
  expect(source('challenge: c, token: t').secrets.map(({ name }) => name)).toEqual(['key', 'verify_token']);
  expect(kartly.handshake).toBeUndefined();
});

describe('a mapping that is wrong', () => {
  const rule = (text: string): string => `${QUERY}every: { conversation: c, t: { path: t, unit: seconds } }\nevents:\n  - ${text}\n`;
  it.each<[string, string, string]>([
    ['no authentication', 'events: [{ kind: ignored, when: { a: 1 } }]', 'authentication: is missing: say how the platform shows who it is'],
    ['a scheme that is none', 'authentication: { scheme: none }\nevents: [{ kind: ignored, when: { a: 1 } }]', 'shed.yml:1 authentication.scheme: must be one of hmac, token, bearer, basic, query. A platform that signs nothing, or only names its addresses, gets a key in its URL'],
    ['a time that is signed and nowhere', 'authentication: { scheme: hmac, header: X, signed: "{timestamp}{body}" }\nevents: [{ kind: ignored, when: { a: 1 } }]', 'authentication.signed: signs a timestamp: say where it stands'],
    ['an unknown key', `${QUERY}evnts: []`, 'shed.yml:2 evnts: is not known here (did you mean "events"?)'],
    ['a kind that is none', rule('{ kind: message.incoming }'), 'shed.yml:4 events[0].kind: is no kind of event (did you mean "message.inbound"?)'],
    ['a field that is none', rule('{ kind: message.outbound, fields: { message: id, autor: { value: agent } } }'), 'shed.yml:4 events[0].fields.autor: is not known here (did you mean "author"?)'],
    ['a field that is missing', rule('{ kind: message.outbound, fields: { message: id } }'), 'shed.yml:4 events[0]: needs the field author'],
    ['a word that is not ours', rule('{ kind: message.outbound, fields: { author: { value: agnet } } }'), 'events[0].fields.author: must be one of agent, bot, automation, campaign, system (did you mean "agent"?)'],
    ['a table with a word that is not ours', rule('{ kind: message.outbound, fields: { author: { path: by, table: { u: human } } } }'), 'events[0].fields.author: has a table with "human"; our words: agent, bot'],
    ['a word that would be read as a path', rule('{ kind: message.outbound, fields: { author: agent } }'), 'reads the field "agent" of the body: for the word itself write {value: agent}'],
    ['words without a table', rule('{ kind: message.outbound, fields: { author: sender.kind } }'), "needs a table from the platform's words to ours"],
    ['a time without unit', `${QUERY}events: [{ kind: note.created, fields: { t: at } }]`, 'events[0].fields.t: is a time: say its unit'],
    ['a path that is none', rule('{ kind: message.inbound, fields: { message: "a b" } }'), 'events[0].fields.message: must be a path: names with dots between them'],
    ['two origins', rule('{ kind: message.inbound, fields: { message: { path: a, value: b } } }'), 'events[0].fields.message: must have exactly one of path, first, value, text, received'],
    ['a condition that ignores all', `${QUERY}events: [{ kind: ignored }]`, 'events[0]: ignores everything'],
    ['text that is no YAML', 'events: [', 'shed.yml:1'],
  ])('%s', (_name, text, expected) => {
    const file = read(text);
    expect('problems' in file ? file.problems.map(inWords).join('\n') : 'accepted').toContain(expected);
  });
});

describe('in the configuration', () => {
  const MAPPING = `${QUERY}events: [{ kind: ignored, when: { a: 1 } }]\n`;
  it('several are on at once, each by its own secret, and take settings like any source', () => {
    const files = { 'replywatch.yml': 'sources:\n  kartly: { mapping: maps/k.yml, has_resolution: true }\n  shed: { mapping: maps/s.yml, key_file: key }\n  attic: { mapping: maps/s.yml }\n', 'maps/k.yml': MAPPING, 'maps/s.yml': MAPPING, key: 'hush\n' };
    const config = load({ env: { KARTLY_KEY: 'one, two' }, files });
    expect(config.sources.filter(({ id }) => id !== 'pigeon')).toEqual([{ id: 'kartly', title: 'kartly', secrets: { key: ['one', 'two'] } }, { id: 'shed', title: 'shed', secrets: { key: ['hush'] } }]);
    expect(config.sourceStates.find(({ id }) => id === 'attic')).toMatchObject({ state: 'off', missing: 'ATTIC_KEY' });
    expect([config.settingsFor('kartly', 'x').hasResolution, config.settingsFor('shed', 'x').hasResolution]).toEqual([true, false]);
  });

  it.each<[string, string, string]>([
    ['a file that is not there', 'kartly: { mapping: none.yml }', 'none.yml cannot be read: it does not exist'],
    ['a file with a mistake, by its own line', 'kartly: { mapping: wrong.yml }', 'wrong.yml:2 events: must be a list of rules'],
    ['the name of a source of the product', 'pigeon: { mapping: right.yml }', 'replywatch.yml:1 sources.pigeon.mapping: belongs to a source of the product'],
    ['a name that is no part of an address', 'My Shop: { mapping: right.yml }', 'needs another name: small letters, digits and -'],
    ['a name whose secret means something else', 'trace: { mapping: right.yml }', 'its secret would be TRACE_KEY, which means something else'],
    ['a source that is enabled and has no secret', 'kartly: { mapping: right.yml, enabled: true }', 'cannot start: set KARTLY_KEY'],
  ])('refuses %s', (_name, section, expected) =>
    expect(problems({ files: { 'replywatch.yml': `sources: { ${section} }\n`, 'right.yml': MAPPING, 'wrong.yml': `${QUERY}events: 7\n` } }).join('\n')).toContain(expected));
});

describe('sources try', () => {
  const around = { receivedAt: NOW, headers: {} };
  it('shows ids and words, lengths instead of what people wrote, and the rules that caught nothing', () => {
    const trial = tryMapping(KARTLY, [fixtures.get('answer')![0]!.toString(), fixtures.get('typing')![0]!.toString()], around);
    expect(trial.events).toMatchObject([{ kind: 'message.outbound', id: 'km_2', t: '2026-06-09T13:00:01.000Z', author: 'automation', text: '(41 characters)', phone: '(11 digits)' }, { author_id: 'u4' }]);
    expect(trial).toMatchObject({ troubles: [], ignored: 1, unknown: [], advice: [], cannot: [] });
    expect(trial.unused.map(({ rule }) => rule)).toEqual([0, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('names the rule and field of what is wrong, and what is lost without the rest', () => {
    const mapping = mappingOf(`${QUERY}every: { conversation: c, t: { path: t, unit: seconds } }\nevents:\n  - { kind: message.outbound, fields: { author: { path: by, table: { u: agent } } } }\n`);
    const trial = tryMapping(mapping, ['{"c":1,"t":1781010000,"by":"u"}', '{"c":1,"t":"soon","by":"u"}', '{"c":1,"t":1781010000,"by":"zz"}', '[', '{"t":1781010000,"by":"u"}'], around);
    expect(trial.events).toHaveLength(1);
    expect(trial.troubles).toEqual([
      { body: 2, rule: 0, field: 't', why: 'is no time in seconds' }, { body: 3, rule: 0, field: 'author', why: 'the table does not have this word' }, { body: 4, why: 'is not one JSON object' },
      { body: 5, rule: 0, field: 'conversation', why: 'is not there' }]);
    expect(trial.advice).toContainEqual('author_id of message.outbound (1 without): the reply counts for no agent');
    expect(trial.cannot).toContainEqual('ratings: no CSAT without survey.answered, unless customers answer in the chat');
  });

  it('warns of one id for two events', () =>
    expect(tryMapping(mappingOf(`${QUERY}every: { t: { received: true } }\nevents: [{ kind: note.created, each: { n: notes }, fields: { id: id } }]`), ['{"id":1,"notes":[1,2]}'], around).troubles)
      .toEqual([{ body: 1, field: 'id', why: 'note.created:1 stands for two events: the second would count as sent again' }]));
});
