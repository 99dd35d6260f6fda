import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CanonicalEvent } from '../../exporter/core/event.ts';
import { writeHistory } from '../../exporter/history/openmetrics.ts';
import { createEnricher } from '../../exporter/ingest/enrich.ts';
import { GAUGES, METRICS } from '../../exporter/metrics/index.ts';
import { createSlots } from '../../exporter/metrics/slots.ts';
import { createStore } from '../../exporter/store/apply.ts';
import { createPool } from '../../exporter/store/connection.ts';
import { moments } from '../../exporter/store/moments.ts';
import { countingOf } from '../../exporter/workplace.ts';
import { freshDatabase } from '../support/postgres.ts';
import { promtool } from '../support/prometheus.ts';
import { figures, settings } from './world.ts';

const T0 = Date.parse('2026-03-02T08:59:30Z');
const MINUTE = 60_000;
const STEP = 10 * MINUTE;
const FIRST = Date.parse('2026-03-02T08:50:00Z');
const LAST = Date.parse('2026-03-02T11:50:00Z');
const directory = mkdtempSync(join(tmpdir(), 'replywatch-export-'));
let database: Awaited<ReturnType<typeof freshDatabase>>;
let pool: ReturnType<typeof createPool>;
beforeAll(async () => {
  database = await freshDatabase('export');
  pool = createPool(database.url);
  const enricher = createEnricher({ key: 'k', settingsFor: () => settings });
  const store = createStore({ url: database.url, pool, settingsFor: () => settings, counting: countingOf(), now: () => T0 + 86_400_000 });
  const event = (c: number, at: number, more: object): CanonicalEvent => {
    const t = T0 + c * MINUTE + at * 1000;
    return enricher.enrich({ id: `${c} ${at} ${JSON.stringify(more)}`, source: 'desk', channel: 'whatsapp', inbox: `inbox ${c % 60}`, t, receivedAt: t, conversation: `c${c}`, contact: `u${c}`, ...more } as never)!;
  };
  await store.applyHistory(Array.from({ length: 120 }, (_, c) => [
    event(c, 0, { kind: 'message.inbound', message: `${c} q`, content: 'text' }), event(c, 45, { kind: 'message.outbound', message: `${c} a`, content: 'text', author: 'agent' }),
    event(c, 46, { kind: 'message.status', message: `${c} a`, status: 'read' }), event(c, 150, { kind: 'conversation.resolved', by: 'agent' }),
  ]).flat());
  await store.close();
  await figures(pool);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
  rmSync(directory, { recursive: true, force: true });
});

it('writes what promtool turns into blocks: cumulative counters with a beginning, and bounded labels', { timeout: 60_000 }, async () => {
  const to = T0 + 180 * MINUTE;
  const { files, samples } = await writeHistory({
    moments: moments(pool, to, 0), metrics: METRICS, gauges: GAUGES, slots: createSlots(METRICS), constantLabels: { job: 'replywatch', instance: 'replywatch-x' },
    from: undefined, to, stepMs: STEP, directory: mkdtempSync(join(directory, 'files-')), onProgress: () => undefined,
  });
  const text = `${files.map((file) => readFileSync(file, 'utf8')).join('')}# EOF\n`;
  const series = (name: string, labels = ''): readonly (readonly [value: number, at: number])[] =>
    [...text.matchAll(new RegExp(`^${name}\\{job="replywatch",instance="replywatch-x"[^}]*${labels}[^}]*\\} (\\S+) (\\S+)$`, 'gm'))].map(([, value, at]) => [Number(value), Number(at) * 1000] as const);

  const opened = series('chat_conversations_opened_total', 'inbox="inbox 0",initiator="contact"');
  expect(opened[0]).toEqual([0, FIRST]); // a step before the first, so that a rate sees it
  expect(opened[1]).toEqual([1, FIRST + STEP]);
  expect(opened.at(-1)).toEqual([2, LAST]);
  expect(opened.every(([value], index) => index === 0 || value >= opened[index - 1]![0])).toBe(true);
  expect(series('chat_message_status_total', 'inbox="inbox 0",author="agent",status="delivered"').at(-1)?.[0]).toBe(2); // read implies it
  expect(series('chat_first_response_seconds_sum', 'inbox="inbox 3"').at(-1)?.[0]).toBe(90);
  const open = series('chat_conversations_open', 'inbox="inbox 9"').map(([value]) => value);
  expect([Math.max(...open), open.at(-1)]).toEqual([1, 0]);
  const inboxes = new Set([...text.matchAll(/^chat_conversations_opened_total\{.*inbox="([^"]*)"/gm)].map(([, inbox]) => inbox));
  expect(inboxes.size).toBe(51); // fifty of their own, the rest together
  expect(series('chat_conversations_opened_total', 'inbox="other"').at(-1)?.[0]).toBe(20);
  expect(samples).toBe(text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length);

  const file = join(directory, 'history.om');
  writeFileSync(file, text);
  const { code, output } = await promtool(['tsdb', 'create-blocks-from', '--max-block-duration=1488h', 'openmetrics', file, join(directory, 'data')]);
  expect(code, output).toBe(0);
  mkdirSync(join(directory, 'data/wal')); // dump reads a whole database
  const dump = await promtool(['tsdb', 'dump', '--match={__name__="chat_conversations_opened_total",inbox="other"}', join(directory, 'data')]);
  expect(dump.output).toMatch(new RegExp(`instance="replywatch-x".* 20 ${LAST}`));
});
