import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listen, type Listening } from '../../exporter/http/server.ts';
import { createWebhookApp } from '../../exporter/http/webhook-server.ts';
import { createEventsAccess } from '../../exporter/ingest/access.ts';
import { createClicks } from '../../exporter/ingest/clicks.ts';
import { createIdentities, type Identities } from '../../exporter/ingest/identity.ts';
import { createCommitter } from '../../exporter/ingest/committer.ts';
import { createPipeline } from '../../exporter/ingest/pipeline.ts';
import { createSpool, type Spool } from '../../exporter/ingest/spool.ts';
import { sign, STANDARD_WEBHOOKS } from '../../exporter/sources/signature.ts';
import { sourceById } from '../../exporter/sources/index.ts';
import { enricher, MemoryLog, sqlError } from '../ingest/doubles.ts';
import { KITS } from '../sources/kits.ts';
import { until } from '../support/until.ts';

const WHSEC = `whsec_${Buffer.from('teapot-teapot-teapot-teapot').toString('base64')}`;
const TOKEN = 'tea-tray';
let directory: string;
let store: MemoryLog;
let spool: Spool;
let server: Listening;
let reasons: string[];
let errors: unknown[];
let stopping: boolean;

async function start(access: Parameters<typeof createEventsAccess>[0] = { tokens: [TOKEN, 'older'], secrets: [WHSEC] }, maxPending = 1_000, identities?: Identities): Promise<void> {
  const metrics = { webhook: (source: string, reason: string) => void reasons.push(`${source} ${reason}`), leftOut: () => {}, note: () => {} };
  const committer = createCommitter({ store, maxPending });
  spool = createSpool({ directory, committer, holdMs: 30, retryMs: 10 });
  const sources = ['whatsapp', 'chatwoot', 'twilio', 'rasa'].map((id) => ({ adapter: sourceById(id)!, secrets: KITS[id]!.secrets }));
  const log = { debug: () => {}, error: (fields: object) => void errors.push(fields) };
  const pipeline = createPipeline({ sources, enricher, committer, spool, metrics, log, patienceMs: 30, ...(identities && { identities }) });
  server = await listen(createWebhookApp({ pipeline, metrics, now: Date.now, follow: clicksOf(committer), stopping: () => stopping, eventsAccess: createEventsAccess(access) }), '127.0.0.1', 0);
}

const clicksOf = (committer: ReturnType<typeof createCommitter>) => createClicks({
  key: 'k'.repeat(64), targets: new Map([['tea', { url: 'https://shop.example.com/tea', utm: {} }]]), now: Date.now, onResult: (result) => void reasons.push(`link ${result}`),
  record: (click) => void committer.submit([click], [], () => undefined),
});

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'http-'));
  store = new MemoryLog();
  reasons = [];
  errors = [];
  stopping = false;
});
afterEach(async () => {
  await server.close(100);
  await spool.stop();
  rmSync(directory, { recursive: true, force: true });
});

const url = (path: string): string => `http://127.0.0.1:${server.port}${path}`;
const text = (content = 'hello', id = 'wamid.A'): string => JSON.stringify({
  object: 'whatsapp_business_account', entry: [{ id: '9', changes: [{ field: 'messages', value: {
    messaging_product: 'whatsapp', metadata: { display_phone_number: '15550001111', phone_number_id: '1055' },
    contacts: [{ wa_id: '34600111222', profile: { name: 'Rosa' } }],
    messages: [{ from: '34600111222', id, timestamp: String(Math.floor(Date.now() / 1000)), type: 'text', text: { body: content } }],
  } }] }],
});
const send = (body: string, headers = KITS['whatsapp']!.signed(Buffer.from(body), Date.now()).headers, path = '/webhooks/whatsapp'): Promise<Response> =>
  fetch(url(path), { method: 'POST', body, headers: headers as Record<string, string> });

