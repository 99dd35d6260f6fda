import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { localAlertmanagerConfig } from '../../exporter/stack/alertmanager.ts';
import { localDashboards, localDatasources } from '../../exporter/stack/grafana.ts';
import { localPrometheusConfig } from '../../exporter/stack/prometheus.ts';
import { amtool, promtool } from '../support/prometheus.ts';
import { ALERTMANAGER, DASHBOARDS, DATASOURCES, PROMETHEUS, writeProject } from './project.ts';

const project = mkdtempSync(join(tmpdir(), 'replywatch-project-'));
writeProject(project);
afterAll(() => rmSync(project, { recursive: true }));

describe('the Prometheus configuration for this machine', () => {
  const local = {
    configFile: join(project, 'provisioning/prometheus/prometheus.yml'), rulesDir: join(project, 'alerts/rules'), port: 19090,
    targets: { replywatch: '127.0.0.1:9877', alertmanager: '127.0.0.1:19093' }, alertmanager: '127.0.0.1:19093', grafanaUrl: 'http://127.0.0.1:3000',
    runbookUrl: 'http://127.0.0.1:9877/runbooks',
  };

  test('scrapes what runs here, at its address here, and keeps everything else of the job', () => {
    const config = parse(localPrometheusConfig(PROMETHEUS, local));
    expect(config.scrape_configs.map((job: { job_name: string; static_configs: [{ targets: string[] }] }) => [job.job_name, job.static_configs[0].targets[0]])).toEqual([
      ['replywatch', '127.0.0.1:9877'], ['prometheus', '127.0.0.1:19090'], ['alertmanager', '127.0.0.1:19093'],
    ]);
    expect(config.scrape_configs[0]).toMatchObject({ sample_limit: 60_000, static_configs: [{ labels: { site: 'main' } }], metric_relabel_configs: [{ target_label: 'instance' }] });
    expect(config.storage).toEqual({ exemplars: { max_exemplars: 1000 } });
  });

  test('sends alerts to the Alertmanager here, with links to the Grafana here', () => {
    const config = parse(localPrometheusConfig(PROMETHEUS, local));
    expect(config.alerting.alertmanagers).toEqual([{ static_configs: [{ targets: ['127.0.0.1:19093'] }] }]);
    expect(config.global.external_labels).toEqual({ grafana_url: 'http://127.0.0.1:3000', runbook_url: 'http://127.0.0.1:9877/runbooks', cluster: 'demo' });
    expect(config.remote_write).toEqual([]);
  });

  test('asks for no token file that is not here, and uses the one it is given', () => {
    expect(parse(localPrometheusConfig(PROMETHEUS, local)).scrape_configs[0].authorization).toBeUndefined();
    const withToken = parse(localPrometheusConfig(PROMETHEUS, { ...local, telemetryTokenFile: '/data/token' }));
    expect(withToken.scrape_configs[0].authorization).toEqual({ type: 'Bearer', credentials_file: '/data/token' });
    expect(withToken.scrape_configs[1].authorization).toBeUndefined();
  });

  test('is one that Prometheus accepts, with its rules', async () => {
    const file = join(project, 'local.yml');
    writeFileSync(file, localPrometheusConfig(PROMETHEUS, local));
    expect(await promtool(['check', 'config', file])).toMatchObject({ code: 0, output: expect.stringContaining('1 rules found') });
  });
});

