import { connect, type Socket } from 'node:net';
import pg, { escapeIdentifier } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { secretVariable } from '../../exporter/config/variables.ts';
import { SOURCES } from '../../exporter/sources/index.ts';
import { KITS, fixturesOf } from '../sources/kits.ts';
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts';
import { EVENTS_TOKEN, PSEUDONYM_KEY, SECRETS, VERIFY_TOKEN, cleanUp, startExporter, temporaryDirectory, type Exporter } from './exporter.ts';
import { metricsOf, refusals } from './figures.ts';
import { damaged, planted } from './hostile-bodies.ts';
import { NO_ANSWER, NOT_THERE, PLANTED, chatwootMessage, deliver, exchange, newTally, pause, whatsappMessage } from './load.ts';

/** Change it to look elsewhere; with a source and a number it names one body. */
const SEED = 'hostile bodies 1';
const BODIES = 100_000;
const EVENTS_SHARE = 0.2;
const MB = 1_000_000;

const ids = SOURCES.map((source) => source.id);
const kitSecrets = SOURCES.flatMap(({ id, secrets }) => Object.entries(KITS[id]!.secrets)
  .map(([name, values]) => ({ variable: secretVariable(id, name), values, anyText: secrets.find((secret) => secret.name === name)?.form === undefined })));
/** Every answer, each text once. */
const answers = new Set<string>();
let database: FreshDatabase;
let directory: string;
let exporter: Exporter;

beforeAll(async () => {
  database = await freshDatabase('hostile');
  directory = temporaryDirectory();
  // The debug level, so that whatever any level writes is seen; each source with the secrets its kit signs with, next to those of the simulator where any text may be one.
  const env = Object.fromEntries(kitSecrets.map(({ variable, values, anyText }) => [variable, [...values, ...(anyText ? [...Object.values(SECRETS), VERIFY_TOKEN] : [])].join(',')]));
  exporter = await startExporter({ databaseUrl: database.url, dataDir: directory, logLevel: 'debug', env });
});

afterAll(async () => {
  await cleanUp([exporter], [directory]);
  await database.drop();
});

async function answered(path: string, headers: Readonly<Record<string, string>>, body: string | Uint8Array): Promise<number> {
  const { status, text } = await exchange(exporter.webhookPort, path, headers, body);
  answers.add(text);
  return status;
}

function send(id: string, body: string): Promise<number> {
  const { url, headers } = KITS[id]!.signed(Buffer.from(body), Date.now());
  return answered(url, { 'content-type': 'application/json', ...headers as Record<string, string> }, body); // kits set each header once
}

const sendEvents = (body: string, token = EVENTS_TOKEN, type = 'application/json'): Promise<number> => answered('/v1/events', { 'content-type': type, authorization: `Bearer ${token}` }, body);

const recorded = (id: string): readonly string[] => [...fixturesOf(id).values()].flat().map((body) => planted(body.toString()));

const DEEP = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
const message = whatsappMessage('hostile', 1).body;
const bodies: readonly (readonly [string, string, readonly number[]])[] = [
  ['nothing', '', [400]],
  ['half of a body', message.slice(0, 200), [400]],
  ['no JSON', `${PLANTED.text} ${PLANTED.phone}`, [400]],
  ['JSON that is no object', '[1, 2, 3]', [200, 400]],
  ['null', 'null', [200, 400]],
  ['deep nesting', DEEP, [200, 400]],
  ['deep nesting in an object', `{"entry":${DEEP},"event":${DEEP}}`, [200, 400]],
  ['a prototype', `{"__proto__":{"event":"message_created","entry":[{}]},"constructor":{"prototype":{"polluted":true}},"entry":[{"__proto__":{"changes":1}}]}`, [200, 400]],
  ['words called __proto__', '{"event":"__proto__","object":"__proto__","entry":[{"changes":[{"field":"constructor","value":{"messages":[{"type":"__proto__"}]}}]}]}', [200, 400]],
];
test.each(ids.flatMap((id) => bodies.map(([name, body, expected]) => [id, name, body, KITS[id]!.takesAnyFormat ? [200, ...expected] : expected] as const)))('%s: signed, but %s', async (id, _name, body, expected) => {
  expect(expected).toContain(await send(id, body));
});