describe('webhooks', () => {
  beforeEach(() => start());

  it('stores a valid one and takes a redelivery', async () => {
    const [first, again] = [await send(text()), await send(text())];
    expect([first.status, again.status]).toEqual([200, 200]);
    expect(await first.text()).toBe('ok\n');
    expect(first.headers.get('x-powered-by')).toBeNull();
    expect(store.events.size).toBe(1);
    expect(JSON.stringify([...store.events.values()])).not.toMatch(/hello|34600111222|Rosa|wamid/);
    expect(reasons).toEqual(['whatsapp stored', 'whatsapp stored']);
  });

  it('answers with nothing that the provider would pass on to the customer', async () => {
    const form = 'MessageSid=SM1&From=%2B447700900123&To=%2B15005550006&Body=hello&SmsStatus=received';
    const { url: path, headers } = KITS['twilio']!.signed(Buffer.from(form), Date.now());
    const answer = await send(form, { ...headers, 'content-type': 'application/x-www-form-urlencoded' }, path);
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([200, 'text/xml', '<Response/>']);
    expect(store.events.size).toBe(1);
  });

  it.each([
    ['a wrong signature', 401, 'invalid', text(), { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }],
    ['no signature', 401, 'missing', text(), {}],
    ['a truncated body', 400, 'unreadable', text().slice(0, 80), undefined],
    ['an empty body', 400, 'unreadable', '', undefined],
    ['a kind it does not know', 200, 'ignored', JSON.stringify(KITS['whatsapp']!.unknown), undefined],
    ['one whose only item cannot be read', 200, 'malformed', text().replace('"id":"wamid.A",', ''), undefined],
    ['a body that is too large', 413, 'too_large', 'x'.repeat(4_194_305), undefined],
  ])('answers %s with %i', async (_, status, reason, body, headers) => {
    const response = await send(body, headers);
    expect(response.status).toBe(status);
    expect(reasons).toEqual([`whatsapp ${reason}`]);
    expect(store.events.size).toBe(0);
  });

  it.each(['/webhooks/nobody', '/webhooks/toString', '/webhooks', '/'])('knows nothing at %s', async (path) => {
    expect((await send(text(), undefined, path)).status).toBe(404);
  });

  it('does not fail on an address that cannot be decoded', async () => {
    expect((await send(text(), undefined, '/webhooks/%E0%A4%A')).status).toBe(400);
  });

  it('answers 503 when the database is away, for a provider that sends again', async () => {
    store.away = true;
    expect((await send(text())).status).toBe(503);
    expect(reasons).toEqual(['whatsapp store_down']);
  });

  it.each([
    ['the database is away', () => { store.away = true; }],
    ['a transaction fails for an unknown reason', () => { store.refuses = () => new TypeError('a mistake'); }],
  ])('spools for a provider that does not send again when %s', async (_, fail) => {
    fail();
    const body = JSON.stringify({
      event: 'message_created', id: 7, content: 'hello', message_type: 'incoming', content_type: 'text', private: false, created_at: new Date().toISOString(),
      sender: { id: 3, name: 'Rosa', type: 'contact' }, account: { id: 1 }, inbox: { id: 2, name: 'Site' },
      conversation: { id: 11, inbox_id: 2, status: 'open', channel: 'Channel::WebWidget', created_at: 1, contact_inbox: { contact_id: 3 }, messages: [] },
    });
    const response = await send(body, KITS['chatwoot']!.signed(Buffer.from(body), Date.now()).headers, '/webhooks/chatwoot');
    expect([response.status, reasons]).toEqual([200, ['chatwoot spooled']]);
    expect(spool.size()).toBeGreaterThan(0);
    store.away = false;
    store.refuses = () => undefined;
    await expect.poll(() => store.events.size).toBeGreaterThan(0);
  });

  it.each([
    ['hangs', () => { let open = (): void => undefined; store.gate = new Promise((resolve) => { open = resolve; }); return open; }],
    ['is away', () => { store.away = true; return () => { store.away = false; }; }],
  ])('keeps no customer of a bot waiting while the database %s', async (_, fail) => {
    const recover = fail();
    const body = JSON.stringify({ sender_id: 'c1', event: 'bot', timestamp: Date.now() / 1000, text: 'hello' });
    const answer = await send(body, KITS['rasa']!.signed(Buffer.from(body), Date.now()).headers, '/webhooks/rasa');
    expect([answer.status, await answer.json(), reasons]).toEqual([200, { events: [], responses: [] }, ['rasa spooled']]);
    expect(spool.size()).toBe(1);
    recover();
    await until('the spool is empty', () => spool.size() === 0);
    expect(store.events.size).toBe(1);
    expect(reasons).toEqual(['rasa spooled']);
  });

  it('turns away what comes while the process stops', async () => {
    stopping = true;
    expect((await send(text())).status).toBe(503);
    expect(reasons).toEqual(['whatsapp stopping']);
  });

  it('takes a poison event without failing', async () => {
    store.refuses = () => sqlError('22P05');
    expect((await send(text())).status).toBe(200);
    expect(store.rejected).toEqual([{ source: 'whatsapp', kind: 'message.inbound' }]);
  });

  it('hides what went wrong', async () => {
    store.refuses = () => new TypeError('secret detail');
    const response = await send(text());
    expect([response.status, (await response.text()).includes('secret')]).toEqual([503, false]);
    expect(reasons).toEqual(['whatsapp unexpected']);
  });

  it.each([['shelf', 200, '4711'], ['wrong', 403, 'handshake refused\n']])('answers a handshake with token %s', async (token, status, answer) => {
    const response = await fetch(url(`/webhooks/whatsapp?hub.mode=subscribe&hub.verify_token=${token}&hub.challenge=4711`));
    expect([response.status, await response.text()]).toEqual([status, answer]);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
  });

  it('counts a sender that goes away', async () => {
    const socket = connect(server.port, '127.0.0.1');
    socket.write('POST /webhooks/whatsapp HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf');
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    await expect.poll(() => reasons).toEqual(['whatsapp aborted']);
  });
});

