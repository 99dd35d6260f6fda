import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { combinations } from '../../exporter/metrics/combinations.ts';
import { GAUGES, METRICS } from '../../exporter/metrics/index.ts';
import { PROCESS_METRICS } from '../../exporter/metrics/process-definitions.ts';
import { ROLLUPS } from '../../exporter/rollups/index.ts';
import { promtool } from '../support/prometheus.ts';
import { alertNames, alerts, recordings, ruleFiles, testFiles } from './files.ts';
import { metricsIn } from './promql.ts';

// What no alert may do, whichever it is: all rules against series made of the exporter's own definitions, or of the tests that make them fire.
let directory: string;
beforeAll(async () => { directory = await mkdtemp(join(tmpdir(), 'replywatch-silence-')); });
afterAll(() => rm(directory, { recursive: true, force: true }));

interface Series { readonly series: string; readonly values: string }

describe('all alerts at once', { timeout: 600_000 }, () => {
  test('stay silent while Prometheus has nothing at all, but for the one that says so', async () => {
    await expectSilence([{ series: 'up{job="prometheus",instance="prometheus:9090"}', values: '1x120' }], ['30m15s', '59m45s'], ['ExporterAbsent']);
  });

  test('stay silent in the first hour after installation, when everything is at zero', async () => {
    const course = { counters: '0x240', gauges: (value: number) => `${value}x240`, clocks: '0x240' };
    await expectSilence([...machine(240, { ...course, up: '1x240', started: '0x240' }), ...cluster(course, 0)], ['2m8s', '20m8s', '59m8s']);
  });

  test('stay silent when the exporter restarts in the middle of steady traffic', async () => {
    // Eight scrapes fail. Counters of the cluster go on where they were, those of the process begin at 0.
    const gauges = (value: number): string => `${value}x120 stale _x7 ${value}x232`;
    const clocks = '0+15x120 stale _x7 1935+15x232';
    await expectSilence([
      ...machine(360, { up: '1x120 0x8 1x232', started: '0x120 stale _x7 1920x232', counters: '0+1x120 stale _x7 0+1x232', gauges, clocks }),
      ...cluster({ counters: '0+1x120 stale _x7 129+1x232', gauges, clocks }, 960),
    ], ['31m38s', '34m8s', '40m8s', '1h20m8s']);
  });
});

describe('opening hours', { timeout: 600_000 }, () => {
  const opening = new Set(recordings.filter(({ expr }) => metricsIn(expr).some((name) => name === 'chat_inbox_open')).map(({ record }) => record));
  for (let before = -1; before !== opening.size;) {
    before = opening.size;
    for (const { record, expr } of recordings) if (metricsIn(expr).some((name) => opening.has(name))) opening.add(record);
  }
  const honouring = alertNames.filter((name) => alerts.some(({ alert, expr }) => alert === name && metricsIn(expr).some((metric) => metric === 'chat_inbox_open' || opening.has(metric))));

  test('every alert about customers honours them, or says why not', () => {
    const others = [...new Set(alerts.filter(({ labels }) => labels.owner !== 'engineering').map(({ alert }) => alert))].filter((name) => !honouring.includes(name));
    expect(others.toSorted()).toEqual(Object.keys(AT_ANY_HOUR).toSorted());
  });

  const situations = testFiles.flatMap((file) => {
    const content = testFile.parse(parse(readFileSync(file, 'utf8'), { merge: true }));
    const tests = content.tests.filter((group) => group.alert_rule_test.some(({ alertname, exp_alerts }) => honouring.includes(alertname) && exp_alerts.length > 0));
    return tests.length === 0 ? [] : [{ file, content, tests }];
  });

  test('every one of them is in a situation in which it fires', () => {
    const shown = situations.flatMap(({ tests }) => tests.flatMap((group) => group.alert_rule_test)).filter(({ exp_alerts }) => exp_alerts.length > 0).map(({ alertname }) => alertname);
    expect(honouring.filter((name) => !shown.includes(name))).toEqual([]);
  });

  test.each(situations.map((situation) => [basename(situation.file), situation] as const))('nothing fires in the situations of %s once the inboxes are closed', async (_, { file, content, tests }) => {
    await run({
      ...content, rule_files: content.rule_files.map((rules) => join(dirname(file), rules)),
      tests: tests.map((group) => ({
        ...group, input_series: closedOver(group.input_series), promql_expr_test: [],
        alert_rule_test: group.alert_rule_test.filter(({ alertname }) => honouring.includes(alertname)).map((check) => ({ ...check, exp_alerts: [] })),
      })),
    });
  });
});

