/** A story's alerts, given to a real Alertmanager in the order in which they fired, as fast as it takes them. */
import type { Receiver, Server } from '../../support/prometheus.ts';
import type { Firing } from './history.ts';

/** Somebody was told of an alert for the first time. */
export interface Told { readonly receiver: string; readonly labels: Firing['labels']; readonly annotations: Firing['annotations'] }

export const keyOf = (labels: Firing['labels']): string => JSON.stringify(Object.entries(labels).toSorted());

/** Alerts by the step at which each of them fires for the first time. */
export function beginnings(firing: readonly (readonly Firing[])[]): readonly (readonly Firing[])[] {
  const seen = new Set<string>();
  return firing.map((alerts) => alerts.filter(({ labels }) => !seen.has(keyOf(labels)) && seen.add(keyOf(labels))));
}

/**
 * Posts what begins and ends, step by step. After a step in which a page begins, waits until on-call has it: pages arrive in the order of the
 * story. At the end everything is over and everybody who was told of a page was told so.
 */
export async function replay(firing: readonly (readonly Firing[])[], alertmanager: Server, relay: Receiver): Promise<readonly Told[]> {
  let before = new Map<string, Firing>();
  const begun = beginnings(firing);
  for (const [step, alerts] of [...firing, []].entries()) {
    const now = new Map(alerts.map((alert) => [keyOf(alert.labels), alert]));
    const started = alerts.filter(({ labels }) => !before.has(keyOf(labels)));
    const ended = [...before].filter(([key]) => !now.has(key)).map(([, alert]) => alert);
    before = now;
    if (started.length + ended.length === 0) continue;
    // Those that still fire are repeated, as Prometheus does.
    await post(alertmanager, [...alerts.map((alert) => ({ ...alert, endsAt: undefined })), ...ended.map((alert) => ({ ...alert, endsAt: new Date().toISOString() }))]);
    const pages = (begun[step] ?? []).filter(({ labels }) => labels.severity === 'critical');
    for (const { labels } of pages) if (!isHeldBack(labels, alerts)) await relay.waitFor(({ path, body }) => path.endsWith('/on-call') && body.alerts.some((alert) => keyOf(alert.labels) === keyOf(labels)));
  }
  await post(alertmanager, [{ labels: { alertname: 'Last', severity: 'critical', owner: 'engineering' }, annotations: {}, endsAt: undefined }]);
  await relay.waitFor(({ body }) => body.alerts.some(({ labels }) => labels.alertname === 'Last'));
  return told(relay);
}

/** Without an exporter nothing is said about customers. */
const isHeldBack = (labels: Firing['labels'], alerts: readonly Firing[]): boolean => labels.owner === 'support' && alerts.some((other) => other.labels.alertname === 'ExporterDown');

function told(relay: Receiver): readonly Told[] {
  const seen = new Set<string>();
  return relay.notifications.flatMap(({ path, body }) => body.alerts.filter(({ status, labels }) => status === 'firing' && labels.alertname !== 'Last')
    .map(({ labels, annotations }) => ({ receiver: path.split('/').at(-1) ?? '', labels, annotations })))
    .filter(({ receiver, labels }) => { const key = `${receiver} ${keyOf(labels)}`; return !seen.has(key) && seen.add(key); });
}

async function post(alertmanager: Server, alerts: readonly (Firing & { readonly endsAt: string | undefined })[]): Promise<void> {
  const response = await fetch(`${alertmanager.url}/api/v2/alerts`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(alerts) });
  if (!response.ok) throw new Error(await response.text());
}
