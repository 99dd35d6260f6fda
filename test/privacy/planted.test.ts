/** Texts, names, numbers and addresses are planted in every way in and looked for everywhere something stays. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Client, escapeIdentifier, Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startOtlpReceiver, type OtlpReceiver } from '../support/otlp.ts';
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { chatwoot, send, sendEvents, whatsapp, type Person } from './bodies.ts';
import { startPrivateExporter, type PrivateExporter } from './exporter.ts';

/** Words nobody else writes, so that finding one means that it leaked. */
const WORDS = { text: 'xylotenkamarmelad', agentText: 'quorvandelbrimstoe', name: 'Zebulonia', surname: 'Quattrovento', email: 'zq.planted@teapot.example', phone: '447700900987', events: 'vimpoldagrenthus', bad: 'krozzelmundat' };
const PERSON: Person = { number: WORDS.phone, name: `${WORDS.name} ${WORDS.surname}`, email: WORDS.email };
const PLANTED: readonly string[] = [...Object.values(WORDS), '7700900987', '+44 7700 900987'];
const angry = `أنا غاضب جدا، خدمة سيئة ومنتج معطل ${WORDS.text}`;

let database: FreshDatabase;
let receiver: OtlpReceiver;
let exporter: PrivateExporter;
let pool: Pool;
const answers: string[] = [];

beforeAll(async () => {
  database = await freshDatabase('privacy');
  receiver = await startOtlpReceiver();
  exporter = await startPrivateExporter({ databaseUrl: database.url, env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: receiver.url } });
  pool = new Pool({ connectionString: database.url, max: 2 });
  pool.on('error', () => undefined); // the outage below ends its connections
  await plant();
}, 120_000);
afterAll(async () => {
  await exporter?.stop();
  await pool?.end();
  await receiver?.close();
  await database?.drop();
});

