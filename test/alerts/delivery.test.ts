import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { amtool, startAlertmanager, webhookReceiver, type Received, type Receiver, type Server } from '../support/prometheus.ts';
import { alerts, alertsDir } from './files.ts';
import { STACK_METRICS } from './known-metrics.ts';
import { ALWAYS, localConfig } from './local-config.ts';

// The repository's own configuration on a real Alertmanager. Only three things are changed: the relay's address, the token's path,
// and times, which run 60 times as fast.
const TOKEN = 'relay-token-of-this-test';
let directory: string;
let relay: Receiver;
let awake: Server;
let asleep: Server;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'replywatch-delivery-'));
  await cp(join(alertsDir, 'templates'), join(directory, 'templates'), { recursive: true });
  await writeFile(join(directory, 'token'), `${TOKEN}\n`);
  relay = await webhookReceiver();
  const start = async (name: string, hours: string): Promise<Server> => startAlertmanager(await localConfig({ directory, name, hours, relayUrl: relay.url, speed: 60 }));
  [awake, asleep] = await Promise.all([start('awake', ALWAYS), start('asleep', hoursWithoutNow())]);
});
afterAll(async () => {
  await Promise.all([awake.stop(), asleep.stop()]);
  await relay.stop();
  await rm(directory, { recursive: true, force: true });
});

describe('a real Alertmanager', { timeout: 300_000 }, () => {
  test('delivers a page to whoever is on call and into the chat, with the token from the file and the links of the rule', async () => {
    await fire(awake, { alertname: 'CustomersWaiting', channel: 'whatsapp', inbox: 'delivery' });
    const page = await relay.waitFor(at('/awake/on-call', 'delivery'));
    const chat = await relay.waitFor(at('/awake/support-chat', 'delivery'));
    for (const { headers } of [page, chat]) expect(headers.authorization).toBe(`Bearer ${TOKEN}`);
    expect(page.body.status).toBe('firing');
    expect(page.body.alerts[0]?.annotations).toMatchObject({ summary: 'summary of CustomersWaiting', runbook_url: 'http://replywatch.test/runbooks/CustomersWaiting' });
  });

  test('puts the windows of one burn rate into one notification, and other inboxes into others', async () => {
    await fire(awake, { alertname: 'FirstResponseBudgetBurn', inbox: 'grouped', window: '1h' }, { alertname: 'FirstResponseBudgetBurn', inbox: 'grouped', window: '6h' }, { alertname: 'FirstResponseBudgetBurn', inbox: 'apart', window: '1h' });
    const together = await relay.waitFor((received) => at('/awake/on-call', 'grouped')(received) && received.body.alerts.length === 2);
    expect(together.body.alerts.map(({ labels }) => labels.window).toSorted()).toEqual(['1h', '6h']);
    expect((await relay.waitFor(at('/awake/on-call', 'apart'))).body.alerts).toHaveLength(1);
  });

  test('holds back the warning beneath a page: another window of the same burn, and the attainment of the same inbox only', async () => {
    await fire(awake,
      { alertname: 'FirstResponseBudgetBurn', inbox: 'beneath', window: '1h' }, { alertname: 'FirstResponseBudgetBurn', inbox: 'beneath', window: '1d' },
      { alertname: 'FirstResponseAttainmentLow', inbox: 'beneath' }, { alertname: 'FirstResponseAttainmentLow', inbox: 'elsewhere' });
    await relay.waitFor(at('/awake/support-chat', 'elsewhere'));
    await relay.waitFor(at('/awake/support-chat', 'beneath'));
    expect(seen('/awake/support-chat', 'beneath').map(({ labels }) => `${labels.alertname} ${labels.severity}`)).toEqual(['FirstResponseBudgetBurn critical']);
  });

  test('says when it is over', async () => {
    const labels = { alertname: 'ConversationsOverdue', channel: 'sms', inbox: 'resolution' };
    await fire(awake, labels);
    await relay.waitFor((received) => at('/awake/supervisor', 'resolution')(received) && received.body.status === 'firing');
    await resolve(awake, labels);
    const over = await relay.waitFor((received) => at('/awake/supervisor', 'resolution')(received) && received.body.status === 'resolved');
    expect(over.body.alerts.map(({ status }) => status)).toEqual(['resolved']);
  });

  test('sends warnings to the support chat in its hours only, pages and the supervisor at any hour', async () => {
    await fire(asleep,
      { alertname: 'FirstResponseAttainmentLow', inbox: 'night' }, { alertname: 'CustomersWaiting', channel: 'sms', inbox: 'night' }, { alertname: 'ConversationsOverdue', channel: 'sms', inbox: 'night' });
    await relay.waitFor(at('/asleep/on-call', 'night'));
    await relay.waitFor(at('/asleep/support-chat', 'night'));
    await relay.waitFor(at('/asleep/supervisor', 'night'));
    await untilLaterOnesCome(asleep, 'night');
    expect(seen('/asleep/support-chat', 'night').map(({ labels }) => labels.alertname)).toEqual(['CustomersWaiting']);
  });

  test('calls the dead-man service again and again, and nobody else', async () => {
    await fire(awake, { alertname: 'Watchdog' });
    await relay.waitFor(({ path }) => path === '/awake/deadman');
    const first = relay.notifications.filter(({ path }) => path === '/awake/deadman').length;
    await relay.waitFor(() => relay.notifications.filter(({ path }) => path === '/awake/deadman').length > first);
    expect(relay.notifications.filter(({ path, body }) => path !== '/awake/deadman' && body.alerts.some(({ labels }) => labels.alertname === 'Watchdog'))).toEqual([]);
  });

  test('says of itself what the rules about it read', async () => {
    const text = await (await fetch(`${awake.url}/metrics`)).text();
    for (const [name] of STACK_METRICS.filter(([metric]) => metric.startsWith('alertmanager_'))) expect(text).toMatch(new RegExp(`^${name}\\{[^}]*integration="webhook"`, 'm'));
  });

  // Last, because it holds back everything about customers.
  test.each(['ExporterDown', 'ExporterAbsent', 'ExporterBlind'])('while %s fires, nobody hears about customers', async (cause) => {
    const inbox = `during-${cause}`;
    await fire(asleep, { alertname: cause, inbox }, { alertname: 'CustomersWaiting', channel: 'sms', inbox }, { alertname: 'ConversationsOverdue', channel: 'sms', inbox });
    await relay.waitFor(at('/asleep/on-call', inbox));
    await relay.waitFor(at('/asleep/engineering-chat', inbox));
    await untilLaterOnesCome(asleep, cause);
    const all = relay.notifications.filter(({ path }) => path.startsWith('/asleep')).flatMap(({ body }) => body.alerts).filter(({ labels }) => labels.inbox === inbox);
    expect([...new Set(all.map(({ labels }) => labels.alertname))]).toEqual([cause]);
    await resolve(asleep, { alertname: cause, inbox });
  });
});

