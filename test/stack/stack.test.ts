import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createLogger } from '../../exporter/log.ts';
import { missing } from '../../exporter/stack/companions.ts';
import { findGrafana } from '../../exporter/stack/find.ts';
import { startOtlpViewer } from '../../exporter/stack/otlp-viewer.ts';
import { startStack } from '../../exporter/stack/stack.ts';
import type { Stack, StackOptions } from '../../exporter/stack/stack.ts';
import { webhookReceiver } from '../support/prometheus.ts';
import { until } from '../support/until.ts';
import { writeProject } from './project.ts';

const directory = mkdtempSync(join(tmpdir(), 'replywatch-stack-'));
const project = join(directory, 'project');
const TRACE = '5b8efff798038103d269b633813fc60c';
const log = createLogger('silent');
let telemetry: Server;
let telemetryUrl: string;
let stack: Stack | undefined;

beforeAll(async () => {
  writeProject(project);
  telemetry = createServer((_, response) => {
    response.setHeader('content-type', 'application/openmetrics-text; version=1.0.0; charset=utf-8');
    response.end(`# TYPE chat_waiting gauge\nchat_waiting 3\n# TYPE chat_replies counter\nchat_replies_total 5 # {trace_id="${TRACE}"} 1\n# EOF\n`);
  });
  telemetry.listen(0, '127.0.0.1');
  await once(telemetry, 'listening');
  const address = telemetry.address();
  telemetryUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
});

afterEach(async () => {
  await stack?.stop();
  stack = undefined;
});

afterAll(() => {
  telemetry.closeAllConnections();
  telemetry.close();
  rmSync(directory, { recursive: true });
});

describe('the stack', () => {
  test('scrapes us with exemplars, and its alert reaches a webhook with a link to the Grafana here', async () => {
    const receiver = await webhookReceiver();
    stack = await startStack(options({ only: ['alertmanager', 'prometheus'], alertWebhookUrl: `${receiver.url}/alerts` }));
    expect(stack.rows.map(({ name, url }) => [name, url !== undefined])).toEqual([['Alertmanager', true], ['Prometheus', true]]);
    const { body } = await receiver.waitFor(({ body }) => body.alerts.some(({ labels }) => labels.alertname === 'AlwaysOn'));
    expect(body.alerts[0]?.annotations.dashboard_url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/d\/msg-overview$/);
    const exemplars = await ask(`${stack.urls.prometheus}/api/v1/query_exemplars?query=chat_replies_total&start=0&end=4102444800`);
    expect(JSON.stringify(exemplars)).toContain(TRACE);
    // Each target has its own place within the scrape interval, so the three do not appear at once.
    const { prometheus } = stack.urls;
    const jobs = await until('jobs', async () => {
      const { data } = (await ask(`${prometheus}/api/v1/query?query=up`)) as { data: { result: { metric: { job: string } }[] } };
      const found = data.result.map(({ metric }) => metric.job).sort();
      return found.length >= 3 ? found : undefined;
    });
    expect(jobs).toEqual(['alertmanager', 'prometheus', 'replywatch']);
    await stack.stop();
    await expect(fetch(`${stack.urls.prometheus}/-/ready`)).rejects.toThrow();
    await expect(fetch(`${stack.urls.alertmanager}/-/ready`)).rejects.toThrow();
    await receiver.stop();
  });

  test('names what is missing with the command that brings it', () => {
    expect(missing('prometheus', 'linux')).toEqual({ name: 'Prometheus', note: 'not found; to have it: apt-get install --no-install-recommends prometheus' });
    expect(missing('alertmanager', 'linux').note).toContain('apt-get install --no-install-recommends prometheus-alertmanager');
    expect(missing('prometheus', 'darwin').note).toContain('brew install prometheus');
  });

  test('goes on without a companion that does not start, and says why', async () => {
    const broken = join(directory, 'broken');
    writeProject(broken);
    writeFileSync(join(broken, 'alerts/alertmanager.yml'), 'route: { receiver: nobody }\nreceivers: []\n');
    stack = await startStack(options({ only: ['alertmanager', 'prometheus'], projectDir: broken, dataDir: join(directory, 'broken-data') }));
    expect(stack.rows[0]).toMatchObject({ name: 'Alertmanager', note: expect.stringMatching(/did not start: .*nobody/s) });
    expect(stack.rows[0]?.url).toBeUndefined();
    expect(stack.rows[1]?.url).toBeDefined();
  });

  test('starts no viewer when traces go somewhere already', async () => {
    stack = await startStack(options({ only: ['otlp-viewer'], otlpEndpoint: 'http://tempo.example:4318' }));
    expect(stack.rows).toEqual([{ name: 'Traces', note: 'traces go to http://tempo.example:4318' }]);
    expect(stack.otlpEndpoint).toBeUndefined();
  });

  test('lists and stops a viewer that was started before', async () => {
    const viewer = await startOtlpViewer({ dataDir: join(directory, 'data'), log });
    if (viewer === undefined) throw new Error('the viewer is a development dependency, so it is here');
    stack = await startStack(options({ only: ['otlp-viewer'], viewer }));
    expect(stack.rows[0]?.url).toBe(viewer.uiUrl);
    await stack.stop();
    expect(viewer.child.isRunning()).toBe(false);
  });
});