async function plant(): Promise<void> {
  const { webhooks } = exporter;
  const t = Date.now() - 60_000;
  const note = `${WORDS.text} ${WORDS.email} +${WORDS.phone} ${PERSON.name}`;
  expect(await send(webhooks, 'whatsapp', whatsapp(PERSON, `wamid.${WORDS.text}1`, t, angry))).toBe(200);
  expect(await send(webhooks, 'whatsapp', whatsapp(PERSON, 'wamid.2', t + 5_000, `${WORDS.agentText} dear ${PERSON.name}, your order 4711 leaves tomorrow`, 'message_echoes'))).toBe(200);
  expect(await send(webhooks, 'chatwoot', chatwoot(PERSON, 7001, t, note))).toBe(200);
  expect(await send(webhooks, 'chatwoot', chatwoot(PERSON, 7002, t + 1_000, `${WORDS.agentText} ${note}`, 'outgoing'))).toBe(200);
  const event = { source: 'app', conversation: WORDS.email, contact: WORDS.phone, phone: WORDS.phone, t, channel: 'webchat', inbox: 'web' };
  const good = await sendEvents(webhooks, [
    { ...event, id: `${WORDS.events}-1`, kind: 'message.inbound', text: `${WORDS.events} ${note}` },
    { ...event, id: `${WORDS.events}-2`, t: t + 1, kind: 'conversation.assigned', to_type: 'agent', to_id: WORDS.email },
    { ...event, id: `${WORDS.events}-3`, t: t + 2, kind: 'message.outbound', author: 'agent', author_id: WORDS.email, text: `${WORDS.agentText} ${note}` },
    { ...event, id: `${WORDS.events}-4`, t: t + 3, kind: 'conversion.recorded', order: WORDS.email },
    { ...event, id: `${WORDS.events}-5`, t: t + 4, kind: 'conversation.classified', topic: WORDS.email },
    { ...event, id: `${WORDS.events}-6`, t: t + 5, kind: 'conversation.resolved', by: 'agent', by_id: WORDS.email },
  ]);
  expect(JSON.parse(good.text)).toEqual({ accepted: 6, duplicate: 0, rejected: [] });
  // What goes wrong must not say more than what goes right.
  const wrong: readonly [string, () => Promise<number | { status: number; text: string }>][] = [
    ['a truncated body', () => send(webhooks, 'whatsapp', JSON.stringify(whatsapp(PERSON, 'wamid.3', t, `${WORDS.bad} ${note}`)).slice(0, -9))],
    ['an unknown kind', () => send(webhooks, 'chatwoot', { event: note, id: 1, content: note, sender: { name: PERSON.name } })],
    ['a wrong type', () => send(webhooks, 'whatsapp', { object: 'whatsapp_business_account', entry: [{ changes: [{ field: 'messages', value: { messages: [{ id: 'x', from: PERSON.number, timestamp: note, text: { body: note } }] } }] }] })],
    ['a body that is text', () => send(webhooks, 'chatwoot', `${WORDS.bad} ${note}`)],
    ['a bad token', () => sendEvents(webhooks, [{ ...event, text: note }], `not-${WORDS.bad}`)],
    ['fields that do not exist', () => sendEvents(webhooks, [{ ...event, id: 'w1', kind: 'message.inbound', [WORDS.bad]: note }])],
    ['values that are wrong', () => sendEvents(webhooks, [{ ...event, id: 'w2', kind: 'message.inbound', content: note, t: note }])],
    ['a kind that does not exist', () => sendEvents(webhooks, [{ ...event, id: 'w3', kind: note }])],
    ['no JSON', () => sendEvents(webhooks, `{"text": "${WORDS.bad} ${note}`)],
    ['a query', async () => (await fetch(`${webhooks}/webhooks/whatsapp?hub.challenge=${encodeURIComponent(note)}&hub.verify_token=${WORDS.bad}`)).status],
    ['a path', async () => (await fetch(`${webhooks}/webhooks/${WORDS.bad}`, { method: 'POST', body: note })).status],
  ];
  for (const [what, go] of wrong) {
    const answer = await go();
    answers.push(`${what}: ${JSON.stringify(answer)}`);
  }
  expect(await send(webhooks, 'chatwoot', { ...chatwoot(PERSON, 7003, t + 9_000, 'x'), event: 'conversation_status_changed', ...chatwoot(PERSON, 7003, t, note).conversation, status: 'resolved', updated_at: t / 1000 + 10 })).toBe(200);
  await until('the spans of the closed conversation', () => receiver.spans().length > 0, 60_000);
  // Something ordinary comes last, as it does in life.
  for (let i = 0; i < 50; i++) await send(webhooks, 'whatsapp', whatsapp({ ...PERSON, number: '447700900111', name: 'Ines' }, `wamid.plain${i}`, Date.now(), 'Hello, is the teapot back?'));
}

function databaseOf(url: string): { readonly name: string; readonly server: string } {
  const server = new URL(url);
  const name = server.pathname.slice(1);
  server.pathname = '/postgres';
  return { name, server: server.href };
}

const found = (where: string): readonly string[] => PLANTED.filter((word) => where.toLowerCase().includes(word.toLowerCase()));