test('NUL and halves of surrogates in names and texts are taken', async () => {
  expect(await send('chatwoot', chatwootMessage(2).body.replaceAll('Chat"', '\\u0000\\ud800"').replaceAll(PLANTED.text, `${PLANTED.text}\\u0000\\udc00`))).toBe(200);
});

test.each(ids)('%s: wrong and missing signatures are refused', async (id) => {
  const body = recorded(id)[0]!;
  // Some show their key in the address, so that it is signed as much as the headers are.
  const signed = (secret?: string) => KITS[id]!.signed(Buffer.from(body), Date.now(), secret) as { readonly url: string; readonly headers: Record<string, string> };
  const [genuine, foreign] = [signed(), signed('another')];
  expect(await answered(foreign.url, foreign.headers, body)).toBe(401);
  expect(await answered(`/webhooks/${id}`, { 'content-type': 'application/json' }, body)).toBe(401);
  expect(await answered(genuine.url, genuine.headers, `${body} `)).toBe(KITS[id]!.signsBody === false ? 200 : 401);
  expect(await answered(`/webhooks/${id}`, Object.fromEntries(Object.keys(genuine.headers).map((name) => [name, '\u00ff'.repeat(500)])), body)).toBe(401);
});

test('3 MB, the most that Meta sends, are taken; 10 MB are refused without being read to the end', async () => {
  const sized = (size: number): string => message.replace(PLANTED.text, PLANTED.text.repeat(Math.ceil(size / PLANTED.text.length)));
  expect(await send('whatsapp', sized(3 * MB))).toBe(200);
  const refused = [413, NO_ANSWER, NOT_THERE]; // who still writes may see the cut before the answer, on a new connection too
  for (const id of ids) expect(refused).toContain(await send(id, sized(10 * MB)));
  expect(refused).toContain(await sendEvents(`[${'0,'.repeat(6 * MB)}0]`));
});

test('events of anybody: what is no event is refused by its index, what is too much as a whole, and never more than that', async () => {
  const event = { id: 'e1', kind: 'message.inbound', t: new Date().toISOString(), conversation: `${PLANTED.phone}07`, contact: PLANTED.email, phone: PLANTED.phone, text: PLANTED.text };
  expect(await sendEvents(JSON.stringify(event), 'another-token')).toBe(401);
  expect(await answered('/v1/events', { 'content-type': 'application/json' }, JSON.stringify(event))).toBe(401);
  for (const body of ['', 'null', '7', '"text"', '{', `${PLANTED.text}`, '[1,2', '\u0000']) expect(await sendEvents(body)).toBe(400);
  const odd: readonly object[] = [
    { ...event, t: 1e308 }, { ...event, t: -1 }, { ...event, t: '2026-02-31T25:00:00Z' }, { ...event, seq: 1e300 }, { ...event, id: Number.MAX_SAFE_INTEGER + 2 }, { ...event, id: '' }, { ...event, inbox: {} },
    { ...event, kind: '__proto__' }, { ...event, kind: PLANTED.text }, { ...event, [PLANTED.text]: PLANTED.text }, { ...event, source: PLANTED.email }, { ...event, channel: PLANTED.phone },
    { id: 's', kind: 'survey.answered', t: event.t, survey: 's', score: 1e308 }, { id: 'c', kind: 'conversion.recorded', t: event.t, order: PLANTED.email, value: -1e308, currency: 'x'.repeat(200) },
  ];
  for (const body of odd) expect(await sendEvents(JSON.stringify(body))).toBe(200);
  for (const text of ['\\u0000', '\\ud800', '\\udc00\\ud800']) expect(await sendEvents(JSON.stringify({ ...event, id: 'MARK', inbox: 'MARK', text: 'MARK', conversation: 'MARK' }).replaceAll('MARK', `a${text}b`))).toBe(200);
  expect(await sendEvents(`{"__proto__":{"kind":"message.inbound"},"kind":"note.created"}`)).toBe(200);
  expect([200, 400]).toContain(await sendEvents(DEEP));
  expect([200, 400]).toContain(await sendEvents(`[{"kind":"note.created","id":${DEEP}}]`));
  expect(await sendEvents(`${PLANTED.text}\n{"kind":1}\n\u0000\n[[[\n${JSON.stringify(event)}\n`.repeat(2_000), EVENTS_TOKEN, 'application/x-ndjson')).toBe(200);
  const huge = await Promise.all([`[${'0,'.repeat(4 * MB)}0]`, '0\n'.repeat(4 * MB), `[${'{},'.repeat(3 * MB)}{}]`].map((body, n) => sendEvents(body, EVENTS_TOKEN, n === 1 ? 'application/x-ndjson' : 'application/json')));
  expect(huge).toEqual([413, 413, 413]);
});

