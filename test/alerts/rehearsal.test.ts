import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startAlertmanager, webhookReceiver, type Receiver, type Server } from '../support/prometheus.ts';
import { alertsDir } from './files.ts';
import { ALWAYS, localConfig } from './local-config.ts';
import { evaluate, type Firing } from './rehearsal/history.ts';
import { beginnings, keyOf, replay, type Told } from './rehearsal/replay.ts';
import { play, SCRAPE_MS, STEP_MS, timeOf, TROUBLES } from './rehearsal/story.ts';

// Simulator → exporter → rules → Alertmanager → webhook, for a day and a half in which everything goes wrong once. Nothing waits for a clock: the
// real exporter runs on a moved one, promtool evaluates the rules over what it showed, and Alertmanager gets the alerts in their order.
let directory: string;
let relay: Receiver;
let alertmanager: Server;
let firing: readonly (readonly Firing[])[];
let told: readonly Told[];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'replywatch-rehearsal-'));
  await cp(join(alertsDir, 'templates'), join(directory, 'templates'), { recursive: true });
  await writeFile(join(directory, 'token'), 'token-of-this-test\n');
  const { history, scrapes } = await play();
  firing = await evaluate(directory, history, { seconds: scrapes * SCRAPE_MS / 1_000, scrapeSeconds: SCRAPE_MS / 1_000, evaluationSeconds: STEP_MS / 1_000 });
  relay = await webhookReceiver();
  alertmanager = await startAlertmanager(await localConfig({ directory, name: 'rehearsal', relayUrl: relay.url, hours: ALWAYS, speed: 300 }));
  told = await replay(firing, alertmanager, relay);
}, 900_000);
afterAll(async () => {
  await alertmanager?.stop();
  await relay?.stop();
  await rm(directory, { recursive: true, force: true });
});

test('an evening, a night and a morning on which nothing is wrong, with default targets: the supervisor hears of two cases that are not solved in time, and nobody of anything else', () => {
  expect(newsOf(0, TROUBLES.badService.from)).toEqual(['warning ConversationsOverdue 5', 'warning ConversationsOverdue 3']);
});

test('customers are treated badly: ratings tell within hours, and the bot breaks: it shows before noon. Nobody is woken', () => {
  const { from, to } = TROUBLES.brokenBot;
  const names = between(TROUBLES.badService.from, TROUBLES.providerOutage.from);
  expect(new Set(names.map(({ name }) => name))).toEqual(new Set(['CsatBelowGoal', 'BotContainmentDropped']));
  const broken = names.find(({ name }) => name === 'BotContainmentDropped');
  expect(broken?.time).toBeGreaterThan(from);
  expect(broken?.time).toBeLessThan(to);
  expect(names.filter(({ severity }) => severity === 'critical')).toEqual([]);
});

test('the provider stops calling: who wrote last seems to wait, and the source is silent, within three quarters of an hour on the first day of all; it ends when the provider is back', () => {
  const { from, to } = TROUBLES.providerOutage;
  const pages = between(from, TROUBLES.halfStaff.from).filter(({ severity }) => severity === 'critical');
  expect(pages.map(({ name, source, inbox }) => `${name} ${source || inbox}`)).toEqual(['CustomersWaiting 402118730055101', 'SourceSilent whatsapp']);
  expect(pages[1]?.time).toBeLessThan(from + 45 * MINUTE);
  expect(firesAt(to + 10 * MINUTE)).not.toContain('SourceSilent');
});

test('half of the agents are missing at the peak: waits page first, the promise follows, and only what belongs to them', () => {
  const { from, to } = TROUBLES.halfStaff;
  const evening = between(from, to + 60 * MINUTE);
  const pages = evening.filter(({ severity }) => severity === 'critical').map(({ name }) => name);
  expect(pages[0]).toBe('CustomersWaiting');
  expect(new Set(pages)).toEqual(new Set(['CustomersWaiting', 'FirstResponseBudgetBurn']));
  expect(evening.find(({ name }) => name === 'CustomersWaiting')?.time).toBeLessThan(from + 45 * MINUTE);
  expect(evening.map(({ name }) => name).filter((name) => !EVENING.includes(name))).toEqual([]);
});

test('the exporter is killed: one page, and nobody is told anything about customers until it is back', () => {
  const { from, to } = TROUBLES.exporterKilled;
  expect(between(from, to).filter(({ severity }) => severity === 'critical').map(({ name }) => name)).toEqual(['ExporterDown']);
  expect(firesAt(to + 6 * MINUTE)).not.toContain('ExporterDown');
});

test('the day in order: what begins in each trouble, warnings and all', () => {
  const { badService, providerOutage, halfStaff, exporterKilled } = TROUBLES;
  expect(newsOf(badService.from, providerOutage.from)).toEqual(['warning BotContainmentDropped 3', 'warning CsatBelowGoal 5', 'warning CsatBelowGoal 3']);
  expect(newsOf(providerOutage.from, halfStaff.from)).toEqual([
    'critical CustomersWaiting 402118730055101', 'warning ConversationsOverdue 402118730055101', 'warning AgentsIdleWhileCustomersWait', 'critical SourceSilent whatsapp',
  ]);
  expect(newsOf(halfStaff.from, exporterKilled.from)).toEqual([
    'critical CustomersWaiting 402118730055101', 'warning ConversationsOverdue 402118730055101', 'critical CustomersWaiting 3', 'warning ConversationsOverdue 3',
    'critical CustomersWaiting 402118730055102', 'critical FirstResponseBudgetBurn 402118730055101', 'warning ConversationsOverdue 402118730055102', 'warning FirstResponseAttainmentLow 402118730055101',
    'critical CustomersWaiting 5', 'warning ConversationsOverdue 5', 'critical FirstResponseBudgetBurn 3', 'warning UnhappyCustomersWaiting 3', 'warning UnhappyCustomersWaiting 402118730055101',
    'warning UnhappyCustomersWaiting 402118730055102', 'warning ResolutionSlow 5', 'warning ResolutionSlow 3',
  ]);
  expect(newsOf(exporterKilled.from, exporterKilled.to)).toEqual(['critical ExporterDown']);
});

