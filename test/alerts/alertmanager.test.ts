import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { mergeReceivers } from '../../alerts/merge-receivers.ts';
import { amtool } from '../support/prometheus.ts';
import { alertmanagerFile, alertNames, alerts, alertsDir, root } from './files.ts';

const overlayDir = join(root, 'provisioning/alertmanager/receivers');
const overlayNames = readdirSync(overlayDir).toSorted();
const base = readFileSync(alertmanagerFile, 'utf8');
const overlay = (name: string): string => readFileSync(join(overlayDir, name), 'utf8');

/** Who hears each alert, by severity and owner. Every alert of the rules has a row here, and every receiver is in one. */
const destinations: readonly (readonly [alertname: string, severity: string, owner: string, receivers: string])[] = [
  ['CustomersWaiting', 'critical', 'support', 'on-call,support-chat'],
  ['DeliveryFailing', 'critical', 'support', 'on-call,support-chat'],
  ['FirstResponseBudgetBurn', 'critical', 'support', 'on-call,support-chat'],
  ['SendsWithoutConsent', 'critical', 'support', 'on-call,support-chat'],
  ...['FirstResponseBudgetBurn', 'FirstResponseAttainmentLow', 'ResolutionSlow', 'ResolutionBudgetBurn', 'CsatBelowGoal', 'SentimentDropping', 'BotContainmentDropped', 'BotHandoffsJump', 'CampaignDeliveryFailing',
    'ReadRateDropped', 'SendsWithoutConsent', 'WindowExpiring', 'CostOverBudget', 'InboundUnusuallyHigh', 'InboundUnusuallyLow'].map((alertname) => [alertname, 'warning', 'support', 'support-chat'] as const),
  ...['ConversationsOverdue', 'UnhappyCustomersWaiting', 'AgentsOverloaded', 'AgentsIdleWhileCustomersWait', 'VolumeAboveForecast', 'VolumeBelowForecast'].map((alertname) => [alertname, 'warning', 'supervisor', 'supervisor'] as const),
  ...['ExporterDown', 'ExporterAbsent', 'ExporterBlind', 'SourceSilent', 'WebhooksRejected', 'IngestQueueFilling', 'StoreUnavailable', 'RulesFailing', 'AlertmanagerUnreachable', 'AlertsNotSent', 'NotificationsFailing',
    'DiskFilling', 'CertificateExpiring'].map((alertname) => [alertname, 'critical', 'engineering', 'on-call,engineering-chat'] as const),
  ...['RollupStale', 'TraceExportSlow', 'TraceOutboxOld', 'PlatformUnread', 'AnalyticsForwardingFailing', 'ExporterRestarting', 'UnknownEventsRising', 'IngestLagging', 'FoldFailing', 'ScrapeTooLarge', 'CompanionDown', 'DiskFilling', 'CertificateExpiring']
    .map((alertname) => [alertname, 'warning', 'engineering', 'engineering-chat'] as const),
  ['Watchdog', 'none', 'engineering', 'deadman'],
];

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'replywatch-routes-'));
  await cp(join(alertsDir, 'templates'), join(directory, 'templates'), { recursive: true });
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe('alertmanager.yml', () => {
  test('is a configuration, with its templates', async () => {
    const { code, output } = await amtool(['check-config', alertmanagerFile]);
    expect(output).toContain('1 templates');
    expect(code).toBe(0);
  });

  test.each(destinations)('%s (%s, %s) goes to %s', async (alertname, severity, owner, receivers) => {
    expect(await route(receivers, { alertname, severity, owner })).toMatchObject({ code: 0 });
  });

  test('an alert that nobody owns goes to engineering, one for dashboards only to nobody', async () => {
    expect(await route('engineering-chat', { alertname: 'New', severity: 'warning' })).toMatchObject({ code: 0 });
    expect(await route('null', { alertname: 'New', severity: 'info', owner: 'support' })).toMatchObject({ code: 0 });
  });

  test('a wrong expectation is noticed', async () => {
    expect((await route('supervisor', { alertname: 'CustomersWaiting', severity: 'critical', owner: 'support' })).code).not.toBe(0);
  });

  test('the table has every alert of the rules, as the rules label it, and every receiver', () => {
    const labelled = new Set(alerts.map(({ alert, labels }) => `${alert} ${labels.severity} ${labels.owner}`));
    expect(destinations.map(([alertname, severity, owner]) => `${alertname} ${severity} ${owner}`).toSorted()).toEqual([...labelled].toSorted());
    const reached = new Set(destinations.flatMap(([, , , receivers]) => receivers.split(',')));
    const { receivers } = z.object({ receivers: z.array(z.object({ name: z.string() })) }).parse(parse(base, { merge: true }));
    expect([...reached, 'null'].toSorted()).toEqual(receivers.map(({ name }) => name).toSorted());
  });

  test('inhibition names alerts that exist, and no alert could silence itself', () => {
    const rule = z.strictObject({ source_matchers: z.array(z.string()), target_matchers: z.array(z.string()), equal: z.array(z.string()).optional() });
    const { inhibit_rules } = z.object({ inhibit_rules: z.array(rule) }).parse(parse(base, { merge: true }));
    for (const { source_matchers, target_matchers } of inhibit_rules) {
      const named = [...source_matchers, ...target_matchers].flatMap((matcher) => /^alertname=~?"(.+)"$/.exec(matcher)?.[1]?.split('|') ?? []);
      expect(named.filter((name) => !alertNames.includes(name))).toEqual([]);
      const both = alerts.filter(({ alert, labels }) => [...source_matchers, ...target_matchers].every((matcher) => fits(matcher, { ...labels, alertname: alert })));
      expect(both.map(({ alert }) => alert)).toEqual([]);
    }
  });

  test('an alert on one place holds back only those of the same place', () => {
    const rule = z.object({ source_matchers: z.array(z.string()), equal: z.array(z.string()).default([]) });
    const { inhibit_rules } = z.object({ inhibit_rules: z.array(rule) }).parse(parse(base, { merge: true }));
    const everywhere = inhibit_rules.filter(({ equal }) => equal.length === 0).map(({ source_matchers }) => source_matchers);
    const causes = alerts.filter(({ alert, labels }) => everywhere.some((matchers) => matchers.every((matcher) => fits(matcher, { ...labels, alertname: alert }))));
    expect(causes.map(({ alert }) => alert)).toContain('ExporterDown');
    expect(causes.filter(({ annotations }) => JSON.stringify(annotations).includes('$labels.')).map(({ alert }) => alert)).toEqual([]);
  });
});

