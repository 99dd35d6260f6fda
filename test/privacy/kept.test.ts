/** Keeping texts: off unless asked for, sealed under a key of its own, gone after its days. A scorer of one's own over the whole way. */
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSealer } from '../../exporter/ingest/seal.ts';
import { purgeTexts } from '../../exporter/store/texts.ts';
import { directory } from '../config/given.ts';
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { send, sendEvents, whatsapp } from './bodies.ts';
import { startPrivateExporter, type PrivateExporter } from './exporter.ts';

const KEY = 'a key for texts and nothing else';
const TEXT = 'The kettle came without its lid, قهوة ☕';
const PERSON = { number: '447700900987', name: 'Ines', email: 'ines@teapot.example' };
const DAY = 86_400_000;
const CLI = fileURLToPath(new URL('../../exporter/cli.ts', import.meta.url));

describe('texts that somebody wants to keep', () => {
  let database: FreshDatabase;
  let pool: Pool;
  let exporter: PrivateExporter;
  const asked: string[] = [];
  const scorer = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => { body += chunk.toString(); }).on('end', () => {
      asked.push(body);
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ scores: [{ id: 0, sentiment: 'negative' }] }));
    });
  });
  beforeAll(async () => {
    database = await freshDatabase('kept');
    pool = new Pool({ connectionString: database.url, max: 2 });
    await new Promise<void>((resolve) => scorer.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(scorer.address() as AddressInfo).port}/`;
    exporter = await startPrivateExporter({ databaseUrl: database.url, config: `texts: { keep_days: 7 }\nscorer: { url: '${url}' }\n`, env: { TEXT_KEY: KEY } });
    await send(exporter.webhooks, 'whatsapp', whatsapp(PERSON, 'wamid.1', Date.now() - 1_000, TEXT));
  }, 60_000);
  afterAll(async () => {
    await exporter?.stop();
    await pool?.end();
    scorer.close();
    await database?.drop();
  });

  it('lie in the database sealed, and open with the key alone', async () => {
    const row = await until('a kept text', async () => (await pool.query<{ message: string; conversation: string; sealed: Buffer; days: number }>(
      'select kept_text.message, kept_text.conversation, kept_text.sealed, extract(epoch from kept_text.expires_at - now()) / 86400 as days from replywatch.kept_text')).rows[0]);
    expect(row.sealed.toString('latin1')).not.toContain('kettle');
    expect(Math.round(Number(row.days))).toBe(7);
    expect(createSealer(KEY).open(row.message, row.sealed)).toBe(TEXT);
    expect(createSealer(`${KEY}!`).open(row.message, row.sealed)).toBeUndefined();
    expect(createSealer(KEY).open(row.conversation, row.sealed)).toBeUndefined(); // moved to another message
    expect(createSealer(KEY).open(row.message, row.sealed.subarray(0, 20))).toBeUndefined();
    const other = createSealer(KEY).seal(row.message, TEXT);
    expect(other.equals(row.sealed)).toBe(false); // never the same nonce
  });

  it('are scored by the scorer of one\'s own, whose score is an event after the message', async () => {
    const score = await until('the score', async () => (await pool.query<{ message: string; data: object; known: boolean }>(
      `select score.message, score.data, exists (select from replywatch.event as message where message.id = score.message and message.kind = 'message.inbound' and message.data ->> 'sentiment' is null) as known
         from replywatch.event as score where score.kind = 'sentiment.scored'`)).rows[0]);
    expect(score).toMatchObject({ data: { sentiment: 'negative' }, known: true });
    expect(asked).toHaveLength(1);
    const metrics = await (await fetch(`${exporter.telemetry}/metrics`)).text();
    expect(metrics).toContain('replywatch_scorer_messages_total{by="scorer"} 1');
    await until('the count', async () => /^chat_sentiment_messages_total\{[^}]*channel="whatsapp",sentiment="negative"[^}]*\} 1$/m.test(await (await fetch(`${exporter.telemetry}/metrics`)).text()), 30_000);
  });

  it('are read again by who has the key, in the sample for review', async () => {
    const place = { source: 'whatsapp', channel: 'whatsapp', inbox: '1055', conversation: `1055:${PERSON.number}` };
    await sendEvents(exporter.webhooks, [{ ...place, id: 'closed', kind: 'conversation.resolved', t: Date.now(), by: 'agent' }]);
    // A week that no run of the rollup comes near.
    await pool.query(`insert into replywatch.review_sample (local_week, conversation, number, agent, reason, topic)
      select '2099-01-05', facts.conversation, facts.number, 'ana', 'random', 'unknown' from replywatch.episode_facts as facts`);
    const review = async (key?: string): Promise<{ code: number; out: string; err: string }> => {
      const files = key === undefined ? {} : { 'replywatch.yml': 'texts: { keep_days: 7 }' };
      const env = { DATABASE_URL: database.url, PSEUDONYM_KEY: 'k'.repeat(32), TRACE_KEY: 'k'.repeat(32), ...(key === undefined ? {} : { TEXT_KEY: key }) };
      return new Promise((resolve) => {
        const child = execFile(process.execPath, [CLI, 'review', 'ana', '--json'], { cwd: directory(files), env }, (_error, out, err) => resolve({ code: child.exitCode ?? -1, out, err }));
      });
    };
    const read = await review(KEY);
    expect(read.err).toBe('');
    expect(JSON.parse(read.out)).toMatchObject({ agent: 'ana', reason: 'random', source: 'whatsapp', messages: [{ from: 'customer', text: TEXT }] });
    expect((await review(`${KEY}!`)).out).toContain('sealed with another key');
    const without = await review();
    expect(JSON.parse(without.out)).toMatchObject({ messages: [] });
    expect(without.err).toContain('No texts are kept');
  }, 60_000);

  it('go when their days are over, or all at once', async () => {
    expect(await purgeTexts(pool, Date.now() + 6 * DAY)).toBe(0);
    expect(await purgeTexts(pool, Date.now() + 7 * DAY + 60_000)).toBe(1);
    await send(exporter.webhooks, 'whatsapp', whatsapp(PERSON, 'wamid.2', Date.now() - 500, TEXT));
    await until('another kept text', async () => (await pool.query('select 1 from replywatch.kept_text')).rows.length === 1);
    expect(await purgeTexts(pool, Date.now(), true)).toBe(1);
  });
});