test('connections that end within the body, or never end, harm nobody', async () => {
  const start = performance.now();
  const sockets = Array.from({ length: 300 }, (_, n) => {
    const socket = connect(exporter.webhookPort, '127.0.0.1');
    socket.on('error', () => undefined).on('data', (chunk: Buffer) => answers.add(chunk.toString()));
    const head = `POST /webhooks/whatsapp HTTP/1.1\r\nHost: x\r\nX-Name: ${PLANTED.name}\r\n`;
    socket.write(n % 3 === 0 ? head : `${head}Content-Length: 5000\r\n\r\n{"entry":"${PLANTED.text}`);
    return socket;
  });
  const [cut, slow] = [sockets.filter((_, n) => n % 3 === 2), sockets.filter((_, n) => n % 3 !== 2)];
  const ended = Promise.all(slow.map((socket) => new Promise<void>((resolve) => { socket.once('close', resolve); })));
  const drip = setInterval(() => { for (const socket of slow) drop(socket); }, 250);
  await pause(500);
  for (const socket of cut) socket.destroy();
  const asked = performance.now();
  expect(await deliver(exporter.webhookPort, whatsappMessage('beside-slow', 0), newTally())).toBe(200);
  expect(performance.now() - asked).toBeLessThan(1_000);
  await ended; // the server's doing: nobody here hangs up
  clearInterval(drip);
  expect(performance.now() - start).toBeLessThan(15_000);
}, 30_000);

const drop = (socket: Socket): void => { if (socket.writable) socket.write('a'); };

test(`${BODIES.toLocaleString('en')} damaged bodies, seed "${SEED}": each is taken or refused for good`, async () => {
  const begun = performance.now();
  const counts = new Map<string, number>();
  const shared = Math.round((BODIES * (1 - EVENTS_SHARE)) / ids.length);
  for (const id of ids) {
    const valid = recorded(id);
    await inParallel(shared, async (n) => count(counts, id, n, await send(id, damaged(`${SEED} ${id}`, n, valid))));
  }
  const valid = EVENTS.map((event) => JSON.stringify(event));
  await inParallel(BODIES - shared * ids.length, async (n) => {
    const one = damaged(`${SEED} events`, n, valid);
    const two = damaged(`${SEED} more events`, n, valid);
    const [body, type] = n % 3 === 0 ? [one, 'application/json'] as const : n % 3 === 1 ? [`[${one},${two}]`, 'application/json'] as const : [`${one}\n${two}\n`, 'application/x-ndjson'] as const;
    count(counts, 'events', n, await sendEvents(body, EVENTS_TOKEN, type));
  });
  // Hardly anything is no form, so that a damaged one is mostly read.
  for (const name of [...ids, 'events']) for (const status of [200, 400]) expect(counts.get(`${name} ${status}`), `${name} ${status}`).toBeGreaterThan(shared / 40);
  console.log(`fuzzing over HTTP, seed "${SEED}": ${BODIES} bodies in ${Math.round((performance.now() - begun) / 1000)} s, ${JSON.stringify(Object.fromEntries(counts))}`);
}, 600_000);

