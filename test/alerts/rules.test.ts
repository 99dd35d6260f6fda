import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { DEFAULT_SETTINGS } from '../../exporter/core/settings.ts';
import { SELF_SPANS } from '../../exporter/traces/self.ts';
import { UIDS } from '../../dashboards/src/links.ts';
import { CSAT_GOAL_RATIO, CSAT_MIN_RATINGS, FAILED_LIMIT_RATIO, SILENT_SECONDS, UTILISATION_RANGE } from '../../dashboards/src/targets.ts';
import { promtool } from '../support/prometheus.ts';
import { alertNames, alerts, alertsDir, recordings, root, ruleFiles, ruleTests, runbooks, seconds, testFiles } from './files.ts';
import { fragileIn, metricsIn, problemsIn } from './promql.ts';

const directories: string[] = [];
afterAll(async () => { for (const directory of directories) await rm(directory, { recursive: true, force: true }); });

describe('as Prometheus reads them', { timeout: 600_000 }, () => {
  test.each(ruleFiles.map((file) => [basename(file), file]))('%s passes the linter', async (_, file) => {
    expect(await promtool(['check', 'rules', '--lint=all', '--lint-fatal', file])).toMatchObject({ code: 0 });
  });

  test.each(testFiles.map((file) => [basename(file), file]))('%s: the rules fire and stay silent as told', async (_, file) => {
    const { code, output } = await promtool(['test', 'rules', file]);
    expect(output).not.toContain('FAILED');
    expect(code).toBe(0);
  });

  test('a rule that fires too early is noticed', async () => {
    const directory = await scratch();
    await cp(alertsDir, directory, { recursive: true });
    const rules = join(directory, 'rules/waiting.yml');
    await writeFile(rules, readFileSync(rules, 'utf8').replace('for: 5m', 'for: 1m'));
    expect((await promtool(['test', 'rules', join(directory, 'tests/waiting.yml')])).code).not.toBe(0);
  });

  test('the configuration loads in the layout of the container, with every rule file', async () => {
    const directory = await scratch();
    await cp(join(root, 'provisioning/prometheus/prometheus.yml'), join(directory, 'prometheus.yml'));
    await cp(join(alertsDir, 'rules'), join(directory, 'rules'), { recursive: true });
    const { code, output } = await promtool(['check', 'config', join(directory, 'prometheus.yml')]);
    expect(output).toContain(`${ruleFiles.length} rule files found`);
    expect(code).toBe(0);
  });
});

describe('recording rules', () => {
  test.each(recordings.map(({ record, expr }) => [record, expr]))('%s is named level:metric:operations, reads known series and is used', (record, expr) => {
    expect(record).toMatch(/^[a-z_]+:chat_[a-z_]+:[a-z0-9_]+$/);
    expect([...problemsIn(expr), ...fragileIn(expr)]).toEqual([]);
    const readers = [...alerts, ...recordings].filter((rule) => metricsIn(rule.expr).includes(record));
    expect(readers.length).toBeGreaterThan(0);
  });
});