test('from the page about the exporter on, no receiver is told anything about customers, although alerts about them still fire', () => {
  const isDown = (alerts: readonly { readonly labels: Firing['labels'] }[]): boolean => alerts.some(({ labels }) => labels.alertname === 'ExporterDown');
  const aboutCustomers = ({ labels }: { readonly labels: Firing['labels'] }): boolean => labels.owner === 'support' || labels.owner === 'supervisor';
  expect(firing.filter(isDown).flat().some(aboutCustomers)).toBe(true);
  const page = relay.notifications.findIndex(({ body }) => isDown(body.alerts));
  const over = relay.notifications.findLastIndex(({ body }) => isDown(body.alerts) && body.status === 'firing');
  expect(page).toBeGreaterThan(0);
  expect(relay.notifications.slice(page, over + 1).flatMap(({ body }) => body.alerts).filter(aboutCustomers)).toEqual([]);
});

test('on-call gets every page once, in the order of the story, with its sentence and its links', () => {
  const pages = beginnings(firing).flat().filter(({ labels }) => labels.severity === 'critical');
  const onCall = told.filter(({ receiver }) => receiver === 'on-call');
  // Within one step Alertmanager sends groups in any order.
  const order = (alerts: readonly { readonly labels: Firing['labels'] }[]): string[] => alerts.map(({ labels }) => keyOf(labels));
  expect(order(onCall).toSorted()).toEqual(order(pages).toSorted());
  const stepOf = new Map(beginnings(firing).flatMap((alerts, step) => alerts.map(({ labels }) => [keyOf(labels), step] as const)));
  const steps = onCall.map(({ labels }) => stepOf.get(keyOf(labels)) ?? -1);
  expect(steps).toEqual(steps.toSorted((a, b) => a - b));
  for (const { labels, annotations } of onCall) {
    expect(annotations.summary).toMatch(/\d/);
    expect(annotations.runbook_url).toBe(`http://replywatch.test/runbooks/${labels.alertname}`);
  }
});

test('nobody is told of anything that did not fire, and everybody of what is theirs', () => {
  const fired = new Set(firing.flat().map(({ labels }) => keyOf(labels)));
  expect(told.filter(({ labels }) => !fired.has(keyOf(labels)))).toEqual([]);
  const receivers = (name: string): string[] => [...new Set(told.filter(({ labels }) => labels.alertname === name).map(({ receiver }) => receiver))].toSorted();
  expect(Object.fromEntries(['CustomersWaiting', 'CsatBelowGoal', 'BotContainmentDropped', 'SourceSilent', 'ExporterDown'].map((name) => [name, receivers(name)]))).toEqual({
    CustomersWaiting: ['on-call', 'support-chat'], CsatBelowGoal: ['support-chat'], BotContainmentDropped: ['support-chat'],
    SourceSilent: ['engineering-chat', 'on-call'], ExporterDown: ['engineering-chat', 'on-call'],
  });
});

const MINUTE = 60_000;
/** What a lack of people leads to, besides the pages. */
const EVENING = ['CustomersWaiting', 'ConversationsOverdue', 'UnhappyCustomersWaiting', 'FirstResponseBudgetBurn', 'FirstResponseAttainmentLow', 'AgentsOverloaded', 'AgentsIdleWhileCustomersWait', 'ResolutionSlow', 'ResolutionBudgetBurn', 'SentimentDropping', 'CsatBelowGoal'];

interface Begun { readonly time: number; readonly name: string; readonly severity: string; readonly source: string; readonly inbox: string }

/** Alerts that begin in a time of the story, in order. */
function between(from: number, to: number): readonly Begun[] {
  return firing.flatMap((alerts, step): Begun[] => {
    const known = new Set((firing[step - 1] ?? []).map(({ labels }) => keyOf(labels)));
    const time = timeOf(step);
    return time < from || time >= to ? [] : alerts.filter(({ labels }) => !known.has(keyOf(labels))).map(({ labels }) => ({ time, name: labels.alertname ?? '', severity: labels.severity ?? '', source: labels.source ?? '', inbox: labels.inbox ?? '' }));
  });
}

/** What is new between two times of the story, in order, each alert of a place once. */
function newsOf(from: number, to: number): readonly string[] {
  const begun = between(from, to).map(({ time, name, severity, source, inbox }) => ({ time, news: [severity, name, source || inbox].filter((part) => part !== '').join(' ') }));
  return [...new Set(begun.toSorted((a, b) => a.time - b.time || (a.news < b.news ? -1 : 1)).map(({ news }) => news))];
}

const firesAt = (time: number): readonly string[] => (firing[Math.floor((time - timeOf(0)) / STEP_MS)] ?? []).map(({ labels }) => labels.alertname ?? '');
