import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createEventsAccess } from '../../exporter/ingest/access.ts';
import { post } from '../../exporter/simulator/poster.ts';
import { script, type Delivery } from '../../exporter/simulator/script.ts';
import { timeline } from '../../exporter/simulator/timeline.ts';
import { sourceById } from '../../exporter/sources/index.ts';
import { FRIDAY, HOUR } from './reading.ts';

const secrets = { whatsapp: 'an app secret', chatwoot: 'a webhook secret', events: 'a-token' };
const SOURCES = ['whatsapp', 'chatwoot', 'events'] as const;
const total = (counts: Readonly<Record<(typeof SOURCES)[number], number>>): number => SOURCES.reduce((sum, source) => sum + counts[source], 0);
const AFTERNOON = FRIDAY + 15 * HOUR;
const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((done) => { server.close(done); server.closeAllConnections(); })));
});

interface Received { readonly source: string; readonly headers: Readonly<Record<string, string>>; readonly body: string; readonly status: number }

/** A receiver on loopback that answers as told and remembers what it was sent. */
async function receiver(answer: (count: number) => number): Promise<{ url: string; received: Received[]; connections: () => number }> {
  const received: Received[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      const status = answer(received.length);
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      received.push({ source: request.url?.split('/').at(-1) ?? '', headers, body: Buffer.concat(chunks).toString(), status });
      response.writeHead(status).end();
    });
  }).on('connection', () => { connections += 1; });
  servers.push(server);
  await new Promise<void>((ready) => { server.listen(0, '127.0.0.1', ready); });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${String(port)}`, received, connections: () => connections };
}

const anHour = (): Delivery[] => [...script({ seed: 'poster', from: AFTERNOON, to: AFTERNOON + HOUR })];
const bodies = (list: readonly { readonly source: string; readonly body: string }[], source: string): string[] =>
  list.filter((each) => each.source === source).map(({ body }) => body);
const never = new AbortController().signal;

describe('posting', () => {
  it('loses nothing and keeps the order of each source while the receiver refuses for a while', async () => {
    const { url, received, connections } = await receiver((count) => (count >= 20 && count < 26 ? 503 : 200));
    const deliveries = anHour();
    const said: string[] = [];
    const counts = await post({ deliveries, baseUrl: url, secrets, speed: 20_000, startAt: AFTERNOON, signal: never, log: (message) => said.push(message) });
    const accepted = received.filter(({ status }) => status === 200);
    for (const source of SOURCES) {
      expect(bodies(accepted, source)).toEqual(bodies(deliveries, source));
      expect(counts.accepted[source]).toBe(bodies(deliveries, source).length);
    }
    expect(counts.retried).toBe(6);
    expect(said).toContain('demo webhooks are accepted again');
    expect(connections()).toBeLessThanOrEqual(2 * SOURCES.length);
  });

  it('signs at the time of posting, as the adapters check', async () => {
    const { url, received } = await receiver(() => 200);
    const now = Date.now();
    await post({ deliveries: anHour().slice(0, 40), baseUrl: url, secrets, startAt: AFTERNOON + HOUR, now: () => now, signal: never });
    const access = createEventsAccess({ tokens: [secrets.events] });
    const verdicts = received.map(({ source, headers, body }) => (source === 'events' ? access({ url: '/v1/events', headers, body: Buffer.from(body), receivedAt: AFTERNOON }) : sourceById(source)?.verify(
      { method: 'POST', url: `/webhooks/${source}`, headers, body: Buffer.from(body), receivedAt: AFTERNOON + HOUR },
      { app_secret: [secrets.whatsapp], secret: [secrets.chatwoot] }, { source },
    )));
    expect(new Set(verdicts)).toEqual(new Set(['ok']));
    expect(verdicts).toHaveLength(40);
  });

  it('waits until a delivery is due', async () => {
    const { url, received } = await receiver(() => 200);
    const began = Date.now();
    const one = anHour()[0] as Delivery;
    const deliveries = [{ ...one, at: began }, { ...one, at: began + 300 }];
    await post({ deliveries, baseUrl: url, secrets, signal: never });
    expect(received).toHaveLength(2);
    expect(Date.now() - began).toBeGreaterThanOrEqual(300);
  });

  it('gives up what is refused for good and goes on', async () => {
    const { url } = await receiver((count) => (count === 3 ? 401 : 200));
    const counts = await post({ deliveries: anHour().slice(0, 10), baseUrl: url, secrets, startAt: AFTERNOON + HOUR, signal: never });
    expect(total(counts.refused)).toBe(1);
    expect(total(counts.accepted)).toBe(9);
  });

  it('keeps trying while nobody listens, and ends on the signal', async () => {
    const { url } = await receiver(() => 200);
    const closed = servers.splice(0)[0];
    await new Promise((done) => { closed?.close(done); });
    const controller = new AbortController();
    let tries = 0;
    const ending = post({
      deliveries: script({ seed: 'poster', from: AFTERNOON }), baseUrl: url, secrets, speed: 100, startAt: AFTERNOON + HOUR, signal: controller.signal,
      log: () => { tries += 1; setTimeout(() => { controller.abort(); }, 50); },
    });
    const counts = await ending;
    expect(tries).toBeGreaterThan(0);
    expect(counts.retried).toBeGreaterThan(0);
    expect(counts.accepted).toEqual({ whatsapp: 0, chatwoot: 0, events: 0 });
  });
});

describe('a timeline', () => {
  it('is handed on from the importer to the poster without a gap or a repeat, however often the importer asks', () => {
    const whole = anHour();
    const parts = timeline(anHour());
    const first = [...parts.past(AFTERNOON + HOUR / 3)];
    const second = [...parts.past(AFTERNOON + HOUR / 2)];
    expect(first.length).toBeGreaterThan(0);
    expect(first.every(({ at }) => at < AFTERNOON + HOUR / 3)).toBe(true);
    expect([...first, ...second, ...parts.rest()]).toEqual(whole);
  });

  it('keeps its place when a reader stops early', () => {
    const whole = anHour();
    const parts = timeline(anHour());
    for (const delivery of parts.past(Infinity)) {
      expect(delivery).toEqual(whole[0]);
      break;
    }
    expect(parts.rest().next().value).toEqual(whole[1]);
  });
});
