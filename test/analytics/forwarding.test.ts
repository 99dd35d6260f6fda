/** Clicks and conversions on their way to web analytics: a real Postgres, a real receiver that fails now and then. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { ParsedEvent } from '../../exporter/core/event.ts';
import { DEFAULT_SETTINGS } from '../../exporter/core/settings.ts';
import { startForwarding } from '../../exporter/forwarding.ts';
import { createEnricher } from '../../exporter/ingest/enrich.ts';
import type { Loop } from '../../exporter/loop.ts';
import { createStore, type Store } from '../../exporter/store/apply.ts';
import { countingOf } from '../../exporter/workplace.ts';
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts';
import { until as untilIn } from '../support/until.ts';

const KEY = 'k'.repeat(64);
const settingsFor = () => DEFAULT_SETTINGS;
const { enrich } = createEnricher({ key: KEY, settingsFor });

/** The machine may do much else. */
const until = (what: string, ask: () => boolean): Promise<true> => untilIn(what, ask, 50_000);

let database: FreshDatabase;
let pool: Pool;
let store: Store;
let server: Server;
let requests: { readonly url: string; readonly body: { readonly client_id: string; readonly events: readonly { readonly name: string; readonly params: Readonly<Record<string, unknown>> }[] } }[];
let answers: number[];
let results: string[];
let warnings: string[];
let forwarding: Loop | undefined;

beforeAll(async () => {
  database = await freshDatabase('forwarding');
  pool = new Pool({ connectionString: database.url, max: 4 });
  pool.on('error', () => undefined);
  store = createStore({ url: database.url, pool, settingsFor, counting: countingOf(), now: Date.now });
  server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => { text += part; }).on('end', () => {
      const status = answers.shift() ?? 204;
      if (status < 300) requests.push({ url: request.url ?? '', body: JSON.parse(text) as never }); // looked at below
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
});
beforeEach(async () => {
  [requests, answers, results, warnings] = [[], [], [], []];
  await pool.query('delete from replywatch.event; delete from replywatch.forwarded_event');
});
afterEach(async () => {
  await forwarding?.stop();
  forwarding = undefined;
});
afterAll(async () => {
  await new Promise((resolve) => { server.close(resolve); });
  await store.close();
  await pool.end();
  await database.drop();
});

function start(): void {
  forwarding = startForwarding({
    pool, key: KEY, now: Date.now, everyMs: 20, target: { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, measurementId: 'G-TEAPOT1234', apiSecret: 'sugar & tongs' },
    metrics: { analytics: (result) => void results.push(result) }, log: { debug: () => undefined, warn: (_fields: object, message?: string) => void warnings.push(message ?? '') },
  });
}

const base = (id: string, ago = 1_000) => ({ id, source: 'shopify', channel: 'other', inbox: 'shop', t: Date.now() - ago, receivedAt: Date.now(), contact: 'u1' }) as const;
const order = (id: string, ago?: number): ParsedEvent => ({ ...base(id, ago), kind: 'conversion.recorded', order: id, value: 10, currency: 'EUR' });
const click = (id: string, more: object = {}): ParsedEvent => ({ ...base(id), kind: 'link.clicked', link: 'tea', ...more });
const put = (...events: ParsedEvent[]) => store.apply(events.map((event) => enrich(event)!));
const names = (): readonly string[] => requests.flatMap(({ body }) => body.events.map(({ name }) => name)).sort();

it('tells of conversions and clicks of people, once, to the property it was given', async () => {
  await put(order('o1'), click('k1'), click('k2', { automated: true }), { ...base('n1'), kind: 'note.created', conversation: 'c1' });
  start();
  await until('both are there', () => requests.length === 2);
  await put(order('o2'));
  await until('the next one too', () => requests.length === 3);
  expect(names()).toEqual(['chat_link_click', 'purchase', 'purchase']);
  expect(new Set(requests.map(({ url }) => url))).toEqual(new Set(['/mp/collect?measurement_id=G-TEAPOT1234&api_secret=sugar+%26+tongs']));
  expect(new Set(requests.map(({ body }) => body.client_id)).size).toBe(1);
});

it('tries again what was not taken, and goes on after a restart where it was', async () => {
  answers = [503, 503, 429, 503];
  await put(order('o1'), order('o2'), order('o3'));
  start();
  await until('all three are marked', () => results.filter((result) => result === 'sent').length === 3); // cut before, one would rightly be told again
  await forwarding!.stop();
  expect(results.filter((result) => result === 'failed').length).toBeGreaterThan(0);
  expect(warnings).toHaveLength(1);
  start();
  await put(order('o4'));
  await until('only the new one follows', () => requests.length === 4);
  expect(new Set(requests.map(({ body }) => body.events[0]!.params['transaction_id'])).size).toBe(4);
});

it('gives up what is never taken, and leaves history and what is too old alone', async () => {
  answers = [400];
  await put(order('bad'));
  start();
  await until('it is refused', () => results.includes('refused'));
  await put(order('old', 73 * 3_600_000));
  await pool.query('update replywatch.event set imported = true');
  await put(order('old2', 73 * 3_600_000), order('new'));
  await until('the new one arrives', () => requests.length === 1);
  expect(names()).toEqual(['purchase']);
});

it('knows whose click it is by the message, and joined customers as one', async () => {
  await put({ ...base('m1'), kind: 'message.outbound', conversation: 'c1', message: 'm1', content: 'text', author: 'campaign', campaign: 'spring' }, order('o1'));
  const stray = { id: 'k1', source: 'shopify', channel: 'other', inbox: 'shop', t: Date.now(), receivedAt: Date.now(), kind: 'link.clicked', link: 'tea', message: 'm1' } as const;
  await put(stray, { ...order('o2'), contact: 'u2' });
  const [u1, u2] = ['u1', 'u2'].map((contact) => enrich({ ...order('x'), contact })!.contact);
  await pool.query('insert into replywatch.contact_alias (contact, root) values ($1, $2)', [u2, u1]);
  start();
  await until('all three arrive', () => requests.length === 3);
  expect(new Set(requests.map(({ body }) => body.client_id)).size).toBe(1);
});
