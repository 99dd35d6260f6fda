import { describe, expect, test } from 'vitest';
import { PROCESS_METRICS, STORE_ERRORS, WEBHOOK_REASONS } from '../../exporter/metrics/process-definitions.ts';
import { createProcessMetrics } from '../../exporter/metrics/process.ts';
import type { ProcessMetrics } from '../../exporter/metrics/process.ts';
import { samplesOf } from './scenario.ts';

const started = (): ProcessMetrics => createProcessMetrics({ version: '1.2.3', revision: 'abc', sources: ['whatsapp', 'chatwoot'], pulls: ['chatwoot_ratings'] });
const after = async (act: (metrics: ProcessMetrics) => void): Promise<ReadonlyMap<string, number>> => {
  const metrics = started();
  act(metrics);
  return samplesOf(await metrics.render());
};

describe('the process\'s own metrics', () => {
  test('closed labels and configured sources exist at 0', async () => {
    const samples = await after(() => undefined);
    for (const source of ['whatsapp', 'chatwoot', 'other']) {
      for (const [reason, outcome] of Object.entries(WEBHOOK_REASONS)) {
        expect(samples.get(`replywatch_webhook_requests_total{source="${source}",outcome="${outcome}",reason="${reason}"}`)).toBe(0);
      }
      expect(samples.get(`replywatch_webhook_duration_seconds_count{source="${source}"}`)).toBe(0);
    }
    for (const reason of STORE_ERRORS) expect(samples.get(`replywatch_store_errors_total{reason="${reason}"}`)).toBe(0);
    expect(samples.get(`replywatch_build_info{version="1.2.3",revision="abc",node="${process.version}"}`)).toBe(1);
  });

  test('every definition is served, apart from account news and a certificate that nobody has seen yet', async () => {
    const text = await started().render();
    const names = new Set([...samplesOf(text).keys()].map((line) => line.replace(/\{.*/, '').replace(/_(bucket|sum|count)$/, '')));
    expect(PROCESS_METRICS.map(({ name }) => name).filter((name) => !names.has(name))).toEqual(['replywatch_source_notes_total', 'replywatch_certificate_expiry_timestamp_seconds']);
  });

  test('the reason of an answer decides its outcome', async () => {
    const samples = await after((metrics) => {
      metrics.webhook('whatsapp', 'stored', 0.004);
      metrics.webhook('whatsapp', 'invalid', 0.001);
      metrics.webhook('whatsapp', 'queue_full', 0.001);
    });
    expect(samples.get('replywatch_webhook_requests_total{source="whatsapp",outcome="accepted",reason="stored"}')).toBe(1);
    expect(samples.get('replywatch_webhook_requests_total{source="whatsapp",outcome="rejected",reason="invalid"}')).toBe(1);
    expect(samples.get('replywatch_webhook_requests_total{source="whatsapp",outcome="unavailable",reason="queue_full"}')).toBe(1);
    expect(samples.get('replywatch_webhook_duration_seconds_count{source="whatsapp"}')).toBe(3);
  });

  test('a source from a URL that nobody configured creates no series', async () => {
    const samples = await after((metrics) => metrics.webhook('../../etc', 'ignored', 0.001));
    expect(samples.get('replywatch_webhook_requests_total{source="other",outcome="accepted",reason="ignored"}')).toBe(1);
    expect([...samples.keys()].filter((line) => line.includes('etc'))).toEqual([]);
  });

  test('account news are bounded', async () => {
    const samples = await after((metrics) => {
      for (let i = 0; i < 150; i++) metrics.note('whatsapp', 'error', `${i}`);
    });
    const notes = [...samples].filter(([line]) => line.startsWith('replywatch_source_notes_total'));
    expect(notes).toHaveLength(101);
    expect(samples.get('replywatch_source_notes_total{source="whatsapp",topic="other",state="other"}')).toBe(50);
  });

  test('what is read at scrape time is read at every scrape', async () => {
    const metrics = started();
    let waiting = 7;
    metrics.onScrape(() => metrics.queue(waiting, 100));
    const read = async (): Promise<number | undefined> => samplesOf(await metrics.render()).get('replywatch_ingest_queue_events');
    expect(await read()).toBe(7);
    waiting = 8;
    expect(await read()).toBe(8);
  });

  test.each<{ label: string; act: (metrics: ProcessMetrics) => void; line: string; value: number }>([
    { label: 'a transaction counts its events', act: (m) => m.committed(30, 0.004), line: 'replywatch_ingest_batch_events_sum', value: 30 },
    { label: 'a transaction counts its time', act: (m) => m.committed(30, 0.004), line: 'replywatch_commit_seconds_bucket{le="0.005"}', value: 1 },
    {
      label: 'unknown items add up', act: (m) => m.leftOut('chatwoot', { ignored: 1, unknown: 2, malformed: 3 }),
      line: 'replywatch_webhook_unknown_total{source="chatwoot"}', value: 2,
    },
    { label: 'a store error counts its reason', act: (m) => m.storeError('deadlock'), line: 'replywatch_store_errors_total{reason="deadlock"}', value: 1 },
    { label: 'a fold that failed counts', act: (m) => m.foldFailed(), line: 'replywatch_fold_failures_total', value: 1 },
    { label: 'the spool is a level', act: (m) => m.spool(12), line: 'replywatch_spool_events', value: 12 },
    { label: 'the pool has three states', act: (m) => m.pool({ active: 3, idle: 1, waiting: 0 }), line: 'replywatch_pool_connections{state="active"}', value: 3 },
    { label: 'the leader says so', act: (m) => m.leader(true), line: 'replywatch_leader', value: 1 },
  ])('$label', async ({ act, line, value }) => {
    expect((await after(act)).get(line)).toBe(value);
  });
});