/** Two hours on the other side of the day; the interval is read in UTC here. */
function hoursWithoutNow(): string {
  return new Date().getUTCHours() < 12 ? "start_time: '18:00', end_time: '20:00'" : "start_time: '04:00', end_time: '06:00'";
}

type Labels = Readonly<Record<string, string>>;

/** Posts alerts with the labels their rule gives them, as Prometheus would. */
async function fire(server: Server, ...instances: readonly Labels[]): Promise<void> {
  for (const labels of instances) await add(server, labels, []);
}

async function resolve(server: Server, labels: Labels): Promise<void> {
  await add(server, labels, [`--end=${new Date().toISOString()}`]);
}

async function add(server: Server, labels: Labels, options: readonly string[]): Promise<void> {
  const rule = alerts.find(({ alert, labels: own }) => alert === labels.alertname && (labels.window === undefined || own.window === labels.window));
  if (rule === undefined) throw new Error(`no rule ${JSON.stringify(labels)}`);
  const all = Object.entries({ ...rule.labels, ...labels }).map(([name, value]) => `${name}=${value}`);
  const { code, output } = await amtool([
    'alert', 'add', `--alertmanager.url=${server.url}`, `--annotation=summary=summary of ${rule.alert}`, `--annotation=runbook_url=http://replywatch.test/runbooks/${rule.alert}`, ...options, ...all,
  ]);
  if (code !== 0) throw new Error(output);
}

const at = (path: string, inbox: string) => (received: Received): boolean => received.path === path && received.body.alerts.some(({ labels }) => labels.inbox === inbox);

function seen(path: string, inbox: string): Received['body']['alerts'] {
  const unique = new Map(relay.notifications.filter(at(path, inbox)).flatMap(({ body }) => body.alerts).map((alert) => [JSON.stringify(alert.labels), alert]));
  return [...unique.values()];
}

/** Absence cannot be waited for, but a later alert can: groups made before it have been sent by the time it comes. */
async function untilLaterOnesCome(server: Server, name: string): Promise<void> {
  const job = `later-${name}`;
  await fire(server, { alertname: 'CompanionDown', job });
  await relay.waitFor(({ path, body }) => path.endsWith('/engineering-chat') && body.alerts.some(({ labels }) => labels.job === job));
}