function count(counts: Map<string, number>, name: string, n: number, status: number): void {
  if (status !== 200 && status !== 400) throw new Error(`seed "${SEED}", body ${n} of ${name}: ${status}`);
  counts.set(`${name} ${status}`, (counts.get(`${name} ${status}`) ?? 0) + 1);
}

async function inParallel(total: number, one: (n: number) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(Array.from({ length: 48 }, async () => { while (next < total) await one(next++); }));
}

const ENVELOPE = { t: '2026-06-09T12:00:00Z', conversation: `${PLANTED.phone}07`, contact: PLANTED.email, inbox: 'support', channel: 'whatsapp' };
const EVENTS: readonly object[] = [
  { ...ENVELOPE, id: 'm1', kind: 'message.inbound', phone: `+${PLANTED.phone}07`, text: PLANTED.text, language: 'de' },
  { ...ENVELOPE, id: 'm2', kind: 'message.outbound', author: 'agent', author_id: PLANTED.email, text: PLANTED.text, template: { name: 'welcome', category: 'utility' } },
  { ...ENVELOPE, id: 'm3', kind: 'message.status', message: 'm2', status: 'read', pricing: { category: 'service', billable: false } },
  { ...ENVELOPE, id: 'm4', kind: 'conversation.assigned', to_type: 'agent', to_id: PLANTED.email },
  { ...ENVELOPE, id: 'm5', kind: 'conversation.resolved', by: 'agent', reason: 'done' },
  { ...ENVELOPE, id: 'm6', kind: 'survey.answered', survey: 's1', type: 'csat', score: 4 },
  { ...ENVELOPE, id: 'm7', kind: 'conversion.recorded', order: PLANTED.phone, value: 12.5, currency: 'EUR' },
  { ...ENVELOPE, id: 'm8', kind: 'contact.merged', from: PLANTED.phone, into: PLANTED.email },
];

test('afterwards it takes messages as before; nothing was refused for a mistake of ours, and no log, label, answer or row shows anybody', async () => {
  expect(exporter.alive()).toBe(true);
  const tally = newTally();
  for (const each of [whatsappMessage('sane', 0), chatwootMessage(50_000)]) expect(await deliver(exporter.webhookPort, each, tally)).toBe(200);
  for (const id of ids) expect(await refusals(exporter, id)).toEqual({});
  await answered(`/webhooks/whatsapp?hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=${PLANTED.text}`, {}, '');
  const log = exporter.output();
  expect(log).toContain('webhook items left out'); // it is that of the debug level
  const metrics = await metricsOf(exporter);
  const rows = await everyRow();
  expect(rows).toContain('message.inbound');
  const secrets = [...Object.values(SECRETS), VERIFY_TOKEN, EVENTS_TOKEN, PSEUDONYM_KEY, ...kitSecrets.flatMap(({ values }) => values), ...Object.values(PLANTED)];
  for (const [where, text] of Object.entries({ log, metrics, rows, answers: [...answers].join('\n') })) {
    expect(secrets.filter((secret) => text.includes(secret)), `the ${where} hold`).toEqual([]);
  }
}, 120_000);

/** Everything in the database, as text. */
async function everyRow(): Promise<string> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>("select tables.table_name as name from information_schema.tables as tables where tables.table_schema = 'replywatch' and tables.table_type = 'BASE TABLE'");
    const texts: string[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ text: string }>(`select each::text as text from replywatch.${escapeIdentifier(name)} as each`);
      texts.push(...rows.map((row) => row.text));
    }
    return texts.join('\n');
  } finally {
    await client.end();
  }
}