/** Alerts that look at whole days, or at what must not happen at night either. Warnings among them are sent in support hours only (Alertmanager). */
const AT_ANY_HOUR: Readonly<Record<string, string>> = {
  ResolutionSlow: 'counts business time', CsatBelowGoal: 'ratings of days', SentimentDropping: 'by channel, six hours', BotContainmentDropped: 'the bot works at night', BotHandoffsJump: 'the same',
  CostOverBudget: 'a month', DeliveryFailing: 'the bot and late answers', CampaignDeliveryFailing: 'a campaign can be stopped', ReadRateDropped: 'a day', SendsWithoutConsent: 'the law has no hours',
};

const testFile = z.looseObject({
  evaluation_interval: z.string(), rule_files: z.array(z.string()),
  tests: z.array(z.looseObject({
    name: z.string(), interval: z.string(), input_series: z.array(z.object({ series: z.string(), values: z.string() })).default([]),
    alert_rule_test: z.array(z.object({ eval_time: z.string(), alertname: z.string(), exp_alerts: z.array(z.unknown()) })).default([]),
  })),
});

/** The same series with every inbox that occurs in them closed all the time. */
function closedOver(series: readonly Series[]): readonly Series[] {
  const inboxes = new Set(series.flatMap(({ series: name }) => /inbox="([^"]*)"/.exec(name)?.[1] ?? []));
  return [...series.filter(({ series: name }) => !name.startsWith('chat_inbox_open')), ...[...inboxes, 'any'].map((inbox) => ({ series: `chat_inbox_open{inbox="${inbox}"}`, values: '0x11000' }))];
}

const PLACES = [{ channel: 'whatsapp', inbox: 'shop' }, { channel: 'webchat', inbox: 'site' }] as const;
const UNIVERSE = { places: PLACES, sources: ['whatsapp', 'chatwoot'], rollups: ROLLUPS.map(({ name }) => name) };

/** Values that a series takes, in promtool's notation; samples are 15 s apart. Times move on with the clock where there is traffic. */
interface Course { readonly counters: string; readonly gauges: (value: number) => string; readonly clocks: string }

/** Every counter, histogram and gauge of the cluster. What is bad news stays at its beginning: nothing fails, is missed or comes late. */
function cluster({ counters, gauges, clocks }: Course, forecast: number): readonly Series[] {
  const line = (name: string, labels: Labels, values: string): Series =>
    ({ series: `${name}{${Object.entries({ job: 'replywatch', instance: 'replywatch-c', ...labels }).map(([label, value]) => `${label}="${value}"`).join(',')}}`, values });
  const counted = METRICS.flatMap((metric) => combinations(metric, UNIVERSE).flatMap((labels) => {
    const values = BAD.test(`${metric.name} ${Object.values(labels).join(' ')}`) ? gauges(0) : counters;
    if (metric.type === 'counter') return [line(metric.name, labels, values)];
    return [...['30', '60', '300', '+Inf'].map((le) => line(`${metric.name}_bucket`, { ...labels, le }, values)), line(`${metric.name}_count`, labels, values)];
  }));
  const levels = [...GAUGES, ...ROLLUPS.flatMap((rollup) => rollup.gauges)].flatMap(({ name, labels }) => placesOf(labels).map((place) =>
    line(name, { ...place, ...(labels.includes('sla') ? { sla: 'first_response' } : {}), ...(labels.includes('status') ? { status: 'online' } : {}) },
      name.endsWith('_timestamp_seconds') ? clocks : gauges(name.startsWith('chat_forecast') ? forecast : GIVEN[name] ?? 0))));
  return [...counted, ...levels];
}

