import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { classicText, createExposition, negotiate } from '../../exporter/metrics/exposition.ts';
import { createProcessMetrics } from '../../exporter/metrics/process.ts';
import { startPrometheus } from '../support/prometheus.ts';
import type { Server as Prometheus } from '../support/prometheus.ts';
import { TRACE_ID, afternoon, samplesOf } from './scenario.ts';

const OPENMETRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
const CLASSIC = 'text/plain; version=0.0.4; charset=utf-8';

const PROMETHEUS_2_42 = 'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';

const exposition = (at = 1_767_200_000_000): ReturnType<typeof createExposition> =>
  createExposition(afternoon(at), createProcessMetrics({ version: '1.2.3', revision: 'abc', sources: ['whatsapp'] }));

describe('the format', () => {
  test.each([
    { label: 'Prometheus 2.42 asks for OpenMetrics first', accept: PROMETHEUS_2_42, contentType: OPENMETRICS },
    { label: 'curl takes anything and gets classic text', accept: '*/*', contentType: CLASSIC },
    { label: 'a browser gets classic text', accept: 'text/html,application/xhtml+xml', contentType: CLASSIC },
    { label: 'no header means classic text', accept: undefined, contentType: CLASSIC },
  ])('$label', ({ accept, contentType }) => expect(negotiate(accept).contentType).toBe(contentType));

  test('both parts make one document with one end', async () => {
    const { contentType, body } = await exposition().scrape('application/openmetrics-text');
    const text = body.toString();
    expect(contentType).toBe(OPENMETRICS);
    expect(text.match(/^# EOF$/gm)).toHaveLength(1);
    expect(text.endsWith('\n# EOF\n')).toBe(true);
    expect(text).toContain('chat_messages_total{');
    expect(text).toContain('replywatch_build_info{');
    expect(text).toContain('process_resident_memory_bytes ');
  });

  test('no family is announced twice', async () => {
    const types = (await exposition().scrape('application/openmetrics-text')).body.toString().match(/^# TYPE \S+/gm) ?? [];
    expect(types.length).toBeGreaterThan(60);
    expect(new Set(types).size).toBe(types.length);
  });
});

describe('classic text', () => {
  test('it has the same samples, and neither exemplars nor an end', async () => {
    const openMetrics = (await exposition().scrape('application/openmetrics-text')).body.toString();
    const classic = await classicText(openMetrics);
    expect(samplesOf(classic)).toEqual(samplesOf(openMetrics));
    expect(samplesOf(classic).size).toBe(openMetrics.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length);
    expect(openMetrics).toContain('# {trace_id=');
    expect(classic).not.toMatch(/trace_id|# EOF/);
  });

  test.each([
    { label: 'counters are announced under their full name', given: '# TYPE a counter\na_total 1\n# EOF\n', text: '# TYPE a_total counter\na_total 1\n' },
    { label: 'a label value that looks like an exemplar stays', given: '# TYPE a gauge\na{b="x # {y}"} 1\n', text: '# TYPE a gauge\na{b="x # {y}"} 1\n' },
    { label: 'escaped quotes do not end a value', given: 'a{b="\\"} # {"} 1 # {trace_id="f"} 1 2\n', text: 'a{b="\\"} # {"} 1\n' },
    { label: 'a series without labels loses its exemplar too', given: 'a_total 1 # {trace_id="f"} 1\n', text: 'a_total 1\n' },
    { label: 'help that mentions an exemplar stays', given: '# HELP a x # {y}\n# TYPE a gauge\n', text: '# HELP a x # {y}\n# TYPE a gauge\n' },
  ])('$label', async ({ given, text }) => expect(await classicText(given)).toBe(text));

  test('promtool finds nothing to complain about', async () => {
    const { body } = await exposition().scrape(undefined);
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: body, encoding: 'utf8' });
    expect(`${stdout}${stderr}`).toBe('');
    expect(status).toBe(0);
  });
});

describe('a real Prometheus', () => {
  let exporter: Server;
  let prometheus: Prometheus;

  beforeAll(async () => {
    const served = exposition(Date.now());
    exporter = createServer((request, response) => {
      void served.scrape(request.headers.accept).then(({ contentType, body }) => response.writeHead(200, { 'content-type': contentType }).end(body));
    }).listen(0, '127.0.0.1');
    await once(exporter, 'listening');
    const address = exporter.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP listener without a port');
    prometheus = await startPrometheus({ config: {
      global: { scrape_interval: '1s' },
      storage: { exemplars: { max_exemplars: 1_000 } },
      scrape_configs: [{ job_name: 'replywatch', honor_labels: true, static_configs: [{ targets: [`127.0.0.1:${address.port}`] }] }],
    } });
  });

  afterAll(async () => {
    await prometheus.stop();
    exporter.closeAllConnections();
    exporter.close();
  });

  const ask = async (path: string, query: Readonly<Record<string, string>>): Promise<readonly unknown[]> => {
    for (let tries = 0; tries < 60; tries++) {
      const response = await fetch(`${prometheus.url}/api/v1/${path}?${new URLSearchParams(query).toString()}`);
      // Queries answer with a result, exemplars with a list.
      const answer = await response.json() as { data: { result?: unknown[] } | unknown[] };
      const found = Array.isArray(answer.data) ? answer.data : answer.data.result ?? [];
      if (found.length > 0) return found;
      await sleep(250); // the next scrape is at most a second away
    }
    return [];
  };

  test('it parses the document, and the cluster\'s instance is kept', async () => {
    const found = await ask('query', { query: 'chat_messages_total{instance="cluster-1",author="contact"}' });
    expect(found).toMatchObject([{ metric: { inbox: 'support', direction: 'inbound' }, value: [expect.any(Number), '2'] }]);
    expect(await ask('query', { query: 'up == 1' })).toHaveLength(1);
    expect(await ask('query', { query: 'histogram_quantile(0.5, sum by (le) (chat_response_seconds_bucket)) > 0' })).toHaveLength(1);
  });

  test('an exemplar can be read back with its trace', async () => {
    const range = { start: String(Date.now() / 1000 - 600), end: String(Date.now() / 1000 + 60) };
    const found = await ask('query_exemplars', { query: 'chat_first_response_seconds_bucket', ...range });
    expect(found).toMatchObject([{ seriesLabels: { le: expect.stringMatching(/^60(\.0)?$/) }, exemplars: [{ labels: { trace_id: TRACE_ID }, value: '60' }] }]);
  });
});
