import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { random, type Random } from '../../exporter/simulator/random.ts';
import { signedHeaders } from '../../exporter/simulator/sign.ts';
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts';
import { PSEUDONYM_KEY, SECRETS, cleanUp, startExporter, temporaryDirectory, type Exporter } from './exporter.ts';
import { NO_ANSWER, PLANTED, chatwootMessage, deliver, newTally, pause, post, whatsappMessage } from './load.ts';

type Source = 'whatsapp' | 'chatwoot';

let database: FreshDatabase;
let directory: string;
let exporter: Exporter;

beforeAll(async () => {
  database = await freshDatabase('hostile');
  directory = temporaryDirectory();
  exporter = await startExporter({ databaseUrl: database.url, dataDir: directory, logLevel: 'debug' }); // whatever any level writes
});

afterAll(async () => {
  await cleanUp([exporter], [directory]);
  await database.drop();
});

const SOURCES: readonly Source[] = ['whatsapp', 'chatwoot'];
const send = (source: Source, body: string): Promise<number> => post(exporter.webhookPort, `/webhooks/${source}`, signedHeaders({ source, body }, SECRETS, Date.now()), body);
const sample = (source: Source, n: number): string => (source === 'whatsapp' ? whatsappMessage('hostile', n) : chatwootMessage(n)).body;

const DEEP = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
const bodies: readonly (readonly [string, string, readonly number[]])[] = [
  ['nothing', '', [400]],
  ['half of a body', sample('whatsapp', 1).slice(0, 200), [400]],
  ['no JSON', `${PLANTED.text} ${PLANTED.phone}`, [400]],
  ['JSON that is no object', '[1, 2, 3]', [200, 400]],
  ['null', 'null', [200, 400]],
  ['deep nesting', DEEP, [200, 400]],
  ['deep nesting in an object', `{"entry":${DEEP},"event":${DEEP}}`, [200, 400]],
  ['a prototype', `{"__proto__":{"event":"message_created","entry":[{}]},"constructor":{"prototype":{"polluted":true}},"entry":[{"__proto__":{"changes":1}}]}`, [200, 400]],
  ['an event called __proto__', '{"event":"__proto__","object":"__proto__","entry":[{"changes":[{"field":"constructor","value":{"messages":[{"type":"__proto__"}]}}]}]}', [200, 400]],
  ['NUL and half a surrogate', sample('chatwoot', 2).replaceAll('Chat"', '\\u0000\\ud800"').replaceAll(PLANTED.text, `${PLANTED.text}\\u0000\\udc00`), [200]],
];
test.each(SOURCES.flatMap((source) => bodies.map(([name, body, expected]) => [source, name, body, expected] as const)))('%s: signed, but %s', async (source, _name, body, expected) => {
  expect(expected).toContain(await send(source, body));
});

test.each(SOURCES)('%s: wrong and missing signatures are refused', async (source) => {
  const body = sample(source, 3);
  const headers = signedHeaders({ source, body }, SECRETS, Date.now());
  const wrong = signedHeaders({ source, body }, { whatsapp: 'another', chatwoot: 'another' }, Date.now());
  expect(await post(exporter.webhookPort, `/webhooks/${source}`, wrong, body)).toBe(401);
  expect(await post(exporter.webhookPort, `/webhooks/${source}`, { 'content-type': 'application/json' }, body)).toBe(401);
  expect(await post(exporter.webhookPort, `/webhooks/${source}`, headers, `${body} `)).toBe(401);
});

test('5 MB are refused without being read to the end', async () => {
  const body = JSON.stringify({ entry: [], padding: PLANTED.text.repeat(230_000) });
  expect(Buffer.byteLength(body)).toBeGreaterThan(5_000_000);
  for (const source of SOURCES) expect([413, NO_ANSWER]).toContain(await send(source, body)); // a sender that is still writing may see the cut before the answer
});

test('a connection that ends within the body harms nobody', async () => {
  for (let n = 0; n < 20; n++) {
    const socket = connect(exporter.webhookPort, '127.0.0.1');
    socket.on('error', () => undefined);
    await new Promise((resolve) => { socket.write(`POST /webhooks/whatsapp HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n{"entry":"${PLANTED.text}`, resolve); });
    await pause(5);
    socket.destroy();
  }
  expect(await deliver(exporter.webhookPort, whatsappMessage('after-cut', 0), newTally())).toBe(200);
});

test('2,000 seeded random bodies never get a 5xx other than 503', async () => {
  const r = random('hostile bodies');
  const answers = new Map<number, number>();
  const one = async (n: number): Promise<void> => {
    const source = SOURCES[n % 2]!;
    const status = await send(source, n % 10 < 7 ? mutateValues(sample(source, n), r) : mutateText(sample(source, n), r));
    answers.set(status, (answers.get(status) ?? 0) + 1);
  };
  for (let n = 0; n < 2_000; n += 20) await Promise.all(Array.from({ length: 20 }, (_, k) => one(n + k)));
  expect([...answers.keys()].filter((status) => ![200, 400, 503].includes(status))).toEqual([]);
  expect(answers.get(200)).toBeGreaterThan(500);
  expect(answers.get(400)).toBeGreaterThan(100);
});

test('afterwards it takes messages as before, and its log and metrics show nothing of anybody', async () => {
  expect(exporter.alive()).toBe(true);
  for (const message of [whatsappMessage('sane', 0), chatwootMessage(50_000)]) expect(await deliver(exporter.webhookPort, message, newTally())).toBe(200);
  const metrics = await (await fetch(`http://127.0.0.1:${exporter.telemetryPort}/metrics`)).text();
  expect(exporter.output()).toContain('webhook items left out'); // the log is that of the debug level
  for (const planted of [...Object.values(SECRETS), 'planted-verify-token', PSEUDONYM_KEY, ...Object.values(PLANTED)]) {
    expect(exporter.output().includes(planted), `the log holds ${planted}`).toBe(false);
    expect(metrics.includes(planted), `the metrics hold ${planted}`).toBe(false);
  }
});

/** Some values of the body become others: of another type, huge, hostile. */
function mutateValues(body: string, r: Random): string {
  const hostile: readonly unknown[] = [null, true, -1, 1e308, Number.MAX_SAFE_INTEGER, '', '__proto__', '\u0000', '\ud800', '9'.repeat(400), [], {}, [[null]], { length: 1, valueOf: 1 }];
  return JSON.stringify(JSON.parse(body), (key, value: unknown) => (key !== '' && r.chance(0.06) ? structuredClone(r.pick(hostile)) : value)) ?? '';
}

/** Characters are lost, doubled and replaced. */
function mutateText(body: string, r: Random): string {
  let text = body;
  for (let n = 1 + r.int(4); n > 0; n--) {
    const at = r.int(text.length);
    text = `${text.slice(0, at)}${r.pick(['', '{', '"', '\u0000', '\\u', text.slice(at, at + 9), '}]'])}${text.slice(at + 1 + r.int(3))}`;
  }
  return text;
}
