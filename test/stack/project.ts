// A project directory in the shape of ours, small enough to read: configurations made for containers, one rule that always fires.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const PROMETHEUS = `
global:
  scrape_interval: 1s
  evaluation_interval: 1s
  external_labels: { grafana_url: http://grafana:3000, cluster: demo }
rule_files: [/etc/prometheus/rules/*.yml]
alerting:
  alertmanagers: [{ static_configs: [{ targets: ['alertmanager:9093'] }] }]
storage: { exemplars: { max_exemplars: 1000 } }
remote_write: [{ url: http://mimir:9009/api/v1/push }]
scrape_configs:
  - job_name: replywatch
    sample_limit: 60000
    authorization: { credentials_file: /run/secrets/telemetry_token }
    static_configs: [{ targets: ['exporter:9877'], labels: { site: main } }]
    metric_relabel_configs: [{ source_labels: [__name__], regex: chat_.*, target_label: instance, replacement: shared }]
  - { job_name: prometheus, static_configs: [{ targets: ['prometheus:9090'] }] }
  - { job_name: alertmanager, static_configs: [{ targets: ['alertmanager:9093'] }] }
  - { job_name: tempo, dns_sd_configs: [{ names: [tempo], type: A, port: 3200 }] }
`;

export const ALERTMANAGER = `
global: { slack_api_url_file: /run/secrets/slack_url, resolve_timeout: 5m }
route: { receiver: chat, group_wait: 0s, group_interval: 1s }
receivers:
  - name: chat
    slack_configs: [{ channel: '#support', text: '{{ template "messaging.title" . }}' }]
  - name: on-call
    pagerduty_configs: [{ routing_key_file: /run/secrets/pagerduty }]
  - name: relay
    webhook_configs: [{ url: http://relay:8080/alerts }]
  - name: chosen
    webhook_configs: [{ url: https://hooks.example.com/x, http_config: { authorization: { credentials_file: credentials/token } } }]
  - name: 'null'
templates: [/etc/alertmanager/templates/*.tmpl]
`;

export const DATASOURCES = `
apiVersion: 1
datasources:
  - { name: Prometheus, uid: prometheus, type: prometheus, url: 'http://prometheus:9090', jsonData: { timeInterval: 15s } }
  - { name: Tempo, uid: tempo, type: tempo, url: 'http://tempo:3200', jsonData: { tracesToMetrics: { tags: [{ key: a, value: '$$__tags' }] } } }
  - name: Postgres
    uid: postgres
    type: postgres
    url: postgres:5432
    user: someone
    jsonData: { database: messaging, maxOpenConns: 10 }
    secureJsonData: { password: '$__file{/run/secrets/grafana_db_password}' }
`;

export const DASHBOARDS = `
apiVersion: 1
providers: [{ name: messaging, folder: Messaging, type: file, options: { path: /var/lib/grafana/dashboards } }]
`;

const RULES = `
groups:
  - name: demo
    rules:
      - alert: AlwaysOn
        expr: chat_waiting > 0
        labels: { severity: warning }
        annotations: { dashboard_url: '{{ $externalLabels.grafana_url }}/d/msg-overview' }
`;

const FILES: Readonly<Record<string, string>> = {
  'provisioning/prometheus/prometheus.yml': PROMETHEUS,
  'provisioning/grafana/datasources/messaging.yaml': DATASOURCES,
  'provisioning/grafana/dashboards/messaging.yaml': DASHBOARDS,
  'alerts/alertmanager.yml': ALERTMANAGER,
  'alerts/rules/demo.yml': RULES,
  'alerts/templates/messaging.tmpl': '{{ define "messaging.title" }}{{ .Status }}{{ end }}',
  'alerts/credentials/token': 'x',
  'dashboards/msg-overview.json': '{}',
};

export function writeProject(directory: string): void {
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
}