describe('receivers to exchange', () => {
  test.each(['slack.yml', 'pagerduty.yml', 'email.yml'])('%s merged into the base is a configuration for every supported version', async (name) => {
    const file = join(directory, name);
    await writeFile(file, mergeReceivers(base, [overlay(name)]));
    expect(await amtool(['check-config', file])).toMatchObject({ code: 0 });
  });

  test.each(['teams.yml', 'deadman-url-file.yml'])('%s, which 0.25 refuses, holds only fields that newer versions document', (name) => {
    expect(() => newerReceivers.parse(parse(overlay(name)))).not.toThrow();
    expect(parse(mergeReceivers(base, [overlay(name)]))).toMatchObject({ receivers: expect.arrayContaining(newerReceivers.parse(parse(overlay(name))).receivers) });
  });

  test.each(overlayNames)('%s has its secrets in files and is in the table of the README', (name) => {
    expect(overlay(name)).not.toMatch(/^\s*(?:- )?(?:api_url|url|routing_key|service_key|auth_password|webhook_url|credentials):/m);
    const row = readFileSync(join(overlayDir, '../README.md'), 'utf8').split('\n').find((line) => line.startsWith(`| \`${name}\``)) ?? '';
    for (const [, secret] of overlay(name).matchAll(/\/run\/secrets\/(\w+)/g)) expect(row).toContain(`\`${secret}\``);
  });

  test('an overlay changes its own receivers, keeps the routes, and the last one wins', () => {
    const merged: unknown = parse(mergeReceivers(base, [overlay('slack.yml'), overlay('teams.yml')]));
    const original: unknown = parse(base, { merge: true });
    expect(merged).toMatchObject(z.looseObject({ route: z.unknown(), inhibit_rules: z.unknown() }).transform(({ route, inhibit_rules }) => ({ route, inhibit_rules })).parse(original));
    const receivers = z.object({ receivers: z.array(z.looseObject({ name: z.string() })) }).parse(merged).receivers;
    expect(Object.keys(receivers.find(({ name }) => name === 'support-chat') ?? {})).toEqual(['name', 'msteamsv2_configs']);
    expect(Object.keys(receivers.find(({ name }) => name === 'on-call') ?? {})).toEqual(['name', 'webhook_configs']);
  });

  test.each([
    ['names a receiver no route leads to', 'receivers: [{ name: nobody }]', 'no route leads to'],
    ['brings routes of its own', 'route: {}\nreceivers: []', 'receivers only, not route'],
    ['has no receivers', '{}', 'no list of receivers'],
    ['is a list', '[]', 'not a YAML mapping'],
    ['has a receiver without a name', 'receivers: [{ webhook_configs: [] }]', 'without a name'],
  ])('an overlay that %s is refused', (_, text, message) => {
    expect(() => mergeReceivers(base, [text])).toThrow(message);
  });
});

