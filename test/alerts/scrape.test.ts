import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { startPrometheus, webhookReceiver, type Receiver, type Server } from '../support/prometheus.ts';
import { alerts, recordings, root, ruleFiles } from './files.ts';
import { STACK_METRICS } from './known-metrics.ts';
import { until } from '../support/until.ts';

// The repository's Prometheus configuration on a real Prometheus, against a page of metrics as a leading replica serves it. Addresses
// and intervals are changed, nothing else.
const page = [
  '# TYPE chat_conversations_waiting gauge',
  'chat_conversations_waiting{instance="c0ffee",channel="sms",inbox="support"} 2',
  '# TYPE replywatch_leader gauge',
  'replywatch_leader 1',
  '',
].join('\n');

let exporter: HttpServer;
let alertmanager: Receiver;
let prometheus: Server;
let target: string;
let rulesDir: string;

beforeAll(async () => {
  exporter = createServer((_, response) => response.setHeader('content-type', 'text/plain; version=0.0.4').end(page));
  exporter.listen(0, '127.0.0.1');
  await once(exporter, 'listening');
  target = `127.0.0.1:${(exporter.address() as AddressInfo).port}`; // a TCP listener has an AddressInfo
  alertmanager = await webhookReceiver();

  rulesDir = await mkdtemp(join(tmpdir(), 'replywatch-scrape-'));
  for (const file of ruleFiles) {
    // Prometheus learns its Alertmanagers 5 s after its start, and repeats an alert that nobody took after a minute only: Watchdog waits.
    const text = readFileSync(file, 'utf8').replace(/^( *)expr: vector\(1\)$/m, '$&\n$1for: 8s').replaceAll(/^( *)interval: \w+$/gm, '$1interval: 1s');
    await writeFile(join(rulesDir, basename(file)), text);
  }
  const file = z.looseObject({ global: z.looseObject({}), alerting: z.looseObject({}), scrape_configs: z.array(z.looseObject({ job_name: z.string() })) });
  const config = file.parse(parse(readFileSync(join(root, 'provisioning/prometheus/prometheus.yml'), 'utf8')));
  prometheus = await startPrometheus({ config: {
    ...config,
    global: { ...config.global, scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [join(rulesDir, '*.yml')],
    alerting: { ...config.alerting, alertmanagers: [{ static_configs: [{ targets: [new URL(alertmanager.url).host] }] }] },
    scrape_configs: config.scrape_configs.filter(({ job_name }) => job_name === 'replywatch').map((job) => ({ ...job, static_configs: [{ targets: [target] }] })),
  } });
});
afterAll(async () => {
  await prometheus.stop();
  await alertmanager.stop();
  exporter.closeAllConnections();
  exporter.close();
  await rm(rulesDir, { recursive: true, force: true });
});

describe('the provisioned Prometheus', { timeout: 300_000 }, () => {
  test('gives the series of the cluster an instance of their own, and leaves those of the process at their address', async () => {
    expect(await instanceOf('chat_conversations_waiting')).toEqual(['replywatch-c0ffee']);
    expect(await instanceOf('replywatch_leader')).toEqual([target]);
    expect(await instanceOf('up{job="replywatch"}')).toEqual([target]);
  });

  test('sends alerts whose links are complete and whose labels hold no address', async () => {
    await alertmanager.waitFor(({ path, body }) => path === '/api/v2/alerts' && sent.parse(body).some(({ labels }) => labels.alertname === 'Watchdog'));
    const watchdog = alertmanager.notifications.flatMap(({ body }) => sent.parse(body)).find(({ labels }) => labels.alertname === 'Watchdog');
    expect(watchdog?.labels).toEqual({ alertname: 'Watchdog', severity: 'none', owner: 'engineering' });
    expect(watchdog?.annotations).toMatchObject({ runbook_url: 'http://localhost:9877/runbooks/Watchdog', dashboard_url: 'http://localhost:3000/d/msg-pipeline' });
  });

  test('says of itself what the rules about it read', async () => {
    const text = await (await fetch(`${prometheus.url}/metrics`)).text();
    for (const [name] of STACK_METRICS.filter(([metric]) => metric.startsWith('prometheus_'))) expect(text).toMatch(new RegExp(`^${name}[{ ]`, 'm'));
  });

  test('evaluates every rule without an error', async () => {
    const answer = z.object({ data: z.object({ groups: z.array(z.object({ rules: z.array(z.object({ name: z.string(), health: z.string(), lastError: z.string().optional() })) })) }) });
    const evaluated = await until('every rule was evaluated', async () => {
      const rules = answer.parse(await get('/api/v1/rules')).data.groups.flatMap((group) => group.rules);
      return rules.every(({ health }) => health !== 'unknown') ? rules : undefined;
    }, 200_000);
    expect(evaluated.length).toBe(alerts.length + recordings.length);
    expect(evaluated.filter(({ health }) => health !== 'ok')).toEqual([]);
  });
});

const sent = z.array(z.object({ labels: z.record(z.string(), z.string()), annotations: z.record(z.string(), z.string()) }));

async function instanceOf(selector: string): Promise<readonly (string | undefined)[]> {
  const answer = z.object({ data: z.object({ result: z.array(z.object({ metric: z.record(z.string(), z.string()) })) }) });
  return until('the first scrape is there', async () => {
    const { result } = answer.parse(await get(`/api/v1/query?query=${encodeURIComponent(selector)}`)).data;
    return result.length > 0 ? result.map(({ metric }) => metric.instance) : undefined;
  }, 90_000);
}

async function get(path: string): Promise<unknown> {
  return (await fetch(`${prometheus.url}${path}`)).json();
}