describe.each(alertNames)('%s', (name) => {
  const rules = alerts.filter(({ alert }) => alert === name);
  const checks = ruleTests.map((group) => group.alert_rule_test.filter(({ alertname }) => alertname === name));
  const fires = (check: { exp_alerts: readonly unknown[] }): boolean => check.exp_alerts.length > 0;

  test('reads series that exist, with labels and values they can have', () => {
    for (const { expr } of rules) expect([...problemsIn(expr), ...fragileIn(expr)]).toEqual([]);
  });

  test('says how urgent it is and whose it is', () => {
    for (const { labels } of rules) {
      expect(['critical', 'warning', 'info', 'none']).toContain(labels.severity);
      expect(['support', 'supervisor', 'engineering']).toContain(labels.owner);
      expect(Object.values(labels).filter((value) => value.includes('{{'))).toEqual([]); // a value in a label makes a new alert at each change
    }
  });

  test('has a sentence for the night, an explanation, a page and a dashboard, and leads to conversations where it is about them, to spans of the exporter where these say more', () => {
    for (const { annotations, labels } of rules) {
      const isAboutCustomers = labels.owner !== 'engineering';
      expect(Object.keys(annotations).toSorted()).toEqual(['dashboard_url', 'description', 'runbook_url', 'summary', ...(name in WITHOUT_TRACES ? [] : ['traces_url'])]);
      if (!isAboutCustomers && annotations.traces_url !== undefined) expect(selfSpansOf(annotations.traces_url)).toEqual([expect.toBeOneOf(Object.keys(SELF_SPANS))]);
      if (isAboutCustomers) expect([...dashboardProblems(annotations.traces_url ?? ''), /\/d\/msg-slow\b/.test(annotations.traces_url ?? '')]).toEqual([true]);
      expect(annotations.summary).not.toContain('\n');
      if (name !== 'Watchdog') expect(annotations.summary).toMatch(/\$value|\d/);
      expect(annotations.runbook_url).toBe(`{{ $externalLabels.runbook_url }}/${name}`);
      expect(dashboardProblems(annotations.dashboard_url ?? '')).toEqual([]);
    }
  });

  test('holds for two evaluations before it fires', () => {
    if (name === 'Watchdog') return expect(rules.map((rule) => rule.for)).toEqual([undefined]);
    for (const rule of rules) expect(seconds(rule.for ?? '')).toBeGreaterThanOrEqual(30);
  });

  test('has a page: meaning, impact, check, fix, silence', () => {
    const page = runbooks.get(name) ?? '';
    expect(page.split('\n')[0]).toBe(`# ${name}`);
    expect([...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)).toEqual(['Meaning', 'Impact', 'Check', 'Fix', 'Silence']);
    for (const [, target] of page.matchAll(/\]\(([A-Z]\w+)\)/g)) expect(alertNames).toContain(target);
  });

  test('is shown to fire, with each of its rules', () => {
    const fired = checks.flat().flatMap(({ exp_alerts }) => exp_alerts.map(({ exp_labels }) => exp_labels));
    for (const { labels } of rules) expect(fired).toContainEqual(expect.objectContaining(labels));
  });

  test('is shown to stay silent with little traffic, where traffic matters', () => {
    const quiet = ruleTests.some((group) => /low traffic/.test(group.name) && group.alert_rule_test.some(({ alertname }) => alertname === name));
    expect(quiet || name in WITHOUT_TRAFFIC).toBe(true);
  });

  test('is shown to stay silent, and to end', () => {
    if (name === 'Watchdog') return expect(checks.flat().every(fires)).toBe(true); // its silence is the alarm
    expect(checks.some((group) => group.some((check, index) => !fires(check) && !group.slice(0, index).some(fires)))).toBe(true);
    expect(checks.some((group) => group.some((check, index) => fires(check) && group.slice(index + 1).some((later) => !fires(later))))).toBe(true);
  });
});

test('every page in runbooks/ belongs to an alert', () => {
  expect([...runbooks.keys()].toSorted()).toEqual(alertNames.toSorted());
});

test('docs/alerts.md names every alert', () => {
  const page = readFileSync(join(root, 'docs/alerts.md'), 'utf8');
  expect([...new Set([...page.matchAll(/^\| .*$/gm)].flatMap(([row]) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name)))].toSorted()).toEqual(alertNames.toSorted());
});

describe('numbers that stand in two places', () => {
  test('the limit of a scrape is 80 % of what Prometheus takes', () => {
    const { scrape_configs } = z.object({ scrape_configs: z.array(z.looseObject({ sample_limit: z.number().optional() })) })
      .parse(parse(readFileSync(join(root, 'provisioning/prometheus/prometheus.yml'), 'utf8')));
    const limits = scrape_configs.flatMap(({ sample_limit }) => sample_limit ?? []);
    expect(limits.map((limit) => `> ${limit * 0.8}`)).toEqual(alerts.filter(({ alert }) => alert === 'ScrapeTooLarge').map(({ expr }) => /> \d+$/.exec(expr)?.[0]));
  });

  test.each([['CsatBelowGoal', CSAT_MIN_RATINGS], ['SourceSilent', SILENT_SECONDS]])('%s and the dashboards have the same limit, %d', (name, limit) => {
    for (const { expr } of alerts.filter(({ alert }) => alert === name)) expect(expr).toMatch(new RegExp(`[<>]=? ${limit}\\b`));
  });
});

