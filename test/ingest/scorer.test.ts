/** The scorer of one's own against a real HTTP server that answers well, late, wrongly or not at all. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CanonicalEvent } from '../../exporter/core/event.ts';
import { createBreaker } from '../../exporter/ingest/breaker.ts';
import { createScorer, type Scorer, type ScorerMetrics } from '../../exporter/ingest/scorer.ts';
import { message, NOW } from './doubles.ts';

type Item = { id: number; text: string; language?: string };
type Reply = (messages: readonly Item[]) => { status?: number; body: string } | 'hang';

let server: Server;
let reply: Reply;
let requests: { headers: IncomingHttpHeaders; messages: readonly Item[] }[];
let submitted: CanonicalEvent[];
let requestResults: string[];
let by: Record<string, number>;
let open: boolean;
let now: number;
let room: boolean;

const metrics: ScorerMetrics = {
  scorerRequest: (result) => void requestResults.push(result), scored: (who, count) => { by[who] = (by[who] ?? 0) + count; }, scorerOpen: (is) => { open = is; },
};
const scores = (label: string): Reply => (messages) => ({ body: JSON.stringify({ scores: messages.map(({ id }) => ({ id, sentiment: label })) }) });

beforeEach(async () => {
  [requests, submitted, requestResults, by, open, now, room, reply] = [[], [], [], {}, false, NOW, true, scores('negative')];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      const { messages } = JSON.parse(Buffer.concat(chunks).toString()) as { messages: Item[] };
      requests.push({ headers: request.headers, messages });
      const answer = reply(messages);
      if (answer !== 'hang') response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' }).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => new Promise<void>((resolve) => { server.close(() => resolve()); server.closeAllConnections(); }));

const start = (more: { timeoutSeconds?: number; batch?: number } = {}): Scorer => createScorer({
  url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/score`, token: 'scorer-token', timeoutSeconds: 30, batch: 4, metrics, now: () => now,
  builtIn: (text) => (text.includes('good') ? 'positive' : undefined), idOf: (event) => `score of ${event.id}` as never, submit: (event) => { if (room) submitted.push(event); return room; }, ...more,
});
/** Offers texts and waits until they are scored. */
const offer = async (scorer: Scorer, ...texts: readonly string[]): Promise<void> => {
  texts.forEach((text, index) => scorer.offer({ ...message(`m${index}`), language: 'en' } as CanonicalEvent, text));
  await scorer.stop();
};

describe('a scorer over HTTP', () => {
  it('gets texts in batches with the token and gives events of their own', async () => {
    await offer(start(), 'a', 'b', 'c', 'd', 'e');
    expect(requests.map((request) => request.messages.length).sort()).toEqual([1, 4]);
    expect(requests[0]!.headers).toMatchObject({ authorization: 'Bearer scorer-token', 'content-type': 'application/json' });
    expect(requests[0]!.messages[0]).toEqual({ id: 0, text: 'a', language: 'en' });
    expect(submitted).toHaveLength(5);
    const { id, conversation, contact } = message('m0');
    expect(submitted[0]).toEqual({ kind: 'sentiment.scored', id: `score of ${id}`, message: id, sentiment: 'negative', source: 'chatwoot', channel: 'webchat', inbox: '1', t: NOW, receivedAt: NOW, conversation, contact });
    expect(JSON.stringify(submitted)).not.toMatch(/"text"/);
    expect([requestResults, by]).toEqual([['ok', 'ok'], { scorer: 5 }]);
  });

  it.each<[string, Reply, string]>([
    ['an error', () => ({ status: 500, body: 'no' }), 'error'], ['something else than JSON', () => ({ body: '<html>' }), 'error'], ['JSON of another form', () => ({ body: '{"labels":[]}' }), 'error'],
    ['no answer in time', () => 'hang', 'timeout'],
  ])('that gives %s leaves it to the built-in one', async (_, how, result) => {
    reply = how;
    await offer(start(result === 'timeout' ? { timeoutSeconds: 0.1 } : {}), 'good tea', 'hm');
    expect(submitted.map((event) => event.kind === 'sentiment.scored' && event.sentiment)).toEqual(['positive']);
    expect([requestResults, by]).toEqual([[result], { builtin: 1, nobody: 1 }]);
  });

  it('may leave single messages out, and its unknown words count as left out', async () => {
    reply = () => ({ body: JSON.stringify({ scores: [{ id: 1, sentiment: 'positive' }, { id: 2, sentiment: 'furious' }, { id: 99, sentiment: 'negative' }, null] }) });
    await offer(start(), 'good one', 'x', 'y');
    expect(by).toEqual({ scorer: 1, builtin: 1, nobody: 1 });
  });

  it('is left alone after five failures and tried again later with one request', async () => {
    reply = () => ({ status: 503, body: '' });
    const scorer = start({ batch: 1 });
    for (let i = 0; i < 7; i++) await offer(scorer, 'good');
    expect([requests.length, scorer.isUp(), open]).toEqual([5, false, true]);
    expect(by).toEqual({ builtin: 7 });
    now += 30_000;
    expect(scorer.isUp()).toBe(true);
    await offer(scorer, 'good');
    expect([requests.length, scorer.isUp()]).toEqual([6, false]);
    now += 30_000;
    reply = scores('neutral');
    await offer(scorer, 'good');
    expect([requests.length, scorer.isUp(), open, by['scorer']]).toEqual([7, true, false, 1]);
  });

  it('that is slow lets a thousand messages wait; the built-in one takes the others at once', async () => {
    reply = () => 'hang';
    const scorer = start({ timeoutSeconds: 0.1 });
    for (let i = 0; i < 1_200; i++) scorer.offer(message(`m${i}`), 'good');
    expect([by['builtin'], scorer.isUp()]).toEqual([1_200 - 1_000 - 2 * 4, false]);
    await scorer.stop();
    expect(by).toEqual({ builtin: 1_200 });
  });

  it('counts what finds no room', async () => {
    room = false;
    await offer(start(), 'a');
    expect(by).toEqual({ nobody: 1 });
  });
});

describe('a breaker', () => {
  it('lets one through on trial', () => {
    let at = 0;
    const breaker = createBreaker({ now: () => at, failures: 2, restMs: 100 });
    breaker.report(false);
    expect(breaker.tries()).toBe(true);
    breaker.report(false);
    expect(breaker.tries()).toBe(false);
    at = 100;
    expect([breaker.tries(), breaker.tries(), breaker.allows()]).toEqual([true, false, false]);
    breaker.report(true);
    expect([breaker.tries(), breaker.tries()]).toEqual([true, true]);
  });
});