describe('what was planted', () => {
  it('was understood: the angry message is negative, in Arabic, and a complaint', async () => {
    const { rows } = await pool.query(`select event.data from replywatch.event where event.source = 'whatsapp' and event.kind = 'message.inbound' and event.data ->> 'language' = 'ar'`);
    expect(rows[0].data).toMatchObject({ sentiment: 'negative', language: 'ar', country: 'GB', topic: 'complaint' });
    const { rows: agents } = await pool.query(`select event.data from replywatch.event where event.kind = 'message.outbound' and event.data ->> 'author' = 'agent'`);
    expect(agents).toHaveLength(3);
    for (const { data } of agents) expect(data).toMatchObject({ length: expect.any(Number), emoji: 0, shingles: expect.stringMatching(/^[\w-]{64}$/) });
  });

  it('was counted as a negative message of the channel', async () => {
    await until('the count', async () => /^chat_sentiment_messages_total\{[^}]*channel="whatsapp",sentiment="negative"[^}]*\} 1$/m.test(await (await fetch(`${exporter.telemetry}/metrics`)).text()), 60_000);
  }, 70_000);

  it('is in no table', async () => {
    const { rows: tables } = await pool.query<{ name: string }>(
      `select format('%I.%I', table_schema, table_name) as name from information_schema.tables where table_schema not in ('pg_catalog', 'information_schema')`);
    expect(tables.length).toBeGreaterThan(15);
    for (const { name } of tables) {
      const { rows } = await pool.query<{ text: string | null }>(`select string_agg(t::text, E'\\n') as text from ${name} as t`);
      expect(found(rows[0]!.text ?? ''), name).toEqual([]);
    }
    expect((await pool.query('select count(*)::int as n from replywatch.event')).rows[0].n).toBeGreaterThan(55);
    expect((await pool.query('select count(*)::int as n from replywatch.kept_text')).rows[0].n).toBe(0);
  });

  it('is in no log line, and there are many', () => {
    expect(found(exporter.output())).toEqual([]);
    expect(exporter.output().split('\n').length).toBeGreaterThan(5);
  });

  it('is in no answer', () => {
    expect(answers).toHaveLength(11);
    expect(found(answers.join('\n'))).toEqual([]);
  });

  it('is in no metric and on no page', async () => {
    for (const path of ['/metrics', '/', '/-/ready']) {
      const text = await (await fetch(`${exporter.telemetry}${path}`)).text();
      expect(text.length).toBeGreaterThan(0);
      expect(found(text), path).toEqual([]);
    }
  });

  it('is in no span', () => {
    expect(receiver.spans().length).toBeGreaterThan(0);
    expect(found(JSON.stringify(receiver.requests.map((request) => [request.headers, request.spans])))).toEqual([]);
  });

  it('is in no file of the data directory', () => {
    for (const file of readdirSync(exporter.dataDir, { recursive: true, encoding: 'utf8' })) {
      const path = join(exporter.dataDir, file);
      if (statSync(path).isFile() && !file.endsWith('.heapsnapshot')) expect(found(readFileSync(path, 'latin1')), file).toEqual([]);
    }
  });

  it('is not in the spool while the database is away', async () => {
    const { name, server } = databaseOf(database.url);
    const admin = new Client({ connectionString: server });
    await admin.connect();
    await admin.query(`alter database ${escapeIdentifier(name)} with allow_connections false`);
    await admin.query('select pg_terminate_backend(activity.pid) from pg_catalog.pg_stat_activity as activity where activity.datname = $1', [name]);
    try {
      expect(await send(exporter.webhooks, 'chatwoot', chatwoot(PERSON, 7101, Date.now(), `${WORDS.text} ${WORDS.email} +${WORDS.phone} ${PERSON.name}`))).toBe(200);
      const files = readdirSync(join(exporter.dataDir, 'spool'), { recursive: true, encoding: 'utf8' }).map((file) => readFileSync(join(exporter.dataDir, 'spool', file), 'utf8'));
      expect(files.join('')).toContain('message.inbound');
      expect(found(files.join(''))).toEqual([]);
    } finally {
      await admin.query(`alter database ${escapeIdentifier(name)} with allow_connections true`);
      await admin.end();
    }
    await until('the spool to drain', async () => (await (await fetch(`${exporter.telemetry}/metrics`)).text()).includes('\nreplywatch_spool_events 0\n'), 30_000);
    expect(found(exporter.output())).toEqual([]);
  }, 60_000);

  it('is in no crash report', async () => {
    const report = await exporter.crashReport();
    expect(report).toContain('javascriptStack');
    expect(found(report)).toEqual([]);
  }, 60_000);

  it('is not in memory any more', async () => {
    const heap = (await exporter.heapSnapshot()).toString('latin1');
    expect(heap).toContain('chat_messages_total');
    expect(found(heap)).toEqual([]);
  }, 120_000);
});