test('goals and limits are equal as defaults of the configuration, in the rules where no exporter tells them, and in the colours of panels', () => {
  const fallback = (record: string): number => Number(/(?:vector\(|\n\s*)(0\.\d+)\b/.exec(recordings.find((rule) => rule.record === record)?.expr ?? '')?.[1]);
  const { csatGoalRatio, failureLimitRatio, utilisationLimitRatio } = DEFAULT_SETTINGS;
  expect([fallback('inbox:chat_csat_goal:ratio'), fallback('inbox:chat_message_failure_limit:ratio'), fallback('cluster:chat_utilisation_limit:ratio')]).toEqual([csatGoalRatio, failureLimitRatio, utilisationLimitRatio]);
  expect([CSAT_GOAL_RATIO, FAILED_LIMIT_RATIO, UTILISATION_RANGE.high]).toEqual([csatGoalRatio, failureLimitRatio, utilisationLimitRatio]);
});

/** What no span tells of, and why. */
const WITHOUT_TRACES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(['SourceSilent', 'WebhooksRejected', 'UnknownEventsRising'].map((name) => [name, 'what is not stored has no trace'])),
  ...Object.fromEntries(['PlatformUnread', 'AnalyticsForwardingFailing'].map((name) => [name, 'no spans are made of it; the log has the error'])),
  ...Object.fromEntries(['RulesFailing', 'AlertmanagerUnreachable', 'AlertsNotSent', 'NotificationsFailing', 'CompanionDown', 'DiskFilling', 'CertificateExpiring', 'Watchdog'].map((name) => [name, 'other programs, and the machine'])),
};

/** Names of the exporter's own spans that a link into Explore asks for. */
function selfSpansOf(url: string): readonly string[] {
  const [, left = ''] = /^\{\{ \$externalLabels\.grafana_url \}\}\/explore\?left=(.*)$/.exec(url) ?? [];
  const pane = z.object({ datasource: z.literal('tempo'), queries: z.array(z.object({ query: z.string().startsWith('{ resource.service.name = "replywatch" && ') })) }).parse(JSON.parse(decodeURIComponent(left.replaceAll(/\{\{.*?\}\}/g, 'x'))));
  return pane.queries.flatMap(({ query }) => [...query.matchAll(/&& name = "([^"]+)"/g)].map(([, span = '']) => span));
}

/** What says nothing of customers, or counts them one by one: why a quiet day cannot look like trouble. */
const WITHOUT_TRAFFIC: Readonly<Record<string, string>> = {
  CustomersWaiting: 'one customer who waits is enough', ConversationsOverdue: 'the same', CostOverBudget: 'a sum of money',
  ...Object.fromEntries(['ExporterDown', 'ExporterAbsent', 'ExporterBlind', 'ExporterRestarting', 'ScrapeTooLarge', 'CompanionDown', 'DiskFilling', 'CertificateExpiring', 'AlertmanagerUnreachable', 'RollupStale',
    'IngestQueueFilling', 'StoreUnavailable', 'TraceOutboxOld', 'PlatformUnread', 'FoldFailing', 'RulesFailing', 'AlertsNotSent', 'Watchdog'].map((name) => [name, 'the state of a program, whoever writes'])),
};

/** Dashboards are committed as JSON; a link may set only variables the dashboard has. */
function dashboardProblems(url: string): string[] {
  const [, uid, query = ''] = /^\{\{ \$externalLabels\.grafana_url \}\}\/d\/([a-z0-9-]+)(?:\?(.*))?$/.exec(url) ?? [];
  if (uid === undefined) return [`${url} is not /d/<uid> on grafana_url`];
  if (!UIDS.some((known) => known === uid)) return [`no dashboard ${uid}`];
  const file = join(root, 'dashboards', `${uid}.json`);
  if (!existsSync(file)) return []; // announced, not drawn yet
  const variables = z.object({ templating: z.object({ list: z.array(z.object({ name: z.string() })) }) }).parse(JSON.parse(readFileSync(file, 'utf8'))).templating.list;
  const used = [...query.matchAll(/(?:^|&)var-(\w+)=/g)].map(([, variable]) => variable);
  return used.filter((variable) => !variables.some(({ name }) => name === variable)).map((variable) => `${uid} has no variable ${variable}`);
}

async function scratch(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'replywatch-rules-'));
  directories.push(directory);
  return directory;
}