it('answers 503 when too much waits', async () => {
  await start(undefined, 1);
  let open = (): void => {};
  store.gate = new Promise((resolve) => { open = resolve; });
  const first = send(text());
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect((await send(text('more', 'wamid.B'))).status).toBe(503);
  open();
  expect((await first).status).toBe(200);
  expect(reasons).toEqual(['whatsapp queue_full', 'whatsapp stored']);
});

it.each([['GET', 'counted'], ['HEAD', 'automated']])('leads %s of a tracked link on, and to nowhere that is not ours', async (method, result) => {
  await start();
  const answer = await fetch(url('/l/tea'), { method, redirect: 'manual', headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' } });
  expect([answer.status, answer.headers.get('location'), answer.headers.get('cache-control')]).toEqual([302, 'https://shop.example.com/tea?utm_source=chat&utm_medium=chat', 'no-store']);
  await expect.poll(() => [...store.events.values()].map(({ kind, source }) => `${source} ${kind}`), { timeout: 30_000 }).toEqual(['links link.clicked']);
  for (const path of ['/l/coffee', '/l/', '/l', '/l/https:%2F%2Fevil.example.com', '/l/tea/more']) expect((await fetch(url(path), { method, redirect: 'manual' })).status).toBe(404);
  expect(reasons.filter((reason) => !reason.endsWith('unknown'))).toEqual([`link ${result}`]);
});

it('says once that a customer of one source is one of another, when both give the same number', async () => {
  await start(undefined, undefined, createIdentities({ key: 'k'.repeat(64) }));
  expect([(await send(text())).status, (await send(text('more', 'wamid.B'))).status]).toEqual([200, 200]);
  const order = { id: 'o1', t: new Date().toISOString(), kind: 'conversion.recorded', order: 'o1', contact: 'b7', phone: '+34 600 111 222' };
  const answer = await fetch(url('/v1/events'), { method: 'POST', body: JSON.stringify(order), headers: { authorization: `Bearer ${TOKEN}` } });
  expect(await answer.json()).toEqual({ accepted: 1, duplicate: 0, rejected: [] });
  const joined = () => [...store.events.values()].flatMap((event) => (event.kind === 'contact.merged' ? [event] : []));
  await expect.poll(joined, { timeout: 30_000 }).toHaveLength(2);
  expect(new Set(joined().map(({ from }) => from)).size).toBe(1);
  expect(new Set(joined().map(({ into }) => into)).size).toBe(2);
  expect(store.events.size).toBe(5);
});

describe('canonical events', () => {
  const item = (id: string, more: object = {}): object => ({ id, t: new Date().toISOString(), kind: 'message.inbound', conversation: 'c1', ...more });
  const sendEvents = (body: string, headers: Record<string, string> = { authorization: `Bearer ${TOKEN}` }): Promise<Response> =>
    fetch(url('/v1/events'), { method: 'POST', body, headers });

  it('counts what is new, known and wrong, without quoting it', async () => {
    await start();
    const body = JSON.stringify([item('1'), item('2'), item('1'), item('3', { content: 'carrier pigeon' }), 7, item('4', { surprise: 1 })]);
    const response = await sendEvents(body);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ accepted: 2, duplicate: 1, rejected: [
      { index: 3, reason: 'content: is not one of its words' }, { index: 4, reason: 'is not an object' }, { index: 5, reason: 'has a field this kind does not have' },
    ] });
    expect(store.rejected).toHaveLength(3);
  });

  it('says which event the database refused', async () => {
    await start();
    store.refuses = (event) => (event.kind === 'message.inbound' && event.content === 'image' ? sqlError('22P02') : undefined);
    const response = await sendEvents(JSON.stringify([item('1'), item('2', { content: 'image' })]));
    expect(await response.json()).toEqual({ accepted: 1, duplicate: 0, rejected: [{ index: 1, reason: 'refused by the database' }] });
  });

  const signedHeaders = (at: number, body: string): Record<string, string> => {
    const parts = { id: 'msg_1', timestamp: String(Math.floor(at / 1000)) };
    return { 'webhook-id': parts.id, 'webhook-timestamp': parts.timestamp, 'webhook-signature': `v1,${sign(STANDARD_WEBHOOKS, WHSEC, { ...parts, body })}` };
  };
  it.each<[string, number, (body: string) => Record<string, string>]>([
    ['a token', 200, () => ({ authorization: `Bearer ${TOKEN}` })],
    ['the other token of a rotation', 200, () => ({ authorization: 'bearer older' })],
    ['a wrong token', 401, () => ({ authorization: 'Bearer tea-trays' })],
    ['nothing', 401, () => ({})],
    ['a signature', 200, (body) => signedHeaders(Date.now(), body)],
    ['an old signature', 401, (body) => signedHeaders(Date.now() - 600_000, body)],
    ['a signature of something else', 401, () => signedHeaders(Date.now(), 'else')],
  ])('answers %s with %i', async (_, status, headers) => {
    await start();
    const body = JSON.stringify(item('1'));
    expect((await sendEvents(body, headers(body))).status).toBe(status);
    expect(store.events.size).toBe(status === 200 ? 1 : 0);
  });

  it('takes CloudEvents from a sender that shows its token in the address, after their handshake', async () => {
    await start();
    const asked = await fetch(url('/v1/events'), { method: 'OPTIONS', headers: { 'webhook-request-origin': 'eventgrid.example.com' } });
    expect([asked.status, asked.headers.get('webhook-allowed-origin'), asked.headers.get('webhook-allowed-rate')]).toEqual([200, 'eventgrid.example.com', '*']);
    const headers = { 'content-type': 'application/json', 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/desk', 'ce-type': 'message.inbound' };
    const sent = (token: string): Promise<Response> => fetch(url(`/v1/events?access_token=${token}`), { method: 'POST', body: '{"conversation":"c1"}', headers });
    expect((await sent('tea-trays')).status).toBe(401);
    expect(await (await sent(TOKEN)).json()).toEqual({ accepted: 1, duplicate: 0, rejected: [] });
  });

  it('is closed without a token and says how to open it', async () => {
    await start({ tokens: [] });
    const response = await sendEvents('[]');
    expect([response.status, await response.json()]).toEqual([403, { error: 'closed: set EVENTS_TOKEN or EVENTS_SECRET to open it' }]);
  });

  it.each([['not JSON', 400, '{"a":'], ['a number', 400, '7'], ['nothing to do', 200, '[]'], ['too much', 413, ' '.repeat(10_485_761)], ['too many', 413, `[${'0,'.repeat(50_000)}0]`]])('answers %s with %i', async (_, status, body) => {
    await start();
    expect((await sendEvents(body)).status).toBe(status);
  });

  it('answers 503 when the database is away', async () => {
    await start();
    store.away = true;
    expect((await sendEvents(JSON.stringify(item('1')))).status).toBe(503);
  });
});