describe('the viewer', () => {
  test('holds a trace that was sent to it, and shows its page', async () => {
    stack = await startStack(options({ only: ['otlp-viewer'] }));
    await send(stack, oneSpan({ attributes: [{ key: 'conversation.id', value: { stringValue: '7' } }] }));
    const ui = stack.urls['otlp-viewer'] ?? '';
    const span = await until('the span', async () => {
      const response = await fetch(`${ui}/api/traces/${TRACE}`);
      return response.ok ? (JSON.parse((await response.text()).split('\n')[0] ?? '') as { name: string }) : undefined;
    });
    expect(span.name).toBe('conversation');
    expect(await ask(`${ui}/api/traces`)).toEqual([`trace-${TRACE}.ndjson`]);
    expect(await (await fetch(ui)).text()).toContain('<html');
  });

  test('draws a conversation whose root is still to come, and lists conversations only', async () => {
    stack = await startStack(options({ only: ['otlp-viewer'], dataDir: join(directory, 'open') }));
    const open = { traceId: 'c'.repeat(32), name: 'agent turn', parentSpanId: 'aaaaaaaaaaaaaaaa', attributes: [{ key: 'conversation.id', value: { stringValue: '7' } }] };
    for (const span of [{ name: 'rollup run' }, open, open]) await send(stack, oneSpan(span));
    const ui = stack.urls['otlp-viewer'] ?? '';
    const listed = await until('a trace in the list', async () => (await ask(`${ui}/api/traces`) as string[]).find(() => true));
    expect(listed).toBe(`trace-${open.traceId}.ndjson`);
    const span = await ask(`${ui}/api/traces/${open.traceId}`);
    expect(span).toMatchObject({ name: 'agent turn' });
    expect(span).not.toHaveProperty('parentSpanId');
    expect(await until('the other span', async () => {
      const response = await fetch(`${ui}/api/traces/${TRACE}`);
      return response.ok ? await response.json() : undefined;
    })).toMatchObject({ name: 'rollup run' });
    expect(await ask(`${ui}/api/traces`)).toEqual([listed]);
  });

  test('serves nothing from outside its two directories', async () => {
    stack = await startStack(options({ only: ['otlp-viewer'] }));
    for (const path of ['/../package.json', '/%2e%2e/package.json', '/..%2fpackage.json', '/api/traces/..%2f..%2f..%2fpackage.json', '/js/']) {
      expect((await fetch(`${stack.urls['otlp-viewer']}${path}`)).status).toBe(404);
    }
  });
});

describe('Grafana', () => {
  // Not packaged by Debian: a stand-in at the place of the binary shows what it would have been given.
  test('is found by its home and started with our provisioning, on loopback, open to look at', async () => {
    const home = join(directory, 'grafana');
    mkdirSync(join(home, 'bin'), { recursive: true });
    mkdirSync(join(home, 'conf'));
    writeFileSync(join(home, 'conf/defaults.ini'), '');
    const binary = join(home, 'bin/grafana');
    writeFileSync(binary, `#!${process.execPath}\n${STAND_IN}`);
    chmodSync(binary, 0o755);
    const env = { ...process.env, GRAFANA_HOME: home };
    expect(findGrafana(env)).toEqual({ command: binary, subcommand: ['server'], home });
    stack = await startStack(options({ only: ['grafana'], env, readerUrl: 'postgres://reader:pw@127.0.0.1:5432/replywatch' }));
    const given = (await ask(`${stack.urls.grafana}/given`)) as { argv: string[]; env: Record<string, string>; datasources: string };
    expect(given.argv).toEqual(['server', '--homepath', home]);
    expect(given.env).toMatchObject({ GF_SERVER_HTTP_ADDR: '127.0.0.1', GF_AUTH_ANONYMOUS_ENABLED: 'true', GF_AUTH_ANONYMOUS_ORG_ROLE: 'Viewer' });
    expect(given.datasources).toContain('127.0.0.1:5432');
    expect(stack.rows[0]?.note).toContain('open to everyone on this machine');
    expect(readFileSync(given.env.GF_SECURITY_ADMIN_PASSWORD__FILE ?? '', 'utf8')).toMatch(/^.{20,}$/);
  });
});

const STAND_IN = `
const { readFileSync } = require('node:fs');
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('GF_')));
require('node:http').createServer((request, response) => {
  const datasources = readFileSync(env.GF_PATHS_PROVISIONING + '/datasources/messaging.yaml', 'utf8');
  response.end(JSON.stringify(request.url === '/given' ? { argv: process.argv.slice(2), env, datasources } : {}));
}).listen(Number(env.GF_SERVER_HTTP_PORT), env.GF_SERVER_HTTP_ADDR);
`;

function options(some: Partial<StackOptions>): StackOptions {
  return { dataDir: join(directory, 'data'), telemetryUrl, log, projectDir: project, ...some };
}

async function ask(url: string): Promise<unknown> {
  return (await fetch(url)).json();
}

async function send(to: Stack, spans: unknown): Promise<void> {
  const sent = await fetch(`${to.otlpEndpoint}/v1/traces`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(spans) });
  expect(sent.status).toBe(200);
}

function oneSpan(some: object = {}): unknown {
  const time = { startTimeUnixNano: '1760000000000000000', endTimeUnixNano: '1760000001000000000' };
  const span = { traceId: TRACE, spanId: 'eee19b7ec3c1b174', name: 'conversation', kind: 1, ...time, attributes: [], status: {}, ...some };
  return { resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ scope: { name: 'test' }, spans: [span] }] }] };
}