type Labels = Readonly<Record<string, string>>;

function placesOf(labels: readonly string[]): readonly Labels[] {
  if (labels.includes('channel')) return PLACES;
  if (labels.includes('inbox')) return PLACES.map(({ inbox }) => ({ inbox }));
  if (labels.includes('rollup')) return UNIVERSE.rollups.map((rollup) => ({ rollup }));
  return labels.includes('source') ? UNIVERSE.sources.map((source) => ({ source })) : [{}];
}

const BAD = /missed|failed|rejected|\blate\b|negative|abandoned|dropped|consent|blind|late_events|unanswered|corrections| [123]$|failure|timeout/;
/** What is configured is never 0. */
const GIVEN: Readonly<Record<string, number>> = { chat_inbox_open: 1, chat_sla_target_seconds: 60, chat_sla_objective_ratio: 0.8, chat_goal_ratio: 0.9, chat_month_cost_budget: 100, chat_source_expected: 1, chat_source_info: 1, chat_rollup_interval_seconds: 3_600 };

/** The process, and the programs beside it. */
function machine(samples: number, { up, started, counters, gauges, clocks }: Course & { readonly up: string; readonly started: string }): readonly Series[] {
  const own = 'job="replywatch",instance="exporter:9877"';
  const shown: Readonly<Record<string, number>> = { replywatch_leader: 1, replywatch_ingest_queue_limit_events: 20_000, replywatch_disk_size_bytes: 100, replywatch_disk_free_bytes: 50 };
  return [
    { series: `up{${own}}`, values: up }, ...['prometheus', 'alertmanager', 'tempo', 'grafana'].map((job) => ({ series: `up{job="${job}",instance="${job}:1"}`, values: `1x${samples}` })),
    { series: `process_start_time_seconds{${own}}`, values: started }, { series: `scrape_samples_post_metric_relabeling{${own}}`, values: `3000x${samples}` },
    { series: 'prometheus_notifications_alertmanagers_discovered{job="prometheus",instance="prometheus:9090"}', values: `1x${samples}` },
    { series: `replywatch_webhook_requests_total{${own},source="whatsapp",outcome="accepted",reason="stored"}`, values: counters },
    ...PROCESS_METRICS.filter(({ name }) => name !== 'replywatch_webhook_requests_total' && !name.includes('certificate')).map(({ name, type }) =>
      ({ series: `${name}${type === 'histogram' ? '_count' : ''}{${own},source="whatsapp",reason="connection"}`, values: name.endsWith('_timestamp_seconds') ? clocks : gauges(shown[name] ?? 0) })),
  ];
}

async function expectSilence(series: readonly Series[], times: readonly string[], but: readonly string[] = []): Promise<void> {
  const names = alertNames.filter((name) => name !== 'Watchdog' && !but.includes(name));
  await run({
    evaluation_interval: '15s', rule_files: ruleFiles,
    tests: [{ name: 'silence', interval: '15s', input_series: series, alert_rule_test: times.flatMap((eval_time) => names.map((alertname) => ({ eval_time, alertname, exp_alerts: [] }))) }],
  });
}

async function run(content: object): Promise<void> {
  const file = join(directory, 'test.yml');
  await writeFile(file, stringify(content, { lineWidth: 0 }));
  const { code, output } = await promtool(['test', 'rules', file]);
  expect(output.slice(0, 4_000)).not.toContain('FAILED');
  expect(code).toBe(0);
}