describe('templates', () => {
  const alert = (status: string, summary: string): object => ({
    status, labels: { alertname: 'CustomersWaiting', severity: 'critical', owner: 'support', inbox: 'support', channel: 'whatsapp' }, startsAt: '2026-03-02T09:00:00Z', endsAt: '0001-01-01T00:00:00Z',
    annotations: { summary, description: 'They <wait>.', dashboard_url: 'http://grafana.test/d/msg-overview?var-channel=whatsapp&var-inbox=support', runbook_url: 'http://replywatch.test/runbooks/CustomersWaiting', traces_url: 'http://grafana.test/d/msg-slow?var-inbox=support' },
  });
  const common = { receiver: 'support-chat', groupLabels: { alertname: 'CustomersWaiting', inbox: 'support', channel: 'whatsapp' }, commonLabels: { alertname: 'CustomersWaiting', severity: 'critical', inbox: 'support', channel: 'whatsapp' }, commonAnnotations: {} };
  const firing = { ...common, status: 'firing', alerts: [alert('firing', '3 waiting'), alert('resolved', '1 waiting')] };
  const resolved = { ...common, status: 'resolved', alerts: [alert('resolved', '3 waiting')] };

  test.each([
    ['title', firing, 'CRITICAL: CustomersWaiting · support · whatsapp (2)'],
    ['title', { ...firing, alerts: [alert('firing', 'Support (whatsapp): 3 waiting')] }, 'CRITICAL: CustomersWaiting · Support (whatsapp): 3 waiting'],
    ['title', resolved, 'RESOLVED: CustomersWaiting · support · whatsapp'],
    ['colour', firing, 'danger'],
    ['colour', resolved, 'good'],
    ['text', resolved, [
      'Over: 3 waiting', 'They <wait>.', 'Look: http://grafana.test/d/msg-overview?var-channel=whatsapp&var-inbox=support',
      'Conversations: http://grafana.test/d/msg-slow?var-inbox=support', 'Do: http://replywatch.test/runbooks/CustomersWaiting',
    ].join('\n')],
  ])('replywatch.%s', async (name, data, expected) => {
    expect((await render(name, data)).trim()).toBe(expected);
  });

  test('the mail has both links and is HTML', async () => {
    const html = await render('html', firing);
    expect(html).toContain('<strong>3 waiting</strong>');
    expect(html).toContain('<strong>Over: 1 waiting</strong>');
    expect(html).toContain('href="http://replywatch.test/runbooks/CustomersWaiting"');
  });

  async function render(name: string, data: object): Promise<string> {
    const file = join(directory, 'alert.json');
    await writeFile(file, JSON.stringify(data));
    const { code, output } = await amtool(['template', 'render', `--template.glob=${alertsDir}/templates/*.tmpl`, `--template.text={{ template "replywatch.${name}" . }}`, `--template.data=${file}`]);
    expect(code).toBe(0);
    return output;
  }
});

/** https://prometheus.io/docs/alerting/latest/configuration/#receiver-integration-settings, the fields the overlays use. */
const newerReceivers = z.strictObject({
  receivers: z.array(z.union([
    z.strictObject({ name: z.string(), msteamsv2_configs: z.array(z.strictObject({ webhook_url_file: z.string(), send_resolved: z.boolean(), title: z.string(), text: z.string() })) }),
    z.strictObject({ name: z.string(), webhook_configs: z.array(z.strictObject({ url_file: z.string(), send_resolved: z.boolean() })) }),
  ])),
});

function route(receivers: string, labels: Readonly<Record<string, string>>): ReturnType<typeof amtool> {
  return amtool(['config', 'routes', 'test', `--config.file=${alertmanagerFile}`, `--verify.receivers=${receivers}`, ...Object.entries(labels).map(([name, value]) => `${name}=${value}`)]);
}

function fits(matcher: string, labels: Readonly<Record<string, string | undefined>>): boolean {
  const [, label = '', op, value = ''] = /^(\w+)(=~?)"(.*)"$/.exec(matcher) ?? [];
  return op === '=~' ? new RegExp(`^(?:${value})$`).test(labels[label] ?? '') : labels[label] === value;
}