describe("the project's own configuration", () => {
  const root = fileURLToPath(new URL('../../', import.meta.url));

  test('becomes one that Prometheus accepts here, with all of its rules', async () => {
    const configFile = join(root, 'provisioning/prometheus/prometheus.yml');
    const text = localPrometheusConfig(readFileSync(configFile, 'utf8'), {
      configFile, rulesDir: join(root, 'alerts/rules'), port: 19090, targets: { replywatch: '127.0.0.1:9877' }, grafanaUrl: 'http://127.0.0.1:3000', runbookUrl: 'http://127.0.0.1:9877/runbooks',
    });
    expect(parse(text).scrape_configs).toMatchObject([{ job_name: 'replywatch', honor_labels: true }, { job_name: 'prometheus' }]);
    const file = join(project, 'own.yml');
    writeFileSync(file, text);
    expect(await promtool(['check', 'config', file])).toMatchObject({ code: 0 });
  });

  test('becomes one that Alertmanager accepts here, without the relay of the compose file', async () => {
    const { text, muted } = localAlertmanagerConfig(readFileSync(join(root, 'alerts/alertmanager.yml'), 'utf8'), { baseDir: join(root, 'alerts') });
    expect(muted).toContain('on-call');
    expect(text).not.toContain('alert-relay');
    const file = join(project, 'own-alertmanager.yml');
    writeFileSync(file, text);
    expect(await amtool(['check-config', file])).toMatchObject({ code: 0 });
  });
});

describe('the Alertmanager configuration for this machine', () => {
  const baseDir = join(project, 'alerts');

  test('leaves out what has no credentials here or lives in a container, and names the receivers', () => {
    const { text, muted } = localAlertmanagerConfig(ALERTMANAGER, { baseDir });
    expect(muted).toEqual(['chat', 'on-call', 'relay']);
    expect(parse(text).receivers).toEqual([
      { name: 'chat' }, { name: 'on-call' }, { name: 'relay' },
      { name: 'chosen', webhook_configs: [{ url: 'https://hooks.example.com/x', http_config: { authorization: { credentials_file: join(baseDir, 'credentials/token') } } }] },
      { name: 'null' },
    ]);
    expect(parse(text).global).toEqual({ resolve_timeout: '5m' });
  });

  test('keeps an integration with a file of its own when only the global one is missing', () => {
    const own = `global: { slack_api_url_file: /nowhere }\nreceivers: [{ name: a, slack_configs: [{ api_url_file: credentials/token }] }]`;
    expect(localAlertmanagerConfig(own, { baseDir })).toMatchObject({ muted: [], text: expect.stringContaining(join(baseDir, 'credentials/token')) });
  });

  test('gives every receiver the webhook that was asked for', () => {
    const { text } = localAlertmanagerConfig(ALERTMANAGER, { baseDir, webhookUrl: 'http://127.0.0.1:1/hook' });
    for (const receiver of parse(text).receivers) expect(receiver.webhook_configs.at(-1)).toEqual({ url: 'http://127.0.0.1:1/hook', send_resolved: true });
  });

  test('is one that Alertmanager accepts, with its templates', async () => {
    const file = join(project, 'local-alertmanager.yml');
    writeFileSync(file, localAlertmanagerConfig(ALERTMANAGER, { baseDir }).text);
    expect(await amtool(['check-config', file])).toMatchObject({ code: 0, output: expect.stringMatching(/1 templates/) });
  });
});

describe("Grafana's provisioning for this machine", () => {
  test('has the datasources that run here and removes the others', () => {
    const file = parse(localDatasources(DATASOURCES, { prometheus: 'http://127.0.0.1:19090', postgres: 'postgres://reader:p%24w@127.0.0.1:55432/replywatch' }));
    expect(file.datasources).toEqual([
      { name: 'Prometheus', uid: 'prometheus', type: 'prometheus', url: 'http://127.0.0.1:19090', jsonData: { timeInterval: '15s' } },
      {
        name: 'Postgres', uid: 'postgres', type: 'postgres', url: '127.0.0.1:55432', user: 'reader',
        jsonData: { database: 'replywatch', maxOpenConns: 10, sslmode: 'disable' }, secureJsonData: { password: 'p$$w' },
      },
    ]);
    expect(file.deleteDatasources).toEqual([{ name: 'Tempo', orgId: 1 }]);
  });

  test('reads the dashboards from the project', () => {
    expect(parse(localDashboards(DASHBOARDS, '/here')).providers).toEqual([{ name: 'messaging', folder: 'Messaging', type: 'file', options: { path: '/here' } }]);
  });
});
